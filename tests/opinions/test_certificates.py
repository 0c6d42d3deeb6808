"""The authority and the keys it certifies: made once, wrapped, renewed, revoked, and never readable in the database."""

import base64
import json
import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12
from cryptography.x509.oid import NameOID
from django.core import checks
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction

from accounts.models import User
from audit import SystemActor
from audit.models import AuditEvent
from clock import now, travel
from errors import Conflict, Invalid
from experts.authority import (
    authority,
    authority_pem,
    ensure_authority,
    replace_authority,
    trusted_certificates,
)
from experts.certificates import import_key, issue_key, living_key, renew_key, revocation_list, revoke_key
from experts.models.signing import SigningKey, check_signing_authority
from vault import masters
from vault.exceptions import KeyDestroyed

ACTOR = SystemActor("tests")
NAME, RPPS = "Pr Anne Salvat", "10101234567"


def _leaf(key: SigningKey) -> x509.Certificate:
    return x509.load_pem_x509_certificates(key.certificates.encode())[0]


# --- the authority


def test_the_authority_is_a_p256_root_that_may_only_certify(own_keys: Path) -> None:
    held = authority()
    assert isinstance(held.private_key, ec.EllipticCurvePrivateKey)
    assert held.private_key.curve.name == "secp256r1"
    root = held.certificate
    root.verify_directly_issued_by(root)
    constraints = root.extensions.get_extension_for_class(x509.BasicConstraints)
    assert (constraints.critical, constraints.value.ca, constraints.value.path_length) == (True, True, 0)
    usage = root.extensions.get_extension_for_class(x509.KeyUsage).value
    assert (usage.key_cert_sign, usage.crl_sign, usage.digital_signature) == (True, True, False)
    assert root.not_valid_after_utc > now() + timedelta(days=15 * 365)
    assert x509.load_pem_x509_certificate(authority_pem()) == root


def test_its_key_lies_wrapped_in_a_file_of_ours_alone(own_keys: Path) -> None:
    path = own_keys / "authority.json"
    text = path.read_text()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert "PRIVATE" not in text
    assert b"PRIVATE" not in base64.b64decode(json.loads(text)["wrapped"])
    assert "PRIVATE" not in repr(authority())
    assert [file.name for file in own_keys.iterdir()] == ["authority.json"]


def test_made_twice_or_by_many_at_once_it_is_the_same(own_keys: Path) -> None:
    first = authority().certificate
    assert ensure_authority().certificate == first
    (own_keys / "authority.json").unlink()
    with ThreadPoolExecutor(max_workers=4) as pool:
        made = {one.certificate.serial_number for one in pool.map(lambda _n: ensure_authority(), range(8))}
    assert len(made) == 1


def test_a_new_master_key_wraps_it_again(own_keys: Path, settings: Any) -> None:
    before = json.loads((own_keys / "authority.json").read_text())
    first = authority().certificate
    fresh = masters.make_master_key(Path(settings.MASTER_KEYS_FILE), in_front=True)
    assert authority().certificate == first
    ensure_authority()
    after = json.loads((own_keys / "authority.json").read_text())
    assert before["master_id"] != after["master_id"] == fresh
    assert authority().certificate == first


def test_without_the_master_key_or_with_a_harmed_file_it_does_not_open(own_keys: Path, settings: Any) -> None:
    path = own_keys / "authority.json"
    good = path.read_text()
    for harm in (good[:-30], "[]", "{}", good.replace('"wrapped": "A', '"wrapped": "B')):
        path.write_text(harm)
        with pytest.raises(ImproperlyConfigured):
            authority()
    path.write_text(good)
    Path(settings.MASTER_KEYS_FILE).unlink()
    masters.make_master_key(Path(settings.MASTER_KEYS_FILE))
    with pytest.raises(ImproperlyConfigured, match="do not open"):
        authority()


def test_without_an_authority_everything_says_so(own_keys: Path) -> None:
    (own_keys / "authority.json").unlink()
    for ask in (authority, trusted_certificates):
        with pytest.raises(ImproperlyConfigured, match="make_authority"):
            ask()


def test_a_replaced_authority_stays_trusted(own_keys: Path) -> None:
    first = authority().certificate
    second = replace_authority().certificate
    third = replace_authority().certificate
    assert len({first, second, third}) == 3
    assert trusted_certificates() == [third, second, first]


def test_the_command_makes_it_says_its_fingerprint_and_is_quiet_twice(own_keys: Path) -> None:
    (own_keys / "authority.json").unlink()
    said = [StringIO(), StringIO(), StringIO()]
    call_command("make_authority", stdout=said[0])
    call_command("make_authority", stdout=said[1])
    assert authority().certificate.fingerprint(SHA256()).hex(":") in said[0].getvalue()
    assert said[0].getvalue() == said[1].getvalue()
    call_command("make_authority", "--replace", stdout=said[2])
    assert said[2].getvalue() != said[0].getvalue()


