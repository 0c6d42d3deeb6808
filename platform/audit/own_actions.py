"""The actions of the journal on itself."""

from django.utils.translation import gettext_lazy as _

from audit.actions import register_action


def register() -> None:
    """Called once at start."""
    register_action("journal.read", _("Journal read"))
    register_action("journal.searched", _("Journal searched by name"))
    register_action("journal.verification_requested", _("Verification of the journal requested"))
    register_action("journal.chain_removed", _("Chain of the journal removed at the end of its retention period"))
