"""The tables of a case, by subject."""

from cases.models.assignments import Assignment
from cases.models.billing import Billing, Payer, PayerManager, Receipt, Voucher, VoucherBatch
from cases.models.case import Case, ReferenceCounter
from cases.models.clinical import AnswerAddition, AnswerSheet, ExpertQuestion, InformationRequest, TechnicalIncident
from cases.models.desk import Alert, CallTask, DeskNote, Ending, Hold, Override, StopRequest, Transition
from cases.models.documents import Document, MissingPiece
from cases.models.messages import Message
from cases.models.opinions import Correction, DoctorCopy, FollowUp, Opinion, OpinionDraft, OpinionReading, Snippet
from cases.models.referral import ReferralDecision

__all__ = [
    "Alert",
    "AnswerAddition",
    "AnswerSheet",
    "Assignment",
    "Billing",
    "CallTask",
    "Case",
    "Correction",
    "DeskNote",
    "DoctorCopy",
    "Document",
    "Ending",
    "ExpertQuestion",
    "FollowUp",
    "Hold",
    "InformationRequest",
    "Message",
    "MissingPiece",
    "Opinion",
    "OpinionDraft",
    "OpinionReading",
    "Override",
    "Payer",
    "PayerManager",
    "Receipt",
    "ReferenceCounter",
    "ReferralDecision",
    "Snippet",
    "StopRequest",
    "TechnicalIncident",
    "Transition",
    "Voucher",
    "VoucherBatch",
]
