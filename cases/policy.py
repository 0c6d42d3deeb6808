"""The rows of the table of rights that concern cases, and the facts behind them (design: deny unless a row allows)."""

from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from access import Rule, register_provider, register_rules
from access.policy import Facts
from accounts.models import Invitation, Representation
from audit import Actor
from cases.grid import grid_allows
from cases.machine.table import PATIENT_SIDE, TABLE
from cases.models import Assignment, Case, Document, Opinion
from cases.models.documents import DocumentType
from cases.models.states import (
    AFTER_DELIVERY,
    BEFORE_DELIVERY,
    ENDS,
    LIVING,
    OPEN_OPINION,
    REASSIGNABLE,
    WITH_EXPERT,
    State,
)
from clock import now
from consent.services import is_blocked

READING_EXPERT = tuple(s for s in (*WITH_EXPERT, State.DELIVERED, State.FOLLOW_UP) if s != State.PROPOSED)
STAFF = ("coordinator", "care_coordinator")
#: States in which the file can still grow: until the signature.
#: States after the first consent, before the end.
CONSENTED_ONCE = tuple(s for s in LIVING if s not in (State.DRAFT, State.AWAITING_CONSENT, State.CLOSED))
#: States in which the price may be settled, and those in which the patient still says who settles it.
SENT = tuple(s for s in LIVING if s not in (State.DRAFT, State.AWAITING_CONSENT))
BEFORE_ADMISSION = (State.DRAFT, State.AWAITING_CONSENT, State.SUBMITTED, State.INFORMATION_REQUESTED)
OPEN_FILE = tuple(state for state in BEFORE_DELIVERY if state != State.SIGNED)


def _rule(action: str, relations: tuple[str, ...], states: tuple[str, ...] | None = None, **flags: Any) -> Rule:
    kept = None if states is None else frozenset(str(state) for state in states)
    return Rule(action, frozenset(relations), kept, **flags)


def _reading(action: str) -> list[Rule]:
    """Reading the file: the patient's side always, the others while they take part in the case."""
    return [
        _rule(action, PATIENT_SIDE, ended="yes"),
        _rule(action, ("helper_fill",)),
        _rule(action, ("requester_professional",)),
        _rule(action, ("expert",), READING_EXPERT),
        _rule(action, STAFF, ended="motive"),
    ]


