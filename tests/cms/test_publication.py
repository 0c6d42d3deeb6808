"""What the rules of publication refuse does not go on line, by whatever way; a draft always keeps its words."""

from datetime import timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.core.management import call_command
from django.db import DatabaseError, transaction
from django.test import Client
from django.utils import timezone
from wagtail.models import Revision

from accounts.models import User
from audit.models import AuditEvent
from cms import tasks
from cms.content import LANGUAGES, codes
from cms.models import FaqPage, HomePage, InformationPage, PathologyPage, ReleasedText, SitePage
from cms.review import Unpublishable, blocking, fingerprint, passages, plain_words, review
from cms.seeding import kind_of
from jobs import run_until_empty
from notify.models import Notice
from tests.accounts.logins import log_in, make_user

pytestmark = pytest.mark.django_db
PRAISE = "Le meilleur chirurgien de France vous répond."
TOLD = "« Ce médecin m’a sauvée, je le recommande à tous », témoigne Julie."
NO_COMMENTS = {"comments-TOTAL_FORMS": "0", "comments-INITIAL_FORMS": "0"}


@pytest.fixture
def page() -> InformationPage:
    return InformationPage.objects.get(code="how", locale__language_code="fr")


@pytest.fixture
def editor() -> User:
    return make_user("editor")


def posted(**more: Any) -> dict[str, Any]:
    """The form of a page: a note, a table with one row, and what else is said."""
    return {
        "title": "Comment ça marche",
        "slug": "comment-ca-marche",
        "introduction": "Des mots.",
        "reviewed_on": "2026-11-23",
        "body-count": "2",
        "body-0-deleted": "",
        "body-0-order": "0",
        "body-0-type": "note",
        "body-0-id": "",
        "body-0-value": "Un encadré.",
        "body-1-deleted": "",
        "body-1-order": "1",
        "body-1-type": "table",
        "body-1-id": "",
        "body-1-value-caption": "Qui",
        "body-1-value-first": "Un",
        "body-1-value-second": "Deux",
        "body-1-value-rows-count": "1",
        "body-1-value-rows-0-deleted": "",
        "body-1-value-rows-0-order": "0",
        "body-1-value-rows-0-type": "item",
        "body-1-value-rows-0-id": "",
        "body-1-value-rows-0-value-label": "Une ligne",
        "body-1-value-rows-0-value-value": "Une valeur",
        **NO_COMMENTS,
        **more,
    }


def draft_with(page: SitePage, words: str, user: User, **more: Any) -> Revision:
    """A saved draft with these words in its introduction."""
    page.introduction = words
    for name, value in more.items():
        setattr(page, name, value)
    revision: Revision = page.save_revision(user=user)
    return revision


def test_the_pages_of_a_new_instance_break_no_rule() -> None:
    for code in codes():
        for language in LANGUAGES:
            page = kind_of(code).objects.get(code=code, locale__language_code=language)
            assert blocking(page) == [], page
    assert all(not blocking(page) for page in HomePage.objects.all())


def test_every_text_of_a_page_is_looked_at(page: InformationPage) -> None:
    page.seo_title, page.search_description = "Un titre", "Une description"
    found = {passage.path for passage in passages(page)}
    fields = {path[0] for path in found}
    assert fields == {"title", "seo_title", "search_description", "introduction", "body"}
    assert ("body", 1, 0, "title") in found
    words = " ".join(passage.words for passage in passages(page))
    assert "Vous constituez votre dossier" in words
    assert "<" not in words


def test_an_address_behind_a_link_is_seen() -> None:
    words = plain_words('<p>Voir <a href="https://exemple.com/avis">ici</a> &amp; là.</p><ul><li>un</li></ul>')
    assert words == "Voir ici (https://exemple.com/avis) & là.\n\nun"


def test_an_editor_is_told_what_only_the_organisation_can_complete(client: Client, editor: User) -> None:
    log_in(client, editor)
    legal = InformationPage.objects.get(code="legal", locale__language_code="fr")
    told = BeautifulSoup(client.get(f"/cms/pages/{legal.pk}/edit/").content, "lxml").select(".help-warning li")
    assert any("publication" in line.text for line in told)
    done = InformationPage.objects.get(code="cookies", locale__language_code="fr")
    assert b"help-warning" not in client.get(f"/cms/pages/{done.pk}/edit/").content


def test_rules_follow_the_kind_of_page() -> None:
    page = PathologyPage.objects.get(code="pathologies/crohn", locale__language_code="fr")
    page.introduction = "Un patient sur trois est opéré."
    # Its sources stand on the page.
    assert review(page) == []
    english = InformationPage.objects.get(code="how", locale__language_code="en")
    english.introduction = "The best surgeons in France."
    assert [remark.finding.code for remark in review(english)] == ["superlative"]


