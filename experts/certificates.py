"""Signing keys: made, renewed, revoked, and certified by the instance's authority with name and RPPS number.

An expert who has a certificate of another authority brings it instead (ADR 0014).
"""

import hashlib
from datetime import timedelta

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from audit import Actor, record
from clock import now
from errors import Conflict, Invalid
from experts.authority import Authority, PrivateKey, authority, authority_key_identifier, key_usage, open_pkcs12
from experts.models.signing import SigningKey
from vault.keys import create_key, destroy_key

#: ETSI EN 319 412-1 §5.1.3: two letters of our own, a colon, the country. RPPS numbers are French.
RPPS_PREFIX = "RP:FR-"
_DOCUMENT_SIGNING = ObjectIdentifier("1.3.6.1.5.5.7.3.36")
_DAYS = 3 * 365


def living_key(user: User) -> SigningKey | None:
    """The key this person signs with now, usable or expired; None when he has none."""
    return SigningKey.objects.select_related("content_key").filter(user=user, revoked_at__isnull=True).first()


def issue_key(user: User, *, name: str, rpps: str, actor: Actor) -> SigningKey:
    """Make a key for an expert and certify it with his name and RPPS number.

    Args:
        user: whose key.
        name: as printed on his papers, without control characters, 64 characters at most.
        rpps: eleven digits, checked before.
        actor: who decided.

    Raises:
        Invalid: the name or the number cannot stand in a certificate.
        Conflict: he has a key already; renew it instead.
    """
    if not name.strip() or len(name) > 64 or not name.isprintable():
        raise Invalid(_("This name cannot stand in a certificate."), _("Use at most 64 printable characters."))
    if len(rpps) != 11 or not (rpps.isascii() and rpps.isdigit()):
        raise Invalid(_("A certificate needs the RPPS number."), _("Record its eleven digits first."))
    private_key = ec.generate_private_key(ec.SECP256R1())
    issuer = authority()
    certificate = _certify(issuer, private_key.public_key(), name.strip(), rpps)
    return _keep(user, private_key, (certificate, *issuer.chain), SigningKey.Origin.ISSUED, actor)


def import_key(user: User, packed: bytes, password: str, *, actor: Actor) -> SigningKey:
    """Take the certificate and key an expert already has, as PKCS#12.

    `SIGNING_TRUSTED_FILE` must hold the authority above it, or nobody here will believe what it signs.

    Raises:
        Invalid: the file does not open, or its certificate is not valid now.
        Conflict: he has a key already; revoke it first.
    """
    private_key, chain = open_pkcs12(packed, password)
    if not chain[0].not_valid_before_utc <= now() <= chain[0].not_valid_after_utc:
        raise Invalid(_("This certificate is not valid today."), _("Ask its issuer for a current one."))
    return _keep(user, private_key, chain, SigningKey.Origin.IMPORTED, actor)


def renew_key(user: User, *, name: str, rpps: str, actor: Actor) -> SigningKey:
    """Replace an expert's key by a fresh one in one step; what the old one signed stays valid."""
    with transaction.atomic():
        old = SigningKey.objects.select_for_update().filter(user=user, revoked_at__isnull=True).first()
        if old is not None:
            revoke_key(old, reason=SigningKey.Reason.SUPERSEDED, actor=actor)
        return issue_key(user, name=name, rpps=rpps, actor=actor)


def revoke_key(key: SigningKey, *, reason: SigningKey.Reason, actor: Actor) -> None:
    """End a key at once: it can never sign again, its private half is destroyed. Twice is quiet.

    What it signed before stays valid; after a compromise, only what carries a time stamp or is on file here.
    """
    with transaction.atomic():
        held = SigningKey.objects.select_for_update().get(pk=key.pk)
        if held.revoked_at is not None:
            return
        SigningKey.objects.filter(pk=held.pk).update(revoked_at=now(), revoked_reason=reason)
        destroy_key(held.content_key)
        record(
            "signing_key.revoked",
            actor=actor,
            subjects={"user": [held.user_id], "signing_key": [held.pk]},
            detail={"reason": str(reason)},
        )
    key.refresh_from_db()


def _keep(
    user: User,
    private_key: PrivateKey,
    chain: tuple[x509.Certificate, ...],
    origin: SigningKey.Origin,
    actor: Actor,
) -> SigningKey:
    leaf = chain[0]
    with transaction.atomic():
        # The row of the person is the lock: two clicks make one key.
        User.objects.select_for_update(of=("self",)).get(pk=user.pk)
        if SigningKey.objects.filter(user=user, revoked_at__isnull=True).exists():
            raise Conflict(_("This expert already has a signing key."), _("Renew it instead."))
        key = SigningKey(
            user=user,
            content_key=create_key("instance"),
            origin=origin,
            private_key=private_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode(),
            certificates="".join(one.public_bytes(Encoding.PEM).decode() for one in chain),
            fingerprint=hashlib.sha256(leaf.public_bytes(Encoding.DER)).hexdigest(),
            serial=f"{leaf.serial_number:x}",
            valid_from=leaf.not_valid_before_utc,
            valid_until=leaf.not_valid_after_utc,
        )
        key.save(force_insert=True)
        record(
            "signing_key.issued",
            actor=actor,
            subjects={"user": [user.pk], "signing_key": [key.pk]},
            detail={"origin": str(origin), "serial": key.serial},
        )
    return key


def revocation_list() -> bytes:
    """The certificates revoked before their end, signed by the authority (RFC 5280), in DER; good for seven days."""
    issuer = authority()
    moment = now()
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(issuer.certificate.subject)
        .last_update(moment)
        .next_update(moment + timedelta(days=7))
        .add_extension(x509.CRLNumber(int(moment.timestamp())), critical=False)
        .add_extension(authority_key_identifier(issuer.certificate), critical=False)
    )
    reasons = {
        SigningKey.Reason.SUPERSEDED: x509.ReasonFlags.superseded,
        SigningKey.Reason.ENDED: x509.ReasonFlags.cessation_of_operation,
        SigningKey.Reason.COMPROMISED: x509.ReasonFlags.key_compromise,
    }
    revoked = SigningKey.objects.filter(
        revoked_at__isnull=False, origin=SigningKey.Origin.ISSUED, valid_until__gt=moment
    )
    for key in revoked.order_by("revoked_at", "id"):
        since = key.revoked_at or moment
        entry = x509.RevokedCertificateBuilder().serial_number(int(key.serial, 16)).revocation_date(since)
        reason = reasons[SigningKey.Reason(key.revoked_reason)]
        builder = builder.add_revoked_certificate(entry.add_extension(x509.CRLReason(reason), critical=False).build())
    return builder.sign(issuer.private_key, SHA256()).public_bytes(Encoding.DER)


def _certify(issuer: Authority, public_key: ec.EllipticCurvePublicKey, name: str, rpps: str) -> x509.Certificate:
    moment = now()
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "FR"),
            x509.NameAttribute(NameOID.SERIAL_NUMBER, f"{RPPS_PREFIX}{rpps}"),
            x509.NameAttribute(NameOID.COMMON_NAME, name),
        ]
    )
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(moment - timedelta(minutes=5))
        .not_valid_after(min(moment + timedelta(days=_DAYS), issuer.certificate.not_valid_after_utc))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(key_usage(authority=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([_DOCUMENT_SIGNING, ExtendedKeyUsageOID.EMAIL_PROTECTION]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
        .add_extension(authority_key_identifier(issuer.certificate), critical=False)
        .sign(issuer.private_key, SHA256())
    )