RULES: list[Rule] = [
    *[
        # On hold or after a withdrawal the requester of a tele-expertise may still end it.
        _rule(move.action, move.who, tuple(move.sources), ended=_ended, third_party_loses=move.name != "withdraw")
        for move, _ended in (
            (move, "yes" if move.sources & {str(s) for s in ENDS} else "no") for move in TABLE.values()
        )
    ],
    # The page that says where the case stands.
    _rule(
        "case.see", (*PATIENT_SIDE, "helper", "requester_professional", "author"), ended="yes", third_party_loses=False
    ),
    _rule("case.see", ("expert",), third_party_loses=False),
    _rule("case.see", (*STAFF, "assistant"), ended="yes"),
    # Who the patient is: the expert only after he accepted.
    _rule("case.read_identity", (*PATIENT_SIDE, "helper", "requester_professional"), ended="yes"),
    _rule("case.read_identity", ("expert",), READING_EXPERT),
    _rule("case.read_identity", (*STAFF, "assistant"), ended="yes"),
    # What an expert sees before he accepts.
    _rule("case.read_summary", ("expert",)),
    *_reading("case.read_summary"),
    *_reading("case.read"),
    *_reading("document.read"),
    # The signed opinion, once delivered; the expert and the coordinator from the signature.
    _rule("case.read_opinion", (*PATIENT_SIDE, "helper_read_opinion"), ended="yes"),
    _rule("case.read_opinion", ("requester_professional",), AFTER_DELIVERY),
    _rule("case.read_opinion", ("expert",), (State.SIGNED, State.DELIVERED, State.FOLLOW_UP)),
    _rule("case.read_opinion", ("author",), AFTER_DELIVERY),
    _rule("case.read_opinion", ("coordinator",), ended="motive"),
    _rule("case.read_draft", ("expert",), (State.IN_REVIEW, State.EXPERT_QUESTION, State.SIGNED)),
    # After delivery he writes only while a correction of his is under way (see the facts).
    _rule("case.write_draft", ("expert",), (State.IN_REVIEW, State.EXPERT_QUESTION, *OPEN_OPINION)),
    _rule("case.write_addendum", ("expert",), (State.FOLLOW_UP,)),
    _rule("case.read_history", PATIENT_SIDE, ended="yes"),
    _rule("case.read_history", ("coordinator",), ended="yes"),
    # Filling in.
    _rule("case.fill", ("requester", "helper_fill"), (State.DRAFT,)),
    _rule("case.fill", ("phone_filler",), (State.DRAFT,)),
    # Which expert reads the file and which doctor is told: never a helper's choice.
    _rule("case.choose_readers", ("requester", "phone_filler"), (State.DRAFT,)),
    _rule("case.discard", ("requester", "phone_care_coordinator"), (State.DRAFT,)),
    # A draft taken down on the phone is the patient's to drop: nothing of it was agreed to, nobody was sent anything.
    _rule("case.withdraw", ("phone_care_coordinator",), (State.DRAFT,)),
    _rule("case.add_to_answers", ("requester",), OPEN_FILE),
    _rule("case.add_document", ("requester", "helper_documents", *STAFF), OPEN_FILE),
    _rule("case.remove_document", ("requester", "helper_documents", *STAFF), OPEN_FILE),
    _rule("case.read_choices", PATIENT_SIDE, ended="yes"),
    _rule("case.choose", PATIENT_SIDE, tuple(LIVING)),
    # On the phone the patient says how she wishes to receive the opinion while the rest is written down.
    _rule("case.choose", ("phone_filler",), (State.DRAFT,)),
    _rule("case.withdraw_consent", PATIENT_SIDE, tuple(LIVING)),
    # Consent asked again on new words, mostly while the case is on hold for it.
    _rule(
        "case.renew_consent",
        (*PATIENT_SIDE, "requester_professional", "phone_care_coordinator"),
        CONSENTED_ONCE,
        third_party_loses=False,
    ),
    # Words.
    _rule("case.message_service", (*PATIENT_SIDE, "helper_write", "requester_professional", *STAFF), tuple(LIVING)),
    # What was written stays readable for the patient when nothing can be added any more.
    _rule("case.read_messages", PATIENT_SIDE, ended="yes"),
    _rule("case.read_messages", ("helper_write", "requester_professional", *STAFF), tuple(LIVING)),
    _rule("case.message_desk_expert", ("expert", "coordinator"), (*WITH_EXPERT, *OPEN_OPINION)),
    # Who finds a fault in what he signed can say so after the file is closed, too.
    _rule("case.message_desk_expert", ("author", "coordinator"), (State.CLOSED,)),
    # Between the professional who asked and the expert who accepted; of a tele-expertise only (see the facts).
    _rule("case.message_expert", ("requester_professional", "expert"), READING_EXPERT),
    _rule(
        "case.raise_alert",
        (*PATIENT_SIDE, "helper", "requester_professional", "expert", *STAFF),
        tuple(LIVING),
        third_party_loses=False,
    ),
    _rule("case.acknowledge", ("requester_professional",), AFTER_DELIVERY),
    # Once the request is complete its patient is told, by a code as long as there is no account.
    _rule("case.invite", ("requester_professional",), tuple(state for state in LIVING if state != State.DRAFT)),
    _rule("case.report_incident", ("requester", "expert", *STAFF), tuple(LIVING)),
    # The desk.
    _rule("case.check", STAFF, (State.SUBMITTED, State.INFORMATION_REQUESTED, State.ADMITTED)),
    # Who pays and what came: never what it is about. Nobody of a payer has any relation with a case.
    _rule("case.read_billing", PATIENT_SIDE, ended="yes"),
    _rule("case.read_billing", (*STAFF, "assistant"), ended="yes"),
    _rule("case.choose_payer", PATIENT_SIDE, BEFORE_ADMISSION),
    _rule("case.choose_payer", ("phone_filler",), (State.DRAFT, State.AWAITING_CONSENT)),
    _rule("case.settle_payment", (*STAFF, "assistant"), SENT),
    _rule("case.refund", (*STAFF, "assistant"), ended="yes"),
    _rule("case.set_price", ("coordinator",), SENT),
    _rule("case.own", ("coordinator",), tuple(LIVING)),
    _rule("case.note", STAFF, ended="yes"),
    _rule("case.call", STAFF, tuple(LIVING)),
    _rule("case.take_alert", STAFF, ended="yes"),
    _rule("case.ask_stop", ("coordinator",), tuple(LIVING)),
    # Handing the report over to the treating doctor is delivering it: the coordinator's alone.
    _rule("case.send_copy", ("coordinator",), AFTER_DELIVERY),
    _rule("case.ask_correction", ("coordinator",), OPEN_OPINION),
    _rule("case.correct", ("expert",), OPEN_OPINION),
    _rule("case.end_correction", ("expert",), OPEN_OPINION),
    _rule("case.end_correction", ("coordinator",), (*OPEN_OPINION, State.ON_HOLD)),
]


