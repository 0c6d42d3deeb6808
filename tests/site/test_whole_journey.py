"""Two whole lives in a real browser, as people live them: each role in its own browser, logged in with the mailed code.

The jobs are run by the worker's own code, in a thread; mail is read as it was sent. PostgreSQL only, as the browser is.
"""

import io
import re
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
from django.core import mail
from django.urls import reverse
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from accounts.roles import needs_undertaking
from accounts.undertakings import accept
from audit import Actor
from cases.answers import whole
from cases.demo.walk import calm_answer
from cases.models import Case, Document
from cases.models.states import State
from jobs.worker import Worker
from tests.cases.requester import flows
from tests.cases.world import PASSWORD, World, make_world
from tests.harness.browser import Watch
from tests.opinions.validators import assert_signed, text_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 800}
ADDRESS = "camille.renaud@example.org"
IDENTITY = {
    "birth_name": "Renaud",
    "birth_first_names": "Camille",
    "birth_date": "17/05/1980",
    "birth_place_code": "69123",
    "phone": "06 12 34 56 78",
}
OPINION = {
    "relevance_reason": "Les pièces suffisent.",
    "analysis": "Hernie L4-L5 gauche, sans déficit.",
    "to_discuss": "La reprise du travail.",
    "limits": "Sans examen clinique.",
    "summary": "L’opération peut attendre.",
}
#: What is awaited comes within this, in milliseconds, on a busy machine too.
PATIENCE = 20_000


@pytest.fixture
def world(transactional_db: None) -> World:
    return make_world()


@pytest.fixture
def worker(world: World, live_server: LiveServer) -> Iterator[None]:
    """The worker, as `manage.py worker` runs it, in a thread of this process."""
    del world, live_server
    at_work = Worker(clock=False)
    thread = threading.Thread(target=at_work.run, name="worker")
    thread.start()
    yield
    at_work.stop()
    thread.join(30)
    assert not thread.is_alive()


@dataclass
class Someone:
    """A person at her own browser.

    Args:
        origin: address of the site.
        email: where her codes go.
    """

    page: Page
    origin: str
    email: str
    _read: int = field(default=0)

    def go(self, name: str, *args: object) -> None:
        """Open a page by its name."""
        answer = self.page.goto(self.origin + reverse(name, args=args))
        assert answer is not None
        assert answer.status == 200, self.page.url

    def press(self, words: str) -> None:
        """Press the button, or follow the link, that says this."""
        one = self.page.locator("main :is(button, a.button)").filter(has_text=words).first
        one.click()
        self.page.wait_for_load_state()

    def send(self, name: str) -> None:
        """Press the main button of the form that has this field."""
        self.page.locator(f"main form:has([name={name}]) button:not(.link-button)").first.click()
        self.page.wait_for_load_state()

    def type(self, **texts: str) -> None:
        """Fill in fields by their names."""
        for name, text in texts.items():
            self.page.locator(f"main [name={name}]").fill(text)

    def tick(self, **values: str) -> None:
        """Choose options, or tick boxes (`on`)."""
        for name, value in values.items():
            box = f"main input[name={name}]" + ("" if value == "on" else f"[value='{value}']")
            self.page.locator(box).check()

    def code(self, pattern: str = r"\b(\d{3})\s?(\d{3})\b") -> str:
        """The code in the next mail to this person, once the worker has sent it."""
        end = time.monotonic() + PATIENCE / 1000
        while time.monotonic() < end:
            mine = [message for message in mail.outbox if message.to == [self.email]]
            for number in range(self._read, len(mine)):
                found = re.search(pattern, str(mine[number].body))
                if found:
                    self._read = number + 1
                    return "".join(found.groups())
            time.sleep(0.1)
        raise AssertionError(f"no code was mailed to {self.email}: {[m.subject for m in mail.outbox]}")

    def log_in(self) -> None:
        """Password, then the mailed code."""
        self.go("accounts:login")
        self.page.fill("[name='auth-username']", self.email)
        self.page.fill("[name='auth-password']", PASSWORD)
        self.page.keyboard.press("Enter")
        field = self.page.locator("input[autocomplete=one-time-code]")
        field.wait_for()
        field.fill(self.code())
        self.page.keyboard.press("Enter")
        self.page.wait_for_url(lambda url: "/connexion/" not in url)

    def sees(self, *words: str) -> None:
        """The page says this."""
        for word in words:
            expect(self.page.locator("main")).to_contain_text(word, timeout=PATIENCE)

    def downloads(self, link: str) -> bytes:
        """What a link leads to, with this person's session."""
        address = self.page.locator(f"main a[href*='{link}']").first.get_attribute("href")
        answer = self.page.request.get(f"{self.origin}{address}")
        assert answer.status == 200
        return answer.body()


