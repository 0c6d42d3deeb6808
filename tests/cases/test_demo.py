"""The fictitious people of the demonstration."""

from datetime import timedelta

import pytest

from cases.answers import whole
from cases.demo.load import Loader
from clock import now
from tests.cases.clients import verified_client
from tests.cases.world import PASSWORD

pytestmark = pytest.mark.django_db


def test_a_patient_has_one_phone_number_in_the_account_and_in_the_answers() -> None:
    loader = Loader(PASSWORD, now() - timedelta(hours=1))
    found = [loader.second_opinion("submitted", hours) for hours in (30, 40)]
    numbers = [case.patient.phone for case in found]
    assert len(set(numbers)) == 2
    for case in found:
        assert whole(case).answers["phone"] == case.patient.phone
        shown = verified_client(case.requester).get(f"/patient/{case.pk}/reponses/").content.decode()
        assert case.patient.phone in shown.replace("\xa0", " ")
