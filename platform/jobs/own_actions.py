"""The actions on jobs the journal knows."""

from django.utils.translation import gettext_lazy as _

from audit import register_action


def register() -> None:
    """Called once at start."""
    register_action("job.list_read", _("List of failed tasks read"))
    register_action("job.retried", _("Failed task tried again"))
    register_action("job.dropped", _("Failed task dropped"))
