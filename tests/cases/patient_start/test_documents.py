"""Documents: wanted and why, received without a clear byte, recognised, described, withdrawn, not to be obtained."""

import io
from collections.abc import Callable, Iterator
from typing import Any

import pikepdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image, ImageDraw

from cases.models import Document
from cases.services import drafting
from cases.tasks import check_document
from tests.cases import world as people
from tests.cases.clients import verified_client
from tests.cases.patient_start.conftest import Desk
from tests.cases.patient_start.forms import form_with, send, words_of
from tests.vault import samples
from vault.models import StoredFile

pytestmark = pytest.mark.django_db


def picture(words: str = "Page 1", kind: str = "JPEG") -> bytes:
    """A made-up page."""
    image = Image.new("RGB", (300, 400), "white")
    ImageDraw.Draw(image).text((20, 20), words, fill="black")
    out = io.BytesIO()
    image.save(out, kind)
    return out.getvalue()


def upload(
    desk: Desk, *files: tuple[str, bytes], to: str = "documents/ajouter/", client: Client | None = None, **values: str
) -> Any:
    """Send the form as a browser does: fields first, then the files."""
    client = client or desk.client
    data = {**form_with(client.get(desk.url(to)), "type")["values"], **values}
    data["file"] = [SimpleUploadedFile(name, content) for name, content in files]
    return client.post(desk.url(to), data)


def pdf() -> bytes:
    return picture(kind="PDF")


@pytest.fixture(autouse=True)
def no_orphans() -> Iterator[None]:
    """Whatever a test refuses leaves no file behind."""
    yield
    pointed = set(Document.objects.values_list("file_id", flat=True))
    assert set(StoredFile.objects.values_list("pk", flat=True)) <= pointed


def test_each_wanted_document_says_why_and_whether_it_waits(draft: Desk) -> None:
    words = words_of(draft.client.get(draft.url("documents/")))
    assert "Images of the lumbar MRI (or CT)" in words
    assert "The expert looks at the herniation" in words
    assert words.count("I cannot obtain it") == 3


@pytest.mark.behaviour("S1-04")
@pytest.mark.behaviour("S1-08")
def test_a_document_keeps_type_date_author_note_and_origin(draft: Desk) -> None:
    answer = upload(
        draft,
        ("report.pdf", pdf()),
        type="consultation_report",
        dated_on="4/11/2025",
        author="Dr Martin",
        title="Letter of November",
        note="Page 2 is pale.",
    )
    assert answer.headers["Location"] == draft.url("documents/")
    document = Document.objects.get()
    assert (document.type, str(document.dated_on), document.author_name) == (
        "consultation_report",
        "2025-11-04",
        "Dr Martin",
    )
    assert (document.title, document.note, document.origin) == ("Letter of November", "Page 2 is pale.", "patient")
    words = words_of(draft.client.get(draft.url("documents/")))
    for part in ("Letter of November", "4 November 2025", "Dr Martin", "brought by the patient", "being checked"):
        assert part in words


def test_a_wanted_document_answers_its_request(draft: Desk) -> None:
    upload(draft, ("mri.pdf", pdf()), to="documents/ajouter/2/")
    document = Document.objects.get()
    assert (document.prerequisite, document.type, document.title) == (
        "lumbar_report",
        "imaging_report",
        "Report of that MRI or CT",
    )


def test_several_photos_become_the_pages_of_one_document(draft: Desk) -> None:
    answer = upload(draft, ("1.jpg", picture("One")), ("2.png", picture("Two", "PNG")), type="letter")
    assert answer.status_code == 302, words_of(answer)
    document = Document.objects.get()
    assert document.file.media_type == "application/pdf"
    assert StoredFile.objects.count() == 1


def test_several_files_that_are_no_photos_are_refused_with_what_to_do(draft: Desk) -> None:
    answer = upload(draft, ("a.pdf", pdf()), ("b.jpg", picture()), type="letter", author="Dr Martin")
    assert answer.status_code == 422
    assert "Add the other files one by one." in words_of(answer)
    assert 'value="Dr Martin"' in answer.content.decode()


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.docx", b"PK\x03\x04" + b"[Content_Types].xml word/document.xml" * 40, "cannot be added"),
        ("a.pdf", b"", "empty"),
        ("a.pdf", b"%PDF-1.7\nnot really", "cannot be read"),
        ("a.exe", b"MZ\x90\x00" + b"\x00" * 300, "was not kept"),
    ],
)
def test_a_file_that_is_not_accepted_says_so_at_its_field_and_keeps_the_form(
    draft: Desk, name: str, content: bytes, words: str
) -> None:
    answer = upload(draft, (name, content), type="letter", author="Dr Martin", title="My letter")
    assert answer.status_code in (413, 422)
    assert words in words_of(answer)
    assert 'value="My letter"' in answer.content.decode()
    assert 'value="letter" selected' in answer.content.decode()
    assert not Document.objects.exists()


