"""Deny by default: what opens for whom."""

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import get_resolver, reverse

from accounts.models.roles import DERIVED_ROLES, PROFESSIONAL_ROLES, STAFF_ROLES, Role
from accounts.roles import SPACES, first_part
from tests.accounts.logins import give_password, log_in, make_professional, make_user

pytestmark = pytest.mark.django_db

PUBLIC = {
    "login": 200,
    "logout": 405,
    "psc": 302,
    "psc_return": 302,
    "psc_refused": 200,
    "psc_logged_out": 200,
    "psc_log_out": 302,
    "sign_up": 200,
    "sign_up_professional": 200,
    "sign_up_code": 302,
    "terms": 200,
    "privacy": 200,
    "reset": 200,
    "reset_code": 302,
    "invitation": 200,
    "invitation_next": 302,
    "invitation_refuse": 200,
    "invitation_reissue": 200,
}
ARGUMENTS: dict[str, list[Any]] = {
    "end_session": [uuid4()],
    "kept": [uuid4()],
    "open_space": ["patient"],
    "identity_of": [uuid4()],
    "answer_registration": [uuid4()],
    "answer_registration_technical": [uuid4()],
    "staff_member": [uuid4()],
    "change_member": [uuid4(), "donner"],
}


def own_names() -> list[str]:
    """Every name of this package's addresses."""
    from accounts.urls import urlpatterns

    return [pattern.name for pattern in urlpatterns if pattern.name]


@pytest.mark.parametrize("name", own_names())
@pytest.mark.parametrize("half", [False, True], ids=["anonymous", "password only"])
@pytest.mark.behaviour("S0-24")
def test_without_a_verified_session_only_public_pages_open(client: Client, name: str, half: bool) -> None:
    if half:
        give_password(client, make_user("administrator").email)
    url = reverse(f"accounts:{name}", args=ARGUMENTS.get(name, []))
    answer = client.get(url)
    if name in PUBLIC:
        assert answer.status_code == PUBLIC[name]
        assert not answer.headers.get("Location", "").startswith("/connexion/?")
    else:
        assert answer.status_code == 302
        assert answer.url == f"/connexion/?next={url}"
        assert client.post(url).url == "/connexion/"


@pytest.mark.parametrize("path", ["/cms/", "/cms/pages/", "/cms/login/", "/django-admin/", "/django-admin/login/"])
@pytest.mark.asvs("6.3.4")
def test_the_administrations_open_only_to_verified_sessions_of_their_roles(client: Client, path: str) -> None:
    assert client.get(path).url.startswith("/connexion/?next=")
    log_in(client, make_user("patient"))
    assert client.get(path).status_code == 403


def test_the_administrator_opens_djangos_administration(client: Client) -> None:
    log_in(client, make_user("administrator"))
    page = client.get("/django-admin/")
    assert page.status_code == 200
    shown = {model["object_name"] for app in page.context["app_list"] for model in app["models"]}
    assert shown == {"DBTaskResult"}


def test_the_editor_opens_the_pages_administration_until_his_role_ends(client: Client) -> None:
    from accounts import services
    from audit import SystemActor

    user = make_user("editor")
    log_in(client, user)
    assert client.get("/cms/").status_code == 200
    assert client.get("/django-admin/").status_code == 403
    services.end_role(user, "editor", actor=SystemActor("test"))
    assert client.get("/cms/").status_code == 403
    assert not user.groups.exists()


def test_only_known_views_of_libraries_are_public() -> None:
    from accounts.access import is_public, view_name

    public = {p.callback for p in walk(get_resolver().url_patterns) if is_public(p.callback, "/")}
    of_libraries = {view_name(view) for view in public if not getattr(view, "public", False)}
    assert of_libraries <= {
        "wagtail.views.serve",
        "wagtail.documents.views.serve.serve",
        "django.views.i18n.set_language",
        "django.views.static.serve",
    }
    assert "wagtail.views.serve" in of_libraries


def test_no_page_of_the_public_site_opens_under_the_address_of_a_space(client: Client) -> None:
    for prefix in SPACES:
        assert client.get(f"/{prefix}/some-page/").url.startswith("/connexion/"), prefix


def walk(patterns: list[Any]) -> list[Any]:
    """All views below these patterns."""
    found = []
    for pattern in patterns:
        found += walk(pattern.url_patterns) if hasattr(pattern, "url_patterns") else [pattern]
    return found


@pytest.mark.parametrize("prefix", [p for p in SPACES if p not in {"cms", "django-admin"}])
def test_the_space_of_another_role_is_refused_and_ones_own_is_named(client: Client, prefix: str) -> None:
    role = "patient" if prefix != "patient" else "dpo"
    log_in(client, make_user(role))
    answer = client.get(f"/{prefix}/")
    page = answer.content.decode()
    assert answer.status_code == 403
    assert f'href="/{"patient" if role == "patient" else "dpo"}/"' in page


