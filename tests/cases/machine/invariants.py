"""What holds of every case at every moment, read from the database alone."""

import hashlib
from collections import Counter
from collections.abc import Iterator

from access import decide
from accounts.models import Representation
from audit.models import AuditEvent
from cases.demo.walk import acting
from cases.models import Case, Opinion
from cases.models.opinions import OpinionDraft
from consent.services import is_living
from tests.cases.machine import oracle
from tests.cases.machine.rules import (
    ENDS,
    HAS_DELIVERY,
    HAS_EXPERT,
    HAS_OPINION,
    OVERRIDE_TO,
    STANDING_STILL,
    TABLE,
    WITH_EXPERT,
    Who,
)
from vault.files import read_file


def violations(case_id: object) -> list[str]:
    """Every invariant the case breaks, in words."""
    case = Case.objects.select_related("assigned_expert__user", "signed_opinion", "patient").get(pk=case_id)
    found: list[str] = []
    for look in (_path, _journal, _consent, _people, _opinion, _hold, _clocks, _open_things, _patient_reads, _access):
        found += [f"{look.__name__[1:]}: {words}" for words in look(case)]
    return found


def hold_true(case_id: object) -> None:
    """Assert that no invariant is broken."""
    found = violations(case_id)
    assert not found, found


def _stage(case: Case) -> str:
    return case.resume_to or str(case.state)


def _path(case: Case) -> Iterator[str]:
    """Moves form a path of the rules from the draft to where the case stands."""
    rows = list(case.transitions.order_by("seq"))
    at, remembered = "draft", {"information_requested": "", "on_hold": "", "stopped": ""}
    for number, row in enumerate(rows, start=1):
        rule = TABLE.get(row.name)
        if row.seq != number or row.source != at:
            yield f"move {row.seq} {row.name} leaves {row.source}, the case was in {at}"
        if rule is None or row.source not in rule.sources:
            yield f"no rule lets {row.name} leave {row.source}"
        elif row.target not in _goals(row.name, row.source, remembered):
            yield f"no rule lets {row.name} lead from {row.source} to {row.target}"
        if row.name in ("request_information", "hold", "stop"):
            remembered[row.target] = row.source
        if row.source == row.target == "on_hold":
            remembered["on_hold"] = "admitted"
        at = row.target
    if at != case.state:
        yield f"the moves end in {at}, the case is in {case.state}"


def _goals(move: str, source: str, remembered: dict[str, str]) -> set[str]:
    if move in ("provide_information", "release"):
        return {remembered[source]}
    if move == "override":
        return {remembered["stopped"] if source == "stopped" else OVERRIDE_TO[source]}
    if move in ("object_to_expert", "reassign"):
        return {"on_hold" if source == "on_hold" else "admitted"}
    return {TABLE[move].target}


def _journal(case: Case) -> Iterator[str]:
    """Every move is in the journal once."""
    made = Counter((f"case.{row.name}", row.source, row.target) for row in case.transitions.all())
    names = {f"case.{name}" for name in TABLE}
    events = AuditEvent.objects.filter(case_id=case.pk, action__in=names, outcome="done")
    told = Counter((e.action, e.detail.get("from"), e.detail.get("to")) for e in events)
    if made != told:
        yield f"made {made - told}, told {told - made}"


def _consent(case: Case) -> Iterator[str]:
    """No review without a living consent; a request that became a draft again asks for a new round of it."""
    living = is_living(case.pk, case.consent_round, case.sharing) and case.consent_withdrawn_at is None
    if case.state in (*WITH_EXPERT, "admitted") and not living:
        yield f"{case.state} without a living consent"
    again = case.transitions.filter(name__in=("revise", "resume")).count()
    if case.consent_round != 1 + again:
        yield f"round {case.consent_round} of consent after {again} returns to the draft"


def _people(case: Case) -> Iterator[str]:
    """An owner once a person admits it; an expert where one must be, who is nothing else; one proposal at most."""
    stage = _stage(case)
    # What the service places by itself belongs to nobody until somebody of the desk takes it.
    admitted = case.transitions.filter(name="admit", actor_kind="user").exists()
    if admitted and case.coordinator_id is None:
        yield "admitted and owned by nobody"
    experts = set(case.assignments.values_list("expert__user_id", flat=True))
    acted = set(case.transitions.filter(actor_role="coordinator").values_list("actor_id", flat=True))
    if experts & ({case.coordinator_id, case.deputy_id, *acted} - {None}):
        yield "somebody is both expert and coordinator"
    if (stage in HAS_EXPERT) != (case.assigned_expert_id is not None) and stage not in ENDS:
        yield f"{stage} with expert {case.assigned_expert}"
    living = list(case.assignments.filter(ended_at__isnull=True))
    if stage in WITH_EXPERT and [row.expert_id for row in living] != [case.assigned_expert_id]:
        yield f"{stage} with living assignments {living}"
    if stage not in (*WITH_EXPERT, "stopped") and living:
        yield f"{stage} with a living assignment"


