"""Facts about a case that guards and pages both ask for: what is missing, who conflicts, what is new."""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from accounts.models import CodeChallenge
from accounts.models.users import fold_email
from cases.answers import pieces_wanted, unanswered
from cases.billing.accounts import must_choose_payer
from cases.models import Case, Document
from cases.models.case import TreatingDoctorChoice
from cases.models.documents import PieceReview
from cases.models.states import WITH_EXPERT
from consent.models import Purpose
from consent.services import living_purposes, purposes_for
from experts.models import ExpertProfile, Pathology
from experts.questionnaires.format import COMMON
from experts.selectors import Load, Obstacle, is_named_in, obstacles, shares_department

PARIS = ZoneInfo("Europe/Paris")
MAX_QUESTIONS = 3
#: What a tele-expertise cannot be judged without (C-HAS-3, TLM-DA: history with allergies, treatments).
REFERRAL_NEEDED = ("motive", "history", "allergies", "treatments")


def proof_is_fresh(
    proof: CodeChallenge | None, *, user_id: UUID | None, purpose: str, payload: str, at: datetime
) -> bool:
    """Whether a one-time code was just used by this person, for this purpose and for this very thing.

    Args:
        proof: what `accounts.codes.check_code` returned; read again from the database, never believed.
        payload: what the code stands for: a case's id, or the SHA-256 of the PDF to sign.
        at: the instant of the move; a code counts for ten minutes after its use.
    """
    if proof is None or user_id is None:
        return False
    return CodeChallenge.objects.filter(
        pk=proof.pk,
        user_id=user_id,
        purpose=purpose,
        binding=hashlib.sha256(payload.encode()).hexdigest(),
        used_at__gte=at - timedelta(minutes=10),
        used_at__lte=at,
    ).exists()


def age_on(birth: date, at: datetime) -> int:
    """Age in whole years, on the day it is in Paris at `at`."""
    today = at.astimezone(PARIS).date()
    return today.year - birth.year - ((today.month, today.day) < (birth.month, birth.day))


def questions_of(case: Case) -> list[str]:
    """The precise questions put to the expert."""
    return [text for text in (case.questions or []) if text.strip()]


def missing_parts(case: Case) -> list[str]:
    """The parts of the request that are still to be filled in, in the order of the task list."""
    parts: list[str] = []
    count = len(questions_of(case))
    if not case.is_second_opinion:
        form: dict[str, Any] = case.referral or {}
        if case.pathology_id is None and not str(form.get("other_pathology") or "").strip():
            parts.append("pathology")
        if count != 1:
            parts.append("questions")
        parts += [name for name in REFERRAL_NEEDED if not str(form.get(name) or "").strip()]
        return parts
    if case.pathology_id is None:
        parts.append("pathology")
    for code, missing in unanswered(case).items():
        if missing:
            parts.append("answers_common" if code == COMMON else "answers_pathology")
    if not 1 <= count <= MAX_QUESTIONS:
        parts.append("questions")
    if case.documents_done_at is None:
        parts.append("documents")
    if case.treating_doctor_choice == TreatingDoctorChoice.UNSET:
        parts.append("treating_doctor")
    if not case.reception:
        parts.append("reception")
    if must_choose_payer(case):
        parts.append("payer")
    return parts


def confirming_address(case: Case) -> str:
    """Where the code of a request by phone goes: the address of the patient's account, else the one she gave.

    Never that of somebody of the service who filled it in.
    """
    own = case.patient.representations.filter(kind="self", ended_at__isnull=True).select_related("user").first()
    address = fold_email(own.user.email if own is not None else case.patient.email or "")
    return "" if address == case.requester.email and case.by_phone else address


def purposes_put(case: Case, *, attested: bool = False) -> list[str]:
    """The purposes put to the patient of this case, required ones first.

    Nobody is asked to agree to a report for a treating doctor he does not have, or does not want told.

    Args:
        attested: a professional states a consent he collected himself: purposes 1 to 3 only.
    """
    put = purposes_for(case.sharing)
    if attested and not case.is_second_opinion:
        put = [purpose for purpose in put if purpose not in (Purpose.DMP, Purpose.RESEARCH)]
    if case.treating_doctor_choice != TreatingDoctorChoice.NAMED:
        put = [purpose for purpose in put if purpose != Purpose.TREATING_DOCTOR]
    return put


def wants_doctor_copy(case: Case) -> bool:
    """Whether the treating doctor is to receive the report: named, and the patient's agreement to it is living."""
    named = case.treating_doctor_choice == TreatingDoctorChoice.NAMED and (case.treating_doctor or {}).get("name")
    if not named or case.consent_withdrawn_at is not None:
        return False
    return Purpose.TREATING_DOCTOR in living_purposes(case.pk, case.consent_round)


def doctor_left_out(case: Case) -> bool:
    """Whether the patient answered that no treating doctor receives the opinion: none, or refused."""
    return case.treating_doctor_choice in (TreatingDoctorChoice.NONE, TreatingDoctorChoice.REFUSED)


def doctor_untold(case: Case) -> bool:
    """Whether no treating doctor receives the opinion: left out, or consent 3 not given or taken back."""
    asked = case.consented_at is not None
    return doctor_left_out(case) or (
        asked and Purpose.TREATING_DOCTOR not in living_purposes(case.pk, case.consent_round)
    )


