"""What a check answers."""

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
    """

    code: Code
    severity: Severity
    start: int
    end: int
    words: str
    article: str
    topic: str

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
        """The finding as whoever wrote the words reads it."""
        return _("“%(words)s”: %(instead)s (%(article)s)") % {
            "words": self.words,
            "instead": self.instead,
            "article": self.article,
        }
