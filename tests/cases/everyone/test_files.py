"""Files of a case: what their answers carry, who gets them, and that each reading is journaled once."""

from datetime import timedelta

import pytest
from django.test import Client

from audit.models import AuditEvent
from clock import now, travel
from tests.cases.clients import verified_client
from tests.cases.patient.lives import after, page, paper
from tests.cases.world import World, patient


@pytest.mark.behaviour("S0-25")
@pytest.mark.behaviour("S2-16")
@pytest.mark.behaviour("S3-20")
def test_an_original_is_an_attachment_never_kept_and_journaled_once_in_half_an_hour(world: World) -> None:
    walk = after(world, "accept", with_paper=True)
    document = walk.case.documents.get()
    mine, expert = verified_client(world.patient_user), verified_client(world.expert.user)
    answer = mine.get(page(walk.case, f"documents/{document.pk}/fichier/"))
    assert answer.status_code == 200
    assert b"".join(answer.streaming_content).startswith(b"\x89PNG")  # type: ignore[attr-defined]
    assert answer["Content-Disposition"].startswith("attachment;")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in answer["Cache-Control"]
    assert "sandbox" in answer["Content-Security-Policy"]
    address = f"/expert/dossiers/{walk.case.pk}/documents/{document.pk}/fichier/"
    reads = AuditEvent.objects.filter(action="document.file_read", actor_id=world.expert.user_id)
    for _ in range(3):
        assert expert.get(address).status_code == 200
    assert reads.count() == 1
    event = reads.get()
    assert event.case_id == walk.case.pk and str(document.pk) in event.subjects["document"]
    assert event.actor_role == "expert" and event.verified
    with travel(now() + timedelta(minutes=31)):
        assert verified_client(world.expert.user).get(address).status_code == 200
    assert reads.count() == 2


def test_pages_are_images_shown_inline(world: World) -> None:
    walk = after(world, "accept", with_paper=True)
    document = walk.case.documents.get()
    mine = verified_client(world.patient_user)
    shown = mine.get(page(walk.case, f"documents/{document.pk}/"))
    assert shown.status_code == 200
    address = page(walk.case, f"documents/{document.pk}/pages/1/")
    assert address in shown.content.decode()
    image = mine.get(address)
    assert image.status_code == 200 and image["Content-Type"].startswith("image/")
    assert image["Content-Disposition"].startswith("inline") and "no-store" in image["Cache-Control"]
    assert mine.get(page(walk.case, f"documents/{document.pk}/pages/9/")).status_code == 404


def test_a_document_being_checked_is_its_authors_alone(world: World) -> None:
    walk = after(world, "accept")
    waiting = paper(walk.case, walk.patient, checked=False)
    mine = verified_client(world.patient_user)
    assert mine.get(page(walk.case, f"documents/{waiting.pk}/fichier/")).status_code == 200
    for user, side in ((world.expert.user, "expert"), (world.coordinator, "bureau")):
        client = verified_client(user)
        for path in ("", "fichier/", "pages/1/"):
            status = client.get(f"/{side}/dossiers/{walk.case.pk}/documents/{waiting.pk}/{path}").status_code
            assert status in (403, 404), (side, path)


def test_a_document_is_found_only_under_its_own_case(world: World) -> None:
    walk, other = after(world, "accept", with_paper=True), after(world, "consent")
    document = walk.case.documents.get()
    mine = verified_client(world.patient_user)
    for path in ("", "fichier/", "pages/1/", "autre-patient/"):
        assert mine.get(page(other.case, f"documents/{document.pk}/{path}")).status_code == 404, path


@pytest.mark.behaviour("S0-19")
def test_strangers_other_experts_and_visitors_get_no_file(world: World) -> None:
    walk = after(world, "accept", with_paper=True)
    document = walk.case.documents.get()
    path = f"documents/{document.pk}/fichier/"
    stranger = verified_client(patient("Autre Personne")[1])
    assert stranger.get(page(walk.case, path)).status_code == 404
    assert verified_client(world.other_expert.user).get(f"/expert/dossiers/{walk.case.pk}/{path}").status_code == 404
    assert verified_client(world.assistant).get(f"/bureau/dossiers/{walk.case.pk}/{path}").status_code == 403
    assert Client().get(page(walk.case, path))["Location"].startswith("/connexion/")
    assert not AuditEvent.objects.filter(action="document.file_read").exists()
