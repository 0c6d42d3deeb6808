"""Everybody whom the proofs of the site send to its addresses, each logged in once through the real login."""

from dataclasses import dataclass, field
from datetime import date

from django.conf import settings
from django.test import Client

from accounts.models import Patient, User
from accounts.services.accounts import create_user
from accounts.services.patients import create_patient, represent
from accounts.services.roles import grant_role, open_own_space
from audit import SystemActor
from experts.authority import ensure_authority
from experts.models import ExpertProfile, Pathology
from tests.cases import world
from tests.cases.clients import verified_client

SETUP = SystemActor("set_up")
#: Stands in every name and text that an unauthorised answer may not hold.
CANARY = "canari"
#: All a helper may be allowed, and one who may only bring documents.
ALL_SCOPES = ["fill", "documents", "write", "read_opinion"]


@dataclass
class People:
    """The people, by the name under which the tables of the matrix know them.

    Args:
        patient: whose cases are on the stage.
        other_patient: somebody else's patient row.
        phoned: a patient without an account, whose request is written down on the phone.
    """

    users: dict[str, User]
    patient: Patient
    other_patient: Patient
    child: Patient
    phoned: Patient
    expert: ExpertProfile
    other_expert: ExpertProfile
    cookies: dict[str, str] = field(default_factory=dict)

    def log_in(self) -> None:
        """Open a verified session for each of them, and one that no code has verified."""
        verified_client(self.users["owner"])
        for name, user in self.users.items():
            self.cookies[name] = verified_client(user).cookies[settings.SESSION_COOKIE_NAME].value
        self.cookies["anonymous"] = ""
        forged = Client()
        # What a login without its second step would leave: Django's own session, and no code.
        forged.force_login(self.users["owner"], backend="accounts.backends.AccountBackend")
        self.cookies["unverified"] = forged.cookies[settings.SESSION_COOKIE_NAME].value


def _user(name: str, address: str) -> User:
    return create_user(f"{address}@test.test", actor=SETUP, password=world.PASSWORD, full_name=name)


def _patient_side(name: str, address: str, patient: Patient, kind: str, scope: tuple[str, ...] = ()) -> User:
    user = _user(name, address)
    represent(user, patient, kind, actor=SETUP, **({"scope": list(scope)} if scope else {}))
    return user


def _identity(first: str, last: str, birth: date) -> Patient:
    """A patient without an account."""
    return create_patient(
        actor=SETUP,
        birth_name=last,
        birth_first_names=first,
        birth_date=birth,
        sex="F",
        birth_place_code="69123",
        phone="06 00 00 00 00",
    )


def make_people(pathology: Pathology) -> People:
    """Make everybody through the services."""
    ensure_authority()
    patient, owner = world.patient("Zoe Canarivrac")
    # The header names the reader to himself: the account is named apart from the identity of the file.
    User.objects.filter(pk=owner.pk).update(full_name="Zoé Titulaire")
    other_patient, stranger = world.patient("Yves Ailleurs")
    phoned = _identity("Odile", "Canariphone", date(1951, 2, 3))
    coordinator = world.staff("Hélène Lenoir", "coordinator", title="Dr")
    expert = world.expert("Anne Salvat", pathology, department="Rachis A", coordinator=coordinator)
    other_expert = world.expert("Karim Haddad", pathology, department="Rachis B", coordinator=coordinator)
    # More cases than anybody takes in a month.
    ExpertProfile.objects.update(capacity_per_month=100)
    expert.refresh_from_db()
    other_expert.refresh_from_db()
    parent = _user("Nora Parente", "parent")
    child = _identity("Tom", "Canarienfant", date(2015, 9, 3))
    represent(parent, child, "parent", actor=SETUP)
    unchecked = world.staff("Urbain Attente", "coordinator")
    unchecked.professional.delete()
    root = _user("Racine Absolue", "root")
    User.objects.filter(pk=root.pk).update(is_superuser=True, is_staff=True)
    editor = world.staff("Paul Plume", "editor")
    users = {
        "owner": User.objects.get(pk=owner.pk),
        "stranger": stranger,
        "guardian": _patient_side("Gaëlle Tutrice", "guardian", patient, "guardian"),
        "parent": parent,
        "helper": _patient_side("Hugo Proche", "helper", patient, "helper", tuple(ALL_SCOPES)),
        "bringer": _patient_side("Basile Porteur", "bringer", patient, "helper", ("documents",)),
        "requester": world.requester("Paul Requérant"),
        "other_requester": world.requester("Odette Ailleurs"),
        "expert": expert.user,
        "other_expert": other_expert.user,
        "coordinator": coordinator,
        "deputy": world.staff("Marc Blanc", "coordinator", title="Dr"),
        "involved": world.staff("Irène Mêlée", "coordinator", title="Dr"),
        "unchecked": User.objects.get(pk=unchecked.pk),
        "nurse": world.staff("Inès Care", "care_coordinator"),
        "assistant": world.staff("Ali Bureau", "assistant"),
        "member": world.staff("Mona Conseil", "committee", title="Pr"),
        "aside": world.staff("Alex Conseil", "committee", title="Pr"),
        "manager": world.staff("Gérard Payeur", "payer"),
        "dpo": world.staff("Judith Registre", "dpo"),
        "editor": editor,
        "administrator": world.staff("Ada Technique", "administrator"),
        "root": User.objects.get(pk=root.pk),
        "unprofiled": world.staff("Noé Nouveau", "expert"),
    }
    grant_role(users["involved"], "treating_doctor", actor=SETUP)
    open_own_space(users["other_requester"], "requester", actor=SETUP)
    return People(users, patient, other_patient, child, phoned, expert, other_expert)