def _packed(*, ca: bool, key: Any = None, password: bytes = b"secret", days: int = 100) -> bytes:
    key = key or ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Hôpital de la Croix-Verte")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now() - timedelta(days=200))
        .not_valid_after(now() + timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, None if isinstance(key, ed25519.Ed25519PrivateKey) else SHA256())
    )
    return pkcs12.serialize_key_and_certificates(b"x", key, certificate, None, BestAvailableEncryption(password))


def test_an_authority_of_the_organisation_is_brought_as_pkcs12(
    own_keys: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = authority().certificate
    (tmp_path / "own.p12").write_bytes(_packed(ca=True))
    monkeypatch.setenv("AUTHORITY_PASSWORD", "secret")
    call_command("make_authority", "--from", str(tmp_path / "own.p12"), stdout=StringIO())
    assert "Croix-Verte" in authority().certificate.subject.rfc4514_string()
    assert first in trusted_certificates()
    monkeypatch.setenv("AUTHORITY_PASSWORD", "wrong")
    with pytest.raises(CommandError, match="PKCS#12"):
        call_command("make_authority", "--from", str(tmp_path / "own.p12"))
    (tmp_path / "leaf.p12").write_bytes(_packed(ca=False))
    monkeypatch.setenv("AUTHORITY_PASSWORD", "secret")
    with pytest.raises(CommandError, match="may not certify"):
        call_command("make_authority", "--from", str(tmp_path / "leaf.p12"))
    with pytest.raises(CommandError):
        call_command("make_authority", "--from", str(tmp_path / "none.p12"))


def test_production_does_not_start_without_an_authority_that_opens(own_keys: Path) -> None:
    assert check_signing_authority(None) == []
    with travel(now() + timedelta(days=30 * 366)):
        assert [one.id for one in check_signing_authority(None)] == ["experts.E021"]
    (own_keys / "authority.json").unlink()
    assert [one.id for one in check_signing_authority(None)] == ["experts.E020"]
    assert check_signing_authority in checks.registry.registry.deployment_checks


# --- keys of experts


def test_a_key_is_certified_with_name_and_rpps_for_documents_only(key: SigningKey) -> None:
    leaf, root = _leaf(key), authority().certificate
    leaf.verify_directly_issued_by(root)
    subject = {one.oid: one.value for one in leaf.subject}
    assert subject[NameOID.COMMON_NAME] == NAME
    assert subject[NameOID.SERIAL_NUMBER] == f"RP:FR-{RPPS}"
    usage = leaf.extensions.get_extension_for_class(x509.KeyUsage).value
    assert (usage.digital_signature, usage.content_commitment, usage.key_cert_sign) == (True, True, False)
    assert leaf.extensions.get_extension_for_class(x509.BasicConstraints).value.ca is False
    public = leaf.public_key()
    assert isinstance(public, ec.EllipticCurvePublicKey)
    assert public.curve.name == "secp256r1"
    assert leaf.not_valid_after_utc <= root.not_valid_after_utc
    assert key.is_usable(now())
    assert not key.is_usable(now() + timedelta(days=4 * 365))
    assert not key.is_usable(now() - timedelta(days=1))


def test_the_private_half_is_nowhere_in_clear(key: SigningKey) -> None:
    assert "BEGIN PRIVATE KEY" in key.private_key
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM experts_signingkey")
        row = b"|".join(
            bytes(one) if isinstance(one, bytes | memoryview) else str(one).encode() for one in cursor.fetchone()
        )
    body = "".join(key.private_key.split("\n")[1:-2])
    assert b"PRIVATE" not in row
    assert body.encode() not in row
    assert base64.b64decode(body)[-32:] not in row


def test_issuing_is_journaled_with_ids_only(key: SigningKey) -> None:
    event = AuditEvent.objects.get(action="signing_key.issued")
    assert event.detail == {"origin": "issued", "serial": key.serial}


def test_an_expert_has_one_living_key(key: SigningKey, expert: User) -> None:
    with pytest.raises(Conflict):
        issue_key(expert, name=NAME, rpps=RPPS, actor=ACTOR)
    copy = SigningKey.objects.get(pk=key.pk)
    with pytest.raises(IntegrityError), transaction.atomic():
        SigningKey.objects.create(
            user=expert,
            content_key=copy.content_key,
            private_key="x",
            certificates="x",
            fingerprint="0" * 64,
            serial="1",
            valid_from=now(),
            valid_until=now() + timedelta(days=1),
        )
    assert living_key(expert) == key


@pytest.mark.parametrize(
    ("name", "rpps"),
    [("", RPPS), ("  ", RPPS), ("A" * 65, RPPS), ("Anne\nSalvat", RPPS), ("Anne\0", RPPS), (NAME, ""), (NAME, "1" * 10)]
    + [(NAME, "1010123456a"), (NAME, "٠" * 11)],
)
def test_what_cannot_stand_in_a_certificate_is_refused(expert: User, name: str, rpps: str) -> None:
    with pytest.raises(Invalid):
        issue_key(expert, name=name, rpps=rpps, actor=ACTOR)
    assert not SigningKey.objects.exists()


def test_a_revoked_key_is_destroyed_and_listed(key: SigningKey, expert: User) -> None:
    serial = int(key.serial, 16)
    assert x509.load_der_x509_crl(revocation_list()).get_revoked_certificate_by_serial_number(serial) is None
    revoke_key(key, reason=SigningKey.Reason.COMPROMISED, actor=ACTOR)
    assert key.revoked_at is not None
    fresh = SigningKey.objects.get(pk=key.pk)
    with pytest.raises(KeyDestroyed):
        assert fresh.private_key
    assert living_key(expert) is None
    revoke_key(key, reason=SigningKey.Reason.ENDED, actor=ACTOR)
    assert SigningKey.objects.get(pk=key.pk).revoked_reason == "compromised"
    assert AuditEvent.objects.filter(action="signing_key.revoked").count() == 1
    listed = x509.load_der_x509_crl(revocation_list())
    assert listed.is_signature_valid(authority().certificate.public_key())  # type: ignore[arg-type]
    entry = listed.get_revoked_certificate_by_serial_number(serial)
    assert entry is not None
    assert entry.extensions.get_extension_for_class(x509.CRLReason).value.reason is x509.ReasonFlags.key_compromise


def test_renewal_leaves_one_living_key_and_the_old_certificate(key: SigningKey, expert: User) -> None:
    fresh = renew_key(expert, name=NAME, rpps=RPPS, actor=ACTOR)
    key.refresh_from_db()
    assert key.revoked_reason == "superseded"
    assert living_key(expert) == fresh
    assert fresh.fingerprint != key.fingerprint


def test_a_renewal_that_fails_keeps_the_old_key(key: SigningKey, expert: User) -> None:
    with pytest.raises(Invalid):
        renew_key(expert, name="", rpps=RPPS, actor=ACTOR)
    assert living_key(expert) == key
    assert SigningKey.objects.get(pk=key.pk).private_key


def test_a_certificate_from_elsewhere_is_taken_when_it_is_valid(expert: User) -> None:
    for wrong in (b"", b"x" * 100, b"x" * 300_000, _packed(ca=False, password=b"other")):
        with pytest.raises(Invalid):
            import_key(expert, wrong, "secret", actor=ACTOR)
    with pytest.raises(Invalid, match="not valid today"):
        import_key(expert, _packed(ca=False, days=-1), "secret", actor=ACTOR)
    with pytest.raises(Invalid, match="not accepted"):
        import_key(expert, _packed(ca=False, key=ed25519.Ed25519PrivateKey.generate()), "secret", actor=ACTOR)
    key = import_key(expert, _packed(ca=False), "secret", actor=ACTOR)
    assert key.origin == "imported"
    assert key.is_usable(now())


def test_the_command_imports_it_with_a_password_from_the_environment(
    expert: User, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "own.p12").write_bytes(_packed(ca=False))
    said = StringIO()
    for email, name, password in (
        ("nobody@demo.test", "own.p12", "secret"),
        (expert.email, "none.p12", "secret"),
        (expert.email, "own.p12", "wrong"),
    ):
        monkeypatch.setenv("PKCS12_PASSWORD", password)
        with pytest.raises(CommandError):
            call_command("import_signing_key", email, str(tmp_path / name), stdout=said)
    monkeypatch.setenv("PKCS12_PASSWORD", "secret")
    call_command("import_signing_key", expert.email, str(tmp_path / "own.p12"), stdout=said)
    found = living_key(expert)
    assert found is not None
    assert found.origin == "imported"
    assert said.getvalue().startswith(found.serial)


def test_certificates_begin_when_the_clock_says(expert: User) -> None:
    past = now() - timedelta(days=300)
    with travel(past):
        key = issue_key(expert, name=NAME, rpps=RPPS, actor=ACTOR)
    assert abs(key.valid_from - past) < timedelta(minutes=10)
    assert authority().certificate.not_valid_before_utc < past
