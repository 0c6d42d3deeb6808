"""Reads about candidacies: one's own, those before the committee, those at the desk."""

from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import Case, IntegerField, Prefetch, QuerySet, Value, When
from django.utils.translation import gettext as _

from access import require, visible_to
from audit import Actor
from errors import Missing
from experts.models import Ballot, Candidacy, MemberPractice, Pathology

PAGE_SIZE = 25


def _with_people(rows: QuerySet[Candidacy]) -> QuerySet[Candidacy]:
    return rows.select_related("applicant", "applicant__professional", "content_key").prefetch_related("pathologies")


def own_candidacy(user_id: UUID) -> Candidacy | None:
    """The newest candidacy of a person; None when he never began one."""
    return _with_people(Candidacy.objects.filter(applicant_id=user_id)).first()


def one_candidacy(actor: Actor, candidacy_id: UUID) -> Candidacy:
    """A candidacy the actor may see.

    Raises:
        Missing: there is none, for this actor.
    """
    rows = _with_people(Candidacy.objects.filter(visible_to(actor, "candidacy")))
    candidacy = rows.filter(pk=candidacy_id).first()
    if candidacy is None:
        raise Missing(_("There is no such candidacy."))
    require(actor, "candidacy.see", candidacy)
    return candidacy


def list_candidacies(actor: Actor, *, page: str | int = 1) -> Page[Candidacy]:
    """A page of the candidacies the actor may see: those under vote first, the earliest date first."""
    require(actor, "candidacy.list", "candidacy")
    first = Case(When(state="sent", then=Value(0)), default=Value(1), output_field=IntegerField())
    own = Ballot.objects.filter(member_id=actor.id)
    rows: QuerySet[Candidacy] = _with_people(Candidacy.objects.filter(visible_to(actor, "candidacy"))).prefetch_related(
        Prefetch("ballots", queryset=own, to_attr="own_ballots")
    )
    return Paginator(rows.order_by(first, "decide_by", "id"), PAGE_SIZE).get_page(page)


def own_ballot(actor: Actor, candidacy: Candidacy) -> Ballot | None:
    """What the member who asks has said in the present round, or his conflict of any round."""
    own = candidacy.ballots.filter(member_id=actor.id).select_related("content_key")
    return own.filter(choice=Ballot.Choice.CONFLICT).first() or own.filter(round=candidacy.round).first()


def ballots_of(candidacy: Candidacy) -> QuerySet[Ballot]:
    """Every ballot of every round, with its member."""
    return candidacy.ballots.select_related("member", "content_key")


def practice_of(member_id: UUID) -> list[Pathology]:
    """What a member of the committee practises in, as he declared it."""
    practice = MemberPractice.objects.filter(member_id=member_id).first()
    return sorted(practice.pathologies.all(), key=lambda pathology: pathology.name) if practice is not None else []
