"""Forms of the public site, and of the pages about its texts."""

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


class SearchForm(forms.Form):
    """The words of a search. They go by POST: they may tell of an illness, and an address is kept in many places."""

    q = forms.PlainTextField(
        label=_("Search the site"),
        help_text=_("A disease, a symptom, a question, a doctor. Spelling mistakes do not matter."),
        max_length=200,
        widget=django_forms.TextInput(attrs={"type": "search", "autocomplete": "off", "enterkeyhint": "search"}),
    )
