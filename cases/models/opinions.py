"""The expert's draft, the signed versions, and the follow-up question."""

import uuid
from collections.abc import Iterable

from django.conf import settings
from django.db import models
from django.utils.functional import Promise, cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clock import now
from vault.fields import SealedJSONField, SealedTextField


class Written(models.Model):
    """What an expert writes, saved as he types, and the paper made of it; `version` guards against a stale page."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    content_key = models.ForeignKey("vault.ContentKey", on_delete=models.PROTECT, related_name="+")
    content = SealedJSONField(default=dict)
    version = models.PositiveIntegerField(default=0)
    saved_at = models.DateTimeField(default=now)
    rendered = models.ForeignKey("vault.StoredFile", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    rendered_version = models.PositiveIntegerField(null=True, blank=True)
    rendered_sha256 = models.CharField(max_length=64, blank=True)
    rendered_code_hash = models.CharField(max_length=64, blank=True)
    rendered_annex = models.ForeignKey(
        "vault.StoredFile", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    rendered_replaced = SealedJSONField(null=True, blank=True)

    class Meta:
        abstract = True

    @property
    def replaced(self) -> "Opinion | None":
        """The signed version it will replace; none for a first opinion."""
        return None


class OpinionDraft(Written):
    """The opinion being written.

    A draft is sealed for good when its assignment ends without a signature: the next expert never sees it.
    """

    assignment = models.OneToOneField("cases.Assignment", on_delete=models.PROTECT, related_name="draft")
    sealed_at = models.DateTimeField(null=True, blank=True)


class Opinion(models.Model):
    """One signed version: the opinion, an addendum, or a correction; its bytes never change.

    `number` counts every paper of the case in the order of signing; people read `place` and `name`.
    """

    class Type(models.TextChoices):
        """What the signed document is."""

        OPINION = "opinion", _("opinion")
        ADDENDUM = "addendum", _("addendum")
        CORRECTION = "correction", _("correction")

    class Standing(models.TextChoices):
        """What may be said of this version to whoever verifies it."""

        SIGNED = "signed", _("signed, not delivered")
        CURRENT = "current", _("latest version")
        SUPERSEDED = "superseded", _("replaced by a later version")
        RETRACTED = "retracted", _("retracted before delivery")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    content_key = models.ForeignKey("vault.ContentKey", on_delete=models.PROTECT, related_name="+")
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="opinions")
    assignment = models.ForeignKey("cases.Assignment", on_delete=models.PROTECT, related_name="opinions")
    type = models.CharField(max_length=12, choices=Type.choices, default=Type.OPINION)
    number = models.PositiveSmallIntegerField()
    content = SealedJSONField()
    pdf = models.OneToOneField("vault.StoredFile", on_delete=models.PROTECT, related_name="+")
    annex = models.OneToOneField("vault.StoredFile", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    sha256 = models.CharField(max_length=64, unique=True)
    signature_level = models.CharField(max_length=8)
    verification_hash = models.CharField(max_length=64, unique=True)
    signed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    signed_at = models.DateTimeField(default=now)
    standing = models.CharField(max_length=12, choices=Standing.choices, default=Standing.SIGNED)
    replaces = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="replaced_by")
    retracted_reason = SealedTextField(null=True, blank=True)
    tell_in_person = models.BooleanField(default=False)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["case", "number"], name="opinion_number"),
            models.CheckConstraint(
                condition=models.Q(type="correction", replaces__isnull=False)
                | (~models.Q(type="correction") & models.Q(replaces__isnull=True)),
                name="opinion_correction_replaces",
                violation_error_message=_("A correction, and nothing else, replaces a signed version."),
            ),
        ]

    @cached_property
    def papers(self) -> "list[Opinion]":
        """All the signed papers of the case, by number; a page that lists them shares one reading (`signed_papers`)."""
        rows = Opinion.objects.filter(case_id=self.case_id).order_by("number")
        return list(rows.only("case_id", "type", "number", "standing"))

    @property
    def place(self) -> int:
        """Its number as printed: among the versions of the opinion, or from 1 among its addenda."""
        earlier = [paper for paper in self.papers if paper.number < self.number]
        return next_place(earlier, self.type)

    @property
    def completes(self) -> "Opinion | None":
        """The version an addendum goes with: the one in the readers' hands when it was signed."""
        if self.type != self.Type.ADDENDUM:
            return None
        handed = (self.Standing.CURRENT, self.Standing.SUPERSEDED)
        for paper in reversed(self.papers):
            if paper.number < self.number and paper.standing in handed and paper.type != self.Type.ADDENDUM:
                paper.papers = self.papers
                return paper
        return None

    @property
    def name(self) -> str:
        """What it is called wherever papers are listed: «opinion, version 1», «addendum no. 1 to version 1»."""
        if self.type == self.Type.ADDENDUM:
            version = self.completes
            return gettext("addendum no. %(n)d to version %(version)d") % {
                "n": self.place,
                "version": version.place if version else 1,
            }
        words = gettext("opinion, version %(n)d") if self.case.is_second_opinion else gettext("report, version %(n)d")
        return words % {"n": self.place}

    @property
    def standing_words(self) -> str | Promise:
        """What is said of it: only what replaces is the latest version; an addendum goes with a version."""
        if self.standing != self.Standing.CURRENT or self.type != self.Type.ADDENDUM:
            return str(self.get_standing_display())
        if self.completes is not None and self.completes.standing == self.Standing.SUPERSEDED:
            return _("goes with a version that was replaced")
        return _("goes with the latest version")


