"""Public pages of experts: what they agreed to, word for word, as long as they may work here."""

import hashlib
import re
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.test import Client

from accounts.models import User
from audit.models import AuditEvent
from cases.start.begun import unseal
from clock import now, travel
from cms.models import ReleasedText
from cms.profiles.models import ProfileApproval, ProfileText
from cms.profiles.reading import profile_of
from cms.profiles.services import release_text
from cms.profiles.tasks import ask_again, check_texts
from errors import NotAllowed
from experts.models import ExpertProfile
from experts.services import change_status
from notify.models import Notice
from tests.accounts.logins import log_in
from tests.accounts.logins import make_user as a_doctor
from tests.experts.people import actor_for, logged_in, make_expert, make_user

pytestmark = pytest.mark.django_db
MINE = "/expert/fiche/"
LIST, LIST_EN, DISEASE = "/medecins-experts/", "/en/expert-doctors/", "/pathologies/endometriose/"
TEXTS = {
    "acts_fr": "Chirurgie de l’endométriose par cœlioscopie",
    "training_fr": "Doctorat, Université d’Exemple, 2001",
    "acts_en": "Endometriosis surgery by laparoscopy",
    "training_en": "Doctorate, University of Example, 2001",
}
PRAISE = "Consultations. Le meilleur chirurgien de France. Enseignement"


def an_expert(name: str = "Anne Salvat") -> ExpertProfile:
    return make_expert(full_name=name, committee_accepted_on=now().date() - timedelta(days=90))


def write(client: Client, **changed: str) -> int:
    return client.post(f"{MINE}ecrire/", TEXTS | changed).status_code


def agree(client: Client) -> int:
    page = BeautifulSoup(client.get(MINE).content, "lxml")
    field = page.select_one("input[name=sha256]")
    return client.post(f"{MINE}accord/", {"sha256": field["value"] if field else ""}).status_code


def on_line(name: str = "Anne Salvat") -> set[str]:
    """The public addresses that name this expert."""
    own = f"{LIST}pr-{name.lower().replace(' ', '-')}/"
    sitemap = Client().get("/sitemap.xml").content.decode()
    found = {"sitemap"} if own in sitemap else set()
    for address in (LIST, LIST_EN, DISEASE, own, own.replace(LIST, LIST_EN)):
        answer = Client().get(address)
        assert answer.status_code == 200 or (answer.status_code == 404 and address.startswith((own, LIST_EN)))
        if answer.status_code == 200 and name in answer.content.decode():
            found.add(address)
    return found


def everywhere() -> set[str]:
    own = "pr-anne-salvat/"
    return {"sitemap", LIST, LIST_EN, DISEASE, f"{LIST}{own}", f"{LIST_EN}{own}"}


@pytest.fixture
def expert() -> ExpertProfile:
    return an_expert()


@pytest.fixture
def browser(expert: ExpertProfile) -> Client:
    return logged_in(expert.user)


@pytest.mark.behaviour("S2-25")
def test_nothing_about_an_expert_is_on_line_before_he_agreed_to_it(expert: ExpertProfile, browser: Client) -> None:
    assert "pas encore écrit" in browser.get(MINE).content.decode()
    assert write(browser) == 302
    assert on_line() == set()
    assert agree(browser) == 302
    assert on_line() == everywhere()
    page = Client().get(f"{LIST_EN}pr-anne-salvat/").content.decode()
    assert TEXTS["acts_en"] in page and TEXTS["acts_fr"] not in page
    approval = ProfileApproval.objects.get()
    assert approval.shown["fr"]["acts"] == [TEXTS["acts_fr"]] and approval.ended_at is None


