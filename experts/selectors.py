"""Reads about experts and pathologies: who can be proposed a case, and exactly why not."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import Prefetch, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from access import require, visible_to
from accounts.models import User
from accounts.names import fold_name
from audit import Actor
from errors import Missing
from experts.facts import record_of
from experts.models import Absence, ExpertProfile, Pathology, Questionnaire
from experts.search import PathologyMatch, rank
from ui.dates import paris_day

PAGE_SIZE = 25
_TO_SIGN = frozenset({"inactive", "unregistered", "uninsured"})


@dataclass(frozen=True)
class Obstacle:
    """One reason why a case cannot be proposed to an expert.

    Args:
        code: inactive, unregistered, uninsured, no_convention, undeclared, pathology, capacity or absent.
        text: the reason in words, in the active language.
    """

    code: str
    text: str


@dataclass(frozen=True)
class Load:
    """How busy an expert is, as the cases tell it.

    Args:
        open_cases: cases he has under way.
        month_cases: cases he accepted this calendar month.
    """

    open_cases: int = 0
    month_cases: int = 0


@dataclass(frozen=True)
class Candidate:
    """An expert who covers a pathology, with his load and what stands against him."""

    expert: ExpertProfile
    load: Load
    obstacles: list[Obstacle]

    @property
    def is_free(self) -> bool:
        """Whether nothing that experts know stands against him."""
        return not self.obstacles


def with_record(experts: QuerySet[ExpertProfile]) -> QuerySet[ExpertProfile]:
    """The same experts with everything `obstacles` reads, in a fixed number of queries."""
    return experts.select_related("user", "user__professional").prefetch_related(
        "pathologies",
        "registrations",
        "insurances",
        "conventions",
        "interest_declarations",
        Prefetch("absences", queryset=Absence.objects.order_by("start")),
    )


def obstacles(
    expert: ExpertProfile,
    *,
    pathology: Pathology | None,
    on: date | datetime,
    open_case_count: int,
    month_case_count: int,
) -> list[Obstacle]:
    """Everything the service knows of an expert that forbids to propose him a case (design §3, `propose`).

    What depends on the case (blocks, conflicts, consent) is decided where cases are.

    Args:
        expert: his profile.
        pathology: that of the case; None for a request that names none.
        on: the day in question; of an instant, its day in Paris.
        open_case_count: cases he has under way.
        month_case_count: cases he accepted this calendar month.
    """
    day = paris_day(on)
    found = [Obstacle(fact.obstacle, fact.text) for fact in record_of(expert, on=day) if fact.forbids]
    if pathology is not None and not any(pathology.pk == covered.pk for covered in expert.pathologies.all()):
        found.append(Obstacle("pathology", _("Does not cover this pathology.")))
    capacity = expert.capacity_per_month
    if month_case_count >= capacity:
        text = ngettext(
            "Has taken %(count)d case this month, the limit.",
            "Has taken %(count)d cases this month, the limit.",
            month_case_count,
        )
        found.append(Obstacle("capacity", text % {"count": month_case_count}))
    elif open_case_count >= capacity:
        text = ngettext(
            "Has %(count)d case under way, the limit.", "Has %(count)d cases under way, the limit.", open_case_count
        )
        found.append(Obstacle("capacity", text % {"count": open_case_count}))
    return found


def is_fit_to_sign(expert: ExpertProfile, *, on: date | datetime) -> list[Obstacle]:
    """What forbids an expert to sign what he wrote: he is still active, registered and insured (design §3, `sign`).

    An absence, a full month or an ended convention does not forbid to finish a case under way.
    """
    return _obstacles_among(_TO_SIGN, expert, on)


def must_leave_cases(expert: ExpertProfile, *, on: date | datetime) -> list[Obstacle]:
    """What takes an expert's open cases from him: all that forbids to sign, and the loss of his convention."""
    return _obstacles_among(_TO_SIGN | {"no_convention"}, expert, on)


def _obstacles_among(codes: frozenset[str], expert: ExpertProfile, on: date | datetime) -> list[Obstacle]:
    facts = record_of(expert, on=paris_day(on))
    return [Obstacle(fact.obstacle, fact.text) for fact in facts if fact.obstacle in codes]


def candidates(
    pathology: Pathology | None, on: date | datetime, *, loads: Mapping[UUID, Load] | None = None
) -> list[Candidate]:
    """The experts who cover a pathology and have not ended, those free first, else in the neutral order of the day.

    Args:
        pathology: that of the case; None, for a disease that is not listed, takes them all.
        on: the day in question.
        loads: by id of expert, as the cases tell them; nobody is busy when not given.
    """
    day, known = paris_day(on), loads or {}
    living = ExpertProfile.objects.exclude(status="ended")
    experts = with_record(living.filter(pathologies=pathology) if pathology is not None else living)
    found = []
    for expert in neutral_order(experts, day):
        load = known.get(expert.pk, Load())
        against = obstacles(
            expert, pathology=pathology, on=day, open_case_count=load.open_cases, month_case_count=load.month_cases
        )
        found.append(Candidate(expert, load, against))
    return sorted(found, key=lambda candidate: not candidate.is_free)


def neutral_order(experts: Iterable[ExpertProfile], day: date) -> list[ExpertProfile]:
    """Experts in an order drawn anew each day, the same for every reader of that day, that nobody can buy (C-DEO-3)."""
    return sorted(experts, key=lambda expert: draw(expert, day.isoformat()))