class CaseFacts:
    """What an actor is to a case."""

    def facts(self, actor: Actor, target: Case) -> Facts:
        """The relations of the actor, the state, and what closes the case to third parties."""
        relations = frozenset(_relations(actor, target))
        closed = ""
        if target.state == State.ON_HOLD:
            closed = "on_hold"
        elif target.consent_withdrawn_at is not None:
            closed = "withdrawn"
        elif (
            actor.id is not None
            and relations & {"expert", "requester_professional", "author"}
            and is_blocked(target.patient_id, actor.id)
        ):
            closed = "blocked"
        return Facts(
            relations=relations,
            state=str(target.state),
            ended=target.state in ENDS,
            closed_to_third_parties=closed,
            refusals=_opinion_refusal(target, relations)
            | _hold_refusals(target)
            | _talk_refusals(target)
            | _writing_refusals(target)
            | _draft_refusals(target, relations)
            | _billing_refusals(target),
        )

    def visible(self, actor: Actor) -> Q:
        """The cases the actor finds in his lists."""
        if actor.kind == "system":
            return Q()
        return _visible(actor)


def _relations(actor: Actor, case: Case) -> set[str]:
    """What the actor is to the case, in the role of the page he is on."""
    if actor.kind == "system":
        return {"system"}
    if actor.kind == "guest":
        invited = actor.role == "invited" and Invitation.objects.filter(
            pk=actor.person, target_id=case.pk, accepted_at__isnull=True, refused_at__isnull=True, expires_at__gt=now()
        )
        return {"invited"} if invited and invited.exists() else set()
    if actor.role in ("patient", "representative", "helper"):
        return _patient_side(actor, case)
    if actor.role == "requester":
        mine = not case.is_second_opinion and case.requester_id == actor.id
        return {"requester", "requester_professional"} if mine else set()
    if actor.role == "expert":
        return _expert(actor, case)
    if actor.role in ("coordinator", "care_coordinator", "assistant"):
        return _staff(actor, case)
    return set()


def _patient_side(actor: Actor, case: Case) -> set[str]:
    living = Representation.objects.filter(
        user_id=actor.person, patient_id=case.patient_id, ended_at__isnull=True
    ).first()
    if living is None or (living.expires_at is not None and living.expires_at <= now()):
        return set()
    if living.kind == Representation.Kind.HELPER:
        return {"helper", *(f"helper_{scope}" for scope in living.scope)}
    relation = "patient" if living.kind == Representation.Kind.SELF else "representative"
    return {relation, "requester"} if case.is_second_opinion else {relation}


def _expert(actor: Actor, case: Case) -> set[str]:
    found: set[str] = set()
    expert = case.assigned_expert
    if expert is not None and expert.user_id == actor.id and case.state != State.CLOSED:
        found.add("expert")
    if case.signed_opinion_id is not None and case.opinions.filter(signed_by_id=actor.id).exists():
        found.add("author")
    return found


def _staff(actor: Actor, case: Case) -> set[str]:
    """Nobody acts as staff on his own case, a relative's, or one in which he has another part."""
    if actor.id in {case.requester_id, case.treating_doctor_user_id, case.first_opinion_user_id} and not case.by_phone:
        return set()
    if Representation.objects.filter(user_id=actor.person, patient_id=case.patient_id, ended_at__isnull=True).exists():
        return set()
    if actor.role == "coordinator" and Assignment.objects.filter(case=case, expert__user_id=actor.person).exists():
        return set()
    if not case.by_phone or actor.role not in STAFF:
        return {actor.role}
    return {actor.role, "phone_filler", *({"phone_care_coordinator"} if actor.role == "care_coordinator" else ())}


def _hold_refusals(case: Case) -> dict[str, str]:
    """On hold, an expert is let go only where there is one to let go."""
    if case.state != State.ON_HOLD:
        return {}
    held_by = {"case.object_to_expert": WITH_EXPERT, "case.reassign": REASSIGNABLE}
    return {action: "state" for action, stages in held_by.items() if case.resume_to not in stages}


def _opinion_refusal(case: Case, relations: frozenset[str]) -> dict[str, str]:
    """Before delivery the opinion is nobody's but the expert's and the coordinator's; a tele-expertise goes first to
    the professional, then to the patient when he has told her, or 48 hours later at her request."""
    if relations & {"expert", "author", "coordinator"}:
        return {}
    if case.delivered_at is None:
        return {"case.read_opinion": "state"}
    patient_side = relations & {"patient", "representative", "helper_read_opinion"}
    return {"case.read_opinion": "doctor_first"} if patient_side and not case.is_open_to_patient else {}


