"""Notices of a case: who is told what. The words never say what it is about, nor who the expert is.

One table; `notify` refuses any variable that could hold health data.
"""

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from accounts.models import Representation, RoleGrant, User
from cases.models import Case, OpinionReading
from clock import now
from notify import DAYTIME, register_template, send

if TYPE_CHECKING:
    from cases.machine.step import Step

_FILE = _("Your file moved on")
_DESK = _("A file waits for you")

#: code → (subject, body). Bodies are one or two sentences; the frame of the mail adds the greeting and the address.
TEMPLATES = {
    "case_same_request_open": (
        _("You already have a request under way"),
        _(
            "File {reference}: a request of the same kind is already open for you. Nothing is blocked: if you meant to "
            "continue the first one, you can discard this draft."
        ),
    ),
    "case_consent_wanted": (
        _("Your doctor asks for your agreement"),
        _(
            "File {reference}: a health professional wishes to ask for an opinion for you. "
            "Nothing is shared before you "
            "agree. Log in to read what is asked, then accept or refuse."
        ),
    ),
    "case_consent_attested": (
        _("An opinion is asked for you"),
        _(
            "File {reference}: a health professional has asked for an opinion for you and stated that you agreed. "
            "Log in to follow the request, or to change your mind."
        ),
    ),
    "case_consent_again": (
        _("Please agree again"),
        _(
            "File {reference}: the words of an agreement have changed. Log in to read the new ones and to agree again "
            "by {due}; the file waits until then."
        ),
    ),
    "case_consent_given": (
        _("Your agreement is recorded"),
        _("File {reference}: your agreement is recorded, and the professional who asked for it is told."),
    ),
    "case_invitation_refused": (
        _("An invitation was turned down"),
        _(
            "File {reference}: whoever received the invitation of your patient turned it down. Log in to see what "
            "to do."
        ),
    ),
    "case_submitted": (
        _("We have received your file"),
        _("File {reference}: it has reached us. We check that it is complete by {due}, then tell you what comes next."),
    ),
    "case_submitted_requester": (
        _("Your request has reached us"),
        _("File {reference}: it has reached us. We tell you as soon as an expert has it."),
    ),
    "case_consent_refused": (
        _("The patient did not agree"),
        _("File {reference}: the patient did not agree to this request. Nothing was shared."),
    ),
    "case_information_wanted": (
        _("We need something more from you"),
        _("File {reference}: a question or a document is missing. The time limit waits for your answer."),
    ),
    "case_payment_recorded": (
        _("Your payment is recorded"),
        _("File {reference}: your payment is recorded. Your receipt is on the site."),
    ),
    "case_refund_recorded": (
        _("A refund is recorded"),
        _("File {reference}: a refund or a correction is recorded. Its credit note is on the site."),
    ),
    "case_price_decided": (
        _("Our answer about the price"),
        _("File {reference}: the price of your request is decided. Log in to read our answer."),
    ),
    "case_admitted": (
        _FILE,
        _("File {reference}: it is complete. The opinion is due by {due} at the latest."),
    ),
    "case_declined": (
        _("Our answer to your request"),
        _("File {reference}: we cannot give an opinion. Log in to read why, and what you can do instead."),
    ),
    "case_expert_named": (
        _("An expert has been asked"),
        _(
            "File {reference}: an expert has been asked to take your file. Log in to see who; you may refuse, without "
            "giving a reason."
        ),
    ),
    "case_expert_accepted": (
        _("The expert has accepted"),
        _("File {reference}: the expert has your file. The opinion is due by {due} at the latest."),
    ),
    "case_other_expert": (
        _FILE,
        _("File {reference}: we are looking for another expert. The date of the opinion does not change."),
    ),
    "case_question_asked": (
        _("The expert has a question for you"),
        _(
            "File {reference}: a question waits for your answer. The time limit waits too; "
            "«I do not know» is an answer."
        ),
    ),
    "case_question_closed": (
        _FILE,
        _("File {reference}: the expert goes on without the answer to his question."),
    ),
    "case_delivered": (
        _("Your opinion is ready"),
        _(
            "File {reference}: the signed opinion waits for you on the site. You choose when "
            "to open it; you may ask us "
            "to call you first."
        ),
    ),
    "case_delivered_requester": (
        _("The report you asked for is ready"),
        _(
            "File {reference}: the signed report waits for you. Please acknowledge it, and say when you have told the "
            "patient."
        ),
    ),
    "case_report_open": (
        _("A report is ready for you"),
        _("File {reference}: the report your doctor asked for can now be read on the site."),
    ),
    "case_unopened": (
        _("Your opinion still waits for you"),
        _(
            "File {reference}: the signed opinion is still there, unopened. We will call you "
            "to see whether you need help."
        ),
    ),
    "case_follow_up_answered": (
        _("The answer to your question is ready"),
        _("File {reference}: the expert has answered your follow-up question."),
    ),
    "case_follow_up_released": (
        _("Your question could not be answered"),
        _("File {reference}: the expert cannot answer your follow-up question. You may ask it again."),
    ),
    "case_withdrawn": (
        _("The withdrawal is recorded"),
        _(
            "File {reference}: the request is withdrawn, and no opinion will be given. No expert or doctor can open "
            "the file any more."
        ),
    ),
    "case_withdrawn_requester": (
        _("This request was withdrawn"),
        _("File {reference}: it was withdrawn. Nothing more is shared."),
    ),
    "case_expiring": (
        _("Your request will expire"),
        _("File {reference}: without news from you it ends on {due}. Log in to go on, or let it end."),
    ),
    "case_expired": (
        _("Your request has expired"),
        _("File {reference}: it has ended without news from you. You can take it up again from your page."),
    ),
    "case_expired_unsent": (
        _("Your request has expired"),
        _(
            "File {reference}: it has ended without news from you. You can take it up again from your page until "
            "{due}; then it is destroyed, as it was never sent."
        ),
    ),
    "case_destroyed": (
        _("Your unsent request is destroyed"),
        _("File {reference}: it was never sent. Nothing of what it held can be read any more. You may begin another."),
    ),
    "case_reminder": (
        _("A question still waits for you"),
        _("File {reference}: we still wait for your answer. «I do not know» is an answer too."),
    ),
    "case_on_hold": (
        _("Your file is on hold"),
        _("File {reference}: it is on hold. Log in to read why and until when."),
    ),
    "case_released": (
        _("Your file goes on"),
        _("File {reference}: it is no longer on hold."),
    ),
    "case_late": (
        _("The opinion needs more time"),
        _("File {reference}: the opinion will come later than announced. The new date is {due}. Log in to read why."),
    ),
    "case_check_late": (
        _("The check of your file needs more time"),
        _("File {reference}: we are not yet sure that it is complete. We tell you by {due}."),
    ),
    "case_answer_late": (
        _("The answer to the follow-up question needs more time"),
        _("File {reference}: the answer will come later than announced, by {due}."),
    ),
    "case_overridden": (
        _("The coordinator changed the course of a file"),
        _("File {reference}: the coordinating doctor changed the next step. Log in to read why."),
    ),
    "case_message": (_("A message waits for you"), _("File {reference}: you have a new message.")),
    "case_correcting": (
        _("A correction is under way"),
        _("File {reference}: the expert is correcting the opinion you received. You will be told when it is ready."),
    ),
    "case_corrected": (
        _("A corrected opinion is ready"),
        _("File {reference}: a new version replaces the one you received."),
    ),
    "case_correction_ended": (
        _("No correction was needed"),
        _("File {reference}: the correction was ended without a new version. What you received stands."),
    ),
    "case_history_digest": (
        _("Someone acted on your file"),
        _(
            "File {reference}: people of the service read or did something in your file. To see who and "
            "what, type the address of the site yourself and open «Who has seen my file»."
        ),
    ),
    "expert_case_proposed": (
        _("A file is proposed to you"),
        _("File {reference}: please accept or decline by {due}."),
    ),
    "expert_case_taken_back": (
        _("A file was taken back"),
        _("File {reference}: it is no longer proposed to you; you can no longer open it."),
    ),
    "expert_question_answered": (
        _("A file goes on"),
        _("File {reference}: your question is closed. The opinion is due by {due}."),
    ),
    "expert_opinion_returned": (
        _("A file comes back to you for its form"),
        _("File {reference}: the coordinator asks for a change of form. Log in to read which."),
    ),
    "expert_opinion_delivered": (
        _("Your opinion was delivered"),
        _("File {reference}: the opinion you signed was delivered."),
    ),
    "expert_follow_up_asked": (
        _("A follow-up question waits for you"),
        _("File {reference}: please answer by {due}."),
    ),
    "expert_correction_asked": (
        _("A correction is asked for"),
        _("File {reference}: the coordinator asks you to correct the opinion you signed. Log in to read why."),
    ),
    "expert_correction_ended": (
        _("A correction was ended"),
        _("File {reference}: the coordinator ended the correction. Log in to read why."),
    ),
    "desk_correction_begun": (_DESK, _("File {reference}: the expert is correcting the opinion he signed.")),
    "desk_corrected": (_DESK, _("File {reference}: the corrected opinion is signed and in the readers’ hands.")),
    "desk_correction_ended": (
        _DESK,
        _("File {reference}: the expert ended the correction without a new version. Log in to read why."),
    ),
    "desk_correction_stuck": (
        _DESK,
        _("File {reference}: a correction is under way and the expert cannot, or does not, finish it."),
    ),
    "desk_follow_up_stuck": (
        _DESK,
        _("File {reference}: the patient refuses the expert who is to answer the follow-up question."),
    ),
    "desk_information_given": (_DESK, _("File {reference}: what you asked for has come.")),
    "desk_expert_declined": (_DESK, _("File {reference}: it is to be entrusted to another expert.")),
    "desk_patient_objected": (_DESK, _("File {reference}: the patient objected to the expert.")),
    "desk_to_place": (_DESK, _("File {reference}: it is to be entrusted to an expert.")),
    "desk_to_deliver": (_DESK, _("File {reference}: a signed opinion is to be delivered.")),
    "desk_follow_up_orphan": (
        _DESK,
        _("File {reference}: an agreement was withdrawn after delivery; the follow-up question can only be released."),
    ),
    "desk_withdrawn": (_("A file was withdrawn"), _("File {reference}: it was withdrawn.")),
    "desk_alert": (
        _("An alert waits for you"),
        _("File {reference}: an alert was raised. Please take it within the hour."),
    ),
    "desk_invitation_refused": (
        _DESK,
        _("File {reference}: the patient’s invitation was turned down. Please call the patient."),
    ),
    "desk_refund_due": (
        _DESK,
        _("File {reference}: it ended without an opinion, and a payment was recorded. Look at what is to be refunded."),
    ),
    "desk_price_asked": (_DESK, _("File {reference}: the patient cannot pay this price, and waits for your answer.")),
    "desk_message": (_DESK, _("File {reference}: there is a new message.")),
    "dpo_wrong_document": (
        _("A document may belong to another patient"),
        _("File {reference}: a document was hidden and the file put on hold."),
    ),
}
#: Notices that leave between 8 and 18 h only: nobody should receive them at night.
LATER = frozenset({"case_delivered", "case_report_open", "case_follow_up_answered", "case_corrected", "case_unopened"})


