"""French spaces, plain text as paragraphs, file sizes."""

import pytest
from django.utils import translation

from ui.typography import NBSP, french_spaces, plain_to_html, size_words


@pytest.mark.parametrize(
    ("typed", "drawn"),
    [
        ("depuis quand ?", "depuis quand~?"),
        ("« Avez-vous mal ? »", "«~Avez-vous mal~?~»"),
        ("Attention ! Oui ; non : peut-être", "Attention~! Oui~; non~: peut-être"),
        ("à 18 h 42", "à 18~h~42"),
        ("de 8 h à 18 h", "de 8~h à 18~h"),
        ("le Dr Lenoir et la Pr Salvat, Mme Renaud", "le Dr~Lenoir et la Pr~Salvat, Mme~Renaud"),
        ("n° 12, p. 3, art. 5", "n°~12, p.~3, art.~5"),
        ("25 % de 500 mg, 46 ans", "25~% de 500~mg, 46~ans"),
        ("1 234 567 patients", "1~234~567 patients"),
        ("3 heures", "3~heures"),
        # What must stay as it is.
        ("https://exemple.fr/?a=1:2", "https://exemple.fr/?a=1:2"),
        ("18:42, is it? Yes!", "18:42, is it? Yes!"),
        ("quand?", "quand?"),
        ("12 hommes", "12 hommes"),
        ("5 minutes", "5 minutes"),
        ("مرحبا بكم", "مرحبا بكم"),
        ("a\n: b", "a\n: b"),
        ("", ""),
    ],
)
def test_a_space_that_must_not_break_becomes_unbreakable(typed: str, drawn: str) -> None:
    assert french_spaces(typed) == drawn.replace("~", NBSP)


def test_no_words_are_added_or_lost() -> None:
    typed = "« Qui ? » ; le Dr X : 12 h 30 !\n\n- 25 % ;"
    assert french_spaces(typed).replace(NBSP, " ") == typed


def test_blank_lines_make_paragraphs_and_dashes_a_list() -> None:
    html = plain_to_html("Bonjour,\r\n\r\nun\r\ndeux\n- trois\n- quatre\ncinq")
    assert html == (
        '<p dir="auto">Bonjour,</p><p dir="auto">un<br>deux</p>'
        '<ul><li dir="auto">trois</li><li dir="auto">quatre</li></ul><p dir="auto">cinq</p>'
    )


@pytest.mark.parametrize("text", ["", " \n\n ", "\n", None])
def test_nothing_written_draws_nothing(text: str | None) -> None:
    assert plain_to_html(text or "") == ""


@pytest.mark.parametrize("wrapper", ["%s", "- %s", "a\n\n%s\nb"])
def test_what_people_write_never_becomes_markup(wrapper: str) -> None:
    html = plain_to_html(wrapper % "\"><svg onload=x> {{7*7}} <b>&amp;'")
    assert "<svg" not in html
    assert "<b>" not in html
    assert "&lt;svg onload=x&gt;" in html
    assert "{{7*7}}" in html
    assert "&amp;amp;" in html


@pytest.mark.parametrize(
    ("size", "french", "english"),
    [
        (0, "0 octet", "0 B"),
        (1, "1 octet", "1 B"),
        (999, "999 octets", "999 B"),
        (412_300, "412 Ko", "412 kB"),
        (999_600, "1 Mo", "1 MB"),
        (3_200_000, "3,2 Mo", "3.2 MB"),
        (214_000_000, "214 Mo", "214 MB"),
        (536_870_912, "537 Mo", "537 MB"),
        (2_000_000_000, "2 Go", "2 GB"),
    ],
)
def test_a_size_is_said_in_decimal_units(size: int, french: str, english: str) -> None:
    assert size_words(size) == french.replace(" ", NBSP)
    with translation.override("en"):
        assert size_words(size) == english.replace(" ", NBSP)
