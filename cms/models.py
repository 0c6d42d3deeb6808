"""Public pages."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from wagtail.models import Page


class HomePage(Page):
    """The first page of the site, one for each language."""

    # See `cms.cache`.
    kept_seconds = 60
    max_count_per_parent = 1
    parent_page_types = ["wagtailcore.Page"]

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """What the page shows: where a patient begins."""
        context: dict[str, Any] = super().get_context(request, *args, **kwargs)
        context["start_url"] = reverse("start:begin")
        return context
