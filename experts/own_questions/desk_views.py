"""The coordinator's pages about an expert's own questions: what is asked now, and retiring one with a motive."""

import uuid
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.access import require_role
from audit import record_read
from experts.forms import submit
from experts.own_questions import services
from experts.own_questions.content import items_of
from experts.own_questions.forms import RetireForm
from experts.own_questions.presenters import item_rows
from experts.own_questions.selectors import asked_item, asked_now, retired_of
from experts.selectors import one_expert
from experts.views import reading, reading_and_writing


@reading
@require_role("coordinator")
def questions(request: HttpRequest, expert_id: UUID) -> HttpResponse:
    """What an expert asks besides, by pathology, and what was retired."""
    actor = request.actor  # type: ignore[attr-defined]
    expert = one_expert(actor, expert_id)
    record_read(
        "expert.read",
        actor=actor,
        subjects={"expert": [expert.pk], "user": [expert.user_id]},
        request_key=uuid.uuid4().hex,
    )
    asked = [(row, item_rows(items_of(row.body))) for row in asked_now(expert)]
    context = {"expert": expert, "asked": [pair for pair in asked if pair[1]], "retired": retired_of(expert)}
    return render(request, "experts/own_questions/desk.html", context)


@reading_and_writing
@require_role("coordinator")
def retire(request: HttpRequest, expert_id: UUID, item_id: UUID) -> HttpResponse:
    """Retire a question or document of an expert; he is told and reads why."""
    actor = request.actor  # type: ignore[attr-defined]
    expert = one_expert(actor, expert_id)
    questionnaire, item = asked_item(expert, item_id)
    form = RetireForm(request.POST or None)
    if request.method == "POST" and submit(
        form, lambda: services.retire_question(expert.pk, item_id, form.cleaned_data["motive"], actor=actor)
    ):
        messages.success(request, _("Retired. The expert is told, and reads why."))
        return redirect("experts_desk:questions", expert.pk)
    context = {"expert": expert, "pathology": questionnaire.pathology, "row": item_rows([item])[0], "form": form}
    return render(request, "experts/own_questions/retire.html", context, status=422 if form.errors else 200)
