"""The instance's certificate authority: it says which signing key is whose.

It lies in one file of `SIGNING_AUTHORITY_DIR`: its certificates in clear, its private key wrapped by the first master
key (and wrapped again by `manage.py make_authority` once that one has changed). An organisation that has an authority
of its own brings it as PKCS#12. ADR 0014 says why.
"""

import base64
import json
import os
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
    pkcs12,
)
from cryptography.x509.oid import NameOID
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from clock import now
from errors import Invalid
from vault.exceptions import MasterKeyMissing, SealBroken
from vault.masters import keyring

PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey

_FILE = "authority.json"
_CONTEXT = "signing-authority"
_DAYS = 20 * 366
_MAX_PKCS12 = 256 * 1024


@dataclass(frozen=True, slots=True)
class Authority:
    """Who certifies the experts' keys here.

    Args:
        chain: its certificate, then those above it.
        former: certificates of authorities that certified before; what they certified still verifies.
        private_key: signs certificates.
    """

    chain: tuple[x509.Certificate, ...]
    former: tuple[x509.Certificate, ...]
    private_key: PrivateKey = field(repr=False)

    @property
    def certificate(self) -> x509.Certificate:
        """The one that issues."""
        return self.chain[0]


def authority() -> Authority:
    """The authority of this instance.

    Raises:
        ImproperlyConfigured: there is none, or the master keys at hand do not open it.
    """
    path = _authority_path()
    try:
        held = json.loads(path.read_text())
        chain, former = _certificates(held["chain"]), _certificates(held["former"])
        clear = keyring().unwrap(held["master_id"], base64.b64decode(held["wrapped"]), _CONTEXT)
    except FileNotFoundError as error:
        raise ImproperlyConfigured(f"No signing authority in {path.parent}: run manage.py make_authority.") from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ImproperlyConfigured(f"{path} cannot be read ({type(error).__name__}).") from error
    except (MasterKeyMissing, SealBroken) as error:
        raise ImproperlyConfigured(f"The master keys at hand do not open {path}.") from error
    return Authority(chain, former, _private_key(clear))


def ensure_authority() -> Authority:
    """Make the authority when there is none; wrap its key again when the first master key is another one."""
    path = _authority_path()
    if not path.exists():
        key = ec.generate_private_key(ec.SECP256R1())
        _write(path, Authority((_own_certificate(key),), (), key), replace=False)
    held = authority()
    if json.loads(path.read_text())["master_id"] != keyring().first:
        _write(path, held, replace=True)
    return held


def replace_authority(packed: bytes | None = None, password: str = "") -> Authority:
    """Put another authority in place: a fresh one of our own, or one brought as PKCS#12. The old one stays trusted.

    Args:
        packed: certificate, key and chain of an authority allowed to issue (BasicConstraints CA).
        password: of that file.

    Raises:
        Invalid: the file does not open, or is no authority.
    """
    former: tuple[x509.Certificate, ...] = ()
    path = _authority_path()
    if path.exists():
        held = json.loads(path.read_text())
        former = (*_certificates(held["chain"])[:1], *_certificates(held["former"]))
    if packed is None:
        fresh = ec.generate_private_key(ec.SECP256R1())
        made = Authority((_own_certificate(fresh),), former, fresh)
    else:
        key, chain = open_pkcs12(packed, password)
        try:
            is_authority = chain[0].extensions.get_extension_for_class(x509.BasicConstraints).value.ca
        except x509.ExtensionNotFound:
            is_authority = False
        if not is_authority:
            raise Invalid(_("This certificate may not certify others."), _("Use the PKCS#12 file of an authority."))
        made = Authority(chain, former, key)
    _write(path, made, replace=path.exists())
    return authority()


