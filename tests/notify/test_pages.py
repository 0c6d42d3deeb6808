"""A person's notices, and the mailbox of the demonstration."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.mail import EmailMessage
from django.urls import include, path

import clock
from notify import demo_mail, send
from notify.models import Notice
from tests.acting import Person, acting_client

pytestmark = pytest.mark.django_db

WHEN = datetime(2026, 11, 12, 17, 42, tzinfo=UTC)
urlpatterns = [path("demo/mailbox/", include("notify.demo_urls"))]


@pytest.fixture
def camille(make_user):
    return make_user("camille@example.org", "en")


@pytest.fixture
def her(settings, camille):
    camille.is_verified = lambda: True
    camille.roles = frozenset()
    return acting_client(settings, Person("account", id=camille.pk, user=camille))


def notice(user, key="k1"):
    return send("sample.plain", user=user, key=key, context={"reference": "DA-2611-0482", "due": WHEN})


@pytest.mark.usefixtures("samples")
class TestNotices:
    """`/compte/avis/`"""

    def test_she_reads_her_own_in_the_language_of_the_page(self, her, camille, make_user):
        notice(camille)
        send(
            "sample.plain",
            user=make_user("b@example.org"),
            key="k2",
            context={"reference": "DA-2611-9999", "due": WHEN},
        )
        page = her.get("/en/compte/avis/").content.decode()
        assert "Your file DA-2611-0482 waits for you until" in page
        assert "DA-2611-9999" not in page
        assert "DA-2611-0482" in her.get("/compte/avis/").content.decode()

    def test_a_get_marks_nothing_a_post_does(self, her, camille):
        for n in range(3):
            notice(camille, f"k{n}")
        her.get("/en/compte/avis/")
        assert her.get("/en/compte/avis/lu/").status_code == 405
        assert Notice.objects.filter(read_at=None).count() == 3
        her.post("/en/compte/avis/lu/", {"notice": str(Notice.objects.first().id)})
        assert Notice.objects.filter(read_at=None).count() == 2
        her.post("/en/compte/avis/lu/")
        assert Notice.objects.filter(read_at=None).count() == 0

    @pytest.mark.parametrize("wanted", ["x", "\x00", "a" * 100_000, "00000000-0000-0000-0000-000000000000"])
    def test_a_strange_notice_marks_nothing(self, her, camille, wanted):
        notice(camille)
        assert her.post("/en/compte/avis/lu/", {"notice": wanted}).status_code == 302
        assert Notice.objects.filter(read_at=None).count() == 1

    def test_she_cannot_mark_those_of_another(self, her, make_user):
        notice(make_user("b@example.org"))
        her.post("/en/compte/avis/lu/", {"notice": str(Notice.objects.get().id)})
        her.post("/en/compte/avis/lu/")
        assert Notice.objects.get().read_at is None

    def test_the_list_is_paged_and_costs_the_same_for_few_and_many(self, her, camille, django_assert_num_queries):
        for n in range(45):
            notice(camille, f"k{n}")
        with django_assert_num_queries(3):
            page = her.get("/en/compte/avis/?page=3")
        assert len(page.context["lines"]) == 5

    def test_nobody_reads_any_without_being_logged_in(self, settings):
        client = acting_client(settings, None)
        assert client.get("/compte/avis/").status_code == 403
        assert client.post("/compte/avis/lu/").status_code == 403


@pytest.mark.behaviour("S1-23")
def test_anybody_reads_how_to_recognise_our_messages(client, settings):
    settings.SITE_ORIGIN = "https://avis.example.org"
    settings.DEFAULT_FROM_EMAIL = "Second Regard <ne-pas-repondre@example.org>"
    page = client.get("/en/compte/avis/reconnaitre/").content.decode()
    for said in ("ne-pas-repondre@example.org", "avis.example.org", "never", "hold health information"):
        assert said in page
    assert "Reconnaître nos messages" in client.get("/compte/avis/reconnaitre/").content.decode()


class TestDemoMailbox:
    """`/demo/mailbox/`"""

    @pytest.fixture
    def box(self, settings, tmp_path):
        settings.DEMO = True
        settings.ROOT_URLCONF = "tests.notify.test_pages"
        settings.EMAIL_BACKEND = "notify.demo_mail.DemoMailBackend"
        settings.EMAIL_FILE_PATH = tmp_path / "mail"
        return acting_client(settings, None)

    def write(self, to="patient@demo.test", subject="Votre code", body="012345", minutes=0):
        with clock.travel(WHEN + timedelta(minutes=minutes)):
            EmailMessage(subject, body, "site@demo.test", [to]).send()

    def test_mail_is_shown_newest_first_to_everybody(self, box):
        self.write(subject="older")
        self.write(subject="newer", minutes=1)
        page = box.get("/demo/mailbox/").content.decode()
        assert page.index("newer") < page.index("older")
        assert "no-store" in box.get("/demo/mailbox/")["Cache-Control"]

    def test_the_mail_of_one_person(self, box):
        self.write(to="Patient@demo.test", subject="hers")
        self.write(to="expert@demo.test", subject="his")
        page = box.get("/demo/mailbox/?to=patient@demo.test").content.decode()
        assert "hers" in page
        assert "his</a>" not in page

    def test_a_mail_opens_with_its_code_and_without_running_anything(self, box):
        self.write(body="code 012345 <script>alert(1)</script>")
        token = demo_mail.messages()[0].token
        page = box.get(f"/demo/mailbox/{token}/").content.decode()
        assert "code 012345" in page
        assert "<script>alert" not in page

    @pytest.mark.parametrize("token", ["0" * 12, "x", "..", "a" * 500, "%00"])
    def test_what_is_no_mail_is_not_found(self, box, token):
        self.write()
        assert box.get(f"/demo/mailbox/{token}/").status_code == 404

    def test_files_of_others_in_the_folder_are_left_alone(self, box):
        self.write()
        for name in ("notes.txt", "evil_../../x.eml", "20261112T174200000000_0123456789ab_<b>.eml"):
            (demo_mail.folder() / name.replace("/", "_")).write_text("x")
        assert len(demo_mail.messages()) == 1
        assert box.get("/demo/mailbox/").status_code == 200

    def test_outside_the_demonstration_there_is_nothing(self, box, settings):
        self.write()
        settings.DEMO = False
        assert box.get("/demo/mailbox/").status_code == 404
        assert box.get(f"/demo/mailbox/{demo_mail.messages()[0].token}/").status_code == 404

    def test_an_empty_mailbox_says_what_to_do(self, box):
        assert box.get("/demo/mailbox/").status_code == 200
