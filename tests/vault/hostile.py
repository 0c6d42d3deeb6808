"""Hostile files, made at run time: none of them lies in the repository, and none does anything but try."""

import io
import stat
import struct
import zipfile
import zlib

import pikepdf
from pikepdf import Array, Dictionary, Name

from tests.vault import samples
from vault.scan import EICAR

PHP = b"<?php system($_GET['c']); ?>"
HTML = b"<html><script>alert(document.cookie)</script></html>"


def saved(document: pikepdf.Pdf) -> bytes:
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def acting_pdf(part: str) -> bytes:
    """A PDF that would act by itself in a careless reader."""
    document = pikepdf.open(io.BytesIO(samples.pdf()))
    script = Dictionary(Type=Name.Action, S=Name.JavaScript, JS="app.alert(1)")
    launch = Dictionary(S=Name.Launch, F="cmd.exe", Win=Dictionary(F="cmd.exe", P="/c calc"))
    page = document.pages[0]
    if part == "open action":
        document.Root.OpenAction = script
    elif part == "indirect open action":
        document.Root.OpenAction = document.make_indirect(script)
    elif part == "names":
        tree = Dictionary(Names=Array(["start", document.make_indirect(script)]))
        document.Root.Names = Dictionary(JavaScript=document.make_indirect(tree))
    elif part == "page action":
        page.AA = Dictionary(O=script)
    elif part == "link":
        link = Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=Array([0, 0, 595, 842]), A=launch)
        page.Annots = Array([document.make_indirect(link)])
    elif part == "direct link":
        page.Annots = Array([Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=Array([0, 0, 9, 9]), A=launch)])
    elif part == "next action":
        document.Root.OpenAction = Dictionary(S=Name.GoTo, D=Array([page.obj, Name.Fit]), Next=Array([launch]))
    elif part == "form":
        field = Dictionary(FT=Name.Tx, T="x", AA=Dictionary(K=script))
        document.Root.AcroForm = Dictionary(Fields=Array([document.make_indirect(field)]), XFA="<xdp/>")
    elif part == "submit":
        document.Root.OpenAction = Dictionary(S=Name.SubmitForm, F="http://127.0.0.1:9/")
    elif part == "script in a stream":
        code = document.make_stream(b"app.alert(1)")
        document.Root.OpenAction = Dictionary(S=Name.JavaScript, JS=code)
    elif part == "object stream":
        document.Root.OpenAction = document.make_indirect(script)
        buffer = io.BytesIO()
        document.save(buffer, object_stream_mode=pikepdf.ObjectStreamMode.generate)
        return buffer.getvalue()
    elif part == "attached program":
        document.attachments["invoice.exe"] = b"MZ" + bytes(100)
    elif part == "rich media":
        media = Dictionary(
            Type=Name.Annot, Subtype=Name.RichMedia, Rect=Array([0, 0, 9, 9]), RichMediaContent=Dictionary()
        )
        page.Annots = Array([document.make_indirect(media)])
    return saved(document)


ACTING_PDFS = [
    "open action",
    "indirect open action",
    "names",
    "page action",
    "link",
    "direct link",
    "next action",
    "form",
    "submit",
    "script in a stream",
    "object stream",
    "attached program",
    "rich media",
]


def flate_bomb_pdf(megabytes: int = 3000) -> bytes:
    """Page content of a few kilobytes that inflates to gigabytes."""
    packer = zlib.compressobj(9, wbits=-15)
    block = packer.compress(b" " * (1 << 20)) + packer.flush(zlib.Z_FULL_FLUSH)
    packed = b"\x78\xda" + block * megabytes + b"\x03\0"
    # Deflated twice more: a thousandth each time.
    for _ in range(2):
        packed = zlib.compress(packed, 9)
    document = pikepdf.new()
    page = document.add_blank_page(page_size=(595, 842))
    page.Contents = document.make_stream(packed, Filter=Array([Name.FlateDecode] * 3))
    buffer = io.BytesIO()
    document.save(buffer, compress_streams=False, stream_decode_level=pikepdf.StreamDecodeLevel.none)
    return buffer.getvalue()


def page_loop_pdf() -> bytes:
    """A page tree that contains itself."""
    return (
        b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n"
        b"2 0 obj\n<< /Type /Pages /Count 1 /Kids [2 0 R 2 0 R] >>\nendobj\n"
        b"trailer\n<< /Size 3 /Root 1 0 R >>\nstartxref\n0\n%%EOF\n"
    )


