"""The questionnaire: saved at each step and while one writes, never overwritten, stopped by a warning sign."""

import re
from datetime import timedelta

import pytest

from accounts.services.patients import represent
from cases.answers import whole as whole_of
from cases.demo.walk import acting
from cases.models import Alert, AnswerSheet
from cases.patient.start.preparation import Preparation
from cases.services import alerts, drafting
from clock import now, travel
from notify.models import OutgoingMail
from tests.cases import world as people
from tests.cases.clients import verified_client
from tests.cases.patient_start.conftest import Desk
from tests.cases.patient_start.forms import form_with, send, words_of

pytestmark = pytest.mark.django_db


def answers(desk: Desk) -> dict[str, object]:
    """What is answered, as it is stored."""
    return {code: value for code, value in whole_of(desk.case).answers.items() if value is not None}


def continue_first(desk: Desk, **values: object) -> object:
    page = desk.client.get(desk.url("questions/1/"))
    return send(desk.client, page, "fever_chills", **{"urgent_signs": ["none"], "fever_chills": "no", **values})


def test_answers_are_stored_when_going_on(draft: Desk) -> None:
    assert continue_first(draft).status_code == 302
    assert answers(draft) == {"urgent_signs": ["none"], "fever_chills": "no"}


def test_who_answers_for_somebody_is_told_whom_the_questions_mean(draft: Desk) -> None:
    _row, parent = people.patient("Parent Renaud")
    represent(parent, draft.world.patient, "parent", actor=people.SETUP)
    client = verified_client(parent)
    contact = next(page.number for page in Preparation(draft.case).blocks if page.code == "contact")
    told = "in these questions, «you» always means Camille Renaud"
    for rest in ("questions/1/", "relire/"):
        assert told in words_of(client.get(draft.url(rest))), rest
        assert "You answer for" not in words_of(draft.client.get(draft.url(rest))), rest
    words = words_of(client.get(draft.url(f"questions/{contact}/")))
    assert told not in words and "give the numbers on which we reach you" in words


def test_an_answer_that_brings_questions_shows_them_on_the_same_page(draft: Desk) -> None:
    page = draft.client.get(draft.url("questions/4/"))
    assert "allergies_to" not in page.content.decode()
    answer = send(draft.client, page, "allergies", allergies="yes")
    assert answer.headers["Location"].startswith(draft.url("questions/4/"))
    page = draft.client.get(draft.url("questions/4/"))
    assert "allergies_to" in page.content.decode()
    answer = send(draft.client, page, "allergies", allergies_to=["medicine"], allergies_reaction="Hives.")
    assert answer.headers["Location"] == draft.url("questions/5/")


def test_what_is_right_is_kept_when_something_else_is_missing(draft: Desk) -> None:
    page = draft.client.get(draft.url("questions/2/"))
    answer = send(draft.client, page, "diagnosis_words", diagnosis_words="A slipped disc.", diagnosis_month="soon")
    assert answer.status_code == 422
    assert 'value="soon"' in answer.content.decode()
    assert answers(draft)["diagnosis_words"] == "A slipped disc."
    again = send(draft.client, answer, "diagnosis_words", diagnosis_words="A slipped disc!")
    assert again.status_code == 422


@pytest.mark.parametrize("sign", ["chest_pain", "stroke"])
def test_a_warning_sign_stops_the_page_and_calls_the_service(draft: Desk, sign: str) -> None:
    answer = continue_first(draft, urgent_signs=[sign])
    assert answer.headers["Location"] == draft.url("attention/")
    words = words_of(draft.client.get(draft.url("attention/")))
    for part in ("Call 15 now", "112", "114", "correct my answer", "Your draft is kept"):
        assert part in words
    alert = Alert.objects.get(kind="warning_sign")
    assert alert.closed_at is None
    assert OutgoingMail.objects.filter(template="desk_alert").exists()
    assert "may need care now" in words_of(draft.client.get(draft.url()))


def test_a_warning_sign_is_told_even_when_the_page_is_not_finished(draft: Desk) -> None:
    page = draft.client.get(draft.url("questions/1/"))
    answer = send(draft.client, page, "fever_chills", urgent_signs=["chest_pain"])
    assert answer.headers["Location"] == draft.url("attention/")
    assert Alert.objects.filter(kind="warning_sign", closed_at__isnull=True).count() == 1


def test_a_corrected_mistake_ends_the_call(draft: Desk) -> None:
    continue_first(draft, urgent_signs=["chest_pain"])
    assert continue_first(draft).headers["Location"] == draft.url("questions/2/")
    assert not Alert.objects.filter(closed_at__isnull=True).exists()
    assert draft.client.get(draft.url("attention/")).headers["Location"] == draft.url()


def test_an_answer_elsewhere_leaves_the_warning_standing(draft: Desk) -> None:
    continue_first(draft, urgent_signs=["chest_pain"])
    sheet = whole_of(draft.case).specific
    assert sheet is not None
    drafting.save_answers(draft.case.pk, sheet.pk, "ld_life", {}, actor=draft.walk.patient)
    assert Alert.objects.filter(kind="warning_sign", closed_at__isnull=True).count() == 1