def register() -> None:
    """Give the templates to `notify`."""
    for code, (subject, body) in TEMPLATES.items():
        register_template(code, subject, body, variables=("reference", "due"))


def audience_of(case: Case, audience: str) -> list[User]:
    """The people meant by «patient», «requester», «helpers» (those who opened the opinion), «dpo» or «desk»."""
    if audience == "requester" and not case.is_second_opinion:
        return [case.requester]
    if audience in ("patient", "requester"):
        rows = Representation.objects.filter(patient_id=case.patient_id, ended_at__isnull=True).exclude(
            kind=Representation.Kind.HELPER
        )
        return [row.user for row in rows.select_related("user").order_by("declared_at")]
    if audience == "helpers":
        opened = OpinionReading.objects.filter(opinion__case=case).values("user_id")
        helping = Representation.objects.filter(
            patient_id=case.patient_id, kind=Representation.Kind.HELPER, ended_at__isnull=True, user_id__in=opened
        ).exclude(expires_at__lte=now())
        rows = helping.select_related("user").order_by("declared_at")
        return [row.user for row in rows if "read_opinion" in row.scope]
    if audience == "dpo":
        return _holders("dpo")
    owners = [person for person in (case.coordinator, case.deputy) if person is not None]
    return owners or _holders("coordinator")


