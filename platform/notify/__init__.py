"""E-mail without health data, and notices inside the site.

What other parts use is offered here. It is loaded on first use, because Django imports this package before its models
may be loaded.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from notify.services import drop_waiting as drop_waiting
    from notify.services import mark_read as mark_read
    from notify.services import notices_for as notices_for
    from notify.services import send as send
    from notify.services import unread_count as unread_count
    from notify.texts import register_secret as register_secret
    from notify.texts import register_template as register_template
    from notify.windows import DAYTIME as DAYTIME
    from notify.windows import daytime as daytime

# No module of this package may carry one of these names: it would hide the function.
_HOMES = {
    "DAYTIME": "windows",
    "daytime": "windows",
    "drop_waiting": "services",
    "mark_read": "services",
    "notices_for": "services",
    "register_secret": "texts",
    "register_template": "texts",
    "send": "services",
    "unread_count": "services",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'notify' has no attribute {name!r}")
    return getattr(import_module(f"notify.{_HOMES[name]}"), name)