def draw(expert: ExpertProfile, seed: str) -> str:
    """What places an expert in the order of a seed: SHA-256 of «seed:identifier», in hexadecimal.

    Args:
        seed: the day, published on the page of the experts (C-DEO-7).
    """
    return hashlib.sha256(f"{seed}:{expert.pk}".encode()).hexdigest()


def expert_of(user_id: UUID) -> ExpertProfile | None:
    """The expert profile of a user, with everything `obstacles` reads; None when he has none."""
    return with_record(ExpertProfile.objects.filter(user_id=user_id)).first()


def own_profile(actor: Actor) -> ExpertProfile:
    """The profile of the expert who asks.

    Raises:
        Missing: he has no profile yet.
    """
    expert = expert_of(actor.id) if actor.id is not None else None
    if expert is None:
        raise Missing(
            _("Your expert profile is not ready yet."), _("Write to the coordinating team: they add it for you.")
        )
    require(actor, "expert.read", expert)
    return expert


def one_expert(actor: Actor, expert_id: UUID) -> ExpertProfile:
    """One expert whom the actor may read.

    Raises:
        Missing: there is none, for this actor.
    """
    expert = with_record(ExpertProfile.objects.filter(visible_to(actor, "expert"))).filter(pk=expert_id).first()
    if expert is None:
        raise Missing(_("There is no such expert."))
    require(actor, "expert.read", expert)
    return expert


def list_experts(
    actor: Actor, *, text: str = "", status: str = "", pathology: str = "", page: str | int = 1
) -> Page[ExpertProfile]:
    """A page of the experts the actor may read, by name.

    Args:
        text: words of the name, the specialty, the institution or the department; accents and case do not count.
        status: only those with this status.
        pathology: only those who cover the pathology with this code.
        page: number of the page; anything else shows the first.
    """
    require(actor, "expert.list", "expert")
    experts = ExpertProfile.objects.filter(visible_to(actor, "expert"))
    if status in ExpertProfile.Status.values:
        experts = experts.filter(status=status)
    if pathology:
        experts = experts.filter(pathologies__code=pathology)
    words = fold_name(text[:200]).split()
    if words:
        # Both databases compare accents differently, and experts are few: the words are compared here.
        rows = experts.select_related("user", "user__professional")
        experts = ExpertProfile.objects.filter(pk__in=[e.pk for e in rows if _has_words(e, words)])
    paginator = Paginator(with_record(experts.order_by("user__full_name", "id")), PAGE_SIZE)
    return paginator.get_page(page)


def _has_words(expert: ExpertProfile, words: list[str]) -> bool:
    professional = getattr(expert.user, "professional", None)
    specialty = professional.specialty if professional is not None else ""
    text = fold_name(f"{expert.user.full_name} {specialty} {expert.institution} {expert.department}")
    return all(any(part.startswith(word) for part in text.split()) for word in words)


def experts_to_add(actor: Actor) -> list[User]:
    """The people who hold the role of expert and have no profile yet, by name."""
    require(actor, "expert.add", "expert")
    holding = Q(role_grants__role="expert", role_grants__ended_at__isnull=True)
    return list(User.objects.filter(holding, is_active=True, expert_profile__isnull=True).order_by("full_name", "id"))


# --- telling who gave the first opinion


def is_named_in(expert: ExpertProfile, text: str) -> bool:
    """Whether a text names this expert: every word of his name stands in it, in any order."""
    name, words = fold_name(expert.user.full_name).split(), set(fold_name(text).split())
    return bool(name) and words.issuperset(name)


def shares_department(expert: ExpertProfile, text: str) -> bool:
    """Whether a text names his department in his institution, as far as both are recorded."""
    own, words = fold_name(f"{expert.institution} {expert.department}").split(), set(fold_name(text).split())
    known = [word for word in own if len(word) > 2]
    return bool(expert.institution and expert.department and known) and words.issuperset(known)


# --- pathologies


def by_name(pathologies: Iterable[Pathology]) -> list[Pathology]:
    """Pathologies in the order of their names in the active language."""
    return sorted(pathologies, key=lambda pathology: fold_name(pathology.name))


def known_pathologies() -> list[Pathology]:
    """Every pathology, by its name in the active language."""
    return by_name(Pathology.objects.all())


def offered_pathologies() -> QuerySet[Pathology]:
    """The pathologies a person can ask about now: open, with a published questionnaire."""
    return Pathology.objects.filter(is_open=True, questionnaires__isnull=False).distinct()


def search_pathologies(text: str, language: str) -> list[PathologyMatch]:
    """The offered pathologies that answer what was typed, best first; all of them by name for an empty text.

    Accents, case and typing errors are forgiven («endometriose», «hernie discal», «tyroide»); both languages are
    searched.
    An empty list means: show the way «my disease is not in the list».
    """
    return rank(text, language, offered_pathologies())


def own_questionnaire(expert_id: UUID, pathology_id: UUID) -> Questionnaire | None:
    """What an expert asks besides about a pathology: his newest published version; None when it asks nothing."""
    rows = Questionnaire.objects.filter(expert_id=expert_id, pathology_id=pathology_id)
    newest = rows.order_by("-version").first()
    return newest if newest is not None and (newest.body["blocks"] or newest.body["prerequisites"]) else None


def current_questionnaire(code: str) -> Questionnaire:
    """The newest published questionnaire of a pathology, or of the common block (code "common").

    Raises:
        Missing: none is published.
    """
    newest = Questionnaire.objects.filter(code=code).order_by("-version").first()
    if newest is None:
        raise Missing(_("There is no questionnaire for this pathology yet."))
    return newest