def test_what_the_service_has_dealt_with_does_not_call_it_again(draft: Desk) -> None:
    continue_first(draft, urgent_signs=["chest_pain"])
    alert = Alert.objects.get()
    alerts.close_alert(alert.pk, "Seen by her doctor.", actor=acting(draft.world.coordinator, "coordinator"))
    assert continue_first(draft, urgent_signs=["chest_pain"]).headers["Location"] == draft.url("questions/2/")
    assert not Alert.objects.filter(closed_at__isnull=True).exists()


def answer_mood(desk: Desk, mood: str) -> object:
    return send(desk.client, desk.client.get(desk.url("questions/7/")), "mood", mood=mood)


def test_dark_thoughts_lead_to_3114_first_and_say_when_we_call(draft: Desk) -> None:
    assert answer_mood(draft, "dark").headers["Location"] == draft.url("attention/")
    page = draft.client.get(draft.url("attention/"))
    calls = re.findall('href="((?:tel|sms):[0-9]+)"', page.content.decode().partition("<h1>")[2])
    assert calls[:3] == ["tel:3114", "tel:15", "sms:114"]
    words = words_of(page)
    for part in ("within the hour", "06 00 00 00 00", "go on filling it in", "once we have spoken to you"):
        assert part in words
    assert "probably nothing serious" not in words
    assert "Dark thoughts" in str(Alert.objects.get().note)


def test_a_sign_for_15_stays_before_3114(draft: Desk) -> None:
    answer_mood(draft, "dark")
    continue_first(draft, urgent_signs=["chest_pain"])
    page = draft.client.get(draft.url("attention/")).content.decode().partition("<h1>")[2]
    assert "Call 15 now" in page
    assert page.index("tel:15") < page.index("tel:3114")


def test_no_answer_ends_the_call_about_dark_thoughts_a_person_does(draft: Desk) -> None:
    answer_mood(draft, "dark")
    # Told at once that the call remains, then free to go on.
    assert answer_mood(draft, "good").headers["Location"] == draft.url("attention/")
    assert "Our team still calls you" in words_of(draft.client.get(draft.url("attention/")))
    assert "Our team still calls you" in words_of(draft.client.get(draft.url()))
    assert answer_mood(draft, "good").status_code in (302, 422)
    continue_first(draft, urgent_signs=["chest_pain"])
    continue_first(draft)
    alert = Alert.objects.get(kind="warning_sign")
    assert alert.closed_at is None
    alerts.close_alert(
        alert.pk, "Called: she is with her sister.", actor=acting(draft.world.coordinator, "coordinator")
    )
    assert draft.client.get(draft.url("attention/")).headers["Location"] == draft.url()


def test_dark_thoughts_call_again_while_another_sign_stands(draft: Desk) -> None:
    continue_first(draft, urgent_signs=["chest_pain"])
    answer_mood(draft, "dark")
    assert Alert.objects.filter(closed_at__isnull=True).count() == 2


# --- saving while one writes


def autosave(desk: Desk, number: int = 2, **values: object) -> object:
    page = desk.client.get(desk.url(f"questions/{number}/"))
    data = {**form_with(page, "version")["values"], **values}
    url = desk.url(f"questions/{number}/brouillon/")
    return desk.client.post(url, data, headers={"Accept": "application/json"})


def test_writing_is_saved_without_anything_being_required(draft: Desk) -> None:
    answer = autosave(draft, diagnosis_words="Half a sen")
    assert answer.status_code == 200
    assert answer.json()["saved_at"]
    assert answers(draft) == {"diagnosis_words": "Half a sen"}
    after = autosave(draft, diagnosis_words="Half a sentence", version=answer.json()["version"])
    assert after.status_code == 200


def test_writing_elsewhere_gives_both_texts_and_overwrites_nothing(draft: Desk) -> None:
    old = form_with(draft.client.get(draft.url("questions/2/")), "version")["values"]["version"][0]
    autosave(draft, diagnosis_words="From the phone")
    answer = autosave(draft, diagnosis_words="From the computer", version=old)
    assert answer.status_code == 409
    assert answer.json()["fields"]["diagnosis_words"] == "From the phone"
    assert answers(draft)["diagnosis_words"] == "From the phone"
    assert autosave(draft, diagnosis_words="Mine", version=answer.json()["version"]).status_code == 200


def test_going_on_from_a_stale_page_shows_both_texts_without_scripts(draft: Desk) -> None:
    stale = draft.client.get(draft.url("questions/2/"))
    autosave(draft, diagnosis_words="From the phone")
    answer = send(draft.client, stale, "diagnosis_words", diagnosis_words="From the computer")
    assert answer.status_code == 409
    assert "From the phone" in words_of(answer)
    assert form_with(answer, "diagnosis_words")["values"]["diagnosis_words"][0].strip() == "From the computer"
    assert answers(draft)["diagnosis_words"] == "From the phone"
    kept = send(draft.client, answer, "diagnosis_words")
    assert kept.status_code == 422
    assert answers(draft)["diagnosis_words"] == "From the computer"


