"""The rows of experts, grouped by subject."""

from experts.models.candidacies import Ballot, Candidacy, MemberPractice
from experts.models.conventions import ConventionSignature, ConventionText
from experts.models.pathologies import Pathology, Questionnaire
from experts.models.profiles import (
    Absence,
    Convention,
    ExpertProfile,
    Insurance,
    InterestDeclaration,
    Registration,
    StatusChange,
)
from experts.models.signing import SigningKey

__all__ = [
    "Absence",
    "Ballot",
    "Candidacy",
    "Convention",
    "ConventionSignature",
    "ConventionText",
    "ExpertProfile",
    "Insurance",
    "InterestDeclaration",
    "MemberPractice",
    "Pathology",
    "Questionnaire",
    "Registration",
    "SigningKey",
    "StatusChange",
]