@pytest.mark.behaviour("S2-23")
def test_only_what_the_order_allows_is_shown(expert: ExpertProfile, browser: Client) -> None:
    write(browser)
    agree(browser)
    page = BeautifulSoup(Client().get(f"{LIST}pr-anne-salvat/").content, "lxml")
    assert page.main is not None
    words = page.main.get_text(" ")
    professional = expert.user.professional
    assert professional.rpps in words and professional.specialty in words and "CHU d’Exemple" in words
    for kept in (expert.user.email, professional.phone, "Mutuelle Exemple", str(expert.pk)):
        assert kept not in words
    assert not page.main.select("img") and not re.search(r"\d+ (avis|étoiles)", words)


@pytest.mark.behaviour("S2-23")
def test_praise_and_testimonials_are_refused_where_they_stand_and_nothing_is_lost(browser: Client) -> None:
    praise = "Le meilleur chirurgien de France, selon ses patientes"
    answer = browser.post(f"{MINE}ecrire/", TEXTS | {"acts_fr": praise})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert praise in page and TEXTS["training_en"] in page
    assert "R.4127-19-1" in page
    assert not ProfileText.objects.exists()


def test_a_later_edit_asks_again(expert: ExpertProfile, browser: Client) -> None:
    write(browser)
    agree(browser)
    write(browser, acts_fr="Consultations")
    assert on_line() == set()
    assert "hors du site" in browser.get(MINE).content.decode()
    agree(browser)
    assert on_line() == everywhere()
    assert ProfileApproval.objects.filter(ended_at__isnull=True).count() == 1


def test_a_change_of_his_record_asks_again_once(expert: ExpertProfile, browser: Client) -> None:
    write(browser)
    agree(browser)
    ask_again.call()
    assert not Notice.objects.filter(template="profile.changed").exists()
    ExpertProfile.objects.filter(pk=expert.pk).update(institution="Autre hôpital")
    assert on_line() == set()
    ask_again.call()
    ask_again.call()
    assert Notice.objects.filter(template="profile.changed", user=expert.user).count() == 1


def test_what_was_not_shown_is_not_agreed_to(expert: ExpertProfile, browser: Client) -> None:
    assert browser.post(f"{MINE}accord/", {"sha256": "0" * 64}).status_code == 404
    write(browser)
    old = BeautifulSoup(browser.get(MINE).content, "lxml").select_one("input[name=sha256]")
    assert old is not None
    write(browser, acts_fr="Consultations")
    answer = browser.post(f"{MINE}accord/", {"sha256": old["value"]})
    assert answer.status_code == 409 and "Consultations" in answer.content.decode()
    assert not ProfileApproval.objects.exists()


@pytest.mark.behaviour("S2-26")
def test_he_vanishes_at_once_with_any_piece_of_his_record(expert: ExpertProfile, browser: Client) -> None:
    write(browser)
    agree(browser)
    assert on_line() == everywhere()
    with travel(now() + timedelta(days=331)):
        # His insurance has ended.
        assert on_line() == set()
    ExpertProfile.objects.filter(pk=expert.pk).update(committee_accepted_on=None)
    assert on_line() == set()
    ExpertProfile.objects.filter(pk=expert.pk).update(committee_accepted_on=now().date())
    expert.conventions.update(ends_on=now().date())
    assert on_line() == set()
    expert.conventions.update(ends_on=None)
    assert on_line() == everywhere()
    desk = actor_for(make_user("coordinator"), "coordinator")
    change_status(expert.pk, actor=desk, status="suspended", motive="Contrôle de son inscription en cours.")
    assert on_line() == set()
    assert "Ce qui empêche la fiche de paraître" in browser.get(MINE).content.decode()


def test_days_of_absence_hide_nobody(expert: ExpertProfile, browser: Client) -> None:
    write(browser)
    agree(browser)
    today = now().date()
    expert.absences.create(start=today, end=today + timedelta(days=3))
    assert on_line() == everywhere()


def test_he_takes_it_off_at_any_time(expert: ExpertProfile, browser: Client) -> None:
    write(browser)
    agree(browser)
    assert browser.get(f"{MINE}retirer/").status_code == 200
    assert on_line() == everywhere()
    assert browser.post(f"{MINE}retirer/").status_code == 302
    assert on_line() == set()
    assert browser.post(f"{MINE}retirer/").status_code == 302
    assert ProfileText.objects.exists()


