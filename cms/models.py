"""Public pages. Each has a translation in the other language; those the menus name keep their address."""

import uuid
from collections.abc import Iterator
from datetime import datetime, time
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.paginator import Paginator
from django.core.validators import MinLengthValidator
from django.db import models
from django.db.models.functions import Length
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.feedgenerator import Rss201rev2Feed
from django.utils.text import slugify
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.contrib.routable_page.models import RoutablePageMixin, path
from wagtail.fields import StreamField
from wagtail.models import Page, PagePermissionTester

from cases.start.begun import seal_wish
from clock import now
from cms import faq, structured
from cms.blocks import ASKERS, BodyBlock, ThemesBlock
from cms.compliance import Place
from cms.content import path_of
from cms.editing import CountsPanel, RemarksPanel, ReviewedPageForm
from cms.forms import SearchForm
from cms.profiles.reading import Profile, entries, found_by, on_line
from cms.resources import shown_resources
from cms.review import passages, plain_words, refuse_blocked
from cms.search.models import SearchEntry as SearchEntry
from experts.models import Pathology
from experts.selectors import current_questionnaire, draw
from ui.dates import say_date
from ui.forms import today

#: News on one page of the list, and in the feed.
NEWS_PER_PAGE = 10
NEWS_IN_FEED = 20


