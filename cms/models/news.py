"""News: the list, its feed, each piece."""

from datetime import datetime, time
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.paginator import Paginator
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.utils.feedgenerator import Rss201rev2Feed
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.contrib.routable_page.models import RoutablePageMixin, path
from wagtail.models import Page, PagePermissionTester

from cms.models.base import SitePage, UndeletedPage
from ui.dates import say_date
from ui.forms import today

#: News on one page of the list, and in the feed.
NEWS_PER_PAGE = 10

NEWS_IN_FEED = 20


class NewsIndexPage(RoutablePageMixin, SitePage):
    """News, the newest first, and as a feed (RSS)."""

    max_count_per_parent = 1
    parent_page_types: ClassVar = ["cms.HomePage"]
    subpage_types: ClassVar = ["cms.NewsPage"]

    class Meta:
        verbose_name = _("list of news")
        verbose_name_plural = _("lists of news")

    def news(self) -> models.QuerySet["NewsPage"]:
        """What is on line."""
        found: models.QuerySet[NewsPage] = NewsPage.objects.child_of(self).live().order_by("-published_on", "-pk")
        return found

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """One page of the list, and the address of the feed."""
        context = super().get_context(request, *args, **kwargs)
        context["page_obj"] = Paginator(self.news(), NEWS_PER_PAGE).get_page(request.GET.get("page"))
        context["feed_url"] = self.feed_url
        return context

    @property
    def feed_url(self) -> str:
        """Address of the feed."""
        return f"{self.url}{self.reverse_subpage('feed')}"

    @path("rss/", name="feed")  # type: ignore[untyped-decorator]
    def feed(self, request: HttpRequest) -> HttpResponse:
        """The newest of them for a feed reader: title, summary and link."""
        feed = Rss201rev2Feed(
            title=f"{settings.SERVICE_NAME} – {self.title}",
            link=settings.SITE_ORIGIN + self.url,
            description=self.introduction or self.title,
            language=self.locale.language_code,
            feed_url=settings.SITE_ORIGIN + self.feed_url,
        )
        for page in self.news()[:NEWS_IN_FEED]:
            address = settings.SITE_ORIGIN + page.url
            day = datetime.combine(page.published_on, time(), ZoneInfo(settings.TIME_ZONE))
            feed.add_item(page.title, address, page.introduction, pubdate=day, unique_id=address)
        return HttpResponse(feed.writeString("utf-8"), content_type=feed.content_type)


class NewsPage(SitePage):
    """One piece of news: the introduction is its summary, in the list and in the feed."""

    published_on = models.DateField(_("date"), default=today)

    parent_page_types: ClassVar = ["cms.NewsIndexPage"]
    subpage_types: ClassVar[list[str]] = []
    content_panels: ClassVar = [*SitePage.content_panels[:2], FieldPanel("published_on"), *SitePage.content_panels[2:]]

    class Meta:
        verbose_name = _("news")
        verbose_name_plural = _("news")

    def permissions_for_user(self, user: Any) -> PagePermissionTester:
        """What this person may do with it: no menu names it."""
        return UndeletedPage(user, self) if self.code else Page.permissions_for_user(self, user)

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Its day, and the feed it belongs to."""
        context = super().get_context(request, *args, **kwargs)
        above = self.get_parent().specific
        return context | {"feed_url": getattr(above, "feed_url", ""), "day": say_date(self.published_on, "full")}
