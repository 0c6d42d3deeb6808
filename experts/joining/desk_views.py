"""The coordinator's pages about candidacies: the votes, closing, what a refused candidate is told."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from access import decide
from accounts.access import require_role
from experts.forms import submit
from experts.joining import votes
from experts.joining.forms import RefusalForm
from experts.joining.presenters import list_rows, rows_of, state_words
from experts.joining.selectors import ballots_of, list_candidacies, one_candidacy
from experts.joining.views import journal_reading
from experts.models import Candidacy, ExpertProfile
from experts.views import reading, reading_and_writing

State = Candidacy.State


@reading
@require_role("coordinator")
def list_page(request: HttpRequest) -> HttpResponse:
    """Every candidacy that was sent."""
    page = list_candidacies(request.actor, page=request.GET.get("page", "1"))  # type: ignore[attr-defined]
    return render(request, "experts/joining/desk_list.html", {"page": page, "rows": list_rows(page)})


@reading
@require_role("coordinator")
def detail(request: HttpRequest, candidacy_id: UUID) -> HttpResponse:
    """One candidacy, its votes with their reasons, and what is to be done."""
    actor = request.actor  # type: ignore[attr-defined]
    found = one_candidacy(actor, candidacy_id)
    kind, words = state_words(found)
    context = {"candidacy": found, "kind": kind, "state": words}
    if not decide(actor, "candidacy.read", found):
        return render(request, "experts/joining/stepped_aside.html", context)
    tally = votes.tally_of(found)
    context |= {
        "rows": rows_of(found),
        "ballots": ballots_of(found),
        "tally": tally,
        "may_close": votes.may_close(found, tally),
        "may_reopen": votes.may_reopen(found),
        "to_tell": found.state == State.REFUSED and not found.is_told,
        "profile": ExpertProfile.objects.filter(user_id=found.applicant_id).first(),
    }
    journal_reading(request, found)
    return render(request, "experts/joining/desk_detail.html", context)


@reading_and_writing
@require_role("coordinator")
def close(request: HttpRequest, candidacy_id: UUID) -> HttpResponse:
    """Ask before the vote is closed, then close it."""
    actor = request.actor  # type: ignore[attr-defined]
    found = one_candidacy(actor, candidacy_id)
    tally = votes.tally_of(found)
    if not decide(actor, "candidacy.decide", found) or not votes.may_close(found, tally):
        messages.info(request, _("The vote cannot be closed yet."))
        return redirect("candidacies:detail", found.pk)
    if request.method == "POST":
        votes.close_vote(found.pk, actor=actor)
        messages.success(request, _("The vote is closed and the decision recorded."))
        return redirect("candidacies:detail", found.pk)
    context = {"candidacy": found, "tally": tally, "accepts": tally.outcome == State.ACCEPTED}
    return render(request, "experts/joining/desk_close.html", context)


@reading_and_writing
@require_role("coordinator")
def tell(request: HttpRequest, candidacy_id: UUID) -> HttpResponse:
    """Write to a refused candidate why."""
    actor = request.actor  # type: ignore[attr-defined]
    found = one_candidacy(actor, candidacy_id)
    if not decide(actor, "candidacy.decide", found) or found.state != State.REFUSED or found.is_told:
        return redirect("candidacies:detail", found.pk)
    form = RefusalForm(request.POST or None)
    if request.method == "POST" and submit(
        form, lambda: votes.tell_refusal(found.pk, form.cleaned_data["explanation"], actor=actor)
    ):
        messages.success(request, _("The candidate is told, and can answer."))
        return redirect("candidacies:detail", found.pk)
    context = {"candidacy": found, "form": form, "ballots": ballots_of(found).filter(round=found.round)}
    return render(request, "experts/joining/desk_tell.html", context, status=422 if form.errors else 200)


@reading_and_writing
@require_role("coordinator")
def reopen(request: HttpRequest, candidacy_id: UUID) -> HttpResponse:
    """Ask before the committee votes once more, then have it vote."""
    actor = request.actor  # type: ignore[attr-defined]
    found = one_candidacy(actor, candidacy_id)
    if not decide(actor, "candidacy.decide", found) or not votes.may_reopen(found):
        return redirect("candidacies:detail", found.pk)
    if request.method == "POST":
        votes.reopen_vote(found.pk, actor=actor)
        messages.success(request, _("The committee votes once more."))
        return redirect("candidacies:detail", found.pk)
    return render(request, "experts/joining/desk_reopen.html", {"candidacy": found})
