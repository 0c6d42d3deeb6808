"""Which first part of an address stands for which roles, and where each role has its space."""

from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.models.patients import Representation
from accounts.models.roles import PROFESSIONAL_ROLES, STAFF_ROLES, Role
from accounts.models.users import User
from errors import Text

# Of several roles of one space the first one held is acted in, unless a view asks for another.
SPACES: dict[str, tuple[Role, ...]] = {
    "patient": (Role.PATIENT, Role.REPRESENTATIVE, Role.HELPER),
    "requerant": (Role.REQUESTER,),
    "medecin": (Role.TREATING_DOCTOR,),
    "expert": (Role.EXPERT,),
    "bureau": (Role.COORDINATOR, Role.CARE_COORDINATOR, Role.ASSISTANT),
    "conseil": (Role.COMMITTEE,),
    "payeur": (Role.PAYER,),
    "dpo": (Role.DPO,),
    "technique": (Role.ADMINISTRATOR,),
    "cms": (Role.EDITOR, Role.ADMINISTRATOR),
    "django-admin": (Role.ADMINISTRATOR,),
}
SPACE_LABELS: dict[str, Text] = {
    "patient": _("My file, or that of a person I represent"),
    "requerant": _("My requests for an opinion"),
    "medecin": _("Reports on my patients"),
    "expert": _("My opinions as an expert"),
    "bureau": _("The coordination desk"),
    "conseil": _("The scientific committee"),
    "payeur": _("Vouchers and counts"),
    "dpo": _("Journal and rights requests"),
    "technique": _("Technical administration"),
    "cms": _("The public pages"),
}
# Outside the translated addresses: these have no language prefix.
_UNTRANSLATED = frozenset({"cms", "django-admin"})


@dataclass(frozen=True)
class Space:
    """A space a person may enter.

    Args:
        prefix: first part of its addresses.
        url: its first page, in the present language.
        label: what it holds.
        role: the role acted in there.
    """

    prefix: str
    url: str
    label: Text
    role: Role


def first_part(path: str) -> str:
    """The first part of an address, without the language.

    Args:
        path: e.g. "/en/patient/file/"; gives "patient".
    """
    parts = path.lstrip("/").split("/")
    languages = {code for code, _name in settings.LANGUAGES}
    if parts[0] in languages and len(parts) > 1:
        return parts[1]
    return parts[0]


def role_in(user: User, prefix: str) -> Role | None:
    """The role this user acts in under a first part of the address; None when he holds none of that space."""
    return next((role for role in SPACES.get(prefix, ()) if role in user.roles), None)


def space_url(prefix: str) -> str:
    """The first page of a space, in the present language."""
    language = (get_language() or settings.LANGUAGE_CODE)[:2]
    if prefix in _UNTRANSLATED or language == settings.LANGUAGE_CODE:
        return f"/{prefix}/"
    return f"/{language}/{prefix}/"


def spaces_of(user: User) -> list[Space]:
    """The spaces this user may enter, in the order of the roles."""
    found = []
    for prefix, label in SPACE_LABELS.items():
        role = role_in(user, prefix)
        if role is not None and not (prefix == "cms" and role == Role.ADMINISTRATOR):
            found.append(Space(prefix, space_url(prefix), label, role))
    return found


def role_for(kind: str) -> Role:
    """The role that reaching a patient in this way gives.

    Args:
        kind: a value of `Representation.Kind`.
    """
    return {
        Representation.Kind.SELF: Role.PATIENT,
        Representation.Kind.PARENT: Role.REPRESENTATIVE,
        Representation.Kind.GUARDIAN: Role.REPRESENTATIVE,
        Representation.Kind.HELPER: Role.HELPER,
    }[Representation.Kind(kind)]


def needs_undertaking(user: User) -> bool:
    """Whether this user works for the service, and so must have promised secrecy (S0-22, S1-59)."""
    return not user.roles.isdisjoint(STAFF_ROLES)


def professional_ready(user: User) -> bool:
    """Whether registration and identity of this professional are both checked and recorded (design §1, C-AUT-5).

    Also true for somebody who holds no professional role at all: there is nothing to check.
    """
    if user.roles.isdisjoint(PROFESSIONAL_ROLES):
        return True
    professional = getattr(user, "professional", None)
    return professional is not None and professional.is_checked


def registration_pending(user: User) -> bool:
    """Whether this professional has stated his registration and nobody has answered yet."""
    professional = getattr(user, "professional", None)
    return professional is not None and professional.registration_answer == professional.Answer.PENDING
