"""Signing and verifying: what was signed is believed, and what was touched, added, borrowed or made to harm is not."""

import hashlib
import io
import threading
import time
import zlib
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from asn1crypto import keys as asn1_keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.timestamps.dummy_client import DummyTimeStamper

from accounts.models import User
from audit import SystemActor
from cases.opinions import sign, verify
from cases.opinions.sign import Signed, load_signer, sign_pdf
from cases.opinions.verify import MAX_BYTES, Verdict, Verification, verify_pdf
from cases.opinions.verify_child import examine
from clock import now, travel
from errors import Conflict
from experts.authority import replace_authority
from experts.certificates import issue_key, renew_key, revoke_key
from experts.models.signing import SigningKey
from tests.opinions.conftest import rendered, rendered_annex
from tests.opinions.validators import (
    assert_pdfa,
    assert_signed,
    attachments_of,
    info_of,
    pdfa_report,
    signature_report,
    text_of,
)

pytestmark = pytest.mark.once
ACTOR = SystemActor("tests")
WORDS = {"reason": "Deuxième avis médical", "location": "Lyon"}


def _verify_here(pdf: bytes) -> Verification:
    """As `verify_pdf`, without the child: for bytes that are known to parse, many times over."""
    return verify_pdf(pdf, isolated=False)


# --- what is signed


def test_a_signed_opinion_is_authentic_whole_and_says_who_and_when(signed: Signed) -> None:
    found = verify_pdf(signed.pdf)
    assert found.verdict is Verdict.AUTHENTIC
    assert found.authentic
    assert found.intact
    assert found.whole_file
    assert (found.signer, found.rpps, found.level) == ("Pr Anne Salvat", "10101234567", "B-B")
    assert found.signed_at is not None
    assert abs(found.signed_at - now()) < timedelta(minutes=2)
    assert found.sha256 == signed.sha256 == hashlib.sha256(signed.pdf).hexdigest()
    assert signed.level == "B-B"


@pytest.mark.parametrize("name", ["second_opinion", "tele_expertise", "english"])
def test_other_peoples_tools_agree_and_the_paper_stays_what_it_was(name: str, key: SigningKey) -> None:
    paper = rendered(name)
    signed = sign_pdf(paper.pdf, load_signer(key), **WORDS)
    assert_signed(signed.pdf, "Pr Anne Salvat")
    assert_pdfa(signed.pdf)
    if name == "english":
        assert pdfa_report(signed.pdf, "PDFUA_1")["failed"] == []
    assert signed.pdf.startswith(paper.pdf)
    assert attachments_of(signed.pdf) == attachments_of(paper.pdf)
    assert text_of(signed.pdf) == text_of(paper.pdf)
    assert info_of(signed.pdf)["Tagged"] == "yes"


def test_an_annex_is_signed_the_same_way(key: SigningKey) -> None:
    signed = sign_pdf(rendered_annex("correction_apart").pdf, load_signer(key), **WORDS)
    assert_signed(signed.pdf, "Pr Anne Salvat")
    assert_pdfa(signed.pdf)
    assert _verify_here(signed.pdf).authentic


def test_the_signature_carries_the_time_of_our_clock(expert: User) -> None:
    past = now() - timedelta(days=200)
    with travel(past):
        key = issue_key(expert, name="Pr Anne Salvat", rpps="10101234567", actor=ACTOR)
        signed = sign_pdf(rendered("addendum").pdf, load_signer(key), **WORDS)
    found = _verify_here(signed.pdf)
    assert found.authentic
    assert found.signed_at == past.replace(microsecond=0)


def test_a_signature_outlives_the_certificate(expert: User) -> None:
    with travel(now() - timedelta(days=500)):
        key = issue_key(expert, name="Pr Anne Salvat", rpps="10101234567", actor=ACTOR)
        signed = sign_pdf(rendered("addendum").pdf, load_signer(key), **WORDS)
    with travel(now() + timedelta(days=3 * 365)):
        assert not key.is_usable(now())
        assert _verify_here(signed.pdf).authentic


def test_a_paper_is_signed_once(signed: Signed, key: SigningKey) -> None:
    with pytest.raises(Exception, match=r"(?i)certif|author|field"):
        sign_pdf(signed.pdf, load_signer(key), **WORDS)


