"""Forms every side has."""

from django.utils.translation import gettext_lazy as _

from ui import forms


class MessageForm(forms.Form):
    """A message to the other side."""

    body = forms.LongTextField(label=_("Your message"), max_length=10_000, rows=5)


class AlertForm(forms.Form):
    """A few words beside an alert; none are needed."""

    note = forms.LongTextField(label=_("What happened, in a few words"), required=False, max_length=2_000, rows=3)


class IncidentForm(forms.Form):
    """A technical incident, printed in the report (C-TEL-5)."""

    text = forms.LongTextField(label=_("What did not work"), max_length=2_000, rows=4)
