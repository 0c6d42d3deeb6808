"""The journal: who did or read what, when, from where, with which outcome; append-only and chained by hashes.

What other parts use is offered here. It is loaded on first use, because Django imports this package before its models
may be loaded.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from audit.actions import register_action as register_action
    from audit.actions import register_resolver as register_resolver
    from audit.actions import register_search as register_search
    from audit.actors import Actor as Actor
    from audit.actors import SystemActor as SystemActor
    from audit.requests import request_key as request_key
    from audit.sentences import describe as describe
    from audit.sentences import describe_all as describe_all
    from audit.services import history as history
    from audit.services import record as record
    from audit.services import record_read as record_read
    from audit.services import remove_chain as remove_chain
    from audit.verification import verify as verify

# No module of this package may carry one of these names: it would hide the function.
_HOMES = {
    "Actor": "actors",
    "SystemActor": "actors",
    "register_action": "actions",
    "register_resolver": "actions",
    "register_search": "actions",
    "describe": "sentences",
    "describe_all": "sentences",
    "history": "services",
    "record": "services",
    "record_read": "services",
    "remove_chain": "services",
    "request_key": "requests",
    "verify": "verification",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'audit' has no attribute {name!r}")
    return getattr(import_module(f"audit.{_HOMES[name]}"), name)
