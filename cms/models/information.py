"""The first page, pages about the service, and partner resources."""

from typing import Any, ClassVar

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from wagtail.models import Page

from cms import structured
from cms.content import path_of
from cms.editing import RemarksPanel
from cms.forms import SearchForm
from cms.models.base import ReviewedPage, SitePage
from cms.models.diseases import PathologyPage
from cms.resources import shown_resources


class HomePage(ReviewedPage):
    """The first page of the site, one for each language."""

    # See `cms.cache`.
    kept_seconds = 60
    max_count_per_parent = 1
    parent_page_types: ClassVar = ["wagtailcore.Page"]
    subpage_types: ClassVar = [
        "cms.InformationPage",
        "cms.PathologyIndexPage",
        "cms.FaqPage",
        "cms.ExpertIndexPage",
        "cms.ResourcePage",
        "cms.NewsIndexPage",
    ]

    content_panels: ClassVar = [RemarksPanel(heading=_("Rules of publication")), *Page.content_panels]

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """What the page shows: where a patient begins, a search, the diseases, and the pages that say more."""
        context: dict[str, Any] = super().get_context(request, *args, **kwargs)
        context["start_url"] = reverse("start:begin")
        context["diseases"] = PathologyPage.below(self)
        language = (get_language() or "fr")[:2]
        context["links"] = {code: path_of(code, language) for code in ("experts", "hosting", "prices")}
        context["structured"] = structured.as_script(structured.site(self.url or "/", language))
        context["search"] = SearchForm()
        context["translations"] = {code: structured.full(url) for code, url in (("fr", "/"), ("en", "/en/"))}
        return context


class InformationPage(SitePage):
    """A page about the service: how it works, prices, help, what the law asks to be said."""

    parent_page_types: ClassVar = ["cms.HomePage", "cms.InformationPage"]
    subpage_types: ClassVar = ["cms.InformationPage"]

    class Meta:
        verbose_name = _("information page")
        verbose_name_plural = _("information pages")


class ResourcePage(SitePage):
    """Every partner resource, by category."""

    max_count_per_parent = 1
    parent_page_types: ClassVar = ["cms.HomePage"]
    subpage_types: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("page of resources")
        verbose_name_plural = _("pages of resources")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """What is shown, by category."""
        return super().get_context(request, *args, **kwargs) | {"groups": shown_resources()}
