"""Photographs and scans: JPEG and PNG without their metadata, HEIC as JPEG, and their preview.

A JPEG or a PNG keeps its pixels bit for bit: only segments and chunks that carry something else than the picture go
(place, device, name, thumbnails, comments, whatever follows the end). HEIC has no such simple frame and opens in few
browsers, so it is drawn once as JPEG.
"""

import io
import struct
import zlib
from typing import Any, BinaryIO

import pillow_heif
from PIL import Image, ImageOps, MpoImagePlugin, TiffImagePlugin, UnidentifiedImageError, WebPImagePlugin  # noqa: F401

from vault.limited import pictures
from vault.limited.refusals import Refused

MAX_BYTES = 100 * 1024 * 1024
MAX_PIXELS = 120_000_000
MAX_SIDE = 30_000
# We judge the size ourselves, before anything is decoded.
Image.MAX_IMAGE_PIXELS = None
pillow_heif.register_heif_opener(thumbnails=False)

_FORMATS = {"image/jpeg": ["JPEG"], "image/png": ["PNG"], "image/heic": ["HEIF"]}
_ORIENTATION = 0x0112
_SOI, _EOI, _SOS = 0xD8, 0xD9, 0xDA
_BARE = {0x01, *range(0xD0, 0xD8)}
_PNG = b"\x89PNG\r\n\x1a\n"
_PNG_KEPT = {b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"sBIT", b"bKGD", b"pHYs"}


def warm() -> None:
    """Use what is used later once, so that nothing is left to load."""
    exif = Image.Exif()
    exif[_ORIENTATION] = 6
    for kind in ("JPEG", "PNG", "WEBP"):
        buffer = io.BytesIO()
        Image.new("RGB", (8, 8)).save(buffer, kind, exif=exif)
        jpeg(upright(Image.open(buffer), 4), 80)
    upright(Image.new("I;16", (8, 8)), 4)
    upright(Image.new("RGBA", (8, 8)), 4)


def open_image(file: BinaryIO, media_type: str) -> Image.Image:
    """Open an image of exactly this type, its size judged before a pixel is decoded.

    Raises:
        Refused: `pixels` when it is too large, `unreadable` when it is something else.
    """
    file.seek(0)
    try:
        image = Image.open(file, formats=_FORMATS[media_type])
    except UnidentifiedImageError as error:
        raise Refused("unreadable") from error
    if image.width * image.height > MAX_PIXELS or max(image.size) > MAX_SIDE:
        raise Refused("pixels")
    return image


def examine(file: BinaryIO, size: int, media_type: str) -> tuple[dict[str, Any], list[str], bytes]:
    """Decode an image wholly, and make the form that is kept.

    Returns:
        Facts (`width`, `height` as it is looked at, `type`), what was taken out, the file to keep if it is another.

    Raises:
        Refused: `image_bytes`, `pixels`, `unreadable`.
    """
    if size > MAX_BYTES:
        raise Refused("image_bytes")
    image = open_image(file, media_type)
    if media_type == "image/heic":
        kept = upright(image, 0)
        return _facts(kept, "image/jpeg"), ["converted", "metadata"], jpeg(kept, 92)
    image.load()
    turned = image.getexif().get(_ORIENTATION, 1)
    across, down = image.size if turned < 5 else image.size[::-1]
    file.seek(0)
    data = file.read()
    stripped = strip_jpeg(data, turned) if media_type == "image/jpeg" else strip_png(data)
    facts = {"width": across, "height": down, "type": media_type}
    return (facts, [], b"") if stripped == data else (facts, ["metadata"], stripped)


def preview(file: BinaryIO, media_type: str, width: int) -> Image.Image:
    """The image as it is looked at, at most that wide and four times as high, without metadata."""
    image = open_image(file, media_type)
    # A JPEG is decoded at a fraction of its size where that is enough.
    image.draft("RGB", (width * 2, width * 2))
    return pictures.narrow(upright(image, width * 4), width)


