"""The rows of people, grouped by subject."""

from accounts.models.invitations import Invitation
from accounts.models.patients import Patient, Representation
from accounts.models.professionals import Professional
from accounts.models.roles import RoleGrant, Undertaking
from accounts.models.security import CodeChallenge, EmailCode, KeptPost, Limit, UserSession
from accounts.models.users import User

__all__ = [
    "CodeChallenge",
    "EmailCode",
    "Invitation",
    "KeptPost",
    "Limit",
    "Patient",
    "Professional",
    "Representation",
    "RoleGrant",
    "Undertaking",
    "User",
    "UserSession",
]
