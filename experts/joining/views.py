"""«Devenir expert»: what it asks, told to everybody, and a candidate's own candidacy."""

import uuid
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.access import public
from accounts.models import User
from audit import record_read
from errors import Invalid
from experts.forms import add_refusal, submit
from experts.joining import services
from experts.joining.forms import AnswerForm, CandidacyForm
from experts.joining.presenters import path_steps, rows_of
from experts.joining.selectors import own_candidacy
from experts.models import Candidacy
from experts.selectors import known_pathologies
from experts.views import reading, reading_and_writing

State = Candidacy.State


def _own(request: HttpRequest) -> Candidacy | None:
    return own_candidacy(request.actor.person)  # type: ignore[attr-defined]


def journal_reading(request: HttpRequest, candidacy: Candidacy) -> None:
    """One event: this reader was shown this candidacy."""
    with transaction.atomic():
        record_read(
            "candidacy.read",
            actor=request.actor,  # type: ignore[attr-defined]
            subjects={"candidacy": [candidacy.pk], "user": [candidacy.applicant_id]},
            request_key=uuid.uuid4().hex,
        )


@public
@reading
def start(request: HttpRequest) -> HttpResponse:
    """What an expert does here, who can become one, and how it goes."""
    user: Any = request.user
    known = user.is_authenticated
    candidacy = own_candidacy(user.pk) if known else None
    context = {
        "known": known,
        "why_not": services.why_not(user) if known else "",
        "candidacy": candidacy if candidacy is not None and candidacy.state != State.WITHDRAWN else None,
        "next": reverse("joining:candidacy"),
        "pathologies": known_pathologies(),
        "days": settings.COMMITTEE["days"],
        "writing_days": settings.CLOCKS["second_opinion"]["writing"] // 24,
    }
    return render(request, "experts/joining/start.html", context)


@reading
def candidacy(request: HttpRequest) -> HttpResponse:
    """Where the candidacy of the reader stands, and what happens next until when."""
    own = _own(request)
    if own is None:
        user: User = request.user  # type: ignore[assignment]
        return redirect("joining:start" if services.why_not(user) else "joining:write")
    gone = own.state == State.WITHDRAWN
    context = {
        "candidacy": own,
        "rows": [] if gone else rows_of(own),
        "steps": path_steps(own),
        "undecided": own.state == State.SENT or (own.state == State.REFUSED and not own.is_told),
        "refused": own.state == State.REFUSED and own.is_told,
        "may_begin": own.state in (State.REFUSED, State.WITHDRAWN),
    }
    if not gone:
        journal_reading(request, own)
    return render(request, "experts/joining/candidacy.html", context)


@reading_and_writing
def write(request: HttpRequest) -> HttpResponse:
    """Write a candidacy, as often as one likes before it is sent."""
    user: User = request.user  # type: ignore[assignment]
    own = _own(request)
    if own is not None and own.state == State.SENT:
        return redirect("joining:candidacy")
    if services.why_not(user):
        return redirect("joining:start")
    draft = own if own is not None and own.state == State.DRAFT else None
    initial = CandidacyForm.initial_of(draft) if draft is not None else {"languages": ["fr"]}
    form = CandidacyForm(request.POST or None, initial=initial, pathologies=known_pathologies())
    if request.method == "POST" and submit(
        form,
        lambda: services.save_draft(user, actor=request.actor, **form.cleaned()),  # type: ignore[attr-defined]
    ):
        if "check" in request.POST:
            return redirect("joining:send")
        messages.success(request, _("Your draft is saved. Nobody but you reads it."))
        return redirect("joining:candidacy")
    if draft is not None and request.method == "GET" and "gaps" in request.GET:
        # What is missing is shown at its field.
        form = CandidacyForm(_as_sent(initial), pathologies=known_pathologies())
        add_refusal(form, Invalid(_("Something is still to be filled in."), fields=services.gaps(draft)))
    context = {"form": form, "draft": draft, "professional": getattr(user, "professional", None)}
    return render(request, "experts/joining/write.html", context, status=422 if request.method == "POST" else 200)


def _as_sent(initial: dict[str, Any]) -> dict[str, Any]:
    return {name: "" if value is None else value for name, value in initial.items()}


@reading_and_writing
def send(request: HttpRequest) -> HttpResponse:
    """Read the candidacy again, and send it."""
    own = _own(request)
    if own is None or own.state != State.DRAFT:
        return redirect("joining:candidacy")
    missing = services.gaps(own)
    if request.method == "POST":
        if missing:
            return redirect(f"{reverse('joining:write')}?gaps=1")
        services.send_candidacy(own.pk, actor=request.actor)  # type: ignore[attr-defined]
        messages.success(request, _("Your candidacy is sent. You get the committee’s answer here."))
        return redirect("joining:candidacy")
    journal_reading(request, own)
    return render(request, "experts/joining/send.html", {"candidacy": own, "rows": rows_of(own), "missing": missing})


@reading_and_writing
def withdraw(request: HttpRequest) -> HttpResponse:
    """Ask before a candidacy is withdrawn, then withdraw it."""
    own = _own(request)
    if own is None or own.state not in (State.DRAFT, State.SENT):
        return redirect("joining:candidacy")
    if request.method == "POST":
        services.withdraw_candidacy(own.pk, actor=request.actor)  # type: ignore[attr-defined]
        messages.success(request, _("Your candidacy is withdrawn, and what you wrote is destroyed."))
        return redirect("joining:candidacy")
    return render(request, "experts/joining/withdraw.html", {"candidacy": own})


@reading_and_writing
def answer(request: HttpRequest) -> HttpResponse:
    """Answer a refusal, once."""
    own = _own(request)
    if own is None or own.state != State.REFUSED or not own.is_told or own.answered_at is not None:
        return redirect("joining:candidacy")
    form = AnswerForm(request.POST or None)
    if request.method == "POST" and submit(
        form,
        lambda: services.answer_refusal(own.pk, form.cleaned_data["answer"], actor=request.actor),  # type: ignore[attr-defined]
    ):
        messages.success(request, _("Your answer is sent to the coordinating doctor."))
        return redirect("joining:candidacy")
    status = 422 if form.errors else 200
    return render(request, "experts/joining/answer.html", {"candidacy": own, "form": form}, status=status)
