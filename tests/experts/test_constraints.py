"""What the database itself refuses, with words a person can read."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import translation

from experts.models import (
    Absence,
    Convention,
    ExpertProfile,
    Insurance,
    InterestDeclaration,
    Pathology,
    Questionnaire,
    Registration,
)
from tests.experts import people

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 18)
NOW = people.WEDNESDAY

ROWS: dict[str, tuple[type[Any], dict[str, Any], str]] = {
    "capacity": (ExpertProfile, {"capacity_per_month": 101}, "100"),
    "status": (ExpertProfile, {"status": "famous"}, "status"),
    "insurance": (Insurance, {"insurer": "M", "valid_from": TODAY, "valid_until": TODAY - timedelta(1)}, "insurance"),
    "absence": (Absence, {"start": TODAY, "end": TODAY - timedelta(1)}, "last day"),
    "interests": (
        InterestDeclaration,
        {"declared_on": TODAY, "expires_on": TODAY - timedelta(1)},
        "interests",
    ),
    "registration": (
        Registration,
        {"means": "order", "checked_at": NOW + timedelta(hours=1), "recorded_at": NOW},
        "future",
    ),
    "convention": (
        Convention,
        {"version": "1", "signed_by_expert_at": NOW, "sent_to_order_at": NOW},
        "Both sides",
    ),
}


@pytest.mark.parametrize("name", ROWS)
def test_an_impossible_row_is_refused_by_the_database_and_in_words_by_the_model(name: str, expert: ExpertProfile):
    model, values, word = ROWS[name]
    if model is ExpertProfile:
        row = model(user=people.make_user("expert"), languages=["fr"], **values)
    else:
        row = model(expert=expert, **values)
    with translation.override("en"), pytest.raises(ValidationError, match=word):
        row.validate_constraints()
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save(force_insert=True)


def questionnaire(**values: Any) -> Questionnaire:
    return Questionnaire(**{"version": 9, "body": {}, "sha256": "0" * 64, **values})


def test_a_questionnaire_version_exists_once_and_belongs_to_a_pathology(endometriosis: Pathology):
    questionnaire(code="endometriosis", pathology=endometriosis).save()
    for wrong in (
        questionnaire(code="endometriosis", pathology=endometriosis),
        questionnaire(code="endometriosis", pathology=None, version=10),
        questionnaire(code="common", pathology=endometriosis),
        questionnaire(code="endometriosis", pathology=endometriosis, version=0),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            wrong.save()


def test_a_user_has_one_profile(expert: ExpertProfile):
    with pytest.raises(IntegrityError), transaction.atomic():
        ExpertProfile.objects.create(user=expert.user, languages=["fr"])
