"""The texts that may leave by e-mail, and the few things they may name.

No health data, no specialty and no name of an expert can get into one: a template names only what stands in
`VARIABLES`, each value must have the form of its variable, and none of these forms can hold a sentence.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from string import Formatter
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils import translation
from django.utils.functional import Promise

from ui.dates import say, say_date

if TYPE_CHECKING:
    from notify.models import OutgoingMail

Text = str | Promise
Value = str | int | datetime | date

_REFERENCE = re.compile(r"[A-Z]{2}-[0-9]{4}-[0-9]{1,8}")
_SECRET = re.compile(r"[0-9A-Z][0-9A-Z -]{2,38}[0-9A-Z]")

#: What a text may name, besides `site`: how it is called and which form it has.
VARIABLES = ("reference", "due", "day", "count", "days", "hours", "minutes")
#: Named only by texts with `register_secret`; computed while mailing, never stored.
SECRETS = ("code",)
#: Always there.
GIVEN = ("site",)


@dataclass(frozen=True)
class Template:
    """One kind of message. The subject is neutral: it names nothing but the site."""

    code: str
    subject: Text
    body: Text
    variables: tuple[str, ...]
    in_app: bool


_templates: dict[str, Template] = {}
_secrets: dict[str, Callable[["OutgoingMail"], Mapping[str, str] | None]] = {}


def register_template(
    code: str,
    subject: Text,
    body: Text,
    variables: tuple[str, ...] = ("reference", "due"),
    *,
    in_app: bool = True,
) -> None:
    """Add a kind of message; called in `AppConfig.ready()`.

    Args:
        code: lower case, dotted or not: `case.admitted`.
        subject: neutral; may name `{site}` only.
        body: what is between the greeting and the closing words; blank lines part paragraphs.
        variables: those of `VARIABLES` or `SECRETS` the body may name.
        in_app: whether people with an account also find it among their notices.

    Raises:
        ValueError: it names something not allowed, or another text holds the code.
    """
    template = Template(code, subject, body, tuple(variables), in_app)
    if unknown := set(variables) - {*VARIABLES, *SECRETS}:
        raise ValueError(f"{code}: a message may not name {', '.join(sorted(unknown))}")
    if in_app and set(variables) & set(SECRETS):
        raise ValueError(f"{code}: what is secret stands in no notice")
    check_text(template)
    known = _templates.get(code)
    if known is not None and str(known.body) != str(body):
        raise ValueError(f"the message {code!r} is registered twice")
    _templates[code] = template


def register_secret(code: str, func: Callable[["OutgoingMail"], Mapping[str, str] | None]) -> None:
    """Tell how the secret of a message is computed at the moment it is mailed.

    Args:
        code: the message.
        func: the row of the mail to the secret variables, or None when the message is no longer wanted.
    """
    _secrets[code] = func


def template(code: str) -> Template:
    """The message of that code.

    Raises:
        KeyError: nobody registered it.
    """
    return _templates[code]


def templates() -> list[Template]:
    """Every registered message, by code."""
    return [_templates[code] for code in sorted(_templates)]


def check_text(checked: Template) -> None:
    """Refuse a text that names more than it may, in the language that is active.

    Raises:
        ValueError: with the first name that is not allowed.
    """
    for text, allowed in ((checked.subject, GIVEN), (checked.body, (*GIVEN, *checked.variables))):
        for _literal, name, specification, conversion in Formatter().parse(str(text)):
            if name is not None and (name not in allowed or specification or conversion):
                raise ValueError(f"{checked.code}: {{{name}}} may not stand in this text")
    if any(character in str(checked.subject) for character in "\r\n"):
        raise ValueError(f"{checked.code}: a subject is one line")


def clean_context(checked: Template, context: Mapping[str, Value]) -> dict[str, str | int]:
    """The context as it is stored.

    Raises:
        ValueError: a variable the text does not name, a missing one, or a value without the form of its variable.
    """
    wanted = set(checked.variables) - set(SECRETS)
    if set(context) - wanted:
        raise ValueError(f"{checked.code} does not take {', '.join(sorted(set(context) - wanted))}")
    named = {name for _l, name, _s, _c in Formatter().parse(str(checked.body)) if name}
    if missing := (named & wanted) - set(context):
        raise ValueError(f"{checked.code} needs {', '.join(sorted(missing))}")
    return {name: _stored(name, value) for name, value in context.items()}


def render(code: str, context: Mapping[str, str | int], language: str, secrets: Mapping[str, str]) -> tuple[str, str]:
    """Subject and body of a message in one language.

    Args:
        code: the message.
        context: as `clean_context` made it.
        language: `fr` or `en`.
        secrets: what `secrets_of` computed.

    Raises:
        KeyError: the text names something it was not given.
    """
    found = template(code)
    with translation.override(language):
        check_text(found)
        words = {name: _word(name, value) for name, value in context.items()}
        words |= secrets
        words["site"] = settings.SERVICE_NAME
        return str(found.subject).format_map(words), str(found.body).format_map(words)


def secrets_of(mail: "OutgoingMail") -> Mapping[str, str] | None:
    """The secret variables of a mail, computed now; None when it is no longer wanted.

    Raises:
        ValueError: the computation gave something that is no code.
    """
    if mail.template not in _secrets:
        return {}
    values = _secrets[mail.template](mail)
    if values is None:
        return None
    if set(values) - set(SECRETS) or not all(_SECRET.fullmatch(value) for value in values.values()):
        raise ValueError(f"{mail.template}: what was computed is no code")
    return values


def _stored(name: str, value: Any) -> str | int:
    if name == "reference" and isinstance(value, str) and _REFERENCE.fullmatch(value):
        return value
    if name == "due" and isinstance(value, datetime) and value.tzinfo is not None:
        return value.isoformat()
    if name == "day" and isinstance(value, date) and not isinstance(value, datetime):
        return value.isoformat()
    if (
        name not in ("reference", "due", "day")
        and isinstance(value, int)
        and not isinstance(value, bool)
        and value >= 0
    ):
        return value
    raise ValueError(f"the value of {name} does not have its form")


def _word(name: str, value: str | int) -> str:
    """A stored value as people say it, in the active language."""
    if name == "due":
        return say(datetime.fromisoformat(str(value)), "full")
    if name == "day":
        return say_date(date.fromisoformat(str(value)), "full")
    return str(value)
