"""The coordinator's pages about public texts that a rule keeps off the site."""

import uuid
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language_info
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.access import require_role
from audit import record_read
from cms import services
from cms.forms import ReleaseForm
from cms.review import fingerprint, passages
from errors import Invalid


@require_GET
@require_role("coordinator")
def drafts(request: HttpRequest) -> HttpResponse:
    """Every draft that a rule keeps off the site."""
    found = services.blocked_drafts(request.actor)  # type: ignore[attr-defined]
    rows = [{"draft": draft, "language": _language(draft)} for draft in found]
    return render(request, "cms/desk/drafts.html", {"rows": rows})


def _language(draft: services.Draft) -> str:
    return str(get_language_info(draft.page.locale.language_code)["name_local"]).capitalize()


@require_http_methods(["GET", "POST"])
@require_role("coordinator")
def draft(request: HttpRequest, page_key: UUID, language: str) -> HttpResponse:
    """One draft: its words, what the rules say, and the release with a motive."""
    actor = request.actor  # type: ignore[attr-defined]
    found = services.blocked_draft(page_key, language, actor=actor)
    sha256 = fingerprint(found.page)
    form: Any = ReleaseForm(request.POST or None, initial={"sha256": sha256})
    if request.method == "POST" and form.is_valid():
        try:
            services.release_page(page_key, language, **form.cleaned_data, actor=actor)
        except Invalid as refusal:
            for field, words in refusal.fields.items():
                form.add_error(field, str(words))
        else:
            messages.success(request, _("The words are released, and the page goes on line."))
            return redirect("pages_desk:drafts")
    record_read(
        "page.draft_read",
        actor=actor,
        subjects={"page": [page_key]},
        detail={"language": language},
        request_key=uuid.uuid4().hex,
    )
    context = {
        "draft": found,
        "written_in": _language(found),
        "passages": list(passages(found.page)),
        "form": form,
    }
    return render(request, "cms/desk/draft.html", context, status=422 if form.errors else 200)
