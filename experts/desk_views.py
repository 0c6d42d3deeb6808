"""The coordinator's pages about experts: who they are, what is missing, and recording what was checked."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from accounts.access import require_role
from accounts.registration import DirectoryUnavailable, directory
from audit import record_read
from errors import Missing
from experts import services
from experts.calendar import calendar_page
from experts.conventions.services import waiting
from experts.directory import check_registration
from experts.facts import record_of
from experts.forms import (
    AbsenceForm,
    AddExpertForm,
    CommitteeForm,
    ConventionForm,
    InsuranceForm,
    InterestsForm,
    ListForm,
    PracticeForm,
    RegistrationForm,
    SentForm,
    StatusForm,
    instant_of,
    submit,
)
from experts.models import ExpertProfile
from experts.models.profiles import LANGUAGES
from experts.presenters import fact_rows, list_row, status_events, status_tag
from experts.selectors import experts_to_add, known_pathologies, list_experts, one_expert
from experts.views import reading, reading_and_writing
from ui.forms import Form, today


def _answer(request: HttpRequest, template: str, context: dict[str, Any], form: Form) -> HttpResponse:
    return render(request, template, {**context, "form": form}, status=422 if form.errors else 200)


@reading
@require_role("coordinator")
def list_page(request: HttpRequest) -> HttpResponse:
    """All experts, by name, with what is missing."""
    form = ListForm(request.GET or None, pathologies=known_pathologies())
    filters = form.cleaned_data if form.is_bound and form.is_valid() else {}
    page = list_experts(
        request.actor,  # type: ignore[attr-defined]
        text=filters.get("words", ""),
        status=filters.get("status", ""),
        pathology=filters.get("pathology", ""),
        page=request.GET.get("page", "1"),
    )
    context = {
        "form": form,
        "page": page,
        "rows": [list_row(expert, record_of(expert, on=today())) for expert in page],
        "filtered": any(filters.values()),
    }
    return render(request, "experts/desk_list.html", context)


@reading
@require_role("coordinator")
def detail(request: HttpRequest, expert_id: UUID) -> HttpResponse:
    """One expert: what stands against a proposal, every piece of his record, his practice and his history."""
    expert = one_expert(request.actor, expert_id)  # type: ignore[attr-defined]
    record_read(
        "expert.read",
        actor=request.actor,  # type: ignore[attr-defined]
        subjects={"expert": [expert.pk], "user": [expert.user_id]},
        request_key=uuid.uuid4().hex,
    )
    facts = record_of(expert, on=today())
    kind, words = status_tag(expert)
    context = {
        "expert": expert,
        "professional": getattr(expert.user, "professional", None),
        "rows": fact_rows(facts, expert),
        "blocking": [fact for fact in facts if fact.forbids],
        "languages": [label for code, label in LANGUAGES if code in expert.languages],
        "kind": kind,
        "status": words,
        "to_send": [convention for convention in expert.conventions.all() if convention.order_notice_due],
        "to_sign": waiting(expert),
        "signed": [convention for convention in expert.conventions.all() if convention.is_electronic],
        "changes": status_events(expert),
    }
    return render(request, "experts/desk_detail.html", context)


@reading_and_writing
@require_role("coordinator")
def add(request: HttpRequest) -> HttpResponse:
    """Give a person who holds the role of expert his profile."""
    actor = request.actor  # type: ignore[attr-defined]
    users = experts_to_add(actor)
    initial = {"languages": ["fr"], "capacity_per_month": 8}
    form = AddExpertForm(request.POST or None, initial=initial, users=users, pathologies=known_pathologies())
    added: list[ExpertProfile] = []

    def change() -> None:
        data = form.cleaned()
        added.append(services.create_expert(data.pop("user"), actor=actor, **data))

    if request.method == "POST" and submit(form, change):
        messages.success(request, _("The profile is ready. Now record what was checked."))
        return redirect("experts_desk:detail", added[0].pk)
    return _answer(request, "experts/desk_add.html", {"users": users}, form)


@reading_and_writing
@require_role("coordinator")
def practice(request: HttpRequest, expert_id: UUID) -> HttpResponse:
    """Change what an expert covers, where he practises, how many cases he takes."""
    actor = request.actor  # type: ignore[attr-defined]
    expert = one_expert(actor, expert_id)
    initial = {
        "pathologies": [pathology.code for pathology in expert.pathologies.all()],
        "languages": expert.languages,
        "capacity_per_month": expert.capacity_per_month,
        "institution": expert.institution,
        "department": expert.department,
    }
    form = PracticeForm(request.POST or None, initial=initial, pathologies=known_pathologies())
    if request.method == "POST" and submit(
        form, lambda: services.change_practice(expert.pk, actor=actor, **form.cleaned())
    ):
        messages.success(request, _("Recorded."))
        return redirect("experts_desk:detail", expert.pk)
    context = {"expert": expert, "title": _("Practice"), "intro": ""}
    return _answer(request, "experts/desk_record.html", context, form)


@reading_and_writing
@require_role("coordinator")
def status(request: HttpRequest, expert_id: UUID) -> HttpResponse:
    """Suspend an expert, end his work, declare him absent, or take him up again, with a motive."""
    actor = request.actor  # type: ignore[attr-defined]
    expert = one_expert(actor, expert_id)
    form = StatusForm(request.POST or None, expert=expert)
    if request.method == "POST" and submit(
        form, lambda: services.change_status(expert.pk, actor=actor, **form.cleaned_data)
    ):
        messages.success(request, _("The status is changed."))
        return redirect("experts_desk:detail", expert.pk)
    kind, words = status_tag(expert)
    return _answer(request, "experts/desk_status.html", {"expert": expert, "kind": kind, "status": words}, form)


@dataclass(frozen=True)
class _Piece:
    """A page that records one piece: its form, the service behind it, and its words."""

    form: type[Form]
    service: Callable[..., object]
    title: str | Promise
    intro: str | Promise


_PIECES = {
    "registration": _Piece(
        RegistrationForm,
        services.record_registration,
        gettext_lazy("Check of the registration"),
        gettext_lazy("Look the expert up in the national directory of health professionals or in that of the Order."),
    ),
    "insurance": _Piece(
        InsuranceForm,
        services.record_insurance,
        gettext_lazy("Insurance certificate"),
        gettext_lazy("The certificate must cover written opinions at a distance."),
    ),
    "convention": _Piece(
        ConventionForm,
        services.record_convention,
        gettext_lazy("Convention with the service"),
        gettext_lazy("It counts once both sides have signed."),
    ),
    "interests": _Piece(
        InterestsForm,
        services.record_interests,
        gettext_lazy("Declaration of interests"),
        gettext_lazy("Links with companies that make or sell health products."),
    ),
    "committee": _Piece(
        CommitteeForm,
        services.record_committee,
        gettext_lazy("Decision of the scientific committee"),
        gettext_lazy("For a decision taken on paper; a vote held here is recorded by itself."),
    ),
}


@reading_and_writing
@require_role("coordinator")
def record_piece(request: HttpRequest, expert_id: UUID, piece: str) -> HttpResponse:
    """Record a check of the registration, a certificate, a convention or a declaration."""
    actor = request.actor  # type: ignore[attr-defined]
    expert, page = one_expert(actor, expert_id), _PIECES[piece]
    form: Any = page.form(request.POST or None)
    if request.method == "POST" and submit(form, lambda: page.service(expert.pk, actor=actor, **form.cleaned())):
        messages.success(request, _("Recorded."))
        return redirect("experts_desk:detail", expert.pk)
    asks = piece == "registration" and directory() is not None
    context = {"expert": expert, "title": page.title, "intro": page.intro, "asks": asks}
    return _answer(request, "experts/desk_record.html", context, form)


@require_POST
@require_role("coordinator")
def ask_directory(request: HttpRequest, expert_id: UUID) -> HttpResponse:
    """Ask the national directory about this expert now, where one is configured, and record its answer."""
    actor = request.actor  # type: ignore[attr-defined]
    expert, ask = one_expert(actor, expert_id), directory()
    if ask is None:
        messages.info(request, _("No directory is configured: look the number up and record what you found."))
        return redirect("experts_desk:registration", expert.pk)
    try:
        check = check_registration(expert, ask, actor=actor)
    except DirectoryUnavailable:
        messages.warning(request, _("The directory does not answer for the moment. Try later, or look it up yourself."))
        return redirect("experts_desk:registration", expert.pk)
    if check is None:
        messages.warning(request, _("This expert has stated no RPPS number."))
    elif check.is_good:
        messages.success(request, _("The directory confirms the registration. Its answer is recorded."))
    elif check.is_clear:
        messages.warning(request, _("The directory finds no valid registration: the expert is suspended."))
    else:
        messages.warning(request, _("The directory gives another name or profession for this number: look it up."))
    return redirect("experts_desk:detail", expert.pk)


@reading_and_writing
@require_role("coordinator")
def sent_to_order(request: HttpRequest, expert_id: UUID, convention_id: UUID) -> HttpResponse:
    """Record when a convention went to the departmental council of the Order."""
    actor = request.actor  # type: ignore[attr-defined]
    expert = one_expert(actor, expert_id)
    convention = expert.conventions.filter(pk=convention_id).first()
    if convention is None:
        raise Missing(_("There is no such convention."))
    form = SentForm(request.POST or None, initial={"sent_to_order_on": today()})

    def change() -> None:
        sent = instant_of(form.cleaned_data["sent_to_order_on"])
        services.record_convention_sent(convention.pk, actor=actor, sent_at=sent)  # type: ignore[arg-type]

    if request.method == "POST" and submit(form, change):
        messages.success(request, _("Recorded."))
        return redirect("experts_desk:detail", expert.pk)
    context = {"expert": expert, "title": _("Convention sent to the Order"), "intro": ""}
    return _answer(request, "experts/desk_record.html", context, form)


@reading_and_writing
@require_role("coordinator")
def absences(request: HttpRequest, expert_id: UUID) -> HttpResponse:
    """The absences of an expert who said them to the desk."""
    actor = request.actor  # type: ignore[attr-defined]
    expert = one_expert(actor, expert_id)
    form = AbsenceForm(request.POST or None)
    if request.method == "POST" and submit(
        form, lambda: services.add_absence(expert.pk, actor=actor, **form.cleaned_data)
    ):
        messages.success(request, _("The absence is planned."))
        return redirect("experts_desk:absences", expert.pk)
    planned = [absence for absence in expert.absences.all() if absence.end >= today()]
    context = {
        "expert": expert,
        "rows": [
            {"absence": absence, "url": reverse("experts_desk:remove_absence", args=[expert.pk, absence.pk])}
            for absence in planned
        ],
        "calendar": calendar_page(planned, request.GET.get("mois", ""), today()),
    }
    return _answer(request, "experts/desk_absences.html", context, form)


@reading_and_writing
@require_role("coordinator")
def remove_absence(request: HttpRequest, expert_id: UUID, absence_id: UUID) -> HttpResponse:
    """Ask before an absence is removed, then remove it."""
    actor = request.actor  # type: ignore[attr-defined]
    expert = one_expert(actor, expert_id)
    absence = expert.absences.filter(pk=absence_id).first()
    if absence is None:
        raise Missing(_("This absence is no longer planned."))
    back = reverse("experts_desk:absences", args=[expert.pk])
    if request.method == "POST":
        services.remove_absence(absence.pk, actor=actor)
        messages.success(request, _("The absence is removed."))
        return redirect(back)
    return render(request, "experts/remove_absence.html", {"absence": absence, "back": back})
