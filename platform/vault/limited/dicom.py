"""DICOM: what an image file says of itself, and its frames as 8-bit images."""

import importlib
import io
from collections.abc import Iterator
from typing import Any, BinaryIO

import numpy as np
import pydicom
from PIL import Image
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.pixels.processing import apply_modality_lut
from pydicom.pixels.utils import pixel_array
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, generate_uid

from vault.limited import pictures
from vault.limited.refusals import Refused

PREAMBLE = 128
MAX_FRAME_PIXELS = 120_000_000
# Frames drawn of one file; a film of 120 is not read picture by picture in a preview.
MAX_FRAMES = 12
_FACTS = {
    "modality": "Modality",
    "study_date": "StudyDate",
    "study_uid": "StudyInstanceUID",
    "series_uid": "SeriesInstanceUID",
    "instance_uid": "SOPInstanceUID",
}
_DIRECTORY = "1.2.840.10008.1.3.10"


def warm(*, drawing: bool) -> None:
    """Use what is used later once, so that nothing is left to load.

    Args:
        drawing: whether frames will be drawn, which needs the decoders too.
    """
    for name in ("gdcm", "PIL.Jpeg2KImagePlugin") if drawing else ():
        importlib.import_module(name)
    dataset = FileDataset("", {}, file_meta=FileMetaDataset(), preamble=bytes(PREAMBLE))
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID = CTImageStorage
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID = generate_uid()
    dataset.Rows = dataset.Columns = 2
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation, dataset.PixelRepresentation = 1, "MONOCHROME2", 0
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 16, 16, 15
    dataset.RescaleSlope, dataset.RescaleIntercept = 1, 0
    dataset.PixelData = bytes(8)
    buffer = io.BytesIO()
    dataset.save_as(buffer, enforce_file_format=True)
    examine(buffer)
    if drawing:
        list(pages(buffer, 2, 1))


def read_head(file: BinaryIO) -> Dataset:
    """Everything before the pixels.

    Raises:
        Refused: `unreadable` when the elements do not follow the standard.
    """
    file.seek(0)
    dataset = pydicom.dcmread(file, stop_before_pixels=True)
    if not dataset.get("SOPClassUID") and dataset.file_meta.get("MediaStorageSOPClassUID") != _DIRECTORY:
        raise Refused("unreadable")
    return dataset


def examine(file: BinaryIO) -> tuple[dict[str, Any], list[str]]:
    """Read a DICOM file.

    Returns:
        Facts (modality, date, ids, rows, columns, frames), and `preamble` when its first 128 bytes must be emptied.

    Raises:
        Refused: `dicom_directory`, `pixels`, `unreadable`.
    """
    file.seek(0)
    preamble = file.read(PREAMBLE)
    dataset = read_head(file)
    if dataset.file_meta.get("MediaStorageSOPClassUID") == _DIRECTORY:
        raise Refused("dicom_directory")
    facts: dict[str, Any] = {name: str(dataset.get(keyword, ""))[:64] for name, keyword in _FACTS.items()}
    rows, columns = int(dataset.get("Rows") or 0), int(dataset.get("Columns") or 0)
    if rows * columns > MAX_FRAME_PIXELS:
        raise Refused("pixels")
    facts |= {"rows": rows, "columns": columns, "frames": int(dataset.get("NumberOfFrames") or 1)}
    return facts, ["preamble"] if preamble.strip(b"\0") else []


def pages(file: BinaryIO, width: int, most: int) -> Iterator[tuple[dict[str, Any], bytes]]:
    """Draw frames, evenly spread when there are many.

    Raises:
        Refused: `no_pixels` for a file without image, `syntax` when no allowed decoder reads it.
    """
    dataset = read_head(file)
    rows, columns = int(dataset.get("Rows") or 0), int(dataset.get("Columns") or 0)
    if not rows or not columns:
        raise Refused("no_pixels")
    if rows * columns > MAX_FRAME_PIXELS:
        raise Refused("pixels")
    total = max(1, int(dataset.get("NumberOfFrames") or 1))
    wanted = min(total, most, MAX_FRAMES)
    for number in range(wanted):
        index = number * (total - 1) // max(1, wanted - 1)
        file.seek(0)
        # A deflated file cannot be read frame by frame.
        source = pydicom.dcmread(file) if dataset.file_meta.TransferSyntaxUID.is_deflated else file
        try:
            pixels = pixel_array(source, index=index)
        except (NotImplementedError, RuntimeError) as error:
            raise Refused("syntax") from error
        image = pictures.narrow(to_image(pixels, dataset), width)
        yield pictures.facts(image, number + 1, total, "image/png"), pictures.png(image)


def to_image(pixels: "np.ndarray[Any, Any]", dataset: Dataset) -> Image.Image:
    """One frame in 8 bits, windowed as the file asks, else from the first to the last percent of its values."""
    if pixels.ndim == 3:
        return Image.fromarray(pixels.astype(np.uint8), "RGB")
    values = apply_modality_lut(pixels, dataset).astype(np.float32)
    center, width = _first(dataset.get("WindowCenter")), _first(dataset.get("WindowWidth"))
    if center is not None and width is not None and width >= 1:
        low, high = center - width / 2, center + width / 2
    else:
        low, high = (float(value) for value in np.percentile(values, (1, 99)))
    scaled = np.clip((values - low) / max(high - low, 1e-6), 0, 1) * 255
    if dataset.get("PhotometricInterpretation") == "MONOCHROME1":
        scaled = 255 - scaled
    return Image.fromarray(scaled.astype(np.uint8), "L")


def _first(value: Any) -> float | None:
    """A window may be given several times; the first is the one to show."""
    if value is None:
        return None
    try:
        return float(value[0] if hasattr(value, "__getitem__") and not isinstance(value, str) else value)
    except (TypeError, ValueError, IndexError):
        return None
