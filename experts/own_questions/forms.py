"""An expert's question or document as a form: each kind has the fields it needs, in both languages."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from experts.questionnaires.check import fixed
from experts.services import SHORTEST_MOTIVE
from ui.forms import (
    CheckField,
    ChoiceField,
    Form,
    LongTextField,
    NumberField,
    PlainTextField,
    SelectField,
)

LONGEST_QUESTION, LONGEST_HINT, LONGEST_CHOICE, LONGEST_UNIT = 200, 300, 120, 20
FEWEST_CHOICES, MOST_CHOICES = 2, 12
_UNKNOWN = {"code": "unknown", "label": {"fr": "Je ne sais pas", "en": "I do not know"}}
_LANGUAGES = ("fr", "en")
#: The kinds of documents, as they are called where they are added.
DOCUMENT_TYPES = (
    ("imaging_report", _("imaging report")),
    ("imaging", _("images (scan, MRI, X-ray…)")),
    ("pathology_report", _("pathology report")),
    ("biology", _("laboratory results")),
    ("operative_report", _("operative report")),
    ("consultation_report", _("consultation report")),
    ("hospital_report", _("hospital report")),
    ("discharge_report", _("discharge report")),
    ("letter", _("letter")),
    ("prescription", _("prescription")),
    ("vaccination", _("vaccination")),
    ("photo", _("photograph")),
    ("other", _("other document")),
)
_SMALLEST, _LARGEST = Decimal(-100_000), Decimal(1_000_000)


class ItemForm(Form):
    """What every question has: its words, a line of help, and whether it must be answered."""

    #: Its type in the format.
    type: ClassVar[str]
    #: Fields in two languages of which both or none are filled in.
    pairs: ClassVar[tuple[str, ...]] = ("hint",)

    label_fr = PlainTextField(label=_("The question, in French"), max_length=LONGEST_QUESTION)
    label_en = PlainTextField(label=_("The question, in English"), max_length=LONGEST_QUESTION)
    hint_fr = PlainTextField(label=_("A line of help, in French"), required=False, max_length=LONGEST_HINT)
    hint_en = PlainTextField(label=_("A line of help, in English"), required=False, max_length=LONGEST_HINT)
    must = CheckField(
        label=_("The patient must answer before the request is sent"),
        help_text=_("Leave it unticked where the question is intimate, or where many cannot know."),
        required=False,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.order_fields([*(name for name in self.fields if name != "must"), "must"])

    def clean(self) -> dict[str, Any]:
        """What is written in one language is written in the other."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        for name in self.pairs:
            given = [language for language in _LANGUAGES if data.get(f"{name}_{language}")]
            for language in _LANGUAGES:
                if given and language not in given and f"{name}_{language}" not in self.errors:
                    self.add_error(f"{name}_{language}", _("Write it in both languages, or in none."))
        return data

    def words(self, name: str) -> dict[str, str]:
        """A text in both languages."""
        return {language: self.cleaned_data[f"{name}_{language}"] for language in _LANGUAGES}

    def more(self) -> dict[str, Any]:
        """What this kind has besides, in the format."""
        return {}

    def item(self) -> dict[str, Any]:
        """The question in the format, its typography set right. After `is_valid()`."""
        found: dict[str, Any] = {"type": self.type, "label": self.words("label"), "required": self.cleaned_data["must"]}
        if self.cleaned_data["hint_fr"]:
            found["hint"] = self.words("hint")
        return fixed({**found, **self.more()})  # type: ignore[no-any-return]

    @classmethod
    def initial_of(cls, item: Mapping[str, Any]) -> dict[str, Any]:
        """The fields of a question that is stored."""
        initial: dict[str, Any] = {"must": item["required"]}
        for name in ("label", "hint", "why", "unit"):
            initial |= {f"{name}_{language}": words for language, words in item.get(name, {}).items()}
        return initial


class TextForm(ItemForm):
    """A question answered in words."""

    type = "longtext"


class YesNoForm(ItemForm):
    """A question answered by yes, no, or «I do not know»."""

    type = "yesno"


class ChoiceForm(ItemForm):
    """A question with one answer among several."""

    type = "choice"
    choices_fr = LongTextField(
        label=_("The answers, in French"), help_text=_("One a line, two at least."), max_length=1_500, rows=4
    )
    choices_en = LongTextField(
        label=_("The answers, in English"), help_text=_("In the same order."), max_length=1_500, rows=4
    )
    unknown = CheckField(label=_("Offer “I do not know” as well"), required=False, initial=True)

    def clean(self) -> dict[str, Any]:
        """As many answers in both languages, each once."""
        data = super().clean()
        lines = {name: self._lines(name) for name in ("choices_fr", "choices_en") if data.get(name)}
        for name, answers in lines.items():
            if not FEWEST_CHOICES <= len(answers) <= MOST_CHOICES:
                words = _("Write between %(least)d and %(most)d answers, one a line.")
                self.add_error(name, words % {"least": FEWEST_CHOICES, "most": MOST_CHOICES})
            elif max(map(len, answers)) > LONGEST_CHOICE:
                self.add_error(name, _("Shorten the answers: %(most)d characters at most.") % {"most": LONGEST_CHOICE})
            elif len({answer.casefold() for answer in answers}) < len(answers):
                self.add_error(name, _("Two answers are the same."))
        if len(lines) == len(_LANGUAGES) and not self.errors:
            french, english = lines.values()
            if len(french) != len(english):
                self.add_error("choices_en", _("Write as many answers as in French, in the same order."))
        return data

    def _lines(self, name: str) -> list[str]:
        return [line.strip() for line in self.cleaned_data[name].splitlines() if line.strip()]

    def more(self) -> dict[str, Any]:
        """Its answers."""
        both = zip(self._lines("choices_fr"), self._lines("choices_en"), strict=True)
        choices = [
            {"code": f"c{number}", "label": {"fr": french, "en": english}}
            for number, (french, english) in enumerate(both, start=1)
        ]
        return {"choices": [*choices, _UNKNOWN] if self.cleaned_data["unknown"] else choices}

    @classmethod
    def initial_of(cls, item: Mapping[str, Any]) -> dict[str, Any]:
        """The fields of a question that is stored."""
        own = [choice["label"] for choice in item["choices"] if choice["code"] != _UNKNOWN["code"]]
        lines = {f"choices_{language}": "\n".join(words[language] for words in own) for language in _LANGUAGES}
        return {**super().initial_of(item), **lines, "unknown": len(own) < len(item["choices"])}


