"""Invitations: opening one with code and date of birth, accepting, refusing, asking for a new code."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts import invitations
from accounts.access import public
from accounts.events import actor_of
from accounts.forms import InvitationForm, RefusalForm, ReissueForm
from accounts.models.users import User
from accounts.views.parts import show_refusal
from errors import Invalid


@public
@never_cache
@require_http_methods(["GET", "POST"])
def invitation(request: HttpRequest) -> HttpResponse:
    """The code and the date of birth (S1-14). A link in a mail opens this page and nothing more."""
    form = InvitationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            invitations.open_with(request, form.cleaned_data["code"], form.cleaned_data["birth_date"])
        except Invalid as refusal:
            show_refusal(form, refusal)
        else:
            return redirect("accounts:invitation_next")
    return render(request, "accounts/invitation.html", {"form": form})


@public
@never_cache
@require_http_methods(["GET", "POST"])
def invitation_next(request: HttpRequest) -> HttpResponse:
    """What the invitation is about; accepting it needs an account, refusing it does not."""
    found = invitations.opened(request)
    if found is None:
        return redirect("accounts:invitation")
    purpose = invitations.purpose_of(found)
    if request.method == "POST":
        answer = request.POST.get("answer", "")
        if answer in {"not_me", "refused"}:
            invitations.refuse(found, answer, actor=actor_of(request))
            invitations.forget(request)
            return render(request, "accounts/invitation_refused.html")
        if answer == "accept" and request.user.is_authenticated:
            user: User = request.user
            invitations.accept(found, user, actor=actor_of(request))
            invitations.forget(request)
            messages.success(request, _("The invitation is accepted."))
            return redirect(purpose.landing(found))
    context: dict[str, Any] = {
        "invitation": found,
        "title": purpose.title,
        "explain": purpose.explain(found),
        "details": purpose.details(found),
        "accept_words": purpose.accept_words,
    }
    return render(request, "accounts/invitation_next.html", context)


@public
@never_cache
@require_http_methods(["GET", "POST"])
def invitation_refuse(request: HttpRequest) -> HttpResponse:
    """Refusing needs the code alone: whoever received it by mistake knows no date of birth (S1-18)."""
    form = RefusalForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            found = invitations.find_by_code(request, form.cleaned_data["code"])
        except Invalid as refusal:
            show_refusal(form, refusal)
        else:
            invitations.refuse(found, form.cleaned_data["refusal"], actor=actor_of(request))
            return render(request, "accounts/invitation_refused.html")
    return render(request, "accounts/invitation_refuse.html", {"form": form})


@public
@never_cache
@require_http_methods(["GET", "POST"])
def invitation_reissue(request: HttpRequest) -> HttpResponse:
    """A new code for an old invitation; the answer is the same whether there is one or not (S1-17)."""
    form = ReissueForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        invitations.reissue(request, form.cleaned_data["email"], form.cleaned_data["birth_date"])
        messages.success(
            request,
            _("If an invitation was sent to this address for this date of birth, a new code is on its way."),
        )
        return redirect("accounts:invitation")
    return render(request, "accounts/invitation_reissue.html", {"form": form})