# --- keys


def test_a_key_is_opened_once_a_process(key: SigningKey, monkeypatch: pytest.MonkeyPatch) -> None:
    first = load_signer(key)
    monkeypatch.setattr(sign, "_open", lambda _key: pytest.fail("opened again"))
    assert load_signer(SigningKey.objects.get(pk=key.pk)) is first


def test_a_revoked_or_ended_key_signs_nothing_though_it_was_open(key: SigningKey) -> None:
    load_signer(key)
    with travel(now() + timedelta(days=4 * 365)), pytest.raises(Conflict, match="no longer valid"):
        load_signer(key)
    revoke_key(key, reason=SigningKey.Reason.ENDED, actor=ACTOR)
    with pytest.raises(Conflict, match="no longer valid"):
        load_signer(SigningKey.objects.get(pk=key.pk))
    assert key.pk not in sign._open_signers


def test_what_was_signed_before_a_renewal_or_a_departure_stays_authentic(
    signed: Signed, key: SigningKey, expert: User
) -> None:
    with travel(now() + timedelta(hours=1)):
        fresh = renew_key(expert, name="Pr Anne Salvat", rpps="10101234567", actor=ACTOR)
        revoke_key(fresh, reason=SigningKey.Reason.ENDED, actor=ACTOR)
        assert _verify_here(signed.pdf).verdict is Verdict.AUTHENTIC


def test_after_a_theft_only_a_time_stamp_tells_before_from_after(
    signed: Signed, key: SigningKey, monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path
) -> None:
    stamper, trusted = _stamper(tmp_path)
    monkeypatch.setattr(sign, "timestamper", lambda: stamper)
    stamped = sign_pdf(rendered("addendum").pdf, load_signer(key), **WORDS)
    settings.SIGNING_TRUSTED_FILE = str(trusted)
    with travel(now() + timedelta(hours=1)):
        revoke_key(key, reason=SigningKey.Reason.COMPROMISED, actor=ACTOR)
    assert _verify_here(signed.pdf).verdict is Verdict.REVOKED
    assert _verify_here(stamped.pdf).verdict is Verdict.AUTHENTIC


def test_a_key_of_another_instance_is_not_ours(signed: Signed, key: SigningKey) -> None:
    SigningKey.objects.all().delete()
    assert _verify_here(signed.pdf).verdict is Verdict.NOT_OURS


def test_a_known_fingerprint_without_a_trusted_authority_is_not_ours(
    signed: Signed, own_keys: Path, settings: Any
) -> None:
    replace_authority()
    assert _verify_here(signed.pdf).authentic, "the former authority stays trusted"
    (own_keys / "authority.json").unlink()
    replace_authority()
    assert _verify_here(signed.pdf).verdict is Verdict.NOT_OURS


# --- the time stamp