def deep_pdf(depth: int = 100_000) -> bytes:
    """Arrays in arrays."""
    return (
        b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R /X "
        + b"[" * depth
        + b"]" * depth
        + b" >>\nendobj\n2 0 obj\n<< /Type /Pages /Count 0 /Kids [] >>\nendobj\n"
        b"trailer\n<< /Size 3 /Root 1 0 R >>\nstartxref\n0\n%%EOF\n"
    )


def password_pdf() -> bytes:
    document = pikepdf.open(io.BytesIO(samples.pdf()))
    buffer = io.BytesIO()
    document.save(buffer, encryption=pikepdf.Encryption(owner="o", user="u"))
    return buffer.getvalue()


def pixel_flood_png(side: int = 50_000) -> bytes:
    """Few kilobytes that ask for billions of pixels."""
    packer = zlib.compressobj(9)
    line = bytes(1 + side // 8)
    body = b"".join(packer.compress(line * 100) for _ in range(side // 100)) + packer.flush()
    head = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + samples.png_chunk(b"IHDR", head)
        + samples.png_chunk(b"IDAT", body)
        + samples.png_chunk(b"IEND", b"")
    )


def zip_bomb(megabytes: int = 100) -> bytes:
    """About a hundred kilobytes that unpack to a hundred megabytes, under the name of an image."""
    head = samples.dicom()
    return samples.zip_of({"DICOM/IM0001": head + bytes(megabytes << 20)})


def overlapping_zip() -> bytes:
    """Two entries that share the bytes of one."""
    data = bytearray(samples.zip_of({"IM1": samples.dicom(), "IM2": samples.dicom()}))
    central = data.rfind(b"PK\x01\x02")
    struct.pack_into("<I", data, central + 42, 0)
    return bytes(data)


def lying_zip() -> bytes:
    """An entry that says it is small and is not."""
    data = bytearray(samples.zip_of({"IM1": samples.dicom() + bytes(30 << 20)}))
    for start, offset in ((data.find(b"PK\x03\x04"), 22), (data.rfind(b"PK\x01\x02"), 24)):
        struct.pack_into("<I", data, start + offset, 4000)
    return bytes(data)


def link_zip() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        entry = zipfile.ZipInfo("DICOM/IM0001")
        entry.create_system = 3
        entry.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(entry, "/etc/passwd")
    return buffer.getvalue()


def password_zip() -> bytes:
    data = bytearray(samples.zip_of_dicom(1))
    for start, offset in ((data.find(b"PK\x03\x04"), 6), (data.find(b"PK\x01\x02"), 8)):
        data[start + offset] |= 1
    return bytes(data)


def endless_dicom() -> bytes:
    """An element that says it is four gigabytes long."""
    good = samples.dicom()
    place = good.find(b"\x10\x00\x10\x00PN")
    return good[:place] + b"\x10\x00\x10\x00UN\0\0\xfe\xff\xff\xff" + b"Doe"


# What `sniff` or `examine` must refuse, with the code of the refusal where it is certain.
REFUSED: dict[str, tuple[bytes, set[str]]] = {
    "empty": (b"", {"empty"}),
    "text": (b"just words", {"type"}),
    "html": (HTML, {"program"}),
    "html before pdf": (HTML + samples.pdf(), {"program"}),
    "svg with script": (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'></svg>", {"program"}),
    "xml bomb": (b"<?xml version='1.0'?><!DOCTYPE x [<!ENTITY a 'aaaa'>]><x>&a;</x>", {"program"}),
    "gif with script": (b"GIF89a/*" + bytes(20) + b"*/=alert(1)", {"picture"}),
    "program": (b"MZ" + bytes(200), {"program"}),
    "script": (b"#!/bin/sh\nrm -rf /\n", {"program"}),
    "office": (samples.zip_of({"[Content_Types].xml": b"<x/>", "word/document.xml": b"<x/>"}), {"office"}),
    "old office": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500), {"office"}),
    "avif": (b"\0\0\0\x1cftypavif\0\0\0\0avifmif1miaf" + bytes(100), {"picture"}),
    "dicom with program": (samples.dicom(preamble=b"MZ" + bytes(126)), {"program"}),
    "dicom with elf": (samples.dicom(preamble=b"\x7fELF" + bytes(124)), {"program"}),
    "dicom with shell": (samples.dicom(preamble=b"#!/bin/sh\n".ljust(128, b"\0")), {"program"}),
    "dicom with pdf": (samples.dicom(preamble=b"%PDF-1.4\n".ljust(128, b"\0")), {"program"}),
    "dicom with html": (samples.dicom(preamble=b"  <html>".ljust(128, b"\0")), {"program"}),
    "endless dicom": (endless_dicom(), {"unreadable", "too_heavy"}),
    "dicom cut": (samples.dicom()[:200], {"unreadable"}),
    "dicom of nothing": (bytes(128) + b"DICM" + bytes(100), {"unreadable"}),
    "pdf cut": (samples.pdf()[:60], {"unreadable"}),
    "pdf of nothing": (b"%PDF-1.7\n" + bytes(1000) + b"%%EOF", {"unreadable"}),
    "page loop": (page_loop_pdf(), {"unreadable"}),
    "deep pdf": (deep_pdf(), {"unreadable", "too_heavy"}),
    "flate bomb": (flate_bomb_pdf(), {"unreadable", "too_heavy", "too_long"}),
    "password pdf": (password_pdf(), {"pdf_password"}),
    "jpeg cut": (samples.jpeg()[:-400], {"unreadable"}),
    "jpeg of nothing": (b"\xff\xd8\xff\xe0" + bytes(2000), {"unreadable"}),
    "png flood": (pixel_flood_png(), {"pixels"}),
    "png cut": (samples.png()[:-30], {"unreadable"}),
    "png with a false checksum": (samples.png()[:-6] + b"\0\0" + samples.png()[-4:], {"unreadable"}),
    "heic of nothing": (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(400), {"unreadable"}),
    "zip bomb": (zip_bomb(), {"zip_size"}),
    "zip of overlaps": (overlapping_zip(), {"zip_size", "unreadable"}),
    "zip that lies about its size": (lying_zip(), {"unreadable"}),
    "zip of too many": (samples.zip_of({f"f{n}": b"" for n in range(10_000)}), {"zip_entries"}),
    "zip with way up": (samples.zip_of({"../../etc/cron.d/x": samples.dicom()}), {"zip_names"}),
    "zip with way up, windows": (samples.zip_of({"..\\..\\x": samples.dicom()}), {"zip_names"}),
    "zip with absolute name": (samples.zip_of({"/etc/passwd": samples.dicom()}), {"zip_names"}),
    "zip with drive": (samples.zip_of({"C:/x": samples.dicom()}), {"zip_names"}),
    "zip with link": (link_zip(), {"zip_link"}),
    "zip with password": (password_zip(), {"zip_password"}),
    "zip in zip": (samples.zip_of({"IM1": samples.dicom(), "inner.zip": samples.zip_of_dicom()}), {"zip_nested"}),
    "zip with program": (samples.zip_of({"IM1": samples.dicom(), "viewer.exe": b"MZ" + bytes(900)}), {"zip_other"}),
    "zip with polyglot": (samples.zip_of({"IM1": samples.dicom(preamble=b"MZ" + bytes(126))}), {"zip_other"}),
    "zip of text": (samples.zip_of({"a.txt": b"words"}), {"zip_other"}),
    "zip of nothing": (samples.zip_of({"folder/": b""}), {"zip_empty"}),
    "zip cut": (samples.zip_of_dicom()[:-40], {"unreadable"}),
    "disc contents only": (samples.zip_of({"DICOMDIR": samples.dicom()}), {"zip_empty"}),
}

# What is kept in a harmless form, with a part that may not survive.
DISARMED: dict[str, tuple[bytes, bytes]] = {
    "jpeg with php at the end": (samples.jpeg() + PHP, PHP),
    "jpeg with php in a comment": (samples.jpeg()[:2] + b"\xff\xfe\x00\x1e" + PHP + samples.jpeg()[2:], PHP),
    "jpeg with zip at the end": (samples.jpeg() + samples.zip_of({"a": b"x"}), b"PK\x03\x04"),
    "png with html in a chunk": (
        samples.png()[:33] + samples.png_chunk(b"tEXt", b"Comment\0" + HTML) + samples.png()[33:],
        b"<script>",
    ),
    "png with program at the end": (samples.png() + b"MZ" + bytes(50), b"MZ\0\0"),
    "pdf with html at the end": (samples.pdf() + HTML, b"<script>"),
    "pdf with html in its first lines": (samples.pdf().replace(b"\n", b"\n%" + HTML + b"\n", 1), b"<script>"),
    "pdf after blank lines": (b"\r\n\r\n" + samples.pdf(), b"\r\n\r\n%PDF"),
    "dicom with a filled preamble": (samples.dicom(preamble=b"II*\0".ljust(128, b"x")), b"xxxx"),
}


def eicar_files() -> dict[str, bytes]:
    """The test file of scanners, inside each kind."""
    return {
        "pdf": samples.pdf().replace(b"%%EOF", b"%" + EICAR + b"\n%%EOF"),
        "jpeg": samples.jpeg() + EICAR,
        "dicom": samples.dicom() + EICAR,
        "zip": samples.zip_of({"DICOM/IM1": samples.dicom() + EICAR}),
    }
