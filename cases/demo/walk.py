"""Takes a fictitious case through its life, each step by the service a person would use: for demo data and tests."""

import hashlib
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from accounts.models import CodeChallenge, Patient, User
from audit import Actor
from cases.answers import pieces_wanted, whole
from cases.machine import perform
from cases.machine.guards import CHECKLIST
from cases.models import Case
from cases.models.case import Payment
from cases.services import billing, desk, drafting, opinions, requesting
from cases.start.prices import Fees
from clock import now
from consent.services import purposes_for
from consent.texts import current_text
from experts.models import ExpertProfile, Pathology
from experts.questionnaires.answers import visible_questions


@dataclass(frozen=True)
class Cast:
    """The people around one case.

    Args:
        requester: the patient's own user, or the professional of a tele-expertise.
    """

    patient: Patient
    patient_user: User
    requester: User
    coordinator: User
    expert: ExpertProfile


def acting(user: User, role: str, *, session: str = "demo") -> Actor:
    """This person on his own pages, with a verified session."""
    return Actor(kind="user", id=user.pk, role=role, verified=True, session=session, network="127.0.0.0/24")


def proof(user: User, purpose: str, payload: str, *, email: str = "") -> CodeChallenge:
    """A one-time code just used by this person, as the pages obtain it from `accounts.codes`."""
    return CodeChallenge.objects.create(
        purpose=purpose,
        user=user,
        email=email or user.email,
        binding=hashlib.sha256(payload.encode()).hexdigest(),
        nonce=secrets.token_bytes(16),
        sent=1,
        expires_at=now() + timedelta(minutes=10),
        used_at=now(),
    )


