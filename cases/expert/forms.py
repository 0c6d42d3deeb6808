"""Forms of the expert."""

from typing import Any

from django.forms import BoundField
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cases.composing import CORRECTION_WHY, EMPTY_DRAFT
from cases.machine.guards import REASONS
from cases.opinions.content import Divergence, DivergenceOn, Relevance
from cases.services.opinions import MAX_TEXT
from ui import forms

OPTIONS = 3
#: How an opinion stands beside the first one, in words; the patient never reads a code.
DIVERGENCE_WORDS = {
    Divergence.NONE_STATED: _("no first opinion to compare with"),
    Divergence.CONVERGENT: _("agrees with the first opinion"),
    Divergence.MINOR: _("differs on some points"),
    Divergence.DEEP: _("differs deeply"),
    Divergence.UNABLE: _("cannot conclude on this file"),
}
DIVERGENCE_ON_WORDS = {
    DivergenceOn.DIAGNOSIS: _("the diagnosis"),
    DivergenceOn.TREATMENT: _("the treatment"),
    DivergenceOn.BOTH: _("both"),
}
RELEVANCE_WORDS = {
    Relevance.ACCEPT: _("an opinion on the file is relevant here"),
    Relevance.NEEDS_IN_PERSON: _("the patient should be examined as well"),
}


class AcceptForm(forms.Form):
    """The declaration that goes with an acceptance (R.4127-105)."""

    no_conflict = forms.CheckField(label=_("I have no conflict of interest in this case"))


class LeaveForm(forms.Form):
    """Why a case is declined or handed back."""

    reason_code = forms.ChoiceField(label=_("Why"), choices=list(REASONS.items()))
    reason = forms.LongTextField(label=_("In a few words"), required=False, max_length=2_000, rows=3)


class QuestionForm(forms.Form):
    """A question to the requester."""

    text = forms.LongTextField(
        label=_("Your question"),
        help_text=_("One question, in words the patient understands. The clock waits for the answer."),
        max_length=3_000,
        rows=4,
        error_messages={"required": _("Write your question.")},
    )


class AsideForm(forms.Form):
    """Why a piece added meanwhile is set aside."""

    reason = forms.LongTextField(label=_("Why you set it aside"), max_length=1_000, rows=2)


class RetractForm(forms.Form):
    """Why an undelivered opinion is taken back."""

    reason = forms.LongTextField(label=_("Why you take it back"), max_length=2_000, rows=3)


class GiveUpForm(forms.Form):
    """Why a correction is not needed, or not made."""

    why = forms.LongTextField(label=_("Why no new version is needed"), max_length=2_000, rows=3)


class CodeForm(forms.Form):
    """The fresh one-time code."""

    code = forms.CodeField(label=_("Code sent to you by e-mail"))


class SnippetForm(forms.Form):
    """A sentence to use again."""

    label = forms.PlainTextField(label=_("Name"), max_length=80)
    text = forms.LongTextField(label=_("Text"), max_length=3_000, rows=3)


class AddendumForm(forms.Form):
    """The answer to the follow-up question."""

    answer = forms.LongTextField(
        label=_("Your answer"), max_length=MAX_TEXT, rows=8, error_messages={"required": _("Write your answer.")}
    )


