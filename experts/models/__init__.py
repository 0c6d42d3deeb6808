"""The rows of experts, grouped by subject."""

from experts.models.candidacies import Ballot, Candidacy, MemberPractice
from experts.models.conventions import ConventionSignature, ConventionText
from experts.models.pathologies import OwnQuestions, Pathology, Questionnaire, RetiredQuestion
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
    "OwnQuestions",
    "Pathology",
    "Questionnaire",
    "Registration",
    "RetiredQuestion",
    "SigningKey",
    "StatusChange",
]
