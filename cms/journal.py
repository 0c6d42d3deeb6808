"""The words of what this package writes to the journal, and the names of its ids."""

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from wagtail.models import Page, Revision

from audit import Actor, record, register_action, register_resolver
from cms.resources import PartnerResource

ACTIONS = {
    "page.published": _("Public page published"),
    "page.released": _("Public page released in spite of a rule of publication, with a motive"),
    "page.draft_read": _("Draft of a public page read"),
    "resource.written": _("Partner resource written"),
    "page.kept_off": _("Public page kept off the site by a rule of publication"),
}


def register() -> None:
    """Give the journal its words."""
    for name, label in ACTIONS.items():
        register_action(name, label)
    register_resolver("page", _name_pages)
    register_resolver("resource", _name_resources)


def _name_pages(ids: Collection[UUID]) -> Mapping[UUID, str]:
    return {page.translation_key: page.title for page in Page.objects.filter(translation_key__in=ids)}


def _name_resources(ids: Collection[UUID]) -> Mapping[UUID, str]:
    return {resource.pk: resource.name for resource in PartnerResource.objects.filter(pk__in=ids)}


def note_resource(user_id: UUID, resource: PartnerResource) -> None:
    """Write down who wrote a partner resource, with its status and whether it is shown."""
    record(
        "resource.written",
        actor=Actor(kind="user", id=user_id, role="editor"),
        subjects={"resource": [resource.pk]},
        detail={"status": resource.status, "shown": resource.shown},
    )


def note_publication(sender: type[Page], instance: Page, revision: Revision, **_options: Any) -> None:
    """Write down who wrote what goes on line; the pages of a new instance are nobody's (signal `page_published`)."""
    if revision.user_id is not None:
        record(
            "page.published",
            actor=Actor(kind="user", id=revision.user_id, role="editor"),
            subjects={"page": [instance.translation_key]},
            detail={"language": instance.locale.language_code, "revision": revision.pk},
        )
