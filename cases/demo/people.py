"""The fictitious people of the demo: staff, experts, professionals, patients. Nobody here exists."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

from accounts.models import Patient, Professional, User
from accounts.services.accounts import create_staff, create_user
from accounts.services.patients import create_patient, represent
from accounts.services.professionals import answer_registration, save_professional
from accounts.services.roles import open_own_space
from accounts.undertakings import accept
from audit import Actor, SystemActor
from cases.demo.walk import acting
from cases.models import Payer
from cases.services.payers import Terms, add_manager, make_vouchers, record_payer
from clock import now
from experts import certificates
from experts.authority import ensure_authority
from experts.joining import votes
from experts.joining.services import save_draft, send_candidacy
from experts.models import ExpertProfile, Pathology
from experts.own_questions.services import publish_questions, save_item
from experts.services import create_expert, record_convention, record_insurance, record_interests, record_registration
from ui.dates import NBSP, paris_day

SETUP = SystemActor("set_up")

#: (address, name, title, roles) of the people of the service.
STAFF = (
    ("coordinator@demo.test", "Hélène Lenoir", "Dr", ("coordinator",)),
    ("coordinator2@demo.test", "Marc Sabatier", "Dr", ("coordinator",)),
    ("nurse@demo.test", "Inès Carrel", "", ("care_coordinator",)),
    ("assistant@demo.test", "Ali Bureau", "", ("assistant",)),
    ("dpo@demo.test", "Judith Registre", "", ("dpo",)),
    ("committee@demo.test", "Colette Marchand", "Pr", ("committee",)),
    ("committee2@demo.test", "Rémi Aubin", "Pr", ("committee",)),
    ("committee3@demo.test", "Nadia Forest", "Dr", ("committee",)),
    ("payer@demo.test", "Gérard Barème", "", ("payer",)),
    ("editor@demo.test", "Paul Plume", "", ("editor",)),
    ("admin@demo.test", "Ada Technique", "", ("administrator",)),
)
#: (address, name, title, specialty, hospital, department, pathologies) of the experts.
EXPERTS = (
    (
        "expert@demo.test",
        "Anne Salvat",
        "Pr",
        "Chirurgie orthopédique",
        "Hôpital des Tilleuls",
        "Rachis adulte",
        ("lumbar_disc_herniation", "scoliosis"),
    ),
    (
        "expert2@demo.test",
        "Karim Haddad",
        "Dr",
        "Gynécologie obstétrique",
        "Clinique du Verger",
        "Chirurgie pelvienne",
        ("endometriosis",),
    ),
    (
        "expert03@demo.test",
        "Louise Morel",
        "Pr",
        "Chirurgie vasculaire",
        "Hôpital du Belvédère",
        "Aorte",
        ("aortic_aneurysm",),
    ),
    (
        "expert04@demo.test",
        "Vincent Nguyen",
        "Dr",
        "Chirurgie orthopédique",
        "Hôpital des Tilleuls",
        "Rachis enfant",
        ("scoliosis", "lumbar_disc_herniation"),
    ),
    (
        "expert05@demo.test",
        "Sabine Petit",
        "Dr",
        "Gastro-entérologie",
        "Hôpital du Belvédère",
        "Maladies de l’intestin",
        ("crohn",),
    ),
    ("expert06@demo.test", "Olivier Garance", "Pr", "Oncologie", "Institut des Acacias", "Sein", ("breast_cancer",)),
    ("expert07@demo.test", "Farida Benali", "Dr", "Urologie", "Clinique du Verger", "Urologie", ("prostate_cancer",)),
    (
        "expert08@demo.test",
        "Étienne Laforêt",
        "Dr",
        "Endocrinologie",
        "Institut des Acacias",
        "Thyroïde",
        ("thyroid_nodule",),
    ),
    (
        "expert09@demo.test",
        "Mireille Costa",
        "Pr",
        "Gynécologie obstétrique",
        "Institut des Acacias",
        "Endométriose",
        ("endometriosis",),
    ),
    (
        "expert10@demo.test",
        "Bruno Delage",
        "Dr",
        "Chirurgie digestive",
        "Hôpital des Tilleuls",
        "Chirurgie digestive",
        ("crohn",),
    ),
    (
        "expert11@demo.test",
        "Yasmine Roux",
        "Dr",
        "Oncologie radiothérapie",
        "Hôpital du Belvédère",
        "Radiothérapie",
        ("breast_cancer", "prostate_cancer"),
    ),
    (
        "expert12@demo.test",
        "Thomas Vallon",
        "Pr",
        "Chirurgie vasculaire",
        "Clinique du Verger",
        "Vaisseaux",
        ("aortic_aneurysm", "thyroid_nodule"),
    ),
)
REQUESTERS = (
    ("requester@demo.test", "Claire Fontaine", "Dr", "Médecine générale"),
    ("requester2@demo.test", "Hugo Lambert", "Dr", "Gynécologie médicale"),
)


@dataclass
class People:
    """Everybody of the demo.

    Args:
        experts: by code of pathology, the first one being asked first.
    """

    staff: dict[str, User] = field(default_factory=dict)
    experts: dict[str, list[ExpertProfile]] = field(default_factory=dict)
    requesters: list[User] = field(default_factory=list)

    @property
    def coordinators(self) -> list[User]:
        """The two coordinating doctors."""
        return [self.staff["coordinator@demo.test"], self.staff["coordinator2@demo.test"]]


class _Numbers:
    """RPPS numbers that no register gives out, with a right Luhn digit."""

    def __init__(self) -> None:
        self.last = 0

    def draw(self) -> str:
        self.last += 1
        body = f"9990{self.last:06d}"
        total = 0
        for position, character in enumerate(reversed(body + "0")):
            value = int(character)
            if position % 2:
                value = value * 2 - 9 if value > 4 else value * 2
            total += value
        return body + str(-total % 10)


def make_people(password_hash: str) -> People:
    """Staff, experts and professionals, with everything recorded that lets them work.

    Args:
        password_hash: of all of them: a slow one is made once for everybody here.
    """
    people, numbers = People(), _Numbers()
    ensure_authority()
    for email, name, title, roles in STAFF:
        user = _staff(email, roles, name, title, password_hash)
        if set(roles) & {"coordinator", "care_coordinator"}:
            nurse = "care_coordinator" in roles
            _check(user, numbers.draw(), Professional.Profession.NURSE if nurse else Professional.Profession.PHYSICIAN)
        people.staff[email] = user
    desk = acting(people.coordinators[0], "coordinator")
    for email, name, title, specialty, hospital, department, codes in EXPERTS:
        user = _staff(email, ("expert",), name, title, password_hash)
        _check(user, numbers.draw(), Professional.Profession.PHYSICIAN, specialty, hospital)
        profile = _expert(user, hospital, department, codes, desk)
        for code in codes:
            people.experts.setdefault(code, []).append(profile)
    for email, name, title, specialty in REQUESTERS:
        user = create_user(email, actor=SETUP, password_hash=password_hash, full_name=name, title=title)
        open_own_space(user, "requester", actor=SETUP)
        _check(user, numbers.draw(), Professional.Profession.PHYSICIAN, specialty, "Cabinet du Moulin")
        people.requesters.append(user)
    experts = {expert.user for found in people.experts.values() for expert in found}
    for user in [*people.staff.values(), *people.requesters, *sorted(experts, key=lambda one: one.email)]:
        accept(user, "fr", actor=acting(user, "staff"))
    return people


def make_candidacy(people: People) -> None:
    """A candidacy under vote: the committee practises in its pathology, and one member has voted."""
    endometriosis = list(Pathology.objects.filter(code="endometriosis"))
    members = [user for email, user in people.staff.items() if email.startswith("committee")]
    for member in members:
        votes.declare_practice(member, endometriosis, actor=acting(member, "committee"))
    candidate = people.requesters[1]
    candidacy = save_draft(
        candidate,
        actor=acting(candidate, "account"),
        pathologies=endometriosis,
        languages=("fr",),
        institution="Cabinet du Moulin",
        department="",
        capacity_per_month=3,
        qualifications="Diplôme d’études spécialisées de gynécologie médicale, 2011.",
        acts="Consultations et échographies pour douleurs pelviennes et endométriose.",
        interests="Aucun.",
        motivation="Je reçois beaucoup de demandes de deuxième avis et souhaite y répondre dans un cadre clair.",
    )
    send_candidacy(candidacy.pk, actor=acting(candidate, "account"))
    reason = "Expérience utile au service."
    votes.vote(candidacy.pk, choice="for", reason=reason, actor=acting(members[1], "committee"))


def make_own_questions(people: People) -> None:
    """What the first expert of the lumbar disc herniation asks besides: two questions and a document, published."""
    expert = people.experts["lumbar_disc_herniation"][0]
    actor, pathology = acting(expert.user, "expert"), Pathology.objects.get(code="lumbar_disc_herniation")
    items: list[dict[str, Any]] = [
        {
            "type": "yesno",
            "label": {
                "fr": f"Pouvez-vous marcher dix minutes sans vous arrêter{NBSP}?",
                "en": "Can you walk for ten minutes without stopping?",
            },
            "required": True,
        },
        {
            "type": "longtext",
            "label": {
                "fr": f"Quels gestes réveillent la douleur{NBSP}?",
                "en": "Which movements bring the pain back?",
            },
            "required": False,
        },
        {
            "document_type": "imaging",
            "label": {
                "fr": "Radiographies debout, de face et de profil",
                "en": "Standing X-rays, front and side",
            },
            "why": {"fr": "L’équilibre du dos.", "en": "The balance of the back."},
            "required": False,
        },
    ]
    for item in items:
        save_item(expert.pk, pathology.pk, item, actor=actor)
    publish_questions(expert.pk, pathology.pk, actor=actor)


def make_payer(people: People) -> None:
    """A fictitious insurer, its manager and fifty vouchers; the demo has no price, so nobody uses one."""
    actor, day = acting(people.coordinators[0], "coordinator"), paris_day(now())
    terms = Terms("Mutuelle d’exemple", Payer.Kind.COMPLEMENTARY, day, day + timedelta(days=365), 200)
    payer = record_payer(terms, actor=actor)
    add_manager(payer.pk, "payer@demo.test", actor=actor)
    make_vouchers(payer.pk, 50, day, day + timedelta(days=180), batch_id=uuid4(), actor=actor)


def _staff(email: str, roles: Iterable[str], name: str, title: str, password_hash: str) -> User:
    user = create_staff(email, roles, full_name=name, title=title, tell=False)
    User.objects.filter(pk=user.pk).update(password=password_hash)
    user.password = password_hash
    return user


def _check(
    user: User, rpps: str, profession: str, specialty: str = "Santé publique", organisation: str = "Second Regard"
) -> None:
    row = save_professional(
        user,
        actor=SETUP,
        profession=profession,
        rpps=rpps,
        specialty=specialty,
        organisation=organisation,
        address=f"{organisation}\n1 rue Imaginaire\n69000 Lyon",
        phone="01 99 00 00 00",
        convention="secteur 1",
    )
    answer_registration(row, confirmed=True, actor=SETUP, means="command", identity_means="id_document")


def _expert(user: User, hospital: str, department: str, codes: Iterable[str], desk: Actor) -> ExpertProfile:
    profile = create_expert(
        user,
        actor=desk,
        pathologies=Pathology.objects.filter(code__in=list(codes)),
        languages=("fr", "en"),
        capacity_per_month=30,
        institution=hospital,
        department=department,
        committee_accepted_on=paris_day(now()),
    )
    moment, today = now(), paris_day(now())
    record_registration(profile.pk, actor=desk, checked_at=moment, means="directory")
    record_insurance(
        profile.pk,
        actor=desk,
        insurer="Assurance fictive",
        valid_from=today - timedelta(days=60),
        valid_until=today + timedelta(days=700),
    )
    record_convention(
        profile.pk,
        actor=desk,
        version="1",
        signed_by_expert_at=moment,
        signed_by_service_at=moment,
        sent_to_order_at=moment,
    )
    record_interests(profile.pk, actor=desk, declared_on=today, expires_on=today + timedelta(days=365))
    professional = Professional.objects.get(user=user)
    certificates.issue_key(user, name=user.get_full_name(), rpps=professional.rpps, actor=SETUP)
    return ExpertProfile.objects.select_related("user").get(pk=profile.pk)


def make_patient(
    email: str, first: str, last: str, *, sex: str, birth: date, password_hash: str, phone: str = ""
) -> tuple[Patient, User]:
    """A patient with his own account."""
    user = create_user(email, actor=SETUP, password_hash=password_hash, full_name=f"{first} {last}")
    open_own_space(user, "patient", actor=SETUP)
    patient = _identity(email, first, last, sex=sex, birth=birth, phone=phone)
    represent(user, patient, "self", actor=SETUP)
    return patient, user


def make_child(
    email: str, parent: str, first: str, last: str, *, birth: date, password_hash: str
) -> tuple[Patient, User]:
    """A child, reached by a parent who logs in as himself (C-MIN-6)."""
    user = create_user(email, actor=SETUP, password_hash=password_hash, full_name=parent)
    open_own_space(user, "patient", actor=SETUP)
    patient = _identity(email, first, last, sex="M", birth=birth)
    represent(user, patient, "parent", actor=SETUP)
    return patient, user


def make_patient_without_account(first: str, last: str, *, sex: str, birth: date, email: str = "") -> Patient:
    """A patient known only through the professional who treats him."""
    return _identity(email, first, last, sex=sex, birth=birth)


def _identity(email: str, first: str, last: str, *, sex: str, birth: date, phone: str = "") -> Patient:
    return create_patient(
        actor=SETUP,
        birth_name=last,
        birth_first_names=first,
        birth_date=birth,
        sex=sex,
        birth_place_code="69383",
        phone=phone or "06 39 98 00 00",
        email=email,
    )
