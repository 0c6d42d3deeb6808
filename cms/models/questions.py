"""Questions and answers, and how many readers found each useful."""

import uuid
from typing import Any, ClassVar

from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.fields import StreamField

from cms import faq, structured
from cms.blocks import ASKERS, ThemesBlock
from cms.editing import CountsPanel
from cms.models.base import SitePage
from cms.review import plain_words


class FaqPage(SitePage):
    """Questions by theme, found by words, each with an anchor and «useful?»."""

    themes = StreamField(ThemesBlock(), verbose_name=_("themes"), blank=True)

    max_count_per_parent = 1
    parent_page_types: ClassVar = ["cms.HomePage"]
    subpage_types: ClassVar[list[str]] = []
    content_panels: ClassVar = [
        *SitePage.content_panels[:3],
        FieldPanel("themes"),
        FieldPanel("reviewed_on"),
        CountsPanel(heading=_("What readers found useful")),
    ]

    class Meta:
        verbose_name = _("page of questions")
        verbose_name_plural = _("pages of questions")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """The questions that hold every word asked for, of the theme and for the reader that were chosen."""
        context = super().get_context(request, *args, **kwargs)
        every = [(theme.anchor, theme.title) for theme in faq.themes_of(self)]
        # Words come by POST, so that no address holds them; a theme may stand in one.
        given = request.POST or request.GET
        asked = request.POST.get("q", "")[:100].replace("\0", " ").strip()
        # An address made by hand narrows nothing.
        theme = next((anchor for anchor, _title in every if anchor == given.get("theme")), "")
        asker = next((code for code in ASKERS if code == given.get("pour")), "")
        context["asked"], context["theme"], context["asker"] = asked, theme, asker
        context["narrowed"] = bool(asked or theme or asker)
        context["every_theme"], context["askers"] = every, ASKERS.items()
        context["thanked"] = request.GET.get("merci", "")
        context["themes"] = faq.themes_of(self, asked, theme=theme, asker=asker)
        context["count"] = sum(len(theme.entries) for theme in context["themes"])
        return context

    def described(self) -> list[structured.Data]:
        """Every question with its answer."""
        entries = [entry for theme in self.themes for entry in theme.value["entries"]]
        return [structured.questions((one["question"], plain_words(one["answer"].source)) for one in entries)]


class AnswerCount(models.Model):
    """How many readers found an answer useful, and how many did not: numbers, and nothing about anybody."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # The block of the question, the same in both languages.
    entry = models.UUIDField(unique=True)
    useful = models.PositiveIntegerField(default=0)
    useless = models.PositiveIntegerField(default=0)
