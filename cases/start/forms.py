"""One form a question, before the account exists. Each gives the fields of `begun.Begun` it answers."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from django import forms as django_forms
from django.utils.translation import gettext_lazy as _

from cases.start import words
from cases.start.begun import Begun
from experts.models import Pathology
from ui import forms
from ui.dates import say_date, say_month

#: The way out for somebody whose disease is not offered.
OTHER_DISEASE = "other"


def planned_hint() -> str:
    """How a planned date may be typed, with examples that lie ahead."""
    day = forms.today() + timedelta(days=30)
    return _(
        "Its date, even approximate, for instance %(day)s or %(month)s. A month alone means its first day. Leave empty "
        "if nothing is planned."
    ) % {"day": say_date(day, "full"), "month": say_month(day)}


class StepForm(forms.Form):
    """A question whose fields are named as those of `Begun`."""

    def put_into(self, begun: Begun) -> Begun:
        """The answers with what was just entered. After `is_valid()`."""
        return replace(begun, **self.cleaned_data)


class EmergencyForm(StepForm):
    """Whether it cannot wait."""

    emergency = forms.ChoiceField(
        label=_("Is anything happening now that cannot wait?"), choices=words.EMERGENCY.items()
    )


class DiagnosisForm(StepForm):
    """Whether a first opinion exists."""

    diagnosis = forms.ChoiceField(
        label=_("Has a doctor already given a diagnosis and a first opinion?"),
        choices=words.DIAGNOSIS.items(),
        hints=words.DIAGNOSIS_HINTS,
    )


class WhomForm(StepForm):
    """For whom the opinion is asked."""

    whom = forms.ChoiceField(
        label=_("Who is this second opinion for?"), choices=words.WHOM.items(), hints=words.WHOM_HINTS
    )


class DateForm(StepForm):
    """A planned operation or treatment."""

    planned_on = forms.ComingDateField(
        label=_("Is an operation or a treatment already planned?"),
        required=False,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["planned_on"].help_text = planned_hint()

    def put_into(self, begun: Begun) -> Begun:
        """The date as it travels."""
        day = self.cleaned_data["planned_on"]
        return replace(begun, planned_on=day.isoformat() if day else "")


class NeedsForm(StepForm):
    """How we should write and speak."""

    language = forms.ChoiceField(
        label=_("In which language do you want to read the opinion?"), choices=words.LANGUAGES.items()
    )
    needs = forms.MultipleChoiceField(
        label=_("What would help you?"),
        help_text=_("Tick what applies. We ask so that we can arrange it."),
        choices=words.NEEDS.items(),
        required=False,
    )
    interpreter_for = forms.PlainTextField(
        label=_("If you need an interpreter, for which language?"), required=False, max_length=60
    )

    def put_into(self, begun: Begun) -> Begun:
        """The needs as they travel."""
        return replace(begun, **{**self.cleaned_data, "needs": tuple(self.cleaned_data["needs"])})


class BeginningForm(DateForm, NeedsForm):
    """The planned date and the needs together, to correct them in a draft."""

    field_order = ("planned_on", "language", "needs", "interpreter_for")


class SearchForm(forms.Form):
    """The words that find a disease."""

    q = forms.PlainTextField(
        label=_("Find your disease"),
        help_text=_("In your own words. Spelling mistakes do not matter."),
        required=False,
        max_length=200,
        widget=django_forms.TextInput(attrs={"autocomplete": "off", "enterkeyhint": "search"}),
    )


class DiseaseForm(StepForm):
    """Which disease, out of those shown.

    Args:
        found: those shown, best first.
    """

    pathology = forms.ChoiceField(label=_("Which disease is it?"), choices=())

    def __init__(self, *args: Any, found: Sequence[Pathology] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["pathology"]
        field.choices = [
            *((pathology.code, pathology.name) for pathology in found),
            (OTHER_DISEASE, _("My disease is not in this list")),
        ]
        field.hints = {pathology.code: pathology.plain for pathology in found}
