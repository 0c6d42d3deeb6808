"""The task list: what remains, in which order, and where one goes on."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from access import rights_of
from audit import Actor
from cases.billing.accounts import billing_of
from cases.checks import MAX_QUESTIONS
from cases.models.case import Reception, TreatingDoctorChoice
from cases.models.referral import ReferralRule
from cases.patient.start.forms import PatientIdentityForm
from cases.patient.start.preparation import Preparation
from cases.patient.start.spaces import Space
from cases.referral import is_referred, referring_doctor, rule_now
from cases.start.prices import has_price


@dataclass(frozen=True)
class Task:
    """One thing to do.

    Args:
        name: which, for going on after it: the name of its page, and its number where several share one.
        title: in words.
        url: its page; "" when this person cannot do it.
        is_done: whether it is.
        words: its state in words.
        hint: a line more.
        begun: something is there already.
    """

    name: str
    title: str
    url: str
    is_done: bool
    words: str
    hint: str = ""
    begun: bool = False

    def as_row(self) -> dict[str, Any]:
        """For `{% task_list %}`."""
        kind = "done" if self.is_done else "you" if self.begun else "neutral"
        return {"title": self.title, "url": self.url, "kind": kind, "status": self.words, "hint": self.hint}


@dataclass(frozen=True)
class Group:
    """Tasks under one heading."""

    title: str
    tasks: list[Task]

    @property
    def rows(self) -> list[dict[str, Any]]:
        """For `{% task_list %}`."""
        return [task.as_row() for task in self.tasks]


class TaskList:
    """The tasks of a request for one reader.

    Args:
        preparation: the request.
        space: where its pages stand.
        actor: the reader; what he may not do has no link.
    """

    def __init__(self, preparation: Preparation, space: Space, actor: Actor) -> None:
        self.preparation = preparation
        self.space = space
        case = preparation.case
        rights = rights_of(actor, case)
        self._fills = rights.to("case.fill").allowed
        self._adds = rights.to("case.add_document").allowed
        self._chooses = rights.to("case.choose").allowed
        self._chooses_payer = rights.to("case.choose_payer").allowed
        self._chooses_readers = rights.to("case.choose_readers").allowed
        self.groups = self._groups()

    @property
    def tasks(self) -> list[Task]:
        """All of them in order."""
        return [task for group in self.groups for task in group.tasks]

    @property
    def done_count(self) -> int:
        """How many are done."""
        return sum(task.is_done for task in self.tasks)

    @property
    def is_complete(self) -> bool:
        """Whether everything is."""
        return all(task.is_done for task in self.tasks)

    def next_after(self, name: str = "") -> Task | None:
        """The next thing this reader can do: the first one open after `name`, else the first one open."""
        names = [task.name for task in self.tasks]
        start = names.index(name) + 1 if name in names else 0
        rest = self.tasks[start:] + self.tasks[:start]
        return next((task for task in rest if not task.is_done and task.url), None)

    # --- the groups

    def _groups(self) -> list[Group]:
        disease = self.preparation.case.pathology
        groups = [
            Group(_("You"), [self._identity()]),
            Group(_("Your health and the first opinion"), list(self._blocks(common=True))),
            Group(str(disease.name) if disease else _("Your disease"), list(self._blocks(common=False))),
            Group(_("Your documents"), [self._documents()]),
            Group(_("Your request"), list(self._request())),
        ]
        return [group for group in groups if group.tasks]

    def _task(self, name: str, title: str, done: bool, *, allowed: bool, begun: bool = False, **more: Any) -> Task:
        words = more.pop("words", "") or (_("Done") if done else _("To finish") if begun else _("To do"))
        url = more.pop("url", "") or self.space.url(name, self.preparation.case.pk)
        return Task(name, title, url if allowed else "", done, words, begun=begun, **more)

    def _identity(self) -> Task:
        patient = self.preparation.case.patient
        missing = [*patient.missing_traits, *([] if patient.phone else ["phone"])]
        hint = patient.full_name
        if missing:
            labels = PatientIdentityForm().fields
            names = ", ".join(str(labels[name].label).lower() for name in missing)
            hint = _("%(who)s. Still missing: %(names)s.") % {"who": hint, "names": names}
        title = _("Identity and phone")
        return self._task("prepare_identity", title, not missing, allowed=self._chooses, begun=True, hint=hint)

    def _blocks(self, *, common: bool) -> Iterator[Task]:
        language = get_language() or "fr"
        for page in self.preparation.blocks:
            if page.is_common != common:
                continue
            begun = bool(page.progress.answered)
            words = ""
            if begun and page.progress.missing:
                left = page.progress.missing
                words = ngettext("%(count)d answer left", "%(count)d answers left", left) % {"count": left}
            yield self._task(
                f"prepare_block:{page.number}",
                page.title(language),
                page.is_done,
                allowed=self._fills,
                begun=begun,
                words=words,
                url=self.space.url("prepare_block", self.preparation.case.pk, page.number),
            )

    def _documents(self) -> Task:
        preparation = self.preparation
        gaps = len(preparation.pieces_open)
        hint = (
            ngettext("%(count)d document is still wanted", "%(count)d documents are still wanted", gaps) if gaps else ""
        )
        return self._task(
            "prepare_documents",
            _("Documents"),
            preparation.documents_done,
            allowed=self._adds,
            begun=bool(preparation.documents),
            hint=hint % {"count": gaps} if gaps else "",
        )

    def _request(self) -> Iterator[Task]:
        case = self.preparation.case
        questions = self.preparation.questions
        yield self._task(
            "prepare_questions",
            _("Your questions to the expert"),
            1 <= len(questions) <= MAX_QUESTIONS,
            allowed=self._fills,
        )
        if case.is_second_opinion and rule_now() == ReferralRule.REQUIRED:
            yield self._task(
                "prepare_referral",
                _("The doctor who refers you"),
                is_referred(case),
                allowed=self._fills,
                hint=referring_doctor(case),
            )
        chosen, settled = case.requested_expert, case.expert_settled_at is not None
        yield self._task(
            "prepare_expert",
            _("The expert"),
            settled,
            allowed=self._chooses_readers,
            hint=chosen.name if chosen else _("the service suggests one") if settled else "",
        )
        doctor = case.treating_doctor_choice
        yield self._task(
            "prepare_doctor",
            _("Your treating doctor"),
            doctor != TreatingDoctorChoice.UNSET,
            allowed=self._chooses_readers,
            hint=str(case.treating_doctor.get("name") or "") if case.treating_doctor else "",
        )
        yield self._task(
            "prepare_reception",
            _("How you wish to receive the opinion"),
            bool(case.reception),
            allowed=self._chooses,
            hint=str(Reception(case.reception).label) if case.reception else "",
        )
        if case.is_second_opinion and has_price():
            billing = billing_of(case)
            yield self._task(
                "prepare_payer",
                _("Who pays"),
                billing is not None and billing.who != "",
                allowed=self._chooses_payer,
                hint=str(billing.get_who_display()) if billing is not None and billing.who else "",
            )
