"""The sentences of a report that depend on a code: what is printed is always words."""

import re
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from cases.opinions.content import Divergence, DivergenceOn, Kind, OpinionContent, Reader, Relevance

_PLACE_CODE = re.compile(r"[0-9][0-9AB][0-9]{3}")


def paper_title(content: OpinionContent) -> str:
    """The name of the paper, as its title and in its running header."""
    tele = content.kind is Kind.TELE_EXPERTISE
    if content.addendum is not None:
        words = (
            _("Addendum no. %(number)d to the tele-expertise report")
            if tele
            else _("Addendum no. %(number)d to the second opinion")
        )
        return words % {"number": content.addendum.number}
    return _("Tele-expertise report") if tele else _("Medical second opinion")


def version_words(content: OpinionContent) -> str:
    """Which of the papers of this case this is."""
    if content.addendum is not None:
        return _("addendum %(number)d") % {"number": content.addendum.number}
    return _("version %(number)d") % {"number": content.version}


def annex_title() -> str:
    """The name of the annex that holds the prognosis. It must not frighten who merely sees it in a list."""
    return _("Annex: the outlook")


def divergence_sentence(content: OpinionContent) -> str:
    """How this opinion stands to the first one, as a sentence (C-DEO-10)."""
    return divergence_words(content.divergence, content.divergence_on)


def is_deep(content: Mapping[str, Any]) -> bool:
    """Whether the content kept of a signed version differs deeply from the first opinion: the patient must be told."""
    return content.get("divergence") == Divergence.DEEP


def divergence_told(content: Mapping[str, Any]) -> str:
    """The same sentence for the content kept of a signed version."""
    divergence, on = content.get("divergence"), content.get("divergence_on")
    return divergence_words(Divergence(divergence) if divergence else None, DivergenceOn(on) if on else None)


def divergence_words(divergence: Divergence | None, on: DivergenceOn | None) -> str:
    """The same for the two codes of a signed version."""
    both = DivergenceOn.BOTH
    subject = on or both
    sentences = {
        (Divergence.CONVERGENT, DivergenceOn.DIAGNOSIS): _("This opinion agrees with the first one on the diagnosis."),
        (Divergence.CONVERGENT, DivergenceOn.TREATMENT): _("This opinion agrees with the first one on the treatment."),
        (Divergence.CONVERGENT, both): _(
            "This opinion agrees with the first one, on the diagnosis and on the treatment."
        ),
        (Divergence.MINOR, DivergenceOn.DIAGNOSIS): _(
            "This opinion differs from the first one on a limited point of the diagnosis."
        ),
        (Divergence.MINOR, DivergenceOn.TREATMENT): _(
            "This opinion differs from the first one on a limited point of the treatment."
        ),
        (Divergence.MINOR, both): _(
            "This opinion differs from the first one on limited points of the diagnosis and of the treatment."
        ),
        (Divergence.DEEP, DivergenceOn.DIAGNOSIS): _(
            "This opinion clearly differs from the first one on the diagnosis."
        ),
        (Divergence.DEEP, DivergenceOn.TREATMENT): _(
            "This opinion clearly differs from the first one on the treatment."
        ),
        (Divergence.DEEP, both): _(
            "This opinion clearly differs from the first one, on the diagnosis and on the treatment."
        ),
    }
    if divergence is Divergence.NONE_STATED:
        return _("No first opinion was handed over.")
    if divergence is Divergence.UNABLE:
        return _("The documents supplied do not allow taking a position on the first opinion.")
    return sentences[divergence, subject] if divergence else ""


def relevance_sentence(content: OpinionContent) -> str:
    """The expert's judgement that a remote opinion fits (C-TEL-2)."""
    return relevance_words(content.relevance)


def relevance_words(relevance: Relevance | None) -> str:
    """The same for the code of a signed version."""
    if relevance is Relevance.ACCEPT:
        return _("The expert judges that an opinion given remotely, on the file, suits this situation.")
    if relevance is Relevance.NEEDS_IN_PERSON:
        return _("The expert judges that the patient must be examined in person before deciding.")
    return ""


def reader_words(reader: Reader) -> str:
    """Who a copy goes to, by his place in the case; nothing for the patient, whose name is on the paper."""
    return {
        Reader.PATIENT: "",
        Reader.REPRESENTATIVE: pgettext("copy of a report", "legal representative"),
        Reader.REQUESTER: pgettext("copy of a report", "requesting professional"),
        Reader.TREATING_DOCTOR: pgettext("copy of a report", "treating doctor"),
        Reader.OTHER_DOCTOR: pgettext("copy of a report", "doctor chosen by the patient"),
    }[reader]


def born_words(sex: str, birth_date: str) -> str:
    """«née le 3 mai 1980», as it stands beside the name at the head of each page."""
    words = {"F": pgettext("a woman", "born on %(date)s"), "M": pgettext("a man", "born on %(date)s")}
    return words.get(sex, pgettext("a person", "born on %(date)s")) % {"date": birth_date}


def place_words(place: str) -> str:
    """The place of birth: its name, or the code said to be one, which is all that the national identity holds."""
    if _PLACE_CODE.fullmatch(place):
        return _("INSEE code %(code)s") % {"code": place}
    return place


def sex_words(sex: str) -> str:
    """The administrative sex in words."""
    words = {"F": pgettext("sex", "female"), "M": pgettext("sex", "male")}
    return words.get(sex, pgettext("sex", "undetermined"))


def headings(*, tele: bool, several: bool) -> dict[str, str]:
    """The headings that differ by who reads first and by the number of questions."""
    if tele:
        return {
            "questions": _("The questions asked, and the answers")
            if several
            else _("The question asked, and the answer"),
            "summary": _("For the patient, in plain words"),
            "addendum": _("The question, and the answer"),
        }
    return {
        "questions": _("Your questions, and the answers") if several else _("Your question, and the answer"),
        "summary": _("The essentials, in plain words"),
        "addendum": _("Your further question, and the answer"),
    }
