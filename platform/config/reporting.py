"""Crash reports with every leak closed: what broke and where, never for whom, with what, or on which machine."""

from typing import TYPE_CHECKING, Any

import sentry_sdk
from sentry_sdk.integrations.django import DjangoIntegration
from sentry_sdk.transport import Transport

if TYPE_CHECKING:
    from sentry_sdk.types import Event, Hint

# All that an event may say. Whatever a later version of the library adds stays out until it is listed here.
KEPT = (
    "event_id",
    "timestamp",
    "level",
    "platform",
    "logger",
    "transaction",
    "exception",
    "tags",
    "release",
    "type",
    "sdk",
)
KEPT_TAGS = ("reference",)
KEPT_FRAME = ("filename", "function", "module", "lineno", "in_app")


def strip(event: "Event", hint: "Hint") -> "Event | None":
    """The event with nothing in it but types, places in the code and the reference shown on the error page.

    A log line or a message without an exception is text alone: it is dropped.
    """
    if not event.get("exception"):
        return None
    kept: dict[str, Any] = {name: event[name] for name in KEPT if name in event}  # type: ignore[literal-required]
    kept["tags"] = {name: value for name, value in dict(event.get("tags") or {}).items() if name in KEPT_TAGS}
    exceptions = (event.get("exception") or {}).get("values") or []
    kept["exception"] = {
        "values": [
            {
                "type": one.get("type"),
                "module": one.get("module"),
                "stacktrace": {
                    "frames": [
                        {name: frame[name] for name in KEPT_FRAME if name in frame}
                        for frame in (one.get("stacktrace") or {}).get("frames") or []
                    ]
                },
            }
            for one in exceptions
        ]
    }
    return kept  # type: ignore[return-value]


def start(dsn: str, *, transport: type[Transport] | Transport | None = None) -> None:
    """Report crashes.

    Args:
        dsn: where to, from SENTRY_DSN.
        transport: instead of the network, in tests.
    """
    sentry_sdk.init(
        dsn=dsn,
        transport=transport,
        integrations=[DjangoIntegration(transaction_style="url", middleware_spans=False, signals_spans=False)],
        auto_enabling_integrations=False,
        before_send=strip,
        before_breadcrumb=lambda crumb, hint: None,
        max_breadcrumbs=0,
        include_local_variables=False,
        include_source_context=False,
        max_request_body_size="never",
        traces_sample_rate=0.0,
        profiles_sample_rate=0.0,
        auto_session_tracking=False,
        send_client_reports=False,
        server_name="",
        attach_stacktrace=False,
    )
