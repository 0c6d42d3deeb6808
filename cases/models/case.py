"""The case: its state, its people, its facts and its clocks."""

import uuid
from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cases.models.states import AFTER_DELIVERY, ENDS, ON_DESK, WITH_EXPERT, CaseStates, State
from clock import now
from vault.fields import SealedJSONField, SealedTextField


class Kind(models.TextChoices):
    """The two kinds of request, never mixed (C-TEL-1)."""

    SECOND_OPINION = "second_opinion", _("second opinion")
    TELE_EXPERTISE = "tele_expertise", _("tele-expertise")


class Urgency(models.TextChoices):
    """How soon a tele-expertise is needed; «today» is refused (C-HAS-7)."""

    TWO_DAYS = "h48", _("within 48 hours")
    WEEK = "d7", _("within 7 days")


class Sharing(models.TextChoices):
    """How the expert is chosen, which decides the sharing text the patient accepts."""

    NAMED = "named", _("a named expert")
    DELEGATED = "delegated", _("an expert chosen by the coordinating doctor")


class TreatingDoctorChoice(models.TextChoices):
    """What the patient decided about the treating doctor (R.4127-58)."""

    UNSET = "", _("not answered")
    NAMED = "named", _("report sent to the treating doctor")
    NONE = "none", _("no treating doctor")
    REFUSED = "refused", _("the patient does not want the treating doctor informed")


class Reception(models.TextChoices):
    """How the patient wishes to receive the opinion."""

    AT_ONCE = "at_once", _("at once, on this site")
    AFTER_CALL = "after_call", _("after a call")
    WITH_DOCTOR = "with_doctor", _("with my doctor")
    WITH_SOMEONE = "with_someone", _("with someone I name")


class Payment(models.TextChoices):
    """Whether the service's price is settled."""

    OPEN = "open", _("to be settled")
    SETTLED = "settled", _("settled")
    WAIVED = "waived", _("waived")


class ReferenceCounter(models.Model):
    """One row a kind and month, locked while a reference is drawn."""

    prefix = models.CharField(max_length=8, primary_key=True)
    last = models.PositiveIntegerField(default=0)


def _states(*states: str) -> Q:
    return Q(state__in=[str(state) for state in states])