def trusted_certificates() -> list[x509.Certificate]:
    """Whom a verification here believes: the authority, its predecessors, and those named by `SIGNING_TRUSTED_FILE`."""
    path = _authority_path()
    if not path.exists():
        raise ImproperlyConfigured(f"No signing authority in {path.parent}: run manage.py make_authority.")
    held = json.loads(path.read_text())
    trusted = [*_certificates(held["chain"]), *_certificates(held["former"])]
    if others := getattr(settings, "SIGNING_TRUSTED_FILE", ""):
        trusted += x509.load_pem_x509_certificates(Path(others).read_bytes())
    return trusted


def authority_pem() -> bytes:
    """The authority's certificate for anyone who verifies with tools of his own."""
    return authority().certificate.public_bytes(Encoding.PEM)


def open_pkcs12(packed: bytes, password: str) -> tuple[PrivateKey, tuple[x509.Certificate, ...]]:
    """Open a PKCS#12 file: the key, its certificate, and those above it.

    Raises:
        Invalid: it does not open with this password, or holds no key we can sign with.
    """
    unusable = Invalid(_("This file is no PKCS#12 file, or its password is another."), _("Check both and try again."))
    if len(packed) > _MAX_PKCS12:
        raise unusable
    try:
        key, leaf, above = pkcs12.load_key_and_certificates(packed, password.encode() or None)
    except ValueError as error:
        raise unusable from error
    if leaf is None or key is None:
        raise unusable
    if not isinstance(key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey):
        raise Invalid(_("Keys of this kind are not accepted here."), _("Ask for an elliptic (P-256) or an RSA key."))
    return key, (leaf, *above)


# --- certificates


def _own_certificate(key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    moment = now()
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "FR"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, _fitting(settings.SERVICE_CONTROLLER)),
            x509.NameAttribute(NameOID.COMMON_NAME, _fitting(f"{settings.SERVICE_NAME} – signature")),
        ]
    )
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        # Begins some time ago: clocks of readers differ, and demo cases lie in the past.
        .not_valid_before(datetime(moment.year - 2, 1, 1, tzinfo=UTC))
        .not_valid_after(moment + timedelta(days=_DAYS))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(key_usage(authority=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, SHA256())
    )


def key_usage(*, authority: bool) -> x509.KeyUsage:
    """What a key may do: certify others, or sign documents."""
    return x509.KeyUsage(
        digital_signature=not authority,
        content_commitment=not authority,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=authority,
        crl_sign=authority,
        encipher_only=False,
        decipher_only=False,
    )


def authority_key_identifier(certificate: x509.Certificate) -> x509.AuthorityKeyIdentifier:
    """The mark by which what this certificate signed names it."""
    own = certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    return x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(own)


def _fitting(text: str) -> str:
    # X.520 allows 64 characters in a name.
    return text[:64].strip()


# --- files


def _authority_path() -> Path:
    return Path(settings.SIGNING_AUTHORITY_DIR) / _FILE


def _certificates(pem: str) -> tuple[x509.Certificate, ...]:
    return tuple(x509.load_pem_x509_certificates(pem.encode())) if pem else ()


def _private_key(clear: bytes) -> PrivateKey:
    key = load_pem_private_key(clear, None)
    if not isinstance(key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey):
        raise ValueError("an authority has an elliptic or an RSA key")
    return key


def _write(path: Path, held: Authority, *, replace: bool) -> None:
    """Write the authority beside its place, then put it there at once; without `replace` an existing one wins."""
    clear = held.private_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    master_id, wrapped = keyring().wrap(clear, _CONTEXT)
    text = json.dumps(
        {
            "chain": "".join(one.public_bytes(Encoding.PEM).decode() for one in held.chain),
            "former": "".join(one.public_bytes(Encoding.PEM).decode() for one in held.former),
            "master_id": master_id,
            "wrapped": base64.b64encode(wrapped).decode(),
        },
        indent=1,
    )
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    try:
        if replace:
            beside.replace(path)
        else:
            # A link refuses an existing name: of two processes that start at once, the first one's authority stays.
            os.link(beside, path)
    except FileExistsError:
        return
    finally:
        beside.unlink(missing_ok=True)