@pytest.mark.parametrize("field", ["introduction", "body-0-value", "body-1-value-rows-0-value-value", "title"])
def test_an_editor_who_publishes_a_testimonial_is_stopped_and_keeps_his_words(
    client: Client, page: InformationPage, editor: User, field: str
) -> None:
    before = page.introduction
    log_in(client, editor)
    answer = client.post(f"/cms/pages/{page.pk}/edit/", posted(**{field: TOLD, "action-publish": "1"}))
    assert answer.status_code == 200
    html = answer.content.decode()
    # His words are in the form, and at them the rule, its article and what to do instead.
    assert "R.4127-19-1" in html
    assert "sauvée" in html or "sauv\\u00e9e" in html
    assert "Retirez ce que disent" in html
    page.refresh_from_db()
    assert page.introduction == before
    # As a draft they are kept, and the panel says why they cannot go on line.
    answer = client.post(f"/cms/pages/{page.pk}/edit/", posted(**{field: TOLD}))
    assert answer.status_code == 302
    again = client.get(f"/cms/pages/{page.pk}/edit/").content.decode()
    assert "ne peut pas aller en ligne" in again
    assert "sauvée" in again
    page.refresh_from_db()
    assert page.introduction == before


def test_no_other_way_leads_on_line(client: Client, page: InformationPage, editor: User) -> None:
    log_in(client, editor)
    revision = draft_with(page, PRAISE, editor)
    with pytest.raises(Unpublishable):
        revision.publish(user=editor)
    # Several at once.
    bulk = f"/cms/bulk/wagtailcore/page/publish/?id={page.pk}&next=/cms/"
    assert client.get(bulk).status_code == 200
    assert client.post(bulk).status_code == 409
    # The API of the editors.
    answer = client.post(f"/cms/api/main/pages/{page.pk}/action/publish/", {}, content_type="application/json")
    assert answer.status_code in (403, 404, 409)
    # A copy that is on line at once, and a page stored by a program.
    page.refresh_from_db()
    page.introduction = PRAISE
    with pytest.raises(Unpublishable), transaction.atomic():
        page.save()
    with pytest.raises(Unpublishable), transaction.atomic():
        page.copy(update_attrs={"slug": "autre", "introduction": PRAISE}, keep_live=True)
    page.refresh_from_db()
    assert page.introduction != PRAISE


def test_no_field_with_words_is_stored_alone_past_the_rules(page: InformationPage) -> None:
    page.seo_title = PRAISE
    with pytest.raises(Unpublishable):
        page.save(update_fields=["seo_title"])
    questions = FaqPage.objects.get(locale__language_code="fr")
    questions.themes[0].value["entries"][0]["question"] = PRAISE
    with pytest.raises(Unpublishable):
        questions.save(update_fields=["themes"])
    # What holds no word is the tree's business.
    questions.save(update_fields=["numchild"])


def test_what_cannot_go_on_line_today_cannot_be_planned(client: Client, page: InformationPage, editor: User) -> None:
    soon = timezone.now() + timedelta(hours=2)
    revision = draft_with(page, PRAISE, editor, go_live_at=soon)
    with pytest.raises(Unpublishable):
        revision.publish(user=editor)
    revision.refresh_from_db()
    assert revision.approved_go_live_at is None


def test_refused_words_can_be_previewed_and_not_planned(client: Client, page: InformationPage, editor: User) -> None:
    log_in(client, editor)
    form = f"/cms/pages/{page.pk}/edit/"
    assert client.post(f"{form}preview/", posted(introduction=TOLD)).json()["is_valid"]
    assert "m’a sauvée" in client.get(f"{form}preview/?mode=").content.decode()
    planned = posted(introduction=TOLD, go_live_at="2027-01-04 10:00", **{"action-publish": "1"})
    answer = client.post(form, planned)
    assert answer.status_code == 200 and "R.4127-19-1" in answer.content.decode()
    assert not Revision.objects.filter(approved_go_live_at__isnull=False).exists()
    assert client.post(form, planned | {"introduction": "Des mots."}).status_code == 302
    assert Revision.objects.filter(approved_go_live_at__isnull=False).count() == 1


