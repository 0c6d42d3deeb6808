"""Ordinary files of every accepted kind, made at run time."""

import io
import struct
import zipfile
import zlib

import pikepdf
import pillow_heif
from PIL import Image, ImageDraw
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, generate_uid

GPS = "48 deg 51 min"


def picture(width: int = 320, height: int = 200) -> Image.Image:
    """Left half red, right half blue, a white stroke at the top."""
    image = Image.new("RGB", (width, height), "red")
    drawing = ImageDraw.Draw(image)
    drawing.rectangle((width // 2, 0, width, height), fill="blue")
    drawing.rectangle((0, 0, width, height // 8), fill="white")
    return image


def jpeg(width: int = 320, height: int = 200, *, orientation: int = 1, metadata: bool = True) -> bytes:
    """A photograph as a phone makes it: place, device, comment."""
    buffer = io.BytesIO()
    image = picture(width, height)
    if not metadata:
        image.save(buffer, "JPEG", quality=90)
        return buffer.getvalue()
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "PhoneMaker"
    exif.get_ifd(0x8825)[0x001D] = GPS
    image.save(buffer, "JPEG", quality=90, exif=exif, comment=b"taken at home")
    return buffer.getvalue()


def png(width: int = 320, height: int = 200) -> bytes:
    """A PNG with a text chunk."""
    from PIL.PngImagePlugin import PngInfo

    info = PngInfo()
    info.add_text("Author", "someone")
    buffer = io.BytesIO()
    picture(width, height).save(buffer, "PNG", pnginfo=info)
    return buffer.getvalue()


def heic(width: int = 320, height: int = 200) -> bytes:
    """A HEIC photograph."""
    buffer = io.BytesIO()
    exif = Image.Exif()
    exif[0x010F] = "PhoneMaker"
    pillow_heif.from_pillow(picture(width, height)).save(buffer, quality=80, exif=exif.tobytes())
    return buffer.getvalue()


def pdf(pages: int = 2, text: str = "Report") -> bytes:
    """A plain PDF with a line of text on each page."""
    document = pikepdf.new()
    font = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
    for number in range(pages):
        page = document.add_blank_page(page_size=(595, 842))
        page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
        page.Contents = document.make_stream(f"BT /F1 40 Tf 72 700 Td ({text} {number + 1}) Tj ET".encode())
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def dicom(rows: int = 64, columns: int = 48, *, frames: int = 1, preamble: bytes = bytes(128)) -> bytes:
    """A CT image: a gradient."""
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = CTImageStorage
    meta.MediaStorageSOPInstanceUID = generate_uid()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset = FileDataset("", {}, file_meta=meta, preamble=preamble)
    dataset.SOPClassUID, dataset.SOPInstanceUID = CTImageStorage, meta.MediaStorageSOPInstanceUID
    dataset.StudyInstanceUID, dataset.SeriesInstanceUID = generate_uid(), generate_uid()
    dataset.Modality, dataset.StudyDate, dataset.PatientName = "CT", "20261103", "Doe^Jane"
    dataset.Rows, dataset.Columns, dataset.SamplesPerPixel = rows, columns, 1
    dataset.PhotometricInterpretation = "MONOCHROME2"
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit, dataset.PixelRepresentation = 16, 12, 11, 0
    dataset.RescaleIntercept, dataset.RescaleSlope = -1024, 1
    dataset.WindowCenter, dataset.WindowWidth = 0, 2000
    if frames > 1:
        dataset.NumberOfFrames = frames
    row = struct.pack(f"<{columns}H", *(column * 2048 // columns for column in range(columns)))
    dataset.PixelData = row * rows * frames
    buffer = io.BytesIO()
    dataset.save_as(buffer, enforce_file_format=True)
    return buffer.getvalue()


def zip_of(files: dict[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """An archive."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def zip_of_dicom(count: int = 3) -> bytes:
    """An archive as one makes it of the folder of a disc."""
    return zip_of({f"DICOM/IM{number:04}": dicom() for number in range(count)} | {"__MACOSX/._IM": b"litter"})


def png_chunk(kind: bytes, data: bytes) -> bytes:
    """One chunk with its checksum."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
