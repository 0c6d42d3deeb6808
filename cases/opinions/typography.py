"""Sets a doctor's text as a printer would: no-break spaces where French wants them, curly apostrophes, an ellipsis.

The pages keep a doctor's marks as he typed them; paper also adds the space he forgot. Nothing else of what he wrote is
touched, and the attached JSON keeps his own keystrokes.
"""

import re

NO_BREAK = "\u00a0"
_GAP = f"[ {NO_BREAK}\u202f\u2009]"

_UNITS = (
    "µg|mg|kg|g|ng|ml|mL|cl|cL|dl|dL|l|L|µm|mm|cm|km|m|mm²|cm²|cm³|mmHg|UI|Gy|mSv|T|°C|°|%|€|h|min|s|j|ans?|mois|"
    "jours?|semaines?|heures?|minutes?|fois"
)
_MONTHS = "janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre"
_BOTH = (
    (re.compile(r"\.\.\."), "…"),
    (re.compile(r"(?<=\w)'(?=\w)"), "’"),
    (re.compile(rf"(?<=\d){_GAP}(?=(?:{_UNITS})(?!\w))"), NO_BREAK),
    (re.compile(rf"\b(Dr|Pr|Mr|Mrs|Ms|No\.|p\.|vol\.){_GAP}(?=\S)"), rf"\1{NO_BREAK}"),
)
_FRENCH = (
    (re.compile(rf"«{_GAP}*"), f"«{NO_BREAK}"),
    (re.compile(rf"{_GAP}*»"), f"{NO_BREAK}»"),
    # A space that is there becomes unbreakable; a missing one is added, save in an address, a time, a ratio.
    (re.compile(rf"(?<=\S){_GAP}+(?=[?!;:])"), NO_BREAK),
    (re.compile(r"(?<=[\w)\]»’”…%€])(?=[?!;]+(?:[\s»)\]”]|$))"), NO_BREAK),
    (re.compile(r"(?<=[\w)\]»’”%])(?=:(?:\s|$))"), NO_BREAK),
    (re.compile(rf"(?<!\w)(n°|N°|M\.|MM\.|Mme|Mmes|Mlle|Me|fig\.|cf\.|art\.){_GAP}(?=\S)"), rf"\1{NO_BREAK}"),
    (re.compile(rf"(?<=\d){_GAP}(?=\d{{3}}(?!\d))"), NO_BREAK),
    (re.compile(rf"(?<=\d{NO_BREAK}h){_GAP}(?=\d\d(?!\d))"), NO_BREAK),
    (re.compile(rf"\b(\d{{1,2}}|1er){_GAP}(?=(?:{_MONTHS})\b)"), rf"\1{NO_BREAK}"),
    (re.compile(rf"{_GAP}–(?= )"), f"{NO_BREAK}–"),
)


def typeset(text: str, language: str) -> str:
    """The text with its spaces and marks set for print. Setting it twice changes nothing.

    Args:
        text: one line or more; line ends are kept.
        language: "fr" or "en".
    """
    for pattern, replacement in (*_BOTH, *(_FRENCH if language == "fr" else ())):
        text = pattern.sub(replacement, text)
    return text
