"""Forms of a request being prepared. Rules are kept by the services."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms as django_forms
from django.utils.functional import lazy
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from accounts.forms import IdentityForm
from accounts.models.patients import birth_place_validator
from cases.checks import MAX_QUESTIONS
from cases.everyone.forms import ExpertChoiceForm
from cases.models.billing import Billing
from cases.models.case import Reception
from cases.models.documents import DocumentType
from consent.models import ConsentText
from ui import forms

#: What a file chooser offers; the vault judges by content.
ACCEPT = ".pdf,.jpg,.jpeg,.png,.heic,.heif,.dcm,.zip,image/*,application/pdf,application/zip,application/dicom"

_capital = lazy(capfirst, str)


def _begun(choices: Sequence[tuple[Any, Any]]) -> list[tuple[Any, Any]]:
    """The same choices, each beginning with a capital as an answer of a form does."""
    return [(value, _capital(label)) for value, label in choices]


# --- opening the draft


class AgreeForm(forms.Form):
    """The agreement to keep a draft, before the first question about health."""

    agree = forms.CheckField(label=_("I agree that my draft is kept."))
    shown_text = django_forms.UUIDField(widget=django_forms.HiddenInput)


class PatientIdentityForm(IdentityForm):
    """The five traits, in the words of the patient's pages; the place of birth may come later in a draft."""

    field_order = (
        "birth_name",
        "birth_first_names",
        "used_name",
        "used_first_name",
        "birth_date",
        "sex",
        "birth_place_code",
        "phone",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Asked once, with the other questions on how to reach the person.
        del self.fields["emergency_name"], self.fields["emergency_phone"]
        words: dict[str, tuple[Any, Any]] = {
            "birth_name": (_("Birth name"), _("As on the birth certificate, even if another one is used today.")),
            "birth_first_names": (_("First names"), _("All of them, in the order of the identity card.")),
            "used_name": (_("Name used today, if it differs"), ""),
            "used_first_name": (_("First name used today, if it differs"), ""),
            "birth_date": (_("Date of birth"), _("For instance 4/11/1962.")),
            "sex": (_("Sex on the identity card"), ""),
            "birth_place_code": (
                _("Code of the place of birth"),
                _(
                    "Five characters. See below where to find it. You may leave it for later; it is needed before "
                    "the request is sent."
                ),
            ),
            "phone": (_("Phone"), _("Where we can call if something is unclear.")),
        }
        for name, (label, hint) in words.items():
            self.fields[name].label, self.fields[name].help_text = label, hint
        self.fields["birth_place_code"].required = False
        self.fields["birth_place_code"].widget.attrs.update({"autocomplete": "off", "class": "short-input"})
        self.fields["birth_date"].widget.attrs["autocomplete"] = "bday"

    def clean_birth_place_code(self) -> str:
        """Five characters without blanks, or nothing yet."""
        code: str = self.cleaned_data["birth_place_code"].replace(" ", "").upper()
        if code:
            birth_place_validator(code)
        return code


# --- documents


class SeveralFilesInput(django_forms.FileInput):
    """A file chooser that takes the photographs of several pages at once."""

    allow_multiple_selected = True


class DescriptionForm(forms.Form):
    """What is said of a document."""

    type = forms.SelectField(label=_("What is it?"), choices=[("", _("Choose…")), *_begun(DocumentType.choices)])
    title = forms.PlainTextField(
        label=_("Name of the document"),
        help_text=_("As you call it, for instance “MRI of March”."),
        required=False,
        max_length=150,
    )
    dated_on = forms.DateField(
        label=_("Date of the document"),
        help_text=_("The date written on it, for instance 4/11/2026."),
        required=False,
        max_value=forms.today,
    )
    author = forms.PlainTextField(
        label=_("Who wrote it?"),
        help_text=_("The doctor, the laboratory or the hospital."),
        required=False,
        max_length=150,
    )
    note = forms.LongTextField(label=_("Anything to say about it?"), required=False, max_length=2000, rows=2)


class DocumentForm(DescriptionForm):
    """A document and its description; the file comes last, so that the rest is known when it fails."""

    file = forms.FileField(
        label=_("The file, or the photos of its pages"),
        required=False,
        widget=SeveralFilesInput(attrs={"accept": ACCEPT, "multiple": True}),
    )


class RemoveForm(forms.Form):
    """Why a document is withdrawn."""

    reason = forms.PlainTextField(label=_("Why?"), required=False, max_length=300)


class MissingForm(forms.Form):
    """«Je ne peux pas l’obtenir», with why."""

    REASONS = {
        "asked": _("I have asked for it, and it has not come"),
        "refused": _("I was told that I cannot have it"),
        "lost": _("It is lost, or too old"),
        "not_done": _("This examination was not done"),
        "elsewhere": _("It is part of another document I added"),
        "other": _("Another reason"),
    }
    why = forms.ChoiceField(label=_("Why can you not obtain it?"), choices=REASONS.items())
    words = forms.PlainTextField(
        label=_("In a few words"),
        help_text=_("For instance whom you asked, and when."),
        required=False,
        max_length=300,
    )

    def clean(self) -> dict[str, Any]:
        """Another reason needs its words."""
        data = super().clean() or self.cleaned_data
        if data.get("why") == "other" and not data.get("words"):
            self.add_error("words", _("Say why in a few words."))
        return data

    @property
    def reason(self) -> str:
        """The reason as it is kept: the words of the choice, and those typed."""
        chosen = str(self.REASONS[self.cleaned_data["why"]])
        return ". ".join(part for part in (chosen, self.cleaned_data["words"]) if part)


class LetterForm(forms.Form):
    """A letter that asks for copies of one's medical file (L.1111-7)."""

    to = forms.PlainTextField(
        label=_("To which hospital or practice?"), help_text=_("Its name, and the department."), max_length=150
    )
    to_address = forms.LongTextField(label=_("Its address"), required=False, max_length=300, rows=3)
    pieces = forms.LongTextField(label=_("Which documents?"), help_text=_("One a line."), max_length=1500, rows=4)
    period = forms.PlainTextField(
        label=_("When were you cared for there?"),
        help_text=_("For instance “from March to June 2026”."),
        required=False,
        max_length=100,
    )
    own_address = forms.LongTextField(
        label=_("Your postal address"),
        help_text=_("Printed on the letter only; it is not kept."),
        max_length=300,
        rows=3,
    )


# --- the request


class QuestionsForm(forms.Form):
    """One to three precise questions."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        labels = (_("Your first question"), _("Your second question"), _("Your third question"))
        for index in range(MAX_QUESTIONS):
            self.fields[f"question_{index + 1}"] = forms.LongTextField(
                label=labels[index], required=index == 0, max_length=600, rows=3
            )

    @property
    def questions(self) -> list[str]:
        """The questions typed, in order."""
        return [self.cleaned_data[name] for name in self.fields if self.cleaned_data[name]]


class ReferralForm(forms.Form):
    """The doctor who refers the patient."""

    doctor = forms.PlainTextField(
        label=_("Which doctor refers you?"),
        help_text=_("His or her name, and the town or the hospital."),
        required=False,
        max_length=200,
    )


class ExpertForm(ExpertChoiceForm):
    """A named expert, or whoever the service suggests."""

    question = _("Who should give the opinion?")
    service = _("Let the service suggest an expert")
    service_hint = _("The coordinating doctor chooses among them. You are told the name, and may refuse it.")


class DoctorChoiceForm(forms.Form):
    """Whether the treating doctor receives the report."""

    choice = forms.ChoiceField(
        label=_("May your treating doctor receive the opinion?"),
        choices=(
            ("named", _("Yes, I give you his or her name")),
            ("none", _("I have no treating doctor")),
            ("refused", _("No")),
        ),
        hints={"refused": _("You need not say why.")},
    )


class DoctorForm(forms.Form):
    """The treating doctor."""

    name = forms.PlainTextField(label=_("Name of your treating doctor"), max_length=150)
    address = forms.LongTextField(
        label=_("Address"), help_text=_("The town is enough if you do not know the rest."), max_length=300, rows=2
    )
    phone = forms.PhoneField(label=_("Phone"), required=False)


class RefusalForm(forms.Form):
    """A refusal, once its consequences were read."""

    shown_text = django_forms.UUIDField(widget=django_forms.HiddenInput)


class ReceptionForm(forms.Form):
    """How the opinion is to be received."""

    reception = forms.ChoiceField(
        label=_("How do you wish to receive the opinion?"),
        choices=_begun(Reception.choices),
        hints={
            Reception.AT_ONCE: _("You are told as soon as it is there, and open it when you choose."),
            Reception.AFTER_CALL: _("Somebody of our team calls you first, at an hour that suits you."),
            Reception.WITH_DOCTOR: _("Your doctor receives it too, and you read it together."),
            Reception.WITH_SOMEONE: _("A person you trust is told when it is there, so that you are not alone."),
        },
    )


class CompanionForm(forms.Form):
    """The person at one's side."""

    name = forms.PlainTextField(label=_("Who will be with you?"), max_length=150)
    phone = forms.PhoneField(label=_("Phone of this person"))


# --- agreements


class ConsentForm(forms.Form):
    """Each purpose apart, unticked; the ids of the texts shown go along.

    Args:
        texts: by purpose, in the order in which they are put.
        required: those without which no opinion is possible.
    """

    def __init__(
        self, *args: Any, texts: dict[str, ConsentText], required: Sequence[str], language: str, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.texts = texts
        for purpose, text in texts.items():
            self.fields[purpose] = forms.CheckField(
                label=text.title(language),
                required=purpose in required,
                error_messages={"required": _("Without this agreement the opinion cannot be asked for.")},
            )
            self.fields[f"{purpose}_text"] = django_forms.UUIDField(
                widget=django_forms.HiddenInput, required=False, initial=text.pk
            )

    @property
    def choices(self) -> dict[str, bool]:
        """Yes or no by purpose."""
        return {purpose: bool(self.cleaned_data.get(purpose)) for purpose in self.texts}

    @property
    def shown_texts(self) -> dict[str, UUID | None]:
        """The text shown by purpose."""
        return {purpose: self.cleaned_data.get(f"{purpose}_text") for purpose in self.texts}


class PayerForm(forms.Form):
    """Who pays; what belongs to an answer that was not chosen is not looked at."""

    who = forms.ChoiceField(
        label=_("Who pays?"),
        choices=Billing.Who.choices,
        hints={
            Billing.Who.VOUCHER: _(
                "You advance nothing. Your insurer or employer does not learn who used the voucher."
            ),
            Billing.Who.HELP: _(
                "You ask for a lower price, or for none. No proof and no reason are asked for; the service, the expert "
                "and the order of the files stay the same."
            ),
        },
    )
    code = forms.PlainTextField(
        label=_("Code of the voucher, if you have one"),
        help_text=_("12 characters, such as K7QF-2MZD-9TRX. Dashes and capitals do not matter."),
        required=False,
        max_length=40,
    )
    note = forms.LongTextField(
        label=_("A word to the team, if you cannot pay"),
        help_text=_("Only if you wish. Write nothing about your health here."),
        required=False,
        max_length=1_000,
        rows=3,
    )
