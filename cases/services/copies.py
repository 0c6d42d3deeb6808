"""The treating doctor's copy: printed or exported by the coordinator, sent outside this site, and recorded here.

It works without the doctor having an account, and no health data leaves by ordinary e-mail. Sending needs the patient's
living agreement to it (consent 3); the task is on the list of the service until every current version has left.
"""

from datetime import date
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from audit import Actor, record
from cases.checks import wants_doctor_copy
from cases.models import CallTask, Case, DoctorCopy, Opinion
from cases.selectors import signed_papers
from cases.services.locking import locked_case, subjects
from clock import now
from errors import Conflict, Invalid
from ui.dates import paris_day


def unsent_versions(case: Case) -> list[Opinion]:
    """The current signed versions the treating doctor has not been sent, oldest first."""
    sent = set(case.doctor_copies.values_list("opinion_id", flat=True))
    papers = [paper for paper in signed_papers(case) if paper.standing == Opinion.Standing.CURRENT]
    return [paper for paper in reversed(papers) if paper.pk not in sent]


def copies_of(case: Case) -> list[DoctorCopy]:
    """What left for the treating doctor, the latest first."""
    sent = list(case.doctor_copies.select_related("content_key"))
    papers = {paper.pk: paper for paper in signed_papers(case)} if sent else {}
    for copy in sent:
        copy.opinion = papers[copy.opinion_id]
    return sent


def refusal_to_send(case: Case) -> str:
    """Why nothing may be sent to the treating doctor now, or «»."""
    if not wants_doctor_copy(case):
        return _("The patient has not agreed to a report for the treating doctor, or took it back: nothing is sent.")
    if case.correcting_since is not None:
        return _("A correction is under way: wait for the new version.")
    return ""


@transaction.atomic
def record_sending(case_id: UUID, means: str, sent_on: date, *, actor: Actor) -> list[DoctorCopy]:
    """Record that every current version not sent before has left: when, by which means, by whom.

    Raises:
        Conflict: the patient's agreement is missing or withdrawn, or there is nothing to send.
        Invalid: the means or the day is not one of those there are.
    """
    case = locked_case(case_id, actor=actor, action="case.send_copy")
    refusal = refusal_to_send(case)
    if refusal:
        raise Conflict(refusal)
    if means not in DoctorCopy.Means.values:
        raise Invalid(_("Say how it was sent."), fields={"means": _("Choose an answer.")})
    if case.delivered_at is None or not paris_day(case.delivered_at) <= sent_on <= paris_day(now()):
        words = _("Between the day of the delivery and today.")
        raise Invalid(_("Say when it was sent."), fields={"sent_on": words})
    versions = unsent_versions(case)
    if not versions:
        raise Conflict(_("Everything was sent already."))
    sent = [
        DoctorCopy.objects.create(
            content_key_id=case.content_key_id,
            case=case,
            opinion=version,
            doctor=dict(case.treating_doctor or {}),
            means=means,
            sent_on=sent_on,
            sent_by_id=actor.person,
            at=now(),
        )
        for version in versions
    ]
    case.call_tasks.filter(why=CallTask.Why.DOCTOR_COPY, done_at__isnull=True).update(
        done_at=now(), done_by_id=actor.person, reached=True
    )
    record(
        "opinion.copy_sent",
        actor=actor,
        case_id=case.pk,
        subjects=subjects(case, opinion=[version.pk for version in versions]),
        detail={"means": means, "sent_on": sent_on.isoformat()},
    )
    return sent
