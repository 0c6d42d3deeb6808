"""What a signed opinion says: one immutable value, the same for the printed page and for the JSON attached to it.

The fields are those of the report template, of R.4127-79 for the expert's headed paper and of R.6316-4 for
tele-medicine. Texts are plain: a blank line parts paragraphs, `- ` begins a list item.
"""

import json
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, datetime
from enum import StrEnum
from types import NoneType, UnionType
from typing import Any, Literal, get_args, get_origin, get_type_hints

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from errors import Invalid

#: The shape of the attached JSON; a reader refuses a number he does not know.
FORMAT = "second-regard/opinion"
FORMAT_VERSION = 1

Language = Literal["fr", "en"]


class Kind(StrEnum):
    """Who asked: the patient, or a health professional. Each has its own report and words (C-TEL-1)."""

    SECOND_OPINION = "second_opinion"
    TELE_EXPERTISE = "tele_expertise"


class Divergence(StrEnum):
    """How far this opinion stands from the first one (C-DEO-10); told in words, never as this code."""

    NONE_STATED = "none_stated"
    CONVERGENT = "convergent"
    MINOR = "minor"
    DEEP = "deep"
    UNABLE = "unable"


class DivergenceOn(StrEnum):
    """What the comparison with the first opinion is about."""

    DIAGNOSIS = "diagnosis"
    TREATMENT = "treatment"
    BOTH = "both"


class Relevance(StrEnum):
    """The expert's own judgement that a remote opinion fits (C-TEL-2). A refusal gives no report."""

    ACCEPT = "accept"
    NEEDS_IN_PERSON = "needs_in_person"


