"""What every page of the site keeps to: the rules of publication, its frame, its rights."""

from collections.abc import Iterator
from typing import Any, ClassVar

from django.db import models
from django.http import HttpRequest
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.fields import StreamField
from wagtail.models import Page, PagePermissionTester

from cms import structured
from cms.blocks import BodyBlock
from cms.compliance import Place
from cms.editing import RemarksPanel, ReviewedPageForm
from cms.review import passages, refuse_blocked
from ui.dates import say_date
from ui.forms import today


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


class UndeletedPage(PagePermissionTester):
    """Rights on a page the first content made: it may leave the site, and stays on file."""

    def can_delete(self, ignore_bulk: bool = False) -> bool:
        """Never: the next release would make it again."""
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
