"""What one row of the matrix says, and what follows from it for whoever it does not name.

The tables are written from the design (who uses the site, who may read and do what), not from the code. A row names who
gets what; for everybody else the rules of the site hold: an anonymous visitor is sent to the login, somebody without a
role of the space is refused (403), a person of the case without the right is refused (403), a stranger to the case
learns nothing (404).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.site.stage import Stage

#: Answers: a page, a redirect after something was done, a refusal, nothing to see, a wrong method, a form shown again.
PAGE, DONE, NO, HIDDEN, METHOD, AGAIN = 200, 302, 403, 404, 405, 422
LOGIN, CHECK_FIRST = "login", "registration"

Status = int | str
#: Names, separated by blanks, and what they get.
Outcomes = Mapping[str, Status]
Data = Mapping[str, Any] | Callable[[Stage, str], Mapping[str, Any]]

ANYBODY = "anonymous unverified"
#: First part, or parts, of the address, and who has a role there.
MEMBERS: dict[str, str] = {
    "patient": "owner stranger guardian parent helper bringer",
    "requerant": "requester other_requester",
    "expert": "expert other_expert",
    "bureau/telephone": "nurse unchecked",
    "bureau": "coordinator deputy involved unchecked nurse assistant",
    "conseil": "member aside",
    "payeur": "manager",
    "dpo": "dpo",
    "technique": "administrator",
}
PERSONS = [
    "owner",
    "stranger",
    "guardian",
    "parent",
    "helper",
    "bringer",
    "requester",
    "other_requester",
    "expert",
    "other_expert",
    "coordinator",
    "deputy",
    "involved",
    "unchecked",
    "nurse",
    "assistant",
    "member",
    "aside",
    "manager",
    "dpo",
    "editor",
    "administrator",
    "root",
]
EVERYBODY = [*ANYBODY.split(), *PERSONS]
#: One of each role: those who knock at the addresses of a space that is not theirs.
_SECONDS = "stranger parent bringer other_requester other_expert deputy involved unchecked aside"
ONE_OF_EACH = [who for who in PERSONS if who not in _SECONDS.split()]

PATIENT_SIDE = "owner guardian"
STAFF = "coordinator deputy nurse"
COORDINATORS = "coordinator deputy"
#: Situations in which the expert has been given the case, and still holds it or has signed in it.
EXPERT_KNOWS = frozenset(
    [
        "proposed",
        "in_review",
        "written",
        "question",
        "signed",
        "delivered",
        "opened",
        "follow_up",
        "correction_asked",
        "correcting",
        "doctor_told",
        "closed",
        "on_hold",
        "tele_review",
        "tele_question",
        "tele_delivered",
        "tele_told",
    ]
)


def kin(situation: str) -> set[str]:
    """Who has a relation with the case of this situation, and so is refused with 403 and not with 404."""
    found = {"coordinator", "deputy", "nurse", "assistant"}
    if situation == "child":
        return found | {"parent", "involved"}
    if situation.startswith("phone"):
        return found | {"involved"}
    if situation == "tele_letter":
        return found | {"involved", "requester"}
    found |= {"owner", "guardian", "helper", "bringer"}
    if situation.startswith("tele"):
        found.add("requester")
    if situation in EXPERT_KNOWS:
        found.add("expert")
    return found


@dataclass(frozen=True)
class Row:
    """One address in one situation.

    Args:
        name: of the pattern, with its namespace.
        at: situation of the case whose id is in the address; "" for an address without a case.
        get: who gets what; a method nobody is named for does not exist at this address. «others» are all those who
            are logged in, «everybody» whoever comes.
        post: the same, for `data`.
        data: what is posted; a function gets the stage and who posts, after `before` was done.
        args: parts of the address that the stage does not know by their name.
        before: what the same browser posts first, as (name, data); or `session` and what it holds.
    """

    name: str
    at: str = ""
    get: Outcomes = field(default_factory=dict)
    post: Outcomes = field(default_factory=dict)
    data: Data = field(default_factory=dict)
    args: Mapping[str, Any] = field(default_factory=dict)
    before: tuple[tuple[str, Data], ...] = ()

    @property
    def is_public(self) -> bool:
        """Whether the address needs no login."""
        return "everybody" in self.get or "everybody" in self.post

    @property
    def label(self) -> str:
        """What a failure says."""
        parts = [self.name, self.at, *(f"{value}" for value in self.args.values())]
        return " ".join(part for part in parts if part)

    def let_in(self, method: str) -> str:
        """The first person who gets a page here, or does what it is for; "" when nobody does."""
        named = _named(self.get if method == "GET" else self.post)
        found = next((who for who, status in named.items() if status in (PAGE, DONE)), "")
        return {"everybody": "anonymous", "others": "owner"}.get(found, found)

    def posted(self, stage: Stage, who: str) -> dict[str, Any]:
        """What is posted by this person."""
        return dict(self.data(stage, who) if callable(self.data) else self.data)


def _named(outcomes: Outcomes) -> dict[str, Status]:
    return {name: status for names, status in outcomes.items() for name in names.split()}


def expected(row: Row, prefix: str, who: str, method: str) -> Status:
    """What this person must get.

    Args:
        row: the row.
        prefix: first part of the address.
        who: of `EVERYBODY`.
        method: GET or POST.
    """
    outcomes = row.get if method == "GET" else row.post
    named = _named(outcomes)
    if row.is_public:
        return named.get(who, named.get("everybody", METHOD))
    if who in ANYBODY.split():
        return LOGIN
    members = MEMBERS.get(prefix)
    if members is not None and who not in members.split():
        return NO
    if who == "unchecked" and prefix.startswith("bureau"):
        return CHECK_FIRST
    if not outcomes:
        return METHOD
    if who in named:
        return named[who]
    if "others" in named:
        return named["others"]
    return NO if not row.at or who in kin(row.at) else HIDDEN
