"""Signs a printed opinion: PAdES B-B with the expert's own key, B-T when a time-stamp authority is configured.

The signature is invisible (its words are printed on the paper itself, so that the file stays PDF/A-3a) and certifies:
it forbids any later change, and a reader that knows the standard says so when something is appended.
"""

import hashlib
import logging
import threading
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from typing import Literal
from uuid import UUID

from asn1crypto import keys as asn1_keys
from asn1crypto import pem as asn1_pem
from asn1crypto import x509 as asn1_x509
from django.conf import settings
from django.utils.translation import gettext_lazy as _
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.writer import BasePdfFileWriter
from pyhanko.sign import PdfSignatureMetadata, PdfSigner, SimpleSigner
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
from pyhanko.sign.signers.pdf_cms import Signer
from pyhanko.sign.signers.pdf_signer import PdfSigningSession
from pyhanko.sign.timestamps import TimeStamper
from pyhanko.sign.timestamps.common_utils import TimestampRequestError
from pyhanko.sign.timestamps.requests_client import RequestsHTTPTimeStamper
from pyhanko_certvalidator.registry import SimpleCertificateStore

from clock import now
from errors import Conflict
from experts.models.signing import SigningKey

logger = logging.getLogger(__name__)

Level = Literal["B-B", "B-T"]
FIELD = "Signature"
_TIMESTAMP_SECONDS = 5


@dataclass(frozen=True, slots=True)
class Signed:
    """A signed paper.

    Args:
        pdf: the bytes that are stored and handed out, never changed again.
        sha256: of `pdf`, in hexadecimal.
        level: what the signature proves: B-B who and what, B-T also when.
    """

    pdf: bytes
    sha256: str
    level: Level


def sign_pdf(pdf: bytes, signer: Signer, *, reason: str, location: str) -> Signed:
    """Sign exactly these bytes. Call it outside any transaction: it may ask the time-stamp authority.

    When that authority does not answer within five seconds the paper is signed all the same, at level B-B: a patient
    does not wait for a third party, and the page says which level it is.

    Args:
        pdf: what `render_opinion` or `render_annex` printed, or any PDF that carries no signature yet.
        signer: `load_signer(key)`, or any signer of pyHanko (a remote one).
        reason: why it is signed, as PDF readers show it; no health data.
        location: where, as PDF readers show it.
    """
    stamper = timestamper()
    if stamper is not None:
        try:
            return _sign(pdf, signer, stamper, reason, location)
        except TimestampRequestError:
            logger.warning("the time-stamp authority did not answer: signing at level B-B")
    return _sign(pdf, signer, None, reason, location)


def load_signer(key: SigningKey) -> Signer:
    """The signer of a key, opened once in the life of this process.

    Args:
        key: a fresh row: whether it still may sign is decided on it.

    Raises:
        Conflict: the key is revoked or its certificate has ended.
    """
    if not key.is_usable(now()):
        _forget(key.pk)
        raise Conflict(
            _("This signing key is no longer valid."),
            _("Ask the coordination to renew it; your draft is kept."),
        )
    with _lock:
        signer = _open_signers.get(key.pk)
        if signer is None:
            signer = _open_signers[key.pk] = _open(key)
    return signer


@lru_cache(maxsize=4)
def _stamper_at(url: str) -> TimeStamper:
    # Kept: it asks the authority once for a sample, to know how long its answers are.
    return RequestsHTTPTimeStamper(url, timeout=_TIMESTAMP_SECONDS)  # type: ignore[no-untyped-call]


def timestamper() -> TimeStamper | None:
    """The time-stamp authority of this instance; None when none is configured."""
    return _stamper_at(settings.TIMESTAMP_URL) if settings.TIMESTAMP_URL else None


_lock = threading.Lock()
_open_signers: dict[UUID, Signer] = {}


def _forget(key_id: UUID) -> None:
    with _lock:
        _open_signers.pop(key_id, None)


def _open(key: SigningKey) -> Signer:
    chain = [asn1_x509.Certificate.load(der) for _k, _h, der in asn1_pem.unarmor(key.certificates.encode(), True)]
    _kind, _headers, der = asn1_pem.unarmor(key.private_key.encode())
    registry = SimpleCertificateStore()  # type: ignore[no-untyped-call]
    # His own certificate is embedded anyway: a second copy would hide harm done to the first.
    registry.register_multiple(chain[1:])
    return SimpleSigner(
        signing_cert=chain[0], signing_key=asn1_keys.PrivateKeyInfo.load(der), cert_registry=registry, embed_roots=False
    )


class _OurTimeSigner(PdfSigner):
    """Signs with the time of our one clock."""

    def init_signing_session(self, pdf_out: BasePdfFileWriter, existing_fields_only: bool = False) -> PdfSigningSession:
        session = super().init_signing_session(pdf_out, existing_fields_only)
        session.system_time = now().replace(microsecond=0)
        return session


def _sign(pdf: bytes, signer: Signer, stamper: TimeStamper | None, reason: str, location: str) -> Signed:
    how = PdfSignatureMetadata(
        field_name=FIELD,
        md_algorithm="sha256",
        subfilter=SigSeedSubFilter.PADES,
        reason=reason,
        location=location,
        certify=True,
        docmdp_permissions=MDPPerm.NO_CHANGES,
    )
    out = BytesIO()
    writer = IncrementalPdfFileWriter(BytesIO(pdf))
    _OurTimeSigner(how, signer=signer, timestamper=stamper).sign_pdf(writer, output=out)
    signed = out.getvalue()
    return Signed(signed, hashlib.sha256(signed).hexdigest(), "B-T" if stamper else "B-B")