@pytest.mark.parametrize("role", sorted(STAFF_ROLES))
@pytest.mark.behaviour("S0-22")
@pytest.mark.behaviour("S1-59")
def test_staff_sees_no_data_before_the_undertaking(client: Client, role: str) -> None:
    user = make_user(role, ready=False)
    log_in(client, user)
    prefix = next(p for p, roles in SPACES.items() if Role(role) in roles)
    assert client.get(f"/{prefix}/").url == "/compte/engagement/"
    page = client.get("/compte/engagement/").content.decode()
    assert "226-13" in page
    client.post("/compte/engagement/", {})
    assert not user.undertakings.exists()
    client.post("/compte/engagement/", {"accept": "yes"})
    row = user.undertakings.get()
    assert row.version
    assert row.language == "fr"
    assert len(row.text_sha256) == 64
    assert row.accepted_at
    answer = client.get(f"/{prefix}/")
    assert answer.status_code != 302 or answer.url != "/compte/engagement/"


def test_a_patient_is_asked_for_no_undertaking(client: Client) -> None:
    log_in(client, make_user("patient"))
    assert client.get("/compte/engagement/").url == "/espace/"


@pytest.mark.parametrize("role", sorted(PROFESSIONAL_ROLES))
def test_no_professional_role_works_before_registration_is_checked(client: Client, role: str) -> None:
    user = make_user(role, ready=False)
    log_in(client, user)
    if Role(role) in STAFF_ROLES:
        client.post("/compte/engagement/", {"accept": "yes"})
    prefix = next(p for p, roles in SPACES.items() if Role(role) in roles)
    # A view of the requester may be marked `while_checked`; whatever is not marked stays closed.
    path = f"/{prefix}/a-page-nobody-marked/"
    wait = "/compte/inscription-professionnelle/"
    assert client.get(path).url == wait
    make_professional(user, confirmed=False)
    assert client.get(path).url == wait
    assert client.post(path).url == wait


def test_only_granted_roles_count(client: Client) -> None:
    user = make_user("patient")
    user.is_superuser = user.is_staff = True
    user.save()
    log_in(client, user)
    for path in ("/bureau/inscriptions/", "/technique/comptes/", "/django-admin/", "/cms/"):
        assert client.get(path).status_code == 403, path


def test_an_ended_role_closes_its_space_at_once(client: Client) -> None:
    from accounts import services
    from audit import SystemActor

    user = make_user("administrator")
    log_in(client, user)
    assert client.get("/technique/comptes/").status_code == 200
    services.end_role(user, "administrator", actor=SystemActor("test"))
    assert client.get("/technique/comptes/").status_code == 403
    user.refresh_from_db()
    assert not user.is_staff
    assert not user.is_superuser


def test_a_script_gets_401_and_htmx_a_redirect(client: Client) -> None:
    assert client.get("/compte/", headers={"accept": "application/json"}).status_code == 401
    assert client.get("/compte/", headers={"hx-request": "true"}).headers["HX-Redirect"].startswith("/connexion/")


def test_english_addresses_are_the_same_spaces(client: Client) -> None:
    assert first_part("/en/bureau/x/") == "bureau"
    assert first_part("/bureau/") == "bureau"
    log_in(client, make_user("patient"))
    answer = client.get("/en/technique/comptes/")
    assert answer.status_code == 403
    assert "/en/patient/" in answer.content.decode()


@pytest.mark.parametrize("name", sorted(set(own_names()) - {"login", "logout"}))
def test_other_methods_are_refused(client: Client, name: str) -> None:
    log_in(client, make_user("administrator"))
    url = reverse(f"accounts:{name}", args=ARGUMENTS.get(name, []))
    assert client.delete(url).status_code in {405, 403, 404, 302}


@pytest.mark.asvs("6.3.2")
def test_a_fresh_instance_has_no_account() -> None:
    from accounts.models import User

    assert not User.objects.exists()


def test_derived_roles_cannot_be_granted() -> None:
    from accounts import services
    from audit import SystemActor
    from errors import Invalid

    user = make_user()
    for role in DERIVED_ROLES:
        with pytest.raises(Invalid):
            services.grant_role(user, role, actor=SystemActor("test"))


def test_a_page_costs_three_queries_before_its_own(client: Client, django_assert_max_num_queries: Any) -> None:
    user = make_user("coordinator")
    log_in(client, user)
    client.get("/bureau/inscriptions/")
    # The session, its person, his roles; then the page's own two (how many, which).
    with django_assert_max_num_queries(5):
        assert client.get("/bureau/inscriptions/").status_code == 200


def test_a_changed_password_hash_ends_the_session_by_itself(client: Client) -> None:
    user = make_user("patient")
    log_in(client, user)
    user.set_password("another plain sentence")
    user.save()
    assert client.get("/compte/").status_code == 302


def test_a_session_survives_a_rotation_of_the_servers_secret(client: Client, settings: Any) -> None:
    log_in(client, make_user("patient"))
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another", [settings.SECRET_KEY]
    assert client.get("/compte/").status_code == 200


def test_the_journal_finds_people_by_name_and_address() -> None:
    from accounts import services
    from audit import SystemActor
    from audit.actions import find

    user = make_user("patient", name="Élise Durand", email="camille@example.org")
    patient = services.create_patient(actor=SystemActor("test"), birth_name="Durand", birth_first_names="Élise")
    assert {(found.kind, found.id) for found in find("ELISE dur")} == {("actor", user.pk), ("patient", patient.id)}
    assert [found.id for found in find("CAMILLE@example.org")] == [user.pk]
    assert find("") == []
    assert find("   ") == []
