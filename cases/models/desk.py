"""What the service does around a case: moves made, alerts, calls, holds, endings, overrides."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from clock import now
from vault.fields import SealedTextField


class Transition(models.Model):
    """One move of the state machine; append-only."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="transitions")
    seq = models.PositiveIntegerField()
    name = models.CharField(max_length=30)
    source = models.CharField(max_length=24)
    target = models.CharField(max_length=24)
    actor_kind = models.CharField(max_length=8)
    actor_id = models.UUIDField(null=True, blank=True)
    actor_role = models.CharField(max_length=40)
    at = models.DateTimeField(default=now)

    class Meta:
        ordering = ["seq"]
        constraints = [models.UniqueConstraint(fields=["case", "seq"], name="transition_seq")]

    @property
    def label(self) -> str:
        """The move in words."""
        from cases.journal import MOVES

        return str(MOVES[self.name][0])


class Alert(models.Model):
    """«Danger immédiat» or «ce document n'est pas de ce patient»: changes no state by itself."""

    class Kind(models.TextChoices):
        """What the alert says."""

        DANGER = "danger", _("immediate danger")
        WARNING_SIGN = "warning_sign", _("warning sign in the questionnaire")
        WRONG_DOCUMENT = "wrong_document", _("document of another patient")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    content_key = models.ForeignKey("vault.ContentKey", on_delete=models.PROTECT, related_name="+")
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="alerts")
    kind = models.CharField(max_length=16, choices=Kind.choices)
    raised_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    raised_role = models.CharField(max_length=40)
    raised_at = models.DateTimeField(default=now)
    due_at = models.DateTimeField()
    note = SealedTextField(null=True, blank=True)
    document = models.ForeignKey(
        "cases.Document", on_delete=models.PROTECT, null=True, blank=True, related_name="alerts"
    )
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    taken_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    outcome = SealedTextField(null=True, blank=True)

    class Meta:
        ordering = ["-raised_at"]
        indexes = [models.Index(fields=["closed_at", "due_at"])]


class CallTask(models.Model):
    """Somebody of the service must call the patient or the requester."""

    class Why(models.TextChoices):
        """The reason of the call."""

        RECEPTION = "reception", _("call before the opinion is opened")
        UNOPENED = "unopened", _("opinion not opened after three working days")
        SILENCE = "silence", _("no answer to the expert's question")
        INFORMATION = "information", _("no answer to our request for information")
        EXPIRY = "expiry", _("the request is about to expire")
        HELP = "help", _("the patient asks to be called")
        BAD_NEWS = "bad_news", _("to be told in person")
        LATE = "late", _("the opinion will be late")
        INVITATION = "invitation", _("an invitation was turned down")
        RENEWAL = "renewal", _("an agreement is to be given again")
        DOCTOR_COPY = "doctor_copy", _("report to send to the treating doctor")
        CORRECTION = "correction", _("a correction of the opinion takes long")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    content_key = models.ForeignKey("vault.ContentKey", on_delete=models.PROTECT, related_name="+")
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="call_tasks")
    why = models.CharField(max_length=12, choices=Why.choices)
    created_at = models.DateTimeField(default=now)
    due_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    reached = models.BooleanField(null=True, blank=True)
    note = SealedTextField(null=True, blank=True)
    # Calls that nobody answered, and the last of them.
    tries = models.PositiveSmallIntegerField(default=0)
    tried_at = models.DateTimeField(null=True, blank=True)
    tried_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["due_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "why"],
                condition=models.Q(done_at__isnull=True),
                name="calltask_one_open_a_reason",
                violation_error_message=_("This call is already on the list."),
            ),
        ]


class DeskNote(models.Model):
    """A note between people of the service, never printed in anything the patient or the expert receives."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    content_key = models.ForeignKey("vault.ContentKey", on_delete=models.PROTECT, related_name="+")
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="desk_notes")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    text = SealedTextField()
    at = models.DateTimeField(default=now)

    class Meta:
        ordering = ["-at"]


class Hold(models.Model):
    """A pause decided by the service, with the reason told to the patient and a date to look again."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    content_key = models.ForeignKey("vault.ContentKey", on_delete=models.PROTECT, related_name="+")
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="holds")
    reason_code = models.CharField(max_length=20)
    told = SealedTextField()
    placed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    placed_at = models.DateTimeField(default=now)
    review_on = models.DateField()
    released_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-placed_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=models.Q(released_at__isnull=True), name="hold_one_open_a_case"
            ),
        ]


class Ending(models.Model):
    """Why a case ended: the motive of the service and the explanation the patient reads."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    content_key = models.ForeignKey("vault.ContentKey", on_delete=models.PROTECT, related_name="+")
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="endings")
    state = models.CharField(max_length=24)
    code = models.CharField(max_length=20, blank=True)
    motive = SealedTextField(null=True, blank=True)
    explanation = SealedTextField(null=True, blank=True)
    instead = SealedTextField(null=True, blank=True)
    at = models.DateTimeField(default=now)

    class Meta:
        ordering = ["-at"]


class StopRequest(models.Model):
    """A stop asked by one person of the service and confirmed by another."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    content_key = models.ForeignKey("vault.ContentKey", on_delete=models.PROTECT, related_name="+")
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="stop_requests")
    code = models.CharField(max_length=20)
    motive = SealedTextField()
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=now)
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-asked_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=models.Q(settled_at__isnull=True), name="stoprequest_one_open_a_case"
            ),
        ]


class Override(models.Model):
    """A move the coordinator made against the ordinary rules, in the open."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    content_key = models.ForeignKey("vault.ContentKey", on_delete=models.PROTECT, related_name="+")
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="overrides")
    source = models.CharField(max_length=24)
    target = models.CharField(max_length=24)
    motive = SealedTextField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=now)

    class Meta:
        ordering = ["-at"]
