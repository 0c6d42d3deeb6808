"""Forms of the expert, the agreement, and what comes after the sending. Services keep the rules."""

from collections.abc import Sequence
from typing import Any

from django import forms as django_forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cases.everyone.forms import ExpertChoiceForm
from consent.models import ConsentText, Purpose
from ui import forms


class ExpertForm(ExpertChoiceForm):
    """A named expert, or whoever the service chooses."""

    question = _("Who gives the opinion?")
    service = _("The service chooses")
    service_hint = _("The coordinating doctor finds an expert of this disease who is free.")
    shows_department = True


class AttestForm(forms.Form):
    """The agreement a professional collected: each purpose apart, the day, the means, the text handed over (S2-06).

    Args:
        texts: by purpose, 1 to 3.
        required: those without which nothing is sent.
        expert: the name of the expert, when one is named.
    """

    collected_on = forms.DateField(label=_("Day of the agreement"), max_value=forms.today)
    means = forms.ChoiceField(
        label=_("How was it given?"),
        choices=(("oral", _("Orally")), ("written", _("In writing"))),
    )
    text_handed_over = forms.CheckField(label=_("I handed over the text below, on paper or on screen."))

    def __init__(
        self, *args: Any, texts: dict[str, ConsentText], required: Sequence[str], expert: str = "", **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.texts = texts
        for purpose, text in texts.items():
            self.fields[purpose] = forms.CheckField(
                label=_purpose_words(purpose, expert),
                required=purpose in required,
                error_messages={"required": _("Without this agreement nothing can be sent.")},
            )
            self.fields[f"{purpose}_text"] = django_forms.UUIDField(
                widget=django_forms.HiddenInput, required=False, initial=text.pk
            )

    @property
    def choices(self) -> dict[str, bool]:
        """Yes or no by purpose."""
        return {purpose: bool(self.cleaned_data.get(purpose)) for purpose in self.texts}

    @property
    def shown_texts(self) -> dict[str, Any]:
        """The text shown by purpose."""
        return {purpose: self.cleaned_data.get(f"{purpose}_text") for purpose in self.texts}


def _purpose_words(purpose: str, expert: str) -> str:
    """What the patient agrees to, as the professional states it."""
    return {
        Purpose.ACT: gettext("The patient accepts that an expert gives an opinion on the file, at a distance."),
        Purpose.SHARING_NAMED: gettext("The patient accepts that the file is read by %(name)s.") % {"name": expert},
        Purpose.SHARING_DELEGATED: gettext(
            "The patient accepts that the file is read by an expert whom the coordinating doctor chooses."
        ),
        Purpose.TREATING_DOCTOR: gettext("The patient accepts that the treating doctor receives the report."),
    }[Purpose(purpose)]


class ReachForm(forms.Form):
    """The address the patient's code is sent to."""

    email = forms.EmailField(
        label=_("E-mail address of the patient"),
        help_text=_("Leave it empty if there is none: you then print a letter."),
        required=False,
        max_length=254,
        widget=django_forms.EmailInput(attrs={"autocomplete": "off"}),
    )


class AnswerForm(forms.Form):
    """The answer to the expert's question; not knowing is an answer."""

    answer = forms.LongTextField(label=_("Your answer"), required=False, max_length=10_000, rows=5)
    unknown = forms.CheckField(label=_("I do not know"), required=False)

    def clean(self) -> dict[str, Any]:
        """Something must be said: words, or that one does not know."""
        data = super().clean() or self.cleaned_data
        if not data.get("answer") and not data.get("unknown") and "answer" not in self.errors:
            self.add_error("answer", _("Write your answer, or tick «I do not know»."))
        return data


class FollowUpForm(forms.Form):
    """The one follow-up question."""

    question = forms.LongTextField(
        label=_("Your follow-up question"),
        help_text=_("One question, within thirty days of the first reading. The answer is a signed addendum."),
        max_length=4_000,
        rows=4,
        error_messages={"required": _("Write your question.")},
    )


class AdditionForm(forms.Form):
    """Something added to a request that was already sent."""

    text = forms.LongTextField(
        label=_("What is to be added"),
        help_text=_("It is dated and shown beside the request; what was sent is not changed."),
        max_length=6_000,
        rows=5,
    )
