"""Forms of a request by phone."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.models import Patient
from cases.models import Document
from cases.patient.start.forms import AgreeForm, PatientIdentityForm
from cases.start import words
from cases.start.begun import Begun
from experts.selectors import known_pathologies
from ui import forms
from ui.dates import say_date


class CallForm(forms.Form):
    """What the public pages ask, on one page, and who calls."""

    emergency = forms.ChoiceField(
        label=_("Is anything happening now that cannot wait?"), choices=words.EMERGENCY.items()
    )
    diagnosis = forms.ChoiceField(
        label=_("Has a doctor already given a diagnosis and a first opinion?"), choices=words.DIAGNOSIS.items()
    )
    pathology = forms.SelectField(label=_("Which disease is it?"), choices=())
    planned_on = forms.ComingDateField(
        label=_("Is an operation or a treatment already planned?"),
        help_text=_("Its date, even approximate. Leave empty if nothing is planned."),
        required=False,
    )
    language = forms.ChoiceField(
        label=_("In which language do you want to read the opinion?"), choices=words.LANGUAGES.items(), initial="fr"
    )
    needs = forms.MultipleChoiceField(label=_("What would help you?"), choices=words.NEEDS.items(), required=False)
    interpreter_for = forms.PlainTextField(
        label=_("If you need an interpreter, for which language?"), required=False, max_length=60
    )
    birth_date = forms.DateField(
        label=_("The patient’s date of birth"), help_text=_("For instance 4/11/1962."), max_value=forms.today
    )
    name = forms.PlainTextField(
        label=_("The first letters of the birth name"), help_text=_("Three are enough."), max_length=40
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = [(one.code, one.name) for one in known_pathologies() if one.is_open]
        field: Any = self.fields["pathology"]
        field.choices = [("", _("Choose…")), *offered]

    def clean(self) -> dict[str, Any]:
        """An emergency, or a case too early, ends the call's request: the nurse says what to do instead."""
        data = super().clean() or self.cleaned_data
        if data.get("emergency") == "yes":
            self.add_error("emergency", _("Put the call through to 15 now. No request is opened."))
        if data.get("diagnosis") in ("no", "no_opinion"):
            self.add_error(
                "diagnosis", _("No request is opened without a first opinion: advise to see a doctor first.")
            )
        return data

    def put_into(self, begun: Begun) -> Begun:
        """The answers as they travel to the next page; who it is about is searched, not carried."""
        data = self.cleaned_data
        planned: date | None = data["planned_on"]
        return replace(
            begun,
            emergency=data["emergency"],
            diagnosis=data["diagnosis"],
            whom="self",
            planned_on=planned.isoformat() if planned else "",
            language=data["language"],
            needs=tuple(data["needs"]),
            interpreter_for=data["interpreter_for"],
            pathology=data["pathology"],
        )


class WhoForm(forms.Form):
    """Which of the identities found, if any.

    Args:
        found: those with this date of birth and these first letters.
    """

    NEW = "new"
    patient = forms.ChoiceField(label=_("Is it one of these people?"), choices=())

    def __init__(self, *args: Any, found: Sequence[Patient], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["patient"]
        field.choices = [
            *((str(one.pk), f"{one.birth_name} {one.birth_first_names}") for one in found),
            (self.NEW, _("No, it is somebody else")),
        ]
        field.hints = {
            str(one.pk): " · ".join(part for part in (say_date(one.birth_date, "full"), one.phone) if part)
            for one in found
        }


class SpokenAgreement(AgreeForm):
    """The agreement given aloud."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["agree"].label = _("I have read this text aloud, and the patient agrees that a draft is kept.")


class CallerIdentityForm(PatientIdentityForm):
    """The identity, and the address the confirming code goes to."""

    email = forms.EmailField(
        label=_("E-mail address of the patient"),
        help_text=_("For the code that confirms the request. Without one, a signed letter confirms it."),
        required=False,
        max_length=254,
    )


class EmailForm(forms.Form):
    """Where the confirming code goes."""

    email = forms.EmailField(label=_("E-mail address of the patient"), max_length=254)


class ConfirmForm(forms.Form):
    """How the patient confirms.

    Args:
        letters: the letters in the file.
        has_email: whether a code can be sent.
    """

    means = forms.ChoiceField(label=_("How does the patient confirm?"), choices=())
    code = forms.CodeField(label=_("The code the patient reads out"), required=False)
    letter = forms.SelectField(label=_("The signed letter"), choices=(), required=False)

    def __init__(self, *args: Any, letters: list[Document], has_email: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        means: Any = self.fields["means"]
        means.choices = [
            *([("phone_code", _("By a code sent to the patient’s e-mail address"))] if has_email else []),
            ("signed_letter", _("By a signed letter, which is in the file")),
        ]
        field: Any = self.fields["letter"]
        field.choices = [("", _("Choose…")), *((str(one.pk), one.title) for one in letters)]

    def clean(self) -> dict[str, Any]:
        """Each means needs its proof."""
        data = super().clean() or self.cleaned_data
        if data.get("means") == "phone_code" and not data.get("code") and "code" not in self.errors:
            self.add_error("code", _("Enter the code."))
        if data.get("means") == "signed_letter" and not data.get("letter"):
            self.add_error("letter", _("Choose the letter. Add it to the documents first if it is not there."))
        return data
