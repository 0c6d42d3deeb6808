"""What an expert's question may not say: it is put to many patients, who answer here and nowhere else."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from errors import Text
from experts.models import ExpertProfile
from experts.questionnaires.check import texts
from experts.selectors import is_named_in

_REACHED = re.compile(
    r"https?:|www\.|\S@\S|\b[\w-]+\.(?:com|eu|fr|info|io|net|org)\b|(?:\+\d\d|\b0)[\s.-]?\d(?:[\s.-]?\d\d){4}\b",
    re.IGNORECASE,
)
_TITLED = re.compile(
    r"\b(?:(?:(?i:dr|pr|docteure?|professeure?|doctor|professor|madame|monsieur|mme|mlle)|Mrs?|Ms)\.?|M\.)\s+"
    r"[A-ZÀ-ÖØ-Þ][\w’'-]+"
)


def field_of(path: str, language: str) -> str:
    """The field of a form that holds a text of an item: «/choices/c1/label» in French is in `choices_fr`."""
    return f"{path.split('/')[1]}_{language}"


def wording_faults(
    item: Mapping[str, Any], others: Iterable[Mapping[str, Any]], experts: Iterable[ExpertProfile]
) -> dict[str, Text]:
    """What is wrong with the words of a question or document, by field.

    Args:
        others: what the same expert asks already about the pathology.
        experts: nobody of whom may be named.
    """
    found: dict[str, Text] = {}
    asked, known = list(others), list(experts)
    for path, language, text in texts(item):
        if _REACHED.search(text):
            fault: Text = _("Write no link, address or phone number: the patient answers here.")
        elif _TITLED.search(text) or any(is_named_in(expert, text) for expert in known):
            fault = _("Name nobody: these words are read by many patients.")
        elif path == "/label" and any(_same(text, other["label"][language]) for other in asked):
            fault = _("You ask for this already.")
        else:
            continue
        found.setdefault(field_of(path, language), fault)
    return found


def _same(one: str, other: str) -> bool:
    return re.findall(r"\w+", one.casefold()) == re.findall(r"\w+", other.casefold())
