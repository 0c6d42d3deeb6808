"""Forms every side has."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from experts.models import ExpertProfile
from ui import forms

#: The answer of whoever names no expert.
LET_SERVICE = "service"


class MessageForm(forms.Form):
    """A message to the other side."""

    body = forms.LongTextField(
        label=_("Your message"),
        max_length=10_000,
        rows=5,
        error_messages={"required": _("Write your message.")},
    )


class AlertForm(forms.Form):
    """A few words beside an alert; none are needed."""

    note = forms.LongTextField(label=_("What happened, in a few words"), required=False, max_length=2_000, rows=3)


class IncidentForm(forms.Form):
    """A technical incident, printed in the report (C-TEL-5)."""

    text = forms.LongTextField(label=_("What did not work"), max_length=2_000, rows=4)


class ExpertChoiceForm(forms.Form):
    """A named expert, or whoever the service chooses; each side has its own words.

    Args:
        experts: those who may be chosen now.
    """

    question: Any = ""
    service: Any = ""
    service_hint: Any = ""
    shows_department = False
    expert = forms.ChoiceField(choices=())

    def __init__(self, *args: Any, experts: Sequence[ExpertProfile] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["expert"]
        field.label = self.question
        field.choices = [(LET_SERVICE, self.service), *((str(expert.pk), expert.name) for expert in experts)]
        field.hints = {LET_SERVICE: self.service_hint, **{str(one.pk): self._about(one) for one in experts}}

    @property
    def expert_id(self) -> UUID | None:
        """The expert named; None for whoever the service chooses."""
        chosen = self.cleaned_data["expert"]
        return None if chosen == LET_SERVICE else UUID(chosen)

    def _about(self, expert: ExpertProfile) -> str:
        """What may be said of a doctor in a list (C-DEO-2): specialty and place of practice."""
        professional = getattr(expert.user, "professional", None)
        department = expert.department if self.shows_department else ""
        parts = (professional.specialty if professional else "", expert.institution, department)
        return ", ".join(part for part in parts if part)
