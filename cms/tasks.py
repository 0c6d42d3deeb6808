"""What the clock does to public pages, and what it tells editors."""

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from cms import services
from cms.search import index
from jobs import job, register_schedule
from notify import register_template


@job(queue="upkeep", max_attempts=3)
def check_live_pages() -> None:
    """Look through all that is on line."""
    services.check_live_pages()


@job(max_attempts=3)
def follow_calendar() -> None:
    """Put on line what is due, and take off what has ended."""
    services.follow_calendar()


@job(queue="upkeep", max_attempts=3)
def rebuild_search() -> None:
    """Make the index of the site's search anew."""
    index.rebuild()


def register() -> None:
    """Add the messages, and the jobs to the table of schedules."""
    register_template(
        "pages.findings",
        _("{site}: the public pages need your attention"),
        _(
            "The nightly check found words on the public pages that the rules of publication do not allow: {count}.\n\n"
            "Log in and open the pages: each says which words, why, and what to do instead."
        ),
        variables=("count",),
    )
    register_template(
        "pages.kept_off",
        _("{site}: a page was not published"),
        _(
            "A page planned for now was not published: a rule of publication forbids some of its words.\n\n"
            "Your draft is kept. Log in and open the page: it says which words, and what to do instead."
        ),
        variables=(),
    )
    register_schedule("pages.check", check_live_pages, timedelta(days=1), offset=timedelta(hours=4, minutes=30))
    register_schedule("pages.calendar", follow_calendar, timedelta(minutes=5))
    register_schedule("pages.search", rebuild_search, timedelta(days=1), offset=timedelta(hours=4))
