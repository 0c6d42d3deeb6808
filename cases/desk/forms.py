"""Forms of the desk."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any, cast

from django.conf import settings
from django.utils.functional import lazy
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from cases.machine.guards import CHECKLIST, IDENTITY_MEANS
from cases.models.billing import Payer, Receipt
from cases.models.desk import CallTask
from cases.models.opinions import DoctorCopy
from cases.models.referral import ReferralRule
from cases.models.states import State
from cases.services.desk import TRIES_BEFORE_GIVING_UP
from cases.services.payers import Terms
from cases.start.prices import Fees
from ui import forms

_capital = lazy(capfirst, str)
#: The lines of the completeness checklist, in words.
CHECKLIST_WORDS = {
    "answers_read": _("I have read the answers; they are coherent"),
    "documents_read": _("I have opened each document: readable, and of this patient"),
    "questions_clear": _("The questions to the expert are clear"),
    "scope_fits": _("A second opinion on the file alone fits this situation"),
}
STOP_WORDS = {
    "death": _("death of the patient"),
    "duplicate": _("duplicate of another case"),
    "opened_in_error": _("opened in error"),
}
HOLD_WORDS = {
    "wrong_document": _("a document may belong to someone else"),
    "other_parent": _("the second parent objects"),
    "majority": _("the patient comes of age"),
    "breach": _("suspected breach of security"),
    "other": _("another reason"),
}


def _capitals(choices: Iterable[tuple[str, Any]]) -> list[tuple[str, Any]]:
    """The same choices, each beginning with a capital."""
    return [(value, _capital(label)) for value, label in choices]


#: Calls somebody of the service may plan: a report to send is no call.
CALLS = [choice for choice in CallTask.Why.choices if choice[0] != CallTask.Why.DOCTOR_COPY]


class SearchForm(forms.Form):
    """Search by reference, name or pathology: posted, so that no name stands in an address."""

    words = forms.PlainTextField(label=_("Search"), required=False, max_length=120)
    state = forms.SelectField(
        label=_("State"),
        required=False,
        choices=[("", _("all open states")), ("all", _("all, ended too")), *State.choices],
    )


class ReferralRuleForm(forms.Form):
    """Whether a doctor must refer patients, and the legal note this rests on."""

    rule = forms.ChoiceField(label=_("What is asked of a patient"), choices=ReferralRule.choices)
    decided_on = forms.DateField(label=_("Decided on"), max_value=forms.today, initial=forms.today)
    note = forms.LongTextField(
        label=_("Legal note"),
        help_text=_(
            "Who advised, when, and what follows. At least 20 characters; it stays on the desk, with your name."
        ),
        max_length=4_000,
        rows=5,
    )


class ChecklistForm(forms.Form):
    """The completeness checklist."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for line in CHECKLIST:
            self.fields[line] = forms.CheckField(label=CHECKLIST_WORDS[line], required=False)


class IdentityForm(forms.Form):
    """How the patient's identity was checked."""

    means = forms.SelectField(label=_("How the identity was checked"), choices=[("", "…"), *IDENTITY_MEANS.items()])


class PaymentForm(forms.Form):
    """Money that came."""

    amount = forms.NumberField(label=_("Amount received"), places=2, unit="€")
    means = forms.ChoiceField(label=_("How it was paid"), choices=_capitals(Receipt.Means.choices))
    paid_on = forms.DateField(label=_("Day of the payment"), max_value=forms.today)
    payer = forms.PlainTextField(label=_("Name on the receipt"), max_length=120)

    @property
    def cents(self) -> int:
        """The amount in cents."""
        return int(self.cleaned_data["amount"] * 100)


class RefundForm(forms.Form):
    """Money that went back, or a payment recorded by mistake."""

    reason = forms.ChoiceField(label=_("What it is"), choices=_capitals(Receipt.Reason.choices))
    amount = forms.NumberField(label=_("Amount"), places=2, unit="€")
    means = forms.ChoiceField(label=_("How it was given back"), choices=_capitals(Receipt.Means.choices))
    paid_on = forms.DateField(label=_("Day"), max_value=forms.today)

    @property
    def cents(self) -> int:
        """The amount in cents."""
        return int(self.cleaned_data["amount"] * 100)


