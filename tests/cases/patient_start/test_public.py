"""The public way: eligibility and disease, with nothing stored and nothing in an address."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse

from cases.models import Case
from cases.start import views
from cases.start.begun import FIELD, fresh, seal, unseal
from clock import now, travel
from tests.cases.patient_start.forms import form_with, forms_of, send, words_of

pytestmark = pytest.mark.django_db


def answers_until(client: Client, last: str, **given: object) -> object:
    """The page that follows `last`, with calm answers unless `given` says otherwise."""
    page = client.get("/en/commencer/urgence/")
    calm = {
        "emergency": "no",
        "diagnosis": "yes",
        "whom": "self",
        "planned_on": "",
        "language": "en",
        "pathology": "endometriosis",
    }
    for name in ("emergency", "diagnosis", "whom", "planned_on", "language", "pathology"):
        more = {"needs": given["needs"]} if name == "language" and "needs" in given else {}
        page = send(client, page, name, **{name: given.get(name, calm[name])}, **more)
        if name == last:
            return page
    return page


@pytest.mark.behaviour("S0-09")
def test_an_eligible_visitor_reaches_the_account_and_nothing_is_stored(client: Client) -> None:
    page = answers_until(client, "pathology")
    assert page.status_code == 200
    assert "You can ask for a second opinion" in words_of(page)
    assert "Endometriosis" in words_of(page)
    assert not Session.objects.exists()
    assert not Case.objects.exists()


def test_no_cookie_is_set_and_no_answer_lies_in_an_address_before_the_last_page(client: Client) -> None:
    for path in ("/en/commencer/", "/en/commencer/urgence/"):
        assert client.get(path).status_code == 200
    page = answers_until(client, "language")
    assert not client.cookies
    for form in forms_of(page):
        assert not urlsplit(form["action"]).query


def test_diseases_are_listed_by_their_names_in_the_readers_language(client: Client) -> None:
    def places(address: str, *names: str) -> list[int]:
        words = words_of(client.get(address))
        return [words.index(name) for name in names]

    french = places("/commencer/", "Anévrisme", "Cancer du sein", "Endométriose", "Maladie de Crohn", "Scoliose")
    assert french == sorted(french)
    english = places("/en/commencer/", "Breast cancer", "Crohn", "Endometriosis", "Scoliosis")
    assert english == sorted(english)


@pytest.mark.behaviour("S0-09")
def test_an_emergency_leads_to_the_numbers_to_call(client: Client) -> None:
    words = words_of(answers_until(client, "emergency", emergency="yes"))
    for number in ("15", "112", "114", "3114"):
        assert number in words
    assert "Open an account" not in words


@pytest.mark.behaviour("S0-09")
@pytest.mark.parametrize("diagnosis", ["no", "no_opinion"])
def test_without_a_first_opinion_the_page_says_what_to_do_instead(client: Client, diagnosis: str) -> None:
    words = words_of(answers_until(client, "diagnosis", diagnosis=diagnosis))
    assert "a little early" in words
    assert "What you can do now" in words


def test_a_childs_request_may_be_prepared_and_says_that_it_cannot_be_sent(client: Client) -> None:
    page = answers_until(client, "whom", whom="child")
    assert "cannot be sent" in words_of(page)
    page = send(client, page, "/date/", show="1")
    assert "already planned" in words_of(page)


def test_who_helps_is_told_how_and_goes_on_in_the_patients_name(client: Client) -> None:
    page = answers_until(client, "whom", whom="helped")
    assert "Only the patient can agree" in words_of(page)
    page = send(client, page, "whom")
    assert unseal(form_with(page, "carried")["values"]["carried"][0]).whom == "self"


def test_search_forgives_typing_errors_and_keeps_words_out_of_the_address(client: Client) -> None:
    page = answers_until(client, "language")
    page = send(client, page, "pathology", q="andometrioze", search="1")
    assert "Endometriosis" in words_of(page)
    assert "Scoliosis" not in words_of(page)
    assert 'value="andometrioze"' in page.content.decode()
    page = send(client, page, "pathology", q="zzzzzz", search="1")
    words = words_of(page)
    assert "Nothing was found" in words
    for offered in ("Endometriosis", "Scoliosis", "My disease is not in this list"):
        assert offered in words


def test_a_disease_that_is_not_offered_ends_with_a_way_to_call(client: Client) -> None:
    page = answers_until(client, "pathology", pathology="other")
    assert "We may still be able to help" in words_of(page)


def test_an_error_keeps_the_answers_and_says_which_field(client: Client) -> None:
    page = answers_until(client, "whom")
    page = send(client, page, "planned_on", planned_on="yesterday")
    assert page.status_code == 422
    assert 'value="yesterday"' in page.content.decode()
    assert unseal(form_with(page, "planned_on")["values"]["carried"][0]).diagnosis == "yes"


def test_an_approximate_date_is_understood_and_said_back(client: Client) -> None:
    with travel(datetime(2026, 11, 22, 9, tzinfo=UTC)):
        page = answers_until(client, "whom")
        assert "22 December 2026 or December 2026" in words_of(page)
        page = send(client, page, "planned_on", planned_on="décembre 2026")
        assert "Planned: 1 December 2026." in words_of(page)
        assert unseal(form_with(page, "language")["values"]["carried"][0]).planned_on == "2026-12-01"


def test_going_back_shows_the_answer_given(client: Client) -> None:
    page = answers_until(client, "diagnosis")
    page = send(client, page, "show", show="1")
    assert form_with(page, "diagnosis")["values"]["diagnosis"] == ["yes"]


def test_a_near_date_is_told_to_call_and_to_keep_the_appointment(client: Client) -> None:
    soon = now().date() + timedelta(days=3)
    page = answers_until(client, "pathology", planned_on=soon.isoformat())
    assert "Your date is near" in words_of(page)


def test_answers_that_were_changed_or_are_too_old_begin_again(client: Client) -> None:
    assert unseal(seal(fresh())[:-3] + "abc").diagnosis == ""
    old = seal(fresh())
    with travel(now() + timedelta(hours=13)):
        assert unseal(old).draft != unseal(old).draft
    page = client.post("/en/commencer/maladie/", {"pathology": "scoliosis", "carried": "rubbish"})
    assert page.status_code == 302
    assert page.headers["Location"] == "/en/commencer/urgence/"


def test_a_step_cannot_be_opened_alone(client: Client) -> None:
    assert client.get("/commencer/maladie/").headers["Location"] == "/commencer/urgence/"


@pytest.mark.behaviour("S0-12")
def test_the_price_is_said_with_both_fees_before_the_account(client: Client, settings: object) -> None:
    settings.SERVICE_PRICE = {"expert_fee": 180, "service_fee": 115.5, "currency": "EUR"}  # type: ignore[attr-defined]
    words = words_of(client.get("/en/commencer/"))
    for part in ("180 €", "115.50 €", "295.50 €"):
        assert part in words
    assert "295.50 €" in words_of(answers_until(client, "pathology"))


@pytest.mark.parametrize("step", [*views.STEPS])
@pytest.mark.parametrize("sent", ["", "nonsense", "right"])
def test_whatever_is_posted_to_a_step_is_answered(client: Client, step: str, sent: str) -> None:
    """The carried answers missing, made up or whole; the fields missing, hostile or of another step."""
    whole = seal(replace(fresh(), emergency="no", diagnosis="yes", whom="self"))
    hostile = "\0" + '"><svg onload=x>{{7*7}}\r\n\u202e' + "x" * 10_000
    fields = [name for form in views.STEPS.values() for name in form.base_fields]
    for more in ({}, {"show": "1"}, {"search": hostile}, {"search": ""}, dict.fromkeys(fields, hostile)):
        carried = {FIELD: whole if sent == "right" else sent} if sent else {}
        answer = client.post(reverse(f"start:{step}"), {**carried, **more})
        assert answer.status_code in (200, 302, 422), (answer.status_code, more)
        assert b"<svg onload" not in answer.content
