"""Examine a received file with the parser of its kind, in a limited child, and keep it in a harmless form.

| kind | kept |
|---|---|
| PDF | byte for byte; with scripts, launch actions, media, attached programs or foreign bytes: anew, without them |
| JPEG, PNG | the same pixels bit for bit, without metadata (place, device, comments) and without what follows the end |
| HEIC | as JPEG, upright, without metadata |
| DICOM | byte for byte; its free 128 first bytes emptied if they are not |
| ZIP of DICOM | byte for byte |

Everything else is refused with what to do.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from vault import sniff
from vault.children import Child
from vault.files import FileWriter, delete_file, read_file, write_file
from vault.models import StoredFile
from vault.refusals import refusal

_PREAMBLE = 128


@dataclass(frozen=True)
class Examined:
    """A file that may be kept.

    Args:
        stored: the file to keep: the one that was examined, or its harmless form.
        facts: what the parser found (pages, width, height, modality, frames, images …), never shown as such.
        taken_out: what is no longer in it: `script`, `action`, `media`, `attachment`, `foreign_bytes`, `metadata`,
            `preamble`, `converted`; empty when it is kept byte for byte.
    """

    stored: StoredFile
    facts: dict[str, Any] = field(default_factory=dict)
    taken_out: tuple[str, ...] = ()


def examine(stored: StoredFile) -> Examined:
    """Examine a file nothing points to yet; when another form of it is kept, this one is deleted.

    Args:
        stored: as received.

    Raises:
        vault.exceptions.FileRefused: not what it seems, or not to be made harmless; the caller deletes it.
    """
    if sniff.media_type(b"".join(read_file(stored, 0, sniff.HEAD_BYTES))) != stored.media_type:
        raise refusal("unreadable")
    child = Child("examine", [stored])
    with FileWriter(stored.content_key) as writer:
        for kind, payload in child.frames():
            if kind == b"B":
                writer.write(payload)
        facts, taken_out = child.answer["facts"], tuple(child.answer["taken_out"])
        if writer.size:
            kept = writer.finish(media_type=str(facts.pop("type", stored.media_type)))
        elif "preamble" in taken_out:
            kept = write_file(stored.content_key, _without_preamble(stored), media_type=stored.media_type)
        else:
            facts.pop("type", None)
            return Examined(stored, facts, taken_out)
    delete_file(stored)
    return Examined(kept, facts, taken_out)


def _without_preamble(stored: StoredFile) -> Iterator[bytes]:
    return chain([bytes(_PREAMBLE)], read_file(stored, _PREAMBLE))
