"""The tables of rules, read once and checked as they are read."""

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from cms.compliance.advice import ADVICE
from cms.compliance.findings import Code, Place, Severity
from cms.compliance.patterns import translate

TABLES = Path(__file__).resolve().parent / "tables"
LANGUAGES = ("fr", "en")

_LINES = frozenset({"find", "unless", "unless_sentence", "unless_text"})
_RULE_KEYS = _LINES | {"together", "code", "article", "severity", "places", "topic", "negation", "refused", "fine"}


class WrongTable(ValueError):
    """A table of rules that cannot be used."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of a table.

    Args:
        find: the words that break the rule.
        together: words of which one of each kind must stand in the same sentence for the rule to be broken.
        unless: ordinary words that look like them; where both cover a same word, nothing is found.
        unless_sentence: words that make the sentence they stand in harmless.
        unless_text: words that make the whole text harmless (a source, a year).
        negation: which denials make it harmless: those «before» it, «both» sides, or «none».
        refused: examples with words to be found.
        fine: examples without.
    """

    code: Code
    article: str
    severity: Severity
    places: frozenset[Place]
    topic: str
    negation: str
    find: re.Pattern[str]
    together: tuple[re.Pattern[str], ...]
    unless: re.Pattern[str] | None
    unless_sentence: re.Pattern[str] | None
    unless_text: re.Pattern[str] | None
    refused: tuple[str, ...]
    fine: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """The rules of a language.

    Args:
        denials: words that deny what follows.
        denials_after: words that deny what stands before them.
        no_denials: words that only look like a denial («n’hésitez pas», "not only").
        studied: words after which something is studied, taught or written about, and not claimed.
        breaks: words that a denial does not reach across.
    """

    rules: tuple[Rule, ...]
    denials: re.Pattern[str]
    denials_after: re.Pattern[str]
    no_denials: re.Pattern[str]
    studied: re.Pattern[str]
    breaks: re.Pattern[str]


def _read(name: str) -> dict[str, Any]:
    with open(TABLES / f"{name}.toml", "rb") as file:
        return tomllib.load(file)


def _rule(row: dict[str, Any], words: dict[str, list[str]]) -> Rule:
    unknown = row.keys() - _RULE_KEYS
    if unknown:
        raise WrongTable(f"unknown: {', '.join(sorted(unknown))}")
    find = translate(row["find"], words)
    topic = row.get("topic", row["code"])
    negation = row.get("negation", "before")
    if find is None or topic not in ADVICE or negation not in ("before", "both", "none"):
        raise WrongTable(f"a rule on {row['code']} has nothing to find, no advice, or a wrong negation")
    return Rule(
        code=Code(row["code"]),
        article=row["article"],
        severity=Severity(row.get("severity", "blocking")),
        places=frozenset(map(Place, row.get("places", tuple(Place)))),
        topic=topic,
        negation=negation,
        find=find,
        together=tuple(_pattern(lines, words) for lines in row.get("together", ())),
        unless=translate(row.get("unless", ()), words),
        unless_sentence=translate(row.get("unless_sentence", ()), words),
        unless_text=translate(row.get("unless_text", ()), words),
        refused=tuple(row.get("refused", ())),
        fine=tuple(row.get("fine", ())),
    )


def _pattern(lines: list[str], words: dict[str, list[str]]) -> re.Pattern[str]:
    pattern = translate(lines, words)
    if pattern is None:
        raise WrongTable("an empty list")
    return pattern


@cache
def table(language: str) -> Table:
    """The rules of a language, those common to all included.

    Raises:
        WrongTable, WrongPattern: a table that cannot be used.
    """
    if language not in LANGUAGES:
        raise WrongTable(f"there are no rules for {language!r}")
    own, classes, common = _read(language), _read(f"{language}_classes"), _read("common")
    words: dict[str, list[str]] = common["words"] | own["words"] | classes["words"]
    denial = own["denial"]
    return Table(
        rules=tuple(_rule(row, words) for row in (*own["rule"], *classes["rule"], *common["rule"])),
        denials=_pattern(denial["before"], words),
        denials_after=_pattern(denial["after"], words),
        no_denials=_pattern(denial["not_one"], words),
        studied=_pattern(denial["studied"], words),
        breaks=_pattern(denial["breaks"], words),
    )


@dataclass(frozen=True, slots=True)
class LinkRules:
    """Which addresses a text may hold.

    Args:
        public: domains of public bodies, which may be cited as sources.
        endings: endings by which a domain is known when no «www.» or «https://» stands before it.
    """

    article: str
    public: frozenset[str]
    endings: frozenset[str]


@cache
def link_rules() -> LinkRules:
    """The rule on addresses, the same for all languages."""
    row = _read("common")["link"]
    return LinkRules(row["article"], frozenset(row["public"]), frozenset(row["endings"]))


@cache
def little_words() -> frozenset[str]:
    """Words of which a capital never makes a name: a sentence begins with them."""
    return frozenset(_read("common")["little"]["words"])