class Room:
    """Opens a browser of its own for each person."""

    def __init__(self, browser: Browser, watch: Watch, live_server: LiveServer) -> None:
        self.browser, self.watch, self.origin = browser, watch, live_server.url
        self.contexts: list[BrowserContext] = []

    def enter(self, email: str, *, size: dict[str, int] = DESK, scripts: bool = True) -> Someone:
        """A person who has not logged in."""
        context = self.browser.new_context(
            locale="fr-FR",
            timezone_id="Europe/Paris",
            viewport=size,  # type: ignore[arg-type]
            java_script_enabled=scripts,
        )
        context.set_default_timeout(PATIENCE)
        context.on("page", self.watch.follow)
        self.contexts.append(context)
        return Someone(context.new_page(), self.origin, email)

    def staff(self, user: User, *, scripts: bool = True) -> Someone:
        """Somebody who has an account, logged in."""
        if needs_undertaking(user):
            accept(user, "fr", actor=Actor(kind="user", id=user.pk, role="account"))
        someone = self.enter(user.email, scripts=scripts)
        someone.log_in()
        return someone


@pytest.fixture
def room(browser: Browser, watch: Watch, live_server: LiveServer, worker: None) -> Iterator[Room]:
    room = Room(browser, watch, live_server)
    yield room
    for context in room.contexts:
        context.close()


def until(true: Callable[[], bool]) -> None:
    """Wait for what a job does."""
    end = time.monotonic() + PATIENCE / 1000
    while not true():
        assert time.monotonic() < end, "the worker did not do it in time"
        time.sleep(0.1)


def fresh(case: Case) -> Case:
    return Case.objects.get(pk=case.pk)


def photo() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (600, 800), "white").save(out, "JPEG")
    return out.getvalue()


# --- the patient's way to a request


def sign_up(someone: Someone, name: str) -> None:
    """An account of one's own, on the page that asks for it."""
    someone.type(full_name=name, email=someone.email, password=PASSWORD)
    someone.tick(terms="on")
    someone.send("password")
    someone.type(code=someone.code())
    someone.send("code")


def begin(patient: Someone, world: World) -> Case:
    """From the first click to a draft: eligibility, disease, account, notice, identity."""
    patient.page.goto(f"{patient.origin}/")
    patient.press("Vérifier si mon cas s’y prête")
    patient.press("Commencer")
    for name, value in (("emergency", "no"), ("diagnosis", "yes"), ("whom", "self")):
        patient.tick(**{name: value})
        patient.press("Continuer")
    patient.press("Continuer")
    patient.tick(language="fr")
    patient.press("Continuer")
    patient.type(q="herni lombaire")
    patient.press("Rechercher")
    patient.tick(pathology=world.pathology.code)
    patient.press("Continuer")
    patient.press("Ouvrir un compte")
    sign_up(patient, "Camille Renaud")
    patient.tick(agree="on")
    patient.send("agree")
    patient.type(**IDENTITY)
    patient.tick(sex="F")
    patient.send("birth_name")
    patient.page.wait_for_url("**/preparer/**")
    return Case.objects.get(patient__birth_name="Renaud", patient__email=ADDRESS)


def fill_in(patient: Someone, case: Case) -> None:
    """Everything the task list asks for, each page as it comes."""
    page = patient.page
    for _step in range(60):
        place = page.url.split("/preparer/", 1)[-1]
        if place.startswith("relire"):
            return
        if place == "":
            patient.page.locator("main a.button").first.click()
        elif place.startswith("questions/"):
            answer_block(patient, case)
        elif place.startswith("documents/"):
            bring_documents(patient, case)
        elif place.startswith("mes-questions"):
            patient.type(question_1="Faut-il m’opérer ?", question_2="Puis-je attendre trois mois ?")
            patient.press("Continuer")
        elif place.startswith("expert"):
            patient.tick(expert="service")
            patient.press("Continuer")
        elif place.startswith("medecin-traitant"):
            patient.tick(choice="none")
            patient.press("Continuer")
        elif place.startswith("reception"):
            patient.tick(reception="at_once")
            patient.press("Continuer")
        else:
            raise AssertionError(page.url)
        page.wait_for_load_state()
    raise AssertionError(f"the request is never complete: {page.url}")


