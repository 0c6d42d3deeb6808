"""Reads of the expert's pages."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext, override
from django.utils.translation import gettext as _

from accounts.models import Patient
from audit import Actor
from cases.answers import whole
from cases.checks import age_on, live_documents
from cases.models import Case, Correction
from cases.models.states import AFTER_DELIVERY, OPEN_OPINION, WITH_EXPERT, State
from cases.selectors import cases_of
from clock import now
from experts.questionnaires.answers import choice_labels
from experts.questionnaires.fields import localised
from experts.questionnaires.format import questions
from experts.selectors import own_questionnaire


@dataclass(frozen=True)
class Line:
    """One case in the expert's list.

    Args:
        who: the patient's name once accepted, an age band and sex before.
    """

    case: Case
    who: str
    paused: bool
    label: str


def living_cases(actor: Actor) -> list[Line]:
    """Cases proposed to him or in his hands, the clock that runs out first on top."""
    states = [str(state) for state in (*WITH_EXPERT, State.FOLLOW_UP, State.ON_HOLD)]
    correcting = Correction.objects.filter(ended_at__isnull=True, case__state__in=OPEN_OPINION)
    in_hand = Q(state__in=states) | Q(pk__in=correcting.values("case_id"))
    rows = cases_of(actor).filter(in_hand, assigned_expert__user_id=actor.person)
    return lines(rows.order_by(F("due_at").asc(nulls_last=True), "id")[:200])


def signed_cases(actor: Actor) -> QuerySet[Case]:
    """Cases whose opinion he signed and that are delivered: he keeps what he signed."""
    states = [str(state) for state in AFTER_DELIVERY if state != State.FOLLOW_UP]
    return cases_of(actor).filter(state__in=states).order_by("-delivered_at")


def lines(rows: Iterable[Case]) -> list[Line]:
    """Cases as lines."""
    return [
        Line(
            case=row,
            who=age_band(row) if row.state == State.PROPOSED else row.patient.full_name,
            paused=row.state in (State.EXPERT_QUESTION, State.ON_HOLD),
            label=_LABELS[State(row.state)]() if State(row.state) in _LABELS else str(row.get_state_display()),
        )
        for row in rows
    ]


_LABELS: dict[State, Any] = {
    State.PROPOSED: lambda: _("accept or decline"),
    State.IN_REVIEW: lambda: _("opinion to write"),
    State.EXPERT_QUESTION: lambda: _("question asked"),
    State.SIGNED: lambda: _("signed, being delivered"),
    State.FOLLOW_UP: lambda: _("follow-up question to answer"),
    State.DELIVERED: lambda: _("correction of the opinion"),
    State.ON_HOLD: lambda: _("on hold"),
}


_SEX_WORDS: dict[str, Any] = {Patient.Sex.FEMALE: lambda: _("woman"), Patient.Sex.MALE: lambda: _("man")}


def age_band(case: Case) -> str:
    """«femme, 40 à 49 ans»: what is told of the patient before acceptance."""
    birth = case.patient.birth_date
    sex = _SEX_WORDS[case.patient.sex]() if case.patient.sex in _SEX_WORDS else case.patient.get_sex_display()
    if birth is None:
        return str(sex)
    low = age_on(birth, now()) // 10 * 10
    return _("%(sex)s, %(low)d to %(high)d years") % {"sex": sex, "low": low, "high": low + 9}


@dataclass(frozen=True)
class Summary:
    """What an expert sees before he accepts, and nothing more.

    Args:
        doctors: the names of the doctors concerned, for conflicts of interest.
        document_types: what the file holds, by type.
    """

    who: str
    questions: list[str]
    doctors: list[str]
    document_types: list[tuple[str, int]]


def summary_of(case: Case) -> Summary:
    """The summary of a proposed case."""
    doctors = [case.first_opinion_doctor or "", str((case.treating_doctor or {}).get("name") or "")]
    if not case.is_second_opinion:
        doctors.insert(0, case.requester.get_full_name())
    counts: dict[str, int] = {}
    for document in live_documents(case).only("pk", "type", "case_id"):
        label = str(document.get_type_display())
        counts[label] = counts.get(label, 0) + 1
    return Summary(
        who=age_band(case),
        questions=[text for text in case.questions or [] if text.strip()],
        doctors=[name for name in doctors if name],
        document_types=sorted(counts.items()),
    )


def usual_request(case: Case) -> str:
    """What the expert who holds a case asks of those who name him and this case was not asked, as words to send.

    Returns:
        An introduction and a list in the language of the case; "" when there is nothing to ask.
    """
    if case.assigned_expert_id is None or case.pathology_id is None or whole(case).own is not None:
        return ""
    asked = own_questionnaire(case.assigned_expert_id, case.pathology_id)
    if asked is None:
        return ""
    language = case.language
    with override(language):
        lines = [gettext("To study this file, I also need this:")]
        for question in questions(asked.body):
            choices = ", ".join(label for _code, label in choice_labels(question, language))
            more = choices or (localised(question["unit"], language) if "unit" in question else "")
            lines.append(localised(question["label"], language) + (f" ({more})" if more else ""))
        for piece in asked.body["prerequisites"]:
            label, why = localised(piece["label"], language), localised(piece["why"], language)
            lines.append(gettext("Document: %(label)s. %(why)s") % {"label": label, "why": why})
    return "\n".join([lines[0], "", *(f"- {line}" for line in lines[1:])])
