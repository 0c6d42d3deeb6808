"""What is said about the patient's health: answers, requests for information, the expert's questions."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from clock import now
from vault.fields import SealedJSONField, SealedTextField


class AnswerSheet(models.Model):
    """The answers to one version of one questionnaire; frozen when the case is submitted.

    `version` grows with each save, so that a stale page is told instead of overwriting.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    content_key = models.ForeignKey("vault.ContentKey", on_delete=models.PROTECT, related_name="+")
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="answer_sheets")
    questionnaire = models.ForeignKey("experts.Questionnaire", on_delete=models.PROTECT, related_name="+")
    answers = SealedJSONField(default=dict)
    done_blocks = models.JSONField(default=list, blank=True)
    version = models.PositiveIntegerField(default=0)
    updated_at = models.DateTimeField(default=now)
    frozen_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "questionnaire"], name="answersheet_one_a_questionnaire"),
        ]


class AnswerAddition(models.Model):
    """Something added to the answers after submission: dated, signed by its author, never a change of the old text."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    content_key = models.ForeignKey("vault.ContentKey", on_delete=models.PROTECT, related_name="+")
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="additions")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    author_role = models.CharField(max_length=20)
    text = SealedTextField()
    at = models.DateTimeField(default=now)

    class Meta:
        ordering = ["at"]


class InformationRequest(models.Model):
    """What the service asks the requester before it can go on; the clocks wait meanwhile."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    content_key = models.ForeignKey("vault.ContentKey", on_delete=models.PROTECT, related_name="+")
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="information_requests")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=now)
    message = SealedTextField()
    items = SealedJSONField(default=list)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    answer = SealedTextField(null=True, blank=True)
    item_answers = SealedJSONField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-asked_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["case"],
                condition=models.Q(closed_at__isnull=True),
                name="informationrequest_one_open_a_case",
                violation_error_message=_("A request for information is already open."),
            ),
        ]


class ExpertQuestion(models.Model):
    """A question of the expert to the requester; silence after ten days is an answer, and a limit of the opinion."""

    class Answer(models.TextChoices):
        """How the question ended."""

        NONE = "", _("not answered yet")
        GIVEN = "given", _("answered")
        UNKNOWN = "unknown", _("I do not know")
        SILENCE = "silence", _("no answer")
        DROPPED = "dropped", _("no longer asked")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    content_key = models.ForeignKey("vault.ContentKey", on_delete=models.PROTECT, related_name="+")
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="expert_questions")
    assignment = models.ForeignKey("cases.Assignment", on_delete=models.PROTECT, related_name="questions")
    text = SealedTextField()
    asked_at = models.DateTimeField(default=now)
    answer_kind = models.CharField(max_length=8, choices=Answer.choices, blank=True)
    answer = SealedTextField(null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["asked_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["case"],
                condition=models.Q(closed_at__isnull=True),
                name="expertquestion_one_open_a_case",
                violation_error_message=_("A question already waits for its answer."),
            ),
        ]


class TechnicalIncident(models.Model):
    """A technical incident of the case, printed in the report (C-TEL-5)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    content_key = models.ForeignKey("vault.ContentKey", on_delete=models.PROTECT, related_name="+")
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="incidents")
    code = models.CharField(max_length=30)
    text = SealedTextField()
    reported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    at = models.DateTimeField(default=now)

    class Meta:
        ordering = ["at"]
