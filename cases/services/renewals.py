"""Consent asked again: a new text marked `renew` holds every case under way until the patient has agreed to it.

The hold does what the design asks meanwhile: nothing enters a guarded state, third parties lose reading, the clocks
stand still, and the patient is told until when. Her agreement releases the case in the same transaction.
"""

from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _
from django.utils.translation import override

from audit import SystemActor
from audit.actors import Actor
from cases.machine import clocks, effects, guards, perform
from cases.machine.step import Step
from cases.models import CallTask, Case
from cases.models.states import BEFORE_DELIVERY, State
from cases.notices import tell
from cases.services.locking import locked_case
from clock import now
from consent import services as consent
from consent.models import REQUIRED, SHARINGS, ConsentRecord, ConsentText, Means
from errors import Conflict, DomainError
from ui.dates import PARIS, paris_day, say_date

RENEWAL = "renewal"
ACTOR = SystemActor("consent")
#: States in which the service still has something to do that needs the consent: these cases are held.
HELD = tuple(state for state in BEFORE_DELIVERY if state not in (State.DRAFT, State.AWAITING_CONSENT))
#: States in which the patient is asked without a hold: one stands already, or only an answer is waited for.
ASKED = (*HELD, State.ON_HOLD, State.FOLLOW_UP)


def cases_to_ask() -> list[UUID]:
    """Cases whose consent to the act or the sharing rests on words a newer text replaces, marked `renew`."""
    texts = ConsentText.objects.filter(renew=True, purpose__in=[*REQUIRED, *SHARINGS])
    older: Any = Q(pk__in=[])
    for text in texts:
        records = ConsentRecord.objects.filter(
            case=OuterRef("pk"), round=OuterRef("consent_round"), purpose=text.purpose, decision="given"
        )
        called = CallTask.objects.filter(
            case=OuterRef("pk"), why=CallTask.Why.RENEWAL, created_at__gte=text.published_at
        )
        kind = Q(kind=text.kind) if text.kind else Q()
        older |= (
            kind
            & Exists(records.filter(text_version__lt=text.version))
            & ~Exists(records.filter(text_version__gte=text.version))
            & ~Exists(called)
        )
    states = [str(state) for state in ASKED]
    return list(Case.objects.filter(older, state__in=states).order_by("pk").values_list("pk", flat=True))


@transaction.atomic
def ask_again(case_id: UUID) -> None:
    """Ask the patient of one case again: a notice, a call on the list, and a hold where the case is under way."""
    case = Case.objects.select_for_update(of=("self",)).get(pk=case_id)
    if case.state not in ASKED or case.consent_withdrawn_at is not None or not guards.must_agree_again(case):
        return
    until = paris_day(now()) + timedelta(days=settings.HOLD_REVIEW_DAYS)
    if case.state in HELD:
        with override(case.language):
            told = _(
                "The words of your agreement have changed. Please read the new ones and agree again by %(day)s. "
                "Until then nobody works on your file, and no professional can open it; nothing is lost."
            ) % {"day": say_date(until)}
        case = perform("hold", case.pk, actor=ACTOR, told=told, reason_code=RENEWAL, review_on=until)
    due = datetime.combine(until, time(18), tzinfo=PARIS).astimezone(UTC)
    key = f"renewal:{now():%Y%m%d%H%M}"
    tell(case, "patient", "case_consent_again", key=key, due=due)
    tell(case, "requester", "case_consent_again", key=key, due=due)
    # A second channel, for who does not read her mail.
    CallTask.objects.get_or_create(
        case=case,
        why=CallTask.Why.RENEWAL,
        done_at=None,
        defaults={
            "content_key_id": case.content_key_id,
            "created_at": now(),
            "due_at": clocks.working_days_after(now(), 3),
        },
    )


def asked_again(case: Case) -> list[str]:
    """The purposes to be agreed to again, in the order in which they are put."""
    outdated = consent.outdated_purposes(case.pk, case.consent_round)
    return [str(purpose) for purpose in consent.purposes_for(case.sharing) if purpose in outdated]


@transaction.atomic
def renew_consent(case_id: UUID, *, actor: Actor, **given: Any) -> Case:
    """Record the new agreement, on the current texts; the case that waited for it goes on.

    Args:
        given: `choices`, `shown_texts`, `language`; of a professional also `means`, `collected_on`,
            `text_handed_over`; of the service `means` and the patient's proof.

    Raises:
        Conflict: nothing is to be agreed to again.
        Invalid: a required agreement is missing, a text has changed, or the patient's proof is not there.
    """
    case = locked_case(case_id, actor=actor, action="case.renew_consent")
    purposes = asked_again(case)
    if not purposes:
        raise Conflict(_("There is nothing to agree to again."))
    relation = {"requester": "requester_professional", "care_coordinator": "phone_care_coordinator"}.get(actor.role, "")
    step = Step(case, actor, relation, str(case.state), dict(given), now())
    guards.attested(step)
    guards.confirmed_by_patient(step)
    expert = case.requested_expert
    consent.record_choices(
        case_id=case.pk,
        patient_id=case.patient_id,
        kind=case.kind,
        sharing=case.sharing,
        round_number=case.consent_round,
        choices=given.get("choices") or {},
        shown_texts=given.get("shown_texts") or {},
        actor=actor,
        means=str(given.get("means") or Means.ONLINE),
        language=str(given.get("language") or case.language),
        expert=expert.name if expert else "",
        collected_on=given.get("collected_on"),
        purposes=purposes,
    )
    if effects.ask_reception_again(case):
        case.save()
    case.call_tasks.filter(why=CallTask.Why.RENEWAL, done_at__isnull=True).update(done_at=now())
    held = case.holds.filter(released_at__isnull=True, reason_code=RENEWAL).exists()
    if case.state == State.ON_HOLD and held and not guards.must_agree_again(case):
        try:
            return perform("release", case.pk, actor=ACTOR)
        except DomainError:
            # Another rule keeps it where it is: the coordinator sees why when he releases it.
            tell(case, "desk", "desk_message", key=f"renewed:{now():%Y%m%d%H%M}")
    return Case.objects.get(pk=case.pk)
