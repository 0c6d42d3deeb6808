"""What an editor sets for himself in Wagtail: its language, its look, its notices."""

from typing import Any

from wagtail.admin.auth import require_admin_access
from wagtail.admin.views.account import AccountView

#: The name, the address and the password are held and journaled by the account page of the site, which has no picture.
PANELS = ("locale", "theme", "notifications")


class EditorAccountView(AccountView):
    """Wagtail's account page with those panels alone."""

    def get_panels(self) -> list[Any]:
        """The panels shown, and those that a posted form may change."""
        return [panel for panel in super().get_panels() if panel.name in PANELS]


account = require_admin_access(EditorAccountView.as_view())
