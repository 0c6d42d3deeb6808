"""What a check answers."""

import re
from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import gettext as _

from cms.compliance.advice import ADVICE


class Place(StrEnum):
    """The kind of place a text stands in."""

    PROFILE = "profile"  # a section of an expert's profile
    MARKETING = "marketing"  # a page about the service
    MEDICAL = "medical"  # a page about an illness or a treatment


class Severity(StrEnum):
    """Whether a text may go on line with the finding."""

    BLOCKING = "blocking"
    WARNING = "warning"


class Code(StrEnum):
    """The kinds of words the rules look for."""

    SUPERLATIVE = "superlative"
    COMPARISON = "comparison"
    TESTIMONIAL = "testimonial"
    RANKING = "ranking"
    PRICE = "price"
    PROMISE = "promise"
    BRAND = "brand"
    LINK = "link"
    PATIENT_IMAGE = "patient_image"
    UNDATED = "undated"
    UNSOURCED = "unsourced"
    DOCTOR_NAME = "doctor_name"
    INCITEMENT = "incitement"
    SPONSORSHIP = "sponsorship"


@dataclass(frozen=True, slots=True)
class Finding:
    """Words that a rule refuses, or asks to look at again.

    Args:
        start: offset of the first character in the text that was checked.
        end: offset after the last one.
        words: the text between the two, as it was written.
        article: what the rule rests on, for example «R.4127-19-1 CSP».
        topic: which sentence of advice goes with it: the code, or a closer one of the same code.
        before: the rest of the sentence before the words, cut to what a reader needs to find them.
        after: the rest of it after them.
    """

    code: Code
    severity: Severity
    start: int
    end: int
    words: str
    article: str
    topic: str
    before: str = ""
    after: str = ""

    @property
    def blocking(self) -> bool:
        """Whether the text may not go on line with these words."""
        return self.severity is Severity.BLOCKING

    @property
    def instead(self) -> str:
        """What to do instead, in the language of whoever reads."""
        return str(ADVICE[self.topic])

    @property
    def told(self) -> str:
        """The finding as whoever wrote the words reads it: in their sentence, what to do instead, the article."""
        said = {"words": self.words, "instead": self.instead, "article": self.article}
        if not self.before.strip() and not self.after.strip(" .!?…;"):
            return _("“%(words)s”: %(instead)s (%(article)s)") % said
        said["sentence"] = f"{self.before}{self.words}{self.after}".strip()
        return _("“%(words)s”, in “%(sentence)s”: %(instead)s (%(article)s)") % said


#: So many characters of a sentence are shown on either side of the words.
_SHOWN = 60
_END = re.compile(r"[.!?…;](?=\s)|\n")


def around(text: str, start: int, end: int) -> tuple[str, str]:
    """What stands before and after some words in their sentence; «…» where it is cut."""
    *earlier, before = _END.split(text[max(start - _SHOWN, 0) : start])
    if not earlier and start > _SHOWN:
        before = f"…{before.partition(' ')[2]}"
    after = text[end : end + _SHOWN]
    stop = _END.search(after)
    if stop:
        after = after[: stop.end()]
    elif len(text) > end + _SHOWN:
        after = f"{after.rpartition(' ')[0]}…"
    return before.lstrip(), after.rstrip()
