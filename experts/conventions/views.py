"""The pages of the convention: the expert reads and signs, a coordinator signs for the service, both keep a copy."""

import uuid
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts import codes
from accounts.access import require_role
from accounts.forms import StepUpForm
from accounts.models.security import CodeChallenge
from accounts.views.parts import code_of, language_of, show_refusal
from audit import record_read
from clock import now
from errors import Conflict, Invalid, Missing
from experts.conventions.services import may_sign, payload, sign_as_expert, sign_for_service, waiting
from experts.conventions.texts import current_text, fingerprint, words_for
from experts.models import Convention, ConventionSignature, ExpertProfile
from experts.selectors import one_expert, own_profile
from experts.views import reading, reading_and_writing
from ui.dates import paris_day

Purpose = codes.Purpose


def _journal_reading(request: HttpRequest, expert: ExpertProfile) -> None:
    with transaction.atomic():
        record_read(
            "expert.convention_read",
            actor=request.actor,  # type: ignore[attr-defined]
            subjects={"expert": [expert.pk], "user": [expert.user_id]},
            request_key=uuid.uuid4().hex,
        )


def _code(request: HttpRequest, words: str) -> tuple[StepUpForm, dict[str, Any], CodeChallenge | None]:
    """The code for these words: sent when it is asked for, checked when it is typed.

    Returns:
        The form, what the page says of the code, and the used challenge when the code was right.
    """
    asked = request.method == "POST" and "send_code" in request.POST
    form = StepUpForm(request.POST if request.method == "POST" and not asked else None)
    sent = codes.request_code(request, Purpose.SIGN, payload=payload(words)) if asked else None
    if form.is_bound and form.is_valid():
        try:
            return form, {}, codes.check_code(request, Purpose.SIGN, form.cleaned_data["code"], payload=payload(words))
        except Invalid as refusal:
            show_refusal(form, refusal)
    # Before any code was asked for the page offers one; it says nothing of one that does not exist.
    known = sent is not None or codes.current(request, Purpose.SIGN) is not None or form.is_bound
    return form, code_of(request, Purpose.SIGN, sent) if known else {"code_words": ""}, None


@reading_and_writing
@require_role("expert")
def convention(request: HttpRequest) -> HttpResponse:
    """The convention that holds, the one that waits for the service, or the text to read and sign."""
    actor = request.actor  # type: ignore[attr-defined]
    expert = own_profile(actor)
    day, open_ = paris_day(now()), may_sign(expert)
    if request.method == "POST" and not open_:
        return redirect("experts:convention")
    context: dict[str, Any] = {
        "expert": expert,
        "holding": next((one for one in expert.conventions.all() if one.holds(day)), None),
        "waiting": waiting(expert),
        "signed": [one for one in expert.conventions.all() if one.is_electronic],
        "words": "",
        "why_not": "",
    }
    status = 200
    if open_:
        try:
            text, language = current_text(), language_of(request)
            words = words_for(text, expert, language, on=day)
        except Conflict as refusal:
            if request.method == "POST":
                raise
            context["why_not"] = f"{refusal.message} {refusal.next_step}"
        else:
            form, said, proof = _code(request, words)
            if proof is not None:
                sign_as_expert(expert.pk, text.pk, language, words, proof, actor=actor)
                messages.success(request, _("You have signed. The coordinating team signs for the service."))
                return redirect("experts:convention")
            context |= {
                "words": words,
                "sha256": fingerprint(words),
                "version": text.version,
                "code_form": form,
                **said,
            }
            status = 422 if form.errors else 200
    if request.method == "GET":
        _journal_reading(request, expert)
    return render(request, "experts/conventions/own.html", context, status=status)


def _of(expert: ExpertProfile, convention_id: UUID) -> Convention:
    """A convention of this expert that was signed on line.

    Raises:
        Missing: there is none.
    """
    rows = expert.conventions.filter(signatures__side=ConventionSignature.Side.EXPERT)
    found = rows.filter(pk=convention_id).first()
    if found is None:
        raise Missing(_("There is no such convention."))
    return found


def _copy(request: HttpRequest, expert: ExpertProfile, convention_id: UUID, template: str) -> HttpResponse:
    found = _of(expert, convention_id)
    signatures = list(found.signatures.all())
    _journal_reading(request, expert)
    context = {"expert": expert, "convention": found, "signatures": signatures, "first": signatures[0]}
    return render(request, template, context)


@reading
@require_role("expert")
def own_copy(request: HttpRequest, convention_id: UUID) -> HttpResponse:
    """The expert's copy: the words as signed, who signed and when; made to be printed."""
    return _copy(request, own_profile(request.actor), convention_id, "experts/conventions/own_copy.html")  # type: ignore[attr-defined]


@reading
@require_role("coordinator")
def copy(request: HttpRequest, expert_id: UUID, convention_id: UUID) -> HttpResponse:
    """The service's copy."""
    expert = one_expert(request.actor, expert_id)  # type: ignore[attr-defined]
    return _copy(request, expert, convention_id, "experts/conventions/copy.html")


@reading_and_writing
@require_role("coordinator")
def sign(request: HttpRequest, expert_id: UUID, convention_id: UUID) -> HttpResponse:
    """Read what the expert has signed, and sign it for the service with a code of one's own."""
    actor = request.actor  # type: ignore[attr-defined]
    expert = one_expert(actor, expert_id)
    found = _of(expert, convention_id)
    if waiting(expert) != found:
        return redirect("experts_desk:convention_copy", expert.pk, found.pk)
    first = found.signatures.get(side=ConventionSignature.Side.EXPERT)
    form, said, proof = _code(request, first.shown)
    if proof is not None:
        sign_for_service(found.pk, proof, actor=actor)
        messages.success(request, _("The convention is concluded. Send it to the Order within a month."))
        return redirect("experts_desk:detail", expert.pk)
    if request.method == "GET":
        _journal_reading(request, expert)
    context = {"expert": expert, "convention": found, "first": first, "code_form": form, **said}
    return render(request, "experts/conventions/sign.html", context, status=422 if form.errors else 200)
