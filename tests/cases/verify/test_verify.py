"""«/verifier/»: whoever holds a paper learns whether it is authentic, and nothing about the patient."""

import hashlib
import html
import re
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils.translation import override

from audit.models import AuditEvent
from cases.demo.walk import Walk
from cases.models import Case, Opinion
from cases.models.states import State
from cases.opinions.codes import new_code
from clock import now, travel
from tests.cases.patient.lives import after
from tests.cases.world import World
from tests.opinions.conftest import rendered
from tests.opinions.validators import text_of
from ui.dates import paris_day, say_date
from vault.files import read_file


@pytest.fixture
def delivered(world: World) -> Walk:
    """A delivered opinion."""
    return after(world, "deliver")


def paper_of(walk: Walk) -> bytes:
    return b"".join(read_file(walk.case.opinions.get().pdf))


def printed_code(pdf: bytes) -> str:
    found = re.search(r"\b(?:[0-9A-HJKMNP-TV-Z]{5}-){4}[0-9A-HJKMNP-TV-Z]{5}\b", text_of(pdf))
    assert found, text_of(pdf)[-1500:]
    return found[0]


def told(answer: Any) -> str:
    """The page in English as plain text."""
    plain = re.sub(r"<[^>]+>", " ", answer.content.decode())
    return re.sub(r"\s+", " ", html.unescape(plain))


def by_code(code: str, **more: Any) -> Any:
    return Client().post("/en/verifier/code/", {"code": code}, **more)


def by_file(pdf: bytes, **more: Any) -> Any:
    file = SimpleUploadedFile("avis.pdf", pdf, "application/pdf")
    return Client().post("/en/verifier/fichier/", {"file": file}, **more)


def nothing_about_the_patient(text: str) -> None:
    for secret in ("Renaud", "Camille", "herni", "lombaire", "DA-", "Résumé"):
        assert secret not in text, secret


@pytest.mark.behaviour("S3-08")
def test_the_code_at_the_foot_of_the_paper_says_that_it_was_signed_here(delivered: Walk) -> None:
    code = printed_code(paper_of(delivered))
    assert not Opinion.objects.filter(verification_hash__contains=code).exists()
    answer = by_code(code.lower().replace("-", " "))
    text = told(answer)
    assert answer.status_code == 200 and "was signed here" in text and "This is the latest version" in text
    nothing_about_the_patient(text)
    assert delivered.cast.expert.name not in text
    event = AuditEvent.objects.filter(action="opinion.verified").latest("at")
    assert event.detail == {"means": "code", "result": "current"}
    assert by_code(new_code()).status_code == 422
    slip = by_code(code[:-1] + ("0" if code[-1] != "0" else "1"))
    assert slip.status_code == 422 and "not a code of ours" in told(slip)
    # Withdrawn from use, the code says so.
    Case.objects.filter(pk=delivered.case.pk).update(state=State.STOPPED, ended_at=now())
    assert "must not be used" in told(by_code(code))


def test_a_code_alone_never_says_authentic_and_shows_what_to_compare(delivered: Walk) -> None:
    pdf = paper_of(delivered)
    with travel(now() + timedelta(days=500)):
        answer = by_code(printed_code(pdf))
    result = html.unescape(answer.content.decode()).split('id="result"')[1].split("</section>")[0]
    assert '<span class="tag tag-neutral">code known</span>' in result
    assert "authentic" not in result and "a code can be copied" in result
    opinion = delivered.case.opinions.get()
    with override("en"):
        assert say_date(opinion.signed_at, "full") in result
    with pikepdf.open(BytesIO(pdf)) as read:
        assert f"<p>{len(read.pages)} pages</p>" in result
    assert hashlib.sha256(pdf).hexdigest() in result
    whole = by_file(pdf).content.decode()
    assert '<span class="tag tag-done">authentic</span>' in whole
    assert str(opinion.signed_at.year) in whole.split('id="result"')[1].split("</section>")[0]


def test_tries_are_limited_by_network_and_the_answer_says_until_when(delivered: Walk) -> None:
    code = printed_code(paper_of(delivered))
    for _ in range(20):
        assert by_code(new_code(), REMOTE_ADDR="203.0.113.7").status_code == 422
    closed = by_code(code, REMOTE_ADDR="203.0.113.8")
    assert closed.status_code == 429 and int(closed["Retry-After"]) > 0
    assert by_file(b"%PDF-", REMOTE_ADDR="203.0.113.7").status_code == 429
    assert by_code(code, REMOTE_ADDR="198.51.100.7").status_code == 200
    with travel(now() + timedelta(minutes=61)):
        assert by_code(code, REMOTE_ADDR="203.0.113.7").status_code == 200