class Reader(StrEnum):
    """Someone a copy goes to."""

    PATIENT = "patient"
    REPRESENTATIVE = "representative"
    REQUESTER = "requester"
    TREATING_DOCTOR = "treating_doctor"
    OTHER_DOCTOR = "other_doctor"


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientIdentity:
    """The five traits of the national identity (C-INS-1) and the name used in life.

    `sex` is "F", "M" or "I"; `birth_place` a name, or the INSEE code alone.
    """

    birth_name: str
    birth_first_names: str
    birth_date: date
    sex: Literal["F", "M", "I"]
    birth_place: str
    used_name: str = ""
    used_first_name: str = ""
    ins: str = ""
    representative: str = ""

    @property
    def shown_name(self) -> str:
        """The name people say: first name, then family name in capitals."""
        first = self.used_first_name or self.birth_first_names.split(" ")[0]
        return f"{first} {(self.used_name or self.birth_name).upper()}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Doctor:
    """A professional named in the report: the requester, the treating doctor."""

    name: str
    profession: str = ""
    rpps: str = ""
    address: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expert:
    """What R.4127-79 puts on a doctor's headed paper.

    Args:
        name: title and name, «Pr Anne Salvat».
        qualification: the specialty the Order recognises.
        address: where he practises, one line per line.
        rpps: his national number, eleven digits.
        insurance_position: his position towards the sickness insurance («secteur 1»).
        order: where he is registered («Conseil départemental du Rhône de l’Ordre des médecins»).
        order_number: his number on that register.
    """

    name: str
    qualification: str
    address: str
    phone: str
    rpps: str
    insurance_position: str
    order: str
    order_number: str = ""
    workplace: str = ""
    email: str = ""

    @property
    def is_complete(self) -> bool:
        """Whether everything the rule asks for is there."""
        asked = (
            self.name,
            self.qualification,
            self.address,
            self.phone,
            self.rpps,
            self.insurance_position,
            self.order,
        )
        return all(text.strip() for text in asked)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question, who asked it, and the expert's answer."""

    text: str
    asked_by: str
    answer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentReceived:
    """A document the expert had: its kind in words, its own date (None: undated), its author."""

    kind: str
    title: str
    dated: date | None = None
    author: str = ""
    received_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentMissing:
    """A document the expert did not have, or could not read, and why."""

    title: str
    why: str = ""
    unreadable: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TreatmentOption:
    """A way to go, with what it may bring and what it may cost."""

    title: str
    benefits: str
    risks: str
    remark: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """A technical incident of the case (C-TEL-5)."""

    happened_at: datetime
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """One reader the report goes to."""

    reader: Reader
    name: str
    place: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Replaced:
    """The version that this one replaces, and why (C-SIG-4)."""

    version: int
    signed_at: datetime
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Addendum:
    """Says that this paper completes a signed opinion: the answer to the follow-up question, or a later addition."""

    number: int
    to_version: int
    to_signed_at: datetime
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpinionContent:
    """Everything one report says.

    Args:
        reference: the case's number for people, «DA-2611-0482».
        version: 1 for the first, more for a correction (`replaces` then names the one before).
        requested_at, admitted_at, signed_at: instants; `signed_at` is when the expert asked for the paper he signs.
        requested_by: who asked, in words, when that is not `requester` («Camille Renaud, patiente»).
        first_opinion: what the first opinion said, by whom and when.
        silences: questions of the expert that stayed without an answer (continue_without_answer).
        limits: what else limits the opinion, in the expert's words.
        divergence_text: the paragraph that explains the comparison; required when it is deep.
        prognosis_apart: the patient does not wish to know (C-CON-7): the prognosis leaves this paper, and its attached
            JSON, for an annex of its own.
        act: the act performed, as billed («Télé-expertise, TE2»).
        verification_code: as printed (`codes.new_code`). verification_address: the page where it is entered.
        service_contact: whom to call about this paper.
    """

    kind: Kind
    language: Language
    reference: str
    pathology: str
    requested_at: datetime
    signed_at: datetime
    patient: PatientIdentity
    expert: Expert
    questions: tuple[Question, ...]
    verification_code: str
    verification_address: str
    service_name: str = "Second Regard"
    service_contact: str = ""
    version: int = 1
    replaces: Replaced | None = None
    addendum: Addendum | None = None
    admitted_at: datetime | None = None
    act: str = ""
    urgency: str = ""
    requested_by: str = ""
    requester: Doctor | None = None
    treating_doctor: Doctor | None = None
    first_opinion: str = ""
    documents: tuple[DocumentReceived, ...] = ()
    missing: tuple[DocumentMissing, ...] = ()
    silences: tuple[str, ...] = ()
    limits: str = ""
    relevance: Relevance | None = None
    relevance_reason: str = ""
    summary: str = ""
    analysis: str = ""
    divergence: Divergence | None = None
    divergence_on: DivergenceOn | None = None
    divergence_text: str = ""
    options: tuple[TreatmentOption, ...] = ()
    to_discuss: str = ""
    prognosis: str = ""
    prognosis_apart: bool = False
    sources: str = ""
    incidents: tuple[Incident, ...] = ()
    copies: tuple[Copy, ...] = ()

    @property
    def has_annex(self) -> bool:
        """Whether the prognosis is a paper of its own."""
        return self.prognosis_apart and bool(self.prognosis.strip())

    def problems(self) -> dict[str, str | Promise]:
        """What is still missing before it may be signed, by field: empty when the opinion is complete."""
        found: dict[str, str | Promise] = {}
        if not self.expert.is_complete:
            found["expert"] = _(
                "Your headed paper lacks what it must say: complete specialty, address, phone, RPPS number and "
                "position towards the sickness insurance in your profile."
            )
        if not self.questions:
            found["questions"] = _("Put at least one question.")
        if any(not question.answer.strip() for question in self.questions):
            found["questions"] = _("Answer each question, even to say that one cannot answer.")
        if self.addendum is not None:
            return found
        if self.replaces is not None and not self.replaces.why.strip():
            found["correction_why"] = _("Say what is changed, and why: it is printed on the new version.")
        if not self.summary.strip():
            found["summary"] = _("Write the summary in plain words: it is the first thing the patient reads.")
        if not self.analysis.strip():
            found["analysis"] = _("Write the analysis of the file.")
        if self.relevance is None:
            found["relevance"] = _("Say whether a remote opinion suits this situation.")
        elif self.relevance is Relevance.NEEDS_IN_PERSON and not self.relevance_reason.strip():
            found["relevance_reason"] = _("Say why the patient must be examined.")
        if self.divergence is None:
            found["divergence"] = _("Say how this opinion compares with the first one.")
        elif self.divergence in (Divergence.CONVERGENT, Divergence.MINOR, Divergence.DEEP):
            if self.divergence_on is None:
                found["divergence_on"] = _("Say what the comparison is about: diagnosis, treatment or both.")
            if self.divergence is Divergence.DEEP and not self.divergence_text.strip():
                found["divergence_text"] = _("Explain the difference: the patient must be told of it.")
        for index, option in enumerate(self.options):
            if not (option.title.strip() and option.benefits.strip() and option.risks.strip()):
                found[f"options.{index}"] = _("Each option needs a name, its benefits and its risks.")
        return found


