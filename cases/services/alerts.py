"""Alerts: «danger immédiat», warning signs, and documents of another patient. They wait for nobody's consent."""

from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from audit import Actor, SystemActor, record
from cases.machine import perform
from cases.models import Alert, Case, Document
from cases.models.states import ENDS, State
from cases.notices import tell
from cases.services.locking import locked_case, subjects
from clock import now
from errors import Conflict, Missing
from ui.dates import paris_day


def new_alert(case: Case, kind: str, *, actor: Actor, note: str = "", document: Document | None = None) -> Alert:
    """Store an alert on a locked case and call the desk."""
    alert = Alert.objects.create(
        content_key=case.content_key,
        case=case,
        kind=kind,
        raised_by_id=actor.id,
        raised_role=actor.role,
        raised_at=now(),
        due_at=now() + timedelta(minutes=settings.ALERT_MINUTES),
        note=note.strip(),
        document=document,
    )
    record("case.alert_raised", actor=actor, case_id=case.pk, subjects=subjects(case), detail={"kind": str(kind)})
    tell(case, "desk", "desk_alert", key=f"alert:{alert.pk}")
    return alert


@transaction.atomic
def raise_danger(case_id: UUID, *, actor: Actor, note: str = "") -> Alert:
    """«Danger immédiat»: a coordinator takes it within the hour; pressed twice while open, it stays one alert."""
    case = locked_case(case_id, actor=actor, action="case.raise_alert")
    open_one = case.alerts.filter(kind=Alert.Kind.DANGER, closed_at__isnull=True, raised_by_id=actor.id).first()
    return open_one or new_alert(case, Alert.Kind.DANGER, actor=actor, note=note)


@transaction.atomic
def report_wrong_document(document_id: UUID, *, actor: Actor, note: str = "") -> Alert:
    """«Ce document n'est pas de ce patient»: hide it at once, put the case on hold, tell the DPO."""
    document = Document.objects.filter(pk=document_id).first()
    if document is None:
        raise Missing(_("This document does not exist, or is not yours to see."))
    case = locked_case(document.case_id, actor=actor, action="case.raise_alert")
    document = Document.objects.select_for_update(of=("self",)).get(pk=document_id)
    existing = case.alerts.filter(document=document, kind=Alert.Kind.WRONG_DOCUMENT, closed_at__isnull=True).first()
    if existing is not None:
        return existing
    document.hidden_at = now()
    document.save()
    alert = new_alert(case, Alert.Kind.WRONG_DOCUMENT, actor=actor, note=note, document=document)
    record(
        "document.hidden",
        actor=actor,
        case_id=case.pk,
        subjects=subjects(case, document=[document.pk]),
    )
    tell(case, "dpo", "dpo_wrong_document", key=f"alert:{alert.pk}")
    if case.state not in (State.ON_HOLD, *ENDS):
        perform(
            "hold",
            case.pk,
            actor=SystemActor("wrong_document"),
            told=_("A document in your file may belong to another person. We are checking before going on."),
            reason_code="wrong_document",
            review_on=paris_day(now()) + timedelta(days=2),
        )
    return alert


@transaction.atomic
def take_alert(alert_id: UUID, *, actor: Actor) -> Alert:
    """Somebody of the service takes the alert; the first one does."""
    alert, case = _locked(alert_id, actor)
    if alert.taken_by_id is not None:
        if alert.taken_by_id == actor.id:
            return alert
        raise Conflict(_("A colleague has already taken this alert."))
    alert.taken_by_id, alert.taken_at = actor.id, now()
    alert.save()
    record("case.alert_taken", actor=actor, case_id=case.pk, subjects=subjects(case), detail={"kind": alert.kind})
    return alert


@transaction.atomic
def close_alert(alert_id: UUID, outcome: str, *, actor: Actor, document_is_right: bool | None = None) -> Alert:
    """Say what was done about it; a document that was this patient's after all is shown again."""
    alert, case = _locked(alert_id, actor)
    if not outcome.strip():
        raise Conflict(_("Say what was done about this alert."))
    if alert.closed_at is not None:
        raise Conflict(_("This alert is already closed."))
    alert.outcome, alert.closed_at = outcome.strip(), now()
    if alert.taken_by_id is None:
        alert.taken_by_id, alert.taken_at = actor.id, now()
    alert.save()
    if alert.document is not None and document_is_right:
        alert.document.hidden_at = None
        alert.document.save()
        record(
            "document.shown_again",
            actor=actor,
            case_id=case.pk,
            subjects=subjects(case, document=[alert.document.pk]),
        )
    record("case.alert_closed", actor=actor, case_id=case.pk, subjects=subjects(case), detail={"kind": alert.kind})
    return alert


def _locked(alert_id: UUID, actor: Actor) -> tuple[Alert, Case]:
    found = Alert.objects.filter(pk=alert_id).first()
    if found is None:
        raise Missing(_("This alert does not exist."))
    case = locked_case(found.case_id, actor=actor, action="case.take_alert")
    return Alert.objects.select_for_update(of=("self",)).select_related("document").get(pk=alert_id), case
