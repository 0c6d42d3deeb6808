"""What a person sees when something is refused or breaks."""

import re
from typing import Any

import pytest
from django.test import Client, override_settings
from pytest_django import Settings

from config import pages
from config.logs import LineFormatter

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.config.sample_urls")]
# What Django's client raises again after the answer was made; here the answer is what matters.
QUIET = Client(raise_request_exception=False)


@pytest.mark.parametrize(
    ("how", "status"),
    [
        ("refused", 403),
        ("missing", 404),
        ("conflict", 409),
        ("invalid", 422),
        ("many", 429),
        ("django400", 400),
        ("django403", 403),
        ("django404", 404),
        ("crash", 500),
    ],
)
@pytest.mark.parametrize("language", ["fr", "en"])
def test_each_refusal_has_its_page(how: str, status: int, language: str) -> None:
    answer = QUIET.get(f"/fail/{how}/", headers={"accept-language": language})
    text = answer.content.decode()
    assert answer.status_code == status
    assert len(re.findall("<h1", text)) == 1
    assert f'<html lang="{language}"' in text
    assert answer["Content-Type"].startswith("text/html")


def test_a_refusal_says_what_happened_and_what_to_do() -> None:
    text = QUIET.get("/fail/refused/").content.decode()
    assert "You are not this patient&#x27;s doctor." in text
    assert "Ask the coordinator." in text


def test_too_many_tries_says_when_to_come_back() -> None:
    assert QUIET.get("/fail/many/")["Retry-After"] == "90"


def test_a_crash_shows_a_reference_that_stands_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    answer = QUIET.get("/fail/crash/")
    found = re.search(r"\b[2-9A-HJKMNP-Z]{8}\b", answer.content.decode())
    assert found
    [line] = [record for record in caplog.records if record.name == "django.request"]
    assert f"reference {found[0]}" in LineFormatter("%(message)s").format(line)
    assert "Mme Exemple" not in answer.content.decode()


def test_the_answer_survives_a_broken_error_page(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: Any, **kwargs: Any) -> str:
        raise OSError("no template can be read")

    monkeypatch.setattr(pages, "render_to_string", broken)
    answer = QUIET.get("/fail/crash/")
    assert answer.status_code == 500
    assert "15, 112, 114" in answer.content.decode()


@pytest.mark.parametrize("address", ["/only/", "/send/"])
def test_a_wrong_method_has_a_page_and_names_the_right_ones(address: str) -> None:
    answer = QUIET.delete(address)
    assert answer.status_code == 405
    assert "<h1" in answer.content.decode()
    assert answer["Allow"]


def test_a_body_larger_than_any_form_is_refused_with_a_page(settings: Settings) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    answer = QUIET.post("/send/", {"text": "x" * 2000}, content_type="application/x-www-form-urlencoded")
    assert answer.status_code in (400, 413)
    assert "<h1" in answer.content.decode()


@pytest.mark.asvs("3.5.1")
def test_a_form_without_its_token_is_refused_with_a_page() -> None:
    answer = Client(enforce_csrf_checks=True).post("/send/", {"text": "x"})
    assert answer.status_code == 403
    assert "<h1" in answer.content.decode()


@override_settings(DEBUG=False)
@pytest.mark.asvs("16.5.1")
def test_no_page_shows_a_trace_or_a_value() -> None:
    for how in ("crash", "django400", "django404", "django403"):
        text = QUIET.get(f"/fail/{how}/").content.decode()
        assert "Traceback" not in text
        assert "carcinome" not in text
        assert "RuntimeError" not in text
