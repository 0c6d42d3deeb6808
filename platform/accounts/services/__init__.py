"""Changes to people: each one call, in one transaction, with its line in the journal."""

from accounts.services.accounts import (
    change_email,
    change_profile,
    close_account,
    confirm_sign_up,
    create_staff,
    create_user,
    register_closing_step,
    reset_password,
    resume_account,
    set_password,
    suspend_account,
)
from accounts.services.patients import (
    create_patient,
    end_representation,
    join_patient,
    represent,
    save_identity,
    validate_identity,
)
from accounts.services.professionals import (
    answer_registration,
    check_in_directory,
    save_professional,
    state_registration,
)
from accounts.services.roles import end_role, grant_role, register_role_effect

__all__ = [
    "answer_registration",
    "change_email",
    "change_profile",
    "check_in_directory",
    "close_account",
    "confirm_sign_up",
    "create_patient",
    "create_staff",
    "create_user",
    "end_representation",
    "end_role",
    "grant_role",
    "join_patient",
    "register_closing_step",
    "register_role_effect",
    "represent",
    "reset_password",
    "resume_account",
    "save_identity",
    "save_professional",
    "set_password",
    "state_registration",
    "suspend_account",
    "validate_identity",
]
