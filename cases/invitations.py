"""The patient of a tele-expertise: told of it by a code, mailed or printed, with which she agrees, refuses or follows.

S1-12, S1-14, S1-18. The code opens nothing by itself: with the date of birth it shows who asks for what; agreeing needs
an account in her own name, refusing does not.
"""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from accounts import invitations
from accounts.models import Invitation, Representation, User
from accounts.models.users import fold_email
from accounts.selectors import living_representations
from accounts.services import join_patient, represent
from audit import Actor, SystemActor
from cases.checks import purposes_put
from cases.models import CallTask, Case
from cases.models.states import BEFORE_DELIVERY, State
from clock import now
from consent.texts import current_text, words_shown
from errors import Conflict
from ui.dates import paris_day

PURPOSE = "tele_expertise_consent"
#: Days after which the coordinator looks again at a request its patient turned down without an account.
LOOK_AGAIN_DAYS = 2


def has_account(case: Case) -> bool:
    """Whether the patient, or somebody who represents her, finds this case in an account."""
    living = case.patient.representations.filter(ended_at__isnull=True)
    return bool(living.exclude(kind=Representation.Kind.HELPER).exists())


def invite(case: Case, *, actor: Actor) -> Invitation:
    """Invite the patient by mail, or by a letter to print when she has no address; in the caller's transaction.

    A code that was sent before is replaced; one that went to another address is withdrawn.

    Args:
        case: a tele-expertise whose identity is complete.
        actor: who asks.
    """
    patient = case.patient
    if patient.birth_date is None:
        raise Conflict(_("The patient's identity is incomplete."))
    for former in unanswered(case):
        if former.email == fold_email(patient.email) and former.birth_date == patient.birth_date:
            return invitations.renew(former, actor=actor)
        invitations.withdraw(former, actor=actor)
    return invitations.issue(
        PURPOSE,
        actor=actor,
        birth_date=patient.birth_date,
        email=patient.email,
        patient=patient,
        target_id=case.pk,
        language=patient.language,
    )


def unanswered(case: Case) -> list[Invitation]:
    """The invitations of a case that nobody has answered, the latest first; expired ones can be renewed."""
    rows = Invitation.objects.filter(
        purpose=PURPOSE, target_id=case.pk, accepted_at__isnull=True, refused_at__isnull=True
    )
    return list(rows.order_by("-created_at"))


def latest(case: Case) -> Invitation | None:
    """The last invitation of a case, whatever became of it."""
    return Invitation.objects.filter(purpose=PURPOSE, target_id=case.pk).order_by("-created_at").first()


# --- what the invited person reads and does


def _case(invitation: Invitation) -> Case:
    rows = Case.objects.select_related("requester__professional", "patient", "pathology", "requested_expert__user")
    return rows.get(pk=str(invitation.target_id))


def _explain(invitation: Invitation) -> str:
    """Who asks for what, and what is expected."""
    case = _case(invitation)
    name = case.requester.get_full_name()
    if case.state == State.AWAITING_CONSENT:
        return _(
            "%(name)s wishes to ask an expert doctor for an opinion about your health, on your file and at a distance. "
            "Nothing is shared before you agree."
        ) % {"name": name}
    if case.consented_at is None:
        return _("%(name)s is preparing a request for an opinion about your health. Nothing is shared yet.") % {
            "name": name
        }
    return _(
        "%(name)s has asked an expert doctor for an opinion about your health, and has stated that you agreed. Here "
        "you follow the request, see who reads your file, and may change your mind. If you did not agree, refuse "
        "below: the request stops until we have spoken with you."
    ) % {"name": name}


def _details(invitation: Invitation) -> SafeString:
    """Who asks, about what, who would read the file, and the texts."""
    case = _case(invitation)
    language = "en" if (get_language() or "fr").startswith("en") else "fr"
    expert = case.requested_expert
    texts = [
        words_shown(current_text(purpose, case.kind), language, expert=expert.name if expert else "").partition("\n\n")
        for purpose in purposes_put(case)
    ]
    context = {
        "case": case,
        "professional": getattr(case.requester, "professional", None),
        "expert": expert,
        "texts": [(title, body) for title, _blank, body in texts],
    }
    return render_to_string("cases/requester/invited.html", context)


def _accept(invitation: Invitation, user: User, actor: Actor) -> None:
    """The account reaches the request; the identity it was made with joins the person's own dossier.

    Raises:
        Conflict: this account belongs to somebody who takes part in the request, or somebody else has accepted.
    """
    case = _case(invitation)
    if user.pk in _professionals(case):
        raise Conflict(
            _("You take part in this request as a professional."),
            _("The patient must answer with an account of her own."),
        )
    acting = replace(actor, role="patient")
    represent(user, case.patient, Representation.Kind.SELF, actor=acting)
    mine = living_representations(user).filter(kind=Representation.Kind.SELF, patient__joined_to__isnull=True)
    own = mine.exclude(patient_id=case.patient_id).order_by("declared_at").first()
    if own is not None:
        join_patient(case.patient, own.patient, actor=acting)


def _professionals(case: Case) -> set[UUID | None]:
    """Everybody who has a part in the case that is not the patient's."""
    experts = case.assignments.values_list("expert__user_id", flat=True)
    named = [case.requested_expert.user_id] if case.requested_expert else []
    people = {case.requester_id, case.treating_doctor_user_id, case.first_opinion_user_id}
    return {*people, case.coordinator_id, case.deputy_id, *experts, *named} - {None}


def _refuse(invitation: Invitation, actor: Actor) -> None:
    """A refusal needs no account: before the agreement it ends the request, after it everything waits for a call."""
    # Loaded late: the moves themselves invite patients.
    from cases.machine import perform
    from cases.machine.clocks import working_days_after
    from cases.notices import tell

    case = _case(invitation)
    if case.state == State.AWAITING_CONSENT:
        guest = replace(actor, kind="guest", id=invitation.pk, role="invited", on_behalf_of=None)
        perform("refuse_consent", case.pk, actor=guest)
        return
    refused = invitation.refusal == Invitation.Refusal.REFUSED
    if refused and case.state in BEFORE_DELIVERY and case.consented_at is not None:
        perform(
            "hold",
            case.pk,
            actor=SystemActor("invitation"),
            told=_("Whoever received the patient’s invitation answered that there was no agreement. We call first."),
            reason_code="patient_refuses",
            review_on=paris_day(now()) + timedelta(days=LOOK_AGAIN_DAYS),
        )
    if case.consented_at is not None:
        CallTask.objects.get_or_create(
            case=case,
            why=CallTask.Why.INVITATION,
            done_at=None,
            defaults={
                "content_key_id": case.content_key_id,
                "created_at": now(),
                "due_at": working_days_after(now(), 1),
            },
        )
        tell(case, "desk", "desk_invitation_refused", key=f"invitation:{invitation.pk}")
    tell(case, "requester", "case_invitation_refused", key=f"invitation:{invitation.pk}")


def _landing(invitation: Invitation) -> str:
    """The agreements, or where the request stands."""
    case = _case(invitation)
    if case.state == State.AWAITING_CONSENT:
        return reverse("patient:prepare_consents", args=[case.pk])
    return reverse("patient:case", args=[case.pk])


def register() -> None:
    """Tell accounts what this invitation means."""
    invitations.register_purpose(
        invitations.Purpose(
            PURPOSE,
            gettext_lazy("A request for an opinion about you"),
            _explain,
            _accept,
            _refuse,
            _landing,
            _details,
            gettext_lazy("Continue with my account"),
        )
    )
