"""Several photographs as one PDF: one a page, turned upright, without metadata."""

from collections.abc import Iterable, Iterator
from typing import BinaryIO

from vault.limited import images

LONGEST = 2400
QUALITY = 85
# A4 in points, and the margin around a photograph.
_SHORT, _LONG, _MARGIN = 595.28, 841.89, 18.0


def merge(photos: Iterable[tuple[BinaryIO, str]], count: int) -> Iterator[bytes]:
    """Write a PDF photograph by photograph; only one is held.

    Args:
        photos: each file with its media type.
        count: how many there are.

    Yields:
        The bytes of the PDF.
    """
    offsets: dict[int, int] = {}
    position = 0

    def thing(number: int, body: bytes) -> bytes:
        nonlocal position
        offsets[number] = position
        data = b"%d 0 obj\n" % number + body + b"\nendobj\n"
        position += len(data)
        return data

    head = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
    position += len(head)
    yield head
    yield thing(1, b"<< /Type /Catalog /Pages 2 0 R >>")
    kids = b" ".join(b"%d 0 R" % (3 + 3 * index) for index in range(count))
    yield thing(2, b"<< /Type /Pages /Count %d /Kids [%s] >>" % (count, kids))
    for index, (file, media_type) in enumerate(photos):
        image = images.open_image(file, media_type)
        image.draft("RGB", (LONGEST, LONGEST))
        image = images.upright(image, LONGEST)
        data = images.jpeg(image, QUALITY)
        number = 3 + 3 * index
        wide = image.width > image.height
        across, down = (_LONG, _SHORT) if wide else (_SHORT, _LONG)
        scale = min((across - 2 * _MARGIN) / image.width, (down - 2 * _MARGIN) / image.height)
        width, height = image.width * scale, image.height * scale
        drawing = b"q %.2f 0 0 %.2f %.2f %.2f cm /P Do Q" % (
            width,
            height,
            (across - width) / 2,
            (down - height) / 2,
        )
        yield thing(
            number,
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %.2f %.2f] /Contents %d 0 R"
            b" /Resources << /XObject << /P %d 0 R >> >> >>" % (across, down, number + 1, number + 2),
        )
        yield thing(number + 1, b"<< /Length %d >>\nstream\n%s\nendstream" % (len(drawing), drawing))
        yield thing(
            number + 2,
            b"<< /Type /XObject /Subtype /Image /Width %d /Height %d /ColorSpace /DeviceRGB /BitsPerComponent 8"
            b" /Filter /DCTDecode /Length %d >>\nstream\n%s\nendstream" % (image.width, image.height, len(data), data),
        )
    total = 3 + 3 * count
    table = b"".join(b"%010d 00000 n \n" % offsets[number] for number in range(1, total))
    yield b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (
        total,
        table,
        total,
        position,
    )
