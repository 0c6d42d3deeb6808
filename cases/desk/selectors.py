"""Reads of the desk: counts, lists, search, experts to choose from. Built for ten thousand cases."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from access import visible_to
from accounts.models import RoleGrant, User
from accounts.names import called, fold_name, titled
from audit import Actor
from cases.checks import PARIS, conflicts_of_role
from cases.models import Alert, CallTask, Case, ExpertQuestion
from cases.models.case import Sharing
from cases.models.states import ON_DESK, WITH_EXPERT, State
from cases.presenters import next_action, silence_ends
from clock import now
from consent.models import Block
from experts.models import ExpertProfile, Pathology
from experts.selectors import Load, candidates

#: States a desk list shows by default.
OPEN = tuple(str(state) for state in ON_DESK)
_ANY_CASE = UUID(int=0)
_VIEWS = {"verifier": State.SUBMITTED, "confier": State.ADMITTED, "remettre": State.SIGNED}


def _view(name: str) -> Q:
    if name == "retard":
        return Q(due_at__lt=now())
    return Q(state=_VIEWS[name]) if name in _VIEWS else Q()


def _mine(actor: Actor) -> Q:
    return Q(coordinator_id=actor.id) | Q(deputy_id=actor.id)


def desk_cases(actor: Actor) -> QuerySet[Case]:
    """The cases this member of the staff may find; one query settles which these are, so a page asks once."""
    return Case.objects.filter(visible_to(actor, "case"))


def _base(cases: QuerySet[Case], actor: Actor, *, mine: bool) -> QuerySet[Case]:
    rows = cases.filter(state__in=OPEN)
    return rows.filter(_mine(actor)) if mine else rows


@dataclass(frozen=True)
class Counts:
    """How much waits."""

    total: int
    late: int
    to_check: int
    to_place: int
    to_deliver: int
    to_call: int
    alerts: int

    def of(self, view: str) -> int:
        """How many cases a view lists."""
        known = {
            "retard": self.late,
            "verifier": self.to_check,
            "confier": self.to_place,
            "remettre": self.to_deliver,
        }
        return known.get(view, self.total)


def counts(cases: QuerySet[Case], actor: Actor, *, mine: bool) -> Counts:
    """All counts of the desk, in one pass over the open cases among `cases`."""
    by_state = _base(cases, actor, mine=mine).order_by().values_list("state")
    found = {
        state: (total, late)
        for state, total, late in by_state.annotate(total=Count("pk"), late=Count("pk", filter=_view("retard")))
    }
    waiting = {view: found.get(state, (0, 0))[0] for view, state in _VIEWS.items()}
    return Counts(
        total=sum(total for total, _late in found.values()),
        late=sum(late for _total, late in found.values()),
        to_check=waiting["verifier"],
        to_place=waiting["confier"],
        to_deliver=waiting["remettre"],
        to_call=open_calls(cases).count(),
        alerts=open_alerts(cases).count(),
    )


def open_cases(cases: QuerySet[Case], actor: Actor, *, mine: bool, view: str) -> QuerySet[Case]:
    """The open cases, a planned treatment first, then the clock that runs out first.

    The assistant learns of no treatment, by the order neither: his list goes by the clocks he sees.
    """
    rows = _base(cases, actor, mine=mine).filter(_view(view))
    clock = F("due_at").asc(nulls_last=True)
    if actor.role == "assistant":
        return rows.order_by(clock, "id")
    return rows.order_by(F("planned_treatment_on").asc(nulls_last=True), clock, "id")


class CountedPaginator(Paginator):  # type: ignore[type-arg]
    """A paginator whose number of rows is already known; it reads ids first, then the rows of one page."""

    def __init__(self, rows: QuerySet[Case], per_page: int, total: int) -> None:
        super().__init__(rows, per_page)
        self._rows = rows
        self._total = total

    @property
    def count(self) -> int:
        """The number of rows, from the counts."""
        return self._total

    def page(self, number: int | str) -> Any:
        """One page: only its own rows are read whole."""
        number = self.validate_number(number)
        start = (number - 1) * self.per_page
        ids = list(self._rows.values_list("pk", flat=True)[start : start + self.per_page])
        return Page(_listed(ids), number, self)


class Row(NamedTuple):
    """What a line is made of, read as plain values: four models a line would cost more than all the queries."""

    pk: UUID
    reference: str
    state: str
    due_at: datetime | None
    planned_treatment_on: date | None
    consented_at: datetime | None
    expires_at: datetime | None
    correcting_since: datetime | None
    patient__birth_name: str
    patient__birth_first_names: str
    patient__used_name: str
    patient__used_first_name: str
    pathology__name_fr: str | None
    pathology__name_en: str | None
    assigned_expert__user__title: str | None
    assigned_expert__user__full_name: str | None
    assigned_expert__user__email: str | None
    asked_at: datetime | None


def _listed(ids: list[UUID]) -> list[Row]:
    """Rows by id, in this order, with what a line shows and nothing sealed."""
    asked_at = Subquery(_open_questions(OuterRef("pk")).values("asked_at")[:1])
    rows = Case.objects.filter(pk__in=ids).annotate(asked_at=asked_at).values_list(*Row._fields)
    by_id = {values[0]: Row(*values) for values in rows}
    return [by_id[pk] for pk in ids if pk in by_id]


def _open_questions(case: Any) -> QuerySet[ExpertQuestion]:
    return ExpertQuestion.objects.filter(case=case, closed_at__isnull=True)


def question_asked_at(case: Case) -> datetime | None:
    """When the expert asked the question that waits for its answer; None where none does."""
    if case.state != State.EXPERT_QUESTION:
        return None
    return _open_questions(case).values_list("asked_at", flat=True).first()


@dataclass(frozen=True)
class Line:
    """One line of a list.

    Args:
        until: until when it waits for the patient or the requester, and what happens then.
        url: its page.
    """

    reference: str
    url: str
    due_at: datetime | None
    name: str
    pathology: str
    planned: date | None
    action: str
    until: str
    expert: str
    paused: bool
    done: bool


def knows_disease(case: Case | Row, actor: Actor) -> bool:
    """Whether this member of the staff sees what a request is about: never the assistant, nobody before the consent."""
    return case.consented_at is not None and actor.role != "assistant"


def lines(rows: Iterable[Row], actor: Actor) -> list[Line]:
    """Cases as lines for this member of the staff."""
    # One address is made, and filled in for each line.
    page = reverse("desk:case", args=[_ANY_CASE])
    english = (get_language() or "fr").startswith("en")
    found = []
    for row in rows:
        known = knows_disease(row, actor)
        disease = row.pathology__name_en if english else row.pathology__name_fr
        line = Line(
            reference=row.reference,
            url=page.replace(str(_ANY_CASE), str(row.pk)),
            due_at=row.due_at,
            name=called(
                row.patient__used_first_name,
                row.patient__birth_first_names,
                row.patient__used_name,
                row.patient__birth_name,
            ),
            pathology=disease or "" if known else "",
            planned=row.planned_treatment_on if known else None,
            action=next_action(row),
            until=silence_ends(row, row.asked_at),
            expert=titled(
                row.assigned_expert__user__title,
                row.assigned_expert__user__full_name,
                row.assigned_expert__user__email,
            ),
            paused=row.state in (State.INFORMATION_REQUESTED, State.EXPERT_QUESTION, State.ON_HOLD),
            done=row.state == State.SIGNED,
        )
        found.append(line)
    return found


def search(actor: Actor, words: str, state: str) -> QuerySet[Case]:
    """Cases by reference, patient's name or pathology, the newest first.

    Args:
        state: «» for open states, «all», or one state.
    """
    rows = desk_cases(actor)
    if state in State.values:
        rows = rows.filter(state=state)
    elif state != "all":
        rows = rows.filter(state__in=[*OPEN, State.DELIVERED])
    for word in words.split()[:6]:
        folded = fold_name(word)
        match = Q(reference__icontains=word)
        if folded:
            match |= Q(patient__search_key__contains=folded)
        # Whoever may not see the disease of a case does not find the case by it.
        if folded and actor.role != "assistant":
            found = [row.pk for row in Pathology.objects.all() if folded in fold_name(row.name)]
            match |= Q(pathology_id__in=found, consented_at__isnull=False)
        rows = rows.filter(match)
    return rows.order_by("-created_at", "id")


def open_calls(cases: QuerySet[Case]) -> QuerySet[CallTask]:
    """Calls to make in these cases, the most pressing first."""
    rows = CallTask.objects.filter(done_at__isnull=True, case__in=cases)
    return rows.select_related("case__patient", "case__pathology", "tried_by").order_by("due_at", "pk")


def open_alerts(cases: QuerySet[Case]) -> QuerySet[Alert]:
    """Alerts of these cases not closed, the oldest first."""
    rows = Alert.objects.filter(closed_at__isnull=True, case__in=cases)
    return rows.select_related("case__patient", "case__pathology", "taken_by").order_by("due_at", "pk")


def coordinators() -> list[User]:
    """Who may follow a case."""
    granted = RoleGrant.objects.filter(role="coordinator", ended_at__isnull=True, user__is_active=True)
    return [grant.user for grant in granted.select_related("user").order_by("user__full_name")]


@dataclass(frozen=True)
class Choice:
    """One expert, and why he can or cannot be asked.

    Args:
        against: reasons in words; none means that he can be asked.
    """

    expert: ExpertProfile
    open_cases: int
    month_cases: int
    against: list[str]
    named: bool


def expert_choices(case: Case, actor: Actor) -> list[Choice]:
    """The experts who cover the pathology, free ones first, in the neutral order of the day, each with the reasons.

    A professional may ask about a disease that is not listed: the coordinator then chooses among all of them.
    """
    rows = ExpertProfile.objects.all()
    experts = list(rows.filter(pathologies=case.pathology) if case.pathology is not None else rows)
    month = now().astimezone(PARIS).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    held = dict(
        Case.objects.filter(assigned_expert__in=experts, state__in=[str(s) for s in WITH_EXPERT])
        .values_list("assigned_expert")
        .annotate(n=Count("pk"))
    )
    asked = dict(
        ExpertProfile.objects.filter(pk__in=[e.pk for e in experts])
        .annotate(
            n=Count(
                "assignments",
                filter=Q(assignments__proposed_at__gte=month) & ~Q(assignments__outcome__in=["declined", "lapsed"]),
            )
        )
        .values_list("pk", "n")
    )
    loads = {e.pk: Load(open_cases=held.get(e.pk, 0), month_cases=asked.get(e.pk, 0)) for e in experts}
    blocked = set(
        Block.objects.filter(patient_id=case.patient_id, lifted_at__isnull=True).values_list(
            "professional_id", flat=True
        )
    )
    found = []
    for candidate in candidates(case.pathology, now(), loads=loads):
        against = [str(obstacle.text) for obstacle in candidate.obstacles]
        against += conflicts_of_role(case, candidate.expert, coordinator_id=actor.id)
        if candidate.expert.user_id in blocked:
            against.append(_("the patient refuses this professional"))
        named = case.requested_expert_id == candidate.expert.pk
        if case.sharing == Sharing.NAMED and not named:
            against.append(_("the patient agreed to share with another expert, by name"))
        load = loads[candidate.expert.pk]
        found.append(Choice(candidate.expert, load.open_cases, load.month_cases, against, named))
    return sorted(found, key=lambda choice: (bool(choice.against), not choice.named))
