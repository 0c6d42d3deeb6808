"""How each move of the rules is tried for real: the service called, what is entered, and what may be left out."""

import hashlib
import uuid
from collections.abc import Callable, Collection
from datetime import timedelta
from typing import Any
from uuid import UUID

from audit import Actor
from cases.checks import confirming_address
from cases.demo.walk import proof
from cases.machine import perform
from cases.models import Case, StopRequest
from cases.opinions.sign import Signed
from cases.services import desk, opinions
from cases.services.opinions import SignedBytes
from clock import now
from consent.services import purposes_for
from consent.texts import current_text
from tests.cases.machine.company import Company
from tests.cases.machine.rules import Who
from ui.dates import paris_day
from vault.files import write_file

MOTIVE = "Motif écrit en plus de vingt signes."


class Attempts:
    """Tries moves on one case.

    Args:
        company: the people.
        case_id: the case.
    """

    def __init__(self, company: Company, case_id: UUID) -> None:
        self.company = company
        self.case_id = case_id

    @property
    def case(self) -> Case:
        """The case as it is now, nothing of it remembered."""
        return Case.objects.select_related("assigned_expert__user", "patient").get(pk=self.case_id)

    def make(
        self, move: str, who: Who, *, without: Collection[str] = (), expert: Any = None, bare: bool = False
    ) -> Case:
        """Try a move; what the product answers comes back or is raised.

        Args:
            who: the relation of whoever tries.
            without: names of inputs of the rules that he leaves out.
            expert: whom a proposal names; the expert of the world when not given.
            bare: a signature is tried by the move alone, past what the services check before it.
        """
        case = self.case
        actor = self.company.actor(who, case)
        if move in ("sign", "answer_follow_up") and not bare:
            return self._sign(move, case, actor, set(without))
        if bare:
            inputs = self.forged(case, actor)
            return perform(move, case.pk, actor=actor, **inputs | ({"proof": None} if "code" in without else {}))
        if move == "stop" and "second_person" not in without:
            self.ask_stop(case)
        inputs = self.inputs(move, case, actor, set(without), expert)
        for name in without:
            if name.startswith("wrong "):
                _kind, what, number = name.split()
                inputs |= WRONG[move][what][int(number)]()
        return perform(move, case.pk, actor=actor, **inputs)

    def inputs(
        self, move: str, case: Case, actor: Actor, without: Collection[str] = (), expert: Any = None
    ) -> dict[str, Any]:
        """What the pages enter for this move."""
        make: Callable[..., dict[str, Any]] | None = getattr(self, f"_{move}", None)
        if make is not None:
            return make(case, actor, set(without), expert)
        return {} if move not in _SIMPLE else {k: v for n, (k, v) in _SIMPLE[move].items() if n not in without}

    def ask_stop(self, case: Case) -> None:
        """A second person of the service asks first; whatever the state, so that the state alone refuses."""
        StopRequest.objects.get_or_create(
            case=case,
            settled_at=None,
            defaults={
                "content_key_id": case.content_key_id,
                "code": desk.STOP_REASONS[1],
                "motive": MOTIVE,
                "asked_by": self.company.second_coordinator,
            },
        )

    def _give_consent(self, case: Case, actor: Actor, without: set[str], _expert: Any) -> dict[str, Any]:
        put = purposes_for(case.sharing)
        refused = {name for name, purpose in zip(("act", "sharing"), put, strict=False) if name in without}
        chosen = {p: i < 2 and ("act", "sharing")[i] not in refused for i, p in enumerate(put)}
        shown = {} if "evidence" in without else {p: current_text(p, case.kind).pk for p in put}
        inputs: dict[str, Any] = {"choices": chosen, "shown_texts": shown}
        if actor.role == "requester":
            stated = {
                "date": ("collected_on", now().date()),
                "means": ("means", "oral"),
                "text_handed_over": ("text_handed_over", True),
            }
            inputs |= {key: value for name, (key, value) in stated.items() if name not in without}
        if actor.role == "care_coordinator":
            address = confirming_address(case) or "nobody@test.test"
            code = proof(self.company.users[Who.CARE_COORDINATOR], "consent", str(case.pk), email=address)
            inputs |= {"means": "phone_code", "proof": None if "code" in without else code}
        return inputs

    def _provide_information(self, case: Case, _actor: Actor, without: set[str], _expert: Any) -> dict[str, Any]:
        asked = case.information_requests.filter(closed_at__isnull=True).first()
        if "answers" in without:
            return {}
        return {"item_answers": dict.fromkeys(asked.items if asked else ["?"], "Je ne peux pas l’obtenir.")}

    def _propose(self, case: Case, _actor: Actor, without: set[str], expert: Any) -> dict[str, Any]:
        return {} if "expert" in without else {"expert": expert or self.company.world.expert, "why": "Couvre."}

    def _hold(self, _case: Case, _actor: Actor, without: set[str], _expert: Any) -> dict[str, Any]:
        given = {"told": ("told", MOTIVE), "review_by": ("review_on", paris_day(now()) + timedelta(days=7))}
        return {key: value for name, (key, value) in given.items() if name not in without}

    def _withdraw(self, _case: Case, actor: Actor, without: set[str], _expert: Any) -> dict[str, Any]:
        recorded = actor.role == "coordinator" and "recorded_word" not in without
        return {"patient_word": "Elle l’a dit au téléphone, le 3 mars."} if recorded else {}

    def _override(self, case: Case, actor: Actor, without: set[str], _expert: Any) -> dict[str, Any]:
        user = next((u for u in self.company.users.values() if u.pk == actor.id), None)
        code = proof(user, "override", str(case.pk)) if user is not None and "code" not in without else None
        return {"proof": code} | ({} if "motive" in without else {"motive": MOTIVE})

    # --- signatures: the way of the pages for the one who may, the bare move for everybody else

    def _sign(self, move: str, case: Case, actor: Actor, without: set[str]) -> Case:
        mine = case.assigned_expert is not None and case.assigned_expert.user_id == actor.id and actor.role == "expert"
        if move == "sign" and mine and case.state == "in_review":
            draft = opinions.prepare_reading(case.pk, actor=actor)
            return opinions.sign_opinion(case.pk, self._code(case, actor, draft.rendered_sha256, without), actor=actor)
        if move == "answer_follow_up" and mine and case.state == "follow_up":
            return self._answer(case, actor, without)
        return perform(move, case.pk, actor=actor, **self.forged(case, actor))

    def _answer(self, case: Case, actor: Actor, without: set[str]) -> Case:
        follow_up = opinions.open_follow_up(case)
        words = "" if "addendum" in without else "Oui, en gardant votre traitement avec vous."
        opinions.save_addendum(case.pk, words, follow_up.draft_version, actor=actor)
        follow_up = opinions.prepare_addendum(case.pk, actor=actor)
        code = self._code(case, actor, follow_up.rendered_sha256, without)
        return opinions.sign_addendum(case.pk, code, actor=actor)

    def _code(self, case: Case, actor: Actor, payload: str, without: set[str]) -> Any:
        if "code" in without or case.assigned_expert is None:
            return None
        return proof(case.assigned_expert.user, "sign", payload)

    def forged(self, case: Case, actor: Actor) -> dict[str, Any]:
        """Everything a signature needs, put together by hand past the pages, with a code of one's own."""
        draft, source = None, uuid.uuid4().hex * 2
        if case.assignments.filter(ended_at__isnull=True, draft__isnull=False).exists():
            draft = opinions.draft_of(case)
            if not draft.rendered_sha256:
                draft.rendered_sha256, draft.rendered_version = source, draft.version
                draft.save()
            source = draft.rendered_sha256
        stored = write_file(case.content_key, [BLANK_PDF], media_type="application/pdf")
        signed = SignedBytes(
            file_id=stored.pk,
            source_sha256=source,
            sha256=hashlib.sha256(BLANK_PDF).hexdigest(),
            level="B-B",
            verification_hash=uuid.uuid4().hex * 2,
            content={"answer": "Oui."},
        )
        people = [*self.company.users.values(), *([case.assigned_expert.user] if case.assigned_expert else [])]
        user = next((user for user in people if user.pk == actor.id), None)
        return {"signed": signed, "draft": draft, "proof": proof(user, "sign", source) if user is not None else None}


