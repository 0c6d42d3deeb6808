"""Several photographs of one document become one PDF: a page each, upright, without metadata."""

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from vault import sniff
from vault.children import Child
from vault.exceptions import FileRefused
from vault.files import FileWriter
from vault.models import StoredFile

MAX_PHOTOS = 60
PHOTO_TYPES = (sniff.JPEG, sniff.PNG, sniff.HEIC)


def merge_to_pdf(photos: Sequence[StoredFile]) -> StoredFile:
    """Make one PDF of photographs, in their order, under the content key of the first. The photographs stay.

    Args:
        photos: JPEG, PNG or HEIC files.

    Raises:
        FileRefused: none or too many, something else than a photograph among them, or one that cannot be read.
    """
    if not photos or len(photos) > MAX_PHOTOS or any(photo.media_type not in PHOTO_TYPES for photo in photos):
        raise FileRefused(
            "photos",
            _("Only photos (JPEG, PNG, HEIC), at most %(limit)s, can become one document.") % {"limit": MAX_PHOTOS},
            _("Add the other files one by one."),
        )
    child = Child("merge", photos)
    with FileWriter(photos[0].content_key) as writer:
        for kind, payload in child.frames():
            if kind == b"B":
                writer.write(payload)
        return writer.finish(media_type=sniff.PDF)
