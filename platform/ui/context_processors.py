"""What every page's frame shows: name, role, menu, language, help and the idle limit. Nothing is read until drawn."""

from functools import cached_property

from django.conf import settings
from django.http import HttpRequest
from django.urls import translate_url
from django.utils.translation import get_language, get_language_info

from ui import navigation
from ui.dates import NBSP

_IDLE_SECONDS = 20 * 60
_WARNING_SECONDS = 2 * 60


def _url(name: str) -> str:
    return navigation.address_of(name) or ""


class Shell:
    """The frame of one page; each part is worked out when the template first asks for it.

    Args:
        request: the request that is answered.
    """

    def __init__(self, request: HttpRequest) -> None:
        self._request = request

    @cached_property
    def logged_in(self) -> bool:
        """Whether the session is verified by a code: only then name, menu and idle limit are shown."""
        user = getattr(self._request, "user", None)
        if user is None or not user.is_authenticated:
            return False
        verified = getattr(user, "is_verified", None)
        return True if verified is None else bool(verified())

    @cached_property
    def name(self) -> str:
        """Title and name of the person logged in."""
        user = self._request.user
        return " ".join(part for part in (getattr(user, "title", ""), getattr(user, "full_name", "")) if part)

    @cached_property
    def role(self) -> str:
        """Code of the role the page is read in; `public` for visitors."""
        if not self.logged_in:
            return navigation.PUBLIC
        actor = getattr(self._request, "actor", None)
        return getattr(actor, "role", "") or navigation.PUBLIC

    @cached_property
    def role_label(self) -> navigation.Text:
        """The role in words; empty when the page belongs to no role."""
        return navigation.ROLE_LABELS.get(self.role, "")

    @cached_property
    def menu(self) -> list[navigation.Link]:
        """Links of the role's menu."""
        return navigation.menu(self.role, self._request)

    @cached_property
    def footer(self) -> list[navigation.Link]:
        """Links of the footer."""
        return navigation.footer_links(self._request)

    @cached_property
    def home(self) -> str:
        """The start page in the present language."""
        return "/en/" if (get_language() or "").startswith("en") else "/"

    @cached_property
    def languages(self) -> list[dict[str, str]]:
        """The other languages with this same page's address in each; a view may set `request.translations`."""
        own: dict[str, str] = getattr(self._request, "translations", {})
        here, found = self._request.get_full_path(), []
        for code, _label in settings.LANGUAGES:
            if code == (get_language() or "")[:2]:
                continue
            url = own.get(code) or translate_url(here, code)
            if url == here:
                url = "/" if code == settings.LANGUAGE_CODE else f"/{code}/"
            found.append({"code": code, "name": get_language_info(code)["name_local"].capitalize(), "url": url})
        return found

    @cached_property
    def logout_url(self) -> str:
        """Where the log-out button posts."""
        return _url("accounts:logout") or _url("logout")

    @cached_property
    def keepalive_url(self) -> str:
        """Where activity is reported; empty when nobody is logged in."""
        return _url("accounts:keepalive") if self.logged_in else ""

    @cached_property
    def login_url(self) -> str:
        """Where one logs in again after the idle limit."""
        return _url("accounts:login") or _url("two_factor:login")

    @cached_property
    def idle_seconds(self) -> int:
        """Seconds without activity after which the session ends."""
        return int(getattr(settings, "SESSION_IDLE_SECONDS", _IDLE_SECONDS))

    @cached_property
    def warning_seconds(self) -> int:
        """Seconds before that end at which the page warns (WCAG 2.2.1)."""
        return int(getattr(settings, "SESSION_WARNING_SECONDS", _WARNING_SECONDS))

    @cached_property
    def help_phone(self) -> str:
        """Phone of the service, shown at the same place on each page (WCAG 3.2.6); it never breaks at a line's end."""
        return str(getattr(settings, "SERVICE_PHONE", "")).replace(" ", NBSP)

    @cached_property
    def help_tel(self) -> str:
        """The same, as a phone dials it."""
        return self.help_phone.replace(NBSP, "")

    @cached_property
    def help_email(self) -> str:
        """E-mail of the service."""
        return str(getattr(settings, "SERVICE_EMAIL", ""))

    @cached_property
    def demo(self) -> bool:
        """Whether this instance shows made-up people."""
        return bool(getattr(settings, "DEMO", False))


def shell(request: HttpRequest) -> dict[str, Shell]:
    """Give templates `shell`, the frame of the page."""
    return {"shell": Shell(request)}
