"""A small service with the people of one case, made through the services; fictitious."""

import itertools
from dataclasses import dataclass
from datetime import date, timedelta

from accounts.models import Patient, Professional, User
from accounts.names import fold_name
from accounts.services.accounts import create_staff, create_user
from accounts.services.patients import create_patient, represent
from accounts.services.professionals import answer_registration, save_professional
from accounts.services.roles import open_own_space
from audit import SystemActor
from cases.demo.walk import Cast, Walk, acting
from cases.models import Case
from clock import now
from experts import certificates
from experts.authority import ensure_authority
from experts.models import ExpertProfile, Pathology
from experts.services import (
    create_expert,
    record_convention,
    record_insurance,
    record_interests,
    record_registration,
)

SETUP = SystemActor("set_up")
PASSWORD = "phrase de passe longue"
_numbers = itertools.count(1)


def rpps() -> str:
    """A new RPPS number with a right Luhn digit."""
    body = f"1000{next(_numbers):06d}"
    total = 0
    for position, character in enumerate(reversed(body + "0")):
        value = int(character)
        if position % 2:
            value = value * 2 - 9 if value > 4 else value * 2
        total += value
    return body + str(-total % 10)


def staff(name: str, *roles: str, title: str = "") -> User:
    """Somebody of the service, checked where his role needs it."""
    user = create_staff(
        # Folded: the login form takes plain addresses only.
        f"{fold_name(name).replace(' ', '.')}.{next(_numbers)}@test.test",
        roles,
        full_name=name,
        title=title,
        password=PASSWORD,
        tell=False,
    )
    if set(roles) & {"coordinator", "care_coordinator", "expert"}:
        checked(user)
    return user


def checked(user: User, profession: str = Professional.Profession.PHYSICIAN) -> Professional:
    """A professional whose registration and identity are checked and recorded."""
    row = save_professional(
        user,
        actor=SETUP,
        profession=profession,
        rpps=rpps(),
        specialty="Chirurgie orthopédique",
        organisation="Hôpital fictif",
        address="1 rue Imaginaire\n69000 Lyon",
        phone="04 00 00 00 00",
        convention="secteur 1",
    )
    answer_registration(row, confirmed=True, actor=SETUP, means="command", identity_means="id_document")
    row.refresh_from_db()
    return row


def expert(name: str, *pathologies: Pathology, department: str = "", coordinator: User | None = None) -> ExpertProfile:
    """An expert with nothing missing: role, profile, registration, insurance, convention, interests, signing key."""
    user = staff(name, "expert", title="Pr")
    desk = acting(coordinator or staff("Desk Setup", "coordinator"), "coordinator")
    profile = create_expert(user, actor=desk, pathologies=pathologies, department=department)
    moment = now()
    record_registration(profile.pk, actor=desk, checked_at=moment, means="directory")
    today = moment.date()
    record_insurance(
        profile.pk,
        actor=desk,
        insurer="Assureur fictif",
        valid_from=today - timedelta(days=30),
        valid_until=today + timedelta(days=700),
    )
    record_convention(profile.pk, actor=desk, version="1", signed_by_expert_at=moment, signed_by_service_at=moment)
    record_interests(profile.pk, actor=desk, declared_on=today, expires_on=today + timedelta(days=700))
    ensure_authority()
    certificates.issue_key(user, name=user.get_full_name(), rpps=user.professional.rpps, actor=SETUP)
    return ExpertProfile.objects.get(pk=profile.pk)


def patient(name: str = "Camille Renaud", birth: date = date(1980, 5, 17)) -> tuple[Patient, User]:
    """A patient with her own account and a complete identity."""
    first, last = name.split(" ", 1)
    user = create_user(f"{first.lower()}.{next(_numbers)}@test.test", actor=SETUP, password=PASSWORD, full_name=name)
    open_own_space(user, "patient", actor=SETUP)
    row = create_patient(
        actor=SETUP,
        birth_name=last,
        birth_first_names=first,
        birth_date=birth,
        sex="F",
        birth_place_code="69123",
        phone="06 00 00 00 00",
        email=user.email,
    )
    represent(user, row, "self", actor=SETUP)
    return row, user


def requester(name: str = "Paul Requérant") -> User:
    """A requesting professional whose registration is checked."""
    email = f"requester.{next(_numbers)}@test.test"
    user = create_user(email, actor=SETUP, password=PASSWORD, full_name=name, title="Dr")
    open_own_space(user, "requester", actor=SETUP)
    checked(user)
    return user


@dataclass
class World:
    """The people most tests need."""

    coordinator: User
    other_coordinator: User
    nurse: User
    assistant: User
    expert: ExpertProfile
    other_expert: ExpertProfile
    patient: Patient
    patient_user: User
    requester: User
    pathology: Pathology

    def cast(self) -> Cast:
        """The people of a second opinion."""
        return Cast(self.patient, self.patient_user, self.requester, self.coordinator, self.expert)

    def walk(self) -> Walk:
        """A new case to take through its life."""
        return Walk(self.cast(), self.pathology)

    def walk_of(self, case: Case) -> Walk:
        """The rest of the life of a case."""
        walk = self.walk()
        walk.case = case
        return walk


def make_world(pathology_code: str = "lumbar_disc_herniation") -> World:
    """The service and the people of one case."""
    pathology = Pathology.objects.get(code=pathology_code)
    coordinator = staff("Hélène Lenoir", "coordinator", title="Dr")
    row, user = patient()
    return World(
        coordinator=coordinator,
        other_coordinator=staff("Marc Blanc", "coordinator", title="Dr"),
        nurse=staff("Inès Care", "care_coordinator"),
        assistant=staff("Ali Bureau", "assistant"),
        expert=expert("Anne Salvat", pathology, department="Rachis A", coordinator=coordinator),
        other_expert=expert("Karim Haddad", pathology, department="Rachis B", coordinator=coordinator),
        patient=row,
        patient_user=user,
        requester=requester(),
        pathology=pathology,
    )