#: name of the input in the rules → (name in the code, what is entered)
_SIMPLE: dict[str, dict[str, tuple[str, Any]]] = {
    "request_information": {"message": ("message", MOTIVE), "items": ("items", ["Le compte rendu", "Les doses"])},
    "decline": {
        "motive": ("motive", MOTIVE),
        "explanation": ("explanation", "Le diagnostic n’est pas posé."),
        "instead": ("instead", "Voyez un spécialiste près de chez vous."),
    },
    "accept": {"no_conflict": ("no_conflict", True)},
    "decline_assignment": {"reason": ("reason_code", "no_time")},
    "hand_back": {"reason": ("reason_code", "competence")},
    "ask_question": {"question": ("text", "Depuis quand ?")},
    "answer_question": {"answer": ("answer", "Depuis mars.")},
    "retract": {"reason": ("reason", MOTIVE)},
    "return_to_expert": {"reason": ("reason", MOTIVE)},
    "ask_follow_up": {"question": ("question", "Puis-je voyager ?")},
    "reassign": {"motive": ("motive", MOTIVE)},
}


#: move → input of the rules → what somebody enters who does not do as he is told
WRONG: dict[str, dict[str, tuple[Callable[[], dict[str, Any]], ...]]] = {
    "accept": {"no_conflict": (lambda: {"no_conflict": False}, lambda: {"no_conflict": "no"})},
    "ask_question": {"question": (lambda: {"text": "  "},)},
    "decline_assignment": {"reason": (lambda: {"reason_code": "because"},)},
    "give_consent": {
        "date": (lambda: {"collected_on": paris_day(now()) + timedelta(days=1)},),
        "means": (lambda: {"means": "telepathy"},),
        "text_handed_over": (lambda: {"text_handed_over": "yes"},),
    },
    "hand_back": {"reason": (lambda: {"reason_code": "because"},)},
    "hold": {
        "review_by": (
            lambda: {"review_on": paris_day(now()) + timedelta(days=15)},
            lambda: {"review_on": paris_day(now()) - timedelta(days=1)},
        ),
        "told": (lambda: {"told": "\n "},),
    },
    "override": {"motive": (lambda: {"motive": "dix-neuf caractères"},)},
    "provide_information": {"answers": (lambda: {"item_answers": {"Le compte rendu": "Oui"}},)},
    "request_information": {"items": (lambda: {"items": [" "]},)},
    "withdraw": {"recorded_word": (lambda: {"patient_word": "oui"},)},
}


