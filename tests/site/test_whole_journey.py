"""Two whole lives in a real browser, as people live them: each role in its own, logged in with the mailed code."""

import io

import pytest
from PIL import Image

from cases.answers import whole
from cases.demo.walk import calm_answer
from cases.models import Case, Document
from cases.models.states import State
from tests.cases.requester import flows
from tests.cases.world import PASSWORD, World
from tests.opinions.validators import assert_signed, text_of
from tests.site.room import PHONE, Room, Someone, until

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

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
