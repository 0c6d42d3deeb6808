"""The words of what this package writes to the journal, and the names of its ids."""

from collections.abc import Collection, Mapping
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from audit import register_action, register_resolver
from experts.models import Candidacy, ExpertProfile, Pathology

ACTIONS = {
    "expert.created": _("Expert added"),
    "expert.profile_changed": _("Practice details of an expert changed"),
    "expert.registration_recorded": _("Check of an expert's registration recorded"),
    "expert.insurance_recorded": _("Insurance certificate of an expert recorded"),
    "expert.convention_recorded": _("Convention with an expert recorded"),
    "expert.convention_sent": _("Convention with an expert sent to the Order"),
    "expert.convention_signed": _("Convention signed on line by one side"),
    "expert.convention_read": _("Convention read"),
    "expert.interests_recorded": _("Declaration of interests of an expert recorded"),
    "expert.committee_recorded": _("Decision of the committee on an expert recorded"),
    "expert.absence_added": _("Absence of an expert added"),
    "expert.absence_removed": _("Absence of an expert removed"),
    "expert.questions_changed": _("Draft of an expert's own questions changed"),
    "expert.questions_published": _("An expert's own questions published"),
    "expert.question_retired": _("Question of an expert retired by a coordinator"),
    "expert.status_changed": _("Status of an expert changed"),
    "expert.stopped": _("Open cases of an expert taken back: a piece of the record was lost"),
    "expert.read": _("File of an expert read"),
    "candidacy.begun": _("Candidacy as an expert begun"),
    "candidacy.saved": _("Draft of a candidacy saved"),
    "candidacy.sent": _("Candidacy put before the committee"),
    "candidacy.withdrawn": _("Candidacy withdrawn and its texts destroyed"),
    "candidacy.read": _("Candidacy read"),
    "candidacy.conflict_declared": _("Conflict of interest declared on a candidacy"),
    "candidacy.voted": _("Vote on a candidacy"),
    "candidacy.decided": _("Decision on a candidacy recorded"),
    "candidacy.refusal_told": _("Refused candidate told why"),
    "candidacy.answered": _("Refusal answered by the candidate"),
    "candidacy.reopened": _("Candidacy put to the vote again"),
    "committee.practice_declared": _("Practice of a member of the committee declared"),
    "signing_key.issued": _("Signing key of an expert certified"),
    "signing_key.revoked": _("Signing key of an expert revoked"),
}


def register() -> None:
    """Give the journal its words."""
    for name, label in ACTIONS.items():
        register_action(name, label)
    register_resolver("expert", _name_experts)
    register_resolver("pathology", _name_pathologies)
    register_resolver("candidacy", _name_candidacies)


def _name_experts(ids: Collection[UUID]) -> Mapping[UUID, str]:
    return {expert.id: expert.name for expert in ExpertProfile.objects.filter(id__in=ids).select_related("user")}


def _name_pathologies(ids: Collection[UUID]) -> Mapping[UUID, str]:
    return {pathology.id: pathology.name for pathology in Pathology.objects.filter(id__in=ids)}


def _name_candidacies(ids: Collection[UUID]) -> Mapping[UUID, str]:
    rows = Candidacy.objects.filter(id__in=ids).select_related("applicant")
    return {candidacy.id: candidacy.name for candidacy in rows}
