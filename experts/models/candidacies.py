"""A physician's candidacy as an expert, the committee's votes on it, and what each member practises in."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from clock import now
from vault.fields import SealedTextField


class Candidacy(models.Model):
    """What a physician says of himself to become an expert. RPPS number and specialty are those of `accounts`.

    A withdrawn one keeps its dates; its key is destroyed, and with it everything he wrote.
    """

    class State(models.TextChoices):
        """Where it stands."""

        DRAFT = "draft", _("being written")
        SENT = "sent", _("before the committee")
        ACCEPTED = "accepted", _("accepted")
        REFUSED = "refused", _("refused")
        WITHDRAWN = "withdrawn", _("withdrawn")

    #: Texts the candidate writes, in the order of the page.
    TEXTS: ClassVar[tuple[str, ...]] = ("qualifications", "acts", "interests", "motivation")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    applicant = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="candidacies")
    content_key = models.ForeignKey("vault.ContentKey", on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    pathologies = models.ManyToManyField("experts.Pathology", blank=True, related_name="+")
    languages = models.JSONField(default=list)
    institution = models.CharField(max_length=200, blank=True)
    department = models.CharField(max_length=200, blank=True)
    capacity_per_month = models.PositiveSmallIntegerField(null=True, blank=True)
    qualifications = SealedTextField(null=True)
    acts = SealedTextField(null=True)
    # Links with companies that make or sell health products, as he declares them to the committee (C-DEO-18).
    interests = SealedTextField(null=True)
    motivation = SealedTextField(null=True)
    # Which time the committee votes: an answer to a refusal may open another round.
    round = models.PositiveSmallIntegerField(default=1)
    created_at = models.DateTimeField(default=now, editable=False)
    sent_at = models.DateTimeField(null=True, blank=True)
    decide_by = models.DateTimeField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    # What a refused candidate is told, when, and what he answered.
    explanation = SealedTextField(null=True)
    told_at = models.DateTimeField(null=True, blank=True)
    answer = SealedTextField(null=True)
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-created_at", "id"]
        verbose_name = _("candidacy")
        verbose_name_plural = _("candidacies")
        constraints = (
            models.UniqueConstraint(
                fields=["applicant"],
                condition=models.Q(state__in=["draft", "sent"]),
                name="experts_one_living_candidacy",
                violation_error_message=_("You have a candidacy under way already."),
            ),
            models.CheckConstraint(
                condition=models.Q(state="withdrawn")
                | models.Q(state="draft", sent_at__isnull=True)
                | models.Q(state__in=["sent", "accepted", "refused"], sent_at__isnull=False, decide_by__isnull=False),
                name="experts_candidacy_state_has_its_dates",
                violation_error_message=_("A candidacy that was sent has its dates."),
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["accepted", "refused"], decided_at__isnull=False)
                | models.Q(state__in=["draft", "sent", "withdrawn"], decided_at__isnull=True),
                name="experts_candidacy_decided_has_its_date",
                violation_error_message=_("A decision has its date."),
            ),
            models.CheckConstraint(
                condition=models.Q(told_at__isnull=True) | models.Q(explanation__isnull=False),
                name="experts_candidacy_refusal_told_in_words",
                violation_error_message=_("A refusal is told in words."),
            ),
            models.CheckConstraint(
                condition=models.Q(capacity_per_month__isnull=True) | models.Q(capacity_per_month__lte=100),
                name="experts_candidacy_capacity_sensible",
                violation_error_message=_("An expert takes at most 100 cases a month."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.state} {self.applicant_id}"

    @property
    def name(self) -> str:
        """Title and name of the candidate."""
        return self.applicant.get_full_name()

    @property
    def is_told(self) -> bool:
        """Whether the candidate knows the decision: a refusal is told by the coordinator, in words."""
        return self.state == self.State.ACCEPTED or (self.state == self.State.REFUSED and self.told_at is not None)


class Ballot(models.Model):
    """What one member of the committee said in one round: his vote and why, or that he has a conflict of interest."""

    class Choice(models.TextChoices):
        """His vote. A conflict is final, for every round."""

        FOR = "for", _("for")
        AGAINST = "against", _("against")
        ABSTAIN = "abstain", _("abstention")
        CONFLICT = "conflict", _("conflict of interest")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    candidacy = models.ForeignKey(Candidacy, on_delete=models.PROTECT, related_name="ballots")
    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    content_key = models.ForeignKey("vault.ContentKey", on_delete=models.PROTECT, related_name="+")
    round = models.PositiveSmallIntegerField(default=1)
    choice = models.CharField(max_length=10, choices=Choice.choices)
    reason = SealedTextField(null=True)
    # Whether he practised, when he voted, in a pathology of the candidacy: only then he counts towards the quorum.
    practises = models.BooleanField(default=False)
    cast_at = models.DateTimeField(default=now)

    class Meta:
        ordering: ClassVar[list[str]] = ["round", "cast_at", "id"]
        constraints = (
            models.UniqueConstraint(
                fields=["candidacy", "round", "member"],
                name="experts_one_ballot_a_round",
                violation_error_message=_("You have voted already."),
            ),
            models.CheckConstraint(
                condition=models.Q(choice__in=["for", "against", "abstain"], reason__isnull=False)
                | models.Q(choice="conflict", practises=False),
                name="experts_ballot_says_why",
                violation_error_message=_("A vote says why."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.candidacy_id} {self.round} {self.member_id}"


class MemberPractice(models.Model):
    """In which pathologies a member of the committee practises, as he declares it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    member = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="committee_practice")
    pathologies = models.ManyToManyField("experts.Pathology", blank=True, related_name="+")
    declared_at = models.DateTimeField(default=now)

    def __str__(self) -> str:
        return str(self.member_id)