def test_two_of_one_name_have_two_addresses() -> None:
    for number in range(2):
        one = logged_in(an_expert("Claude Martin").user)
        write(one)
        agree(one)
        assert number or Client().get(f"{LIST}pr-claude-martin/").status_code == 200
    assert Client().get(f"{LIST}pr-claude-martin-2/").status_code == 200


@pytest.mark.behaviour("S2-24")
def test_the_order_is_drawn_each_day_the_same_for_all_and_can_be_computed_again() -> None:
    names = [f"Anne Exemple{letter}" for letter in "abcdef"]
    for name in names:
        one = logged_in(an_expert(name).user)
        write(one)
        agree(one)

    def order() -> list[str]:
        page = BeautifulSoup(Client().get(LIST).content, "lxml")
        seed = page.select("details code")[0].text
        draws = [[code.text for code in line.select("code")] for line in page.select("details li")]
        assert [draw for _id, draw in draws] == sorted(draw for _id, draw in draws)
        for identifier, draw in draws:
            assert draw == hashlib.sha256(f"{seed}:{identifier}".encode()).hexdigest()
        return [link.text for link in page.select("li.card h3")]

    today = order()
    assert sorted(today) == sorted(f"Pr {name}" for name in names)
    assert order() == today
    orders = {tuple(today)}
    for days in range(1, 5):
        with travel(now() + timedelta(days=days)):
            orders.add(tuple(order()))
    assert len(orders) > 1


@pytest.mark.behaviour("S0-03")
def test_a_visitor_begins_a_request_from_the_page_with_a_wish_and_no_cookie(
    expert: ExpertProfile, browser: Client
) -> None:
    write(browser)
    agree(browser)
    visitor = Client(enforce_csrf_checks=True)
    for address, expert_id, disease in ((f"{LIST}pr-anne-salvat/", str(expert.pk), ""), (DISEASE, "", "endometriosis")):
        page = BeautifulSoup(visitor.get(address).content, "lxml")
        form = page.select_one("main form[action='/commencer/']")
        assert form is not None
        field = form.select_one("input[name=carried]")
        assert field is not None
        begun = unseal(str(field["value"]))
        assert (begun.expert, begun.pathology) == (expert_id, disease)
        answer = visitor.post("/commencer/", {"carried": field["value"]})
        assert (
            "Le médecin que vous souhaitez\u00a0: Pr Anne Salvat" in BeautifulSoup(answer.content, "lxml").text
        ) == bool(expert_id)
    assert not visitor.cookies


def test_the_page_leads_to_itself_in_the_other_language(expert: ExpertProfile, browser: Client) -> None:
    write(browser)
    agree(browser)
    page = BeautifulSoup(Client().get(f"{LIST}pr-anne-salvat/").content, "lxml")
    assert page.select_one(f'header a[href="{LIST_EN}pr-anne-salvat/"], footer a[href="{LIST_EN}pr-anne-salvat/"]')
    assert Client().get(f"{LIST}nobody/").status_code == 404


@pytest.fixture
def desk() -> tuple[Client, User]:
    doctor, client = a_doctor("coordinator"), Client()
    log_in(client, doctor)
    return client, doctor


def templates_of(user: User) -> list[str]:
    found = Notice.objects.filter(user=user, template__startswith="profile.").order_by("created_at", "pk")
    return [notice.template for notice in found]


def refused_by_new_rules(expert: ExpertProfile) -> None:
    """As if the rule had come after he wrote and agreed: the text in the database, and what he agreed to."""
    ProfileText.objects.filter(expert=expert).update(acts_fr=PRAISE)
    ProfileApproval.objects.filter(expert=expert).update(sha256=profile_of(expert).sha256)


