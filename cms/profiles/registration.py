"""What this package adds to the registries of lower ones: right, journal words, notice, menu and job."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from access import Rule, register_rules
from audit import register_action
from cms.profiles import tasks
from cms.profiles.services import RELEASE, RIGHT
from experts.notices import with_address
from experts.rights import DESK, SELF, SERVICE
from notify import register_template
from ui import navigation

_MINE, _DESK = "/expert/fiche/", "/bureau/textes/"
#: code → (subject, body, page it leads to).
_NOTICES: dict[str, tuple[Any, Any, str]] = {
    "profile.kept_off": (
        _("Your public page is off the site"),
        _(
            "The rules of publication have changed: they now refuse some words of your public page, which is off the "
            "site until you have changed them. Log in: the page says which words, why, and what to write instead."
        ),
        _MINE,
    ),
    "profile.let_stand": (
        _("The words of your public page may stand"),
        _(
            "No rule of publication keeps your public page off the site any more. Log in to see whether it is on line "
            "or waits for your agreement."
        ),
        _MINE,
    ),
    "profile.desk_kept_off": (
        _("A public page of an expert went off the site"),
        _(
            "The nightly check found words on an expert’s public page that the rules of publication do not allow. The "
            "page is off the site and the expert knows. Coordinating doctors see the words under “Public texts”."
        ),
        "",
    ),
    "profile.disputed": (
        _("An expert asks you to look at his words"),
        _(
            "A rule of publication refuses words that an expert wants on his public page, and he finds the rule wrong. "
            "Read them under “Public texts”: you may release them with a motive, or leave them to him to change."
        ),
        _DESK,
    ),
}


def register() -> None:
    """Fill them."""
    register_rules((Rule(RIGHT, frozenset({SELF})), Rule(RELEASE, frozenset({DESK, SERVICE}))))
    register_action("profile.written", _("Text of an expert's public page written"))
    register_action("profile.approved", _("Expert agreed to his public page"))
    register_action("profile.taken_back", _("Expert took his public page off the site"))
    register_action("profile.disputed", _("Expert asked for a rule of publication to be looked at"))
    register_action("profile.kept_off", _("Public page of an expert taken off the site by a rule of publication"))
    register_action("profile.released", _("Words of an expert released in spite of a rule, with a motive"))
    register_action("profile.let_stand", _("No rule of publication keeps the expert’s page off the site any more"))
    register_action("profile.draft_read", _("Text of an expert’s public page kept off the site read"))
    body = _(
        "Your public page would show something else than you agreed to, because your record or your text has changed. "
        "It is off the site until you have read it again and agreed. Log in to do so."
    )
    register_template("profile.changed", _("Your public page waits for you"), with_address(body, "/expert/fiche/"), ())
    for code, (subject, words, path) in _NOTICES.items():
        register_template(code, subject, with_address(words, path) if path else words, ())
    navigation.register("expert", _("My public page"), "profile:page", 65)
    tasks.register()