def _stamper(folder: Path) -> tuple[DummyTimeStamper, Path]:
    """A time-stamp authority in this process, and the file that trusts it."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Time of the tests")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now() - timedelta(days=1))
        .not_valid_after(now() + timedelta(days=9999))
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, SHA256())
    )
    trusted = folder / "trusted.pem"
    trusted.write_bytes(certificate.public_bytes(Encoding.PEM))
    der = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    return (
        DummyTimeStamper(
            tsa_cert=asn1_x509.Certificate.load(certificate.public_bytes(Encoding.DER)),
            tsa_key=asn1_keys.PrivateKeyInfo.load(der),
        ),
        trusted,
    )


def test_with_a_time_stamp_authority_the_level_is_bt(
    key: SigningKey, monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path
) -> None:
    stamper, trusted = _stamper(tmp_path)
    monkeypatch.setattr(sign, "timestamper", lambda: stamper)
    with travel(now() - timedelta(minutes=3)):
        signed = sign_pdf(rendered("second_opinion").pdf, load_signer(key), **WORDS)
    assert signed.level == "B-T"
    assert_signed(signed.pdf, "Pr Anne Salvat")
    assert_pdfa(signed.pdf)
    # Whom nobody here trusts proves no time.
    assert _verify_here(signed.pdf).level == "B-B"
    settings.SIGNING_TRUSTED_FILE = str(trusted)
    found = verify_pdf(signed.pdf)
    assert (found.level, found.verdict) == ("B-T", Verdict.AUTHENTIC)
    assert found.signed_at is not None
    assert abs(found.signed_at - now()) < timedelta(minutes=2), "the stamp's own time, not the claimed one"


@pytest.fixture
def broken_authority() -> Iterator[str]:
    """A time-stamp authority that answers nonsense."""

    class Nonsense(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.send_response(500)
            self.end_headers()

        def log_message(self, *args: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Nonsense)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    thread.join()
    server.server_close()


def test_an_authority_that_fails_or_is_away_delays_nobody(
    key: SigningKey, settings: Any, broken_authority: str, caplog: pytest.LogCaptureFixture
) -> None:
    for address in (broken_authority, "http://127.0.0.1:9/"):
        settings.TIMESTAMP_URL = address
        signed = sign_pdf(rendered("addendum").pdf, load_signer(key), **WORDS)
        assert signed.level == "B-B"
        assert _verify_here(signed.pdf).authentic
    assert caplog.messages == ["the time-stamp authority did not answer: signing at level B-B"] * 2


# --- what is not believed


def test_one_flipped_byte_is_caught_wherever_it_is(signed: Signed) -> None:
    """Each is looked at as the child does; a crash of the parser is an answer too, and no verdict of authenticity."""
    trusted = [one.public_bytes(Encoding.PEM).decode() for one in verify.trusted_certificates()]
    size, survived = len(signed.pdf), []
    reader = PdfFileReader(io.BytesIO(signed.pdf))
    start, length, rest, _end = reader.embedded_regular_signatures[0].byte_range
    places = {*range(0, size, 499), *range(start + length, rest, 29), *range(size - 60, size, 3)}
    # The first bytes of the signature: versions and lists that its own hash does not cover.
    for place in sorted(places | set(range(start + length, start + length + 100))):
        touched = bytearray(signed.pdf)
        touched[place] ^= 0x01
        try:
            found = examine(bytes(touched), trusted)
        except Exception:  # noqa: BLE001
            continue
        if found["signed"] and found["intact"] and found["whole_file"] and found["trusted"]:
            survived.append(place)
    assert survived == []


def test_a_flipped_byte_is_told_as_such(signed: Signed) -> None:
    touched = bytearray(signed.pdf)
    touched[len(rendered("second_opinion").pdf) // 2] ^= 0x20
    found = verify_pdf(bytes(touched))
    assert found.verdict in (Verdict.ALTERED, Verdict.UNREADABLE)
    assert not found.authentic
    assert "Digest Mismatch" in signature_report(bytes(touched))


def test_what_follows_the_signature_is_caught(signed: Signed) -> None:
    out = io.BytesIO()
    writer = IncrementalPdfFileWriter(io.BytesIO(signed.pdf))
    writer.root["/Lang"] = writer.root["/Lang"].__class__("de")
    writer.update_root()
    writer.write(out)
    revised = verify_pdf(out.getvalue())
    assert (revised.verdict, revised.whole_file) == (Verdict.ALTERED, False)
    appended = verify_pdf(signed.pdf + b"\n% one more line")
    assert not appended.authentic


def test_bytes_hidden_in_the_gap_of_the_signature_are_caught(signed: Signed) -> None:
    reader = PdfFileReader(io.BytesIO(signed.pdf))
    _start, _length, rest, _end = reader.embedded_regular_signatures[0].byte_range
    assert signed.pdf[rest - 3 : rest] == b"00>"
    hidden = signed.pdf[: rest - 3] + b"41>" + signed.pdf[rest:]
    assert _verify_here(hidden).verdict is Verdict.ALTERED


def test_a_paper_printed_and_not_signed_is_unsigned() -> None:
    found = Verification(sha256="0" * 64)
    assert (found.verdict, found.authentic) == (Verdict.UNSIGNED, False)


def test_an_unsigned_pdf_is_unsigned(own_keys: Path) -> None:
    assert verify_pdf(rendered("addendum").pdf).verdict is Verdict.UNSIGNED


def test_a_resaved_copy_is_not_authentic(signed: Signed) -> None:
    with pikepdf.open(io.BytesIO(signed.pdf)) as document:
        out = io.BytesIO()
        document.save(out)
    assert not verify_pdf(out.getvalue()).authentic


def _bomb() -> bytes:
    """A stream of a few kilobytes that unfolds to a gigabyte, where the reader must look."""
    packer = zlib.compressobj(9)
    body = b"".join([*(packer.compress(b"\0" * (1 << 20)) for _n in range(1024)), packer.flush()])
    head = b"%PDF-1.7\n"
    kind = b"<</Type/XRef/W[1 4 2]/Size 99999999/Root 2 0 R/Filter/FlateDecode/Length %d>>" % len(body)
    stream = b"1 0 obj\n" + kind + b"\nstream\n"
    return head + stream + body + b"\nendstream\nendobj\nstartxref\n9\n%%EOF\n"


HOSTILE = {
    "nothing": b"",
    "a_word": b"hello",
    "a_head": b"%PDF-1.7\n",
    "zeros": b"%PDF-1.7\n" + b"\0" * 100_000,
    "nested": b"%PDF-1.7\n1 0 obj\n" + b"[" * 200_000 + b"\nendobj\nstartxref\n9\n%%EOF",
    "loop": b"%PDF-1.7\nxref\n0 1\n0000000000 65535 f \ntrailer<</Size 1/Root 1 0 R/Prev 9>>\nstartxref\n9\n%%EOF",
    "bomb": _bomb(),
}


@pytest.mark.parametrize("pdf", HOSTILE.values(), ids=HOSTILE)
def test_hostile_bytes_get_an_answer_in_time(own_keys: Path, pdf: bytes) -> None:
    began = time.monotonic()
    assert verify_pdf(pdf).verdict is Verdict.UNREADABLE
    assert time.monotonic() - began < 25


@pytest.mark.parametrize("part", [0.1, 0.5, 0.9, 0.999])
def test_a_file_cut_short_is_not_authentic(signed: Signed, part: float) -> None:
    assert not verify_pdf(signed.pdf[: int(len(signed.pdf) * part)]).authentic


def test_a_file_too_long_is_not_looked_into(own_keys: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verify, "_examine_apart", lambda *_args: pytest.fail("looked into"))
    assert verify_pdf(b"%PDF-1.7" + b"x" * MAX_BYTES).verdict is Verdict.UNREADABLE


def test_the_child_has_limits_and_no_secrets(own_keys: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    spy = tmp_path / "child.py"
    spy.write_text(
        "import json, os, resource, sys\n"
        f"sys.path.insert(0, {str(Path(verify._CHILD).parent)!r})\n"
        "import verify_child\n"
        "verify_child.examine = lambda pdf, trusted: {'environment': sorted(os.environ), 'trusted': len(trusted),"
        " 'memory': resource.getrlimit(resource.RLIMIT_AS)[0], 'cpu': resource.getrlimit(resource.RLIMIT_CPU)[0],"
        " 'files': resource.getrlimit(resource.RLIMIT_FSIZE)[0], 'django': 'django' in sys.modules}\n"
        "verify_child.main(sys.stdin.buffer, sys.stdout.buffer)\n"
    )
    monkeypatch.setattr(verify, "_CHILD", spy)
    monkeypatch.setenv("SECRET_KEY", "secret")
    seen = verify._examine_apart(b"%PDF-", ["x"])
    assert seen is not None
    assert "SECRET_KEY" not in seen["environment"]
    assert seen["memory"] <= 1 << 30
    assert seen["cpu"] <= 10
    assert seen["files"] == 0
    assert seen["django"] is False


def test_a_child_that_hangs_or_dies_is_an_unreadable_file(
    own_keys: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for body, seconds in (("import sys; sys.exit(3)", 20.0), ("print('nonsense')", 20.0), ("while True: pass", 0.5)):
        spy = tmp_path / "child.py"
        spy.write_text(body)
        monkeypatch.setattr(verify, "_CHILD", spy)
        monkeypatch.setattr(verify, "_WALL_SECONDS", seconds)
        assert verify_pdf(b"%PDF-1.7").verdict is Verdict.UNREADABLE