@pytest.mark.behaviour("S2-23")
def test_each_night_what_the_rules_now_refuse_goes_off_the_site(
    expert: ExpertProfile, browser: Client, desk: tuple[Client, User]
) -> None:
    editor = make_user("editor")
    write(browser)
    agree(browser)
    check_texts.call()
    assert on_line() == everywhere()
    refused_by_new_rules(expert)
    for _night in range(2):
        check_texts.call()
    assert on_line() == set()
    assert templates_of(expert.user) == ["profile.kept_off"]
    assert templates_of(editor) == templates_of(desk[1]) == ["profile.desk_kept_off"]
    event = AuditEvent.objects.get(action="profile.kept_off")
    assert event.detail["rules"] == ["superlative"] and "chirurgien" not in str(event.detail)
    # Both sides see the words in their sentence, and what to write instead.
    for page in (browser.get(MINE), desk[0].get(f"/bureau/textes/fiches/{expert.pk}/fr/")):
        shown = BeautifulSoup(page.content, "lxml").select_one("li q")
        assert shown is not None and shown.text == "Le meilleur chirurgien de France."
        assert shown.strong is not None and "R.4127-19-1" in shown.parent.text  # type: ignore[union-attr]
    assert "Salvat" in desk[0].get("/bureau/textes/").content.decode()
    assert AuditEvent.objects.filter(action="profile.draft_read").count() == 1
    # He changes them, and agrees again.
    assert write(browser) == 302
    agree(browser)
    assert on_line() == everywhere()


def test_what_the_rules_no_longer_refuse_stands_again_at_night(expert: ExpertProfile, browser: Client) -> None:
    write(browser)
    agree(browser)
    ProfileText.objects.update(kept_off_at=now())
    assert on_line() == set()
    check_texts.call()
    assert on_line() == everywhere()
    assert templates_of(expert.user) == ["profile.let_stand"]


def test_nobody_agrees_to_words_the_rules_refuse(expert: ExpertProfile, browser: Client) -> None:
    write(browser)
    ProfileText.objects.update(acts_fr=PRAISE)
    assert b'name="sha256"' not in browser.get(MINE).content
    assert browser.post(f"{MINE}accord/", {"sha256": profile_of(expert).sha256}).status_code == 409
    assert not ProfileApproval.objects.exists()


@pytest.mark.behaviour("S2-23")
def test_a_disputed_rule_is_decided_by_a_coordinating_doctor(
    expert: ExpertProfile, browser: Client, desk: tuple[Client, User]
) -> None:
    refused = browser.post(f"{MINE}ecrire/", TEXTS | {"acts_fr": PRAISE})
    assert refused.status_code == 422
    assert "dans « Le meilleur chirurgien de France. »" in refused.content.decode().replace("\u00a0", " ")
    assert write(browser, acts_fr=PRAISE, disputed="1") == 302
    assert b'name="sha256"' not in browser.get(MINE).content
    assert templates_of(desk[1]) == ["profile.disputed"]
    address = f"/bureau/textes/fiches/{expert.pk}/fr/"
    sha256 = BeautifulSoup(desk[0].get(address).content, "lxml").select_one("[name=sha256]")["value"]  # type: ignore[index]
    motive = "Titre d’un livre, cité comme tel."
    assert desk[0].post(address, {"motive": "Court.", "sha256": sha256}).status_code == 422
    assert desk[0].post(address, {"motive": motive, "sha256": "0" * 64}).status_code == 409
    # Nobody decides on his own words.
    with pytest.raises(NotAllowed):
        release_text(expert.pk, "fr", motive, str(sha256), actor=actor_for(expert.user, "coordinator"))
    assert desk[0].post(address, {"motive": motive, "sha256": sha256}).status_code == 302
    assert ReleasedText.objects.get().motive == motive
    assert templates_of(expert.user) == ["profile.let_stand"]
    agree(browser)
    assert on_line() == everywhere()
    check_texts.call()
    assert on_line() == everywhere()
    # Other words are checked anew; those in the other language were never refused.
    assert write(browser, acts_fr=f"{PRAISE} encore") == 422
    assert write(browser, acts_fr=PRAISE, acts_en="Consultations") == 302