class PriceForm(forms.Form):
    """What the coordinating doctor decides about the price of one request."""

    decision = forms.ChoiceField(
        label=_("Your decision"),
        choices=[
            ("waived", _("Nothing to pay")),
            ("reduced", _("A lower price")),
            ("kept", _("The price stays as it is")),
        ],
    )
    expert = forms.NumberField(
        label=_("Fee of the expert doctor, if lowered"), places=2, unit="€", min_value=0, required=False
    )
    service = forms.NumberField(
        label=_("Fee of the service, if lowered"), places=2, unit="€", min_value=0, required=False
    )
    motive = forms.LongTextField(
        label=_("Motive"),
        help_text=_("For the service alone: the patient and the expert do not read it."),
        max_length=2_000,
        rows=3,
    )

    def clean(self) -> dict[str, Any]:
        """A lower price has its two fees."""
        data = super().clean() or {}
        if data.get("decision") == "reduced":
            for name in ("expert", "service"):
                if data.get(name) is None and name not in self.errors:
                    self.add_error(name, _("Enter a number."))
        return data

    @property
    def fees(self) -> Fees | None:
        """The new fees; None where the price stays."""
        data = self.cleaned_data
        if data["decision"] == "reduced":
            return Fees(int(data["expert"] * 100), int(data["service"] * 100))
        return Fees(0, 0) if data["decision"] == "waived" else None


class ManagerForm(forms.Form):
    """Whose account manages the vouchers of a payer."""

    email = forms.EmailField(
        label=_("E-mail address of the account"),
        help_text=_("The administrator makes the account first, with the role “payer manager”."),
    )


class PayerForm(forms.Form):
    """What is agreed with a payer."""

    name = forms.PlainTextField(label=_("Name of the payer"), max_length=120)
    kind = forms.ChoiceField(label=_("What it is"), choices=_capitals(Payer.Kind.choices))
    agreed_from = forms.DateField(label=_("The agreement begins on"))
    agreed_until = forms.DateField(label=_("The agreement ends on"), required=False)
    allowance = forms.NumberField(
        label=_("Vouchers the agreement allows"),
        help_text=_("All that are made count, cancelled ones too."),
        min_value=0,
        max_value=100_000,
    )
    active = forms.CheckField(
        label=_("The agreement is in force: vouchers may be made and used"), required=False, initial=True
    )

    @property
    def terms(self) -> Terms:
        """What was entered."""
        data = self.cleaned_data
        return Terms(**{**data, "allowance": int(data["allowance"]), "active": bool(data["active"])})


