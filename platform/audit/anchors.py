"""Heads of the journal, written once a day outside the database, so that even its owner cannot rewrite the past unseen.

One file a day holds the chains that changed since the file before, and the hash of that file; the hash of the newest
file therefore stands for all of them. It is also sent to an address outside, when `AUDIT_ANCHOR_EMAIL` names one.
"""

import hashlib
import json
import os
from collections import defaultdict
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage

from audit.canonical import canonical, instant
from audit.models import AuditChain
from clock import now
from ui.dates import paris_day

_PATTERN = "????-??-??.json"


def folder() -> Path:
    """Where the files lie: `AUDIT_ANCHOR_DIR`, by default `var/anchors`. Best on another disk than the database."""
    return Path(getattr(settings, "AUDIT_ANCHOR_DIR", None) or settings.VAR_DIR / "anchors")


def anchor(day: date | None = None) -> Path:
    """Write the file of one day, and mail its hash; done again for the same day it only mails what was not mailed.

    Args:
        day: the day in Paris, if not today.

    Returns:
        The file.

    Raises:
        OSError: the file cannot be written, or the mail not be handed over; try again later.
    """
    day = day or paris_day(now())
    path = folder() / f"{day.isoformat()}.json"
    if not path.exists():
        _write(path, _content(day, [earlier for earlier in files() if earlier.name < path.name]))
    _mail(path)
    return path


def files() -> list[Path]:
    """All files, oldest first."""
    return sorted(folder().glob(_PATTERN))


def anchored_heads() -> tuple[dict[str, dict[int, str]], list[str]]:
    """What the files say: hash by length by chain, and what is wrong with the files themselves."""
    heads: dict[str, dict[int, str]] = defaultdict(dict)
    faults: list[str] = []
    before = ""
    for path in files():
        text = path.read_bytes()
        try:
            body = json.loads(text)
            listed = {key: (int(length), str(hash_)) for key, (length, hash_) in body["chains"].items()}
        except (ValueError, KeyError, TypeError, AttributeError):
            faults.append(f"{path.name} cannot be read")
            before = file_hash(path)
            continue
        if body.get("previous") != before:
            faults.append(f"{path.name} does not follow the file before it")
        for key, (length, hash_) in listed.items():
            heads[key][length] = hash_
        before = file_hash(path)
    return dict(heads), faults


def file_hash(path: Path) -> str:
    """SHA-256 of a file, as `sha256sum` prints it."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _content(day: date, earlier: list[Path]) -> dict[str, Any]:
    known, _faults = anchored_heads()
    # Compared by length and not by time: the clock of the product may be set back for demo data.
    grown = {
        key: [length, head]
        for key, length, head in AuditChain.objects.filter(removed_at__isnull=True).values_list("key", "length", "head")
        if length > max(known.get(key, {}), default=0)
    }
    return {
        "at": instant(now()),
        "day": day.isoformat(),
        "previous": file_hash(earlier[-1]) if earlier else "",
        "chains": grown,
    }


def _write(path: Path, content: dict[str, Any]) -> None:
    """Write the whole file or none, and keep it from being changed by accident."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".part")
    with partial.open("w", encoding="utf-8") as stream:
        stream.write(canonical(content))
        stream.flush()
        os.fsync(stream.fileno())
    partial.chmod(0o440)
    partial.replace(path)


def _mail(path: Path) -> None:
    address = getattr(settings, "AUDIT_ANCHOR_EMAIL", "")
    mailed = path.with_suffix(".mailed")
    if not address or mailed.exists():
        return
    count = len(json.loads(path.read_bytes())["chains"])
    EmailMessage(
        subject=f"{settings.SERVICE_NAME}: journal {path.stem}",
        body=f"{file_hash(path)}  {path.name}\n{count} chains\n",
        to=[address],
        headers={"Auto-Submitted": "auto-generated"},
    ).send()
    mailed.touch()
