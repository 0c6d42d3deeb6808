"""What the service holds about an expert, piece by piece: in order, missing, running out; read by both sides alike."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from experts.models import Convention, ExpertProfile
from ui.dates import say_date

#: Said to be running out when it ends within this time.
SOON = timedelta(days=60)


@dataclass(frozen=True)
class Fact:
    """One piece of an expert's record on a given day.

    Args:
        code: status, registration, insurance, convention, interests, committee, pathologies, absence or letterhead.
        label: what it is.
        state: good, soon (something to do before long), overdue, missing, or closed (not working now).
        text: how it stands, in words, in the active language.
        obstacle: code of the obstacle it makes, or "" when it does not keep cases away.
    """

    code: str
    label: str | Promise
    state: str
    text: str
    obstacle: str = ""

    @property
    def forbids(self) -> bool:
        """Whether it keeps cases from being proposed."""
        return bool(self.obstacle)


def record_of(expert: ExpertProfile, *, on: date) -> list[Fact]:
    """Every piece of the record of an expert on a day, in reading order.

    Args:
        expert: loaded by `selectors.with_record`, or queries are made.
        on: a day of Paris.
    """
    return [fact for piece in _PIECES for fact in piece(expert, on)]


def _status(expert: ExpertProfile, on: date) -> Iterable[Fact]:
    label = gettext_lazy("Status")
    if not expert.user.is_active:
        yield Fact("status", label, "closed", _("The account is closed."), "inactive")
    elif expert.status == ExpertProfile.Status.ACTIVE:
        yield Fact("status", label, "good", _("Active."))
    elif expert.status == ExpertProfile.Status.ABSENT:
        yield Fact("status", label, "closed", _("Absent until further notice."), "absent")
    elif expert.status == ExpertProfile.Status.SUSPENDED:
        yield Fact("status", label, "closed", _("Suspended: no case can be proposed."), "inactive")
    else:
        yield Fact("status", label, "closed", _("No longer works with the service."), "inactive")


def _registration(expert: ExpertProfile, on: date) -> Iterable[Fact]:
    label = gettext_lazy("Registration with the Order")
    checks = list(expert.registrations.all())
    newest = next((check for check in checks if check.is_clear), None)
    professional = getattr(expert.user, "professional", None)
    refused = professional is not None and professional.registration_answer == professional.Answer.REFUSED
    if newest is None:
        yield Fact("registration", label, "missing", _("Registration has not been checked yet."), "unregistered")
    elif refused or not newest.is_good:
        text = _("The last check did not find a valid registration.")
        yield Fact("registration", label, "missing", text, "unregistered")
    elif not checks[0].is_clear:
        text = _(
            "On %(date)s the national directory gave another name or profession for this number, or did not know it: "
            "look it up."
        )
        words = {"date": say_date(checks[0].checked_at, "full")}
        yield Fact("registration", label, "overdue", text % words)
    else:
        text = _("Checked on %(date)s: %(means)s.") % {
            "date": say_date(newest.checked_at, "full"),
            "means": newest.get_means_display(),
        }
        yield Fact("registration", label, "good", text)


def _insurance(expert: ExpertProfile, on: date) -> Iterable[Fact]:
    label = gettext_lazy("Liability insurance")
    certificates = sorted(expert.insurances.all(), key=lambda insurance: insurance.valid_until, reverse=True)
    current = next((insurance for insurance in certificates if insurance.covers(on)), None)
    if current is not None:
        words = {"insurer": current.insurer, "date": say_date(current.valid_until, "full")}
        renewed = any(later.valid_until > current.valid_until for later in certificates)
        if current.valid_until - on <= SOON and not renewed:
            yield Fact("insurance", label, "soon", _("%(insurer)s, only until %(date)s: a new one is needed.") % words)
        else:
            yield Fact("insurance", label, "good", _("%(insurer)s, until %(date)s.") % words)
    elif certificates and certificates[0].valid_until < on:
        text = _("The certificate ended on %(date)s.") % {"date": say_date(certificates[0].valid_until, "full")}
        yield Fact("insurance", label, "missing", text, "uninsured")
    elif certificates:
        text = _("The certificate begins on %(date)s.") % {"date": say_date(certificates[-1].valid_from, "full")}
        yield Fact("insurance", label, "missing", text, "uninsured")
    else:
        yield Fact("insurance", label, "missing", _("No certificate is on file."), "uninsured")


def _convention(expert: ExpertProfile, on: date) -> Iterable[Fact]:
    label = gettext_lazy("Convention with the service")
    conventions = list(expert.conventions.all())
    current = next((convention for convention in conventions if convention.holds(on)), None)
    if current is not None:
        yield _living_convention(label, current, on)
        return
    newest = next(iter(conventions), None)
    if newest is None:
        text = _("No convention is on file.")
    elif newest.concluded_at is None:
        by_expert, by_service = newest.signed_by_expert_at is not None, newest.signed_by_service_at is not None
        text = (
            _("Signed by the expert; the service has still to sign.")
            if by_expert
            else _("Signed by the service; the expert has still to sign.")
            if by_service
            else _("Waits for both signatures.")
        )
    elif newest.ends_on is not None and newest.ends_on <= on:
        text = _("The convention ended on %(date)s.") % {"date": say_date(newest.ends_on, "full")}
    else:
        text = _("The convention begins on %(date)s.") % {"date": say_date(newest.concluded_at, "full")}
    yield Fact("convention", label, "missing", text, "no_convention")


def _living_convention(label: str | Promise, convention: Convention, on: date) -> Fact:
    signed = {"version": convention.version, "date": say_date(convention.concluded_at, "full")}
    text = _("Version %(version)s, signed by both on %(date)s.") % signed
    due = convention.order_notice_due
    if due is not None:
        words = {"date": say_date(due, "full")}
        late = _("It should have reached the departmental council of the Order by %(date)s.") % words
        soon = _("It must reach the departmental council of the Order by %(date)s.") % words
        state, order = ("overdue", late) if due < on else ("soon", soon)
        return Fact("convention", label, state, f"{text} {order}")
    if convention.ends_on is not None and convention.ends_on - timedelta(days=1) - on <= SOON:
        ends = _("It ends on %(date)s.") % {"date": say_date(convention.ends_on, "full")}
        return Fact("convention", label, "soon", f"{text} {ends}")
    return Fact("convention", label, "good", text)


def _interests(expert: ExpertProfile, on: date) -> Iterable[Fact]:
    label = gettext_lazy("Declaration of interests")
    newest = next(iter(sorted(expert.interest_declarations.all(), key=lambda d: d.expires_on, reverse=True)), None)
    if newest is None:
        yield Fact("interests", label, "missing", _("No declaration is on file."), "undeclared")
        return
    words = {"date": say_date(newest.expires_on, "full")}
    if newest.expires_on < on:
        yield Fact("interests", label, "missing", _("The declaration expired on %(date)s.") % words, "undeclared")
    elif newest.expires_on - on <= SOON:
        yield Fact("interests", label, "soon", _("Holds only until %(date)s: a new one is needed.") % words)
    else:
        yield Fact("interests", label, "good", _("Holds until %(date)s.") % words)


def _committee(expert: ExpertProfile, on: date) -> Iterable[Fact]:
    label = gettext_lazy("Scientific committee")
    if expert.committee_accepted_on is None:
        yield Fact("committee", label, "missing", _("No decision is on file."))
    else:
        text = _("Accepted on %(date)s.") % {"date": say_date(expert.committee_accepted_on, "full")}
        yield Fact("committee", label, "good", text)


def _pathologies(expert: ExpertProfile, on: date) -> Iterable[Fact]:
    label = gettext_lazy("Pathologies covered")
    names = sorted(pathology.name for pathology in expert.pathologies.all())
    if names:
        yield Fact("pathologies", label, "good", ", ".join(names))
    else:
        yield Fact("pathologies", label, "missing", _("None: no case can be proposed."))


def _absence(expert: ExpertProfile, on: date) -> Iterable[Fact]:
    label = gettext_lazy("Absences")
    coming = [absence for absence in expert.absences.all() if absence.end >= on]
    current = [absence for absence in coming if absence.covers(on)]
    if current:
        text = _("Away until %(date)s.") % {"date": say_date(max(a.end for a in current), "full")}
        yield Fact("absence", label, "closed", text, "absent")
    elif coming:
        next_one = min(coming, key=lambda absence: absence.start)
        text = _("Away from %(start)s to %(end)s.") % {
            "start": say_date(next_one.start, "full"),
            "end": say_date(next_one.end, "full"),
        }
        yield Fact("absence", label, "good", text)
    else:
        yield Fact("absence", label, "good", _("None planned."))


def _letterhead(expert: ExpertProfile, on: date) -> Iterable[Fact]:
    label = gettext_lazy("Heading of the opinions")
    professional = getattr(expert.user, "professional", None)
    parts = {
        "rpps": _("RPPS number"),
        "specialty": _("specialty"),
        "address": _("professional address"),
        "phone": _("professional phone"),
        "convention": _("position towards the health insurance"),
    }
    lacking = [words for name, words in parts.items() if not getattr(professional, name, "")]
    if lacking:
        yield Fact("letterhead", label, "missing", _("Still needed: %(names)s.") % {"names": ", ".join(lacking)})
    else:
        yield Fact("letterhead", label, "good", _("Complete."))


_PIECES: tuple[Callable[[ExpertProfile, date], Iterable[Fact]], ...] = (
    _status,
    _registration,
    _insurance,
    _convention,
    _interests,
    _committee,
    _pathologies,
    _absence,
    _letterhead,
)
