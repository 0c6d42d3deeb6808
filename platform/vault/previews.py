"""Page images of a file, drawn once in a limited child and kept under the content key of the file."""

import json
import struct
from collections.abc import Iterator
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from clock import now
from errors import Conflict
from vault import conf, sniff
from vault.children import Child
from vault.exceptions import FileRefused
from vault.files import delete_file, write_file
from vault.models import Preview, PreviewPage, StoredFile

_TYPES = ("image/webp", "image/png")


def page_images(stored: StoredFile) -> list[StoredFile]:
    """The page images of a file, drawn at the first call; empty when they cannot be drawn.

    Why they could not is recorded in `stored.preview` (`state`, `reason`: a code of `vault.refusals.WORDS`); a failure
    of the file itself never raises. Called twice, even at the same time, it keeps one set of images.

    Args:
        stored: a file the malware scanner found clean.

    Raises:
        errors.Conflict: the file is not scanned, or infected.
    """
    preview = Preview.objects.filter(source=stored).first()
    if preview is None or preview.state == Preview.State.PENDING:
        if not stored.is_clean:
            raise Conflict(_("This file is not checked yet, so its pages cannot be shown."))
        _draw(stored)
    pages = PreviewPage.objects.filter(preview=stored.pk).select_related("image__content_key").order_by("number")
    return [page.image for page in pages]


def _draw(stored: StoredFile) -> None:
    """Draw outside any transaction, then write the outcome in a short one."""
    drawn: list[tuple[StoredFile, dict[str, Any]]] = []
    reason, total = "", 0
    try:
        for facts, image in _pictures(stored):
            total = int(facts["of"])
            drawn.append((write_file(stored.content_key, [image], media_type=str(facts["type"])), facts))
    except FileRefused as refused:
        # What was drawn before the time was up is worth showing.
        reason = refused.code
    state = Preview.State.READY if drawn else Preview.State.FAILED
    with transaction.atomic():
        preview, _made = Preview.objects.get_or_create(source=stored)
        preview = Preview.objects.select_for_update().get(pk=preview.pk)
        if preview.state != Preview.State.PENDING:
            # Someone else was faster.
            for image_file, _facts in drawn:
                delete_file(image_file)
            return
        for image_file, _facts in drawn:
            # Our own drawing of a checked file needs no second check.
            image_file.scan_state, image_file.scanner, image_file.scanned_at = StoredFile.Scan.CLEAN, "preview", now()
            image_file.save(update_fields=["scan_state", "scanner", "scanned_at"])
        PreviewPage.objects.bulk_create(
            PreviewPage(
                preview=preview, number=facts["number"], image=image_file, width=facts["width"], height=facts["height"]
            )
            for image_file, facts in drawn
        )
        preview.state, preview.reason, preview.page_count, preview.drawn_at = state, reason, total, now()
        preview.save()


def _pictures(stored: StoredFile) -> Iterator[tuple[dict[str, Any], bytes]]:
    if stored.media_type not in sniff.ACCEPTED:
        return
    options = {"width": conf.preview_width(), "most": conf.preview_max_pages()}
    for kind, payload in Child("pages", [stored], options=options).frames():
        if kind == b"P":
            (length,) = struct.unpack_from(">H", payload)
            facts, image = json.loads(payload[2 : 2 + length]), payload[2 + length :]
            # The child is not trusted: what it calls an image is stored under one of two names, as an image.
            if facts["type"] in _TYPES:
                yield facts, image


def forget_preview(stored: StoredFile) -> None:
    """Delete the page images of a file; they are drawn again when asked for."""
    with transaction.atomic():
        images = [page.image for page in PreviewPage.objects.filter(preview=stored.pk).select_related("image")]
        Preview.objects.filter(source=stored).delete()
        for image in images:
            delete_file(image)
