"""Sixty fictitious cases over all states and both kinds, each taken there by the services with a settable clock."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from django.contrib.auth.hashers import make_password

import clock
from cases.answers import pieces_wanted
from cases.demo.papers import papers_for
from cases.demo.people import (
    People,
    make_candidacy,
    make_child,
    make_own_questions,
    make_patient,
    make_patient_without_account,
    make_payer,
    make_people,
)
from cases.demo.walk import Cast, Walk, acting
from cases.models import Case
from cases.services import delivery, desk, documents, messages, opinions
from cases.services.documents import Described
from clock import now
from consent.models import Purpose
from experts.models import Pathology
from ui.dates import paris_day
from vault.files import write_file

_CONTENT = Path(__file__).with_name("content.json")
_FIRST = {
    "F": ("Ada", "Céleste", "Elsa", "Gaëlle", "Iris", "Katia", "Mina", "Olga", "Rita"),
    "M": ("Basile", "Damien", "Fabrice", "Henri", "Jules", "Léon", "Noé", "Paul", "Simon"),
}
_LAST = ("Alisier", "Bruyère", "Cerisier", "Dahlia", "Érable", "Fougère", "Genévrier", "Houx", "Ibéris", "Jonquille")


#: How far each case goes, and how many hours ago it was opened. The order mixes pathologies and people.
PLAN: tuple[tuple[str, int], ...] = (
    *((("draft", 30),) * 3),
    ("awaiting_consent", 26),
    *(("submitted", hours) for hours in (46, 40, 20, 9, 3)),
    *(("information_requested", hours) for hours in (60, 90, 130)),
    *(("admitted", hours) for hours in (50, 44, 38, 30)),
    *(("proposed", hours) for hours in (46, 24, 18, 16)),
    *(("in_review", hours) for hours in (160, 120, 104, 90, 76, 60, 44)),
    *(("expert_question", hours) for hours in (110, 130, 170)),
    *(("signed", hours) for hours in (60, 54, 50)),
    *(("delivered", hours) for hours in (200, 260, 300, 420)),
    *(("opened", hours) for hours in (250, 340, 480)),
    *(("follow_up", hours) for hours in (100, 130)),
    *(("closed", hours) for hours in (1500, 1700, 2100)),
    *(("on_hold", hours) for hours in (100, 150)),
    ("declined", 200),
    ("withdrawn", 220),
    ("expired", 3400),
    ("stopped", 260),
)
TELE_PLAN: tuple[tuple[str, int], ...] = (
    ("draft", 5),
    ("awaiting_consent", 30),
    ("submitted", 4),
    ("information_requested", 20),
    ("proposed", 12),
    ("in_review", 30),
    ("in_review", 60),
    ("signed", 50),
    ("delivered", 120),
    ("closed", 1200),
)


@dataclass
class _Told:
    """The words of one case.

    Args:
        words: one entry of `content.json`.
    """

    pathology: Pathology
    words: dict[str, Any]


class Loader:
    """Makes people, then cases one by one.

    Args:
        password: of the demo accounts.
        start: the present; every case ends before it.
    """

    def __init__(self, password: str, start: datetime) -> None:
        self.start = start
        self.password_hash = make_password(password)
        with clock.travel(start - timedelta(days=150)):
            self.people: People = make_people(self.password_hash)
        with clock.travel(start - timedelta(days=4)):
            make_candidacy(self.people)
            make_own_questions(self.people)
            make_payer(self.people)
            self.camille = make_patient(
                "patient@demo.test",
                "Camille",
                "Renaud",
                sex="F",
                birth=date(1980, 5, 17),
                password_hash=self.password_hash,
            )
            self.child = make_child(
                "parent@demo.test",
                "Nora Lemaire",
                "Tom",
                "Lemaire",
                birth=date(2012, 9, 3),
                password_hash=self.password_hash,
            )
        told = json.loads(_CONTENT.read_text(encoding="utf-8"))["pathologies"]
        rows = {row.code: row for row in Pathology.objects.all()}
        self.told = [_Told(rows[code], told[code]["cases"][turn]) for turn in range(3) for code in told if code in rows]
        self.tele = [_Told(rows[code], told[code]["tele_expertise"]) for code in told if code in rows]
        self.number = 0

    def second_opinion(self, goal: str, hours: int) -> Case:
        """One patient's request, taken as far as `goal`."""
        told = self._next(self.told, mine=goal == "expert_question" and hours == 110)
        first_time = self.number <= len(self.told)
        person = told.words["patient"]
        name = (person["first_name"], person["last_name"]) if first_time else self._name(person["sex"])
        began = self.start - timedelta(hours=hours)
        with clock.travel(began - timedelta(days=1)):
            if goal == "expert_question" and hours == 110:
                patient, user = self.camille
            else:
                birth = date(self.start.year - person["age"], 3, 1 + self.number % 27)
                email = f"patient{self.number:02d}@demo.test"
                phone = f"06 39 98 {self.number // 100:02d} {self.number % 100:02d}"
                patient, user = make_patient(
                    email, *name, sex=person["sex"], birth=birth, password_hash=self.password_hash, phone=phone
                )
        coordinator = self.people.coordinators[self.number % 3 == 0]
        expert = self.people.experts[told.pathology.code][
            self.number % 2 % len(self.people.experts[told.pathology.code])
        ]
        walk = Walk(Cast(patient, user, user, coordinator, expert), told.pathology)
        return _Life(self, walk, told, goal, began).live()

    def tele_expertise(self, goal: str, hours: int, turn: int) -> Case:
        """One professional's request."""
        told = self.tele[turn % len(self.tele)]
        self.number += 1
        person = told.words["patient"]
        began = self.start - timedelta(hours=hours)
        first, last = (
            (person["first_name"], person["last_name"]) if turn < len(self.tele) else self._name(person["sex"])
        )
        birth = date(self.start.year - person["age"], 6, 1 + turn % 27)
        with clock.travel(began - timedelta(hours=1)):
            patient = make_patient_without_account(
                first, last, sex=person["sex"], birth=birth, email=f"patient-te{turn:02d}@demo.test"
            )
        requester = self.people.requesters[turn % 4 == 3]
        expert = self.people.experts[told.pathology.code][0]
        walk = Walk(Cast(patient, requester, requester, self.people.coordinators[0], expert), told.pathology)
        return _TeleLife(self, walk, told, goal, began).live()

    def child_draft(self) -> Case:
        """A parent's draft for a child: it stays a draft until the rules for minors exist."""
        patient, user = self.child
        pathology = Pathology.objects.get(code="scoliosis")
        expert = self.people.experts["scoliosis"][0]
        walk = Walk(Cast(patient, user, user, self.people.coordinators[0], expert), pathology)
        with clock.travel(self.start - timedelta(hours=50)):
            return walk.open()

    def _next(self, rows: list[_Told], *, mine: bool = False) -> _Told:
        if mine:
            return next(
                row
                for row in rows
                if row.pathology.code == "lumbar_disc_herniation" and row.words["patient"]["sex"] == "F"
            )
        self.number += 1
        return rows[self.number % len(rows)]

    def _name(self, sex: str) -> tuple[str, str]:
        first = _FIRST.get(sex, _FIRST["F"])
        return first[self.number % len(first)], _LAST[self.number * 3 % len(_LAST)]


