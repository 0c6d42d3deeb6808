"""Candidacies as pages show them."""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from experts.joining.forms import CandidacyForm
from experts.models import Ballot, Candidacy
from experts.models.profiles import LANGUAGES
from ui.dates import say_date

_KINDS = {"draft": "you", "sent": "pause", "accepted": "done", "refused": "neutral", "withdrawn": "neutral"}


def state_words(candidacy: Candidacy) -> tuple[str, str]:
    """Kind and words of the tag that says where it stands, for committee and desk."""
    return _KINDS[candidacy.state], candidacy.get_state_display()


def path_steps(candidacy: Candidacy) -> list[dict[str, Any]]:
    """The way of a candidate, from the first line to the first case; a refusal that is not told shows as a vote."""
    sent = candidacy.sent_at is not None
    accepted = candidacy.state == Candidacy.State.ACCEPTED
    refused = candidacy.state == Candidacy.State.REFUSED and candidacy.is_told
    by = say_date(candidacy.decide_by, "full") if candidacy.decide_by else ""
    vote = "done" if accepted else "end" if refused else "now" if sent else "next"
    return [
        {
            "title": _("Your candidacy"),
            "status": "done" if sent else "now",
            "detail": say_date(candidacy.sent_at, "full") if sent else _("Not sent yet: nobody but you reads it."),
        },
        {
            "title": _("The vote of the scientific committee"),
            "status": vote,
            "detail": say_date(candidacy.decided_at, "full")
            if accepted or refused
            else _("By %(day)s.") % {"day": by}
            if sent
            else _("At most %(days)s days after you send it.") % {"days": settings.COMMITTEE["days"]},
        },
        {
            "title": _("Registration, insurance, convention, interests"),
            "status": "now" if accepted else "next",
            "detail": _("Each is checked and recorded; your profile says what is missing."),
        },
        {"title": _("A first case"), "status": "next", "detail": _("Proposed to you: you accept or decline it.")},
    ]


def rows_of(candidacy: Candidacy) -> list[dict[str, Any]]:
    """Everything in a candidacy, in the order of the form; the texts as `plain`."""
    professional = getattr(candidacy.applicant, "professional", None)
    fields = CandidacyForm.base_fields
    languages = [label for code, label in LANGUAGES if code in candidacy.languages]
    names = sorted(pathology.name for pathology in candidacy.pathologies.all())
    rows: list[tuple[str | Promise | None, object, bool]] = [
        (gettext_lazy("RPPS number"), professional.rpps if professional else "", False),
        (
            gettext_lazy("Registration"),
            professional.get_registration_answer_display() if professional else "",
            False,
        ),
        (gettext_lazy("Specialty"), professional.specialty if professional else "", False),
        (gettext_lazy("Pathologies"), ", ".join(names), False),
        (fields["institution"].label, candidacy.institution, False),
        (fields["department"].label, candidacy.department, False),
        (gettext_lazy("Languages of the opinions"), ", ".join(str(language) for language in languages), False),
        *((fields[name].label, getattr(candidacy, name) or "", True) for name in Candidacy.TEXTS),
        (fields["capacity_per_month"].label, candidacy.capacity_per_month or "", False),
    ]
    # An empty text is said to be one, as every empty field is.
    return [{"label": label, "value": value, "plain": plain and bool(value)} for label, value, plain in rows]


def list_rows(candidacies: Iterable[Candidacy]) -> list[dict[str, Any]]:
    """Candidacies in a list, each with what its reader has said, as a member of the committee."""
    rows = []
    for candidacy in candidacies:
        own: list[Ballot] = candidacy.own_ballots  # type: ignore[attr-defined]
        said = [b for b in own if b.choice == Ballot.Choice.CONFLICT or b.round == candidacy.round]
        kind, words = state_words(candidacy)
        professional = getattr(candidacy.applicant, "professional", None)
        rows.append(
            {
                "candidacy": candidacy,
                "kind": kind,
                "state": words,
                "specialty": professional.specialty if professional else "",
                "pathologies": ", ".join(sorted(pathology.name for pathology in candidacy.pathologies.all())),
                "said": said[0].get_choice_display() if said else "",
            }
        )
    return rows
