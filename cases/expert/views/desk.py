"""The expert's cases, and the sentences he keeps."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import require_role
from cases.expert import selectors
from cases.expert.forms import SnippetForm
from cases.models.states import State
from cases.pages import attempt
from cases.services import snippets as kept


@require_GET
@require_role("expert")
def home(request: HttpRequest) -> HttpResponse:
    """Proposed, in hand, and kept; each sorted by the clock that runs out first."""
    actor = request.actor  # type: ignore[attr-defined]
    rows = selectors.living_cases(actor)
    proposed = [row for row in rows if row.case.state == State.PROPOSED]
    writing = [row for row in rows if row.case.state != State.PROPOSED]
    done = Paginator(selectors.signed_cases(actor), 20).get_page(request.GET.get("page"))
    context = {"proposed": proposed, "writing": writing, "page_obj": done, "done": selectors.lines(done.object_list)}
    return render(request, "cases/expert/home.html", context)


@require_http_methods(["GET", "POST"])
@require_role("expert")
def snippets(request: HttpRequest) -> HttpResponse:
    """Sentences to use again: his own, shared with nobody."""
    actor = request.actor  # type: ignore[attr-defined]
    form = SnippetForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        if attempt(request, form, lambda: kept.add(data["label"], data["text"], actor=actor), done=_("Kept.")):
            return redirect("expert:snippets")
    context = {"form": form, "snippets": kept.snippets_of(actor)}
    return render(request, "cases/expert/snippets.html", context, status=422 if request.method == "POST" else 200)


@require_POST
@require_role("expert")
def remove_snippet(request: HttpRequest, snippet_id: UUID) -> HttpResponse:
    """Forget a sentence."""
    kept.remove(snippet_id, actor=request.actor)  # type: ignore[attr-defined]
    messages.success(request, _("Removed."))
    return redirect("expert:snippets")
