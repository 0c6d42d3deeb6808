"""French typography and plain text, applied when a page is drawn: stored text is never touched.

Only U+00A0 is used: the bundled font has no thin no-break space (U+202F), which a PDF would print as a box.
"""

import re

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language

NBSP = "\u00a0"
_SPACE = "[ \u202f\u2009]+"
_BEFORE = re.compile(f"(?<=\\S){_SPACE}(?=[;:!?»%€])")
_AFTER_QUOTE = re.compile(f"«{_SPACE}")
_UNIT = re.compile(
    r"(?<=\d) +(?=(?:h|min|s|j|mm|cm|m|km|µg|mg|g|kg|ml|mL|cl|L|ans?|mois|jours?|semaines?|heures?)(?!\w))"
)
_HOUR = re.compile(r"(?<=\d\u00a0h) +(?=\d\d(?!\d))")
_TITLE = re.compile(r"(?<!\w)(Dr|Pr|M\.|Mme|Me|n°|p\.|art\.) +(?=\w)")
_THOUSANDS = re.compile(r"(?<=\d) (?=\d{3}(?!\d))")


def french_spaces(text: str) -> str:
    """The text with unbreakable spaces where French typography wants them; words and other signs stay as they are.

    A space that is there before «; : ! ? » % €», after ««», between number and unit, and after «Dr», «n°» … becomes
    U+00A0. No space is ever added, so that addresses, times and other languages are left alone.
    """
    text = _BEFORE.sub(NBSP, text)
    text = _AFTER_QUOTE.sub("«" + NBSP, text)
    text = _UNIT.sub(NBSP, text)
    text = _HOUR.sub(NBSP, text)
    text = _TITLE.sub(lambda found: found[1] + NBSP, text)
    return _THOUSANDS.sub(NBSP, text)


def phone_words(number: str) -> str:
    """A French number in pairs, as people say it; any other as it is kept."""
    bare = number.replace(" ", "")
    if len(bare) == 10 and bare.isdigit():
        return NBSP.join(bare[place : place + 2] for place in range(0, 10, 2))
    return number


_NEWLINES = re.compile("\r\n|\r|\u2028|\u2029|\u0085")


def plain_to_html(text: str) -> SafeString:
    """Opinion or message text as paragraphs and lists, everything escaped.

    A blank line ends a paragraph; lines that begin with "- " are a list; other line ends are kept. Each block takes
    its direction from its own first letter, so that Arabic or Hebrew reads correctly.
    """
    blocks: list[SafeString] = []
    for chunk in re.split(r"\n[ \t]*\n", _NEWLINES.sub("\n", text)):
        lines = [line for line in chunk.split("\n") if line.strip()]
        start = 0
        while start < len(lines):
            listed = lines[start].startswith("- ")
            end = start
            while end < len(lines) and lines[end].startswith("- ") == listed:
                end += 1
            words = [(french_spaces(line[2:] if listed else line),) for line in lines[start:end]]
            if listed:
                blocks.append(format_html("<ul>{}</ul>", format_html_join("", '<li dir="auto">{}</li>', words)))
            else:
                others = format_html_join("", "<br>{}", words[1:])
                blocks.append(format_html('<p dir="auto">{}{}</p>', *words[0], others))
            start = end
    return format_html_join("", "{}", ((block,) for block in blocks))


def size_words(size: int | None) -> str:
    """A file size in decimal units: «3,2 Mo», "3.2 MB"; empty for None.

    Args:
        size: bytes.
    """
    if size is None:
        return ""
    english = (get_language() or "fr").startswith("en")
    units = ["B", "kB", "MB", "GB", "TB"] if english else ["octets", "Ko", "Mo", "Go", "To"]
    amount, step = float(max(size, 0)), 0
    while amount >= 999.5 and step < len(units) - 1:
        amount, step = amount / 1000, step + 1
    number = f"{amount:.1f}" if step and amount < 9.95 else f"{amount:.0f}"
    number = number.removesuffix(".0")
    if not english:
        number = number.replace(".", ",")
    unit = "octet" if not english and not step and amount < 2 else units[step]
    return f"{number}{NBSP}{unit}"
