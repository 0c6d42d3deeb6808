"""«Relire et signer»: the exact paper, the fresh code that stands for its bytes, the signature."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.codes import Purpose, check_code, request_code
from cases.checks import new_pieces, questions_of
from cases.expert import forms
from cases.machine import may, perform
from cases.models import Case, Opinion
from cases.models.opinions import Written
from cases.opinions.words import is_deep
from cases.pages import attempt, case_page
from cases.services.opinions import draft_of, prepare_reading, sign_opinion
from cases.serving import stream
from errors import Conflict, Invalid, Missing


@require_http_methods(["GET", "POST"])
@case_page("case.write_draft")
def read_again(request: HttpRequest, case: Case) -> HttpResponse:
    """Make the paper from the draft, show it, and ask for the code."""
    actor = request.actor  # type: ignore[attr-defined]
    draft = draft_of(case)
    if request.method == "POST" or not _is_current(draft):
        try:
            draft = prepare_reading(case.pk, actor=actor)
        except Invalid as error:
            return _incomplete(request, case, draft, error)
        except Conflict as error:
            messages.error(request, f"{error.message} {error.next_step}")
            return redirect("expert:case", case.pk)
    return _page(request, case, draft, forms.CodeForm())


def _is_current(draft: Written) -> bool:
    return draft.rendered_id is not None and draft.rendered_version == draft.version


def _incomplete(request: HttpRequest, case: Case, draft: Written, error: Invalid) -> HttpResponse:
    """Back to the workspace, each gap at its field."""
    from cases.expert.views.workspace import workspace_page

    initial = forms.OpinionForm.initial_of(draft.content)
    given = {name: value for name, value in initial.items() if value not in ("", False, None)}
    form = forms.OpinionForm(questions_of(case), given, correction=draft.replaced is not None)
    form.is_valid()
    form.add_gaps(dict(error.fields))
    return workspace_page(request, case, form, status=422)


def _page(request: HttpRequest, case: Case, draft: Written, form: forms.CodeForm, status: int = 200) -> HttpResponse:
    context = {
        "case": case,
        "draft": draft,
        "form": form,
        "replaced": draft.rendered_replaced or [],
        "corrected": draft.replaced,
        "new_pieces": new_pieces(case),
        "sha256": draft.rendered_sha256,
        "deep_untold": is_deep(draft.content) and not draft.content.get("tell_in_person"),
    }
    return render(request, "cases/expert/read_again.html", context, status=status)


@require_GET
@case_page("case.write_draft", event="opinion.read_again")
def draft_pdf(request: HttpRequest, case: Case) -> HttpResponseBase:
    """The exact bytes that will be signed."""
    draft = draft_of(case)
    if draft.rendered is None:
        raise Missing(_("Read the opinion again first."))
    return stream(draft.rendered, f"{case.reference}-relecture", inline=False)


@require_POST
@case_page("case.write_draft")
def code(request: HttpRequest, case: Case) -> HttpResponse:
    """Send the code that stands for these very bytes."""
    draft = draft_of(case)
    if not _is_current(draft):
        return redirect("expert:read_again", case.pk)
    sent = request_code(request, Purpose.SIGN, payload=draft.rendered_sha256)
    if sent.mailed:
        messages.success(request, _("A code was sent to your address."))
    else:
        messages.info(request, _("The code of the last mail still works."))
    return redirect("expert:read_again", case.pk)


@require_POST
@case_page("case.see")
def sign(request: HttpRequest, case: Case) -> HttpResponse:
    """Sign exactly the paper that was read again."""
    actor = request.actor  # type: ignore[attr-defined]
    if case.correcting_since is None and not may("sign", case, actor):
        if not _just_corrected(case, actor.person):
            perform("sign", case.pk, actor=actor)
        return redirect("expert:case", case.pk)
    draft = draft_of(case)
    done = _("The corrected opinion is signed; everyone who had the former one is told.")
    if draft.replaced is None:
        done = _("The opinion is signed. The coordinator delivers it.")
    form = forms.CodeForm(request.POST)
    if form.is_valid():

        def act() -> None:
            proof = check_code(request, Purpose.SIGN, form.cleaned_data["code"], payload=draft.rendered_sha256)
            sign_opinion(case.pk, proof, actor=actor)

        if attempt(request, form, act, done=done):
            return redirect("expert:home")
    return _page(request, case, draft, form, 422)


def _just_corrected(case: Case, person: object) -> bool:
    """Whether a second click repeats the signature of a correction."""
    version = case.signed_opinion
    return version is not None and version.type == Opinion.Type.CORRECTION and version.signed_by_id == person


@require_http_methods(["GET", "POST"])
@case_page("case.see")
def retract(request: HttpRequest, case: Case) -> HttpResponse:
    """Take an undelivered opinion back to the desk; the version stays on file."""
    actor = request.actor  # type: ignore[attr-defined]
    form = forms.RetractForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        done = _("The opinion is yours again.")
        if attempt(request, form, lambda: perform("retract", case.pk, actor=actor, reason=reason), done=done):
            return redirect("expert:case", case.pk)
    words = {
        "title": _("Take the opinion back"),
        "text": _("It is not delivered yet. The signed version stays on file; you change the text and sign again."),
    }
    context = {"case": case, "form": form, "words": words, "allowed": may("retract", case, actor)}
    return render(request, "cases/expert/leave.html", context, status=422 if request.method == "POST" else 200)
