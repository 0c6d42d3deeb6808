"""Letting words of a page go on line in spite of a rule, and what the clock does to pages."""

import hashlib
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from wagtail.models import Page, Revision

from access import require
from audit import Actor, SystemActor, record
from clock import now
from cms.models import MOTIVE_LENGTH, ReleasedText, ReviewedPage
from cms.resources import PartnerResource
from cms.review import Remark, Unpublishable, blocking, fingerprint
from errors import Conflict, Invalid, Missing
from experts.notices import holders
from notify import send

CLOCK = "publication"


@dataclass(frozen=True)
class Draft:
    """A page whose newest words may not go on line.

    Args:
        page: as its newest revision has it.
        remarks: the blocking ones.
    """

    page: ReviewedPage
    revision: Revision
    remarks: list[Remark]


def _draft(page: Page) -> Draft | None:
    revision = page.get_latest_revision()
    if revision is None:
        return None
    newest = revision.as_object()
    found = blocking(newest) if isinstance(newest, ReviewedPage) else []
    return Draft(newest, revision, found) if found else None


def blocked_drafts(actor: Actor) -> list[Draft]:
    """Drafts with words nobody has released, by title.

    Raises:
        NotAllowed: not a coordinating doctor.
    """
    require(actor, "page.release", "page")
    pages = Page.objects.filter(has_unpublished_changes=True).order_by("title", "pk").specific()
    return [draft for page in pages if (draft := _draft(page)) is not None]


def blocked_draft(page_key: UUID, language: str, *, actor: Actor) -> Draft:
    """The draft of one page.

    Raises:
        NotAllowed: not a coordinating doctor.
        Missing: there is no such page, or nothing in it is kept back.
    """
    require(actor, "page.release", "page")
    page = Page.objects.filter(translation_key=page_key, locale__language_code=language).specific().first()
    draft = _draft(page) if page is not None else None
    if draft is None:
        raise Missing(_("Nothing in this page is kept back."))
    return draft


def release_page(page_key: UUID, language: str, motive: str, sha256: str, *, actor: Actor) -> None:
    """Put the draft on line in spite of the rules: these very words, with a motive (C-DEO-1).

    Args:
        sha256: fingerprint of the words the coordinating doctor was shown.

    Raises:
        NotAllowed: not a coordinating doctor.
        Missing: nothing in this page is kept back.
        Invalid: the motive is too short.
        Conflict: the editor has changed the words meanwhile.
    """
    require(actor, "page.release", "page")
    with transaction.atomic():
        locked = Page.objects.select_for_update().filter(translation_key=page_key, locale__language_code=language)
        list(locked)
        draft = blocked_draft(page_key, language, actor=actor)
        keep_release(page_key, language, motive, sha256, present=fingerprint(draft.page), actor=actor)
        record(
            "page.released",
            actor=actor,
            subjects={"page": [page_key]},
            detail={
                "language": language,
                "sha256": sha256,
                "rules": sorted({str(remark.finding.code) for remark in draft.remarks}),
            },
        )
        draft.revision.publish()


def keep_release(key: UUID, language: str, motive: str, sha256: str, *, present: str, actor: Actor) -> None:
    """Record that a coordinating doctor releases words, within the transaction of whoever calls.

    Args:
        key: of the page, or the id of an expert's text.
        sha256: of the words he was shown.
        present: of the words as they are.

    Raises:
        Invalid: the motive is too short.
        Conflict: the words have changed meanwhile.
    """
    motive = motive.strip()
    if len(motive) < MOTIVE_LENGTH:
        raise Invalid(_("The motive is too short."), fields={"motive": _("Say why in at least 20 characters.")})
    if sha256 != present:
        raise Conflict(_("The words have changed since you read them."), _("Read them again, then decide."))
    ReleasedText.objects.create(
        page_key=key, language=language, sha256=sha256, motive=motive, released_by_id=actor.person
    )


def check_live_pages() -> int:
    """Look through all that is on line, because rules and settings change, and tell the editors; how many remarks.

    They are told again only when something else is found.
    """
    found: list[tuple[str, str, str]] = []
    for page in Page.objects.live().order_by("pk").specific():
        if isinstance(page, ReviewedPage):
            found += [
                (str(page.translation_key), page.locale.language_code, remark.finding.words)
                for remark in blocking(page)
            ]
    for resource in PartnerResource.objects.filter(shown=True):
        found += [(str(resource.pk), field[-2:], finding.words) for field, finding in resource.findings()]
    if found:
        digest = hashlib.sha256(repr(found).encode()).hexdigest()[:32]
        with transaction.atomic():
            for user in holders("editor"):
                key = f"pages.findings:{user.pk}:{digest}"
                send("pages.findings", user=user, key=key, context={"count": len(found)})
    return len(found)


def follow_calendar() -> None:
    """Put on line what was planned for now, and take off what was to end; what a rule now refuses stays off."""
    moment = now()
    for revision in Revision.objects.filter(approved_go_live_at__lte=moment).order_by("approved_go_live_at"):
        try:
            with transaction.atomic():
                revision.publish(log_action="wagtail.publish.scheduled")
        except Unpublishable:
            _keep_off(revision)
    for page in Page.objects.live().filter(expire_at__lte=moment).specific():
        page.unpublish(set_expired=True, log_action="wagtail.unpublish.scheduled")


def _keep_off(revision: Revision) -> None:
    """Take a revision off the calendar and tell the editors."""
    page = revision.as_object()
    with transaction.atomic():
        Revision.objects.filter(pk=revision.pk).update(approved_go_live_at=None)
        record(
            "page.kept_off",
            actor=SystemActor(CLOCK),
            subjects={"page": [page.translation_key]},
            detail={"language": page.locale.language_code, "revision": revision.pk},
            outcome="refused",
        )
        for user in holders("editor"):
            send("pages.kept_off", user=user, key=f"pages.kept_off:{user.pk}:{revision.pk}", context={})
