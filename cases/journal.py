"""What the journal calls each thing done to a case: a label for the DPO, a sentence for the patient's history."""

from collections.abc import Collection
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from audit import register_action, register_resolver
from cases.models import Case, Document

#: Journal names of the moves: label for the DPO, sentence for the patient's history.
MOVES = {
    "request_consent": (_("Request filled in"), _("The request was filled in; your agreement was asked for.")),
    "revise": (_("Request reopened"), _("The request was reopened for changes.")),
    "give_consent": (_("Request sent"), _("The request was sent with your agreement.")),
    "refuse_consent": (_("Agreement refused"), _("The request was refused.")),
    "request_information": (_("Information requested"), _("The service asked for something more.")),
    "provide_information": (_("Information given"), _("The missing information was given.")),
    "admit": (_("Case admitted"), _("The service found the file complete.")),
    "decline": (_("Case declined"), _("The service declined the request.")),
    "propose": (_("Case proposed to an expert"), _("The file was proposed to an expert.")),
    "accept": (_("Case accepted by the expert"), _("The expert accepted the file.")),
    "decline_assignment": (_("Case declined by the expert"), _("The expert declined the file.")),
    "lapse": (_("Proposal lapsed"), _("The expert did not answer in time.")),
    "object_to_expert": (_("Expert objected to"), _("The expert was refused by the patient's side.")),
    "hand_back": (_("Case handed back"), _("The expert gave the file back.")),
    "ask_question": (_("Question asked by the expert"), _("The expert asked a question.")),
    "answer_question": (_("Question answered"), _("The expert's question was answered.")),
    "continue_without_answer": (_("Went on without an answer"), _("The expert went on without an answer.")),
    "sign": (_("Opinion signed"), _("The expert signed the opinion.")),
    "retract": (_("Opinion retracted before delivery"), _("The expert took the opinion back before delivery.")),
    "return_to_expert": (_("Opinion returned for its form"), _("The opinion went back to the expert for its form.")),
    "deliver": (_("Opinion delivered"), _("The opinion was delivered.")),
    "ask_follow_up": (_("Follow-up question asked"), _("The follow-up question was asked.")),
    "answer_follow_up": (_("Follow-up question answered"), _("The expert answered the follow-up question.")),
    "release_follow_up": (_("Follow-up question released"), _("The follow-up question could not be answered.")),
    "close": (_("Case closed"), _("The file was closed.")),
    "withdraw": (_("Request withdrawn"), _("The request was withdrawn.")),
    "expire": (_("Request expired"), _("The request expired.")),
    "resume": (_("Request resumed"), _("The request was taken up again.")),
    "reassign": (_("Case taken back from the expert"), _("The file was taken back to be given to another expert.")),
    "hold": (_("Case put on hold"), _("The file was put on hold.")),
    "release": (_("Case released"), _("The file is no longer on hold.")),
    "stop": (_("Case stopped"), _("The file was stopped.")),
    "override": (_("Override"), _("The coordinating doctor changed the next step, with a motive.")),
}

