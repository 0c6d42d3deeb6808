"""An expert reads, writes and agrees to his public page, or takes it off the site."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import require_role
from cms.compliance import Finding
from cms.models import ExpertIndexPage
from cms.profiles import services
from cms.profiles.forms import ProfileForm
from cms.profiles.models import ProfileText
from cms.profiles.reading import Profile, profile_of, refused
from errors import Conflict, Invalid
from experts.selectors import own_profile
from ui.forms import today

reading = require_http_methods(["GET", "HEAD"])
reading_and_writing = require_http_methods(["GET", "HEAD", "POST"])


def _show(request: HttpRequest, profile: Profile, *, status: int = 200) -> HttpResponse:
    on_line = profile.is_on_line(today())
    context: dict[str, Any] = {
        "profile": profile,
        "versions": [(code, profile.both[code]) for code in ("fr", "en")],
        "lacking": profile.lacking(today()),
        "refused": _refused(profile),
        "on_line": on_line,
        "was_approved": bool(profile.approved),
        "public_url": ExpertIndexPage.address_of(profile) if on_line else "",
    }
    return render(request, "cms/profiles/page.html", context, status=status)


def _refused(profile: Profile) -> list[tuple[str, Finding]]:
    """The words that keep his page off the site, each after its language."""
    found = refused(profile.text) if profile.text else {}
    return [(name[-2:], finding) for name, said in found.items() for finding in said]


@reading
@require_role("expert")
def page(request: HttpRequest) -> HttpResponse:
    """The page as visitors see it or would, whether they do, and what keeps it off the site."""
    expert = own_profile(request.actor)  # type: ignore[attr-defined]
    return _show(request, profile_of(expert))


@reading_and_writing
@require_role("expert")
def write(request: HttpRequest) -> HttpResponse:
    """The two texts, in both languages."""
    actor = request.actor  # type: ignore[attr-defined]
    expert = own_profile(actor)
    text = profile_of(expert).text
    initial = {name: getattr(text, name) for name in ProfileText.FIELDS} if text else None
    form = ProfileForm(request.POST or None, initial=initial)
    wrong = False
    if request.method == "POST" and form.is_valid():
        try:
            kept = services.write_profile(
                expert.pk, actor=actor, disputed="disputed" in request.POST, **form.cleaned_data
            )
        except Invalid as refusal:
            wrong = True
            for name, told in refusal.fields.items():
                form.add_error(name, str(told).splitlines())
        else:
            if kept.kept_off_at is None:
                messages.success(request, _("Saved. Read the page as visitors will see it, then agree to it."))
            else:
                messages.success(request, _("Saved. A coordinating doctor will look at the words the rules refuse."))
            return redirect("profile:page")
    context = {"form": form, "refused": wrong}
    return render(request, "cms/profiles/write.html", context, status=422 if form.errors else 200)


@require_POST
@require_role("expert")
def approve(request: HttpRequest) -> HttpResponse:
    """Agree to the page as it was shown."""
    actor = request.actor  # type: ignore[attr-defined]
    expert = own_profile(actor)
    try:
        profile = services.approve_profile(expert.pk, request.POST.get("sha256", ""), actor=actor)
    except Conflict as refusal:
        messages.error(request, f"{refusal.message} {refusal.next_step}")
        return _show(request, profile_of(expert), status=409)
    if profile.is_on_line(today()):
        messages.success(request, _("Your page is on the site."))
    else:
        messages.success(request, _("Your agreement is recorded. The page waits for your record to be in order."))
    return redirect("profile:page")


@reading_and_writing
@require_role("expert")
def take_back(request: HttpRequest) -> HttpResponse:
    """Ask before the page leaves the site, then take it off."""
    actor = request.actor  # type: ignore[attr-defined]
    expert = own_profile(actor)
    if request.method == "POST":
        services.take_back_profile(expert.pk, actor=actor)
        messages.success(request, _("Your page is off the site. Your text is kept."))
        return redirect("profile:page")
    return render(request, "cms/profiles/take_back.html")