def next_place(papers: Iterable[Opinion], kind: str) -> int:
    """The number the next paper of this sort gets: addenda are counted apart from the versions of the opinion."""
    addendum = Opinion.Type.ADDENDUM
    return 1 + sum((paper.type == addendum) == (kind == addendum) for paper in papers)


class Correction(Written):
    """A correction of a delivered opinion: asked for, under way, or ended (C-SIG-4).

    The coordinator may ask for one; the expert who signed begins it, and signs the new version or gives it up. The case
    keeps its state; `Case.correcting_since` says meanwhile that a correction is under way.
    """

    class Outcome(models.TextChoices):
        """How it ended."""

        OPEN = "", _("under way")
        SIGNED = "signed", _("signed")
        GIVEN_UP = "given_up", _("given up by the expert")
        ENDED = "ended", _("ended by the service")

    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="corrections")
    opinion = models.ForeignKey(Opinion, on_delete=models.PROTECT, related_name="corrections")
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    asked_at = models.DateTimeField(null=True, blank=True)
    asked_why = SealedTextField(null=True, blank=True)
    begun_at = models.DateTimeField(null=True, blank=True)
    called_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=12, choices=Outcome.choices, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    ended_why = SealedTextField(null=True, blank=True)
    result = models.OneToOneField(
        Opinion, on_delete=models.PROTECT, null=True, blank=True, related_name="made_by_correction"
    )

    class Meta:
        ordering = ["-saved_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=models.Q(ended_at__isnull=True), name="correction_one_open_a_case"
            ),
            models.CheckConstraint(
                condition=models.Q(asked_at__isnull=False) | models.Q(begun_at__isnull=False),
                name="correction_asked_or_begun",
                violation_error_message=_("A correction is asked for or begun by somebody."),
            ),
            models.CheckConstraint(
                condition=models.Q(ended_at__isnull=True, outcome="", result__isnull=True)
                | models.Q(ended_at__isnull=False, outcome="signed", result__isnull=False, begun_at__isnull=False)
                | models.Q(ended_at__isnull=False, outcome__in=["given_up", "ended"], result__isnull=True),
                name="correction_outcome",
                violation_error_message=_("Only a signed correction has its new version."),
            ),
        ]

    @property
    def replaced(self) -> Opinion | None:
        """The version being corrected."""
        return self.opinion


class DoctorCopy(models.Model):
    """A signed version was sent to the treating doctor, outside this site, with the patient's agreement (R.4127-58)."""

    class Means(models.TextChoices):
        """How it left: never by ordinary e-mail."""

        POST = "post", _("by post")
        MSSANTE = "mssante", _("by secure health mail (MSSanté)")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    content_key = models.ForeignKey("vault.ContentKey", on_delete=models.PROTECT, related_name="+")
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="doctor_copies")
    opinion = models.OneToOneField(Opinion, on_delete=models.PROTECT, related_name="doctor_copy")
    doctor = SealedJSONField()
    means = models.CharField(max_length=8, choices=Means.choices)
    sent_on = models.DateField()
    sent_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=now)

    class Meta:
        ordering = ["-at"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(means__in=["post", "mssante"]),
                name="doctorcopy_means",
                violation_error_message=_("A report leaves by post or by secure health mail only."),
            ),
        ]


class OpinionReading(models.Model):
    """The first time each person opened a signed version."""

    opinion = models.ForeignKey(Opinion, on_delete=models.PROTECT, related_name="readings")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=40)
    at = models.DateTimeField(default=now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["opinion", "user"], name="opinionreading_once")]


class FollowUp(models.Model):
    """The one follow-up question, and the addendum that answers it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    content_key = models.ForeignKey("vault.ContentKey", on_delete=models.PROTECT, related_name="+")
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="follow_ups")
    question = SealedTextField()
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=now)
    answer_draft = SealedTextField(null=True, blank=True)
    draft_version = models.PositiveIntegerField(default=0)
    rendered = models.ForeignKey("vault.StoredFile", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    rendered_version = models.PositiveIntegerField(null=True, blank=True)
    rendered_sha256 = models.CharField(max_length=64, blank=True)
    rendered_code_hash = models.CharField(max_length=64, blank=True)
    addendum = models.OneToOneField(Opinion, on_delete=models.PROTECT, null=True, blank=True, related_name="follow_up")
    released_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-asked_at"]


class Snippet(models.Model):
    """A sentence an expert keeps to use again; his own, never shared, never suggested by the service."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    expert = models.ForeignKey("experts.ExpertProfile", on_delete=models.PROTECT, related_name="snippets")
    content_key = models.ForeignKey("vault.ContentKey", on_delete=models.PROTECT, related_name="+")
    label = SealedTextField()
    text = SealedTextField()
    created_at = models.DateTimeField(default=now)

    class Meta:
        ordering = ["created_at"]
        verbose_name = _("snippet")
