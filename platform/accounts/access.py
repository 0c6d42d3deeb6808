"""Marks on views: open to everybody, open before the undertaking, for certain roles. Without one a page is closed."""

from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from typing import Any, TypeVar

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render

from accounts.events import record_event
from accounts.roles import SPACES, first_part, spaces_of

View = TypeVar("View", bound=Callable[..., Any])

# Pages of libraries that are public by nature; `settings.PUBLIC_VIEWS` adds to them.
_PUBLIC_OF_LIBRARIES = frozenset(
    {
        "wagtail.views.serve",
        "wagtail.documents.views.serve.serve",
        "wagtail.contrib.sitemaps.views.sitemap",
        "django.views.i18n.set_language",
        "django.views.i18n.JavaScriptCatalog",
        "django.views.static.serve",
    }
)


def _marked(view: View, mark: str) -> View:
    """The same view with a mark. The view itself stays as it is: another space may mount it without the mark."""

    @wraps(view)
    def marked(*args: Any, **kwargs: Any) -> Any:
        return view(*args, **kwargs)

    setattr(marked, mark, True)
    return marked  # type: ignore[return-value]


def public(view: View) -> View:
    """Open this view to everybody: it shows nothing about anybody, or decides for itself."""
    return _marked(view, "public")


def before_undertaking(view: View) -> View:
    """Open this view to people logged in who have not promised secrecy yet, or whose registration is being checked.

    For their own account only: no page with data of others may carry it.
    """
    return _marked(view, "before_undertaking")


def while_checked(view: View) -> View:
    """Open this view to a professional who has stated his registration and waits for its check.

    He may prepare there what nobody else reads yet; a page that sends anything, or shows what others wrote, may not
    carry it.
    """
    return _marked(view, "while_checked")


def background(view: View) -> View:
    """Requests to this view are never somebody's activity (they do not put off the idle limit)."""
    return _marked(view, "background")


def view_name(view: Callable[..., Any]) -> str:
    """Dotted name of a view: of its class for a class-based one."""
    target = getattr(view, "view_class", view)
    return f"{target.__module__}.{getattr(target, '__qualname__', type(target).__qualname__)}"


def is_public(view: Callable[..., Any], path: str) -> bool:
    """Whether this view is open to everybody at this address.

    Under the address of a space only our own mark counts: no page of the public site can stand there.
    """
    if getattr(view, "public", False):
        return True
    if first_part(path) in SPACES:
        return False
    name = view_name(view)
    return name in _PUBLIC_OF_LIBRARIES or name in getattr(settings, "PUBLIC_VIEWS", ())


def wrong_space(request: HttpRequest) -> HttpResponseBase:
    """The page for somebody who is known and has no right to this space: it names his own ones (403)."""
    person: Any = request.user
    record_event("account.space_refused", request, detail={"space": first_part(request.path)[:40]}, outcome="refused")
    return render(request, "accounts/wrong_space.html", {"spaces": spaces_of(person)}, status=403)


def require_role(*codes: str) -> Callable[[View], View]:
    """Open a view to these roles only; who holds one of them under this address acts in it.

    Args:
        codes: role codes; the first one held counts.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            here = SPACES.get(first_part(request.path), ())
            held = request.user.roles  # type: ignore[union-attr]
            role = next((code for code in codes if code in held and (not here or code in here)), None)
            if role is None:
                return wrong_space(request)
            request.actor = replace(request.actor, role=str(role))  # type: ignore[attr-defined]
            answer: HttpResponseBase = view(request, *args, **kwargs)
            return answer

        guarded.required_roles = codes  # type: ignore[attr-defined]
        return guarded  # type: ignore[return-value]

    return decorate
