"""What a candidate writes, how a member votes, what the desk answers, as forms."""

from collections.abc import Iterable
from typing import Any, cast

from django.utils.translation import gettext_lazy as _

from experts.models import Ballot, Candidacy, Pathology
from experts.models.profiles import LANGUAGES
from ui.forms import ChoiceField, Form, LongTextField, MultipleChoiceField, NumberField, PlainTextField

_CHOICES = [choice for choice in Ballot.Choice.choices if choice[0] != Ballot.Choice.CONFLICT]


class PathologiesForm(Form):
    """Some of the pathologies of the service."""

    pathologies = MultipleChoiceField(label=_("Pathologies I practise in"), required=False)

    def __init__(self, *args: Any, pathologies: Iterable[Pathology], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.known = {pathology.code: pathology for pathology in pathologies}
        offered = [(code, pathology.name) for code, pathology in self.known.items()]
        cast("MultipleChoiceField", self.fields["pathologies"]).choices = offered

    def cleaned(self) -> dict[str, Any]:
        """The arguments of the service. After `is_valid()`."""
        return {**self.cleaned_data, "pathologies": [self.known[code] for code in self.cleaned_data["pathologies"]]}


class CandidacyForm(PathologiesForm):
    """A candidacy, complete or not: nothing is required before it is sent."""

    institution = PlainTextField(label=_("Hospital or practice"), required=False, max_length=200)
    department = PlainTextField(label=_("Department"), required=False, max_length=200)
    languages = MultipleChoiceField(label=_("Languages I write opinions in"), choices=LANGUAGES, required=False)
    qualifications = LongTextField(
        label=_("Diplomas and qualifications"),
        required=False,
        max_length=4000,
        rows=5,
        help_text=_("Titles, diplomas and functions recognised by the Order, with their dates."),
    )
    acts = LongTextField(
        label=_("Usual acts"),
        required=False,
        max_length=4000,
        rows=5,
        help_text=_("What you do most, in these pathologies."),
    )
    interests = LongTextField(
        label=_("Links of interest"),
        required=False,
        max_length=4000,
        rows=5,
        help_text=_("Links of the last five years with companies that make or sell health products; else “none”."),
    )
    motivation = LongTextField(label=_("Why I apply"), required=False, max_length=4000, rows=6)
    capacity_per_month = NumberField(
        label=_("Cases a month, at most"),
        min_value=1,
        max_value=100,
        required=False,
        help_text=_("An opinion is due a few days after you accept the case. The number can be changed later."),
    )

    def cleaned(self) -> dict[str, Any]:
        """The arguments of the service. After `is_valid()`."""
        data = super().cleaned()
        capacity = data["capacity_per_month"]
        return {**data, "capacity_per_month": None if capacity is None else int(capacity)}

    @staticmethod
    def initial_of(candidacy: Candidacy) -> dict[str, Any]:
        """What was saved, as the fields show it."""
        plain = ("institution", "department", "languages", "capacity_per_month")
        return {
            "pathologies": [pathology.code for pathology in candidacy.pathologies.all()],
            **{name: getattr(candidacy, name) for name in plain},
            **{name: getattr(candidacy, name) or "" for name in Candidacy.TEXTS},
        }


class AnswerForm(Form):
    """What a refused candidate answers."""

    answer = LongTextField(
        label=_("Your answer"),
        max_length=4000,
        rows=6,
        help_text=_("The coordinating doctor reads it, and may have the committee vote once more."),
    )


class VoteForm(Form):
    """A vote and its reason."""

    choice = ChoiceField(label=_("Your vote"), choices=_CHOICES)
    reason = LongTextField(
        label=_("Why?"),
        max_length=2000,
        rows=4,
        help_text=_("The coordinating doctor reads it, and draws from it what a refused candidate is told."),
    )


class RefusalForm(Form):
    """What a refused candidate is told."""

    explanation = LongTextField(
        label=_("What the candidate reads"),
        max_length=4000,
        rows=7,
        help_text=_("Why, without naming who voted how, and what could change the answer."),
    )
