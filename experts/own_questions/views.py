"""The expert's pages about his own questions, by pathology: what is asked, writing, ordering, preview, publication."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import require_role
from accounts.names import fold_name
from errors import Missing
from experts.forms import submit
from experts.models import ExpertProfile, OwnQuestions
from experts.own_questions import services
from experts.own_questions.content import body_of
from experts.own_questions.forms import KINDS, ItemForm, kind_of
from experts.own_questions.presenters import asked_of_everybody, item_rows
from experts.own_questions.selectors import (
    asked_now,
    is_published,
    item_in,
    newest_version,
    retired_of,
    working_copy,
)
from experts.questionnaires.forms import block_form
from experts.selectors import own_profile
from experts.views import reading, reading_and_writing


def _copy(request: HttpRequest, pathology_id: UUID) -> tuple[ExpertProfile, OwnQuestions]:
    actor = request.actor  # type: ignore[attr-defined]
    expert = own_profile(actor)
    return expert, working_copy(actor, expert, pathology_id)


@reading
@require_role("expert")
def list_page(request: HttpRequest) -> HttpResponse:
    """The pathologies of the expert who reads, with what he asks besides."""
    expert = own_profile(request.actor)  # type: ignore[attr-defined]
    copies = {own.pathology_id: own for own in expert.own_questions.all()}
    newest = {version.pathology_id: version for version in asked_now(expert)}
    rows = []
    for pathology in sorted(expert.pathologies.all(), key=lambda one: fold_name(one.name)):
        own = copies.get(pathology.pk) or OwnQuestions(expert=expert, pathology=pathology)
        version = newest.get(pathology.pk)
        rows.append({"pathology": pathology, "own": own, "newest": version, "published": is_published(own, version)})
    return render(request, "experts/own_questions/list.html", {"rows": rows})


@reading
@require_role("expert")
def page(request: HttpRequest, pathology_id: UUID) -> HttpResponse:
    """One pathology: what everybody is asked, what the expert adds, and whether it is published."""
    expert, own = _copy(request, pathology_id)
    newest = newest_version(expert.pk, pathology_id)
    context = {
        "pathology": own.pathology,
        "questions": item_rows(own.questions),
        "documents": item_rows(own.documents),
        "kinds": [(kind, name) for kind, (_form, name) in KINDS.items() if kind != "document"],
        "newest": newest,
        "published": is_published(own, newest),
        "retired": retired_of(expert, pathology_id),
        "other_language": "fr" if get_language() == "en" else "en",
        "asked": asked_of_everybody(own.pathology),
    }
    return render(request, "experts/own_questions/page.html", context)


def _answer(request: HttpRequest, own: OwnQuestions, form: ItemForm, title: object, *, new: bool) -> HttpResponse:
    context = {"pathology": own.pathology, "form": form, "title": title, "new": new}
    return render(request, "experts/own_questions/item.html", context, status=422 if form.errors else 200)


@reading_and_writing
@require_role("expert")
def add(request: HttpRequest, pathology_id: UUID, kind: str) -> HttpResponse:
    """Write a new question or document."""
    expert, own = _copy(request, pathology_id)
    if kind not in KINDS:
        raise Missing(_("This page does not exist."))
    of_kind, title = KINDS[kind]
    form = of_kind(request.POST or None)
    actor = request.actor  # type: ignore[attr-defined]
    if request.method == "POST" and submit(
        form, lambda: services.save_item(expert.pk, pathology_id, form.item(), actor=actor)
    ):
        messages.success(request, _("Written down. It is asked once you publish."))
        return redirect("experts:own", pathology_id)
    return _answer(request, own, form, title, new=True)


@reading_and_writing
@require_role("expert")
def change(request: HttpRequest, pathology_id: UUID, item_id: UUID) -> HttpResponse:
    """Word a question or document anew."""
    expert, own = _copy(request, pathology_id)
    item = item_in(own, item_id)
    of_kind, title = KINDS[kind_of(item)]
    form = of_kind(request.POST or None, initial=of_kind.initial_of(item))
    actor = request.actor  # type: ignore[attr-defined]
    if request.method == "POST" and submit(
        form, lambda: services.save_item(expert.pk, pathology_id, form.item(), actor=actor, item_id=item_id)
    ):
        messages.success(request, _("Written down. It is asked once you publish."))
        return redirect("experts:own", pathology_id)
    return _answer(request, own, form, title, new=False)


@require_POST
@require_role("expert")
def move(request: HttpRequest, pathology_id: UUID, item_id: UUID) -> HttpResponse:
    """Put a question or document one place higher or lower."""
    expert, _own = _copy(request, pathology_id)
    actor = request.actor  # type: ignore[attr-defined]
    services.move_item(expert.pk, pathology_id, item_id, up=request.POST.get("to") == "up", actor=actor)
    return redirect("experts:own", pathology_id)


@reading_and_writing
@require_role("expert")
def remove(request: HttpRequest, pathology_id: UUID, item_id: UUID) -> HttpResponse:
    """Ask before a question or document is taken out, then take it out."""
    expert, own = _copy(request, pathology_id)
    item = item_in(own, item_id)
    if request.method == "POST":
        services.remove_item(expert.pk, pathology_id, item_id, actor=request.actor)  # type: ignore[attr-defined]
        messages.success(request, _("Taken out. It is no longer asked once you publish."))
        return redirect("experts:own", pathology_id)
    context = {"pathology": own.pathology, "row": item_rows([item])[0]}
    return render(request, "experts/own_questions/remove.html", context)


@reading_and_writing
@require_role("expert")
def preview(request: HttpRequest, pathology_id: UUID) -> HttpResponse:
    """What a patient will see; from here it is published."""
    expert, own = _copy(request, pathology_id)
    if request.method == "POST":
        actor = request.actor  # type: ignore[attr-defined]
        if services.publish_questions(expert.pk, pathology_id, actor=actor) is None:
            messages.info(request, _("Nothing has changed since your last version."))
        else:
            messages.success(request, _("Published: it is asked in requests that name you from now on."))
        return redirect("experts:own", pathology_id)
    body: Any = body_of(own)
    language = (get_language() or "fr")[:2]
    context = {
        "pathology": own.pathology,
        "blocks": [(block["intro"][language], block_form(block, {}, language)) for block in body["blocks"]],
        "documents": item_rows(own.documents),
        "published": is_published(own, newest_version(expert.pk, pathology_id)),
    }
    return render(request, "experts/own_questions/preview.html", context)