def test_a_rule_that_came_after_the_planning_keeps_the_page_off_and_tells_the_editors(
    page: InformationPage, editor: User
) -> None:
    soon = timezone.now() + timedelta(hours=2)
    fine = InformationPage.objects.get(code="help", locale__language_code="fr")
    draft_with(fine, "De nouveaux mots.", editor, go_live_at=soon).publish(user=editor)
    revision = draft_with(page, "Des mots.", editor, go_live_at=soon)
    revision.publish(user=editor)
    # The hour has come; as if the rule had come before it.
    past = timezone.now() - timedelta(minutes=1)
    for planned in Revision.objects.filter(approved_go_live_at__isnull=False):
        content = planned.content | {"go_live_at": past.isoformat()}
        content["introduction"] = content["introduction"].replace("Des mots.", PRAISE)
        Revision.objects.filter(pk=planned.pk).update(content=content, approved_go_live_at=past)
    tasks.follow_calendar.call()
    page.refresh_from_db()
    fine.refresh_from_db()
    assert fine.introduction == "De nouveaux mots."
    assert page.introduction != PRAISE
    revision.refresh_from_db()
    assert revision.approved_go_live_at is None
    assert [notice.template for notice in Notice.objects.filter(user=editor)] == ["pages.kept_off"]
    assert AuditEvent.objects.filter(action="page.kept_off", outcome="refused").count() == 1


def test_the_nightly_check_tells_each_editor_once(page: InformationPage, editor: User) -> None:
    InformationPage.objects.filter(pk=page.pk).update(introduction=PRAISE)
    for _night in range(2):
        tasks.check_live_pages.call()
    notices = list(Notice.objects.filter(user=editor))
    assert [notice.template for notice in notices] == ["pages.findings"]
    run_until_empty()


class TestRelease:
    @pytest.fixture
    def address(self, page: InformationPage, editor: User) -> str:
        draft_with(page, PRAISE, editor)
        return f"/bureau/textes/{page.translation_key}/fr/"

    def test_a_coordinating_doctor_releases_with_a_motive(
        self, client: Client, page: InformationPage, editor: User, address: str
    ) -> None:
        doctor = make_user("coordinator")
        log_in(client, doctor)
        assert "Comment ça marche" in client.get("/bureau/textes/").content.decode()
        shown = BeautifulSoup(client.get(address).content, "lxml")
        assert "meilleur chirurgien" in shown.text
        sha256 = shown.select_one("[name=sha256]")["value"]  # type: ignore[index]
        short = client.post(address, {"motive": "Trop court.", "sha256": sha256})
        assert short.status_code == 422
        assert "Trop court." in short.content.decode()
        motive = "Citation d’un titre de journal, sans éloge d’un médecin d’ici."
        assert client.post(address, {"motive": motive, "sha256": sha256}).status_code == 302
        page.refresh_from_db()
        assert page.introduction == PRAISE
        released = ReleasedText.objects.get()
        assert (released.motive, released.released_by) == (motive, doctor)
        event = AuditEvent.objects.get(action="page.released")
        assert event.actor_id == doctor.pk
        assert event.detail["rules"] == ["superlative"]
        assert AuditEvent.objects.filter(action="page.published", actor_id=editor.pk).count() == 1
        assert client.get(address).status_code == 404
        # Other words are checked anew; the same ones may be stored again.
        page.save()
        page.introduction = f"{PRAISE} Et le plus humain."
        with pytest.raises(Unpublishable):
            page.save()

    def test_words_changed_meanwhile_are_not_released(
        self, client: Client, page: InformationPage, editor: User, address: str
    ) -> None:
        sha256 = fingerprint(page.get_latest_revision_as_object())
        draft_with(page, f"{PRAISE} Et le plus humain.", editor)
        log_in(client, make_user("coordinator"))
        answer = client.post(address, {"motive": "Un motif assez long pour compter.", "sha256": sha256})
        assert answer.status_code == 409
        assert not ReleasedText.objects.exists()

    @pytest.mark.parametrize("role", ["editor", "care_coordinator", "assistant", "expert", "patient"])
    def test_nobody_else_does(self, client: Client, address: str, role: str) -> None:
        log_in(client, make_user(role))
        assert client.get("/bureau/textes/").status_code == 403
        assert client.get(address).status_code == 403
        assert client.post(address, {"motive": "Un motif assez long pour compter."}).status_code == 403

    def test_a_release_never_changes(self, client: Client, page: InformationPage, address: str) -> None:
        call_command("check", verbosity=0)
        kept = ReleasedText.objects.create(
            page_key=page.translation_key,
            language="fr",
            sha256="0" * 64,
            motive="Un motif assez long pour compter.",
            released_by=make_user("coordinator"),
        )
        for change in (kept.delete, lambda: ReleasedText.objects.update(motive="Un autre motif, plus long aussi.")):
            with pytest.raises(DatabaseError), transaction.atomic():
                change()