def test_the_limit_is_said_before_and_again_when_it_is_passed(draft: Desk, settings: Any) -> None:
    assert "512 MB at most" in words_of(draft.client.get(draft.url("documents/ajouter/")))
    settings.VAULT_MAX_FILE_BYTES = 20_000
    answer = upload(draft, ("a.pdf", pdf() + b"\x00" * 30_000), type="letter")
    assert answer.status_code == 413
    assert "larger than" in words_of(answer)


def test_a_wrong_description_keeps_what_was_typed_and_asks_for_the_file_again(draft: Desk) -> None:
    answer = upload(draft, ("a.pdf", pdf()), type="", dated_on="31/12/2999", author="Dr Martin")
    assert answer.status_code == 422
    words = words_of(answer)
    assert "Choose from the list." in words
    assert "Choose the file again" in words
    assert 'value="31/12/2999"' in answer.content.decode()


def test_no_file_is_said_at_the_field(draft: Desk) -> None:
    assert "No file was received" in words_of(upload(draft, type="letter"))
    answer = draft.client.post(draft.url("documents/ajouter/"), "type=letter", "application/x-www-form-urlencoded")
    assert answer.status_code == 400


def test_the_same_file_twice_is_recognised(draft: Desk) -> None:
    same = pdf()
    upload(draft, ("a.pdf", same), type="letter", title="First name")
    answer = upload(draft, ("renamed.pdf", same), type="other")
    assert answer.status_code == 409
    assert "already among the documents" in words_of(answer)
    assert "First name" in words_of(answer)
    assert Document.objects.count() == 1


def test_the_right_and_the_token_are_decided_before_the_first_byte(draft: Desk) -> None:
    _row, stranger = people.patient("Autre Personne")
    data = {"type": "letter", "file": SimpleUploadedFile("a.pdf", pdf())}
    assert verified_client(stranger).post(draft.url("documents/ajouter/"), data).status_code == 404
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = draft.client.cookies
    data = {"type": "letter", "file": SimpleUploadedFile("a.pdf", pdf())}
    assert strict.post(draft.url("documents/ajouter/"), data).status_code == 403
    assert not StoredFile.objects.exists()


def test_a_checked_document_can_be_opened_and_a_dangerous_one_says_what_to_do(draft: Desk) -> None:
    upload(draft, ("a.pdf", pdf()), type="letter", title="Clean")
    document = Document.objects.get()
    check_document.call(str(document.pk))
    assert "received" in words_of(draft.client.get(draft.url("documents/")))
    file = draft.client.get(f"/en/patient/{draft.case.pk}/documents/{document.pk}/fichier/")
    assert b"".join(file.streaming_content).startswith(b"%PDF")
    Document.objects.filter(pk=document.pk).update(status="refused", status_code=StoredFile.Scan.INFECTED)
    words = words_of(draft.client.get(draft.url("documents/")))
    assert "refused by the check" in words
    assert "ask whoever gave it to you for a new copy" in words


def test_a_description_is_corrected_by_its_author_only(draft: Desk) -> None:
    upload(draft, ("a.pdf", pdf()), type="letter", title="Wrong")
    document = Document.objects.get()
    url = draft.url(f"documents/{document.pk}/modifier/")
    page = draft.client.get(url)
    assert send(draft.client, page, "type", type="biology", title="Right").status_code == 302
    document.refresh_from_db()
    assert (document.type, document.title) == ("biology", "Right")
    _row, helper = people.patient("Proche Aidant")
    people.represent(helper, draft.world.patient, "helper", actor=people.SETUP, scope=["documents"])
    assert verified_client(helper).get(url).status_code == 404


def test_a_withdrawn_document_leaves_the_list_and_keeps_its_trace(draft: Desk) -> None:
    upload(draft, ("a.pdf", pdf()), type="letter", title="Not mine")
    document = Document.objects.get()
    url = draft.url(f"documents/{document.pk}/retirer/")
    assert "Remove this document?" in words_of(draft.client.get(url))
    draft.client.post(url, {"reason": "Wrong letter"})
    document.refresh_from_db()
    assert document.removed_at is not None
    assert document.removed_reason == "Wrong letter"
    assert "Not mine" not in words_of(draft.client.get(draft.url("documents/")))