def _holders(role: str) -> list[User]:
    granted = RoleGrant.objects.filter(role=role, ended_at__isnull=True, user__is_active=True)
    return [grant.user for grant in granted.select_related("user").order_by("granted_at")]


def tell(
    case: Case,
    audience: str,
    template: str,
    *,
    key: str,
    expert_id: UUID | None = None,
    due: datetime | None = None,
) -> None:
    """Send one notice to everyone of an audience; the same key twice sends one.

    Args:
        key: names the event told, such as the number of the move.
        expert_id: the user meant by «expert».
        due: the date told, where it is not the deadline of the case.
    """
    if audience == "expert":
        people = list(User.objects.filter(pk=expert_id)) if expert_id else []
    else:
        people = audience_of(case, audience)
    due = due or (case.expires_at if template == "case_expiring" else case.destroyed_at or case.due_at)
    context: dict[str, str | datetime] = {"reference": case.reference, "due": due or now()}
    for person in people:
        send(
            template,
            user=person,
            case_id=case.pk,
            key=f"{case.pk}:{key}:{template}:{person.pk}",
            context=context,
            not_before=DAYTIME if template in LATER else None,
        )
    if not people and audience == "patient" and case.patient.email:
        send(
            template,
            email=case.patient.email,
            case_id=case.pk,
            key=f"{case.pk}:{key}:{template}:patient",
            context=context,
            not_before=DAYTIME if template in LATER else None,
        )


def send_notices(step: "Step", seq: int) -> None:
    """Send what a move told, inside its transaction."""
    for audience, template, expert_id in step.told:
        tell(step.case, audience, template, key=f"move:{seq}", expert_id=expert_id)