def reception_asked_again(case: Case) -> bool:
    """Whether the patient still has to say how she receives the opinion: her doctor was to read it, and is not told."""
    sent = case.is_second_opinion and case.consented_at is not None
    return sent and not case.reception and case.delivered_at is None and case.ended_at is None


def live_documents(case: Case) -> Any:
    """The documents of the case that nobody withdrew, hid, or refused."""
    return Document.objects.filter(case=case, removed_at__isnull=True, hidden_at__isnull=True).exclude(
        status=Document.Status.REFUSED
    )


def case_pieces_open(case: Case) -> list[str]:
    """Codes of the required documents neither present nor declared unobtainable."""
    declared = case.missing_pieces.values_list("prerequisite", flat=True)
    return pieces_open(case, pieces_wanted(case), declared)


def pieces_open(case: Case, wanted: Iterable[Mapping[str, Any]], declared: Iterable[str]) -> list[str]:
    """The same for a page that has read what is wanted and what is declared unobtainable."""
    settled = {*live_documents(case).values_list("prerequisite", flat=True), *declared}
    return [piece["code"] for piece in wanted if piece.get("required") and piece["code"] not in settled]


def open_call_tasks(case: Case) -> bool:
    """Whether somebody of the service still has to call."""
    return bool(case.call_tasks.filter(done_at__isnull=True).exists())


def close_to(case: Case) -> set[UUID]:
    """The users who reach the patient of this case: himself, representatives, helpers."""
    return set(case.patient.representations.filter(ended_at__isnull=True).values_list("user_id", flat=True))


def conflicts_of_role(
    case: Case, expert: ExpertProfile, *, coordinator_id: UUID | None = None, close: set[UUID] | None = None
) -> list[str]:
    """Why this expert cannot be the expert of this case: nobody holds two relationships with one case.

    Args:
        coordinator_id: the coordinator who proposes, besides the owner and the deputy of the case.
        close: what `close_to` says, when several experts are asked about.
    """
    user = expert.user_id
    found: list[str] = []
    if user in {case.coordinator_id, case.deputy_id, coordinator_id} - {None}:
        found.append(_("he coordinates this case"))
    elif case.transitions.filter(actor_id=user, actor_role="coordinator").exists():
        found.append(_("he has acted as coordinator of this case"))
    if user == case.requester_id:
        found.append(_("he made this request"))
    if user == case.treating_doctor_user_id:
        found.append(_("he is the treating doctor"))
    if user == case.first_opinion_user_id or is_named_in(expert, case.first_opinion_doctor or ""):
        found.append(_("he gave the first opinion"))
    department = case.first_opinion_department.strip().casefold()
    same = department and department == expert.department.strip().casefold()
    if same or shares_department(expert, case.first_opinion_department):
        found.append(_("he works in the department of the first opinion"))
    if user in (close_to(case) if close is None else close):
        found.append(_("he is close to the patient"))
    return found


def load_of(expert: ExpertProfile, on: datetime) -> tuple[int, int]:
    """Cases the expert holds now, and cases proposed to him since the first of this month in Paris."""
    month = on.astimezone(PARIS).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    held = Case.objects.filter(assigned_expert=expert, state__in=[str(state) for state in WITH_EXPERT]).count()
    return held, expert.assignments.filter(proposed_at__gte=month).exclude(outcome__in=["declined", "lapsed"]).count()


def loads_now(pathology: Pathology, on: datetime) -> dict[UUID, Load]:
    """What `load_of` says, of every expert of a pathology at once."""
    month = on.astimezone(PARIS).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    experts = ExpertProfile.objects.filter(pathologies=pathology)
    held = Q(assigned_cases__state__in=[str(state) for state in WITH_EXPERT])
    proposed = Q(assignments__proposed_at__gte=month) & ~Q(assignments__outcome__in=["declined", "lapsed"])
    counted = experts.annotate(
        held=Count("assigned_cases", filter=held, distinct=True),
        this_month=Count("assignments", filter=proposed, distinct=True),
    )
    return {pk: Load(held, this_month) for pk, held, this_month in counted.values_list("pk", "held", "this_month")}


def obstacles_now(expert: ExpertProfile, *, pathology: Pathology | None, on: datetime) -> list[Obstacle]:
    """What keeps this expert from being proposed a case of this pathology now.

    Args:
        pathology: None for a tele-expertise about a disease the service does not list: the coordinator judges.
    """
    held, this_month = load_of(expert, on)
    return obstacles(expert, pathology=pathology, on=on, open_case_count=held, month_case_count=this_month)


def wrote_on(case: Case, user_id: UUID) -> bool:
    """Whether this person wrote in this case as something else than a coordinator."""
    return (
        user_id in {case.requester_id, case.treating_doctor_user_id, case.first_opinion_user_id}
        or case.assignments.filter(expert__user_id=user_id).exists()
        or case.opinions.filter(signed_by_id=user_id).exists()
        or case.patient.representations.filter(user_id=user_id, ended_at__isnull=True).exists()
    )


def new_pieces(case: Case) -> list[Document]:
    """Documents added since the living assignment was accepted, neither opened nor set aside by the expert."""
    assignment = case.assignments.filter(ended_at__isnull=True).first()
    if assignment is None or assignment.accepted_at is None:
        return []
    settled = PieceReview.objects.filter(assignment=assignment).values("document_id")
    return list(live_documents(case).filter(added_at__gt=assignment.accepted_at).exclude(pk__in=settled))
