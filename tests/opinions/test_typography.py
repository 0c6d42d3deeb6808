"""What the printer sets right in a doctor's text, and what it leaves alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.opinions.typography import typeset

N = "\u00a0"


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("nécessaire ?", f"nécessaire{N}?"),
        ("nécessaire?", f"nécessaire{N}?"),
        ("vraiment !?", f"vraiment{N}!?"),
        ("oui ; non", f"oui{N}; non"),
        ("Conclusion: opérer", f"Conclusion{N}: opérer"),
        ("Conclusion :\nopérer", f"Conclusion{N}:\nopérer"),
        ("« sans attendre »", f"«{N}sans attendre{N}»"),
        ("«sans attendre»", f"«{N}sans attendre{N}»"),
        ("7 mm × 11 mm", f"7{N}mm × 11{N}mm"),
        ("18 h 42", f"18{N}h{N}42"),
        ("10 000 patients, 2 %", f"10{N}000 patients, 2{N}%"),
        ("n° 3 du Dr Ferrand, Mme Roy, M. Roy", f"n°{N}3 du Dr{N}Ferrand, Mme{N}Roy, M.{N}Roy"),
        ("le 4 novembre 2026", f"le 4{N}novembre 2026"),
        ("l'opération d'aujourd'hui...", "l’opération d’aujourd’hui…"),
    ],
)
def test_french_spaces_and_marks_are_set(typed: str, printed: str) -> None:
    assert typeset(typed, "fr") == printed


@pytest.mark.parametrize(
    "text",
    [
        "https://secondregard.example/verifier/?x=1;y=2",
        "rapport 1:3, à 12:30",
        "N Engl J Med 2007;356:2245-56.",
        "a.salvat@croix-verte.example",
        "IC 95%",
        "5'",
        "TNM pT2N0M0",
        "7H2K9-QXM4T-0B8VD-3RWZ6-N5C1J",
    ],
)
def test_addresses_times_ratios_and_codes_are_left_alone(text: str) -> None:
    assert typeset(text, "fr") == text


def test_english_gets_its_apostrophes_and_no_french_space() -> None:
    assert typeset("Isn't it? No: see Dr Roy...", "en") == f"Isn’t it? No: see Dr{N}Roy…"


@given(st.text(alphabet="ab Z0123456789 \n\u00a0?!;:«»'.…%–°-hmg", max_size=60), st.sampled_from(["fr", "en"]))
def test_setting_twice_changes_nothing_and_no_word_is_touched(text: str, language: str) -> None:
    once = typeset(text, language)
    assert typeset(once, language) == once
    plain = str.maketrans({" ": "", N: "", "’": "'"})
    assert once.replace("…", "...").translate(plain) == text.replace("…", "...").translate(plain)