class _Life:
    """The steps of one case, each a little later than the one before."""

    def __init__(self, loader: Loader, walk: Walk, told: _Told, goal: str, began: datetime) -> None:
        self.loader, self.walk, self.told, self.goal = loader, walk, told, goal
        self.at = began
        self.end = loader.start - timedelta(minutes=20)

    def live(self) -> Case:
        """Take the case to its goal."""
        self._step(0, self._open)
        if self.goal == "draft":
            return self.walk.case
        self._step(1, self._prepare)
        self._step(0.1, self.walk.ask_consent)
        if self.goal == "awaiting_consent":
            return self.walk.case
        self._step(0.2, self._consent)
        if self.goal == "expired":
            return self._expire()
        for name, hours, act in self._rest():
            self._step(hours, act)
            if self.goal == name:
                break
        return self.walk.case

    def _rest(self) -> list[tuple[str, float, Callable[[], Any]]]:
        walk = self.walk
        way: list[tuple[str, float, Callable[[], Any]]] = [("submitted", 0.1, lambda: None)]
        if self.goal == "information_requested":
            return [*way, ("information_requested", 1.5, self._ask_information)]
        if self.goal == "withdrawn":
            return [*way, ("withdrawn", 20, lambda: walk.move("withdraw", walk.patient))]
        if self.goal == "declined":
            return [*way, ("declined", 18, self._decline)]
        way += [("checked", 2, walk.check), ("admitted", 0.2, walk.admit)]
        if self.goal == "stopped":
            return [*way, ("stopped", 3, self._stop)]
        way += [("proposed", 3, walk.propose)]
        if self.goal == "proposed":
            return way
        way += [("accepted", 6, walk.accept), ("read", 0.5, self._talk)]
        if self.goal == "on_hold":
            return [*way, ("on_hold", 5, self._hold)]
        if self.goal == "expert_question":
            return [*way, ("expert_question", 12, self._question)]
        if self.goal == "in_review":
            return [*way, ("in_review", 8, self._begin_writing)]
        way += [("written", 20, self._write)]
        way += [("signed", 4, walk.sign), ("delivered", 6, walk.deliver), ("opened", 16, self._read)]
        if self.goal == "follow_up":
            return [*way, ("follow_up", 30, self._follow_up)]
        if self.goal == "closed":
            return [*way, ("asked", 40, self._follow_up), ("answered", 20, self._answer), ("closed", 400, self._close)]
        return way

    def _step(self, hours: float, act: Callable[[], Any]) -> None:
        self.at = min(self.at + timedelta(hours=hours), self.end)
        self.end += timedelta(seconds=20)
        with clock.travel(self.at):
            act()

    # --- the steps

    def _open(self) -> None:
        planned = paris_day(self.at) + timedelta(days=12 + self.loader.number % 30) if self.loader.number % 3 else None
        self.walk.open(planned=planned)

    def _prepare(self) -> None:
        self._papers()
        answers = self.told.words.get("answers", {})
        given = {**answers.get("common", {}), **answers.get("pathology", {})}
        self.walk.fill(questions=self.told.words["questions"], **given)

    def _papers(self) -> None:
        case = self.walk.case
        wanted = pieces_wanted(case)
        content = {"first_opinion": self.told.words["first_opinion"], "pathology": self.told.pathology.name_fr}
        dated = paris_day(self.at - timedelta(days=25))
        name = self.walk.cast.patient.full_name
        for index, (kind, title, media_type, data) in enumerate(papers_for(content, name, dated, self.loader.number)):
            matching = [piece["code"] for piece in wanted if piece["document_type"] == kind]
            documents.add_document(
                case.pk,
                write_file(case.content_key, [data], media_type=media_type),
                Described(
                    type=kind,
                    title=title,
                    dated_on=dated + timedelta(days=index * 5),
                    author="Dr Mésange (fictif)",
                    prerequisite=matching[0] if matching else "",
                ),
                actor=self.walk.requester,
            )

    def _consent(self) -> None:
        self.walk.consent(**{str(Purpose.TREATING_DOCTOR): False})

    def _ask_information(self) -> None:
        self.walk.move(
            "request_information",
            self.walk.coordinator,
            message="Merci pour votre dossier. Il nous manque encore deux choses avant de le confier à un expert.",
            items=["Le compte rendu de l’examen d’imagerie", "La liste de vos traitements, avec les doses"],
        )

    def _decline(self) -> None:
        self.walk.move(
            "decline",
            self.walk.coordinator,
            motive="Aucun premier avis n’a été rendu : le dossier ne relève pas d’un deuxième avis.",
            explanation="Le diagnostic n’est pas encore posé. Un deuxième avis sur dossier ne pourrait pas vous aider.",
            instead="Prenez rendez-vous avec un spécialiste près de chez vous, puis revenez vers nous si vous hésitez.",
        )

    def _stop(self) -> None:
        first, second = self.loader.people.coordinators
        desk.ask_stop(
            self.walk.case.pk, "duplicate", "La même demande est déjà ouverte.", actor=acting(first, "coordinator")
        )
        self.walk.move("stop", acting(second, "coordinator"))

    def _hold(self) -> None:
        self.walk.move(
            "hold",
            self.walk.coordinator,
            told="Un document pourrait appartenir à une autre personne. Nous vérifions avant de continuer.",
            reason_code="wrong_document",
            review_on=paris_day(now()) + timedelta(days=3),
        )

    def _talk(self) -> None:
        for line in self.told.words.get("messages", []):
            actor = self.walk.coordinator if line["from"] == "coordinator" else self.walk.requester
            messages.write_to_service(self.walk.case.pk, line["text"], actor=actor)

    def _question(self) -> None:
        self.walk.move("ask_question", self.walk.expert, text=self.told.words["expert_question"]["text"])

    def _begin_writing(self) -> None:
        whole = self.told.words["opinion"]
        draft = opinions.draft_of(self.walk.case)
        begun = {name: whole[name] for name in ("relevance", "relevance_reason", "answers", "analysis")}
        opinions.save_draft(self.walk.case.pk, begun, draft.version, actor=self.walk.expert)

    def _write(self) -> None:
        self.walk.write(**self.told.words["opinion"])

    def _read(self) -> None:
        for task in self.walk.case.call_tasks.filter(done_at__isnull=True):
            desk.close_call(task.pk, reached=True, note="L’avis est annoncé.", actor=self.walk.coordinator)
        opinion = self.walk.case.signed_opinion
        if opinion is not None:
            delivery.open_opinion(
                self.walk.case.pk, opinion.pk, actor=self.walk.requester, request_key=f"demo-{self.walk.case.pk.hex}"
            )

    def _follow_up(self) -> None:
        question = self.told.words.get("follow_up", {}).get("question", "Puis-je voyager avant la prochaine visite ?")
        self.walk.move("ask_follow_up", self.walk.requester, question=question)

    def _answer(self) -> None:
        from cases.demo.walk import proof

        case, expert = self.walk.case, self.walk.expert
        answer = self.told.words.get("follow_up", {}).get("answer", "Oui, en gardant votre traitement avec vous.")
        follow_up = opinions.open_follow_up(case)
        opinions.save_addendum(case.pk, answer, follow_up.draft_version, actor=expert)
        follow_up = opinions.prepare_addendum(case.pk, actor=expert)
        code = proof(self.walk.cast.expert.user, "sign", follow_up.rendered_sha256)
        self.walk.case = opinions.sign_addendum(case.pk, code, actor=expert)

    def _close(self) -> None:
        self.walk.move("close", self.walk.requester)

    def _expire(self) -> Case:
        from cases import tasks

        self._step(5, self._ask_information)
        for days in (80, 9, 5):
            with clock.travel(self.at + timedelta(days=days)):
                tasks.warn_expiry()
            self.at += timedelta(days=days)
        for task in self.walk.case.call_tasks.filter(done_at__isnull=True):
            with clock.travel(self.at):
                desk.close_call(task.pk, reached=True, note="Ne souhaite plus d’avis.", actor=self.walk.coordinator)
        with clock.travel(self.at):
            tasks.expire()
        return Case.objects.get(pk=self.walk.case.pk)


