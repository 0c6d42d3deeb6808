"""The pieces of a case, and those the patient cannot obtain."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from clock import now
from vault.fields import SealedTextField


class DocumentType(models.TextChoices):
    """The list of Mon espace santé (S1-04), with imaging and pathology."""

    PRESCRIPTION = "prescription", _("prescription")
    BIOLOGY = "biology", _("laboratory results")
    HOSPITAL_REPORT = "hospital_report", _("hospital report")
    CONSULTATION_REPORT = "consultation_report", _("consultation report")
    OPERATIVE_REPORT = "operative_report", _("operative report")
    DISCHARGE_REPORT = "discharge_report", _("discharge report")
    VACCINATION = "vaccination", _("vaccination")
    IMAGING = "imaging", _("images (scan, MRI, X-ray…)")
    IMAGING_REPORT = "imaging_report", _("imaging report")
    PATHOLOGY_REPORT = "pathology_report", _("pathology report")
    LETTER = "letter", _("letter")
    PHOTO = "photo", _("photograph")
    OTHER = "other", _("other document")


class Document(models.Model):
    """One piece of the case; the clear name of the file never leaves the vault."""

    class Status(models.TextChoices):
        """What the service knows of the file."""

        PENDING = "pending", _("being checked")
        READY = "ready", _("checked")
        REFUSED = "refused", _("refused")

    class Origin(models.TextChoices):
        """Who brought the piece (S1-08)."""

        PATIENT = "patient", _("brought by the patient")
        PROFESSIONAL = "professional", _("brought by a professional")
        SERVICE = "service", _("received by post or phone")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    content_key = models.ForeignKey("vault.ContentKey", on_delete=models.PROTECT, related_name="+")
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="documents")
    type = models.CharField(max_length=24, choices=DocumentType.choices)
    prerequisite = models.CharField(max_length=40, blank=True)
    dated_on = models.DateField(null=True, blank=True)
    title = SealedTextField()
    author_name = SealedTextField(null=True, blank=True)
    note = SealedTextField(null=True, blank=True)
    origin = models.CharField(max_length=12, choices=Origin.choices)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField(default=now)
    file = models.OneToOneField("vault.StoredFile", on_delete=models.PROTECT, related_name="+")
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.PENDING)
    status_code = models.CharField(max_length=30, blank=True)
    hidden_at = models.DateTimeField(null=True, blank=True)
    removed_at = models.DateTimeField(null=True, blank=True)
    removed_reason = SealedTextField(null=True, blank=True)

    class Meta:
        ordering = ["added_at"]
        indexes = [models.Index(fields=["case", "status"])]


class PieceReview(models.Model):
    """The expert opened a piece added after he accepted, or set it aside with a reason, before he signs."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    content_key = models.ForeignKey("vault.ContentKey", on_delete=models.PROTECT, related_name="+")
    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="reviews")
    assignment = models.ForeignKey("cases.Assignment", on_delete=models.PROTECT, related_name="piece_reviews")
    opened_at = models.DateTimeField(null=True, blank=True)
    set_aside_reason = SealedTextField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["document", "assignment"], name="piecereview_once")]


class MissingPiece(models.Model):
    """«Je ne peux pas l'obtenir»: a prerequisite the requester cannot bring, with why."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    content_key = models.ForeignKey("vault.ContentKey", on_delete=models.PROTECT, related_name="+")
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="missing_pieces")
    prerequisite = models.CharField(max_length=40)
    why = SealedTextField()
    declared_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    declared_at = models.DateTimeField(default=now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "prerequisite"], name="missingpiece_once")]
