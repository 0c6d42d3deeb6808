"""From what a form sent to one stored file: examined, harmless, the photographs of one document as its pages."""

from vault.exceptions import FileRefused
from vault.files import delete_file
from vault.intake import examine
from vault.models import StoredFile
from vault.photos import merge_to_pdf
from vault.refusals import refusal
from vault.upload import Received

#: Photographs of one document in one form.
MAX_PHOTOS = 20


def one_file(received: Received) -> StoredFile:
    """The one file of a document; several photographs become the pages of one PDF, in their order.

    Not inside a transaction: files are read and written.

    Args:
        received: what `vault.upload.receive` gave; nothing of it stays but the file that is returned.

    Raises:
        FileRefused: nothing was sent, a file is not what it seems, or several files are not all photographs.
    """
    if not received.files:
        raise refusal("no_file")
    kept: list[StoredFile] = []
    try:
        while received.files:
            stored = received.files[0].stored
            kept.append(examine(stored).stored)
            # Only now: until then `discard` must still find it.
            received.files.pop(0)
        return kept[0] if len(kept) == 1 else merge_to_pdf(kept)
    except FileRefused:
        received.discard()
        _delete(kept)
        kept.clear()
        raise
    finally:
        if len(kept) > 1:
            _delete(kept)


def _delete(files: list[StoredFile]) -> None:
    for stored in files:
        delete_file(stored)
