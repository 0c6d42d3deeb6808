"""Forms of vouchers, on the desk and in the space of a payer."""

from django import forms as django_forms
from django.conf import settings
from django.utils.functional import lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ui import forms


def _size_words() -> str:
    words = gettext("At least %(least)s in a batch: of fewer, it could be guessed who used one.")
    return words % {"least": settings.VOUCHERS["least"]}


class VouchersForm(forms.Form):
    """A batch to make."""

    size = forms.NumberField(label=_("How many vouchers"), help_text=lazy(_size_words, str)(), min_value=1)
    valid_from = forms.DateField(label=_("First day they can be used"), initial=forms.today)
    valid_until = forms.DateField(label=_("Last day they can be used"))
    # Made with the form: a page sent twice makes one batch.
    batch = django_forms.UUIDField(widget=django_forms.HiddenInput)
