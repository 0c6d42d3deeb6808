"""The rule on referral by a doctor: which one holds, who may set it, and no opinion for a fee without it (C-BIL-5).

R.4127-53 gives no fee for a mere advice by correspondence. Whether a patient may ask by himself for an opinion he pays
is thus a question of law that the organisation answers, and not this software: it waits for the answer.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.conf import settings
from django.core import checks
from django.db import connections, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from access import Rule, register_provider, register_rules, require
from access.policy import Facts
from accounts.models import User
from audit import Actor, record
from cases.checks import live_documents
from cases.models import Case, ReferralDecision
from cases.models.documents import DocumentType
from cases.models.referral import NOTE_LENGTH, ReferralRule
from cases.start.prices import has_price
from errors import Conflict, Invalid
from ui.dates import say_date
from ui.forms import today

#: The kind of target of the table of rights.
TARGET = "referral_rule"


def decision_now() -> ReferralDecision | None:
    """What was recorded last; None where nothing was."""
    return ReferralDecision.objects.select_related("recorded_by").first()


def rule_now() -> str:
    """The rule that holds: the one recorded last, else that of the settings."""
    decision = decision_now()
    return decision.rule if decision is not None else str(settings.REFERRAL_RULE)


def fee_barred() -> bool:
    """Whether there is a price, and nobody has recorded the rule it needs."""
    return has_price() and decision_now() is None


def refuse_barred_fee() -> None:
    """Keep a patient from asking for an opinion he would pay before the rule is recorded.

    Raises:
        Conflict: there is a price and no rule.
    """
    if fee_barred():
        raise Conflict(
            _("Requests cannot be made yet."),
            _("The service has still to say whether a doctor must refer you for an opinion you pay. Call us, please."),
        )


def is_referred(case: Case) -> bool:
    """Whether a doctor's letter is in the file, or the doctor who refers the patient is named."""
    if referring_doctor(case):
        return True
    return bool(live_documents(case).filter(type=DocumentType.LETTER).exists())


def referring_doctor(case: Case) -> str:
    """The doctor who refers the patient, in the patient's words; "" for none."""
    told: dict[str, Any] = case.referral or {}
    return str(told.get("doctor") or "").strip()


def rule_words() -> str:
    """The rule in a sentence or two, for whoever thinks of asking."""
    decision = decision_now()
    if decision is None and has_price():
        return _(
            "No opinion can be asked for at this price yet: the service has still to say whether a doctor must refer "
            "you (article R.4127-53 of the public health code)."
        )
    rule = decision.rule if decision is not None else settings.REFERRAL_RULE
    words = {
        ReferralRule.OFF: _("No doctor has to refer you: you can ask by yourself."),
        ReferralRule.RECOMMENDED: _(
            "You can ask by yourself. We recommend that a doctor who treats you refer you: his letter helps the expert."
        ),
        ReferralRule.REQUIRED: _(
            "A doctor who treats you must refer you: his letter, or his name, is asked for before you can send your "
            "request."
        ),
    }[ReferralRule(rule)]
    if decision is None:
        return words
    since = _("Rule of the service, set on %(day)s.") % {"day": say_date(decision.decided_on, "full")}
    return f"{words} {since}"


def record_decision(rule: str, note: str, decided_on: date, *, actor: Actor) -> ReferralDecision:
    """Set the rule, with the legal note it rests on; the earlier ones stay on file. A page sent twice records it once.

    Raises:
        NotAllowed: not a coordinating doctor.
        Invalid: no such rule, a note too short, or a day to come.
    """
    require(actor, "referral.decide", TARGET)
    note = note.strip()
    gaps = {}
    if rule not in ReferralRule.values:
        gaps["rule"] = _("Choose an answer.")
    if len(note) < NOTE_LENGTH:
        gaps["note"] = _("Write at least 20 characters.")
    if decided_on > today():
        gaps["decided_on"] = _("This day is still to come.")
    if gaps:
        raise Invalid(_("The rule cannot be recorded like this."), fields=gaps)
    with transaction.atomic():
        # Two clicks of the same person wait for each other.
        User.objects.select_for_update().get(pk=actor.person)
        last = decision_now()
        if last is not None and (last.rule, last.note, last.decided_on) == (rule, note, decided_on):
            return last
        decision = ReferralDecision.objects.create(
            rule=rule, note=note, decided_on=decided_on, recorded_by_id=actor.person
        )
        record(
            "referral.decided",
            actor=actor,
            detail={"rule": rule, "decided_on": decided_on.isoformat(), "decision": str(decision.pk)},
        )
    return decision


class RuleProvider:
    """The facts of the rule on referral."""

    def facts(self, actor: Actor, target: Any) -> Facts:
        """A coordinating doctor sets it."""
        return Facts(relations=frozenset({"coordinator"} if actor.role == "coordinator" else ()))

    def visible(self, actor: Actor) -> Q:
        """The rules of before."""
        return Q() if actor.role == "coordinator" else Q(pk__in=[])


def check_price(app_configs: Any, databases: Sequence[str] | None = None, **_options: Any) -> list[checks.CheckMessage]:
    """What a price lacks, said at the start: a warning, since the rule is recorded on the site itself."""
    known = "default" in (databases or ()) and ReferralDecision._meta.db_table in (
        connections["default"].introspection.table_names()
    )
    if not known or not has_price():
        return []
    found: list[checks.CheckMessage] = []
    if fee_barred():
        found.append(
            checks.Warning(
                "A price is set and no rule on referral is recorded: patients cannot open requests (R.4127-53).",
                hint="A coordinating doctor records it at /bureau/adressage/.",
                id="cases.W021",
            )
        )
    if not settings.SERVICE_MEDIATOR:
        found.append(checks.Warning("A price is set and SERVICE_MEDIATOR names no mediator.", id="cases.W022"))
    if not all(settings.SERVICE_PAYMENT.get(code) for code, _name in settings.LANGUAGES):
        found.append(checks.Warning("A price is set and SERVICE_PAYMENT says no means of payment.", id="cases.W023"))
    return found


def register() -> None:
    """Add the row, the facts and the check."""
    register_rules([Rule("referral.decide", frozenset({"coordinator"}))])
    register_provider(TARGET, ReferralDecision, RuleProvider())
    checks.register(check_price, checks.Tags.database)