class Case(CaseStates):
    """One request for an opinion, from its draft to its end.

    `due_at` is the next deadline of the service, null while the requester owes something; `stage_left` and
    `total_left` keep what remained of the clocks, in seconds, when they were paused. `expires_at` is the end of the
    requester's silence.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    reference = models.CharField(max_length=16, unique=True)
    kind = models.CharField(max_length=16, choices=Kind.choices)
    content_key = models.ForeignKey("vault.ContentKey", on_delete=models.PROTECT, related_name="+")
    patient = models.ForeignKey("accounts.Patient", on_delete=models.PROTECT, related_name="cases")
    requester = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="requested_cases")
    by_phone = models.BooleanField(default=False)
    language = models.CharField(max_length=2, default="fr")
    pathology = models.ForeignKey(
        "experts.Pathology", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    # What the request says; clinical words are sealed.
    questions = SealedJSONField(null=True, blank=True)
    eligibility = SealedJSONField(null=True, blank=True)
    planned_treatment_on = models.DateField(null=True, blank=True)
    urgency = models.CharField(max_length=4, choices=Urgency.choices, blank=True)
    sharing = models.CharField(max_length=12, choices=Sharing.choices, default=Sharing.DELEGATED)
    requested_expert = models.ForeignKey(
        "experts.ExpertProfile", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    # The patient has decided: this expert, or whoever the service suggests.
    expert_settled_at = models.DateTimeField(null=True, blank=True)
    treating_doctor_choice = models.CharField(max_length=8, choices=TreatingDoctorChoice.choices, blank=True)
    treating_doctor = SealedJSONField(null=True, blank=True)
    treating_doctor_user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    first_opinion_doctor = SealedTextField(null=True, blank=True)
    first_opinion_user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    first_opinion_department = models.CharField(max_length=200, blank=True)
    referral = SealedJSONField(null=True, blank=True)
    reception = models.CharField(max_length=12, choices=Reception.choices, blank=True)
    reception_person = SealedJSONField(null=True, blank=True)
    prognosis_unwanted = models.BooleanField(default=False)
    documents_done_at = models.DateTimeField(null=True, blank=True)

    # People of the service.
    coordinator = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="coordinated_cases"
    )
    deputy = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="deputised_cases"
    )
    assigned_expert = models.ForeignKey(
        "experts.ExpertProfile", on_delete=models.PROTECT, null=True, blank=True, related_name="assigned_cases"
    )

    # Checks of the admission.
    identity_checked_at = models.DateTimeField(null=True, blank=True)
    identity_means = models.CharField(max_length=40, blank=True)
    checklist = models.JSONField(default=dict, blank=True)
    payment = models.CharField(max_length=8, choices=Payment.choices, default=Payment.OPEN)

    # Where the machine goes back to.
    resume_to = models.CharField(max_length=24, blank=True)
    information_from = models.CharField(max_length=24, blank=True)
    stopped_from = models.CharField(max_length=24, blank=True)
    stopped_resume_to = models.CharField(max_length=24, blank=True)

    # Facts, each written by the move that makes it true.
    consent_round = models.PositiveSmallIntegerField(default=1)
    created_at = models.DateTimeField(default=now)
    consented_at = models.DateTimeField(null=True, blank=True)
    consent_withdrawn_at = models.DateTimeField(null=True, blank=True)
    submitted_at = models.DateTimeField(null=True, blank=True)
    admitted_at = models.DateTimeField(null=True, blank=True)
    accepted_at = models.DateTimeField(null=True, blank=True)
    signed_opinion = models.ForeignKey(
        "cases.Opinion", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    delivered_at = models.DateTimeField(null=True, blank=True)
    requester_acknowledged_at = models.DateTimeField(null=True, blank=True)
    patient_told_at = models.DateTimeField(null=True, blank=True)
    first_opened_at = models.DateTimeField(null=True, blank=True)
    last_addendum_at = models.DateTimeField(null=True, blank=True)
    follow_up_used = models.BooleanField(default=False)
    correcting_since = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    # Clocks.
    due_at = models.DateTimeField(null=True, blank=True, db_index=True)
    stage_due_at = models.DateTimeField(null=True, blank=True)
    stage_left = models.IntegerField(null=True, blank=True)
    total_due_at = models.DateTimeField(null=True, blank=True)
    total_left = models.IntegerField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    reminders_sent = models.PositiveSmallIntegerField(default=0)
    late_told_at = models.DateTimeField(null=True, blank=True)
    updated_at = models.DateTimeField(default=now)

    class Meta:
        verbose_name = _("case")
        indexes = [
            models.Index(fields=["state", "due_at"]),
            # The order of the desk; PostgreSQL puts empty dates last, as the desk does.
            models.Index(
                fields=["planned_treatment_on", "due_at", "id"], name="case_desk_order", condition=_states(*ON_DESK)
            ),
            models.Index(fields=["patient", "state"]),
            models.Index(fields=["assigned_expert", "state"]),
            models.Index(fields=["requester", "state"]),
            models.Index(fields=["coordinator", "state", "due_at"]),
        ]
        constraints = [
            models.CheckConstraint(
                condition=_states(*State.values),
                name="case_state_known",
                violation_error_message=_("This state does not exist."),
            ),
            models.CheckConstraint(
                condition=(_states(State.ON_HOLD) & ~Q(resume_to="")) | (~_states(State.ON_HOLD) & Q(resume_to="")),
                name="case_resume_to_iff_on_hold",
                violation_error_message=_("A case on hold, and no other, remembers where it goes back to."),
            ),
            models.CheckConstraint(
                condition=_states(State.DRAFT, State.AWAITING_CONSENT, State.ON_HOLD, *ENDS)
                | Q(consented_at__isnull=False),
                name="case_consented",
                violation_error_message=_("A case goes no further without the patient's consent."),
            ),
            models.CheckConstraint(
                condition=~_states(State.ADMITTED, *WITH_EXPERT, *AFTER_DELIVERY) | Q(admitted_at__isnull=False),
                name="case_admitted",
                violation_error_message=_("An admitted case has its date of admission."),
            ),
            models.CheckConstraint(
                condition=~_states(*WITH_EXPERT, *AFTER_DELIVERY) | Q(assigned_expert__isnull=False),
                name="case_has_expert",
                violation_error_message=_("A case at this stage is entrusted to an expert."),
            ),
            models.CheckConstraint(
                condition=~_states(
                    State.DRAFT,
                    State.AWAITING_CONSENT,
                    State.SUBMITTED,
                    State.INFORMATION_REQUESTED,
                    State.ADMITTED,
                )
                | Q(assigned_expert__isnull=True),
                name="case_has_no_expert_yet",
                violation_error_message=_("A case at this stage is entrusted to nobody."),
            ),
            models.CheckConstraint(
                condition=~_states(State.SIGNED, *AFTER_DELIVERY) | Q(signed_opinion__isnull=False),
                name="case_signed_has_opinion",
                violation_error_message=_("A signed case has its signed opinion."),
            ),
            models.CheckConstraint(
                condition=(_states(*AFTER_DELIVERY) & Q(delivered_at__isnull=False))
                | (~_states(*AFTER_DELIVERY, State.ON_HOLD, State.STOPPED) & Q(delivered_at__isnull=True))
                | _states(State.ON_HOLD, State.STOPPED),
                name="case_delivered_at",
                violation_error_message=_("A delivered case, and no other, has its date of delivery."),
            ),
            models.CheckConstraint(
                condition=Q(correcting_since__isnull=True) | Q(delivered_at__isnull=False),
                name="case_corrects_what_was_delivered",
                violation_error_message=_("Only a delivered opinion is corrected."),
            ),
            models.CheckConstraint(
                condition=(_states(*ENDS) & Q(ended_at__isnull=False)) | (~_states(*ENDS) & Q(ended_at__isnull=True)),
                name="case_ended_at",
                violation_error_message=_("An ended case, and no other, has its date of end."),
            ),
            models.CheckConstraint(
                condition=~_states(State.INFORMATION_REQUESTED, State.EXPERT_QUESTION, State.ON_HOLD, *ENDS)
                | Q(due_at__isnull=True),
                name="case_paused_has_no_deadline",
                violation_error_message=_("A paused or ended case has no deadline."),
            ),
            models.CheckConstraint(
                condition=Q(kind=Kind.SECOND_OPINION, urgency="") | Q(kind=Kind.TELE_EXPERTISE),
                name="case_urgency_of_tele_expertise",
                violation_error_message=_("Only a tele-expertise has an urgency."),
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def disease(self) -> str:
        """The disease it is about: by its name, in a professional's own words where it is not listed, or «–»."""
        if self.pathology is not None:
            return self.pathology.name
        words: dict[str, str] = self.referral or {}
        return words.get("other_pathology") or "–"

    @property
    def is_second_opinion(self) -> bool:
        """Whether the patient opened it (C-TEL-1)."""
        return self.kind == Kind.SECOND_OPINION

    @property
    def destroyed_at(self) -> datetime | None:
        """When the content of a request that expired unsent is destroyed; None for any other (C-RET-5)."""
        if self.state != State.EXPIRED or self.submitted_at is not None or self.ended_at is None:
            return None
        return self.ended_at + timedelta(days=settings.UNSENT_KEPT_DAYS)

    @property
    def opens_by_itself_at(self) -> datetime | None:
        """From when the patient may open a delivered tele-expertise without having been told; None before that."""
        if self.delivered_at is None:
            return None
        return self.delivered_at + timedelta(hours=settings.TELE_EXPERTISE_PATIENT_HOURS)

    @property
    def is_open_to_patient(self) -> bool:
        """Whether what was delivered is open to the patient: a tele-expertise goes first to the professional."""
        opens = self.opens_by_itself_at
        if opens is None:
            return False
        return self.is_second_opinion or self.patient_told_at is not None or now() >= opens