def refuse_unprintable(content: OpinionContent) -> None:
    """Refuse characters that no paper can hold.

    Raises:
        Invalid: a field holds a NUL, another control character or half a surrogate pair; `.fields` names them.
    """
    wrong = {path: _CONTROL for path, text in texts_of(content) if any(_is_control(mark) for mark in text)}
    if wrong:
        raise Invalid(_("The text holds characters that cannot be printed."), _CONTROL, fields=wrong)


_CONTROL = _("Remove the invisible control character, often brought by a copy and paste, and try again.")


def _is_control(mark: str) -> bool:
    return mark not in "\n\r\t" and unicodedata.category(mark) in ("Cc", "Cs")


def texts_of(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Every text inside a content, with the dotted path of its field; codes are no texts."""
    if isinstance(value, StrEnum):
        return
    if isinstance(value, str):
        yield path, value
    elif is_dataclass(value):
        for field in fields(value):
            yield from texts_of(getattr(value, field.name), f"{path}.{field.name}" if path else field.name)
    elif isinstance(value, tuple):
        for index, item in enumerate(value):
            yield from texts_of(item, f"{path}.{index}")


def to_dict(content: OpinionContent) -> dict[str, Any]:
    """The content as plain JSON values, for storage; `from_dict` is its inverse."""
    return {field.name: _plain(getattr(content, field.name)) for field in fields(content)}


def from_dict(plain: Mapping[str, Any]) -> OpinionContent:
    """A content read back from `to_dict`.

    Raises:
        ValueError, TypeError, KeyError: these values are no opinion.
    """
    content: OpinionContent = _read(OpinionContent, plain)
    return content


def to_json(content: OpinionContent, *, annex: bool = False) -> bytes:
    """The same content for machines: canonical JSON (sorted keys, UTF-8), as attached to the PDF.

    Args:
        annex: for the annex, which holds the prognosis and what identifies the paper; otherwise a prognosis that stands
            apart is left out.
    """
    plain = to_dict(content)
    if annex:
        kept = ("kind", "language", "reference", "version", "patient", "expert", "signed_at", "prognosis")
        plain = {name: plain[name] for name in kept}
    elif content.has_annex:
        del plain["prognosis"]
    document = {"format": FORMAT, "format_version": FORMAT_VERSION, "part": "annex" if annex else "report", **plain}
    return json.dumps(document, ensure_ascii=False, sort_keys=True, indent=1).encode()


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, date):
        return value.isoformat()
    return value


def _read(kind: Any, plain: Any) -> Any:
    if isinstance(kind, UnionType):
        if plain is None:
            return None
        kind = next(choice for choice in get_args(kind) if choice is not NoneType)
    if get_origin(kind) is tuple:
        return tuple(_read(get_args(kind)[0], item) for item in plain)
    if get_origin(kind) is Literal:
        if plain not in get_args(kind):
            raise ValueError("not one of the allowed values")
        return plain
    if is_dataclass(kind):
        hints = get_type_hints(kind)
        return kind(**{name: _read(hints[name], value) for name, value in plain.items()})  # type: ignore[operator]
    if kind in (date, datetime):
        return kind.fromisoformat(plain)
    if issubclass(kind, StrEnum):
        return kind(plain)
    if not isinstance(plain, kind):
        raise TypeError(f"{kind.__name__} expected")
    return plain
