"""Who is told what about a candidacy. No mail names the candidate, a pathology or a vote."""

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from experts.models import Candidacy
from experts.notices import holders, with_address
from notify import register_template, send
from ui.dates import paris_day

_OWN, _COMMITTEE, _DESK = "/devenir-expert/candidature/", "/conseil/", "/bureau/experts/candidatures/"
_MINE, _WAITS = _("Your candidacy as an expert"), _("A candidacy waits for you")

#: code → (subject, body, page it leads to, variables).
TEMPLATES = {
    "candidacy.sent": (
        _MINE,
        _("Your candidacy has been received. The scientific committee votes on it, and you get its answer by {day}."),
        _OWN,
        ("day",),
    ),
    "candidacy.accepted": (
        _("Your candidacy is accepted"),
        _("The scientific committee has accepted your candidacy. Log in to see what remains before a first file."),
        _OWN,
        (),
    ),
    "candidacy.refused": (
        _("The committee has answered your candidacy"),
        _("The scientific committee has decided. Log in to read its answer, and to reply if you wish."),
        _OWN,
        (),
    ),
    "candidacy.to_vote": (
        _WAITS,
        _("A candidacy is put to the vote of the scientific committee. Please read it and vote by {day}."),
        _COMMITTEE,
        ("day",),
    ),
    "candidacy.vote_soon": (
        _WAITS,
        _("A candidacy still waits for your vote. The committee is to decide by {day}."),
        _COMMITTEE,
        ("day",),
    ),
    "candidacy.desk_refused": (
        _WAITS,
        _("The committee has refused a candidacy. Please write to the candidate why, by {day}."),
        _DESK,
        ("day",),
    ),
    "candidacy.desk_accepted": (
        _("A candidacy is accepted"),
        _("The committee has accepted a candidacy. The profile is made; what remains to be recorded stands on it."),
        _DESK,
        (),
    ),
    "candidacy.desk_late": (
        _WAITS,
        _("The committee was to decide on a candidacy by {day} and has not. Please look at it."),
        _DESK,
        ("day",),
    ),
    "candidacy.desk_answered": (_WAITS, _("A refused candidate has answered. Please read it."), _DESK, ()),
}


def register() -> None:
    """Give the texts to `notify`."""
    for code, (subject, body, path, variables) in TEMPLATES.items():
        register_template(code, subject, with_address(body, path), variables)


def _tell(code: str, candidacy: Candidacy, people: list[User], **context: object) -> None:
    for user in people:
        key = f"{code}:{candidacy.pk}:{candidacy.round}:{user.pk}"
        send(code, user=user, key=key, context=context)  # type: ignore[arg-type]


def tell_candidate(code: str, candidacy: Candidacy, **context: object) -> None:
    """Tell the candidate."""
    _tell(code, candidacy, [candidacy.applicant], **context)


def tell_desk(code: str, candidacy: Candidacy, **context: object) -> None:
    """Tell the coordinators; one whose own candidacy it is learns nothing as such."""
    _tell(code, candidacy, [user for user in holders("coordinator") if user.pk != candidacy.applicant_id], **context)


def tell_members(code: str, candidacy: Candidacy, members: list[User]) -> None:
    """Tell members of the committee until when it decides."""
    others = [member for member in members if member.pk != candidacy.applicant_id]
    if candidacy.decide_by is not None:
        _tell(code, candidacy, others, day=paris_day(candidacy.decide_by))
