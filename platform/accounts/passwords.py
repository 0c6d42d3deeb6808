"""What a password must be, and how a login with one is limited.

C-AUT-6 and ASVS 6.2: at least twelve characters, at most 128, not one of the twenty thousand most used, not the
person's own address or name; any character, no rule of composition, pasting welcome, no forced change.
"""

from dataclasses import dataclass

from django.contrib.auth import authenticate
from django.contrib.auth.password_validation import (
    CommonPasswordValidator,
    MinimumLengthValidator,
    UserAttributeSimilarityValidator,
)
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from accounts import limits, mails
from accounts.events import guest, user_subject
from accounts.models.users import User, fold_email
from accounts.network import client_network
from audit import record
from errors import TooMany

MIN_LENGTH = 12
MAX_LENGTH = 128

_VALIDATORS = (
    MinimumLengthValidator(MIN_LENGTH),
    CommonPasswordValidator(),
    UserAttributeSimilarityValidator(("email", "full_name")),
)


def check_strength(password: str, user: User | None = None) -> None:
    """Refuse a weak password.

    Args:
        password: as typed; blanks at its ends count.
        user: whose it is to be, for the likeness with his address and name.

    Raises:
        ValidationError: every reason at once.
    """
    reasons: list[ValidationError] = []
    for validator in _VALIDATORS:
        try:
            validator.validate(password, user)
        except ValidationError as error:
            reasons.extend(error.error_list)
    if reasons:
        raise ValidationError(reasons)


@dataclass(frozen=True)
class Tried:
    """The outcome of a password.

    Args:
        user: whose password it is, if it was right.
        closed: why it was not even looked at.
    """

    user: User | None = None
    closed: TooMany | None = None


def try_password(request: HttpRequest, address: str, password: str) -> Tried:
    """Judge address and password within the limits. The work done is the same for an address nobody has.

    Five wrong ones in fifteen minutes from one network close that network for that account for fifteen minutes, the
    right one included; other networks stay open. Thirty an hour, from wherever, tell the owner (ASVS 6.1.1, 6.3.1).

    Args:
        request: where it is tried.
        address: as typed.
        password: as typed.
    """
    address, network = fold_email(address), client_network(request)
    try:
        in_network = limits.reserve(limits.PASSWORD_NETWORK, network)
        tried = limits.reserve(limits.PASSWORD, address, network)
    except TooMany as closed:
        return Tried(closed=closed)
    user = authenticate(request, username=address, password=password)
    if isinstance(user, User):
        limits.forgive(limits.PASSWORD, tried, address, network)
        limits.forgive(limits.PASSWORD_NETWORK, in_network, network)
        return Tried(user=user)
    wrong_here = limits.confirm(limits.PASSWORD, address, network)
    wrong_everywhere = limits.count(limits.PASSWORD_ACCOUNT, address)
    owner = User.objects.filter(email=address).first()
    subjects = user_subject(owner, address)
    record(
        "account.password_refused",
        actor=guest(request),
        subjects=subjects,
        detail={"tries": wrong_here},
        outcome="refused",
    )
    if wrong_here >= limits.PASSWORD.count:
        record("account.login_closed", actor=guest(request), subjects=subjects, detail={"network": network})
    if owner is not None and wrong_everywhere == limits.PASSWORD_ACCOUNT.count:
        mails.warn_of_wrong_passwords(owner)
    return Tried()