class ReviewedPage(Page):
    """What every page of the site keeps to: words the rules of publication refuse do not go on line."""

    #: What kind of place its words stand in, and whether it lists its sources.
    place: ClassVar[Place] = Place.MARKETING
    sourced: ClassVar[bool] = False
    base_form_class = ReviewedPageForm

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store the page; every way on line ends here.

        Raises:
            Unpublishable: it is to be on line with words that nobody has released.
        """
        only = kwargs.get("update_fields")
        if self.live and (only is None or {"live", *(str(one.path[0]) for one in passages(self))} & set(only)):
            refuse_blocked(self)
        super().save(*args, **kwargs)


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


class KeptPage(PagePermissionTester):
    """Rights on a page that menus, mails or the law name: nobody deletes, moves or takes it off the site."""

    def can_delete(self, ignore_bulk: bool = False) -> bool:
        """Never: its address is announced."""
        return False

    def can_unpublish(self) -> bool:
        """Never."""
        return False

    def can_move(self) -> bool:
        """Never."""
        return False


class SitePage(ReviewedPage):
    """What every page of text has: an introduction, a body of few kinds of blocks, the day of its last review."""

    # See `cms.cache`.
    kept_seconds = 60
    introduction = models.TextField(_("introduction"), max_length=600, blank=True)
    body = StreamField(BodyBlock(), verbose_name=_("body"), blank=True)
    reviewed_on = models.DateField(_("last reviewed on"), default=today)
    #: Names the page in `cms/content/`; "" for one an editor added.
    code = models.CharField(max_length=60, blank=True, editable=False)
    #: Of the file it was made from, as long as no editor has touched it.
    seed = models.CharField(max_length=64, blank=True, editable=False)

    content_panels: ClassVar = [
        RemarksPanel(heading=_("Rules of publication")),
        *Page.content_panels,
        FieldPanel("introduction"),
        FieldPanel("body"),
        FieldPanel("reviewed_on"),
    ]
    # A copy is another page, whose address nobody has announced.
    exclude_fields_in_copy: ClassVar = ["code", "seed"]

    class Meta:
        abstract = True

    def clean(self) -> None:
        """A page the menus name keeps its address."""
        super().clean()
        if self.code and self.pk:
            self.expire_at = None
            self.slug = type(self)._default_manager.values_list("slug", flat=True).get(pk=self.pk)

    def permissions_for_user(self, user: Any) -> PagePermissionTester:
        """What this person may do with the page."""
        if self.code:
            return KeptPage(user, self)
        return super().permissions_for_user(user)

    @property
    def drawings(self) -> tuple[str, ...]:
        """Templates of the drawing at its head: the first there is, the last being that of a page without any."""
        return (f"cms/drawings/{self.code or 'none'}.html", "cms/drawings/none.html")

    def sections(self) -> Iterator[dict[str, Any]]:
        """The body, parted at its headings, each with an anchor."""
        section: dict[str, Any] = {"title": "", "blocks": []}
        for number, block in enumerate(self.body):
            if block.block_type == "heading":
                if section["blocks"] or section["title"]:
                    yield section
                section = {"title": block.value, "anchor": f"s{number}-{slugify(block.value)}", "blocks": []}
            else:
                section["blocks"].append(block)
        if section["blocks"] or section["title"]:
            yield section

    def trail(self) -> list[dict[str, str]]:
        """Where the page stands, from the first page down."""
        above = self.get_ancestors().filter(depth__gt=2).live()
        home = {"label": _("Home"), "url": "/en/" if self.locale.language_code == "en" else "/"}
        return [home, *({"label": page.title, "url": page.url} for page in above), {"label": self.title, "url": ""}]

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """The page in its sections, and the same page in the other language."""
        context: dict[str, Any] = super().get_context(request, *args, **kwargs)
        translations = {
            page.locale.language_code: page.url
            for page in self.get_translations(inclusive=True).live().select_related("locale")
        }
        # A page without its twin leads to the first page of the other language.
        request.translations = {"fr": "/", "en": "/en/"} | translations  # type: ignore[attr-defined]
        context["translations"] = {code: structured.full(url) for code, url in translations.items()}
        context["trail"] = self.trail()
        context["sections"] = list(self.sections())
        context["contents"] = [section for section in context["sections"] if section["title"]]
        context["reviewed"] = say_date(self.reviewed_on, "full")
        where = structured.breadcrumbs(context["trail"], self.url or "/")
        context["structured"] = structured.as_script([where, *self.described()])
        return context

    def described(self) -> list[structured.Data]:
        """What the page says of itself to machines, besides where it stands."""
        return []


class InformationPage(SitePage):
    """A page about the service: how it works, prices, help, what the law asks to be said."""

    parent_page_types: ClassVar = ["cms.HomePage", "cms.InformationPage"]
    subpage_types: ClassVar = ["cms.InformationPage"]

    class Meta:
        verbose_name = _("information page")
        verbose_name_plural = _("information pages")


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


class UndeletedPage(PagePermissionTester):
    """Rights on a page the first content made: it may leave the site, and stays on file."""

    def can_delete(self, ignore_bulk: bool = False) -> bool:
        """Never: the next release would make it again."""
        return False


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
        asked = request.GET.get("q", "")[:100].replace("\0", " ").strip()
        # An address made by hand narrows nothing.
        theme = next((anchor for anchor, _title in every if anchor == request.GET.get("theme")), "")
        asker = next((code for code in ASKERS if code == request.GET.get("pour")), "")
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


#: Letters a motive must have at least.
MOTIVE_LENGTH = 20

models.TextField.register_lookup(Length, "length")


class ReleasedText(models.Model):
    """Words that a coordinating doctor let go on line in spite of a rule: these words, and no others."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # Of a page, the same for both its languages; or the id of an expert's text.
    page_key = models.UUIDField()
    language = models.CharField(max_length=2)
    # Of all the words, see the two functions called `fingerprint`.
    sha256 = models.CharField(max_length=64)
    motive = models.TextField(max_length=2000, validators=[MinLengthValidator(MOTIVE_LENGTH)])
    released_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    released_at = models.DateTimeField(default=now)

    class Meta:
        ordering: ClassVar[list[str]] = ["released_at"]
        constraints = (
            models.UniqueConstraint(
                fields=("page_key", "language", "sha256"),
                name="cms_text_released_once",
                violation_error_message=_("These words are released already."),
            ),
            models.CheckConstraint(
                condition=models.Q(motive__length__gte=MOTIVE_LENGTH),
                name="cms_release_has_motive",
                violation_error_message=_("A motive has at least 20 characters."),
            ),
        )


class AnswerCount(models.Model):
    """How many readers found an answer useful, and how many did not: numbers, and nothing about anybody."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # The block of the question, the same in both languages.
    entry = models.UUIDField(unique=True)
    useful = models.PositiveIntegerField(default=0)
    useless = models.PositiveIntegerField(default=0)


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
