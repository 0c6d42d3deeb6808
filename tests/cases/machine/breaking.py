"""How each fact of the rules is made untrue of a real case, one at a time."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from django.conf import settings

from accounts.models import Patient
from cases.models import Case, Document
from cases.models.case import Sharing
from cases.services import desk, opinions
from cases.services.alerts import new_alert
from clock import now
from consent import services as consent
from consent.models import Purpose
from consent.texts import current_text
from experts.models import ExpertProfile
from experts.models.profiles import Registration
from tests.cases.machine.attempts import WRONG
from tests.cases.machine.oracle import FITNESS, LETS_GO, asked_for
from tests.cases.machine.rules import CONSENTED, SECOND, TABLE, TELE, Who
from tests.cases.machine.stage import WAYS, Stage, usual
from vault.files import write_file

Break = Callable[[Stage], None]


def _case(**columns: object) -> Break:
    return lambda stage: Case.objects.filter(pk=stage.case_id).update(**columns) and None


def _candidate(stage: Stage) -> ExpertProfile:
    """The expert the rules speak of: who holds the case, or who is proposed it."""
    return stage.case.assigned_expert or stage.company.world.expert


def _expert(**columns: object) -> Break:
    return lambda stage: ExpertProfile.objects.filter(pk=_candidate(stage).pk).update(**columns) and None


def _named(column: str) -> Break:
    """The expert is somebody else in this case, too."""
    return lambda stage: Case.objects.filter(pk=stage.case_id).update(**{column: _candidate(stage).user_id}) and None


def _withdrawn(*purposes: str) -> Break:
    """A consent is taken back, and nothing else happens."""

    def take_back(stage: Stage) -> None:
        case = stage.case
        for purpose in purposes:
            assert consent.withdraw_purpose(
                case_id=case.pk,
                round_number=case.consent_round,
                purpose=purpose,
                actor=stage.company.actor(Who.PATIENT, case),
            )

    return take_back


def _incomplete(stage: Stage) -> None:
    case = stage.case
    if stage.facts.kind == TELE:
        case.referral = {**(case.referral or {}), "motive": ""}
    else:
        case.reception = ""
    case.save()


def _unregistered(stage: Stage) -> None:
    Registration.objects.create(
        expert=_candidate(stage),
        checked_at=now(),
        means=Registration.Means.values[0],
        outcome=next(value for value in Registration.Outcome.values if value != Registration.Outcome.REGISTERED),
        checked_by=stage.company.world.coordinator,
    )


def _busy(stage: Stage) -> None:
    ExpertProfile.objects.filter(pk=_candidate(stage).pk).update(capacity_per_month=0)


def _coordinated(stage: Stage) -> None:
    """The expert once made a move of this case as its coordinator."""
    row = stage.case.transitions.order_by("-seq").first()
    assert row is not None
    type(row).objects.filter(pk=row.pk).update(actor_id=_candidate(stage).user_id, actor_role="coordinator")


def _named_sharing(stage: Stage) -> None:
    """The patient agreed to share the case with another expert, by name."""
    case = stage.case
    case.sharing, case.requested_expert = Sharing.NAMED, stage.company.spare
    case.save()
    put = [Purpose.ACT, Purpose.SHARING_NAMED]
    consent.record_choices(
        case_id=case.pk,
        patient_id=case.patient_id,
        kind=case.kind,
        sharing=case.sharing,
        round_number=case.consent_round,
        choices=dict.fromkeys(put, True),
        shown_texts={purpose: current_text(purpose, case.kind).pk for purpose in put},
        actor=stage.company.actor(Who.PATIENT, case),
        purposes=put,
    )


def _draft(**fields: object) -> Break:
    def spoil(stage: Stage) -> None:
        draft = opinions.draft_of(stage.case)
        actor = stage.company.actor(Who.EXPERT, stage.case)
        opinions.save_draft(stage.case_id, fields, draft.version, actor=actor)

    return spoil


def _new_piece(stage: Stage) -> None:
    case = stage.case
    Document.objects.create(
        content_key=case.content_key,
        case=case,
        type="letter",
        title="Courrier",
        origin=Document.Origin.PATIENT,
        added_by=stage.company.users[Who.PATIENT],
        added_at=now() + timedelta(minutes=1),
        status=Document.Status.READY,
        file=write_file(case.content_key, [b"%PDF-1.7 courrier"], media_type="application/pdf"),
    )


def _warning(stage: Stage) -> None:
    new_alert(stage.case, "warning_sign", actor=stage.company.actor(Who.PATIENT, stage.case))


def _minor(stage: Stage) -> None:
    Patient.objects.filter(pk=stage.case.patient_id).update(birth_date=date(stage.at.year - 12, 1, 1))
    stage.facts.minor = True


def _wrote(stage: Stage) -> None:
    """The coordinator filled this request in by phone: as staff he still follows it, but he wrote in it."""
    Case.objects.filter(pk=stage.case_id).update(by_phone=True, requester=stage.company.users[Who.COORDINATOR])


def _open_call(stage: Stage) -> None:
    desk.add_call(
        stage.case_id, "help", now() + timedelta(days=1), actor=stage.company.actor(Who.COORDINATOR, stage.case)
    )
    stage.facts.open_tasks = True


def _unopened(stage: Stage) -> None:
    Case.objects.filter(pk=stage.case_id).update(first_opened_at=None)
    stage.facts.opened_at = None


def _once_more(stage: Stage) -> None:
    Case.objects.filter(pk=stage.case_id).update(follow_up_used=True)
    stage.facts.followed_up = True


def _unwarned(stage: Stage) -> None:
    Case.objects.filter(pk=stage.case_id).update(reminders_sent=1)
    stage.facts.warned = 1
    stage.facts.reminded_and_called = False


def _delivered(stage: Stage) -> None:
    """It was delivered before the hold: the trial comes that way."""
    assert stage.facts.delivered_at is not None


def _early(**span: float) -> Break:
    """The move comes that much too early."""
    return lambda stage: stage.wait(**{name: -value for name, value in span.items()})


def _blocked(stage: Stage) -> None:
    consent.place_block(
        patient_id=stage.case.patient_id,
        professional_id=_candidate(stage).user_id,
        actor=stage.company.actor(Who.PATIENT, stage.case),
    )


def _uninsured(stage: Stage) -> None:
    _candidate(stage).insurances.update(valid_until=stage.at.date() - timedelta(days=1))


def _referral_wanted(_stage: Stage) -> None:
    # Put back by the fixture or the caller, with the settings as they were.
    settings.REFERRAL_RULE = "required"


def _unchecked(stage: Stage) -> None:
    row = stage.case.requester.professional
    type(row).objects.filter(pk=row.pk).update(registration_answer=row.Answer.REFUSED)


def _read_before(stage: Stage) -> None:
    """The draft changed after the paper was made."""
    draft = opinions.draft_of(stage.case)
    draft.rendered_sha256, draft.rendered_version = "0" * 64, draft.version
    draft.version += 1
    draft.save()


def _uncalled(stage: Stage) -> None:
    stage.case.call_tasks.filter(why="silence").delete()
    stage.facts.reminded_and_called = False


#: fact → ways to make it untrue. Facts that depend on nothing but the state are not here.
BREAKS: dict[str, tuple[Break, ...]] = {
    "answers_complete": (_incomplete,),
    "documents_settled": (lambda stage: stage.case.missing_pieces.all().delete() and None,),
    "identity_complete": (
        lambda stage: Patient.objects.filter(pk=stage.case.patient_id).update(birth_place_code="") and None,
    ),
    "warnings_cleared": (_warning,),
    "referral_kept": (_referral_wanted,),
    "of_age": (_minor,),
    "urgency_known": (_case(urgency=""),),
    "requester_registered": (_unchecked,),
    "identity_checked": (_case(identity_checked_at=None), _case(identity_means="")),
    "completeness_checked": (_case(checklist={}), _case(checklist={"answers_read": {"by": "x"}})),
    "payment_settled": (_case(payment="open"),),
    "consent": (_withdrawn(Purpose.ACT), _withdrawn(Purpose.SHARING_DELEGATED)),
    "expert_active": (_expert(status="suspended"), _expert(status="ended")),
    "expert_registered": (_unregistered,),
    "expert_insured": (_uninsured,),
    "expert_convention": (lambda stage: _candidate(stage).conventions.all().delete() and None,),
    "covers_pathology": (lambda stage: _candidate(stage).pathologies.clear(),),
    "not_blocked": (_blocked,),
    "has_capacity": (_busy,),
    "not_coordinator": (_named("coordinator_id"), _named("deputy_id"), _coordinated),
    "not_requester": (_named("requester_id"),),
    "not_treating_doctor": (_named("treating_doctor_user_id"),),
    "not_first_author": (_named("first_opinion_user_id"),),
    "other_department": (_case(first_opinion_department=" rachis a "),),
    "sharing_covers": (_named_sharing,),
    "opinion_complete": (_draft(summary=""), _draft(answers=[])),
    "relevance_stated": (_draft(relevance=""),),
    "paper_is_the_one_read": (_read_before,),
    "pieces_seen": (_new_piece,),
    "undelivered": (_delivered,),
    "not_author": (_wrote,),
    "acceptance_over": (_early(days=9),),
    "silent_long_enough": (_early(days=2), _uncalled, _unwarned),
    "first_time": (_once_more,),
    "within_follow_up": (_unopened, lambda stage: stage.wait(days=31)),
    "opened": (_unopened,),
    "closing_due": (_early(days=2),),
    "expiry_over": (_early(days=6),),
    "warned_twice": (_unwarned,),
    "nothing_open": (_open_call, lambda stage: _warning(stage) or setattr(stage.facts, "open_tasks", True)),
    "undo_in_time": (lambda stage: stage.wait(days=31),),
}
#: Facts the model works out by itself from what was broken above; the others are told to it.
SEEN_BY_MODEL = frozenset(
    {
        *("of_age", "undelivered", "acceptance_over", "silent_long_enough", "first_time", "within_follow_up"),
        *("opened", "closing_due", "expiry_over", "warned_twice", "nothing_open", "undo_in_time"),
    }
)
#: Facts that mean something in one kind only.
ONLY_IN = {
    "documents_settled": SECOND,
    "referral_kept": SECOND,
    "urgency_known": TELE,
    "requester_registered": TELE,
}


@dataclass(frozen=True)
class Trial:
    """One guard of one move, not met: everything else is in order.

    Args:
        kind, state: where it is tried.
        who: somebody who may.
        fact: what does not hold, or "" when `without` says what is left out.
        way: which way of breaking the fact.
        bare: past what the services check before the move.
        via: the state from which a hold or a stop was made, when it matters.
    """

    kind: str
    state: str
    move: str
    who: Who
    fact: str = ""
    way: int = 0
    without: str = ""
    bare: bool = False
    via: str = ""

    def __str__(self) -> str:
        words = (self.move, self.state, self.via, self.kind, self.who, self.fact or f"no {self.without}", self.way)
        return "-".join(str(word) for word in words if word != "") + ("-bare" if self.bare else "")

    def arrive(self, stage: Stage) -> None:
        """Bring the case to where only the guard is missing."""
        if self.via:
            stage.reach(self.via)
            stage.wait(hours=1)
            stage.go({"on_hold": "hold", "stopped": "stop", "information_requested": "request_information"}[self.state])
        else:
            stage.reach(self.state)
        stage.prepare(self.move)
        if self.who is Who.CLOCK and self.move == "close":
            stage.ripen(self.move)
        stage.wait(minutes=30)

    @property
    def place(self) -> tuple[str, ...]:
        """What trials share that begin in the same situation."""
        return (self.kind, self.state, self.via, self.move, str(self.who is Who.CLOCK))

    def spoil(self, stage: Stage) -> None:
        """Break the one thing."""
        if not self.fact:
            return
        with stage.time():
            BREAKS[self.fact][self.way](stage)
        if self.fact == "consent":
            stage.facts.act = False
        elif self.fact not in SEEN_BY_MODEL:
            stage.facts.unmet.add(self.fact)


def _where(move: str) -> list[tuple[str, str]]:
    """States, with where a hold or a stop came from, in which the guards of a move are tried."""
    if move == "release":
        return [("on_hold", ""), ("on_hold", "admitted"), ("on_hold", "proposed"), ("on_hold", "signed")]
    if move == "provide_information":
        return [("information_requested", ""), ("information_requested", "admitted")]
    if move == "withdraw":
        return [("draft", ""), ("on_hold", "")]
    if move == "override":
        return [
            *((state, "") for state in sorted(TABLE[move].sources - {"stopped"})),
            *(("stopped", via) for via in ("submitted", "in_review", "delivered")),
        ]
    if move in ("expire", "decline", "hand_back", "object_to_expert", "reassign"):
        return [(state, "") for state in sorted(TABLE[move].sources)]
    return [(next(state for state in WAYS if state in TABLE[move].sources), "")]


def _facts_of(move: str, state: str, via: str, kind: str) -> set[str]:
    """The facts the rules ask for in this situation."""
    found = set(TABLE[move].facts)
    if move == "release":
        found |= FITNESS if via in ("", "proposed") else set()
        found |= {"not_blocked"} if via != "admitted" else set()
    goes_on = move not in ("release_follow_up", "provide_information") and state != "on_hold"
    if (goes_on and (move in LETS_GO or TABLE[move].target in CONSENTED)) or move in ("release", "override"):
        found.add("consent")
    if move == "provide_information" and via == "admitted":
        found.add("consent")
    if "undelivered" in found and state != "on_hold":
        found.remove("undelivered")
    if "undo_in_time" in found and state != "stopped":
        found.remove("undo_in_time")
    return {fact for fact in found & set(BREAKS) if ONLY_IN.get(fact, kind) == kind}


def trials(kind: str) -> Iterator[Trial]:
    """Every guard of every move, each way of not meeting it.

    Args:
        kind: of the case.
    """
    for move, row in TABLE.items():
        for state, via in _where(move):
            people = [who for who in row.who[kind] if who is not Who.CLOCK or move in CLOCK_ALONE]
            who = usual(move, kind) if usual(move, kind) in people else people[0]
            signs = move in ("sign", "answer_follow_up")
            for fact in sorted(_facts_of(move, state, via, kind)):
                actor = Who.CLOCK if fact in BY_CLOCK else who
                held = "delivered" if fact == "undelivered" else via
                for way in range(len(BREAKS[fact])):
                    trial = Trial(kind, state, move, actor, fact, way, via=held, bare=signs)
                    yield from (trial, replace(trial, bare=False)) if signs and fact not in BARE else (trial,)
            for name in row.inputs:
                yield from (
                    Trial(kind, state, move, actor, without=name, via=via)
                    for actor in sorted(set(people))
                    if name in asked_for(move, actor) and (move != "give_consent" or actor is not Who.REPRESENTATIVE)
                )
            for name, values in WRONG.get(move, {}).items():
                yield from (
                    Trial(kind, state, move, actor, without=f"wrong {name} {number}", via=via)
                    for number in range(len(values))
                    for actor in sorted(set(people))
                    if name in asked_for(move, actor)
                )
            if signs:
                yield Trial(kind, state, move, who, without="code", bare=True)


#: Moves and facts of the clock alone.
CLOCK_ALONE = frozenset({"lapse", "expire"})
BARE = frozenset({"paper_is_the_one_read"})
BY_CLOCK = frozenset({"silent_long_enough", "closing_due"})
