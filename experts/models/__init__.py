"""The rows of experts, grouped by subject."""

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
    "Convention",
    "ExpertProfile",
    "Insurance",
    "InterestDeclaration",
    "Pathology",
    "Questionnaire",
    "Registration",
    "SigningKey",
    "StatusChange",
]