def test_everything_there_is_refused_while_a_wanted_document_is_open(draft: Desk) -> None:
    answer = draft.client.post(draft.url("documents/complets/"))
    assert answer.status_code == 422
    assert "3 documents are still wanted" in words_of(answer)
    for number in (1, 2):
        upload(draft, (f"{number}.pdf", picture(str(number), "PDF")), to=f"documents/ajouter/{number}/")
    url = draft.url("documents/manque/3/")
    assert send(draft.client, draft.client.get(url), "why", why="other").status_code == 422
    send(draft.client, draft.client.get(url), "why", why="asked", words="On 3 November")
    assert draft.client.post(draft.url("documents/complets/")).status_code == 302
    assert draft.case.documents_done_at is not None
    missing = draft.case.missing_pieces.get()
    assert "On 3 November" in missing.why
    words = words_of(draft.client.get(draft.url("documents/")))
    assert "cannot be obtained" in words


def test_what_was_declared_missing_can_be_added_after_all(draft: Desk) -> None:
    drafting.declare_missing(draft.case.pk, "lumbar_report", "Lost.", actor=draft.walk.patient)
    draft.client.post(draft.url("documents/manque/2/annuler/"))
    assert not draft.case.missing_pieces.exists()


def test_the_letter_asks_for_the_document_and_names_neither_service_nor_second_opinion(draft: Desk) -> None:
    page = draft.client.get(draft.url("documents/lettre/2/"))
    assert "Report of that MRI or CT" in page.content.decode()
    values = {"to": "Hôpital fictif, radiologie", "own_address": "2 rue du Test\n69000 Lyon"}
    answer = send(draft.client, page, "own_address", **values)
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF")
    text = read_pdf(answer.content)
    for part in ("Hôpital fictif", "Report of that MRI or CT", "L. 1111-7", "Camille Renaud", "2 rue du Test"):
        assert part in text
    for part in ("Second Regard", "second opinion", draft.case.reference):
        assert part not in text


def read_pdf(content: bytes) -> str:
    """The words of a PDF."""
    import pypdfium2

    document = pypdfium2.PdfDocument(content)
    try:
        return (
            " ".join(page.get_textpage().get_text_range() for page in document)
            .replace("\u00a0", " ")
            .replace("\r\n", " ")
        )
    finally:
        document.close()


def test_documents_may_still_be_added_after_the_request_was_sent(draft: Desk) -> None:
    draft.walk.fill()
    draft.walk.ask_consent()
    draft.walk.consent()
    words = words_of(draft.client.get(draft.url("documents/")))
    assert "Back to my file" in words
    assert upload(draft, ("a.pdf", pdf()), type="letter").status_code == 302
    draft.walk.move("withdraw", draft.walk.patient)
    assert (
        draft.client.post(draft.url("documents/ajouter/"), {"file": SimpleUploadedFile("a.pdf", pdf())}).status_code
        == 403
    )


@pytest.mark.behaviour("S3-01")
@pytest.mark.parametrize(
    ("name", "content", "kept"),
    [
        ("report.pdf", samples.pdf, "application/pdf"),
        ("photo.jpg", samples.jpeg, "image/jpeg"),
        ("photo.png", samples.png, "image/png"),
        ("IMG_0001.HEIC", samples.heic, "image/jpeg"),
        ("IM0001", samples.dicom, "application/dicom"),
        ("disc.zip", samples.zip_of_dicom, "application/zip"),
    ],
)
def test_each_kind_of_file_a_person_has_is_taken_and_checked(
    draft: Desk, name: str, content: Callable[[], bytes], kept: str
) -> None:
    answer = upload(draft, (name, content()), type="imaging", title="As it came")
    assert answer.status_code == 302, words_of(answer)
    document = Document.objects.get()
    assert document.file.media_type == kept
    check_document.call(str(document.pk))
    assert "received" in words_of(draft.client.get(draft.url("documents/")))
    assert draft.client.get(f"/en/patient/{draft.case.pk}/documents/{document.pk}/").status_code == 200


def test_a_pdf_behind_a_password_says_what_to_do(draft: Desk) -> None:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf())) as document:
        document.save(out, encryption=pikepdf.Encryption(owner="owner", user="secret"))
    answer = upload(draft, ("locked.pdf", out.getvalue()), type="letter", title="My letter")
    assert answer.status_code == 422
    assert "password" in words_of(answer)
    assert 'value="My letter"' in answer.content.decode()
    assert not Document.objects.exists()