def calm_answer(question: Mapping[str, Any]) -> Any:
    """An answer that raises no warning sign, for a question of any type."""
    warned = set((question.get("warning") or {}).get("when", {}).get("in", []))
    kind = question["type"]
    if kind == "yesno":
        return next(value for value in ("no", "yes", "unknown") if value not in warned)
    if kind in ("choice", "multi"):
        codes = [choice["code"] for choice in question["choices"] if choice["code"] not in warned]
        code = "none" if "none" in codes else codes[0]
        return [code] if kind == "multi" else code
    if kind in ("scale", "number"):
        low = question.get("min", 0)
        high = question.get("max", 10)
        return int(low + (high - low) // 3)
    if kind == "month":
        return f"{now() - timedelta(days=120):%Y-%m}"
    if kind == "date":
        return f"{now() - timedelta(days=120):%Y-%m-%d}"
    return "06 00 00 00 00" if "phone" in question["code"] else "Réponse de démonstration"


class Walk:
    """One case and the people around it; each method is one step.

    Args:
        cast: the people.
        pathology: of the case.
    """

    def __init__(self, cast: Cast, pathology: Pathology) -> None:
        self.cast = cast
        self.pathology = pathology
        self.case: Case

    @property
    def patient(self) -> Actor:
        """The patient on his own pages."""
        return acting(self.cast.patient_user, "patient")

    @property
    def requester(self) -> Actor:
        """Who made the request."""
        return self.patient if self.case.is_second_opinion else acting(self.cast.requester, "requester")

    @property
    def coordinator(self) -> Actor:
        """The coordinating doctor at the desk."""
        return acting(self.cast.coordinator, "coordinator")

    @property
    def expert(self) -> Actor:
        """The expert on his pages."""
        return acting(self.cast.expert.user, "expert")

    def open(self, *, expert: ExpertProfile | None = None, planned: date | None = None, language: str = "fr") -> Case:
        """A patient opens a draft."""
        self.case = drafting.open_second_opinion(
            patient=self.cast.patient,
            requester=self.cast.patient_user,
            pathology=self.pathology,
            actor=acting(self.cast.patient_user, "patient"),
            eligibility={"diagnosis": "yes", "emergency": "no"},
            planned_treatment_on=planned,
            expert=expert,
            language=language,
        )
        return self.case

    def open_tele(self, *, urgency: str = "d7", expert: ExpertProfile | None = None, **texts: str) -> Case:
        """A professional opens a request about a patient of his."""
        actor = acting(self.cast.requester, "requester")
        self.case = requesting.open_tele_expertise(
            patient=self.cast.patient, requester=self.cast.requester, actor=actor, pathology=self.pathology
        )
        content = requesting.Content(
            urgency=urgency,
            question=texts.get("question", "Faut-il opérer ?"),
            motive=texts.get("motive", "Avis sur la conduite à tenir."),
            history=texts.get("history", "Antécédents sans particularité (démonstration)."),
            allergies=texts.get("allergies", "Aucune allergie connue (démonstration)."),
            treatments=texts.get("treatments", "Aucun traitement en cours (démonstration)."),
            results=texts.get("results", ""),
            first_opinion=texts.get("first_opinion", ""),
        )
        requesting.fill_request(self.case.pk, content, actor=actor)
        self.case = drafting.choose_expert(self.case.pk, expert, actor=actor)
        return self.case

    def fill(self, *, questions: Iterable[str] = ("L’opération est-elle nécessaire ?",), **answers: Any) -> Case:
        """The patient answers everything; documents that are wanted are declared unobtainable unless added before."""
        case, actor = self.case, self.requester
        # One number, in the account and in the answers, as the page proposes it.
        answers["phone"] = self.cast.patient.phone or answers.get("phone", "06 00 00 00 00")
        together = whole(case)
        for sheet in together.sheets:
            given: dict[str, Any] = {}
            for _round in range(4):
                known = {**together.answers, **given}
                for question in visible_questions(sheet.questionnaire.body, known):
                    code = question["code"]
                    if code not in given and (question.get("required") or code in answers):
                        given[code] = answers.get(code, calm_answer(question))
            for block in sheet.questionnaire.body["blocks"]:
                codes = {question["code"] for question in block["questions"]}
                own = {code: value for code, value in given.items() if code in codes}
                drafting.save_answers(case.pk, sheet.pk, block["code"], own, actor=actor, done=True)
            together.answers.update(given)
        drafting.set_questions(case.pk, list(questions), actor=actor)
        case = Case.objects.get(pk=case.pk)
        have = set(case.documents.values_list("prerequisite", flat=True))
        for piece in pieces_wanted(case):
            if piece["code"] not in have:
                drafting.declare_missing(case.pk, piece["code"], "L’hôpital ne l’a pas envoyé.", actor=actor)
        drafting.set_documents_done(case.pk, True, actor=actor)
        drafting.set_treating_doctor(case.pk, "none", None, actor=actor)
        self.case = drafting.set_reception(case.pk, "at_once", None, actor=actor)
        return self.case

    def ask_consent(self) -> Case:
        """The request is complete."""
        return self._move("request_consent", self.requester)

    def consent(self, **optional: bool) -> Case:
        """The patient accepts the act and the sharing, and what `optional` names."""
        return self._move("give_consent", self.patient, **self.consent_inputs(**optional))

    def consent_inputs(self, **optional: bool) -> dict[str, Any]:
        """Choices and the texts shown, as the consent page posts them."""
        put = purposes_for(self.case.sharing)
        return {
            "choices": {purpose: optional.get(str(purpose), index < 2) for index, purpose in enumerate(put)},
            "shown_texts": {purpose: current_text(purpose, self.case.kind).pk for purpose in put},
        }

    def check(self) -> Case:
        """The coordinator ticks the checklist, records identity and payment."""
        actor = self.coordinator
        desk.tick_checklist(self.case.pk, dict.fromkeys(CHECKLIST, True), actor=actor)
        desk.record_identity_check(self.case.pk, "identity_document", actor=actor)
        self.case = Case.objects.get(pk=self.case.pk)
        if self.case.payment == Payment.OPEN:
            self.case = billing.set_price(self.case.pk, Fees(0, 0), "Démonstration.", actor=actor)
        return self.case

    def admit(self) -> Case:
        """The coordinator admits the checked case."""
        return self._move("admit", self.coordinator)

    def propose(self) -> Case:
        """The coordinator proposes it to the expert."""
        return self._move("propose", self.coordinator, expert=self.cast.expert, why="Couvre cette maladie.")

    def accept(self) -> Case:
        """The expert accepts."""
        return self._move("accept", self.expert, no_conflict=True)

    def write(self, **fields: Any) -> Case:
        """The expert writes the opinion."""
        draft = opinions.draft_of(self.case)
        text = {
            "relevance": "accept",
            "answers": ["Réponse de démonstration."] * len(self.case.questions or []),
            "analysis": "Analyse de démonstration.",
            "divergence": "convergent",
            "divergence_on": "both",
            "to_discuss": "À revoir avec votre médecin.",
            "limits": "Sans examen clinique.",
            "summary": "Résumé de démonstration.",
            **fields,
        }
        opinions.save_draft(self.case.pk, text, draft.version, actor=self.expert)
        return self.case

    def sign(self) -> Case:
        """The expert reads again, confirms by a code, and signs."""
        draft = opinions.prepare_reading(self.case.pk, actor=self.expert)
        code = proof(self.cast.expert.user, "sign", draft.rendered_sha256)
        self.case = opinions.sign_opinion(self.case.pk, code, actor=self.expert)
        return self.case

    def deliver(self) -> Case:
        """The coordinator delivers."""
        return self._move("deliver", self.coordinator)

    def move(self, name: str, actor: Actor, **inputs: Any) -> Case:
        """Any other move."""
        return self._move(name, actor, **inputs)

    def _move(self, name: str, actor: Actor, **inputs: Any) -> Case:
        self.case = perform(name, self.case.pk, actor=actor, **inputs)
        return self.case
