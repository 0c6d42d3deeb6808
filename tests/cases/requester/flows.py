"""What a professional types and presses, page by page, as his browser sends it."""

import re
from datetime import date
from typing import Any
from uuid import uuid4

from django.test import Client
from django.urls import reverse

from accounts.invitations import code_to_mail
from accounts.models import Invitation
from cases.models import Case
from cases.models.case import Kind
from clock import now
from consent.texts import current_text
from notify.models import OutgoingMail
from tests.accounts.logins import PASSWORD, last_code

QUESTION = {
    "urgency": "d7",
    "question": "Faut-il opérer cette hernie avant la reprise du travail ?",
    "pathology": "hernie discale lombaire",
    "motive": "Sciatique L5 depuis quatre mois, échec du traitement médical.",
    "planned_on": "",
}
PATIENT = {
    "birth_name": "Martin",
    "birth_first_names": "Anne Marie",
    "used_name": "Durand",
    "used_first_name": "",
    "birth_date": "4/11/1962",
    "sex": "F",
    "birth_place_code": "69123",
    "phone": "06 12 34 56 78",
    "email": "anne.martin@example.org",
}
FILE = {
    "history": "Hypertension. Pas d’opération.",
    "allergies": "Aucune connue.",
    "treatments": "Amlodipine 5 mg par jour.",
    "results": "IRM : hernie L4-L5 gauche.",
    "first_opinion": "",
    "first_opinion_doctor": "",
    "first_opinion_department": "",
    "treating_doctor": "",
    "emergency_name": "",
    "emergency_phone": "",
    "trusted_person": "",
}


def at(name: str, case: Case | None = None, *more: Any) -> str:
    """The address of a page of the space."""
    return reverse(f"requester:{name}", args=[case.pk, *more] if case is not None else [])


def fresh(case: Case) -> Case:
    """The case as it is stored now."""
    return Case.objects.get(pk=case.pk)


def first_page(**changed: Any) -> dict[str, Any]:
    """Everything the first page of a new request posts."""
    notice = current_text("draft_notice", Kind.TELE_EXPERTISE)
    typed = {**QUESTION, **PATIENT, "agree": "on", "shown_text": str(notice.pk), "draft_id": str(uuid4())}
    return {**typed, **changed}


def open_draft(client: Client, **changed: Any) -> Case:
    """A draft, by its first page."""
    typed = first_page(**changed)
    answer = client.post(at("new"), typed)
    assert answer.status_code == 302, said(answer)
    return Case.objects.get(pk=typed["draft_id"])


def prepare(client: Client, *, expert: str = "service", first: dict[str, Any] | None = None, **file: Any) -> Case:
    """A request ready for the agreement: question, patient, file, expert."""
    case = open_draft(client, **(first or {}))
    answer = client.post(at("prepare_file", case), {**FILE, **file})
    assert answer.status_code == 302, said(answer)
    assert answer.url == at("prepare_check", case)
    answer = client.post(at("prepare_check", case), {"expert": expert})
    assert answer.status_code == 302, said(answer)
    assert answer.url == at("consent", case)
    return fresh(case)


def attestation(client: Client, case: Case, **changed: Any) -> dict[str, Any]:
    """What the page of the agreement posts when every box is ticked; the ids of the texts are those it shows."""
    page = client.get(at("consent", case)).content.decode()
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+_text)" value="([0-9a-f-]+)"', page))
    ticked = {name.removesuffix("_text"): "on" for name in hidden}
    typed = {"text_handed_over": "on", "collected_on": f"{now():%d/%m/%Y}", "means": "oral"}
    return {**typed, **hidden, **ticked, **changed}


def attest(client: Client, case: Case, **changed: Any) -> Any:
    """State the agreement, and send."""
    return client.post(at("attest", case), attestation(client, case, **changed))


def said(answer: Any) -> str:
    """The words of a page, to show when a test fails."""
    return re.sub(r"<[^>]+>|\s+", " ", answer.content.decode())[-3000:]


# --- the invited patient


def invitation_of(case: Case) -> Invitation:
    """The last invitation of a case."""
    return Invitation.objects.filter(target_id=case.pk).latest("created_at")


def code_in_mail(case: Case) -> str:
    """The code as the mail shows it; there is such a mail."""
    invitation = invitation_of(case)
    assert OutgoingMail.objects.filter(template="account.invitation", email=invitation.email).exists()
    return code_to_mail(invitation.id, issue=invitation.issued)


def open_invitation(client: Client, case: Case, *, code: str = "", born: str = "4/11/1962") -> Any:
    """Type code and date of birth."""
    return client.post(reverse("accounts:invitation"), {"code": code or code_in_mail(case), "birth_date": born})


def sign_up_as_patient(client: Client, email: str, name: str = "Anne Durand") -> None:
    """An account of one's own, through the pages."""
    typed = {"full_name": name, "email": email, "password": PASSWORD, "language": "fr", "terms": "on"}
    client.post(reverse("accounts:sign_up"), {**typed, "next": reverse("accounts:invitation_next")})
    answer = client.post(reverse("accounts:sign_up_code"), {"code": last_code(email)})
    assert answer.status_code == 302, said(answer)


def accept_texts(client: Client, case: Case, **changed: Any) -> Any:
    """The patient's own page of agreements, the required ones ticked."""
    address = reverse("patient:prepare_consents", args=[case.pk])
    page = client.get(address).content.decode()
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+_text)" value="([0-9a-f-]+)"', page))
    assert hidden, page[-2000:]
    needed = {name.removesuffix("_text"): "on" for name in hidden if name.startswith(("act_", "sharing_"))}
    return client.post(address, {**hidden, **needed, **changed})


BORN = date(1962, 11, 4)
