"""The entries of the patient's menu: they lead into the file that is open, or to the list of files."""

from collections.abc import Callable

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from ui import navigation

#: Parts of a file, in the order of the menu; a helper finds what is his on the page of the file.
_PARTS = (
    (_("My documents"), "patient:documents", 20),
    (_("Who has seen my file"), "patient:seen", 30),
    (_("My choices"), "patient:choices", 40),
)


def register() -> None:
    """Put them into the menus of the patient's side."""
    for role in ("patient", "representative", "helper"):
        navigation.register(role, _("My file"), "patient:home", 10, address=_file)
    for role in ("patient", "representative"):
        for label, name, order in _PARTS:
            navigation.register(role, label, name, order, address=_within_file(name))


def _file(request: HttpRequest) -> str:
    """The open file, else the list."""
    case = getattr(request, "case", None)
    return reverse("patient:case", args=[case.pk]) if case is not None else reverse("patient:home")


def _within_file(name: str) -> Callable[[HttpRequest], str | None]:
    """A part of the open file; left out where none is open."""

    def address(request: HttpRequest) -> str | None:
        case = getattr(request, "case", None)
        return reverse(name, args=[case.pk]) if case is not None else None

    return address
