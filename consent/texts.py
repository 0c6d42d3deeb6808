"""Publishing the consent texts that ship with the product, and choosing the current one."""

import json
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from consent.models import ConsentText
from errors import Conflict

TEXTS = Path(__file__).parent / "texts"


def publish_texts(folder: Path = TEXTS) -> int:
    """Store every text of `folder` that is not stored yet.

    Args:
        folder: JSON files, each a list of texts (purpose, kind, version, title, body).

    Returns:
        The number of new rows.

    Raises:
        Conflict: a stored version has other words; a change of words needs a new version.
    """
    added = 0
    for path in sorted(folder.glob("*.json")):
        for entry in json.loads(path.read_text(encoding="utf-8")):
            words = {
                "title_fr": entry["title"]["fr"],
                "title_en": entry["title"]["en"],
                "body_fr": entry["body"]["fr"],
                "body_en": entry["body"]["en"],
            }
            digest = ConsentText.digest(words)
            where = {"purpose": entry["purpose"], "kind": entry.get("kind", ""), "version": entry["version"]}
            stored = ConsentText.objects.filter(**where).first()
            if stored is None:
                ConsentText.objects.create(**where, **words, sha256=digest, renew=entry.get("renew", False))
                added += 1
            elif stored.sha256 != digest:
                raise Conflict(
                    _("The text %(text)s was changed after publication: give it a new version.") % {"text": str(stored)}
                )
    return added


def current_text(purpose: str, kind: str) -> ConsentText:
    """The latest published text of a purpose for a kind of request, else the one for every kind.

    Raises:
        Conflict: the instance has no such text.
    """
    text = ConsentText.objects.filter(purpose=purpose, kind__in=[kind, ""]).order_by("-kind", "-version").first()
    if text is None:
        raise Conflict(_("The consent texts are not installed yet."), _("Tell the administrator of this service."))
    return text


def words_shown(text: ConsentText, language: str, *, expert: str = "") -> str:
    """The text as the reader sees it: title, blank line, body with its placeholders filled."""
    # What is kept of a draft is seen, corrected and erased through the data protection officer.
    rights = settings.SERVICE_DPO_EMAIL if text.purpose == "draft_notice" else ""
    values = {
        "service": settings.SERVICE_NAME,
        "controller": settings.SERVICE_CONTROLLER,
        # Where the team is spoken to, and where it is written to.
        "contact": ", ".join(filter(None, (rights, settings.SERVICE_PHONE, settings.SERVICE_CONTACT))),
        "expert": expert,
    }
    body = text.body(language)
    for name, value in values.items():
        body = body.replace("{" + name + "}", value)
    return f"{text.title(language)}\n\n{body}"
