"""The life of an expert in a real browser: from his candidacy to his public page, and off the site when suspended."""

from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import expect

from cases.demo.walk import acting
from cms.profiles.reading import profile_of
from cms.profiles.services import approve_profile, write_profile
from experts.models import Candidacy, ExpertProfile
from experts.services import record_committee
from tests.cases.world import World, staff
from tests.site.room import PATIENCE, Room, Someone
from ui.forms import today

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LIST, DISEASE = "/medecins-experts/", "/pathologies/hernie-discale-lombaire/"
CANDIDACY = {
    "institution": "Hôpital fictif",
    "qualifications": "Diplôme d’études spécialisées de chirurgie orthopédique, 2004.",
    "acts": "Chirurgie du rachis.",
    "interests": "Aucun.",
    "motivation": "Partager mon expérience.",
    "capacity_per_month": "4",
}
TEXTS = {
    "acts_fr": "Chirurgie du rachis lombaire",
    "training_fr": "Doctorat, Université fictive, 2002",
    "acts_en": "Surgery of the lumbar spine",
    "training_en": "Doctorate, fictitious University, 2002",
}


def day(days: int) -> str:
    return f"{today() + timedelta(days=days):%d/%m/%Y}"


def names(visitor: Someone, address: str, name: str) -> bool:
    """Whether a public page is there and names somebody, for a visitor who asks for it anew."""
    answer = visitor.page.request.get(visitor.origin + address)
    assert answer.status in (200, 404), address
    return answer.status == 200 and name in answer.text()


def finds(visitor: Someone, words: str, name: str) -> bool:
    """Whether the search of the site names somebody."""
    visitor.go("cms:search")
    visitor.page.locator("main [name=q]").fill(words)
    visitor.press("Rechercher")
    return name in visitor.page.locator("main").inner_text()


def sign(someone: Someone, words: str) -> None:
    """Read the text again, ask for the code that stands for it, sign."""
    someone.press("M’envoyer un code")
    someone.type(code=someone.code())
    someone.press(words)


@pytest.mark.behaviour("S2-26")
def test_a_candidate_becomes_an_expert_whom_visitors_see(room: Room, world: World, settings: Any) -> None:
    settings.COMMITTEE = {**settings.COMMITTEE, "quorum": 2}
    candidate, name = room.staff(world.requester), world.requester.get_full_name()
    candidate.go("joining:start")
    candidate.press("Écrire ma candidature")
    candidate.tick(pathologies=world.pathology.code, languages="fr")
    candidate.type(**CANDIDACY)
    candidate.press("Enregistrer et relire")
    candidate.press("Envoyer ma candidature")
    candidacy = Candidacy.objects.get(state=Candidacy.State.SENT)
    for who in ("Zoé Vote", "Luc Vote"):
        member = room.staff(staff(who, "committee"))
        member.go("committee:practice")
        member.tick(pathologies=world.pathology.code)
        member.press("Enregistrer")
        member.go("committee:candidacy", candidacy.pk)
        member.tick(choice="for")
        member.type(reason="Expérience du rachis.")
        member.press("Voter")
    profile = ExpertProfile.objects.get(user=world.requester)

    # He promises secrecy. Each side sees what is missing; the desk records what it has checked.
    candidate.go("experts:profile")
    candidate.tick(accept="yes")
    candidate.press("Continuer")
    candidate.go("experts:profile")
    candidate.sees("Aucun dossier ne peut vous être proposé")
    desk = room.staff(world.coordinator)
    desk.go("experts_desk:registration", profile.pk)
    desk.type(checked_on=day(0))
    desk.tick(means="directory", outcome="registered")
    desk.press("Enregistrer")
    desk.go("experts_desk:insurance", profile.pk)
    desk.type(insurer="Assureur fictif", valid_from=day(-30), valid_until=day(300))
    desk.press("Enregistrer")
    desk.go("experts_desk:interests", profile.pk)
    desk.type(declared_on=day(0), expires_on=day(300))
    desk.press("Enregistrer")

    # Both sides sign the same words, the expert first.
    candidate.go("experts:convention")
    sign(candidate, "Signer la convention")
    candidate.sees("Votre signature est enregistrée")
    desk.go("experts_desk:detail", profile.pk)
    desk.press("Lire et signer pour le service")
    sign(desk, "Signer pour le service")
    candidate.go("experts:profile")
    candidate.sees("Des dossiers peuvent vous être proposés")

    # Nothing about him is on the site before he has read it and agreed.
    visitor = room.enter("", scripts=False)
    candidate.go("profile:write")
    candidate.type(**TEXTS)
    candidate.press("Enregistrer")
    assert not names(visitor, DISEASE, name)
    candidate.press("Je donne mon accord à cette fiche")
    visitor.page.goto(visitor.origin + DISEASE)
    visitor.page.locator("main").get_by_role("link", name=name).click()
    expect(visitor.page.get_by_role("heading", level=1)).to_contain_text(name, timeout=PATIENCE)
    visitor.sees(TEXTS["acts_fr"], profile.user.professional.rpps)


@pytest.mark.behaviour("S2-23")
def test_a_suspended_expert_vanishes_at_once_from_the_whole_site(room: Room, world: World) -> None:
    expert, himself = world.expert, acting(world.expert.user, "expert")
    record_committee(expert.pk, actor=acting(world.coordinator, "coordinator"), accepted_on=today())
    write_profile(expert.pk, actor=himself, **TEXTS)
    shown = approve_profile(expert.pk, profile_of(expert).sha256, actor=himself)
    assert shown.text is not None
    own, name = f"{LIST}{shown.text.slug}/", expert.user.full_name
    visitor = room.enter("", scripts=False)
    for address in (LIST, DISEASE, own):
        assert names(visitor, address, name), address
    assert names(visitor, "/sitemap.xml", own)
    assert finds(visitor, "hernie discale", name)

    desk = room.staff(world.coordinator)
    desk.go("experts_desk:status", expert.pk)
    desk.tick(status="suspended")
    desk.type(motive="Une plainte est examinée par l’Ordre.")
    desk.press("Changer le statut")
    for address in (LIST, DISEASE, own):
        assert not names(visitor, address, name), address
    assert not names(visitor, "/sitemap.xml", own)
    assert not finds(visitor, "hernie discale", name)
