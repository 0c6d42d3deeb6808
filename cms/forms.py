"""Forms of the pages about public texts."""

from django import forms as django_forms
from django.utils.translation import gettext_lazy as _

from ui import forms


class ReleaseForm(forms.Form):
    """Why words may go on line in spite of a rule."""

    motive = forms.LongTextField(
        label=_("Why these words may stand"),
        help_text=_("At least 20 characters. It is kept with your name."),
        max_length=2_000,
        rows=4,
    )
    sha256 = django_forms.RegexField("[0-9a-f]{64}", widget=django_forms.HiddenInput)
