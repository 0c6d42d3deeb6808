"""Typography of the two languages: what a French or an English text of ours must respect, and a pen that sets it right.

Only U+00A0 is used as no-break space: the font of our pages and documents has no thin one (U+202F).
"""

import re
from collections.abc import Iterator

NO_BREAK = "\u00a0"
THIN = "\u202f"
_GAPS = f"{NO_BREAK}{THIN}"
_UNITS = r"(?:mm|cm|m|ml|mg|g|kg|µg|ng|%|€|h|min|ans?|mois|jours?|semaines?|heures?|°C|UI)"

#: What a French text must not hold, and the words that say so.
_FRENCH_FAULTS = (
    (re.compile(rf"[^\s{_GAPS}?!][?!]"), "a no-break space is missing before «?» or «!»"),
    (re.compile(rf"[^\s{_GAPS}];"), "a no-break space is missing before «;»"),
    (re.compile(rf"[^\s{_GAPS}\d]:(?!//)|\d:(?!\d)"), "a no-break space is missing before «:»"),
    (re.compile(r" [?!;:»%€]"), "an ordinary space stands before a mark: the line may break there"),
    (re.compile(rf"«(?![{_GAPS}])|(?<![{_GAPS}])»"), "«quotes» need a no-break space inside"),
    (re.compile(rf"\d {_UNITS}\b|\d [%€]"), "an ordinary space stands between a number and its unit"),
    (re.compile(r"\bn° "), "«n°» needs a no-break space after it"),
)
_BOTH_FAULTS = (
    (re.compile(r"'"), "use ’ and not '"),
    (re.compile(r'"'), "use real quotation marks"),
    (re.compile(r"\.\.\."), "use … and not three points"),
    (re.compile(r"^\s|\s$"), "a space stands at the beginning or the end"),
    (re.compile(r"  "), "two spaces in a row"),
    (re.compile(THIN), "a thin no-break space: our font has none, use an ordinary no-break space"),
    (re.compile(r"[\x00-\x09\x0b-\x1f\x7f]"), "a control character"),
)
_ENGLISH_FAULTS = ((re.compile(rf"[ {_GAPS}][?!;:]"), "no space stands before a mark in English"),)


def faults(text: str, language: str) -> list[str]:
    """What breaks the typography of a text, each with the place where it happens.

    Args:
        text: a text shown to people.
        language: "fr" or "en".
    """
    return list(_faults(text, language))


def _faults(text: str, language: str) -> Iterator[str]:
    for pattern, words in (*_BOTH_FAULTS, *(_FRENCH_FAULTS if language == "fr" else _ENGLISH_FAULTS)):
        if found := pattern.search(text):
            place = text[max(0, found.start() - 15) : found.end() + 15]
            yield f"{words}: …{place}…"


def fix(text: str, language: str) -> str:
    """The same text with apostrophes, ellipses and no-break spaces set right; twice is the same as once."""
    text = re.sub(r"  +", " ", text.strip()).replace(THIN, NO_BREAK).replace("'", "’").replace("...", "…")
    if language != "fr":
        return re.sub(rf"[ {_GAPS}]+([?!;:])", r"\1", text)
    text = re.sub(rf"«[ {_GAPS}]*", f"«{NO_BREAK}", text)
    text = re.sub(rf"[ {_GAPS}]*»", f"{NO_BREAK}»", text)
    text = re.sub(rf"(?<=[^\s{_GAPS}?!]) ?(?=[?!])", NO_BREAK, text)
    text = re.sub(rf"(?<=[^\s{_GAPS}]) ?(?=;)", NO_BREAK, text)
    text = re.sub(rf"(?<=[^\s{_GAPS}\d]) ?(?=:(?!//))|(?<=\d) ?(?=:(?!\d))", NO_BREAK, text)
    text = re.sub(rf"(?<=\d) (?={_UNITS}\b|[%€])", NO_BREAK, text)
    return re.sub(r"\bn° ", f"n°{NO_BREAK}", text)
