"""Verifies a PDF that anyone may hand in: is it ours, whole, unchanged, and who signed it."""

import hashlib
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding

from cases.opinions.verify_child import examine
from experts.authority import trusted_certificates
from experts.certificates import RPPS_PREFIX
from experts.models.signing import SigningKey

#: Longer files are no paper of ours and are not looked into.
MAX_BYTES = 64 * 1024 * 1024
_WALL_SECONDS = 30
_CHILD = Path(__file__).with_name("verify_child.py")


class Verdict(StrEnum):
    """What a verification comes to."""

    AUTHENTIC = "authentic"
    #: Signed here, and changed or added to since.
    ALTERED = "altered"
    #: A signature, but not by a key of this service.
    NOT_OURS = "not_ours"
    #: By a key that was revoked before it signed, or was in other hands.
    REVOKED = "revoked"
    UNSIGNED = "unsigned"
    #: No PDF, a damaged one, or one made to harm.
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """What the signature of a PDF is worth.

    Args:
        sha256: of the file handed in, in hexadecimal: with it the caller finds the version on file, if any.
        intact: what was signed is unchanged.
        whole_file: the signature covers every byte; nothing was appended.
        known_key: the key is one of this service's experts.
        signer, rpps: as certified; shown only when the verdict is AUTHENTIC, ALTERED or REVOKED.
        signed_at: by the time stamp, else as claimed by the file.
        level: B-B or B-T; "" without an intact signature.
        revoked_at: when the key was revoked, if it was.
    """

    sha256: str
    readable: bool = True
    signed: bool = False
    intact: bool = False
    whole_file: bool = False
    trusted: bool = False
    known_key: bool = False
    signer: str = ""
    rpps: str = ""
    signed_at: datetime | None = None
    level: str = ""
    revoked_at: datetime | None = None
    revoked_reason: str = ""

    @property
    def authentic(self) -> bool:
        """Whether this very file was signed by an expert of this service, and nothing was changed or added since."""
        return self.verdict is Verdict.AUTHENTIC

    @property
    def verdict(self) -> Verdict:
        """The one word for all of it."""
        if not self.readable:
            return Verdict.UNREADABLE
        if not self.signed:
            return Verdict.UNSIGNED
        if not self.known_key:
            return Verdict.NOT_OURS
        if not (self.intact and self.whole_file):
            return Verdict.ALTERED
        if not self.trusted:
            return Verdict.NOT_OURS
        return Verdict.REVOKED if self._by_revoked_key else Verdict.AUTHENTIC

    @property
    def _by_revoked_key(self) -> bool:
        if self.revoked_at is None or self.signed_at is None:
            return self.revoked_at is not None
        # Who stole a key also writes the date he likes: then only a time stamp tells before from after.
        if self.revoked_reason == SigningKey.Reason.COMPROMISED and self.level != "B-T":
            return True
        return self.signed_at >= self.revoked_at


def verify_pdf(pdf: bytes, *, isolated: bool = True) -> Verification:
    """Verify any bytes at all.

    Args:
        pdf: what was handed in; hashed and looked at in memory, never stored.
        isolated: in a process of its own with limits (some 0.5 s); False only for bytes that this process has signed.

    Raises:
        ImproperlyConfigured: this instance has no signing authority.
    """
    sha256 = hashlib.sha256(pdf).hexdigest()
    trusted = [one.public_bytes(Encoding.PEM).decode() for one in trusted_certificates()]
    if len(pdf) > MAX_BYTES or b"%PDF-" not in pdf[:1024]:
        return Verification(sha256=sha256, readable=False)
    found = _examine_apart(pdf, trusted) if isolated else examine(pdf, trusted)
    if found is None:
        return Verification(sha256=sha256, readable=False)
    if not found["signed"]:
        return Verification(sha256=sha256)
    key = SigningKey.objects.filter(fingerprint=found["fingerprint"]).first()
    stamped = found["timestamped"] and found["timestamp_trusted"]
    return Verification(
        sha256=sha256,
        signed=True,
        intact=found["intact"],
        whole_file=found["whole_file"],
        trusted=found["trusted"],
        known_key=key is not None,
        signer=found["signer"],
        rpps=found["serial_name"].removeprefix(RPPS_PREFIX) if found["serial_name"].startswith(RPPS_PREFIX) else "",
        signed_at=datetime.fromisoformat(found["signed_at"]) if found["signed_at"] else None,
        level=("B-T" if stamped else "B-B") if found["intact"] else "",
        revoked_at=key.revoked_at if key else None,
        revoked_reason=key.revoked_reason if key else "",
    )


def _examine_apart(pdf: bytes, trusted: list[str]) -> dict[str, Any] | None:
    """The child's answer; None when the file broke it, held it too long or made it say something else."""
    question = json.dumps({"trusted": trusted}).encode() + b"\n" + pdf
    try:
        child = subprocess.run(  # noqa: S603 (our own interpreter and file; the PDF goes through standard input)
            [sys.executable, "-I", str(_CHILD)],
            input=question,
            capture_output=True,
            timeout=_WALL_SECONDS,
            check=True,
            env={"PATH": os.defpath},
        )
        found: dict[str, Any] = json.loads(child.stdout)
    except (subprocess.SubprocessError, ValueError):
        return None
    return found
