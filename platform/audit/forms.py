"""Forms of the data protection officer's page."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from audit.actions import known_actions
from audit.journal import Filters
from ui import forms


class FilterForm(forms.Form):
    """Narrows the list; travels in the address, so it holds no name."""

    action = forms.SelectField(label=_("Action"), required=False)
    since = forms.DateField(label=pgettext_lazy("first day", "From"), required=False)
    until = forms.DateField(label=pgettext_lazy("last day", "Until"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        labels = sorted((str(action.label), action.name) for action in known_actions())
        choices = [("", _("all actions")), *((name, label) for label, name in labels)]
        self.fields["action"].choices = choices  # type: ignore[attr-defined]

    def filters(self, kind: str, id_: Any) -> Filters:
        """What to look for; a field that was not understood narrows nothing."""
        given = self.cleaned_data if self.is_bound else {}
        return Filters(
            kind=kind,
            id=id_,
            action=given.get("action") or "",
            since=given.get("since"),
            until=given.get("until"),
        )


class NameForm(forms.Form):
    """Finds somebody by name; posted, so that the name stands in no address and no log."""

    name = forms.PlainTextField(
        label=_("Find a person or a file"),
        help_text=_("Name, e-mail address or reference of the file."),
        max_length=200,
    )
