"""The follow-up question: written, read again, signed as an addendum."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.codes import Purpose, check_code, request_code
from cases.expert import forms
from cases.machine import may, perform
from cases.models import Case
from cases.pages import attempt, case_page
from cases.services.opinions import StaleDraft, open_follow_up, prepare_addendum, save_addendum, sign_addendum
from cases.serving import stream
from clock import now
from errors import DomainError, Missing
from ui.dates import say_time


@require_http_methods(["GET", "POST"])
@case_page("case.write_addendum")
def page(request: HttpRequest, case: Case) -> HttpResponse:
    """The question, the opinion beside it, and the answer being written; saved as he types."""
    actor = request.actor  # type: ignore[attr-defined]
    follow_up = open_follow_up(case)
    background = "application/json" in request.headers.get("Accept", "")
    form = forms.AddendumForm(request.POST or None, initial={"answer": follow_up.answer_draft or ""})
    # What is saved as he types may be empty for a while; what he sends may not.
    form.fields["answer"].required = not background
    other = None
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            version = request.POST.get("version", "")
            number = int(version) if version.isascii() and version.isdigit() and len(version) < 10 else -1
            try:
                follow_up = save_addendum(case.pk, form.cleaned_data["answer"], number, actor=actor)
            except StaleDraft as stale:
                if background:
                    return JsonResponse({"version": stale.version, "fields": stale.stored}, status=409)
                form.add_error(None, f"{stale.message} {stale.next_step}")
                other, status = stale.stored["answer"], 409
            else:
                if background:
                    return JsonResponse({"version": follow_up.draft_version, "saved_at": say_time(now())})
                return redirect(
                    "expert:follow_up_read" if "read_again" in request.POST else "expert:follow_up", case.pk
                )
        elif background:
            return JsonResponse({"errors": {n: str(e[0]) for n, e in form.errors.items()}}, status=422)
    context = {"case": case, "follow_up": follow_up, "form": form, "other": other, "opinion": case.signed_opinion}
    return render(request, "cases/expert/follow_up.html", context, status=status)


@require_GET
@case_page("case.write_addendum")
def read_again(request: HttpRequest, case: Case) -> HttpResponse:
    """The paper of the addendum, and the code."""
    actor = request.actor  # type: ignore[attr-defined]
    follow_up = open_follow_up(case)
    if follow_up.rendered_id is None or follow_up.rendered_version != follow_up.draft_version:
        try:
            follow_up = prepare_addendum(case.pk, actor=actor)
        except DomainError as error:
            messages.error(request, f"{error.message} {error.next_step}")
            return redirect("expert:follow_up", case.pk)
    context = {"case": case, "follow_up": follow_up, "form": forms.CodeForm(), "sha256": follow_up.rendered_sha256}
    return render(request, "cases/expert/follow_up_read.html", context)


@require_GET
@case_page("case.write_addendum", event="opinion.read_again")
def draft_pdf(request: HttpRequest, case: Case) -> HttpResponseBase:
    """The exact bytes of the addendum that will be signed."""
    follow_up = open_follow_up(case)
    if follow_up.rendered is None:
        raise Missing(_("Read the answer again first."))
    return stream(follow_up.rendered, f"{case.reference}-complement", inline=False)


@require_POST
@case_page("case.write_addendum")
def code(request: HttpRequest, case: Case) -> HttpResponse:
    """Send the code for these bytes."""
    follow_up = open_follow_up(case)
    if not follow_up.rendered_sha256:
        return redirect("expert:follow_up_read", case.pk)
    sent = request_code(request, Purpose.SIGN, payload=follow_up.rendered_sha256)
    if sent.mailed:
        messages.success(request, _("A code was sent to your address."))
    else:
        messages.info(request, _("The code of the last mail still works."))
    return redirect("expert:follow_up_read", case.pk)


@require_POST
@case_page("case.see")
def sign(request: HttpRequest, case: Case) -> HttpResponse:
    """Sign the addendum; a second click finds it signed."""
    actor = request.actor  # type: ignore[attr-defined]
    if not may("answer_follow_up", case, actor):
        perform("answer_follow_up", case.pk, actor=actor)
        messages.info(request, _("Your answer is already signed and delivered."))
        return redirect("expert:case", case.pk)
    follow_up = open_follow_up(case)
    form = forms.CodeForm(request.POST)
    if form.is_valid():

        def act() -> None:
            payload = follow_up.rendered_sha256
            proof = check_code(request, Purpose.SIGN, form.cleaned_data["code"], payload=payload)
            sign_addendum(case.pk, proof, actor=actor)

        if attempt(request, form, act, done=_("Your answer is signed and delivered.")):
            return redirect("expert:home")
    context = {"case": case, "follow_up": follow_up, "form": form, "sha256": follow_up.rendered_sha256}
    return render(request, "cases/expert/follow_up_read.html", context, status=422)
