"""From a physician's candidacy to the committee's decision and the expert's profile, through the addresses."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from accounts.models import User
from audit.models import AuditEvent
from clock import travel
from errors import Conflict, NotAllowed
from experts.joining import tasks, votes
from experts.models import Ballot, Candidacy, ExpertProfile, MemberPractice, Pathology
from experts.selectors import obstacles
from notify.models import OutgoingMail
from tests.experts import people
from vault.exceptions import KeyDestroyed

pytestmark = pytest.mark.django_db
CONTENT = {
    "pathologies": "endometriosis",
    "languages": "fr",
    "institution": "CHU d’Exemple",
    "department": "",
    "qualifications": "Diplôme d’études spécialisées.",
    "acts": "Cœlioscopies.",
    "interests": "Aucun.",
    "motivation": "Partager mon expérience.",
    "capacity_per_month": "3",
}
OWN = "/en/devenir-expert/candidature/"
BEFORE, CASES = "/en/conseil/", "/en/bureau/experts/candidatures/"


def text(response: Any) -> str:
    return " ".join(response.content.decode().replace("\xa0", " ").split())


def physician(**fields: Any) -> User:
    user = people.make_user("requester")
    people.make_professional(user, **fields)
    return user


def member(*pathologies: str) -> User:
    user = people.make_user("committee")
    if pathologies:
        practice = MemberPractice.objects.create(member=user)
        practice.pathologies.set(Pathology.objects.filter(code__in=pathologies))
    return user


@pytest.fixture
def candidate(db: None) -> User:
    return physician()


@pytest.fixture
def sent(candidate: User) -> Candidacy:
    client = people.logged_in(candidate)
    assert client.post(f"{OWN}ecrire/", {**CONTENT, "check": "1"}).headers["Location"] == f"{OWN}envoyer/"
    assert client.post(f"{OWN}envoyer/").headers["Location"] == OWN
    return Candidacy.objects.get()


@pytest.fixture
def desk(db: None) -> Client:
    user = people.make_user("coordinator", full_name="Zoé Lenoir")
    people.make_professional(user)
    return people.logged_in(user)


def ballot(user: User, candidacy: Candidacy, choice: str) -> Any:
    return people.logged_in(user).post(
        f"{BEFORE}candidatures/{candidacy.pk}/", {"choice": choice, "reason": "Bon dossier."}
    )


def mails(template: str) -> int:
    return OutgoingMail.objects.filter(template=template).count()


# --- the candidate


def test_the_public_page_leads_a_visitor_through_the_account_to_his_candidacy():
    shown = text(Client().get("/en/devenir-expert/"))
    assert "/en/inscription/professionnel/?next=/en/devenir-expert/candidature/" in shown
    assert "votes within 30 days" in shown
    assert "sessionid" not in Client().get("/en/devenir-expert/").cookies


def test_stating_the_registration_leads_back_to_the_candidacy():
    user = people.make_user("requester")
    client = people.logged_in(user)
    assert "First your professional registration" in text(client.get("/en/devenir-expert/"))
    assert client.get(f"{OWN}ecrire/").headers["Location"] == "/en/devenir-expert/"
    stated = {"profession": "physician", "rpps": "10000000009", "phone": "01 99 00 00 00"}
    response = client.post(f"/en/compte/inscription-professionnelle/?next={OWN}", stated)
    assert response.headers["Location"] == OWN
    assert client.get(OWN).headers["Location"] == f"{OWN}ecrire/"
    # The number is checked by its digit before anything else.
    wrong = client.post(f"/en/compte/inscription-professionnelle/?next={OWN}", {**stated, "rpps": "10000000008"})
    assert "mistyped digit" in text(wrong)


def test_only_physicians_who_are_no_experts_can_apply(expert: ExpertProfile):
    for user, said in (
        (physician(profession="nurse"), "Only physicians can become experts"),
        (expert.user, "You are an expert of this service"),
    ):
        client = people.logged_in(user)
        assert said in text(client.get("/en/devenir-expert/"))
        assert client.post(f"{OWN}ecrire/", CONTENT).status_code == 302
    assert not Candidacy.objects.exists()


def test_a_draft_is_kept_incomplete_and_says_what_is_missing(candidate: User):
    client = people.logged_in(candidate)
    assert client.post(f"{OWN}ecrire/", {"motivation": "Partager."}).headers["Location"] == OWN
    assert "Nobody but you reads it" in text(client.get(OWN))
    assert "Partager." in text(client.get(f"{OWN}ecrire/"))
    assert "It cannot be sent yet" in text(client.get(f"{OWN}envoyer/"))
    response = client.post(f"{OWN}envoyer/")
    assert response.headers["Location"] == f"{OWN}ecrire/?gaps=1"
    shown = text(client.get(response.headers["Location"]))
    assert "Choose at least one pathology." in shown
    assert "Partager." in shown
    assert Candidacy.objects.get().state == "draft"
    # Nobody else finds it.
    assert "No candidacy for the moment" in text(people.logged_in(member()).get(BEFORE))


def test_what_is_written_is_sealed_and_journaled_without_content(sent: Candidacy):
    row = Candidacy.objects.filter(pk=sent.pk).values_list("motivation", flat=True)[0]
    assert b"exp\xc3\xa9rience" not in row.data
    events = AuditEvent.objects.filter(action__startswith="candidacy.")
    assert {event.action for event in events} >= {"candidacy.begun", "candidacy.sent"}
    assert all("expérience" not in str(event.detail) for event in events)


def test_it_is_sent_once_and_says_until_when(sent: Candidacy, candidate: User):
    client = people.logged_in(candidate)
    assert "an answer by 18 December 2026" in text(client.get(OWN))
    assert client.post(f"{OWN}ecrire/", {**CONTENT, "motivation": "Autre."}).headers["Location"] == OWN
    client.post(f"{OWN}envoyer/")
    assert mails("candidacy.sent") == 1
    sent.refresh_from_db()
    assert sent.motivation == "Partager mon expérience."


def test_withdrawing_destroys_what_was_written(sent: Candidacy, candidate: User, desk: Client):
    client = people.logged_in(candidate)
    assert "Withdraw your candidacy?" in text(client.get(f"{OWN}retirer/"))
    client.post(f"{OWN}retirer/")
    assert "Your candidacy is withdrawn" in text(client.get(OWN))
    with pytest.raises(KeyDestroyed):
        _ = Candidacy.objects.get().motivation
    assert desk.get(f"{CASES}{sent.pk}/").status_code == 404
    assert client.post(f"{OWN}ecrire/", CONTENT).status_code == 302
    assert Candidacy.objects.count() == 2


def test_one_person_has_one_living_candidacy(sent: Candidacy):
    with pytest.raises(IntegrityError), transaction.atomic():
        Candidacy.objects.create(applicant=sent.applicant, content_key=sent.content_key)


# --- the committee


def test_the_quorum_of_practising_members_decides_and_nobody_alone(sent: Candidacy, candidate: User, desk: Client):
    practising = [member("endometriosis") for _ in range(3)]
    ballot(member("crohn"), sent, "for")
    for user in practising[:2]:
        assert ballot(user, sent, "for").headers["Location"] == BEFORE
    sent.refresh_from_db()
    assert (sent.state, votes.tally_of(sent).practising) == ("sent", 2)
    ballot(practising[2], sent, "against")
    sent.refresh_from_db()
    assert sent.state == "accepted"
    profile = ExpertProfile.objects.get(user=candidate)
    assert [p.code for p in profile.pathologies.all()] == ["endometriosis"]
    found = obstacles(profile, pathology=None, on=people.WEDNESDAY, open_case_count=0, month_case_count=0)
    assert {"unregistered", "uninsured", "no_convention"} <= {obstacle.code for obstacle in found}
    assert mails("candidacy.accepted") == mails("candidacy.desk_accepted") == 1
    shown = text(people.logged_in(User.objects.get(pk=candidate.pk)).get(OWN))
    assert "The committee has accepted your candidacy" in shown
    assert str(profile.pk) in text(desk.get(f"{CASES}{sent.pk}/"))
    decided = AuditEvent.objects.get(action="candidacy.decided")
    assert (decided.detail["outcome"], decided.detail["in_favour"], decided.detail["practising"]) == ("accepted", 3, 3)


def test_a_vote_can_be_changed_until_it_closes(sent: Candidacy):
    user = member("endometriosis")
    ballot(user, sent, "against")
    ballot(user, sent, "for")
    assert votes.tally_of(sent).in_favour == 1
    assert votes.tally_of(sent).cast == 1
    for _ in range(2):
        ballot(member("endometriosis"), sent, "for")
    with pytest.raises(Conflict):
        votes.vote(sent.pk, choice="against", reason="Non.", actor=people.actor_for(user, "committee"))


def test_a_tie_waits_for_another_voice(sent: Candidacy):
    for choice in ("for", "against", "abstain"):
        ballot(member("endometriosis"), sent, choice)
    sent.refresh_from_db()
    assert sent.state == "sent"
    ballot(member(), sent, "against")
    sent.refresh_from_db()
    assert sent.state == "refused"


def test_whoever_declares_a_conflict_neither_reads_on_nor_votes(sent: Candidacy):
    user = member("endometriosis")
    client, address = people.logged_in(user), f"{BEFORE}candidatures/{sent.pk}/"
    client.post(address, {"choice": "for", "reason": "Un ami."})
    assert "Partager mon expérience." in text(client.get(address))
    client.post(f"{address}conflit/")
    assert votes.tally_of(sent).cast == 0
    shown = text(client.get(address))
    assert "Partager mon expérience." not in shown
    assert "You have declared a conflict of interest" in shown
    client.post(address, {"choice": "for", "reason": "Un ami."})
    assert votes.tally_of(sent).cast == 0
    with pytest.raises(NotAllowed):
        votes.vote(sent.pk, choice="for", reason="Un ami.", actor=people.actor_for(user, "committee"))


def test_a_member_neither_sees_nor_votes_on_his_own_candidacy(sent: Candidacy, candidate: User):
    from accounts.models import RoleGrant

    RoleGrant.objects.create(user=candidate, role="committee")
    client = people.logged_in(User.objects.get(pk=candidate.pk))
    assert "No candidacy for the moment" in text(client.get(BEFORE))
    assert client.post(f"{BEFORE}candidatures/{sent.pk}/", {"choice": "for", "reason": "Moi."}).status_code == 404
    assert not Ballot.objects.exists()


def test_a_vote_needs_a_choice_and_a_reason(sent: Candidacy):
    client = people.logged_in(member())
    response = client.post(f"{BEFORE}candidatures/{sent.pk}/", {"choice": "for", "reason": " "})
    assert response.status_code == 422
    assert client.post(f"{BEFORE}candidatures/{sent.pk}/", {"choice": "conflict", "reason": "x"}).status_code == 422
    assert not Ballot.objects.exists()


def test_a_member_says_what_he_practises_in(sent: Candidacy):
    client = people.logged_in(member())
    assert "Say in which pathologies you practise" in text(client.get(BEFORE))
    client.post(f"{BEFORE}pratique/", {"pathologies": ["endometriosis", "crohn"]})
    assert "You practise in:" in text(client.get(BEFORE))
    assert "your vote counts towards the quorum" in text(client.get(f"{BEFORE}candidatures/{sent.pk}/"))
    client.post(f"{BEFORE}pratique/", {})
    assert "Say in which pathologies you practise" in text(client.get(BEFORE))


# --- the desk


def test_a_vote_is_closed_by_the_desk_only_with_votes_of_several(sent: Candidacy, desk: Client):
    address = f"{CASES}{sent.pk}/"
    ballot(member("endometriosis"), sent, "against")
    with travel(people.WEDNESDAY + timedelta(days=31)):
        tasks.remind_committee.call()
        assert mails("candidacy.desk_late") == 1
    desk.post(f"{address}clore/")
    sent.refresh_from_db()
    assert sent.state == "sent"
    ballot(member(), sent, "against")
    # Two votes, but its days are not over.
    desk.post(f"{address}clore/")
    sent.refresh_from_db()
    assert sent.state == "sent"
    Candidacy.objects.update(decide_by=people.WEDNESDAY)
    assert "is refused: you then write" in text(desk.get(f"{address}clore/"))
    desk.post(f"{address}clore/")
    sent.refresh_from_db()
    assert sent.state == "refused"


def refused(sent: Candidacy) -> Candidacy:
    for _ in range(3):
        ballot(member("endometriosis"), sent, "against")
    sent.refresh_from_db()
    assert sent.state == "refused"
    return sent


def test_a_refusal_is_told_in_words_and_can_be_answered(sent: Candidacy, candidate: User, desk: Client):
    refused(sent)
    client, address = people.logged_in(candidate), f"{CASES}{sent.pk}/"
    # The candidate learns nothing before he is told why.
    assert "There is nothing you must do." in text(client.get(OWN))
    assert mails("candidacy.refused") == 0
    assert "Bon dossier." in text(desk.get(address))
    assert desk.post(f"{address}expliquer/", {"explanation": " "}).status_code == 422
    desk.post(f"{address}expliquer/", {"explanation": "Deux ans de plus dans cette chirurgie."})
    assert "Deux ans de plus dans cette chirurgie." in text(client.get(OWN))
    client.post(f"{OWN}repondre/", {"answer": "Je les ai faits ailleurs."})
    assert mails("candidacy.refused") == mails("candidacy.desk_answered") == 1
    assert client.get(f"{OWN}repondre/").headers["Location"] == OWN
    assert "Je les ai faits ailleurs." in text(desk.get(address))
    desk.post(f"{address}rouvrir/")
    sent.refresh_from_db()
    assert (sent.state, sent.round, votes.tally_of(sent).cast) == ("sent", 2, 0)
    assert "Je les ai faits ailleurs." in text(people.logged_in(member()).get(f"{BEFORE}candidatures/{sent.pk}/"))
    for _ in range(3):
        ballot(member("endometriosis"), sent, "for")
    sent.refresh_from_db()
    assert sent.state == "accepted"


def test_members_who_have_not_voted_are_reminded_once(sent: Candidacy):
    silent, voted = member(), member()
    ballot(voted, sent, "for")
    with travel(people.WEDNESDAY + timedelta(days=24)):
        tasks.remind_committee.call()
        tasks.remind_committee.call()
    told = OutgoingMail.objects.filter(template="candidacy.vote_soon")
    assert [mail.user_id for mail in told] == [silent.pk]


def test_a_coordinator_sees_nothing_of_his_own_candidacy_at_the_desk(db: None):
    user = people.make_user("coordinator")
    people.make_professional(user)
    client = people.logged_in(user)
    client.post(f"{OWN}ecrire/", CONTENT)
    client.post(f"{OWN}envoyer/")
    own = Candidacy.objects.get()
    assert own.state == "sent"
    assert client.get(f"{CASES}{own.pk}/").status_code == 404
    assert "No candidacy for the moment" in text(client.get(CASES))
