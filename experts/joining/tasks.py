"""What the clock does about candidacies: it reminds members, and tells the desk when a vote is late."""

from datetime import timedelta

from accounts.models import User
from clock import now
from experts.joining.notices import tell_desk, tell_members
from experts.models import Candidacy
from experts.notices import holders
from jobs import job, register_schedule
from ui.dates import paris_day

#: Members who have not voted are reminded so long before the end.
REMIND = timedelta(days=7)


@job()
def remind_committee() -> None:
    """Remind members a week before the end, once, and tell the coordinators of a vote that is past it, once."""
    moment = now()
    for candidacy in Candidacy.objects.filter(state=Candidacy.State.SENT, decide_by__lte=moment + REMIND):
        if candidacy.decide_by is not None and candidacy.decide_by <= moment:
            tell_desk("candidacy.desk_late", candidacy, day=paris_day(candidacy.decide_by))
        else:
            tell_members("candidacy.vote_soon", candidacy, _silent(candidacy))


def _silent(candidacy: Candidacy) -> list[User]:
    """Members who have neither voted in this round nor declared a conflict."""
    said = {
        member
        for member, choice, round_ in candidacy.ballots.values_list("member_id", "choice", "round")
        if choice == "conflict" or round_ == candidacy.round
    }
    return [member for member in holders("committee") if member.pk not in said]


def register() -> None:
    """Put it into the table of schedules."""
    register_schedule("experts.candidacies", remind_committee, every=timedelta(days=1), offset=timedelta(hours=8))