def _opinion(case: Case) -> Iterator[str]:
    """Signed by the assigned expert, with its bytes; delivered only so, and never twice."""
    stage, opinion = _stage(case), case.signed_opinion
    if stage in HAS_OPINION and opinion is None:
        yield f"{stage} without a signed opinion"
    if (stage in HAS_DELIVERY) != (case.delivered_at is not None) and stage != "stopped":
        yield f"{stage}, delivered at {case.delivered_at}"
    if opinion is not None and (case.assigned_expert is None or opinion.signed_by_id != case.assigned_expert.user_id):
        yield "signed by somebody else than the assigned expert"
    for version in Opinion.objects.filter(case=case).select_related("pdf", "assignment__expert"):
        if version.signed_by_id != version.assignment.expert.user_id:
            yield f"version {version.number} signed by somebody who was not entrusted with the case"
        if hashlib.sha256(b"".join(read_file(version.pdf))).hexdigest() != version.sha256:
            yield f"the bytes of version {version.number} are not those that were signed"
    signed = Counter(case.transitions.filter(name__in=["sign", "answer_follow_up"]).values_list("name", flat=True))
    if Counter({"opinion": signed["sign"], "addendum": signed["answer_follow_up"]}) != Counter(
        {kind: case.opinions.filter(type=kind).count() for kind in ("opinion", "addendum")}
    ):
        yield "versions and signatures differ in number"
    corrected = case.corrections.filter(result__isnull=False).count()
    if case.opinions.filter(type="correction").count() != corrected:
        yield "corrected versions and corrections differ in number"


def _hold(case: Case) -> Iterator[str]:
    """`resume_to` if and only if on hold; nothing is delivered meanwhile."""
    if bool(case.resume_to) != (case.state == "on_hold"):
        yield f"{case.state} with resume_to {case.resume_to!r}"
    open_holds = case.holds.filter(released_at__isnull=True).count()
    held = case.state == "on_hold" or (case.state == "stopped" and case.stopped_from == "on_hold")
    if open_holds != int(held):
        yield f"{case.state} with {open_holds} open holds"


def _clocks(case: Case) -> Iterator[str]:
    """Deadlines stand still where nobody works, and the first admission is the only one that counts."""
    if case.state in STANDING_STILL and case.due_at is not None:
        yield f"{case.state} with a deadline"
    if case.total_due_at is not None and case.total_left is not None:
        yield "the total clock both runs and stands"
    first = case.transitions.filter(name="admit").order_by("seq").first()
    if case.admitted_at != (first.at if first is not None else None):
        yield "admitted_at is not the first admission"


def _open_things(case: Case) -> Iterator[str]:
    """What waits for an answer waits only where the state says so."""
    state = case.stopped_from if case.state == "stopped" else case.state
    stage = (case.stopped_resume_to if case.state == "stopped" else case.resume_to) or state
    pairs = {
        "expert_question": case.expert_questions.filter(closed_at__isnull=True).count(),
        "information_requested": case.information_requests.filter(closed_at__isnull=True).count(),
        "follow_up": case.follow_ups.filter(addendum__isnull=True, released_at__isnull=True).count(),
    }
    for name, count in pairs.items():
        if count != int(stage == name):
            yield f"{stage} with {count} open of {name}"
    unsealed = OpinionDraft.objects.filter(assignment__case=case, sealed_at__isnull=True)
    if unsealed.filter(assignment__ended_at__isnull=False).exclude(assignment__outcome="completed").exists():
        yield "a draft outlived its assignment unsealed"


def _patient_reads(case: Case) -> Iterator[str]:
    """The patient and his representative always read their own case."""
    rows = Representation.objects.filter(patient_id=case.patient_id, ended_at__isnull=True).exclude(kind="helper")
    for row in rows.select_related("user"):
        actor = acting(row.user, "patient" if row.kind == "self" else "representative")
        for action in ("case.see", "case.read", "case.read_history", "case.read_identity", "document.read"):
            if not decide(actor, action, case):
                yield f"{actor.role} refused {action} in {case.state}"


def _access(case: Case) -> Iterator[str]:
    """Nobody who is no longer entrusted with the case reads its file, nor anybody before he accepted."""
    consented = is_living(case.pk, case.consent_round, case.sharing) and case.consent_withdrawn_at is None
    reading = {"in_review", "expert_question", "signed", "delivered", "follow_up"}
    for assignment in case.assignments.select_related("expert__user"):
        user = assignment.expert.user
        mine = case.assigned_expert is not None and case.assigned_expert.user_id == user.pk
        expected = mine and case.state in reading and consented
        if bool(decide(acting(user, "expert"), "case.read", case)) != expected:
            yield f"{assignment.outcome} expert reads the file in {case.state}: {not expected}"
        drafts = bool(decide(acting(user, "expert"), "case.write_draft", case))
        correcting = case.correcting_since is not None and case.state in ("delivered", "follow_up")
        writing = correcting or case.state in ("in_review", "expert_question")
        if drafts and not (mine and writing and consented):
            yield f"{assignment.outcome} expert writes in {case.state}"


def leaves_without(kind: str, state: str, silent: frozenset[Who]) -> set[str]:
    """The moves by which somebody else than the silent party gets a case out of a state."""
    return {move for move, who in oracle.exits(kind, state) if who not in silent}
