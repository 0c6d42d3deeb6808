"""ZIP of DICOM: looked at entry by entry in place, never unpacked, and refused at the first thing out of order."""

import encodings.cp437  # noqa: F401  (names of entries; loaded now, nothing can be once the child is confined)
import io
import posixpath
import stat
import zipfile
from collections.abc import Iterator
from typing import Any, BinaryIO

from vault.limited.refusals import Refused

MAX_ENTRIES = 5000
MAX_UNPACKED = 4 * 1024 * 1024 * 1024
MAX_RATIO = 100
MAX_DEPTH = 12
# Below this even a high ratio does no harm: an empty image of 512 x 512 packs to almost nothing.
RATIO_FROM = 4 * 1024 * 1024
# An entry drawn in a preview is unpacked into memory.
MAX_DRAWN = 64 * 1024 * 1024
_ARCHIVES = (b"PK\x03\x04", b"PK\x05\x06", b"\x1f\x8b", b"7z\xbc\xaf", b"Rar!", b"BZh", b"\xfd7zXZ")
_LITTER = ("__MACOSX/", ".DS_Store", "Thumbs.db", "desktop.ini")


def entries(file: BinaryIO) -> tuple[zipfile.ZipFile, list[zipfile.ZipInfo]]:
    """Open an archive; the DICOM entries of it.

    Raises:
        Refused: `zip_entries`, `zip_size`, `zip_names`, `zip_link`, `zip_password`, `zip_nested`, `zip_other`,
            `zip_empty`, `unreadable`.
    """
    file.seek(0)
    try:
        archive = zipfile.ZipFile(file)
    except zipfile.BadZipFile as error:
        raise Refused("unreadable") from error
    found = archive.infolist()
    if len(found) > MAX_ENTRIES:
        raise Refused("zip_entries")
    _check_sizes(found)
    images = []
    for entry in found:
        _check_name(entry)
        if entry.is_dir() or any(litter in entry.filename for litter in _LITTER):
            continue
        _check_head(archive, entry)
        if posixpath.basename(entry.filename).upper() != "DICOMDIR":
            images.append(entry)
    if not images:
        raise Refused("zip_empty")
    return archive, sorted(images, key=lambda entry: entry.filename)


def _check_sizes(found: list[zipfile.ZipInfo]) -> None:
    unpacked = sum(entry.file_size for entry in found)
    if unpacked > MAX_UNPACKED:
        raise Refused("zip_size")
    end = 0
    for entry in sorted(found, key=lambda entry: entry.header_offset):
        # Entries that share bytes are how a small file unpacks to a huge one.
        if entry.header_offset < end:
            raise Refused("zip_size")
        end = entry.header_offset + 30 + entry.compress_size
        if entry.file_size > RATIO_FROM and entry.file_size > MAX_RATIO * max(1, entry.compress_size):
            raise Refused("zip_size")
    packed = sum(entry.compress_size for entry in found)
    if unpacked > RATIO_FROM and unpacked > MAX_RATIO * max(1, packed):
        raise Refused("zip_size")


def _check_name(entry: zipfile.ZipInfo) -> None:
    name = entry.orig_filename
    parts = name.replace("\\", "/").split("/")
    if name.startswith(("/", "\\")) or ".." in parts or ":" in parts[0] or any(ord(char) < 32 for char in name):
        raise Refused("zip_names")
    if len(parts) > MAX_DEPTH:
        raise Refused("zip_names")
    mode = entry.external_attr >> 16
    if mode and stat.S_IFMT(mode) not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise Refused("zip_link")
    if entry.flag_bits & 0x1:
        raise Refused("zip_password")
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise Refused("unreadable")


def _check_head(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
    try:
        with archive.open(entry) as opened:
            head = opened.read(132)
    except zipfile.BadZipFile as error:
        raise Refused("unreadable") from error
    if head.startswith(_ARCHIVES):
        raise Refused("zip_nested")
    if head[128:132] != b"DICM" or head.startswith((b"MZ", b"\x7fELF", b"#!", b"%PDF", b"<")):
        raise Refused("zip_other")


def examine(file: BinaryIO) -> dict[str, Any]:
    """Facts of an archive of DICOM files: how many `images`, and their `unpacked` size in bytes."""
    archive, images = entries(file)
    with archive:
        return {"images": len(images), "unpacked": sum(entry.file_size for entry in images)}


def sample(file: BinaryIO, most: int) -> Iterator[tuple[int, int, BinaryIO]]:
    """Some images of the archive, evenly spread, each unpacked into memory.

    Yields:
        Its rank, how many there are, and the file.
    """
    archive, images = entries(file)
    with archive:
        wanted = min(most, len(images))
        for rank in range(wanted):
            entry = images[rank * (len(images) - 1) // max(1, wanted - 1)]
            if entry.file_size <= MAX_DRAWN:
                yield rank, len(images), io.BytesIO(archive.read(entry))
