"""What a request leaves behind: a reading and a refusal each leave one event of the journal, and change nothing."""

from collections.abc import Iterable

from tests.site.asking import Answer
from tests.site.rows import DONE, HIDDEN, METHOD, NO, PAGE, Row, kin

#: When a session was last active.
SESSION = frozenset({"accounts_usersession", "django_session"})
#: Written by every request of somebody logged in: the journal besides.
ALWAYS = SESSION | {"audit_auditchain", "audit_auditevent", "audit_auditsubject"}
#: What else a GET writes, why, and at which addresses (ends of their names).
_OPINION = (":opinion", ":opinion_file", ":opinion_annex", ":report")
ALSO: dict[str, tuple[str, tuple[str, ...]]] = {
    "accounts_limit": ("how often a login was begun", ("accounts:psc",)),
    "cases_message": ("shown to its reader, a message is no longer unread", ("messages",)),
    "cases_opinionreading": ("who opened the opinion, and when first", _OPINION),
    "cases_case": ("the first opening by the patient starts what follows it", _OPINION),
    "cases_calltask": ("nobody has to call about an opinion that is opened", _OPINION),
    "cases_piecereview": (
        "the expert has seen the piece that is shown",
        ("expert:case", "expert:compare", ":document_file", ":document_page"),
    ),
}


def _may_write(row: Row, status: object) -> set[str]:
    """Tables this GET may write to."""
    if status not in (PAGE, DONE):
        return set(ALWAYS)
    return set(ALWAYS) | {table for table, (_why, names) in ALSO.items() if row.name.endswith(names)}


def faults(row: Row, who: str, method: str, answer: Answer) -> Iterable[str]:
    """What is wrong with what a request left behind."""
    refused = answer.status in (NO, HIDDEN, METHOD)
    if refused and answer.moves:
        yield "a refusal moved a case"
    if method == "GET" or refused:
        more = answer.written - _may_write(row, answer.status)
        if more:
            yield f"{answer.status} writes {' '.join(sorted(more))}"
    if answer.status == NO and answer.refusals != 1:
        yield f"403 leaves {answer.refusals} refusals in the journal"
    if answer.status == HIDDEN and row.at and who not in kin(row.at) and answer.refusals != 1:
        yield f"404 to a stranger leaves {answer.refusals} refusals in the journal"
    if method == "GET" and row.at and answer.status == PAGE:
        read = [action for action, outcome in answer.events if outcome == "done"]
        if len(read) != 1:
            yield f"a page leaves {len(read)} events: {' '.join(read)}"