def test_another_subject_changed_meanwhile_is_no_conflict(draft: Desk) -> None:
    stale = draft.client.get(draft.url("questions/1/"))
    autosave(draft, diagnosis_words="Something else")
    assert send(draft.client, stale, "fever_chills", urgent_signs=["none"], fever_chills="no").status_code == 302


def test_a_tick_that_is_a_warning_sign_calls_nobody_before_one_goes_on(draft: Desk) -> None:
    assert autosave(draft, 1, urgent_signs=["chest_pain"], fever_chills="no").status_code == 200
    assert not Alert.objects.exists()
    assert answers(draft) == {"fever_chills": "no"}


def test_autosave_is_for_those_who_fill_in_only(draft: Desk) -> None:
    url = draft.url("questions/2/brouillon/")
    _row, stranger = people.patient("Autre Personne")
    assert verified_client(stranger).post(url, {"diagnosis_words": "x"}).status_code == 404
    assert draft.client.get(url).status_code == 405


# --- what is known already


@pytest.mark.behaviour("S1-05")
def test_a_second_request_offers_what_the_first_said_and_stores_it_only_when_confirmed(draft: Desk) -> None:
    draft.walk.fill(allergies="yes", allergies_to=["medicine"], allergies_reaction="Hives with penicillin.")
    draft.walk.ask_consent()
    draft.walk.consent()
    with travel(now() + timedelta(days=200)):
        second = draft.world.walk()
        second.open()
        desk = Desk(draft.world, second, verified_client(draft.world.patient_user))
        page = desk.client.get(desk.url("questions/4/"))
        assert "Hives with penicillin." in page.content.decode()
        assert "what you told us before" in words_of(page)
        assert "allergies" not in answers(desk)
        send(desk.client, page, "allergies")
        assert answers(desk)["allergies_reaction"] == "Hives with penicillin."
        assert "Hives" not in desk.client.get(desk.url("questions/1/")).content.decode()
        first = desk.client.get(desk.url("questions/2/")).content.decode()
        assert "Réponse de démonstration" not in first


def test_the_phone_of_the_identity_is_not_asked_for_twice(draft: Desk) -> None:
    assert "06 00 00 00 00" in draft.client.get(draft.url("questions/8/")).content.decode()


@pytest.mark.parametrize("code", ["phone", "emergency_phone"])
def test_a_number_to_reach_somebody_must_be_one(draft: Desk, code: str) -> None:
    answer = send(draft.client, draft.client.get(draft.url("questions/8/")), code, **{code: "my sister"})
    assert answer.status_code == 422
    assert "Enter a phone number, for instance" in words_of(answer)
    send(draft.client, answer, code, **{code: "06 12 34 56 78"})
    assert answers(draft)[code] == "0612345678"


@pytest.mark.behaviour("S1-62")
def test_treatments_and_examinations_done_are_asked_and_read_again_before_sending(draft: Desk) -> None:
    page = draft.client.get(draft.url("questions/5/"))
    values = {"takes_medicines": "yes", "blood_thinner": "no"}
    send(draft.client, page, "takes_medicines", **values)
    page = draft.client.get(draft.url("questions/5/"))
    send(draft.client, page, "takes_medicines", medicines_list="Paracetamol 1 g, three times a day")
    page = draft.client.get(draft.url("questions/6/"))
    send(draft.client, page, "examinations_done", examinations_done=["mri"])
    page = draft.client.get(draft.url("questions/6/"))
    send(draft.client, page, "examinations_done", examinations_list="MRI of March 2026")
    words = words_of(draft.client.get(draft.url("relire/")))
    assert "Paracetamol 1 g, three times a day" in words
    assert "MRI of March 2026" in words


@pytest.mark.parametrize(
    "text", ["a\x00b", "x" * 30_000, "\u202eabc", '"><svg onload=x>', "{{7*7}}", "a\r\nb", "👩‍⚕️ مرحبا"]
)
def test_any_text_gives_a_clear_answer(draft: Desk, text: str) -> None:
    page = draft.client.get(draft.url("questions/2/"))
    answer = send(draft.client, page, "diagnosis_words", diagnosis_words=text, first_opinion_doctor=text)
    assert answer.status_code == 422
    assert "<svg onload" not in answer.content.decode()
    assert autosave(draft, diagnosis_words=text).status_code == 200


def test_a_frozen_sheet_is_never_changed(draft: Desk) -> None:
    draft.walk.fill()
    draft.walk.ask_consent()
    draft.walk.consent()
    assert draft.client.post(draft.url("questions/1/"), {"fever_chills": "yes"}).status_code == 403
    assert AnswerSheet.objects.filter(case=draft.case, frozen_at__isnull=False).count() == 2
