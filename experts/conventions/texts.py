"""Publishing the texts that ship with the product, and the words one expert is shown."""

import hashlib
import json
import re
from datetime import date, timedelta
from pathlib import Path

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from errors import Conflict
from experts.models import ConventionText, ExpertProfile
from ui.dates import say_date

TEXTS = Path(__file__).parent


def publish_texts(folder: Path = TEXTS) -> int:
    """Store every version that is not stored yet.

    Returns:
        How many are new.

    Raises:
        Conflict: a stored version has other words; a change needs a new version.
    """
    added = 0
    for path in sorted(folder.glob("v*.json")):
        entry = json.loads(path.read_text(encoding="utf-8"))
        words = {f"{part}_{language}": entry[part][language] for part in ("title", "body") for language in ("fr", "en")}
        digest = ConventionText.digest(words)
        stored = ConventionText.objects.filter(version=entry["version"]).first()
        if stored is None:
            ConventionText(version=entry["version"], sha256=digest, **words).save()
            added += 1
        elif stored.sha256 != digest:
            raise Conflict(
                _("The convention %(version)s was changed after publication: give it a new version.")
                % {"version": entry["version"]}
            )
    return added


def current_text() -> ConventionText:
    """The newest text.

    Raises:
        Conflict: none is installed.
    """
    text = ConventionText.objects.order_by("-version").first()
    if text is None:
        raise Conflict(_("The text of the convention is not installed yet."), _("Tell the administrator."))
    return text


def ends_on(day: date) -> date:
    """The first day without a convention that is signed on this day."""
    return day + timedelta(days=settings.CONVENTION_DAYS)


def words_for(text: ConventionText, expert: ExpertProfile, language: str, *, on: date) -> str:
    """The convention as this expert reads it on a day: title, blank line, body with its placeholders filled.

    Raises:
        Conflict: number or specialty, which it names, are not stated yet.
    """
    professional = getattr(expert.user, "professional", None)
    if professional is None or not professional.specialty:
        raise Conflict(
            _("Your RPPS number and specialty stand in the convention: state them first."),
            _("See “Professional registration” on the page of your account."),
        )
    with translation.override(language):
        values = {
            "service": settings.SERVICE_NAME,
            "controller": settings.SERVICE_CONTROLLER,
            "contact": settings.SERVICE_CONTACT,
            "expert": expert.name,
            "specialty": professional.specialty,
            "rpps": professional.rpps,
            "writing_days": str(settings.CLOCKS["second_opinion"]["writing"] // 24),
            "ends_on": say_date(ends_on(on), "full"),
        }
    # One pass: what a value holds is never read as a placeholder.
    body = re.sub(r"\{(\w+)\}", lambda found: values[found.group(1)], text.body(language))
    return f"{text.title(language)}\n\n{body}"


def fingerprint(words: str) -> str:
    """SHA-256 of the words, in hexadecimal."""
    return hashlib.sha256(words.encode()).hexdigest()
