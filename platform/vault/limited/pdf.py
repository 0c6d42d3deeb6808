"""PDF: what must go before anyone opens it, and its pages as images."""

import io
from collections.abc import Iterator
from typing import Any, BinaryIO

import pikepdf
import pypdfium2
import pypdfium2.raw as pdfium
from pikepdf import Array, Dictionary, Name, Object

from vault.limited import pictures
from vault.limited.refusals import Refused

MAX_PAGES = 3000
MAX_DEPTH = 60
# Actions that run a program or a script, send the form somewhere, or open another file.
_ACTIONS = {
    "/JavaScript",
    "/Launch",
    "/SubmitForm",
    "/ImportData",
    "/Rendition",
    "/Movie",
    "/Sound",
    "/GoToE",
    "/GoToR",
}
_ACTIONS |= {"/RichMediaExecute", "/GoTo3DView"}
_MEDIA = {"/RichMedia", "/Movie", "/Screen", "/Sound", "/3D"}
_KEYS = {"/JS", "/XFA", "/RichMediaContent", "/RichMediaSettings"}
_MARKUP = (b"<html", b"<script", b"<?php", b"<svg", b"<!doctype", b"<%@")
_DATA_FILES = (".json", ".xml", ".csv", ".txt")


def examine(file: BinaryIO, size: int) -> tuple[dict[str, Any], list[str], bytes]:
    """Open a PDF and look for what could act by itself.

    Args:
        file: the file, seekable.
        size: its length in bytes.

    Returns:
        Facts (`pages`), what was taken out (codes; empty when the file may stay as it is), the cleaned file if so.

    Raises:
        Refused: `pdf_password`, `pdf_pages`, `unreadable`.
    """
    found = _foreign(file, size)
    try:
        document = pikepdf.open(file)
    except pikepdf.PasswordError as error:
        raise Refused("pdf_password") from error
    with document:
        pages = len(document.pages)
        if pages == 0:
            raise Refused("unreadable")
        if pages > MAX_PAGES:
            raise Refused("pdf_pages")
        found |= _disarm(document)
        if not found:
            _draws(file)
            return {"pages": pages}, [], b""
        cleaned = io.BytesIO()
        document.save(cleaned, encryption=False)
    cleaned.seek(0)
    with pikepdf.open(cleaned) as again:
        if _disarm(again) or len(again.pages) != pages:
            raise Refused("pdf_active")
    _draws(cleaned)
    return {"pages": pages}, sorted(found), cleaned.getvalue()


def _draws(file: BinaryIO) -> None:
    """The library that will draw the pages must open the file too."""
    file.seek(0)
    with pypdfium2.PdfDocument(file, autoclose=False) as document:
        document[0].get_size()


def _foreign(file: BinaryIO, size: int) -> set[str]:
    """Bytes of another kind of document before, inside the first kilobyte of, or after the PDF."""
    file.seek(0)
    head = file.read(1024)
    file.seek(max(0, size - 65536))
    tail = file.read()
    file.seek(0)
    found = set()
    if not head.startswith(b"%PDF-") or any(mark in head.lower() for mark in _MARKUP):
        found.add("foreign_bytes")
    end = tail.rfind(b"%%EOF")
    if end < 0 or tail[end + 5 :].strip(b"\r\n\t \0\x1a"):
        found.add("foreign_bytes")
    return found


def _disarm(document: pikepdf.Pdf) -> set[str]:
    """Take out whatever acts; what was found."""
    found: set[str] = set()
    names = document.Root.get("/Names")
    if isinstance(names, Dictionary):
        if "/JavaScript" in names:
            del names["/JavaScript"]
            found.add("script")
        if "/EmbeddedFiles" in names and not all(name.lower().endswith(_DATA_FILES) for name in document.attachments):
            del names["/EmbeddedFiles"]
            if "/AF" in document.Root:
                del document.Root["/AF"]
            found.add("attachment")
    for thing in document.objects:
        _disarm_object(thing, found, 0)
    _disarm_object(document.trailer, found, 0)
    return found


def _disarm_object(thing: Object, found: set[str], depth: int) -> None:
    """Walk the direct parts of one object; indirect ones come by themselves."""
    if depth > MAX_DEPTH:
        raise Refused("unreadable")
    if isinstance(thing, Array):
        for item in thing:
            if isinstance(item, (Dictionary, Array)) and not item.is_indirect:
                _disarm_object(item, found, depth + 1)
        return
    if not isinstance(thing, (Dictionary, pikepdf.Stream)):
        return
    for key in list(thing.keys()):
        part = thing.get(key)
        if key in _KEYS:
            del thing[key]
            found.add("script")
        elif key == "/EF" and str(thing.get("/F", "")).lower().endswith(_DATA_FILES):
            continue
        elif key == "/EF":
            del thing[key]
            found.add("attachment")
        elif isinstance(part, (Dictionary, Array)) and not part.is_indirect:
            _disarm_object(part, found, depth + 1)
    kind = thing.get("/S")
    if isinstance(kind, Name) and str(kind) in _ACTIONS and thing.get("/Type") in (None, Name.Action):
        for key in list(thing.keys()):
            del thing[key]
        # An action of a kind no reader knows does nothing.
        thing["/S"] = Name("/Removed")
        found.add("script" if str(kind) == "/JavaScript" else "action")
    if str(thing.get("/Subtype", "")) in _MEDIA and thing.get("/Type") in (None, Name.Annot):
        thing["/Subtype"] = Name("/Removed")
        found.add("media")


def pages(file: BinaryIO, width: int, most: int) -> Iterator[tuple[dict[str, Any], bytes]]:
    """Draw pages.

    Args:
        file: the file, seekable.
        width: of each image, in pixels.
        most: pages drawn at most.

    Yields:
        Facts of a page (`number`, `of`, `width`, `height`, `type`) and its image.
    """
    with pypdfium2.PdfDocument(file, autoclose=False) as document:
        if document.get_formtype() != pdfium.FORMTYPE_NONE:
            document.init_forms()
        total = len(document)
        for index in range(min(total, most)):
            page = document[index]
            across, down = page.get_size()
            if not 1 <= across <= 20000 or not 1 <= down <= 20000:
                raise Refused("unreadable")
            # A very long page (a receipt, a tracing) is drawn narrower instead of filling the memory.
            scale = min(width / across, 5 * width / down)
            bitmap = page.render(scale=scale)
            image = bitmap.to_pil().convert("RGB")
            page.close()
            yield pictures.facts(image, index + 1, total, "image/webp"), pictures.webp(image, 80)
