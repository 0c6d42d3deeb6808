"""What the editors' pages show of Wagtail's menus."""

from django.http import HttpRequest
from wagtail import hooks
from wagtail.admin.menu import MenuItem


@hooks.register("construct_settings_menu")
def leave_out_accounts(request: HttpRequest, items: list[MenuItem]) -> None:
    """Accounts are managed in the technical space alone."""
    items[:] = [item for item in items if item.name != "users"]
