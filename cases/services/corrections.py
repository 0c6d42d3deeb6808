"""The correction of a delivered opinion: asked for by the coordinator, written and signed by the expert who signed it.

It never changes the state of the case. While it is under way `Case.correcting_since` is set and readers are told to
wait; the new version replaces the old one, which is kept, and whoever received the old one is told.
"""

from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from access import decide
from accounts.models import CodeChallenge
from audit import Actor, record
from cases.composing import CORRECTION_WHY
from cases.machine import effects, guards
from cases.machine.step import Step
from cases.models import CallTask, Case, Correction, Opinion
from cases.models.states import AFTER_DELIVERY
from cases.notices import tell
from cases.services.locking import locked_case, subjects
from clock import now
from errors import Conflict, Invalid
from experts.selectors import is_fit_to_sign

if TYPE_CHECKING:
    from cases.services.opinions import SignedBytes

#: What a new version is checked for, as the first one was.
SIGNING = (
    guards.fresh_code,
    guards.opinion_complete,
    guards.signed_what_was_read,
    guards.expert_still_entitled,
    guards.consent_living,
)


def correction_of(case: Case) -> Correction | None:
    """The correction of this case that is asked for or under way."""
    rows = case.corrections.select_related("content_key", "opinion__content_key", "asked_by")
    return rows.filter(ended_at__isnull=True).first()


def corrections_of(case: Case) -> tuple[Correction | None, Correction | None]:
    """The correction asked for or under way, and the latest one if it ended without a new version."""
    rows = list(case.corrections.select_related("content_key", "opinion__content_key", "asked_by", "ended_by"))
    under_way = next((row for row in rows if row.ended_at is None), None)
    ended = sorted((row for row in rows if row.ended_at is not None), key=lambda row: row.ended_at or row.saved_at)
    return under_way, ended[-1] if ended and ended[-1].result_id is None else None


@transaction.atomic
def ask_correction(case_id: UUID, why: str, *, actor: Actor) -> Correction:
    """Ask the expert to correct what he signed; only he decides whether it is to be corrected.

    Raises:
        Conflict: a correction is asked for or under way already, or the expert may no longer sign.
    """
    case = locked_case(case_id, actor=actor, action="case.ask_correction")
    if not why.strip():
        raise Invalid(_("Say what should be corrected."), fields={"why": _("Fill in this field.")})
    if correction_of(case) is not None:
        raise Conflict(_("A correction is already asked for or under way."))
    refusal = cannot_correct(case)
    if refusal:
        raise Conflict(refusal, _("Put the case on hold if the opinion must not be used."))
    correction = Correction.objects.create(
        content_key_id=case.content_key_id,
        case=case,
        opinion_id=_delivered(case).pk,
        asked_by_id=actor.person,
        asked_at=now(),
        asked_why=why.strip(),
    )
    _record(case, actor, "opinion.correction_asked")
    _tell_expert(case, "expert_correction_asked", key=f"correction:{correction.pk}")
    return correction


@transaction.atomic
def begin_correction(case_id: UUID, *, actor: Actor) -> Correction:
    """The expert opens the editor on a copy of what he signed; begun already, it is simply gone on with.

    Raises:
        Conflict: the expert may no longer sign, or the consent is gone.
    """
    case = locked_case(case_id, actor=actor, action="case.correct")
    correction = correction_of(case)
    if correction is not None and correction.begun_at is not None:
        return correction
    step = Step(case, actor, "expert", str(case.state), {}, now())
    guards.expert_still_entitled(step)
    guards.consent_living(step)
    opinion = _delivered(case)
    if correction is None:
        correction = Correction(content_key_id=case.content_key_id, case=case, opinion=opinion)
    correction.begun_at = correction.saved_at = step.at
    correction.content = {**opinion.content, CORRECTION_WHY: ""}
    correction.save()
    case.correcting_since = case.updated_at = step.at
    case.save()
    _record(case, actor, "opinion.correction_begun")
    tell_readers(case, "case_correcting", correction)
    tell(case, "desk", "desk_correction_begun", key=f"correction:{correction.pk}")
    return correction


@transaction.atomic
def end_correction(case_id: UUID, why: str, *, actor: Actor) -> Correction:
    """End it without a new version: the expert gives it up, or the coordinator takes his request back.

    Once it is begun the coordinator ends it only where the expert cannot, or keeps silent: what is on file stands then.

    Raises:
        Conflict: there is none, or it is the expert's alone to end.
    """
    case = locked_case(case_id, actor=actor, action="case.end_correction")
    correction = correction_of(case)
    if correction is None:
        raise Conflict(_("No correction is asked for or under way."))
    if not why.strip():
        raise Invalid(_("Say why."), fields={"why": _("Fill in this field.")})
    by_expert = actor.role == "expert"
    if not by_expert and not desk_may_end(case, correction):
        raise Conflict(
            _("The expert is writing the correction: it is his to sign or to give up."),
            _("Write to him. You may end it once he cannot go on, or after %(days)s days.")
            % {"days": settings.CORRECTION_DAYS},
        )
    begun = correction.begun_at is not None
    correction.outcome = Correction.Outcome.GIVEN_UP if by_expert else Correction.Outcome.ENDED
    correction.ended_at, correction.ended_by_id, correction.ended_why = now(), actor.id, why.strip()
    correction.save()
    _settled(case)
    _record(case, actor, "opinion.correction_ended", outcome=str(correction.outcome))
    if begun:
        tell_readers(case, "case_correction_ended", correction)
    if by_expert:
        tell(case, "desk", "desk_correction_ended", key=f"correction:{correction.pk}:ended")
    else:
        _tell_expert(case, "expert_correction_ended", key=f"correction:{correction.pk}:ended")
    return correction


