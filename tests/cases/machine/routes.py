"""Whole lives of cases: every way round the table that a rule remembers something about."""

from cases.services import delivery
from tests.cases.machine.invariants import hold_true
from tests.cases.machine.rules import BEFORE_DELIVERY, OPEN, TABLE, Who
from tests.cases.machine.stage import Stage

#: Each begins in a draft. «state:» goes there the shortest way; «3d» waits; «by:who» says who makes the next move;
#: «to:spare» proposes to another expert; «open» opens the opinion; «revoke» takes a consent back on the page.
ROUTES: dict[str, str] = {
    "declined and taken up again": "admitted: 20h decline 90h override admit 5h propose accept sign deliver",
    "expired after its admission": (
        "admitted: 30h request_information expire 10d resume request_consent 2d give_consent admit 3h propose accept"
    ),
    "asked, and not waited for": "admitted: 9h request_information 3d override 4h admit propose lapse",
    "asked before admission": "submitted: request_information 3d provide_information 1h admit propose",
    "asked after admission": "admitted: 7h request_information 3d provide_information 1h propose decline_assignment",
    "the expert falls away on hold": "proposed: 2h hold 3d reassign 1d release 1h to:spare propose accept sign deliver",
    "objected to on hold": "expert_question: 2h hold 3d object_to_expert release 1h to:spare propose accept",
    "objected to after signing, on hold": "signed: 2h hold 1d object_to_expert release to:spare propose accept sign",
    "handed back with a question open": "expert_question: 30h hand_back 2h to:spare propose accept ask_question",
    "taken back with a question open": "expert_question: 30h reassign 2h to:spare propose accept sign deliver",
    "handed back, then written by another": "in_review: 50h hand_back 2h to:spare propose accept sign deliver",
    "objected to while written": "in_review: 50h object_to_expert 2h to:spare propose accept sign retract sign",
    "objected to when signed": "signed: 3h object_to_expert 2h to:spare propose accept sign deliver ask_follow_up",
    "signed three times": "signed: 1h retract 2h sign 1h return_to_expert 3h sign 1h deliver ask_follow_up",
    "followed up and closed": "delivered: 5d ask_follow_up 2d answer_follow_up 1d close 1d override 2d close",
    "followed up twice, answered once": (
        "delivered: 5d ask_follow_up 2d release_follow_up 1d ask_follow_up 1d answer_follow_up by:clock close"
    ),
    "closed by the clock": "delivered: by:clock close 1d override",
    "refused by the patient": "awaiting_consent: 1d refuse_consent",
    "refused by invitation": "awaiting_consent: 1d by:guest refuse_consent",
    "agreed by the representative": "awaiting_consent: 1d by:representative give_consent admit propose",
    "revised twice": "awaiting_consent: revise 1d request_consent 1d revise 1h request_consent give_consent admit",
    "proposed and taken back": (
        "proposed: 3h override 1h propose 2h reassign 1h propose decline_assignment propose by:clock lapse"
    ),
    "questions answered, dropped, and not answered": (
        "expert_question: 2d answer_question 1h ask_question 1d override 1h ask_question 1d continue_without_answer "
        "1h ask_question by:clock continue_without_answer 1h sign"
    ),
    "held by the service itself, a question open": (
        "expert_question: by:clock hold 2d by:clock release 1d answer_question"
    ),
    "stopped on hold, and not after all": "in_review: 1h hold 1d stop 2d override 1d release 1h sign",
    "stopped after a decline was undone": "admitted: decline override stop 5d override admit",
    "consent taken back after delivery": "delivered: open 1d revoke 1d close",
    "consent taken back with a follow-up open": "follow_up: 1d revoke 1d release_follow_up 1d close",
    "consent taken back, on hold": "delivered: open 1d hold 1d revoke 1d release close",
    "consent taken back, then stopped": "delivered: open 1d revoke 1h close 1d stop 1d override",
    "withdrawn by the desk": "in_review: by:coordinator withdraw",
    "agreed again after it expired": "draft: expire 5d resume 1d request_consent give_consent admit",
    "expired while agreement was waited for": "awaiting_consent: expire 1d resume request_consent revise",
}
ROUTES |= {f"held in {state}": f"{state}: 3h hold 50h release" for state in OPEN}
ROUTES |= {f"stopped in {state}": f"{state}: 3h stop 50h override" for state in OPEN}
ROUTES |= {f"withdrawn in {state}": f"{state}: 3h withdraw" for state in BEFORE_DELIVERY}
ROUTES |= {f"withdrawn on hold, from {state}": f"{state}: 3h hold 5h withdraw" for state in BEFORE_DELIVERY}


def follow(stage: Stage, name: str) -> None:
    """Take a case along a route; case and model are compared, and all invariants looked at, after each move.

    Raises:
        AssertionError: a move was refused, or something differs.
    """
    who, expert = None, None
    for word in ROUTES[name].split():
        if word.endswith(":"):
            stage.reach(word[:-1])
        elif word[0].isdigit():
            stage.wait(**{{"d": "days", "h": "hours"}[word[-1]]: int(word[:-1])})
        elif word.startswith("by:"):
            who = Who(word[3:])
        elif word == "to:spare":
            expert = stage.company.spare
        elif word == "open":
            stage.open_opinion()
        elif word == "revoke":
            revoke(stage)
        else:
            assert word in TABLE, word
            if who is Who.CLOCK:
                _ripen(stage, word)
            else:
                stage.prepare(word)
            stage.wait(minutes=1)
            stage.go(word, who, expert=expert if word == "propose" else None)
            who = None
        hold_true(stage.case_id)


def _ripen(stage: Stage, move: str) -> None:
    if move == "close":
        stage.prepare(move)
    stage.ripen(move)


def revoke(stage: Stage) -> None:
    """The patient takes the consent to the act back on her page."""
    case = stage.case
    actor = stage.company.actor(Who.PATIENT, case)
    with stage.time():
        delivery.withdraw_consent(case.pk, "act", actor=actor)
    stage.facts.act = stage.facts.sharing = False
    stage.look()
