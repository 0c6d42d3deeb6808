"""What the words of a search are compared with."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from modelsearch import index

from clock import now


class SearchEntry(index.Indexed, models.Model):
    """One place a visitor can be led to, with its words as they were published; whether it is on line is asked anew.

    The words are found by FTS5 on SQLite and by tsvector on PostgreSQL, through the one interface of `modelsearch`.
    """

    class Kind(models.TextChoices):
        """Under which heading it is listed."""

        DISEASE = "disease", _("disease")
        QUESTION = "question", _("question")
        PAGE = "page", _("page")

    # Written in bulk with its index, see `cms.search.index`.
    search_auto_update = False
    wagtail_reference_index_ignore = True

    kind = models.CharField(max_length=10, choices=Kind.choices)
    language = models.CharField(max_length=2)
    page = models.ForeignKey("wagtailcore.Page", on_delete=models.CASCADE, null=True, related_name="+")
    # Of a question inside its page.
    anchor = models.CharField(max_length=20, blank=True)
    # Of a public address that is no page of Wagtail.
    name = models.CharField(max_length=60, blank=True)
    title = models.CharField(max_length=255)
    summary = models.TextField(blank=True)
    # All of it, folded, each word once.
    words = models.TextField()
    written_at = models.DateTimeField(default=now)

    search_fields: ClassVar = [index.SearchField("words"), index.FilterField("language")]

    class Meta:
        verbose_name = _("search entry")
        verbose_name_plural = _("search entries")
        constraints = (
            models.CheckConstraint(
                condition=models.Q(page__isnull=False, name="") | (models.Q(page__isnull=True) & ~models.Q(name="")),
                name="cms_search_entry_leads_somewhere",
                violation_error_message=_("An entry leads to a page or to an address, not to both."),
            ),
        )

    def __str__(self) -> str:
        return self.title