def test_what_is_said_of_a_version_follows_the_case(delivered: Walk) -> None:
    code = printed_code(paper_of(delivered))
    cases, versions = Case.objects.filter(pk=delivered.case.pk), Opinion.objects.filter(case=delivered.case)
    cases.update(correcting_since=now())
    assert "A correction of this version is under way" in told(by_code(code))
    cases.update(correcting_since=None)
    versions.update(standing=Opinion.Standing.SUPERSEDED)
    assert "A later version replaces this one" in told(by_code(code))
    versions.update(standing=Opinion.Standing.RETRACTED)
    assert "must not be used" in told(by_code(code))


def test_a_case_on_hold_suspends_its_paper_and_a_signed_one_is_not_yet_delivered(world: World) -> None:
    walk = after(world, "sign")
    assert "not delivered yet" in told(by_code(printed_code(paper_of(walk))))
    walk.deliver()
    walk.move("hold", walk.coordinator, told="Nous vérifions.", reason_code="quality", review_on=paris_day(now()))
    text = told(by_code(printed_code(paper_of(walk))))
    assert "suspended for the moment" in text and "Nous vérifions" not in text


@pytest.mark.once
def test_the_pdf_itself_is_authentic_until_one_byte_is_flipped(delivered: Walk) -> None:
    pdf = paper_of(delivered)
    before = _files_on_disk()
    answer = by_file(pdf)
    text = told(answer)
    assert answer.status_code == 200 and "authentic and complete" in text and "This is the latest version" in text
    assert delivered.cast.expert.user.full_name in text
    nothing_about_the_patient(text)
    for place in (len(pdf) // 5, len(pdf) // 2):
        flipped = bytearray(pdf)
        flipped[place] ^= 1
        refused = by_file(bytes(flipped))
        assert refused.status_code == 422 and "authentic and complete" not in told(refused), place
        nothing_about_the_patient(told(refused))
    added = by_file(pdf + b"\n% one more line\n")
    assert added.status_code == 422 and "authentic and complete" not in told(added)
    # Hashed in memory: no file anywhere below the data folder, no row that keeps it.
    assert _files_on_disk() == before


def _files_on_disk() -> set[str]:
    root = Path(settings.VAR_DIR)
    return {str(path) for path in root.rglob("*") if path.is_file() and "mail" not in str(path)}


def test_other_files_are_told_apart_without_a_crash(world: World) -> None:
    assert "cannot be read" in told(by_file(b"not a paper at all"))
    assert by_file(b"").status_code == 422
    assert Client().post("/en/verifier/fichier/", {}).status_code == 422
    assert by_code("\x00").status_code == 422 and by_code("é" * 190).status_code == 422
    answer = by_file(rendered("addendum").pdf)
    assert answer.status_code == 422 and "carries no signature" in told(answer)


def test_a_file_over_the_limit_is_refused_while_it_arrives(monkeypatch: pytest.MonkeyPatch, delivered: Walk) -> None:
    monkeypatch.setattr("cases.verify.views.MAX_BYTES", 100_000)
    answer = by_file(b"%PDF-" + bytes(400_000))
    assert answer.status_code in (413, 422)
    assert "authentic and complete" not in told(answer)


def test_anyone_reads_the_page_and_the_certificate_and_nothing_changes_by_get(delivered: Walk) -> None:
    client = Client()
    page = client.get("/verifier/")
    assert page.status_code == 200 and "<textarea" not in page.content.decode()
    pem = client.get("/verifier/autorite.pem")
    assert pem.content.startswith(b"-----BEGIN CERTIFICATE-----") and b"PRIVATE" not in pem.content
    for path in ("code/", "fichier/"):
        assert client.get(f"/verifier/{path}").status_code == 405
        strict, elsewhere = Client(enforce_csrf_checks=True), {"Sec-Fetch-Site": "cross-site"}
        assert strict.post(f"/verifier/{path}", {"code": "x"}, headers=elsewhere).status_code == 403
        assert strict.post(f"/verifier/{path}", {"code": "x"}).status_code == 422
        assert not client.cookies and not strict.cookies
