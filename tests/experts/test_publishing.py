"""Published questionnaires: there after every migration, and never changed."""

import copy
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from errors import Conflict
from experts import publishing
from experts.models import Pathology, Questionnaire
from experts.publishing import fingerprint, publish_all
from experts.questionnaires.library import load
from experts.selectors import current_questionnaire

pytestmark = pytest.mark.django_db


def test_every_file_is_published_as_it_is_with_its_hash():
    rows = {row.code: row for row in Questionnaire.objects.select_related("pathology")}
    assert len(rows) == 9
    for code, row in rows.items():
        assert row.body == load(code, row.version)
        assert row.sha256 == fingerprint(row.body)
        assert (row.pathology.code if row.pathology else "common") == code


def test_publishing_twice_changes_nothing():
    before = list(Questionnaire.objects.values_list("id", "published_at"))
    done = publish_all()
    assert (done.published, done.changed, done.unchanged) == ([], [], 9)
    assert list(Questionnaire.objects.values_list("id", "published_at")) == before


@pytest.fixture
def changed_file(monkeypatch: pytest.MonkeyPatch) -> None:
    def other(code: str, version: int | None = None) -> Any:
        body = copy.deepcopy(dict(load(code, version)))
        if code == "crohn":
            body["title"] = {"fr": "Autre", "en": "Other"}
        return body

    monkeypatch.setattr(publishing, "load", other)


def test_a_changed_file_under_a_published_version_is_refused_with_what_to_do(changed_file: None):
    with pytest.raises(CommandError, match="crohn v1"):
        call_command("publish_questionnaires", stdout=StringIO())
    assert Questionnaire.objects.get(code="crohn").body == load("crohn")


def test_a_migration_leaves_a_changed_file_as_published_and_says_so(
    changed_file: None, caplog: pytest.LogCaptureFixture
):
    publishing.after_migrate(sender=None)  # type: ignore[arg-type]
    assert "crohn v1" in caplog.text
    assert Questionnaire.objects.get(code="crohn").body == load("crohn")


def test_a_new_version_is_published_beside_the_old_one(monkeypatch: pytest.MonkeyPatch):
    def newer(code: str, version: int | None = None) -> Any:
        return {**load(code), "version": version}

    monkeypatch.setattr(publishing, "load", newer)
    monkeypatch.setattr(publishing, "versions", lambda code: {1: None, 2: None} if code == "crohn" else {1: None})
    out = StringIO()
    call_command("publish_questionnaires", stdout=out)
    assert "published crohn v2" in out.getvalue()
    assert "1 published, 9 unchanged" in out.getvalue()
    assert current_questionnaire("crohn").version == 2
    assert Questionnaire.objects.filter(code="crohn").count() == 2


@pytest.mark.parametrize(
    "statement", ["UPDATE experts_questionnaire SET version = 7", "DELETE FROM experts_questionnaire"]
)
def test_the_database_refuses_to_change_or_delete_a_published_questionnaire(statement: str):
    with pytest.raises(DatabaseError, match="never changes"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert Questionnaire.objects.filter(version=1).count() == 9


def test_the_model_refuses_too():
    row = Questionnaire.objects.first()
    assert row is not None
    for change in (
        row.save,
        row.delete,
        Questionnaire.objects.all().delete,
        lambda: Questionnaire.objects.update(version=3),
    ):
        with pytest.raises(Conflict):
            change()


def test_names_follow_the_index_and_a_closed_pathology_stays_closed():
    Pathology.objects.filter(code="crohn").update(name_fr="Vieux nom", is_open=False)
    publish_all()
    crohn = Pathology.objects.get(code="crohn")
    assert (crohn.name_fr, crohn.is_open) == ("Maladie de Crohn", False)


def test_the_check_command_says_that_all_is_sound():
    call_command("check_questionnaires")
