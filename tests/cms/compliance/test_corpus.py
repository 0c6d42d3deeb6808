"""Every labelled sentence gets its rule, the compliant ones none; disguise changes nothing."""

import unicodedata
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import pytest

from cms.compliance import Code, Finding
from tests.cms.compliance.labelled import COMPLIANT, CORPUS, Labelled, load, measure

SENTENCES = load(CORPUS)
VIOLATIONS = [one for one in SENTENCES if one.label != COMPLIANT]
CLEAN = [one for one in SENTENCES if one.label == COMPLIANT]


def test_corpus_is_large_and_balanced() -> None:
    assert len(SENTENCES) >= 300
    assert len({one.sentence for one in SENTENCES}) == len(SENTENCES)
    assert 0.45 <= len(CLEAN) / len(SENTENCES) <= 0.55
    assert 0.45 <= sum(one.language == "fr" for one in SENTENCES) / len(SENTENCES) <= 0.55
    counts = Counter((one.language, one.label) for one in VIOLATIONS)
    assert all(counts[language, code] >= 4 for language in ("fr", "en") for code in Code)


def test_each_violation_gets_its_rule_and_each_compliant_sentence_none() -> None:
    wrong = []
    for one in SENTENCES:
        blocking = [finding for finding in one.findings if finding.blocking]
        if (one.label not in {finding.code for finding in blocking}) if one.label != COMPLIANT else blocking:
            wrong.append((one.sentence, one.label, [f"{finding.code}: {finding.words}" for finding in blocking]))
    assert wrong == []


def test_finding_points_at_its_words() -> None:
    for one in VIOLATIONS:
        for finding in one.findings:
            assert 0 <= finding.start < finding.end <= len(one.sentence)
            assert one.sentence[finding.start : finding.end] == finding.words
            assert finding.words == finding.words.strip()
            # Its sentence is shown as it was written, cut where it is long.
            shown = f"{finding.before}{finding.words}{finding.after}"
            assert shown.strip("…").strip() in one.sentence
            assert finding.instead and "CSP" in finding.article


def test_precision_and_recall_on_the_corpus() -> None:
    result = measure(SENTENCES)
    assert result.precision == result.recall == 1, str(result)


def _upper(text: str) -> str:
    # Straight upper case would make one letter of «ß» two, which no editor does.
    return text.upper()


def _without_accents(text: str) -> str:
    return "".join(part for part in unicodedata.normalize("NFD", text) if not unicodedata.combining(part))


def _long_words(text: str, change: Callable[[str], str]) -> str:
    """The text with its words of five letters and more changed."""
    return " ".join(change(word) if len(word) > 4 and word.isalpha() else word for word in text.split(" "))


DISGUISES: dict[str, Callable[[str], str]] = {
    "curly apostrophes": lambda text: text.replace("'", "’"),
    "straight apostrophes": lambda text: text.replace("’", "'"),
    "modifier apostrophes": lambda text: text.replace("'", "ʼ"),
    "unbreakable spaces": lambda text: text.replace(" ", "\u00a0"),
    "narrow unbreakable spaces": lambda text: text.replace(" ", "\u202f"),
    "doubled spaces": lambda text: text.replace(" ", "  "),
    "lines": lambda text: text.replace(" ", "\n"),
    "soft hyphens": lambda text: _long_words(text, lambda word: f"{word[:3]}\u00ad{word[3:]}"),
    "zero width": lambda text: "\u200b".join(text),
    "word joiners": lambda text: "\u2060".join(text),
    "upper case": _upper,
    "no accents": _without_accents,
    "accents apart": lambda text: unicodedata.normalize("NFD", text),
    "ligatures": lambda text: text.replace("fi", "ﬁ").replace("ffi", "ﬃ").replace("fl", "ﬂ").replace("oe", "œ"),
    "wide letters": lambda text: "".join(chr(ord(c) + 0xFEE0) if "a" <= c <= "z" else c for c in text),
    "look-alikes": lambda text: text.translate(str.maketrans("aeopc", "аеорс")),
    "spaced out": lambda text: "   ".join(
        " ".join(word) if len(word) > 4 and word.isalpha() else word for word in text.split()
    ),
    "dotted out": lambda text: _long_words(text, ".".join),
}


def _labelled(one: Labelled, sentence: str) -> list[Finding]:
    """The blocking findings of its label in another writing of a sentence."""
    findings = replace(one, sentence=sentence).findings
    return [finding for finding in findings if finding.blocking and finding.code == one.label]


@pytest.mark.parametrize(("turn", "disguise"), list(enumerate(DISGUISES)))
def test_disguise_does_not_hide_a_violation(turn: int, disguise: str) -> None:
    hidden = []
    # Each disguise meets a third of the sentences, and each sentence a third of the disguises.
    for one in VIOLATIONS[turn % 3 :: 3]:
        if one.label == Code.LINK and disguise in ("spaced out", "dotted out", "lines"):
            continue  # an address in pieces is none
        if disguise == "upper case" and not _labelled(one, one.sentence.lower()):
            continue  # only its capitals told a name from a word, and here all are
        sentence = DISGUISES[disguise](one.sentence)
        found = _labelled(one, sentence)
        if not found:
            hidden.append(sentence)
        assert all(sentence[finding.start : finding.end] == finding.words for finding in found)
    assert hidden == []