def upright(image: Image.Image, longest: int) -> Image.Image:
    """Turned as the camera says, in RGB on white, its longer side at most `longest` pixels (0: as it is)."""
    turned = image.getexif().get(_ORIENTATION, 1)
    if longest and max(image.size) > longest:
        image.thumbnail((longest, longest), Image.Resampling.LANCZOS)
    if turned != 1:
        # The orientation read before the reduction, which may have lost it.
        image.getexif()[_ORIENTATION] = turned
        image = ImageOps.exif_transpose(image)
    if image.mode in ("I", "I;16", "I;16B", "F"):
        image = _eight_bits(image)
    if "A" in image.getbands() or "transparency" in image.info:
        clear = image.convert("RGBA")
        image = Image.new("RGB", clear.size, "white")
        image.paste(clear, mask=clear.getchannel("A"))
    flat = image.convert("RGB")
    # Nothing of the file's information goes on with the pixels.
    flat.info = {}
    return flat


def _eight_bits(image: Image.Image) -> Image.Image:
    wide = image.convert("I")
    return wide.point(lambda value: value * (1 / 256)).convert("L")


def jpeg(image: Image.Image, quality: int) -> bytes:
    """Encode without metadata."""
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=quality, subsampling="4:2:0")
    return buffer.getvalue()


def _facts(image: Image.Image, media_type: str) -> dict[str, Any]:
    return {"width": image.width, "height": image.height, "type": media_type}


def strip_jpeg(data: bytes, orientation: int) -> bytes:
    """The picture of a JPEG and nothing else, up to its first end mark.

    Args:
        data: the file.
        orientation: EXIF orientation to keep, 1 to 8.

    Raises:
        Refused: `unreadable`.
    """
    kept = [b"\xff\xd8"]
    if orientation != 1:
        kept.append(_orientation_segment(orientation))
    position = 2
    while True:
        if data[position : position + 1] != b"\xff":
            raise Refused("unreadable")
        marker = data[position + 1] if position + 1 < len(data) else _EOI
        if marker == 0xFF:
            position += 1
        elif marker == _EOI:
            return b"".join(kept) + b"\xff\xd9"
        elif marker in _BARE:
            kept.append(data[position : position + 2])
            position += 2
        else:
            end = position + 2 + int.from_bytes(data[position + 2 : position + 4], "big")
            segment = data[position:end]
            if len(segment) < 4 or end > len(data):
                raise Refused("unreadable")
            if _keeps(marker, segment):
                kept.append(segment)
            position = end
            if marker == _SOS:
                position = _end_of_scan(data, end)
                kept.append(data[end:position])


def _keeps(marker: int, segment: bytes) -> bool:
    if marker == 0xE0:
        return segment[4:9] == b"JFIF\0" and len(segment) == 18
    if marker == 0xE2:
        return segment[4:16] == b"ICC_PROFILE\0"
    if marker == 0xEE:
        return segment[4:9] == b"Adobe"
    return not (0xE0 <= marker <= 0xEF or marker == 0xFE)


def _end_of_scan(data: bytes, start: int) -> int:
    """Where the next marker begins; in a scan 0xFF is followed by 0 or by a restart mark."""
    position = data.find(b"\xff", start)
    while 0 <= position < len(data) - 1:
        after = data[position + 1]
        if after not in (0, 0xFF) and not 0xD0 <= after <= 0xD7:
            return position
        position = data.find(b"\xff", position + (1 if after == 0xFF else 2))
    raise Refused("unreadable")


def _orientation_segment(orientation: int) -> bytes:
    tiff = b"II*\0\x08\0\0\0" + struct.pack("<HHHIHHI", 1, _ORIENTATION, 3, 1, orientation, 0, 0)
    body = b"Exif\0\0" + tiff
    return b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body


def strip_png(data: bytes) -> bytes:
    """The picture of a PNG and nothing else, each chunk's checksum verified.

    Raises:
        Refused: `unreadable`.
    """
    kept = [_PNG]
    position = len(_PNG)
    while True:
        length = int.from_bytes(data[position : position + 4], "big")
        end = position + 12 + length
        chunk = data[position:end]
        if len(chunk) < 12 or end > len(data) or zlib.crc32(chunk[4:-4]) != int.from_bytes(chunk[-4:], "big"):
            raise Refused("unreadable")
        if chunk[4:8] in _PNG_KEPT:
            kept.append(chunk)
        if chunk[4:8] == b"IEND":
            return b"".join(kept)
        position = end