def _writing_refusals(case: Case) -> dict[str, str]:
    """What is delivered is written on only while a correction is under way."""
    over = case.state in AFTER_DELIVERY and case.correcting_since is None
    return {"case.write_draft": "state"} if over else {}


#: What would tell the service of a request that is not sent yet.
_READING_DRAFT = (
    "case.read",
    "case.read_summary",
    "case.read_history",
    "case.read_billing",
    "document.read",
    "case.add_document",
    "case.remove_document",
)


def _draft_refusals(case: Case, relations: frozenset[str]) -> dict[str, str]:
    """Before the patient agreed nobody of the service reads the request, as the notice on keeping a draft promises.

    Only who fills it in with her on the phone does. That it exists, whose it is and its dates stay visible, to remind
    and to call; an alert speaks for itself.
    """
    if case.consented_at is not None or not relations & {*STAFF, "assistant"}:
        return {}
    return {} if "phone_care_coordinator" in relations else dict.fromkeys(_READING_DRAFT, "draft")


def _billing_refusals(case: Case) -> dict[str, str]:
    """The patient of a tele-expertise pays nothing."""
    return {} if case.is_second_opinion else dict.fromkeys(("case.choose_payer", "case.set_price"), "role")


def _talk_refusals(case: Case) -> dict[str, str]:
    """A patient and an expert talk by questions and answers, which stand in the report."""
    return {"case.message_expert": "role"} if case.is_second_opinion else {}


def _visible(actor: Actor) -> Q:
    """The same relations as a filter."""
    living = Representation.objects.filter(user_id=actor.person, ended_at__isnull=True).exclude(expires_at__lte=now())
    if actor.role in ("patient", "representative", "helper"):
        return Q(patient_id__in=living.values("patient_id"))
    if actor.role == "requester":
        return Q(kind="tele_expertise", requester_id=actor.id)
    if actor.role == "expert":
        assigned = Q(assigned_expert__user_id=actor.id) & ~Q(state__in=[State.CLOSED, *ENDS])
        signed = Opinion.objects.filter(signed_by_id=actor.id).values("case_id")
        return assigned | Q(pk__in=signed, state__in=AFTER_DELIVERY)
    if actor.role in ("coordinator", "care_coordinator", "assistant"):
        # Few, and found by indexes; within the filter they would be looked up for every case of the desk.
        return ~Q(pk__in=list(_own_cases(actor, living)))
    return Q(pk__in=[])


def _own_cases(actor: Actor, living: QuerySet[Representation]) -> QuerySet[Any, UUID]:
    """Ids of the cases a member of the staff has another part in: see `_staff`."""
    cases = Case.objects.order_by()
    parts = [
        cases.filter(patient_id__in=living.values("patient_id")),
        cases.filter(
            Q(requester_id=actor.id, by_phone=False)
            | Q(treating_doctor_user_id=actor.id)
            | Q(first_opinion_user_id=actor.id)
        ),
    ]
    if actor.role == "coordinator":
        parts.append(cases.filter(assignments__expert__user_id=actor.person))
    found = [part.values_list("pk", flat=True) for part in parts]
    return found[0].union(*found[1:])


class DocumentFacts:
    """A document is its case, and its own restrictions besides."""

    def facts(self, actor: Actor, target: Document) -> Facts:
        """The facts of the case, with the refusals of this document."""
        return self.within(CaseFacts().facts(actor, target.case), actor, target)

    def within(self, case: Facts, actor: Actor, target: Document) -> Facts:
        """The same for each of many documents, the facts of their case read once."""
        author = target.added_by_id == actor.id
        reason = ""
        if target.hidden_at is not None:
            reason = "hidden"
        elif target.removed_at is not None:
            reason = "removed"
        elif target.status != Document.Status.READY and not author:
            reason = "unchecked"
        elif "expert" in case.relations and not grid_allows("physician", DocumentType(target.type)):
            reason = "grid"
        refusals = {**case.refusals, **({"document.read": reason} if reason else {})}
        return Facts(case.relations, case.state, case.ended, case.closed_to_third_parties, refusals)

    def visible(self, actor: Actor) -> Q:
        """The documents of visible cases that nobody hid or withdrew."""
        cases = Case.objects.filter(CaseFacts().visible(actor))
        return Q(case__in=cases, removed_at__isnull=True, hidden_at__isnull=True)


def register() -> None:
    """Put the rows and the facts of cases into the decision function."""
    register_rules(RULES)
    register_provider("case", Case, CaseFacts())
    register_provider("document", Document, DocumentFacts())