@transaction.atomic
def sign_correction(
    case_id: UUID, *, actor: Actor, signed: "SignedBytes", proof: CodeChallenge, draft: Correction
) -> Case:
    """Store the new version, mark the old one as replaced, and tell everyone who received it.

    The new version is handed over as it is signed, in the manner the patient chose for the first.

    Raises:
        Conflict: the paper is no longer the one read, or the correction was ended meanwhile.
        Invalid: the code is not fresh, or the opinion is not complete.
    """
    case = locked_case(case_id, actor=actor, action="case.write_draft")
    correction = Correction.objects.select_for_update(of=("self",)).select_related("opinion").get(pk=draft.pk)
    if correction.ended_at is not None:
        raise Conflict(_("This correction is over."), _("Open the case again to see where it stands."))
    step = Step(case, actor, "expert", str(case.state), {"signed": signed, "proof": proof, "draft": correction}, now())
    for guard in SIGNING:
        guard(step)
    version = effects.store_version(
        step, Opinion.Type.CORRECTION, signed, dict(correction.content), replaces=correction.opinion
    )
    Opinion.objects.filter(pk=correction.opinion_id).update(standing=Opinion.Standing.SUPERSEDED)
    correction.result, correction.outcome = version, Correction.Outcome.SIGNED
    correction.ended_at, correction.ended_by_id = step.at, actor.id
    correction.save()
    case.signed_opinion = version
    # An addendum read again meanwhile names the version it completes: it is made anew.
    case.follow_ups.filter(addendum__isnull=True, released_at__isnull=True).update(rendered=None, rendered_version=None)
    # The new version is to be read, and acknowledged, like the first.
    case.first_opened_at = case.requester_acknowledged_at = None
    effects.call_first(step)
    effects.plan_doctor_copy(step)
    _settled(case)
    _record(case, actor, "opinion.corrected", opinion=version, sha256=signed.sha256)
    tell_readers(case, "case_corrected", correction)
    tell(case, "desk", "desk_corrected", key=f"correction:{correction.pk}:signed")
    return case


def cannot_correct(case: Case) -> str:
    """Why the expert of this case cannot correct it now, or «»."""
    expert = case.assigned_expert
    if expert is None or is_fit_to_sign(expert, on=now()):
        return _("The expert may no longer sign: nobody else corrects his opinion.")
    if case.consent_withdrawn_at is not None:
        return _("The patient’s consent was withdrawn: the expert no longer reads the file.")
    acting = Actor(kind="user", id=expert.user_id, role="expert", verified=True)
    if not decide(acting, "case.correct", case).allowed:
        return _("The expert cannot open the file at this stage.")
    return ""


def desk_may_end(case: Case, correction: Correction) -> bool:
    """Whether the coordinator may end it: never begun, or the expert cannot go on or keeps silent."""
    if correction.begun_at is None or now() >= correction.begun_at + timedelta(days=settings.CORRECTION_DAYS):
        return True
    return bool(cannot_correct(case))


def _tell_expert(case: Case, template: str, *, key: str) -> None:
    if case.assigned_expert is not None:
        tell(case, "expert", template, key=key, expert_id=case.assigned_expert.user_id)


def warn_stuck(case: Case, *, key: str) -> None:
    """Tell the desk that the expert of an open correction cannot go on; quiet where there is none."""
    correction = correction_of(case)
    if correction is not None:
        tell(case, "desk", "desk_correction_stuck", key=f"correction:{correction.pk}:{key}")


def tell_readers(case: Case, template: str, correction: Correction) -> None:
    """Tell everyone who received the version: the requester, the patient's side where she may read it, her helpers."""
    key = f"correction:{correction.pk}"
    if not case.is_second_opinion:
        tell(case, "requester", template, key=key)
    if case.is_open_to_patient:
        tell(case, "patient", template, key=key)
        tell(case, "helpers", template, key=key)


def _delivered(case: Case) -> Opinion:
    """The version in the readers' hands."""
    opinion = case.signed_opinion
    if opinion is None or case.state not in AFTER_DELIVERY or opinion.standing != Opinion.Standing.CURRENT:
        raise Conflict(_("No opinion is delivered that could be corrected."))
    return opinion


def _settled(case: Case) -> None:
    """Nothing is under way any more."""
    case.correcting_since = None
    case.updated_at = now()
    case.save()
    case.call_tasks.filter(why=CallTask.Why.CORRECTION, done_at__isnull=True).update(done_at=now())


def _record(case: Case, actor: Actor, action: str, opinion: Opinion | None = None, **detail: str) -> None:
    shown = opinion or case.signed_opinion
    record(
        action,
        actor=actor,
        case_id=case.pk,
        subjects=subjects(case, opinion=[shown.pk] if shown else []),
        detail=dict(detail),
    )