def answer_block(patient: Someone, case: Case) -> None:
    """One subject of the questionnaire: what the page asks for, answered calmly."""
    page, before = patient.page, patient.page.url
    together = whole(fresh(case))
    questions = {question["code"]: question for block in together.body["blocks"] for question in block["questions"]}
    for _round in range(4):
        names = page.locator("main form [name]").evaluate_all("all => [...new Set(all.map(one => one.name))]")
        for name in names:
            question = questions.get(name)
            if question is None or not question.get("required"):
                continue
            answer = calm_answer(question)
            if question["type"] == "month":
                page.locator(f"main [name={name}]").fill(f"{answer[5:]}/{answer[:4]}")
            elif question["type"] == "date":
                page.locator(f"main [name={name}]").fill(f"{answer[8:]}/{answer[5:7]}/{answer[:4]}")
            elif page.locator(f"main input[name={name}]:is([type=radio], [type=checkbox])").count():
                for value in answer if isinstance(answer, list) else [answer]:
                    page.locator(f"main input[name={name}][value='{value}']").check()
            else:
                page.locator(f"main [name={name}]").fill(str(answer))
        patient.press("Continuer")
        if page.url != before:
            return
    raise AssertionError(f"{page.url}: {page.locator('.error-summary').inner_text()}")


def bring_documents(patient: Someone, case: Case) -> None:
    """The first document is photographed, the others cannot be obtained."""
    page = patient.page
    brought = False
    for _piece in range(12):
        missing = page.locator("main a[href*='/documents/manque/']")
        if not missing.count():
            break
        if not brought:
            page.locator("main .card-you a.button[href*='/documents/ajouter/']").first.click()
            page.set_input_files("[name=file]", [{"name": "a.jpg", "mimeType": "image/jpeg", "buffer": photo()}])
            patient.press("Ajouter ce document")
            page.wait_for_url("**/preparer/documents/")
            brought = True
            continue
        missing.first.click()
        page.locator("main input[name=why]").first.check()
        patient.press("Continuer sans ce document")
        page.wait_for_url("**/preparer/documents/")
    patient.press("Tout est là")


# --- what the service and the expert do


def admit(desk: Someone, case: Case, *, expert_name: str = "") -> None:
    """Checks, admission, choice of the expert."""
    desk.go("desk:case", case.pk)
    for name in ("answers_read", "documents_read", "questions_clear", "scope_fits"):
        desk.tick(**{name: "on"})
    desk.press("Enregistrer la liste")
    desk.page.locator("main [name=means]").select_option("identity_document")
    desk.page.locator("main form[action$='/identite/'] button").click()
    if desk.page.locator("main form[action$='/reglement/']").count():
        desk.tick(payment="waived")
        desk.page.locator("main form[action$='/reglement/'] button").click()
    desk.press("Admettre le dossier")
    desk.press("Admettre le dossier")
    desk.press("Choisir l’expert")
    desk.page.locator("main section, main .card").filter(has_text=expert_name).locator("a.button").first.click()
    desk.press("Proposer le dossier")


def accept_and_write(expert: Someone, case: Case) -> None:
    """Accept a proposed case and write the opinion; it is saved without a click."""
    expert.go("expert:home")
    expert.page.locator(f"main a[href*='{case.pk}']").first.click()
    expert.tick(no_conflict="on")
    expert.press("Accepter le dossier")
    page = expert.page
    expert.sees("Mon avis")
    expert.tick(relevance="accept")
    for name, text in OPINION.items():
        page.locator(f"main [name={name}]").fill(text)
    for number in range(page.locator("main textarea[name^=answer_]").count()):
        page.locator("main textarea[name^=answer_]").nth(number).fill("Non, pas dans l’immédiat.")
    page.locator("main [name=divergence]").select_option("convergent")
    page.locator("main [name=divergence_on]").select_option("both")


def sign(expert: Someone, words: str = "Signer l’avis") -> None:
    """Read the exact paper again, ask for a code, sign."""
    expert.press("Relire et signer")
    assert expert.downloads("/pdf/").startswith(b"%PDF-")
    expert.press("M’envoyer un code")
    expert.page.locator("main [name=code]").fill(expert.code())
    expert.press(words)


def deliver(desk: Someone, case: Case) -> None:
    """Look at the signed opinion, and deliver it."""
    desk.go("desk:opinion", case.pk)
    desk.press("Remettre l’avis")
    desk.press("Remettre l’avis")
    assert fresh(case).state == State.DELIVERED


# --- the two lives


