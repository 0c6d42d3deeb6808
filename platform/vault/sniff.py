"""The kind of a file, judged by its first bytes; never by its name or by what the browser says."""

from vault.refusals import refusal

PDF = "application/pdf"
JPEG = "image/jpeg"
PNG = "image/png"
HEIC = "image/heic"
DICOM = "application/dicom"
ZIP = "application/zip"
ACCEPTED = (PDF, JPEG, PNG, HEIC, DICOM, ZIP)
# Bytes needed to judge: the DICOM mark stands at 128, the entries of an office file within the first kilobytes.
HEAD_BYTES = 4096

_HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}
_AVIF_BRANDS = {b"avif", b"avis"}
_PROGRAMS = (b"MZ", b"\x7fELF", b"#!", b"\xca\xfe\xba\xbe", b"\xfe\xed\xfa", b"\xcf\xfa\xed\xfe")
_PICTURES = (b"GIF8", b"II*\0", b"MM\0*", b"BM", b"RIFF", b"\0\0\x01\0")
_OFFICE_ENTRIES = (b"[Content_Types].xml", b"mimetypeapplication/", b"word/", b"xl/", b"ppt/")
_MARKUP = (b"<html", b"<!doctype", b"<script", b"<svg", b"<?php", b"<?xml")
# What a few programs write before the PDF; the file is written anew without it.
_BEFORE_PDF = b"\xef\xbb\xbf\r\n\t \0"


def media_type(head: bytes) -> str:
    """The media type of a file.

    Args:
        head: its first `HEAD_BYTES` bytes, or all of a shorter file.

    Raises:
        vault.exceptions.FileRefused: not one of `ACCEPTED`; the error says what to do.
    """
    if not head:
        raise refusal("empty")
    if head[128:132] == b"DICM":
        preamble = head[:128].lstrip()
        if preamble.startswith((*_PROGRAMS, b"%PDF", b"PK", b"<", b"GIF8", b"\xff\xd8")):
            raise refusal("program")
        return DICOM
    if head[:16].lstrip(_BEFORE_PDF).startswith(b"%PDF-"):
        return PDF
    if head.startswith(b"\xff\xd8\xff"):
        return JPEG
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if head[4:8] == b"ftyp":
        return _by_brand(head)
    if head.startswith(b"PK\x03\x04"):
        if any(name in head[:200] for name in _OFFICE_ENTRIES):
            raise refusal("office")
        return ZIP
    raise refusal(_reason(head))


def _by_brand(head: bytes) -> str:
    """HEIC and its relatives share one container; the brands tell them apart."""
    box = head[8 : min(int.from_bytes(head[:4], "big"), 256)]
    brands = {box[:4], *(box[start : start + 4] for start in range(8, len(box), 4))}
    if brands & _AVIF_BRANDS:
        raise refusal("picture")
    if brands & _HEIC_BRANDS:
        return HEIC
    raise refusal("type")


def _reason(head: bytes) -> str:
    if head.startswith(_PROGRAMS) or any(mark in head[:1024].lower() for mark in _MARKUP):
        return "program"
    if head.startswith((b"\xd0\xcf\x11\xe0", b"{\\rtf")):
        return "office"
    return "picture" if head.startswith(_PICTURES) else "type"
