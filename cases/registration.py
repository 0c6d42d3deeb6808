"""What the platform learns from cases at start-up: rights, journal labels, notices, jobs, navigation."""

from django.utils.translation import gettext_lazy as _

from audit import register_action
from cases import invitations, notices, policy, tasks
from cases.requester import menus
from cases.start import menus as start_menus

#: Journal names of the moves: label for the DPO, sentence for the patient's history.
MOVES = {
    "request_consent": (_("Request completed"), _("The request was completed; your agreement was asked for.")),
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


def register() -> None:
    """Fill every registry."""
    policy.register()
    notices.register()
    tasks.register()
    invitations.register()
    menus.register()
    start_menus.register()
    for name, (label, sentence) in MOVES.items():
        register_action(f"case.{name}", label, sentence)
