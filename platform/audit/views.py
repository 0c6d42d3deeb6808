"""The data protection officer's pages. What he reads there is itself in the journal."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from audit import anchors
from audit.actions import find
from audit.checking import last_check, request_check
from audit.forms import FilterForm, NameForm
from audit.journal import KIND_LABELS, address_of, name_of, rows
from audit.requests import acting_as, request_key
from audit.services import record, record_read

PAGE = 50
_ROLE = "dpo"


@require_GET
def journal(request: HttpRequest) -> HttpResponse:
    """The events, newest first, narrowed by person, action and period; and whether the journal is whole."""
    actor = acting_as(request, _ROLE)
    kind, id_ = _chosen(request)
    form = FilterForm(request.GET if {"action", "since", "until"} & set(request.GET) else None)
    form.is_valid()
    filters = form.filters(kind, id_)
    page = Paginator(filters.events(), PAGE).get_page(request.GET.get("page"))
    # Read before this very reading is recorded: else the newest event would push one off the page.
    events = list(page.object_list)
    record_read(
        "journal.read",
        actor=actor,
        subjects={"user" if kind == "actor" else kind: [id_]} if id_ else {},
        detail={**filters.detail(), "page": page.number},
        request_key=request_key(request),
    )
    language = (get_language() or "fr")[:2]
    anchored = anchors.files()
    return render(
        request,
        "audit/journal.html",
        {
            "rows": rows(events, language),
            "page_obj": page,
            "filter_form": form,
            "name_form": NameForm(),
            "kind": kind,
            "id": id_,
            "about": name_of(kind, id_) if id_ else "",
            "check": last_check(),
            "anchor": anchored[-1].stem if anchored else "",
            "anchor_hash": anchors.file_hash(anchored[-1]) if anchored else "",
        },
    )


@require_POST
def search(request: HttpRequest) -> HttpResponse:
    """Everybody and every file a name finds, each with a link to its events."""
    actor = acting_as(request, _ROLE)
    form = NameForm(request.POST)
    valid = form.is_valid()
    found = find(form.cleaned_data["name"]) if valid else []
    subjects: dict[str, list[UUID]] = {}
    for one in found:
        subjects.setdefault("user" if one.kind == "actor" else one.kind, []).append(one.id)
    record("journal.searched", actor=actor, subjects=subjects, detail={"found": len(found)})
    links = [
        {"label": one.label, "kind": KIND_LABELS.get(one.kind, one.kind), "query": address_of(one.kind, one.id)}
        for one in found
    ]
    return render(
        request,
        "audit/found.html",
        {"form": form, "links": links, "searched": valid},
        status=200 if valid else 422,
    )


@require_POST
def request_verification(request: HttpRequest) -> HttpResponse:
    """Have the whole journal verified in the background."""
    actor = acting_as(request, _ROLE)
    record("journal.verification_requested", actor=actor)
    request_check()
    messages.success(request, _("The journal is being verified. The outcome will stand here in a moment."))
    return redirect("audit:journal")


def _chosen(request: HttpRequest) -> tuple[str, UUID | None]:
    """The person or thing named by the address; anything that is none counts as nobody."""
    kind = request.GET.get("kind", "")
    try:
        id_ = UUID(request.GET.get("id", ""))
    except ValueError:
        return "", None
    return (kind, id_) if kind in KIND_LABELS else ("", None)
