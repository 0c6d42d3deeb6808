"""Where the public pages stand in the header and the footer."""

from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from cms.content import path_of
from ui import navigation


def address_of(code: str) -> str:
    """The address of a page in the present language."""
    return path_of(code, "en" if (get_language() or "").startswith("en") else "fr")


HEADER: tuple[tuple[str, Promise | str], ...] = (
    ("how", _("How it works")),
    ("pathologies", _("Diseases")),
    ("experts", _("Experts")),
    ("prices", _("Prices")),
    ("faq", _("Questions")),
    ("help", _("Help")),
)
FOOTER: tuple[tuple[str, Promise | str], ...] = (
    ("who", _("Who it is for")),
    ("resources", _("Resources and associations")),
    ("news", _("News")),
    ("legal", _("Legal notice")),
    ("hosting", _("Where your data are")),
    ("committee", _("Users’ committee")),
    ("security", _("Security")),
    ("secondary", _("Other uses of data")),
    ("references", _("Legal references")),
    ("cookies", _("Cookies")),
    ("accessibility", _("Accessibility: partially compliant")),
)


def register() -> None:
    """Add the entries."""
    for order, (code, label) in enumerate(HEADER, start=20):
        navigation.register(navigation.PUBLIC, label, f"cms:{code}", order, address=_address(code))
    navigation.register(navigation.PUBLIC, _("Search"), "cms:search", 40)
    navigation.register("coordinator", _("Public texts"), "pages_desk:drafts", 80)
    for order, (code, label) in enumerate(FOOTER, start=70):
        navigation.register_footer(label, f"cms:{code}", order, address=_address(code))


def _address(code: str) -> "navigation.Address":
    def address(request: HttpRequest) -> str:
        return address_of(code)

    return address
