"""What the desk records about an expert, and what an expert plans, as forms."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, time
from typing import Any, cast

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from clock import now
from errors import Invalid, Text
from experts.models import ExpertProfile, Pathology, Registration
from experts.models.profiles import LANGUAGES
from experts.services import SHORTEST_MOTIVE
from ui.dates import PARIS
from ui.forms import (
    ChoiceField,
    DateField,
    Form,
    LongTextField,
    MultipleChoiceField,
    NumberField,
    PlainTextField,
    SelectField,
    today,
)


def instant_of(day: date | None) -> datetime | None:
    """An instant of a day that was typed: the present one for today, else its beginning in Paris; None for no day."""
    if day is None:
        return None
    return now() if day == today() else datetime.combine(day, time(), tzinfo=PARIS)


def _offer(form: Form, name: str, choices: Sequence[tuple[str, Text]]) -> None:
    cast("ChoiceField | MultipleChoiceField", form.fields[name]).choices = choices


def add_refusal(form: Form, refusal: Invalid) -> None:
    """Show what a service refused, at the fields it names."""
    for name, message in refusal.fields.items():
        form.add_error(name if name in form.fields else None, str(message))
    if not refusal.fields:
        form.add_error(None, str(refusal.message))


def submit(form: Form, change: Callable[[], object]) -> bool:
    """Whether the form was in order and the service made the change; if not, the form says why."""
    if not form.is_valid():
        return False
    try:
        change()
    except Invalid as refusal:
        add_refusal(form, refusal)
        return False
    return True


class AbsenceForm(Form):
    """Days away."""

    start = DateField(label=_("First day away"), help_text=_("For instance 24/12/2026."))
    end = DateField(label=_("Last day away"), help_text=_("The same day for a single day."))


class CapacityForm(Form):
    """How many cases a month an expert takes."""

    capacity_per_month = NumberField(
        label=_("Cases a month, at most"),
        min_value=0,
        max_value=100,
        help_text=_("0 to be proposed none for the moment. The cases you hold stay with you."),
    )


class PracticeForm(Form):
    """What an expert covers, where he practises, how many cases he takes."""

    pathologies = MultipleChoiceField(label=_("Pathologies covered"), required=False)
    languages = MultipleChoiceField(label=_("Languages of the opinions"), choices=LANGUAGES)
    capacity_per_month = NumberField(
        label=_("Cases a month, at most"), min_value=0, max_value=100, help_text=_("0 to be proposed none.")
    )
    institution = PlainTextField(
        label=_("Hospital or practice"),
        required=False,
        max_length=200,
        help_text=_("An expert of the department that gave the first opinion is never proposed the case."),
    )
    department = PlainTextField(label=_("Department"), required=False, max_length=200)

    def __init__(self, *args: Any, pathologies: Iterable[Pathology], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.known = {pathology.code: pathology for pathology in pathologies}
        _offer(self, "pathologies", [(code, p.name) for code, p in self.known.items()])

    def cleaned(self) -> dict[str, Any]:
        """The arguments of the service. After `is_valid()`."""
        data = dict(self.cleaned_data)
        data["pathologies"] = [self.known[code] for code in data["pathologies"]]
        data["capacity_per_month"] = int(data["capacity_per_month"])
        return data


class AddExpertForm(PracticeForm):
    """A person who holds the role of expert, and his practice."""

    field_order = ("user", "pathologies")
    user = SelectField(label=_("Person"), help_text=_("People who hold the role of expert and have no profile yet."))

    def __init__(self, *args: Any, users: Iterable[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.users = {str(user.pk): user for user in users}
        names = [(key, user.get_full_name()) for key, user in self.users.items()]
        _offer(self, "user", [("", _("Choose a person")), *names])

    def cleaned(self) -> dict[str, Any]:
        """The arguments of the service. After `is_valid()`."""
        data = super().cleaned()
        return {**data, "user": self.users[data["user"]]}


class RegistrationForm(Form):
    """A check of the registration."""

    checked_on = DateField(label=_("Checked on"), max_value=today)
    means = ChoiceField(label=_("How was it checked?"), choices=Registration.Means.choices)
    outcome = ChoiceField(
        label=_("What did the check say?"),
        choices=[choice for choice in Registration.Outcome.choices if choice[0] != Registration.Outcome.UNCLEAR],
        hints={"not_registered": _("The expert is suspended at once, and open cases change hands.")},
    )

    def cleaned(self) -> dict[str, Any]:
        """The arguments of the service. After `is_valid()`."""
        data = self.cleaned_data
        return {"checked_at": instant_of(data["checked_on"]), "means": data["means"], "outcome": data["outcome"]}


class InsuranceForm(Form):
    """A certificate of insurance."""

    insurer = PlainTextField(label=_("Insurer"), max_length=150)
    valid_from = DateField(label=_("Covered from"))
    valid_until = DateField(label=_("Covered until"), help_text=_("The last day on the certificate."))

    def cleaned(self) -> dict[str, Any]:
        """The arguments of the service. After `is_valid()`."""
        return dict(self.cleaned_data)


class ConventionForm(Form):
    """A convention and its dates."""

    version = PlainTextField(label=_("Version of the text"), max_length=20)
    signed_by_expert_on = DateField(label=_("Signed by the expert on"), required=False, max_value=today)
    signed_by_service_on = DateField(label=_("Signed by the service on"), required=False, max_value=today)
    sent_to_order_on = DateField(
        label=_("Sent to the departmental council of the Order on"),
        required=False,
        max_value=today,
        help_text=_("Within a month of the last signature. You can record it later."),
    )
    ends_on = DateField(label=_("Ends on"), required=False, help_text=_("Leave empty when it has no end."))

    def cleaned(self) -> dict[str, Any]:
        """The arguments of the service. After `is_valid()`."""
        data = self.cleaned_data
        return {
            "version": data["version"],
            "signed_by_expert_at": instant_of(data["signed_by_expert_on"]),
            "signed_by_service_at": instant_of(data["signed_by_service_on"]),
            "sent_to_order_at": instant_of(data["sent_to_order_on"]),
            "ends_on": data["ends_on"],
        }


class SentForm(Form):
    """When a convention went to the Order."""

    sent_to_order_on = DateField(label=_("Sent to the departmental council of the Order on"), max_value=today)


class InterestsForm(Form):
    """A declaration of links with industry."""

    declared_on = DateField(label=_("Declared on"), max_value=today)
    expires_on = DateField(label=_("Holds until"))

    def cleaned(self) -> dict[str, Any]:
        """The arguments of the service. After `is_valid()`."""
        return dict(self.cleaned_data)


class CommitteeForm(Form):
    """A decision the committee took on paper."""

    accepted_on = DateField(label=_("Accepted on"), max_value=today)

    def cleaned(self) -> dict[str, Any]:
        """The arguments of the service. After `is_valid()`."""
        return dict(self.cleaned_data)


class StatusForm(Form):
    """A change of status and its motive."""

    status = ChoiceField(
        label=_("New status"),
        hints={
            "suspended": _("No case is proposed any more; open cases go back to the coordinators at once."),
            "ended": _("For good. Open cases go back to the coordinators at once."),
            "absent": _("No case is proposed; open cases stay with the expert."),
        },
    )
    motive = LongTextField(
        label=_("Why?"),
        max_length=2000,
        rows=4,
        help_text=_("At least 20 characters. Kept, encrypted, with your name and the date."),
    )

    def __init__(self, *args: Any, expert: ExpertProfile, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self, "status", [c for c in ExpertProfile.Status.choices if c[0] != expert.status])

    def clean_motive(self) -> str:
        """The motive, long enough to mean something."""
        motive: str = self.cleaned_data["motive"]
        if len(motive) < SHORTEST_MOTIVE:
            self.add_error("motive", _("Say why, in at least 20 characters."))
        return motive


class ListForm(Form):
    """Filters of the list of experts."""

    words = PlainTextField(label=_("Name, specialty or hospital"), required=False, max_length=200)
    status = SelectField(label=_("Status"), required=False)
    pathology = SelectField(label=_("Pathology"), required=False)

    def __init__(self, *args: Any, pathologies: Iterable[Pathology], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self, "status", [("", _("Any status")), *ExpertProfile.Status.choices])
        _offer(self, "pathology", [("", _("Any pathology")), *((p.code, p.name) for p in pathologies)])
