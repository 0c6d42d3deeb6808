"""Moves the desk makes on a page of their own: what it means, what must be entered, what is said afterwards."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cases.desk import forms
from ui.forms import Form

Words = str | Promise


@dataclass(frozen=True)
class MovePage:
    """One move.

    Args:
        form: what must be entered.
        inputs: from the cleaned form to the inputs of the move.
        danger: whether its button looks like one that cannot be taken back.
        first: whether it is the main thing to do in its state.
    """

    button: Words
    text: Words
    done: Words
    form: type[Form] = forms.EmptyForm
    inputs: Callable[[dict[str, Any]], dict[str, Any]] = dict
    danger: bool = False
    first: bool = False


def _lines(data: dict[str, Any]) -> dict[str, Any]:
    return {"message": data["message"], "items": [line.strip() for line in data["items"].splitlines() if line.strip()]}


#: In the order of the buttons. `propose`, `override` and asking for a stop have pages of their own.
MOVE_PAGES: dict[str, MovePage] = {
    "admit": MovePage(
        _("Admit the case"),
        _("The file is complete. The clock of the opinion starts now, unless it already runs; it never restarts."),
        _("The case is admitted. Choose the expert."),
        first=True,
    ),
    "deliver": MovePage(
        _("Deliver the opinion"),
        _(
            "The patient, or the requesting professional of a tele-expertise, can read it from now on, in the manner "
            "chosen. A delivered opinion is never taken back: only a new version can correct it."
        ),
        _("The opinion is delivered."),
        first=True,
    ),
    "request_information": MovePage(
        _("Ask for something more"),
        _("The clocks wait for the answer. «I cannot obtain it» is an answer."),
        _("The request is sent; the clocks wait."),
        forms.InformationForm,
        _lines,
    ),
    "provide_information": MovePage(
        _("Record what came by post or phone"),
        _("The request for information is closed and the clocks go on."),
        _("Recorded; the clocks go on."),
        forms.GivenForm,
    ),
    "return_to_expert": MovePage(
        _("Return to the expert for its form"),
        _("The signed version stays on file, undelivered. The expert changes the form and signs again."),
        _("The opinion went back to the expert."),
        forms.ReasonForm,
    ),
    "release_follow_up": MovePage(
        _("Release the follow-up question"),
        _("The expert cannot answer: the requester is told and may ask again."),
        _("The question is released."),
    ),
    "reassign": MovePage(
        _("Take the case back from the expert"),
        _("The expert loses access now. His draft is sealed; the next expert never sees it."),
        _("The case is to be entrusted to another expert."),
        forms.MotiveForm,
        danger=True,
    ),
    "hold": MovePage(
        _("Put on hold"),
        _("The clocks stop, third parties can no longer read, and the patient is told why."),
        _("The case is on hold."),
        forms.HoldForm,
    ),
    "release": MovePage(
        _("Release"),
        _("The case goes back to where it was; the rules of that stage are checked again."),
        _("The case goes on."),
        first=True,
    ),
    "decline": MovePage(
        _("Decline the request"),
        _("The case ends. The patient reads your explanation and what to do instead; refusal and date are kept."),
        _("The request is declined."),
        forms.DeclineForm,
        danger=True,
    ),
    "withdraw": MovePage(
        _("Withdraw on the patient’s word"),
        _("The case ends and every professional loses access now."),
        _("The case is withdrawn."),
        forms.PatientWordForm,
        danger=True,
    ),
    "stop": MovePage(
        _("Stop the case"),
        _(
            "Two people decide it: one asks, another confirms. Messages stop and nothing more is delivered; the case "
            "can be taken up again within thirty days."
        ),
        _("Done."),
        forms.StopForm,
        danger=True,
    ),
}
