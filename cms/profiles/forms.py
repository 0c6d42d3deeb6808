"""The form of an expert's public page."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from cms.profiles.models import LONGEST
from ui.forms import Form, LongTextField

_ACTS = _("One a line, in plain words: what you do usually, without comparing or praising.")
_TRAINING = _("One a line, with place and year: diplomas, functions and titles the Order recognises.")


class ProfileForm(Form):
    """Usual acts and training, in both languages."""

    acts_fr = LongTextField(label=_("Usual acts, in French"), max_length=LONGEST, help_text=_ACTS)
    training_fr = LongTextField(label=_("Training and functions, in French"), max_length=LONGEST, help_text=_TRAINING)
    acts_en = LongTextField(label=_("Usual acts, in English"), max_length=LONGEST, help_text=_ACTS)
    training_en = LongTextField(label=_("Training and functions, in English"), max_length=LONGEST, help_text=_TRAINING)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, language in (("acts_fr", "fr"), ("training_fr", "fr"), ("acts_en", "en"), ("training_en", "en")):
            self.fields[name].widget.attrs["lang"] = language
