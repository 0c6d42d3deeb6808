"""What this package adds to the registries of lower ones: right, journal words, notice, menu and job."""

from django.utils.translation import gettext_lazy as _

from access import Rule, register_rules
from audit import register_action
from cms.profiles import tasks
from cms.profiles.services import RIGHT
from experts.notices import with_address
from experts.rights import SELF
from notify import register_template
from ui import navigation


def register() -> None:
    """Fill them."""
    register_rules((Rule(RIGHT, frozenset({SELF})),))
    register_action("profile.written", _("Text of an expert's public page written"))
    register_action("profile.approved", _("Expert agreed to his public page"))
    register_action("profile.taken_back", _("Expert took his public page off the site"))
    body = _(
        "Your public page would show something else than you agreed to, because your record or your text has changed. "
        "It is off the site until you have read it again and agreed. Log in to do so."
    )
    register_template("profile.changed", _("Your public page waits for you"), with_address(body, "/expert/fiche/"), ())
    navigation.register("expert", _("My public page"), "profile:page", 65)
    tasks.register()
