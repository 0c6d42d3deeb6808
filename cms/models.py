"""Public pages."""

from wagtail.models import Page


class HomePage(Page):
    """The first page of the site, one for each language."""

    max_count_per_parent = 1
    parent_page_types = ["wagtailcore.Page"]
