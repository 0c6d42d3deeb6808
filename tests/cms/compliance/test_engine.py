"""The tables' own examples, the cost of a check, and what a page can say of itself."""

import re

import pytest
from django.utils import translation

from cms.compliance import Code, Place, Severity, check
from cms.compliance.advice import ADVICE
from cms.compliance.engine import _spans
from cms.compliance.patterns import WrongPattern, translate
from cms.compliance.reading import Reading
from cms.compliance.rules import LANGUAGES, Rule, table

RULES = [(language, rule) for language in LANGUAGES for rule in table(language).rules]


def _name(value: object) -> str:
    return f"{value.code}-{value.topic}" if isinstance(value, Rule) else str(value)


@pytest.mark.parametrize(("language", "rule"), RULES, ids=_name)
def test_rule_finds_its_examples_and_spares_the_others(language: str, rule: Rule) -> None:
    for place in rule.places:
        for example in rule.refused:
            assert rule.code in {finding.code for finding in check(example, language=language, place=place)}, example
        for example in rule.fine:
            found = check(example, language=language, place=place)
            assert not [finding for finding in found if finding.code == rule.code and finding.blocking], example


def test_every_code_has_rules_in_both_languages_and_every_advice_is_used() -> None:
    for language in LANGUAGES:
        assert {rule.code for rule in table(language).rules} == set(Code)
    assert {Code.LINK, *(rule.topic for _, rule in RULES)} == set(ADVICE)


def test_every_rule_gives_an_example() -> None:
    assert all(rule.refused for _, rule in RULES)


def _patterns() -> list[re.Pattern[str]]:
    found: list[re.Pattern[str] | None] = []
    for language in LANGUAGES:
        rules = table(language)
        found += [rules.denials, rules.denials_after, rules.no_denials, rules.studied, rules.breaks]
        for rule in rules.rules:
            found += [rule.find, *rule.together, rule.unless, rule.unless_sentence, rule.unless_text]
    return [pattern for pattern in found if pattern is not None]


def test_no_pattern_repeats_without_a_bound() -> None:
    # A repetition without a bound is «*», «+» or «{n,}» outside of a class; one repetition inside another occurs only
    # in the gap between two words, whose inner one ends at the space. So a place of the text costs a constant at most.
    for pattern in _patterns():
        bare = re.sub(r"\\.|\[[^\]]*\]", "x", pattern.pattern)
        assert not re.search(r"[*+]|\{\d+,\}", bare), pattern.pattern[:200]
        inner = re.sub(r"\(\?: x\{1,40\}\)\{0,\d+\}\?", "", bare)
        assert not re.search(r"\)\{", inner), pattern.pattern[:200]


def test_no_pattern_is_anchored_inside_a_word() -> None:
    assert all(pattern.pattern.startswith("(?:") and pattern.pattern.endswith("(?= )") for pattern in _patterns())


