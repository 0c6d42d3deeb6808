"""The coordinator's pages about public texts that a rule keeps off the site."""

import uuid
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language_info
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.access import require_role
from audit import record_read
from cms import services
from cms.compliance import Finding
from cms.forms import ReleaseForm
from cms.profiles.services import kept_text, kept_texts, release_text
from cms.review import fingerprint, passages
from errors import Invalid


@require_GET
@require_role("coordinator")
def drafts(request: HttpRequest) -> HttpResponse:
    """Every draft of a page, and every text of an expert, that a rule keeps off the site."""
    actor = request.actor  # type: ignore[attr-defined]
    rows = []
    for draft in services.blocked_drafts(actor):
        page = draft.page
        url = reverse("pages_desk:draft", args=[page.translation_key, page.locale.language_code])
        rows.append(_row(page.title, page.locale.language_code, url, [remark.finding for remark in draft.remarks]))
    for kept in kept_texts(actor):
        url = reverse("pages_desk:profile", args=[kept.text.expert_id, kept.language])
        rows.append(_row(kept.text.expert.name, kept.language, url, kept.found))
    return render(request, "cms/desk/drafts.html", {"rows": rows})


def _row(title: str, language: str, url: str, findings: list[Finding]) -> dict[str, Any]:
    return {"title": title, "language": _language(language), "url": url, "findings": findings}


def _language(code: str) -> str:
    return str(get_language_info(code)["name_local"]).capitalize()


@require_http_methods(["GET", "POST"])
@require_role("coordinator")
def draft(request: HttpRequest, page_key: UUID, language: str) -> HttpResponse:
    """One draft: its words, what the rules say, and the release with a motive."""
    actor = request.actor  # type: ignore[attr-defined]
    found = services.blocked_draft(page_key, language, actor=actor)
    context = {
        "title": found.page.title,
        "findings": [remark.finding for remark in found.remarks],
        "passages": [passage.words for passage in passages(found.page)],
        "goes_on_line": True,
    }

    def release(motive: str, sha256: str) -> None:
        services.release_page(page_key, language, motive, sha256, actor=actor)
        messages.success(request, _("The words are released, and the page goes on line."))

    subjects = {"page": [page_key]}
    return _decide(request, language, context, fingerprint(found.page), release, "page.draft_read", subjects)


@require_http_methods(["GET", "POST"])
@require_role("coordinator")
def profile(request: HttpRequest, expert_id: UUID, language: str) -> HttpResponse:
    """What an expert wrote about himself in one language, what the rules say, and the release with a motive."""
    actor = request.actor  # type: ignore[attr-defined]
    kept = kept_text(expert_id, language, actor=actor)
    context = {"title": kept.text.expert.name, "findings": kept.found, "passages": kept.words, "goes_on_line": False}

    def release(motive: str, sha256: str) -> None:
        release_text(expert_id, language, motive, sha256, actor=actor)
        messages.success(request, _("The words are released, and the expert is told."))

    subjects = {"expert": [expert_id], "user": [kept.text.expert.user_id]}
    return _decide(request, language, context, kept.sha256, release, "profile.draft_read", subjects)


def _decide(
    request: HttpRequest,
    language: str,
    context: dict[str, Any],
    sha256: str,
    release: Callable[[str, str], None],
    action: str,
    subjects: dict[str, list[UUID]],
) -> HttpResponse:
    """The page on which words are read and released."""
    form: Any = ReleaseForm(request.POST or None, initial={"sha256": sha256})
    if request.method == "POST" and form.is_valid():
        try:
            release(form.cleaned_data["motive"], form.cleaned_data["sha256"])
        except Invalid as refusal:
            for field, words in refusal.fields.items():
                form.add_error(field, str(words))
        else:
            return redirect("pages_desk:drafts")
    record_read(
        action,
        actor=request.actor,  # type: ignore[attr-defined]
        subjects=subjects,
        detail={"language": language},
        request_key=uuid.uuid4().hex,
    )
    context |= {"form": form, "code": language, "written_in": _language(language)}
    return render(request, "cms/desk/draft.html", context, status=422 if form.errors else 200)
