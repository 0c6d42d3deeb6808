"""The pages of the diseases an opinion can be asked about."""

from typing import Any, ClassVar

from django.db import models
from django.http import HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.models import Page

from cases.start.begun import seal_wish
from cms import structured
from cms.compliance import Place
from cms.models.base import SitePage
from cms.models.experts import ExpertIndexPage
from cms.profiles.reading import entries, on_line
from cms.resources import shown_resources
from experts.models import Pathology
from experts.selectors import current_questionnaire


class PathologyIndexPage(SitePage):
    """The diseases an opinion can be asked about."""

    max_count_per_parent = 1
    parent_page_types: ClassVar = ["cms.HomePage"]
    subpage_types: ClassVar = ["cms.PathologyPage"]

    class Meta:
        verbose_name = _("list of pathologies")
        verbose_name_plural = _("lists of pathologies")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """The pages below, by title."""
        context = super().get_context(request, *args, **kwargs)
        context["entries"] = PathologyPage.below(self)
        return context


def drawings_of(disease: str) -> tuple[str, ...]:
    """Templates of the drawing of a disease; one that nobody has drawn yet has that of all."""
    return (f"cms/drawings/pathologies/{disease}.html", "cms/drawings/pathologies.html")


class PathologyPage(SitePage):
    """One disease: plain words, what the expert needs, who can ask. Documents and sources are the questionnaire's."""

    # It names experts, who vanish at once.
    kept_seconds = 0

    pathology = models.ForeignKey(Pathology, on_delete=models.PROTECT, related_name="+", verbose_name=_("pathology"))

    parent_page_types: ClassVar = ["cms.PathologyIndexPage"]
    subpage_types: ClassVar[list[str]] = []
    place = Place.MEDICAL
    sourced = True
    content_panels: ClassVar = [*SitePage.content_panels[:2], FieldPanel("pathology"), *SitePage.content_panels[2:]]

    class Meta:
        verbose_name = _("page of a pathology")
        verbose_name_plural = _("pages of pathologies")

    @classmethod
    def below(cls, page: Page) -> list[dict[str, Any]]:
        """Those on line below a page, by title: what a list shows of them, and no more."""
        plain = f"pathology__plain_{(get_language() or 'fr')[:2]}"
        found, base = cls.objects.descendant_of(page).live().order_by("title"), page.url
        return [
            {
                "title": title,
                "url": f"{base}{path.removeprefix(page.url_path)}",
                "plain": words,
                "drawings": drawings_of(code),
            }
            for title, path, words, code in found.values_list("title", "url_path", plain, "pathology__code")
        ]

    @property
    def drawings(self) -> tuple[str, ...]:
        """That of its disease."""
        return drawings_of(self.pathology.code)

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """The questionnaire's documents and sources, in the reader's language."""
        context = super().get_context(request, *args, **kwargs)
        body = current_questionnaire(self.pathology.code).body
        language = (get_language() or "fr")[:2]
        pieces: dict[bool, list[dict[str, str]]] = {True: [], False: []}
        for piece in body["prerequisites"]:
            pieces[piece["required"]].append({"label": piece["label"][language], "why": piece["why"][language]})
        context["needed"], context["useful"] = pieces[True], pieces[False]
        context["sources"] = [source | {"title": source["title"][language]} for source in body["sources"]]
        context["plain"] = self.pathology.plain
        context["experts"] = entries(on_line(self.pathology), ExpertIndexPage.address())
        context["is_open"] = self.pathology.is_open
        context["resources"] = shown_resources(self.pathology)
        context["contents"] += [
            {"anchor": "documents", "title": _("The documents the expert needs")},
            {"anchor": "asking", "title": _("Who can ask")},
            *([{"anchor": "experts", "title": _("The experts")}] if context["experts"] else []),
            *([{"anchor": "help", "title": _("Associations, centres and other help")}] if context["resources"] else []),
            {"anchor": "sources", "title": _("Sources")},
        ]
        context["wish"] = seal_wish(pathology=self.pathology.code)
        return context

    def described(self) -> list[structured.Data]:
        """A page about a disease, reviewed on a day."""
        return [structured.medical_page(self, self.url or "/")]