LENGTH = 100_000
HOSTILE = {
    "one word": "a" * LENGTH,
    "letters apart": "m " * (LENGTH // 2),
    "half a rule": "les plus les plus grands " * (LENGTH // 25),
    "superlatives": "le meilleur chirurgien " * (LENGTH // 23),
    "classes of one rule": "mon mari va mieux " * (LENGTH // 18),
    "numbers": "1,1.1 " * (LENGTH // 6),
    "dots": "." * LENGTH,
    "labels": "a.a-" * (LENGTH // 4),
    "at signs": "a@a.a+" * (LENGTH // 6),
    "combining marks": "e\u0301\u0302" * (LENGTH // 3),
    "expanding ligatures": "ﷺ" * LENGTH,
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_text_is_read_in_one_pass(kind: str) -> None:
    text = HOSTILE[kind]
    reading = Reading(text)
    # What the patterns search is never much longer than the text.
    assert len(reading.tokens) <= len(reading.plain)
    assert len(reading.line) <= 2 * len(reading.plain) + 1
    assert all(len(token.text) <= 50 for token in reading.tokens)
    check(text, language="fr", place=Place.MARKETING)


def test_offsets_survive_letters_that_grow_or_vanish() -> None:
    text = "\u200b\ufeffŒuvre ﬁnie : le me\u00adil\u200dleur\u00a0chirurgien du cœur."
    (finding,) = check(text, language="fr", place=Place.PROFILE)
    assert finding.code is Code.SUPERLATIVE
    assert finding.words == text[finding.start : finding.end]
    assert finding.words.endswith("chirurgien")


def test_page_with_date_and_sources_needs_none_in_its_sentences() -> None:
    text = "Selon les dernières recommandations, 40 % des récidives sont évitées."
    codes = {finding.code for finding in check(text, language="fr", place=Place.MEDICAL)}
    assert codes == {Code.UNDATED, Code.UNSOURCED}
    assert check(text, language="fr", place=Place.MEDICAL, dated=True, sourced=True) == []


def test_own_address_is_no_link_elsewhere() -> None:
    text = "Voir https://avis.exemple-sante.fr/aide"
    (finding,) = check(text, language="fr", place=Place.MARKETING)
    assert finding.code is Code.LINK and finding.blocking
    assert check(text, language="fr", place=Place.MARKETING, own_hosts={"exemple-sante.fr"}) == []
    disguised = "Voir avis.exemple-sante.fr.pirate.com"
    assert check(disguised, language="fr", place=Place.MARKETING, own_hosts={"exemple-sante.fr"})[0].blocking


@pytest.mark.parametrize(
    "address",
    [
        "exemple.com",
        "WWW.EXEMPLE.DE",
        "https://exemple.museum/x",
        "hxxp://exemple.com",
        "exemple[.]com",
        "exemple (point) com",
        "exemple point com",
        "exe\u200bmple.com",
        "<script src=//x>",
        "<IFRAME>",
    ],
)
def test_disguised_address_is_found(address: str) -> None:
    found = check(f"Voir {address} pour en savoir plus", language="fr", place=Place.PROFILE)
    assert [finding.code for finding in found if finding.blocking] == [Code.LINK]


def test_public_source_and_e_mail_are_only_warned_of() -> None:
    for text in ("Source : has-sante.fr, 2024.", "Écrire à secretariat@hopital.example"):
        found = check(text, language="fr", place=Place.MEDICAL)
        assert {finding.severity for finding in found} <= {Severity.WARNING}
        assert [finding.code for finding in found] == [Code.LINK]


def test_denial_reaches_its_own_clause_only() -> None:
    assert check("Nous n'avons aucun classement, aucune étoile.", language="fr", place="marketing") == []
    found = check("Nous n'attendons pas, nos experts sont les meilleurs chirurgiens.", language="fr", place="marketing")
    assert [finding.code for finding in found] == [Code.SUPERLATIVE]
    assert check("Les témoignages ne sont pas publiés ici.", language="fr", place="marketing") == []


def test_classes_count_within_one_sentence_in_any_order() -> None:
    for text in ("Mon mari remarche.", "Il remarche, mon mari.", "À présent il remarche, dit-on, notre grand-père."):
        found = check(text, language="fr", place=Place.MARKETING)
        assert Code.TESTIMONIAL in {finding.code for finding in found}, text
    assert check("Mon mari est là. On remarche le lendemain.", language="fr", place=Place.MARKETING) == []


@pytest.mark.parametrize(("written", "shape"), [("TNM", "^"), ("Crohn", "^^"), ("MediBlob", "^^^"), ("Le", "^")])
def test_a_name_is_known_by_its_letters(written: str, shape: str) -> None:
    assert Reading(f"voir {written}").line == f" voir {shape}{written.lower()} "


def test_advice_is_in_the_language_of_the_reader() -> None:
    (finding,) = check("Le Dr Martin répond.", language="fr", place="marketing")
    with translation.override("en"):
        english = finding.instead
    with translation.override("fr"):
        assert finding.instead != english
        assert "profils" in finding.instead


def test_empty_text_has_no_findings() -> None:
    for text in ("", " ", "\n\n", "\u200b"):
        assert check(text, language="en", place="profile") == []


@pytest.mark.parametrize("line", ["", "a|b", "(a", "a)", "a**", "<nothing>", "( )", "a {x}", "{1"])
def test_line_that_cannot_be_read_is_refused(line: str) -> None:
    with pytest.raises(WrongPattern):
        translate([line], {})


def test_unknown_language_and_place_are_refused() -> None:
    with pytest.raises(ValueError, match="no rules"):
        check("x", language="de", place="profile")
    with pytest.raises(ValueError, match="nowhere"):
        check("x", language="fr", place="nowhere")


def test_capitals_are_read_from_the_original() -> None:
    pattern = translate(["^ ^"], {})
    assert len(list(_spans(pattern, Reading("Jean Martin écrit")))) == 1
    assert not list(_spans(pattern, Reading("jean Martin écrit")))
