"""A client logged in as a person would be, with a session verified by a code, for the pages of cases."""

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from accounts.roles import needs_undertaking
from accounts.undertakings import accept
from audit import Actor
from tests.accounts.logins import give_code, give_password, last_code
from tests.cases.world import PASSWORD


def verified_client(user: User, role: str = "", *, client: Client | None = None) -> Client:
    """A client of this person; whoever works for the service has promised secrecy.

    Args:
        user: made by `tests.cases.world`.
        role: only says in the test in which role he is meant; the address decides.
    """
    assert not role or role in user.roles, f"{user} is no {role}"
    if needs_undertaking(user) and not user.undertakings.exists():
        accept(user, "fr", actor=Actor(kind="user", id=user.pk, role="account"))
    client = client or Client()
    give_password(client, user.email, PASSWORD)
    answer = give_code(client, last_code(user.email))
    assert answer.status_code == 302, answer.content.decode()[:2000]
    return client


def own_queries(client: Client, address: str) -> int:
    """How often the view itself asks the database: the session and the journal left out."""
    client.get(address)
    with CaptureQueriesContext(connection) as asked:
        assert client.get(address).status_code == 200
    others = ("SAVEPOINT", "audit_", "django_session", "accounts_usersession", "accounts_rolegrant", "BEGIN", "COMMIT")
    return sum(not any(name in query["sql"] for name in others) for query in asked.captured_queries)