@pytest.mark.behaviour("S0-09")
@pytest.mark.behaviour("S1-06")
@pytest.mark.behaviour("S1-15")
@pytest.mark.behaviour("S1-22")
@pytest.mark.behaviour("S2-01")
@pytest.mark.behaviour("S2-06")
@pytest.mark.behaviour("S2-11")
@pytest.mark.behaviour("S2-12")
@pytest.mark.behaviour("S3-15")
def test_a_second_opinion_from_the_first_click_to_the_follow_up_on_a_phone(room: Room, world: World) -> None:
    patient = room.enter(ADDRESS, size=PHONE)
    case = begin(patient, world)
    fill_in(patient, case)
    patient.page.locator("main form[action$='/relire/complet/'] button").click()
    for purpose in ("act", "sharing_delegated"):
        patient.tick(**{purpose: "on"})
    patient.press("Donner mes accords et envoyer")
    patient.page.wait_for_url("**/envoye/")
    assert fresh(case).state == State.SUBMITTED
    until(lambda: Document.objects.filter(case=case, status="ready").exists())

    desk = room.staff(world.coordinator)
    admit(desk, case, expert_name=world.expert.name)
    assert fresh(case).state == State.PROPOSED

    # On a phone one can say state, who acts, until when.
    patient.go("patient:case", case.pk)
    patient.sees("a été sollicité", "Qui agit", world.expert.name, "au plus tard")

    expert = room.staff(world.expert.user)
    accept_and_write(expert, case)
    sign(expert)
    assert fresh(case).state == State.SIGNED

    deliver(desk, case)
    patient.go("patient:case", case.pk)
    patient.press("L’ouvrir quand je suis prêt")
    patient.press("Ouvrir l’avis")
    patient.sees("L’opération peut attendre.", "Non, pas dans l’immédiat.")
    pdf = patient.downloads("/fichier/")
    assert_signed(pdf, world.expert.user.get_full_name())
    assert "Camille Renaud" in text_of(pdf)
    assert patient.page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]

    patient.press("Poser ma question complémentaire")
    patient.type(question="Puis-je reprendre le vélo ?")
    patient.press("Relire ma question")
    patient.press("Envoyer ma question")
    expert.go("expert:home")
    expert.page.locator(f"main a[href*='{case.pk}']").first.click()
    expert.sees("Puis-je reprendre le vélo ?")
    expert.type(answer="Oui, sans forcer.")
    sign(expert, "Signer la réponse")
    assert fresh(case).state == State.DELIVERED
    patient.go("patient:opinion", case.pk)
    patient.sees("Oui, sans forcer.")
    assert_signed(patient.downloads("/fichier/"), world.expert.user.get_full_name())

    # Nobody read or did anything unseen.
    patient.go("patient:seen", case.pk)
    patient.sees(world.coordinator.get_full_name(), world.expert.user.get_full_name())


@pytest.mark.behaviour("S1-12")
@pytest.mark.behaviour("S1-14")
@pytest.mark.behaviour("S2-02")
@pytest.mark.behaviour("S2-03")
@pytest.mark.behaviour("S2-06")
@pytest.mark.behaviour("S3-24")
def test_a_tele_expertise_from_the_invitation_to_the_acknowledged_report_without_scripts(
    room: Room, world: World
) -> None:
    doctor = room.staff(world.requester, scripts=False)
    doctor.go("requester:home")
    doctor.page.locator("main a[href$='/requerant/nouvelle/']").first.click()
    texts = {**flows.QUESTION, **flows.PATIENT}
    doctor.tick(urgency=texts.pop("urgency"), sex=texts.pop("sex"), agree="on")
    doctor.type(**texts)
    doctor.press("Continuer")
    case = Case.objects.get(requester=world.requester)
    doctor.type(**{name: text for name, text in flows.FILE.items() if text})
    doctor.press("Continuer")
    doctor.tick(expert=str(world.expert.pk))
    doctor.press("Continuer")
    doctor.press("Demander au patient")
    assert fresh(case).state == State.AWAITING_CONSENT

    patient = room.enter(flows.PATIENT["email"], scripts=False)
    patient.go("accounts:invitation")
    patient.type(code=patient.code(r"\b([0-9A-Z]{4})[ -]([0-9A-Z]{4})[ -]([0-9A-Z]{4})\b"))
    patient.type(birth_date=flows.PATIENT["birth_date"])
    patient.press("Continuer")
    patient.sees(world.requester.get_full_name(), world.expert.name)
    patient.press("Ouvrir un compte")
    sign_up(patient, "Anne Durand")
    patient.page.locator("main button[value=accept]").click()
    for purpose in ("act", "sharing_named"):
        patient.tick(**{purpose: "on"})
    patient.press("J’accepte")
    # It names its expert and is complete: the service places it by itself.
    until(lambda: fresh(case).state == State.PROPOSED)

    expert = room.staff(world.expert.user, scripts=False)
    accept_and_write(expert, case)
    sign(expert)
    desk = room.staff(world.coordinator, scripts=False)
    deliver(desk, case)

    # The professional has it first.
    patient.go("patient:case", case.pk)
    patient.sees("Votre médecin a le compte rendu")
    doctor.go("requester:case", case.pk)
    doctor.press("Lire le compte rendu")
    doctor.sees("Non, pas dans l’immédiat.")
    assert_signed(doctor.downloads("/fichier/"), world.expert.user.get_full_name())
    doctor.press("J’accuse réception")
    doctor.press("J’ai informé mon patient")
    doctor.press("J’ai informé mon patient")
    case = fresh(case)
    assert case.requester_acknowledged_at
    assert case.patient_told_at
    patient.go("patient:opinion", case.pk)
    patient.sees("L’opération peut attendre.")