#: Other things done.
DEEDS = {
    "case.opened": (_("Case opened"), _("The request was begun.")),
    "case.filled": (_("Request filled in"), _("The request was filled in.")),
    "case.page_read": (_("Case page read"), _("Your file was opened.")),
    "case.summary_read": (_("Summary of a proposed case read"), _("A summary without your name was read.")),
    "case.messages_read": (_("Messages read"), _("The messages were read.")),
    "case.message_written": (_("Message written"), _("A message was written.")),
    "case.history_read": (_("History read"), _("The history of your file was read.")),
    "case.danger_opened": (_("Danger page opened"), _("The page «immediate danger» was opened.")),
    "case.alert_raised": (_("Alert raised"), _("An alert was raised.")),
    "case.alert_taken": (_("Alert taken"), _("An alert was taken in hand.")),
    "case.alert_closed": (_("Alert closed"), _("An alert was closed.")),
    "case.answers_added": (_("Added to the answers"), _("Something was added to the answers.")),
    "case.piece_unobtainable": (_("Document declared unobtainable"), _("A document was declared unobtainable.")),
    "case.piece_obtainable": (_("Document obtainable after all"), _("A document can be obtained after all.")),
    "case.draft_destroyed": (_("Draft destroyed"), _("The draft was destroyed.")),
    "case.checked": (_("Checklist recorded"), _("The file was checked for completeness.")),
    "case.identity_checked": (_("Identity checked"), _("The identity was checked.")),
    "case.payer_chosen": (_("Who pays, chosen"), _("It was said who pays.")),
    "case.payment_recorded": (_("Payment recorded"), _("A payment was recorded, and its receipt issued.")),
    "case.refund_recorded": (_("Refund recorded"), _("A refund or correction was recorded, with a credit note.")),
    "case.voucher_refused": (_("Code of a voucher refused"), _("A code of a voucher was tried, and refused.")),
    "case.price_set": (_("Price decided"), _("The coordinating doctor decided about the price.")),
    "case.receipt_read": (_("Receipt opened"), _("A receipt was opened.")),
    "case.owner_set": (_("Owner set"), _("A coordinating doctor was put in charge of the file.")),
    "case.note_written": (_("Note written"), _("The team wrote a note.")),
    "case.call_planned": (_("Call planned"), _("A call was planned.")),
    "case.call_asked": (_("Call asked for"), _("A call was asked for.")),
    "case.called": (_("Call made"), _("The team called.")),
    "case.call_unanswered": (_("Call that nobody answered"), _("The team called; nobody answered.")),
    "case.stop_asked": (_("Stop asked for"), _("It was asked that the file be stopped.")),
    "case.stop_dropped": (_("Stop dropped"), _("The request to stop the file was dropped.")),
    "case.incident_reported": (_("Incident reported"), _("A technical incident was reported.")),
    "case.report_acknowledged": (_("Report acknowledged"), _("The professional acknowledged the report.")),
    "case.patient_told": (_("Patient told"), _("The professional said that the patient was told.")),
    "case.motive_given": (_("Reading motive given"), _("A reason was given for reading the ended file.")),
    "case.late_told": (_("Delay announced"), _("A new date was announced.")),
    "case.reminded": (_("Reminder sent"), _("A reminder was sent.")),
    "case.warned": (_("Expiry announced"), _("It was announced that the request would expire.")),
    "case.unopened_told": (_("Unopened opinion recalled"), _("We reminded you that an opinion waits for you.")),
    "document.added": (_("Document added"), _("A document was added.")),
    "document.described": (_("Document described"), _("The description of a document was changed.")),
    "document.removed": (_("Document withdrawn"), _("A document was withdrawn by its author.")),
    "document.hidden": (_("Document hidden"), _("A document was hidden until it is checked.")),
    "document.shown_again": (_("Document shown again"), _("A hidden document was shown again.")),
    "document.checked": (_("Document checked for viruses"), _("A document was checked for viruses.")),
    "document.set_aside": (_("Document set aside"), _("The expert set a document aside.")),
    "document.shown": (_("Document page opened"), _("A document was looked at.")),
    "opinion.draft_saved": (_("Opinion draft saved"), _("The expert wrote.")),
    "opinion.read_again": (_("Opinion read again before signing"), _("The expert read the opinion again.")),
    "opinion.copy_printed": (
        _("Letter to the treating doctor printed"),
        _("A letter to your treating doctor was printed, to send the opinion."),
    ),
    "opinion.copy_sent": (
        _("Report sent to the treating doctor"),
        _("The opinion was sent to your treating doctor."),
    ),
    "opinion.correction_asked": (_("Correction asked for"), _("The expert was asked to correct the opinion.")),
    "opinion.correction_begun": (_("Correction begun"), _("The expert began to correct the opinion.")),
    "opinion.corrected": (_("Correction signed"), _("The expert signed a new version of the opinion.")),
    "opinion.correction_ended": (_("Correction ended"), _("The correction was ended without a new version.")),
    "opinion.page_read": (_("Opinion page read"), _("The opinion was read.")),
    "opinion.verified": (_("Opinion verified"), _("The authenticity of an opinion was verified.")),
}
#: What is decided for the whole service.
RULES = {
    "referral.decided": _("Rule on referral by a doctor recorded, with its legal note"),
    "payer.recorded": _("Payer recorded"),
    "payer.changed": _("Payer changed"),
    "payer.manager_added": _("Payer manager added"),
    "payer.manager_ended": _("Payer manager removed"),
    "payer.statement_read": _("Statement of vouchers opened"),
    "payer.vouchers_made": _("Vouchers made"),
    "payer.vouchers_voided": _("Vouchers cancelled"),
}
#: Readings of one file: several in one session within half an hour are one event.
FILE_READS = {
    "document.file_read": (_("Document downloaded"), _("A document was downloaded.")),
    "document.page_read": (_("Document page shown"), _("Pages of a document were read.")),
    "opinion.read": (_("Opinion opened"), _("The opinion was opened.")),
}


def register() -> None:
    """Give the words to the journal, and say how cases and documents are called there."""
    for name, (label, sentence) in MOVES.items():
        register_action(f"case.{name}", label, sentence)
    for name, (label, sentence) in DEEDS.items():
        register_action(name, label, sentence)
    for name, label in RULES.items():
        register_action(name, label)
    for name, (label, sentence) in FILE_READS.items():
        register_action(name, label, sentence, file_read=True)
    register_resolver("case", _references)
    register_resolver("document", _types)


def _references(ids: Collection[UUID]) -> dict[UUID, str]:
    return dict(Case.objects.filter(pk__in=ids).values_list("pk", "reference"))


def _types(ids: Collection[UUID]) -> dict[UUID, str]:
    """Types only: the journal names no title."""
    return {row.pk: str(row.get_type_display()) for row in Document.objects.filter(pk__in=ids).only("pk", "type")}