class OpinionForm(forms.Form):
    """The opinion, part by part; nothing is required while it is being written.

    Args:
        questions: the questions asked; one answer field each.
        correction: whether it corrects a delivered opinion, and says what is changed.
    """

    def __init__(self, questions: list[str], *args: Any, correction: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.questions = questions
        if correction:
            self._long(
                CORRECTION_WHY,
                _("What is changed, and why"),
                rows=3,
                hint=_("Printed at the head of the new version, and read by everyone who had the former one."),
            )
        self.fields["relevance"] = forms.ChoiceField(
            label=_("Relevance of a remote opinion"), choices=list(RELEVANCE_WORDS.items()), required=False
        )
        self._long("relevance_reason", _("Why"), rows=2, optional=True)
        for index, question in enumerate(questions, start=1):
            self._long(f"answer_{index}", f"{index}. {question}", rows=4)
        self._long("analysis", _("Analysis of the file"), rows=7)
        self.fields["divergence"] = forms.SelectField(
            label=_("Compared with the first opinion"), choices=[("", "…"), *DIVERGENCE_WORDS.items()], required=False
        )
        self.fields["divergence_on"] = forms.SelectField(
            label=_("On"), choices=[("", "…"), *DIVERGENCE_ON_WORDS.items()], required=False
        )
        self._long("divergence_text", _("The comparison, for the patient"), rows=3, optional=True)
        for index in range(1, OPTIONS + 1):
            name = gettext("Option %(n)d") % {"n": index}
            self.fields[f"option_{index}_title"] = forms.PlainTextField(label=name, required=False, max_length=300)
            self._long(f"option_{index}_benefits", _("Benefits"), rows=2, optional=True)
            self._long(f"option_{index}_risks", _("Risks"), rows=2, optional=True)
        self._long("to_discuss", _("To discuss with the treating doctor"), rows=3, optional=True)
        self._long(
            "prognosis",
            _("Prognosis, apart"),
            rows=3,
            optional=True,
            hint=_("Kept apart from the rest; on a separate paper for a patient who does not wish to know."),
        )
        self._long("limits", _("Limits of this opinion"), rows=3, optional=True)
        self._long("sources", _("Sources"), rows=2, optional=True)
        self._long(
            "summary",
            _("In plain words, for the patient"),
            rows=5,
            hint=_("It is read first. Short sentences, no jargon, no alarm."),
        )
        self.fields["tell_in_person"] = forms.CheckField(
            label=_("To be told in person before it is opened"), required=False
        )

    def _long(self, name: str, label: Any, *, rows: int, optional: bool = False, hint: Any = "") -> None:
        self.fields[name] = forms.LongTextField(
            label=label, help_text=hint, required=False, max_length=MAX_TEXT, rows=rows
        )

    @property
    def first_fields(self) -> list[BoundField]:
        """What stands before the options, in the order of writing."""
        names = list(self.fields)
        return [self[name] for name in names[: names.index("option_1_title")]]

    @property
    def options(self) -> list[list[BoundField]]:
        """The fields of each option."""
        parts = ("title", "benefits", "risks")
        return [[self[f"option_{index}_{part}"] for part in parts] for index in range(1, OPTIONS + 1)]

    @property
    def last_fields(self) -> list[BoundField]:
        """What stands after the options."""
        names = list(self.fields)
        return [self[name] for name in names[names.index("to_discuss") :]]

    @property
    def options_started(self) -> bool:
        """Whether a second or third option holds something, so that it is shown open."""
        return any(field.value() or field.errors for option in self.options[1:] for field in option)

    @classmethod
    def initial_of(cls, content: dict[str, Any]) -> dict[str, Any]:
        """The fields of a stored draft."""
        full = {**EMPTY_DRAFT, **content}
        initial = {name: value for name, value in full.items() if name not in ("answers", "options")}
        for index, answer in enumerate(full["answers"], start=1):
            initial[f"answer_{index}"] = answer
        for index, option in enumerate(full["options"][:OPTIONS], start=1):
            for part in ("title", "benefits", "risks"):
                initial[f"option_{index}_{part}"] = option.get(part, "")
        return initial

    @property
    def content(self) -> dict[str, Any]:
        """The cleaned fields as a draft."""
        data = self.cleaned_data
        plain = {
            name: data.get(name) or "" for name in EMPTY_DRAFT if name not in ("answers", "options", "tell_in_person")
        }
        options = []
        for index in range(1, OPTIONS + 1):
            option = {part: data.get(f"option_{index}_{part}") or "" for part in ("title", "benefits", "risks")}
            if any(option.values()):
                options.append({**option, "remark": ""})
        if CORRECTION_WHY in self.fields:
            plain[CORRECTION_WHY] = data.get(CORRECTION_WHY) or ""
        return {
            **plain,
            "answers": [data.get(f"answer_{index}") or "" for index in range(1, len(self.questions) + 1)],
            "options": options,
            "tell_in_person": bool(data.get("tell_in_person")),
        }

    def add_gaps(self, gaps: dict[str, Any]) -> None:
        """Show what is missing at its field."""
        for name, words in gaps.items():
            if name == "questions":
                for index in range(1, len(self.questions) + 1):
                    if not self.cleaned_data.get(f"answer_{index}"):
                        self.add_error(f"answer_{index}", str(words))
            elif name.startswith("options."):
                self.add_error(f"option_{int(name.split('.')[1]) + 1}_title", str(words))
            else:
                self.add_error(name if name in self.fields else None, str(words))