class _TeleLife(_Life):
    """The life of a tele-expertise: opened by a professional, attested, acknowledged by him."""

    def _open(self) -> None:
        words = self.told.words
        self.walk.open_tele(
            urgency=words["urgency"],
            motive=words["motive"],
            history=words["history"],
            treatments=words["treatments"],
            results=words.get("results", ""),
            first_opinion=words.get("first_opinion", ""),
            question=words["question"],
        )

    def _prepare(self) -> None:
        self._papers()

    def _consent(self) -> None:
        self.walk.move(
            "give_consent",
            self.walk.requester,
            **self.walk.consent_inputs(),
            means="oral",
            collected_on=paris_day(now()),
            text_handed_over=True,
        )

    def _read(self) -> None:
        super()._read()
        delivery.acknowledge_report(self.walk.case.pk, actor=self.walk.requester)
        delivery.say_patient_told(self.walk.case.pk, actor=self.walk.requester)


def load(
    password: str, *, count: int = len(PLAN) + len(TELE_PLAN), progress: Callable[[int, int], None] | None = None
) -> None:
    """Fill the database.

    Args:
        password: of every demo account that may log in.
        count: how many cases; fewer keeps the mix.
        progress: called with cases done and to do.
    """
    loader = Loader(password, now())
    plan = [("second_opinion", *row) for row in PLAN] + [("tele_expertise", *row) for row in TELE_PLAN]
    every = max(1, len(plan) // count)
    chosen = plan[::every][:count]
    for done, (kind, goal, hours) in enumerate(chosen, start=1):
        if kind == "second_opinion":
            loader.second_opinion(goal, hours)
        else:
            loader.tele_expertise(goal, hours, done % len(TELE_PLAN))
        if progress is not None:
            progress(done, len(chosen))
    loader.child_draft()
