"""The check itself: each rule of the language is searched in the words of the text, then its exceptions."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterator
from dataclasses import replace

from cms.compliance.findings import Code, Finding, Place, Severity, around
from cms.compliance.links import find_links
from cms.compliance.reading import Reading
from cms.compliance.rules import Rule, Table, table

#: A denial reaches so many words.
_REACH = 9
_REACH_BACK = 7
#: A doctor may have studied, taught or written about these without claiming them.
_STUDIED = frozenset((Code.COMPARISON, Code.PRICE, Code.RANKING, Code.TESTIMONIAL))

Span = tuple[int, int]


def check(
    text: str,
    *,
    language: str,
    place: Place | str,
    own_hosts: Collection[str] = (),
    dated: bool = False,
    sourced: bool = False,
) -> list[Finding]:
    """Words of one field of a public page that the Order's rules refuse, in the order of the text (C-DEO-1 …).

    Args:
        text: plain words, as stored.
        language: «fr» or «en».
        place: what kind of page the field stands on.
        own_hosts: domains of this site, to which a text may point.
        dated: the page shows the date of its last review, so that its statements need none.
        sourced: the page lists its sources, so that its statements need none.

    Raises:
        ValueError: an unknown language or place.
    """
    place = Place(place)
    rules = table(language)
    reading = Reading(text)
    denials = Denials(rules, reading)
    found = list(find_links(reading, own_hosts=own_hosts))
    for rule in rules.rules:
        if place not in rule.places:
            continue
        if (rule.code is Code.UNDATED and dated) or (rule.code is Code.UNSOURCED and sourced):
            continue
        found += _apply(rule, reading, denials)
    return [_in_place(finding, text) for finding in _distinct(found)]


def _spans(pattern: re.Pattern[str] | None, reading: Reading) -> Iterator[Span]:
    """First and last word of each place where a pattern is found."""
    if pattern is not None:
        for match in pattern.finditer(reading.line):
            yield reading.index(match.start()), reading.index(match.end() - 1)


def _words(spans: Iterator[Span]) -> set[int]:
    """Every word that spans cover."""
    return {index for first, last in spans for index in range(first, last + 1)}


class Denials:
    """Where a text denies what it says, or only studies it."""

    def __init__(self, rules: Table, reading: Reading) -> None:
        apparent = _words(_spans(rules.no_denials, reading))
        self._before = {last for first, last in _spans(rules.denials, reading) if first not in apparent}
        self._after = {first for first, _ in _spans(rules.denials_after, reading) if first not in apparent}
        self._studied = {last for _, last in _spans(rules.studied, reading)}
        self._breaks = {first for first, _ in _spans(rules.breaks, reading)}
        self._reading = reading

    def before(self, first: int) -> bool:
        """Whether a denial in the same clause reaches this word."""
        return self._reached(first, self._before)

    def studied(self, first: int) -> bool:
        """Whether the same clause says before this word that it is a subject of study."""
        return self._reached(first, self._studied)

    def _reached(self, first: int, sources: set[int]) -> bool:
        for index in range(first - 1, max(first - 1 - _REACH, -1), -1):
            if index in sources:
                return True
            if index in self._breaks:
                return False
        return False

    def after(self, last: int) -> bool:
        """Whether a denial that follows in the same clause speaks of this word."""
        for index in range(last + 1, min(last + 1 + _REACH_BACK, len(self._reading.tokens))):
            if index in self._breaks:
                return False
            if index in self._after:
                return True
        return False


class Companions:
    """The places of one kind of words, to be looked for around others."""

    def __init__(self, spans: list[Span], reading: Reading) -> None:
        self._spans = spans
        self._firsts = [first for first, _ in spans]
        self._lasts = [last for _, last in spans]
        self._reading = reading

    def nearest(self, first: int, last: int) -> Span | None:
        """The nearest place before or after some words, in their sentence and without a word of theirs."""
        before, after = bisect_left(self._lasts, first) - 1, bisect_right(self._firsts, last)
        sentence = self._reading.sentence(first)
        near = [self._spans[place] for place in (before, after) if 0 <= place < len(self._spans)]
        near = [span for span in near if self._reading.sentence(span[0]) == sentence]
        return min(near, key=lambda span: max(first - span[1], span[0] - last), default=None)


def _apply(rule: Rule, reading: Reading, denials: Denials) -> Iterator[Finding]:
    spans = list(_spans(rule.find, reading))
    if not spans or any(True for _ in _spans(rule.unless_text, reading)):
        return
    harmless = _words(_spans(rule.unless, reading))
    sentences = {reading.sentence(first) for first, _ in _spans(rule.unless_sentence, reading)}

    def bare(first: int, last: int) -> bool:
        """Whether words stand outside of all that makes them harmless."""
        return harmless.isdisjoint(range(first, last + 1)) and reading.sentence(first) not in sentences

    def counts(first: int, last: int) -> bool:
        """Whether words break the rule where they stand."""
        if not bare(first, last):
            return False
        if rule.negation != "none" and denials.before(first):
            return False
        if rule.code in _STUDIED and denials.studied(first):
            return False
        return rule.negation != "both" or not denials.after(last)

    companions = [
        Companions([span for span in _spans(kind, reading) if bare(*span)], reading) for kind in rule.together
    ]
    for span in spans:
        if not counts(*span):
            continue
        first, last = span
        for kind in companions:
            near = kind.nearest(*span)
            if near is None:
                break
            first, last = min(first, near[0]), max(last, near[1])
        else:
            start, end = reading.span(first, last)
            yield Finding(rule.code, rule.severity, start, end, reading.original[start:end], rule.article, rule.topic)


def _in_place(finding: Finding, text: str) -> Finding:
    before, after = around(text, finding.start, finding.end)
    return replace(finding, before=before, after=after)


def _distinct(found: list[Finding]) -> list[Finding]:
    """The findings in the order of the text; one where several of a kind share a word, blocking if one is."""
    kept: list[Finding] = []
    last_of: dict[Code, int] = {}
    for finding in sorted(found, key=lambda one: (one.start, -one.end, one.severity is Severity.WARNING)):
        before = last_of.get(finding.code)
        if before is not None and finding.start < kept[before].end:
            if finding.blocking and not kept[before].blocking:
                kept[before] = finding
            continue
        last_of[finding.code] = len(kept)
        kept.append(finding)
    return kept
