"""The list of the experts, and the page of each."""

from typing import Any, ClassVar

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from wagtail.contrib.routable_page.models import RoutablePageMixin, path

from cases.start.begun import seal_wish
from cms import structured
from cms.models.base import SitePage
from cms.profiles.reading import Profile, entries, found_by, on_line
from experts.selectors import draw
from ui.forms import today


class ExpertIndexPage(RoutablePageMixin, SitePage):
    """The experts, in the order of the day; the page of each stands below and holds nothing an editor could write."""

    # They vanish at once.
    kept_seconds = 0
    max_count_per_parent = 1
    parent_page_types: ClassVar = ["cms.HomePage"]
    subpage_types: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("list of experts")
        verbose_name_plural = _("lists of experts")

    @classmethod
    def address(cls, language: str = "") -> str:
        """Its address in a language, the present one if none is named; "" where an instance has no such page."""
        code = language or (get_language() or "fr")[:2]
        page = cls.objects.live().filter(locale__language_code=code).first()
        return (page.url if page is not None else None) or ""

    @classmethod
    def address_of(cls, profile: Profile) -> str:
        """The address of an expert's page in the present language."""
        base = cls.address()
        return f"{base}{profile.text.slug}/" if base and profile.text is not None else ""

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """The experts of today, and what the order is drawn from."""
        context = super().get_context(request, *args, **kwargs)
        found = on_line()
        seed = today().isoformat()
        context["entries"] = entries(found, self.get_url(request) or "")
        context["seed"] = seed
        context["draws"] = [(profile.expert.name, profile.expert.pk, draw(profile.expert, seed)) for profile in found]
        return context

    @path("<slug:slug>/", name="expert")  # type: ignore[untyped-decorator]
    def expert(self, request: HttpRequest, slug: str) -> HttpResponse:
        """The page of one expert.

        Raises:
            Http404: there is none of this name, or it is off the site.
        """
        profile = found_by(slug)
        if profile is None:
            raise Http404
        language = self.locale.language_code
        context = {
            "profile": profile.both[language],
            "list_title": self.title,
            "list_url": self.get_url(request),
            "wish": seal_wish(expert=profile.expert.pk),
        }
        response: TemplateResponse = self.render(request, context_overrides=context, template="cms/expert_page.html")
        addresses = {code: self.address(code) for code, _label in settings.LANGUAGES}
        twins = {code: f"{address}{slug}/" for code, address in addresses.items() if address}
        request.translations = twins  # type: ignore[attr-defined]
        response.context_data = {
            **(response.context_data or {}),
            "translations": {code: structured.full(url) for code, url in twins.items()},
        }
        return response
