"""No-break spaces, apostrophes and ellipses of the texts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from experts.questionnaires.typography import faults, fix


@pytest.mark.parametrize(
    ("written", "right"),
    [
        ("Avez-vous mal ?", "Avez-vous mal\xa0?"),
        ("Avez-vous mal?", "Avez-vous mal\xa0?"),
        ("Vraiment ?!", "Vraiment\xa0?!"),
        ("l'IRM...", "l’IRM…"),
        ("Oui : « bien » ; non", "Oui\xa0: «\xa0bien\xa0»\xa0; non"),
        ("depuis 3 ans et 12 mm", "depuis 3\xa0ans et 12\xa0mm"),
        ("n° 4", "n°\xa04"),
        ("mince\u202f?", "mince\xa0?"),
        ("à 18:30, https://x", "à 18:30, https://x"),
    ],
)
def test_french_is_set_right(written: str, right: str):
    assert fix(written, "fr") == right
    assert faults(right, "fr") == []
    assert written == right or faults(written, "fr")


def test_english_has_no_space_before_a_mark():
    assert fix("Does it hurt ? It's 3 mm", "en") == "Does it hurt? It’s 3 mm"
    assert faults("Does it hurt ?", "en")
    assert faults("Does it hurt?", "en") == []


@given(st.text(alphabet="abé '«»?!;:…. \xa03%", max_size=40), st.sampled_from(["fr", "en"]))
def test_setting_right_twice_is_setting_right_once(text: str, language: str):
    once = fix(text, language)
    assert fix(once, language) == once
