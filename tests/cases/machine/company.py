"""Everybody there is around one case: for each relation of the rules a real person, with a real account."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

from accounts.models import Invitation, Patient, Representation, User
from accounts.services.patients import represent
from audit import Actor, SystemActor
from cases.demo.walk import Cast, acting
from cases.models import Assignment, Case
from clock import now
from experts.models import ExpertProfile
from tests.cases.machine.rules import SECOND, Who
from tests.cases.world import SETUP, World, expert, make_world, patient, requester, staff

#: The role of the pages on which somebody of that relation acts, where it is not the name of the relation.
_ROLES = {
    Who.FORMER_EXPERT: "expert",
    Who.OTHER_EXPERT: "expert",
    Who.ENTANGLED: "coordinator",
    Who.STRANGER: "patient",
    Who.OTHER_REQUESTER: "requester",
    Who.OTHER_REPRESENTATIVE: "representative",
}


@dataclass
class Company:
    """The people around the cases of one test, and those around other cases.

    Args:
        users: one for each relation that is a person with an account.
        second_coordinator: confirms what another person of the service asked for.
    """

    world: World
    users: dict[Who, User]
    former: ExpertProfile
    spare: ExpertProfile
    second_coordinator: User

    @property
    def patient(self) -> Patient:
        return self.world.patient

    def cast(self, kind: str) -> Cast:
        """The people of a walk through a case of this kind."""
        world = self.world
        asks = world.patient_user if kind == SECOND else world.requester
        return Cast(world.patient, world.patient_user, asks, world.coordinator, world.expert)

    def actor(self, who: Who, case: Case, *, verified: bool = True) -> Actor:
        """Somebody of that relation, on the pages of his role.

        Args:
            verified: whether he gave the second factor.
        """
        if who is Who.CLOCK:
            return SystemActor("clock")
        if who is Who.GUEST:
            return Actor(kind="guest", id=_invitation(case).pk, role="invited")
        user = self.user(who, case)
        plain = acting(user, _ROLES.get(who, str(who)))
        return plain if verified else Actor(kind="user", id=user.pk, role=plain.role, verified=False)

    def user(self, who: Who, case: Case) -> User:
        """The account of somebody of that relation."""
        if who is Who.EXPERT and case.assigned_expert is not None:
            return case.assigned_expert.user
        return self.users[who]

    def surround(self, case: Case) -> None:
        """Tie to a case those whose relation is a row of that case."""
        Assignment.objects.create(
            content_key_id=case.content_key_id,
            case=case,
            expert=self.former,
            proposed_at=now() - timedelta(days=40),
            outcome="lapsed",
            ended_at=now() - timedelta(days=39),
        )
        case.treating_doctor_user = self.users[Who.TREATING_DOCTOR]
        case.save(update_fields=["treating_doctor_user"])


def _invitation(case: Case) -> Invitation:
    """The living invitation of a case, made at the first need."""
    found = Invitation.objects.filter(target_id=case.pk, expires_at__gt=now()).first()
    return found or Invitation.objects.create(
        purpose="consent",
        target_id=case.pk,
        patient=case.patient,
        birth_date=case.patient.birth_date,
        email="invitee@test.test",
        nonce=b"0" * 16,
        code_hash=uuid4().hex,
        expires_at=now() + timedelta(days=3650),
    )


def gather() -> Company:
    """Make everybody. Takes some seconds: once for many tests."""
    world = make_world()
    relative, other_relative = (patient(name)[1] for name in ("Remi Tuteur", "Rose Tutrice"))
    stranger_row, stranger = patient("Sam Passant")
    helper, entangled = patient("Aline Aidante")[1], staff("Eric Doublon", "coordinator", title="Dr")
    represent(relative, world.patient, Representation.Kind.GUARDIAN, actor=SETUP)
    represent(helper, world.patient, Representation.Kind.HELPER, actor=SETUP, scope=list(Representation.SCOPES))
    represent(entangled, world.patient, Representation.Kind.HELPER, actor=SETUP, scope=["write"])
    represent(other_relative, stranger_row, Representation.Kind.GUARDIAN, actor=SETUP)
    former = expert("Fanny Ancienne", world.pathology, department="Rachis C", coordinator=world.coordinator)
    spare = expert("Elie Suivant", world.pathology, department="Rachis D", coordinator=world.coordinator)
    users = {
        Who.PATIENT: world.patient_user,
        Who.REPRESENTATIVE: relative,
        Who.HELPER: helper,
        Who.REQUESTER: world.requester,
        Who.EXPERT: world.expert.user,
        Who.FORMER_EXPERT: former.user,
        Who.OTHER_EXPERT: world.other_expert.user,
        Who.COORDINATOR: world.coordinator,
        Who.ENTANGLED: entangled,
        Who.CARE_COORDINATOR: world.nurse,
        Who.ASSISTANT: world.assistant,
        Who.TREATING_DOCTOR: requester("Denis Traitant"),
        Who.STRANGER: stranger,
        Who.OTHER_REQUESTER: requester("Omar Autre"),
        Who.OTHER_REPRESENTATIVE: other_relative,
    }
    for who in (Who.COMMITTEE, Who.PAYER, Who.DPO, Who.EDITOR, Who.ADMINISTRATOR):
        users[who] = staff(f"Staff {who}", str(who))
    return Company(world, users, former, spare, world.other_coordinator)