class OwnerForm(forms.Form):
    """Who follows the case, and who replaces him."""

    def __init__(self, people: list[User], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = {str(person.pk): person for person in people}
        choices = [("", _("nobody")), *((key, person.get_full_name()) for key, person in self.people.items())]
        self.fields["owner"] = forms.SelectField(label=_("Followed by"), required=False, choices=choices)
        self.fields["deputy"] = forms.SelectField(label=_("Replaced by"), required=False, choices=choices)

    def person(self, name: str) -> User | None:
        """The user chosen in a field."""
        return self.people.get(self.cleaned_data.get(name) or "")


class NoteForm(forms.Form):
    """A note of the service."""

    text = forms.LongTextField(label=_("Note for the team"), max_length=6_000, rows=3)


class CallForm(forms.Form):
    """A call to plan."""

    why = forms.SelectField(label=_("Call to plan"), choices=[("", "…"), *CALLS])


class CallDoneForm(forms.Form):
    """What came of a call."""

    OUTCOMES = (("yes", _("Yes, the call is made")), ("no", _("Nobody answered")))
    LAST = ("never", _("Nobody answered, and nobody calls again"))

    reached = forms.ChoiceField(
        label=_("Did you reach the person?"),
        choices=OUTCOMES,
        hints={"no": _("The call stays on the list, to be tried again later today or on the next working day.")},
    )
    note = forms.LongTextField(label=_("What was said"), required=False, max_length=4_000, rows=3)

    def __init__(self, *args: Any, tries: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if tries >= TRIES_BEFORE_GIVING_UP:
            reached = cast("forms.ChoiceField", self.fields["reached"])
            reached.choices = [*self.OUTCOMES, self.LAST]
            reached.hints = {**reached.hints, "never": _("The call leaves the list. Say below what is done instead.")}


class AlertDoneForm(forms.Form):
    """What was done about an alert."""

    outcome = forms.LongTextField(label=_("What was done"), max_length=4_000, rows=3)
    document_is_right = forms.CheckField(label=_("The document is of this patient: show it again"), required=False)


class InformationForm(forms.Form):
    """What the requester is asked."""

    message = forms.LongTextField(
        label=_("Your message"),
        max_length=6_000,
        rows=4,
        error_messages={"required": _("Write your message.")},
    )
    items = forms.LongTextField(
        label=_("What is missing"), help_text=_("One thing a line."), required=False, max_length=3_000, rows=4
    )


class GivenForm(forms.Form):
    """What came by post or phone."""

    answer = forms.LongTextField(label=_("What was given, by post or phone"), max_length=6_000, rows=4)


class DeclineForm(forms.Form):
    """Why the service declines."""

    motive = forms.LongTextField(label=_("Motive, for the service"), max_length=4_000, rows=3)
    explanation = forms.LongTextField(
        label=_("Explanation the patient reads"),
        help_text=_("Short, warm, exact."),
        max_length=4_000,
        rows=4,
    )
    instead = forms.LongTextField(label=_("What to do instead"), max_length=4_000, rows=3)


class MotiveForm(forms.Form):
    """A motive."""

    motive = forms.LongTextField(label=_("Motive"), max_length=4_000, rows=3)


class ReasonForm(forms.Form):
    """A reason shown to the expert."""

    reason = forms.LongTextField(
        label=_("What is to be changed in the form"),
        help_text=_("Form only: a doubt on the content is a message to the expert, and a hold."),
        max_length=4_000,
        rows=3,
    )


class AskCorrectionForm(forms.Form):
    """What the expert is asked to correct."""

    why = forms.LongTextField(
        label=_("What should be corrected, and why"), help_text=_("The expert reads this."), max_length=4_000, rows=4
    )


class SentForm(forms.Form):
    """How and when the report left for the treating doctor."""

    means = forms.ChoiceField(label=_("How was it sent?"), choices=DoctorCopy.Means.choices)
    sent_on = forms.DateField(label=_("Day of the sending"), max_value=forms.today)


class EndCorrectionForm(forms.Form):
    """Why a correction is ended without a new version."""

    why = forms.LongTextField(
        label=_("Why it is ended without a new version"),
        help_text=_("The expert reads this."),
        max_length=4_000,
        rows=3,
    )


class PatientWordForm(forms.Form):
    """The patient's word, as recorded."""

    patient_word = forms.LongTextField(label=_("What the patient said, when and how"), max_length=4_000, rows=3)


class HoldForm(forms.Form):
    """A hold: reason, words for the patient, date to look again."""

    reason_code = forms.SelectField(label=_("Reason"), choices=[("", "…"), *HOLD_WORDS.items()])
    told = forms.LongTextField(label=_("What the patient reads"), max_length=4_000, rows=3)
    review_on = forms.DateField(
        label=_("To be looked at again on"),
        help_text=_("Within fourteen days."),
        min_value=forms.today,
        max_value=lambda: forms.today() + timedelta(days=settings.HOLD_REVIEW_DAYS),
    )


class StopForm(forms.Form):
    """A stop to ask for."""

    code = forms.SelectField(label=_("Reason"), choices=[("", "…"), *STOP_WORDS.items()])
    motive = forms.LongTextField(label=_("Motive"), max_length=4_000, rows=3)


class WhyForm(forms.Form):
    """Why this expert."""

    why = forms.LongTextField(label=_("Why this expert"), required=False, max_length=2_000, rows=2)


class OverrideForm(forms.Form):
    """The motive of an override, and the fresh code."""

    motive = forms.LongTextField(
        label=_("Motive"),
        help_text=_("Twenty characters at least. The patient and the expert are told; the history shows it."),
        max_length=4_000,
        rows=3,
    )
    code = forms.CodeField(label=_("Code sent to you by e-mail"))


class EmptyForm(forms.Form):
    """Nothing to fill in: a confirmation."""
