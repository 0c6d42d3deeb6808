"""Forms of the patient's pages after the request was sent."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from cases.models.case import Reception
from ui import forms


class AnswerForm(forms.Form):
    """The answer to the expert's question; «je ne sais pas» is one."""

    answer = forms.LongTextField(
        label=_("Your answer"),
        help_text=_("Write simply, as you would say it."),
        required=False,
        max_length=10_000,
        rows=5,
    )
    unknown = forms.CheckField(label=_("I do not know"), required=False)

    def clean(self) -> dict[str, Any]:
        """Something must be said: words, or that one does not know."""
        data = super().clean() or self.cleaned_data
        if not data.get("answer") and not data.get("unknown") and "answer" not in self.errors:
            self.add_error("answer", _("Write your answer, or tick «I do not know»."))
        return data


class InformationForm(forms.Form):
    """The answer to the service's request: one field a thing asked, and a free one."""

    def __init__(self, items: list[str], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.items = items
        for index, item in enumerate(items):
            self.fields[f"item_{index}"] = forms.LongTextField(
                label=item,
                help_text=_("Answer here, or say that you added the document, or that you cannot obtain it."),
                max_length=4_000,
                rows=3,
            )
        self.fields["answer"] = forms.LongTextField(
            label=_("Anything else you want to say"), required=False, max_length=4_000, rows=3
        )

    @property
    def item_answers(self) -> dict[str, str]:
        """The answers by the thing asked."""
        return {item: self.cleaned_data[f"item_{index}"] for index, item in enumerate(self.items)}


class FollowUpForm(forms.Form):
    """The one follow-up question."""

    question = forms.LongTextField(
        label=_("Your question to the expert"),
        max_length=4_000,
        rows=5,
        error_messages={"required": _("Write your question.")},
    )


class AdditionForm(forms.Form):
    """Something added to answers that were already sent."""

    text = forms.LongTextField(
        label=_("What you want to add"),
        help_text=_("It is dated and shown beside your answers; what you wrote before is not changed."),
        max_length=6_000,
        rows=5,
    )


class ReceptionForm(forms.Form):
    """How the patient wishes to receive the opinion."""

    reception = forms.ChoiceField(label=_("How do you wish to receive the opinion?"), choices=Reception.choices)
    person_name = forms.PlainTextField(label=_("Name of the person with you"), required=False, max_length=120)
    person_phone = forms.PhoneField(label=_("Phone of this person"), required=False)

    def clean(self) -> dict[str, Any]:
        """Who is named must have a name."""
        data = super().clean() or self.cleaned_data
        if data.get("reception") == Reception.WITH_SOMEONE and not data.get("person_name"):
            self.add_error("person_name", _("Give the name of this person."))
        return data
