"""Finding a pathology by what people type."""

import pytest

from experts.models import Pathology
from experts.selectors import search_pathologies

pytestmark = pytest.mark.django_db


def found(text: str, language: str = "fr") -> list[str]:
    return [match.pathology.code for match in search_pathologies(text, language)]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("endometriose", "endometriosis"),
        ("ENDOMÉTRIOSE", "endometriosis"),
        ("endometrioze", "endometriosis"),
        ("adenomyose", "endometriosis"),
        ("regles douloureuses", "endometriosis"),
        ("hernie discal", "lumbar_disc_herniation"),
        ("ernie discale", "lumbar_disc_herniation"),
        ("hernie discale L5 S1", "lumbar_disc_herniation"),
        ("siatique", "lumbar_disc_herniation"),
        ("j'ai une hernie discale depuis deux ans", "lumbar_disc_herniation"),
        ("tyroide", "thyroid_nodule"),
        ("nodule à la thyroïde", "thyroid_nodule"),
        ("cancer de la thyroide", "thyroid_nodule"),
        ("goître", "thyroid_nodule"),
        ("maladie de chron", "crohn"),
        ("krohn", "crohn"),
        ("MICI", "crohn"),
        ("scoliosse", "scoliosis"),
        ("scoliose de ma fille", "scoliosis"),
        ("cancer du sin", "breast_cancer"),
        ("sein cancer", "breast_cancer"),
        ("cancer de la prostat", "prostate_cancer"),
        ("psa élevé", "prostate_cancer"),
        ("anevrysme de l'aorte", "aortic_aneurysm"),
        ("anévrisme", "aortic_aneurysm"),
        ("slipped disc", "lumbar_disc_herniation"),
    ],
)
def test_the_disease_comes_first_however_it_is_written(typed: str, expected: str):
    assert found(typed)[0] == expected


def test_the_beginning_of_a_name_is_enough():
    assert found("endo")[0] == "endometriosis"
    assert found("prost") == ["prostate_cancer"]


def test_a_word_several_diseases_share_lists_them():
    assert set(found("cancer")) == {"breast_cancer", "prostate_cancer", "thyroid_nodule"}
    assert found("mal de dos")[:2] == ["lumbar_disc_herniation", "scoliosis"]


@pytest.mark.parametrize("typed", ["grippe", "zzzzz", "appendicite", "123456", "🙂", "\x00\x00", '"><svg onload=x>'])
def test_another_disease_is_not_taken_for_one_of_ours(typed: str):
    assert found(typed) == [] or not any(sign.isalnum() for sign in typed)


@pytest.mark.parametrize("typed", ["", "   ", "?!"])
def test_nothing_typed_lists_all_by_name_in_the_language_of_the_reader(typed: str):
    assert found(typed, "fr") == [
        "aortic_aneurysm",
        "prostate_cancer",
        "breast_cancer",
        "endometriosis",
        "lumbar_disc_herniation",
        "crohn",
        "thyroid_nodule",
        "scoliosis",
    ]
    assert found(typed, "en")[:3] == ["aortic_aneurysm", "breast_cancer", "crohn"]


def test_a_megabyte_is_answered_too():
    assert found("a" * 1_000_000) == []
    assert found("scoliose " + "x " * 500_000)[0] == "scoliosis"


def test_a_closed_pathology_is_not_offered():
    Pathology.objects.filter(code="crohn").update(is_open=False)
    assert "crohn" not in found("")
    assert found("crohn") == []


def test_a_pathology_without_questionnaire_is_not_offered():
    Pathology.objects.create(code="new", name_fr="Nouvelle", name_en="New", plain_fr="…", plain_en="…")
    assert found("nouvelle") == []


def test_the_better_match_has_the_better_score():
    matches = search_pathologies("cancer du sein", "fr")
    scores = [match.score for match in matches]
    assert scores == sorted(scores, reverse=True)
    assert scores[0] == 1


def test_searching_takes_one_query(django_assert_num_queries):
    with django_assert_num_queries(1):
        search_pathologies("sciatique", "fr")
