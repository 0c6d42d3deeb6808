"""What experts and coordinators are told about an expert's record. No mail names an expert or a specialty."""

from datetime import date
from typing import Any

from django.conf import settings
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from experts.models import ExpertProfile
from notify import register_template, send

_ENDS = _("A piece of your record ends soon")
_PROFILE, _LIST = "/expert/profil/", "/bureau/experts/"

#: code → (subject, body, page it leads to, variables).
TEMPLATES: dict[str, tuple[Any, Any, str, tuple[str, ...]]] = {
    "expert.directory_silent": (
        _("Registrations could not be checked"),
        _(
            "The national directory of health professionals did not answer for several hours: the registration of one "
            "expert or more could not be checked this week. Each record says when it was last checked."
        ),
        _LIST,
        (),
    ),
    "expert.directory_unclear": (
        _("A registration must be looked up"),
        _(
            "The national directory knows the number of an expert under another name or profession, or did not know "
            "several numbers within a day. Please look it up; the list of experts shows whose it is."
        ),
        _LIST,
        (),
    ),
    "expert.convention_to_sign": (
        _("A convention waits for your signature"),
        _("An expert has signed the convention. Please read it and sign it for the service."),
        _LIST,
        (),
    ),
    "expert.convention_concluded": (
        _("Your convention is signed by both sides"),
        _(
            "The service has signed your convention. You can read and print your copy. The service sends it to your "
            "departmental council within a month."
        ),
        "/expert/convention/",
        (),
    ),
    "expert.order_due": (
        _("A convention must go to the Order"),
        _("A convention must reach the departmental council of the Order by {day}. Please send it and record it."),
        _LIST,
        ("day",),
    ),
    "expert.order_late": (
        _("A convention should have gone to the Order"),
        _("A convention should have reached the departmental council by {day}. Please send it and record it."),
        _LIST,
        ("day",),
    ),
    "expert.insurance_ends": (
        _ENDS,
        _(
            "The insurance certificate the service has of you ends on {day}. Please send a new one: after that day no "
            "file can be proposed to you, and those you hold are given to other experts."
        ),
        _PROFILE,
        ("day",),
    ),
    "expert.convention_ends": (
        _ENDS,
        _(
            "Your convention ends on {day}. The next one waits for you under “My convention”: after that day no file "
            "can be proposed to you, and those you hold are given to other experts."
        ),
        "/expert/convention/",
        ("day",),
    ),
    "expert.interests_ends": (
        _ENDS,
        _(
            "Your declaration of interests holds until {day}. Please send a new one: after that day no file can be "
            "proposed to you; those you hold stay with you."
        ),
        _PROFILE,
        ("day",),
    ),
    "expert.piece_ends": (
        _("A piece of an expert’s record ends soon"),
        _("Insurance, convention or interests of an expert end on {day}. The list of experts shows whose and which."),
        _LIST,
        ("day",),
    ),
    "expert.question_retired": (
        _("A question of yours is no longer asked"),
        _(
            "The coordinating team has retired one of the questions or documents you ask for. The page of your own "
            "questions says which and why."
        ),
        "/expert/mes-questions/",
        (),
    ),
    "expert.stopped": (
        _("Your files were given to other experts"),
        _(
            "Your registration, your insurance or your convention no longer holds. The files you had under way are "
            "given to other experts, and none is proposed to you for the moment. Your profile says exactly what is "
            "missing; once it is recorded, files can be proposed to you again."
        ),
        _PROFILE,
        (),
    ),
    "expert.desk_stopped": (
        _("An expert can no longer hold files"),
        _(
            "Registration, insurance or convention of an expert no longer holds: the files under way come back to you, "
            "to be entrusted to others. The list of experts shows whose record it is and what is missing."
        ),
        _LIST,
        (),
    ),
}


def with_address(body: Any, path: str) -> Any:
    """A text and, below it, the address of the page it is about."""
    return format_lazy("{}\n\n{}", body, f"{settings.SITE_ORIGIN.rstrip('/')}{path}")


def register() -> None:
    """Give the texts to `notify`."""
    for code, (subject, body, path, variables) in TEMPLATES.items():
        register_template(code, subject, with_address(body, path), variables)


def holders(role: str) -> list[User]:
    """Everybody who holds a role now."""
    held = User.objects.filter(role_grants__role=role, role_grants__ended_at__isnull=True, is_active=True)
    return list(held.distinct().order_by("id"))


def tell_desk(code: str, key: str, *, but: object = None, **context: date | int) -> None:
    """Tell every coordinator but one, whose own record it may be.

    Args:
        key: makes this one message of its code; sent again it is not repeated.
        but: id of a person who is told otherwise.
    """
    for user in holders("coordinator"):
        if user.pk != but:
            send(code, user=user, key=f"{code}:{key}:{user.pk}", context=context)


def tell_expert(code: str, expert: ExpertProfile, key: str, **context: date | int) -> None:
    """Tell an expert about his own record; the key makes this one message of its code."""
    send(code, user=expert.user, key=f"{code}:{key}:{expert.user_id}", context=context)