class AmountForm(ItemForm):
    """A number, with its unit."""

    type = "number"
    pairs = ("hint", "unit")
    unit_fr = PlainTextField(label=_("The unit, in French"), required=False, max_length=LONGEST_UNIT)
    unit_en = PlainTextField(label=_("The unit, in English"), required=False, max_length=LONGEST_UNIT)
    least = NumberField(
        label=_("The smallest value that is possible"),
        help_text=_("A value outside is refused as a slip of the pen."),
        min_value=_SMALLEST,
        max_value=_LARGEST,
    )
    most = NumberField(label=_("The largest value that is possible"), min_value=_SMALLEST, max_value=_LARGEST)
    decimals = ChoiceField(
        label=_("How exact?"),
        choices=[
            ("0", _("whole numbers")),
            ("1", _("one digit after the comma")),
            ("2", _("two digits after the comma")),
        ],
        initial="0",
    )

    def clean(self) -> dict[str, Any]:
        """The bounds in order."""
        data = super().clean()
        least, most = data.get("least"), data.get("most")
        if least is not None and most is not None and least >= most:
            self.add_error("most", _("The largest value must be above the smallest."))
        return data

    def more(self) -> dict[str, Any]:
        """Its bounds, exactness and unit."""
        data = self.cleaned_data
        found = {"min": int(data["least"]), "max": int(data["most"]), "decimals": int(data["decimals"])}
        return {**found, "unit": self.words("unit")} if data["unit_fr"] else found

    @classmethod
    def initial_of(cls, item: Mapping[str, Any]) -> dict[str, Any]:
        """The fields of a question that is stored."""
        bounds = {"least": Decimal(item["min"]), "most": Decimal(item["max"]), "decimals": str(item["decimals"])}
        return {**super().initial_of(item), **bounds}


class DayForm(ItemForm):
    """A date."""

    type = "date"
    period = ChoiceField(
        label=_("Which dates are possible?"),
        choices=[("past", _("today or before")), ("future", _("today or later")), ("any", _("any date"))],
        initial="past",
    )

    def more(self) -> dict[str, Any]:
        """Which dates."""
        return {"period": self.cleaned_data["period"]}

    @classmethod
    def initial_of(cls, item: Mapping[str, Any]) -> dict[str, Any]:
        """The fields of a question that is stored."""
        return {**super().initial_of(item), "period": item["period"]}


class DocumentForm(ItemForm):
    """A document."""

    pairs = ()
    # Django's way to do without a field of the class above.
    hint_fr = hint_en = None  # type: ignore[assignment]
    label_fr = PlainTextField(label=_("The document, in French"), max_length=LONGEST_QUESTION)
    label_en = PlainTextField(label=_("The document, in English"), max_length=LONGEST_QUESTION)
    document_type = SelectField(label=_("Its kind"), choices=DOCUMENT_TYPES)
    why_fr = PlainTextField(
        label=_("What you read in it, in French"), help_text=_("In plain words."), max_length=LONGEST_HINT
    )
    why_en = PlainTextField(label=_("What you read in it, in English"), max_length=LONGEST_HINT)
    must = CheckField(
        label=_("The request waits for it"),
        help_text=_("A patient who cannot obtain it says so, and why; the request then goes on without."),
        required=False,
    )

    def item(self) -> dict[str, Any]:
        """The document in the format, its typography set right. After `is_valid()`."""
        data = self.cleaned_data
        words = {"label": self.words("label"), "why": self.words("why")}
        return fixed({"document_type": data["document_type"], "required": data["must"], **words})  # type: ignore[no-any-return]

    @classmethod
    def initial_of(cls, item: Mapping[str, Any]) -> dict[str, Any]:
        """The fields of a document that is stored."""
        return {**super().initial_of(item), "document_type": item["document_type"]}


#: The kinds an expert chooses among: their form, and their name.
KINDS: dict[str, tuple[type[ItemForm], Promise]] = {
    "texte": (TextForm, _("Question answered in words")),
    "oui-non": (YesNoForm, _("Yes-or-no question")),
    "choix": (ChoiceForm, _("Question with a choice of answers")),
    "nombre": (AmountForm, _("Question about a number")),
    "date": (DayForm, _("Question about a date")),
    "document": (DocumentForm, _("Document")),
}


def kind_of(item: Mapping[str, Any]) -> str:
    """The kind of a question or document, a key of `KINDS`."""
    return next(kind for kind, (form, _name) in KINDS.items() if getattr(form, "type", None) == item.get("type"))


class RetireForm(Form):
    """Why a coordinator retires a question."""

    motive = LongTextField(
        label=_("Why"), help_text=_("The expert reads it. In at least 20 characters."), max_length=2_000, rows=3
    )

    def clean_motive(self) -> str:
        """The motive, long enough to mean something."""
        motive: str = self.cleaned_data["motive"]
        if len(motive) < SHORTEST_MOTIVE:
            self.add_error("motive", _("Say why, in at least 20 characters."))
        return motive
