"""How the patient wishes to receive the opinion, and what that asks of whoever delivers it."""

from dataclasses import dataclass

from django.conf import settings
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from cases.checks import wants_doctor_copy
from cases.everyone.views import contacts_of
from cases.models import Case
from cases.models.case import Reception
from ui.typography import phone_words


@dataclass(frozen=True)
class Wish:
    """What is read before the button.

    Args:
        words: the wish.
        asks: what is to be done, one sentence each; nothing where the notice by e-mail is enough.
        contacts: whom it may be necessary to call, by label.
    """

    words: str
    asks: list[str]
    contacts: dict[str, str]


def companion_of(case: Case) -> dict[str, str]:
    """The person the patient wishes to have beside her, as a contact; nobody where she named none."""
    person = case.reception_person or {}
    words = " ".join(filter(None, (str(person.get("name") or ""), phone_words(str(person.get("phone") or "")))))
    return {_("Beside the patient"): words} if words else {}


def wish_of(case: Case) -> Wish:
    """The wish of the patient; of a tele-expertise, who reads first."""
    if not case.is_second_opinion:
        first = _("He reads the report, and tells the patient.")
        then = _("The patient can read it once told, or %(hours)s hours after the delivery.")
        return Wish(
            _("The requesting professional"), [first, then % {"hours": settings.TELE_EXPERTISE_PATIENT_HOURS}], {}
        )
    words = str(Reception(case.reception).label) if case.reception else _("she has not said")
    return Wish(capfirst(words), _asks(case), {**contacts_of(case), **companion_of(case)})


def _asks(case: Case) -> list[str]:
    """What the wish, and the expert, ask for; she may open the opinion from the delivery on, whatever was wished."""
    asks = []
    call = _("Call the patient first, then deliver: from then on she can open it. The call is put on the list.")
    if case.signed_opinion is not None and case.signed_opinion.tell_in_person:
        asks += [_("The expert asks that it be told in person first."), call]
    elif case.reception == Reception.AFTER_CALL:
        asks.append(call)
    if not case.reception:
        asks.append(_("Ask the patient how she wishes to receive it, then deliver."))
    if case.reception == Reception.WITH_SOMEONE:
        asks.append(
            _("Call this person, so that the patient is not alone. Say that the opinion is there, and nothing of it.")
        )
    if case.reception == Reception.WITH_DOCTOR and wants_doctor_copy(case):
        asks.append(
            _("Agree with the patient and her doctor on a day. The report to send to the doctor is put on the list.")
        )
    elif case.reception == Reception.WITH_DOCTOR:
        asks.append(_("No report may be sent to her doctor: she has not agreed to it. Call the patient first."))
    return asks
