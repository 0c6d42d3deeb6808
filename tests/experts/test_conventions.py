"""The convention signed on line by both sides, its copies, and its way to the Order."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.test import Client

from audit.models import AuditEvent
from clock import travel
from errors import Conflict
from experts import tasks
from experts.conventions.texts import current_text, fingerprint, publish_texts
from experts.models import ConventionSignature, ConventionText, ExpertProfile
from experts.selectors import obstacles
from notify.models import OutgoingMail
from tests.accounts.logins import last_code
from tests.experts import people

pytestmark = pytest.mark.django_db
OWN = "/en/expert/convention/"


def text(response: Any) -> str:
    return " ".join(response.content.decode().replace("\xa0", " ").split())


@pytest.fixture
def bare(expert: ExpertProfile) -> ExpertProfile:
    expert.conventions.all().delete()
    return expert


@pytest.fixture
def himself(bare: ExpertProfile) -> Client:
    return people.logged_in(bare.user)


@pytest.fixture
def desk(db: None) -> Client:
    user = people.make_user("coordinator", full_name="Zoé Lenoir", title="Dr")
    people.make_professional(user)
    return people.logged_in(user)


def sign(client: Client, address: str, email: str) -> Any:
    client.post(address, {"send_code": "1"})
    return client.post(address, {"code": last_code(email)})


def address_of(expert: ExpertProfile) -> str:
    return f"/en/bureau/experts/{expert.pk}/convention/{expert.conventions.get().pk}/"


def may_be_proposed(expert: ExpertProfile, on: date) -> bool:
    fresh = ExpertProfile.objects.get(pk=expert.pk)
    return not obstacles(fresh, pathology=None, on=on, open_case_count=0, month_case_count=0)


@pytest.mark.behaviour("S2-26")
def test_both_sides_sign_on_line_with_a_fresh_code_each(himself: Client, bare: ExpertProfile, desk: Client):
    today = people.WEDNESDAY.date()
    shown = text(himself.get(OWN))
    assert "Convention on medical expertise at a distance" in shown
    assert bare.user.professional.rpps in shown
    assert "holds until 18 November 2029" in shown
    assert sign(himself, OWN, bare.user.email).status_code == 302
    assert "waits" not in text(himself.get(OWN))
    assert "You signed on 18 November 2026" in text(himself.get(OWN))
    assert not may_be_proposed(bare, today)
    assert OutgoingMail.objects.filter(template="expert.convention_to_sign").count() == 1
    assert "Read and sign for the service" in text(desk.get(f"/en/bureau/experts/{bare.pk}/"))
    coordinator = OutgoingMail.objects.get(template="expert.convention_to_sign").user_id
    email = type(bare.user).objects.get(pk=coordinator).email
    assert sign(desk, f"{address_of(bare)}signer/", email).status_code == 302
    assert may_be_proposed(bare, today)
    convention = bare.conventions.get()
    assert convention.order_notice_due == date(2026, 12, 18)
    first, second = convention.signatures.all()
    assert (first.side, second.side) == ("expert", "service")
    assert first.shown == second.shown
    assert first.shown_sha256 == second.shown_sha256 == fingerprint(first.shown)
    assert (first.signer_id, second.signer_id) == (bare.user_id, coordinator)
    for response in (himself.get(f"{OWN}{convention.pk}/"), desk.get(address_of(bare))):
        assert "Dr Zoé Lenoir" in text(response)
        assert first.shown_sha256 in text(response)
    # In the other language of the page the words stay those that were signed.
    assert "Convention on medical expertise" in text(himself.get(f"/expert/convention/{convention.pk}/"))
    assert AuditEvent.objects.filter(action="expert.convention_signed").count() == 2


def test_a_code_stands_for_this_text_alone(himself: Client, bare: ExpertProfile):
    himself.post(OWN, {"send_code": "1"})
    code = last_code(bare.user.email)
    # The French text is another one.
    response = himself.post("/expert/convention/", {"code": code})
    assert response.status_code == 422
    assert not bare.conventions.exists()
    assert himself.post(OWN, {"code": "000000"}).status_code == 422
    assert not bare.conventions.exists()


def test_what_changes_between_code_and_signature_is_not_signed(himself: Client, bare: ExpertProfile):
    himself.post(OWN, {"send_code": "1"})
    bare.user.professional.specialty = "Radiologie"
    bare.user.professional.save()
    response = himself.post(OWN, {"code": last_code(bare.user.email)})
    assert response.status_code == 422
    assert "What this code was meant for has changed since" in text(response)
    assert not bare.conventions.exists()


def test_nothing_is_to_be_signed_while_one_holds_or_waits(expert: ExpertProfile):
    client = people.logged_in(expert.user)
    assert "The convention that holds" in text(client.get(OWN))
    assert "A convention to read and sign" not in text(client.get(OWN))
    assert client.post(OWN, {"send_code": "1"}).status_code == 302
    assert not OutgoingMail.objects.filter(template="account.step_up_code").exists()
    # It ends within two months: the next one can be signed.
    expert.conventions.update(ends_on=people.WEDNESDAY.date() + timedelta(days=30))
    assert "A convention to read and sign" in text(client.get(OWN))


def test_the_form_opens_on_the_day_of_the_first_reminder(expert: ExpertProfile):
    client = people.logged_in(expert.user)
    for left, shown in ((61, False), (60, True)):
        expert.conventions.update(ends_on=people.WEDNESDAY.date() + timedelta(days=left + 1))
        assert ("A convention to read and sign" in text(client.get(OWN))) is shown, left


def test_what_was_replaced_is_not_signed_for_the_service(himself: Client, bare: ExpertProfile, desk: Client):
    sign(himself, OWN, bare.user.email)
    address, words = f"{address_of(bare)}signer/", current_text()
    assert desk.get(address).status_code == 200
    newer = {name: getattr(words, name) for name in ("title_fr", "title_en", "body_fr", "body_en")}
    ConventionText(version=words.version + 1, sha256=ConventionText.digest(newer), **newer).save()
    assert desk.get(address).status_code == 302
    assert "A convention to read and sign" in text(himself.get(OWN))


def test_number_and_specialty_stand_in_it(himself: Client, bare: ExpertProfile):
    bare.user.professional.specialty = ""
    bare.user.professional.save()
    assert "state them first" in text(himself.get(OWN))
    assert himself.post(OWN, {"send_code": "1"}).status_code == 409


def test_a_copy_is_its_parties_own(himself: Client, bare: ExpertProfile):
    sign(himself, OWN, bare.user.email)
    other = people.logged_in(people.make_expert().user)
    assert other.get(f"{OWN}{bare.conventions.get().pk}/").status_code == 404


def test_texts_and_signatures_never_change(himself: Client, bare: ExpertProfile):
    sign(himself, OWN, bare.user.email)
    signature = ConventionSignature.objects.get()
    with pytest.raises(Conflict):
        signature.save()
    with pytest.raises(Conflict):
        current_text().delete()
    for rows in (ConventionSignature.objects.all(), ConventionText.objects.all()):
        with pytest.raises(DatabaseError), transaction.atomic():
            rows.update(**{"shown" if rows.model is ConventionSignature else "body_fr": "Autre."})
    assert publish_texts() == 0


def test_the_desk_is_reminded_of_the_order_once_before_and_once_after(expert: ExpertProfile, desk: Client):
    signed = people.WEDNESDAY
    expert.conventions.update(signed_by_expert_at=signed, signed_by_service_at=signed, sent_to_order_at=None)
    for days, due, late in ((10, 0, 0), (20, 1, 0), (21, 1, 0), (31, 1, 1), (40, 1, 1)):
        with travel(signed + timedelta(days=days)):
            tasks.remind_of_the_order.call()
        assert OutgoingMail.objects.filter(template="expert.order_due").count() == due, days
        assert OutgoingMail.objects.filter(template="expert.order_late").count() == late, days
