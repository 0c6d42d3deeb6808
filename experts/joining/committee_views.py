"""The pages of the scientific committee: candidacies, a vote with its reason, conflicts, one's own practice."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from access import decide
from accounts.access import require_role
from accounts.models import User
from experts.forms import submit
from experts.joining import votes
from experts.joining.forms import PathologiesForm, VoteForm
from experts.joining.presenters import list_rows, rows_of, state_words
from experts.joining.selectors import list_candidacies, one_candidacy, own_ballot, practice_of
from experts.joining.views import journal_reading
from experts.models import Candidacy
from experts.selectors import known_pathologies
from experts.views import reading, reading_and_writing


@reading
@require_role("committee")
def home(request: HttpRequest) -> HttpResponse:
    """Candidacies under vote, then those that are decided."""
    actor = request.actor  # type: ignore[attr-defined]
    page = list_candidacies(actor, page=request.GET.get("page", "1"))
    context = {"page": page, "rows": list_rows(page), "practice": practice_of(actor.person)}
    return render(request, "experts/joining/committee.html", context)


@reading_and_writing
@require_role("committee")
def practice(request: HttpRequest) -> HttpResponse:
    """Say in which pathologies one practises."""
    user: User = request.user  # type: ignore[assignment]
    initial = {"pathologies": [pathology.code for pathology in practice_of(user.pk)]}
    form = PathologiesForm(request.POST or None, initial=initial, pathologies=known_pathologies())
    # No box ticked is an answer too: a form without fields is still sent.
    if request.method == "POST":
        form = PathologiesForm(request.POST, pathologies=known_pathologies())
    if request.method == "POST" and submit(
        form,
        lambda: votes.declare_practice(user, form.cleaned()["pathologies"], actor=request.actor),  # type: ignore[attr-defined]
    ):
        messages.success(request, _("Recorded."))
        return redirect("committee:home")
    return render(request, "experts/joining/practice.html", {"form": form}, status=422 if form.errors else 200)


@reading_and_writing
@require_role("committee")
def candidacy(request: HttpRequest, candidacy_id: UUID) -> HttpResponse:
    """Read a candidacy and vote on it; whoever declared a conflict is shown its name and no more."""
    actor = request.actor  # type: ignore[attr-defined]
    found = one_candidacy(actor, candidacy_id)
    kind, words = state_words(found)
    context = {"candidacy": found, "kind": kind, "state": words}
    if not decide(actor, "candidacy.read", found):
        return render(request, "experts/joining/stepped_aside.html", context)
    own = own_ballot(actor, found)
    initial = {"choice": own.choice, "reason": own.reason} if own is not None else {}
    form = VoteForm(request.POST or None, initial=initial)
    if request.method == "POST" and submit(form, lambda: votes.vote(found.pk, actor=actor, **form.cleaned_data)):
        messages.success(request, _("Your vote is recorded. You can change it while the vote is open."))
        return redirect("committee:home")
    closed = found.state != Candidacy.State.SENT
    context |= {
        "form": form,
        "own": own,
        "rows": rows_of(found),
        "practises": votes.practises_in(actor.person, found),
        "open": not closed,
        "tally": votes.tally_of(found) if closed else None,
    }
    if request.method == "GET":
        journal_reading(request, found)
    return render(request, "experts/joining/vote.html", context, status=422 if form.errors else 200)


@reading_and_writing
@require_role("committee")
def conflict(request: HttpRequest, candidacy_id: UUID) -> HttpResponse:
    """Ask before a conflict is declared, which is final, then declare it."""
    actor = request.actor  # type: ignore[attr-defined]
    found = one_candidacy(actor, candidacy_id)
    if found.state != Candidacy.State.SENT or not decide(actor, "candidacy.vote", found):
        return redirect("committee:candidacy", found.pk)
    if request.method == "POST":
        votes.declare_conflict(found.pk, actor=actor)
        messages.success(request, _("Recorded: you neither read this candidacy on nor vote on it."))
        return redirect("committee:home")
    return render(request, "experts/joining/conflict.html", {"candidacy": found})