def _blank_pdf() -> bytes:
    """A PDF of one empty page: what the printer is replaced by where a test is not about the paper."""
    objects = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<<>>>>",
    )
    body, places = b"%PDF-1.7\n", []
    for number, content in enumerate(objects, start=1):
        places.append(len(body))
        body += b"%d 0 obj%s endobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    start = len(body)
    body += b"xref\n0 4\n0000000000 65535 f \n" + table
    return body + b"trailer<</Size 4/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % start


BLANK_PDF = _blank_pdf()


def blank_sheet(content: Any) -> Any:
    """Stands in for `render_opinion`: the same checks, no printer; each paper differs."""
    from cases.opinions.content import refuse_unprintable
    from cases.opinions.render import Rendered

    refuse_unprintable(content)
    # A comment before the objects would move them; the end of a file takes one.
    pdf = BLANK_PDF + f"%{uuid.uuid4().hex}\n".encode()
    return Rendered(pdf=pdf, replaced=[], sha256=hashlib.sha256(pdf).hexdigest())


def quick_seal(pdf: bytes, _signer: Any, *, reason: str, location: str) -> Signed:
    """Stands in for `sign_pdf` in long searches: other bytes, no cryptography."""
    sealed = pdf + f"% sealed {reason} {location}\n".encode()
    return Signed(pdf=sealed, sha256=hashlib.sha256(sealed).hexdigest(), level="B-B")
