"""Tables of the journal. No foreign keys: what an event names may be gone, the event stays."""

import uuid
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from audit.canonical import FORMAT, GENESIS, digest, instant
from clock import now


class Outcome(models.TextChoices):
    """Whether what was asked happened."""

    DONE = "done", pgettext_lazy("event", "done")
    REFUSED = "refused", pgettext_lazy("event", "refused")


class AuditChain(models.Model):
    """One chain of events and its head: how many there are and the hash of the last.

    A chain that retention removed keeps its row, its length and its head.
    """

    key = models.CharField(primary_key=True, max_length=80)
    length = models.PositiveBigIntegerField(default=0)
    head = models.CharField(max_length=64, default=GENESIS)
    removed_at = models.DateTimeField(null=True)
    removed_by = models.CharField(max_length=80, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="audit_chain_removal_is_explained",
                condition=models.Q(removed_at__isnull=True, removed_by="")
                | models.Q(removed_at__isnull=False) & ~models.Q(removed_by=""),
                violation_error_message=_("A removed chain names the chain that holds the record of its removal."),
            ),
        ]

    def __str__(self) -> str:
        return self.key


class AuditEvent(models.Model):
    """One thing somebody did, read or was refused. Written once, by `audit.record` alone."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    chain = models.CharField(max_length=80)
    seq = models.PositiveBigIntegerField()
    at = models.DateTimeField()
    action = models.CharField(max_length=64)
    actor_kind = models.CharField(max_length=8)
    actor_id = models.UUIDField(null=True)
    actor_role = models.CharField(max_length=40)
    verified = models.BooleanField(default=False)
    on_behalf_of = models.UUIDField(null=True)
    session = models.CharField(max_length=32, blank=True)
    network = models.CharField(max_length=43, blank=True)
    case_id = models.UUIDField(null=True)
    subjects = models.JSONField(default=dict)
    detail = models.JSONField(default=dict)
    outcome = models.CharField(max_length=8, choices=Outcome.choices)
    request_key = models.CharField(max_length=64, blank=True)
    previous = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["chain", "seq"], name="audit_event_place_in_chain"),
            models.CheckConstraint(
                condition=models.Q(outcome__in=Outcome.values),
                name="audit_event_outcome",
                violation_error_message=_("An event is done or refused."),
            ),
        ]
        indexes = [
            models.Index(fields=["-at", "-seq"], name="audit_event_at"),
            models.Index(fields=["actor_id", "-at"], name="audit_event_actor"),
            models.Index(fields=["action", "-at"], name="audit_event_action"),
        ]

    def __str__(self) -> str:
        return f"{self.chain}#{self.seq} {self.action}"

    def fields_of(self) -> dict[str, Any]:
        """Everything the hash covers, in the layout numbered `FORMAT`."""
        return {
            "format": FORMAT,
            "chain": self.chain,
            "seq": self.seq,
            "id": str(self.id),
            "at": instant(self.at),
            "action": self.action,
            "actor": {
                "kind": self.actor_kind,
                "id": self.actor_id and str(self.actor_id),
                "role": self.actor_role,
                "verified": self.verified,
                "on_behalf_of": self.on_behalf_of and str(self.on_behalf_of),
                "session": self.session,
                "network": self.network,
            },
            "case": self.case_id and str(self.case_id),
            "subjects": self.subjects,
            "detail": self.detail,
            "outcome": self.outcome,
            "request": self.request_key,
            "previous": self.previous,
        }

    def computed_hash(self) -> str:
        """The hash this row ought to carry."""
        return digest(self.fields_of())


class AuditSubject(models.Model):
    """Finds the events of one subject. Only an index: the subjects in the event are what is hashed."""

    event_id = models.UUIDField(db_index=True)
    kind = models.CharField(max_length=32)
    subject_id = models.UUIDField()

    class Meta:
        indexes = [models.Index(fields=["subject_id", "kind", "event_id"], name="audit_subject_find")]

    def __str__(self) -> str:
        return f"{self.kind}:{self.subject_id}"


class AuditCheck(models.Model):
    """The outcome of one verification of the whole journal, kept to be shown."""

    at = models.DateTimeField(default=now, db_index=True)
    chains = models.PositiveBigIntegerField()
    events = models.PositiveBigIntegerField()
    problems = models.PositiveBigIntegerField()
    first_problem = models.CharField(max_length=200, blank=True)

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d} {self.problems}"
