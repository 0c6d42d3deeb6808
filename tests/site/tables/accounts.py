"""One's own account, and the public pages that lead to one."""

from collections.abc import Callable, Mapping
from typing import Any

from accounts.invitations import code_to_mail
from accounts.models import Invitation
from tests.accounts.logins import last_code
from tests.cases.world import PASSWORD
from tests.site.rows import ANYBODY, DONE, HIDDEN, NO, PAGE, Outcomes, Row
from tests.site.stage import Stage
from tests.site.tables.prepare import IDENTITY, carried

IN_PATIENT_SPACE = "owner stranger guardian parent helper bringer"
PROFESSIONALS = "requester other_requester expert other_expert coordinator deputy involved unchecked nurse"
STAFF = (
    "expert other_expert coordinator deputy involved unchecked nurse assistant member aside manager dpo editor "
    "administrator"
)
NEW_PASSWORD = "quatre mots assez longs ensemble"
SIGN_UP = {
    "full_name": "Nina Neuve",
    "email": "nina@example.org",
    "password": NEW_PASSWORD,
    "language": "fr",
    "terms": "on",
}
REGISTRATION = {"profession": "physician", "rpps": "10000000009", "phone": "01 99 00 00 00"}


def _invited(stage: Stage, who: str = "") -> Mapping[str, Any]:
    invitation = Invitation.objects.get(pk=stage.things["invitation"])
    return {"code": code_to_mail(invitation.pk, issue=invitation.issued), "birth_date": "03/02/1951"}


def _code_for(address: str) -> dict[str, str]:
    return {"code": last_code(address) or "000000", "password": NEW_PASSWORD}


#: For everybody logged in, whoever he is.
OWN = [
    Row("accounts:spaces", get={"expert deputy": DONE, "others": DONE, "involved root": PAGE}),
    Row("accounts:account", get={"others": PAGE}),
    Row("accounts:keepalive", post={"others": PAGE}),
    Row("accounts:profile", "", {"others": PAGE}, {"others": DONE}, {"full_name": "Autre Nom", "language": "fr"}),
    Row(
        "accounts:password",
        "",
        {"others": PAGE},
        {"others": DONE},
        {"current_password": PASSWORD, "password": NEW_PASSWORD},
    ),
    Row(
        "accounts:email",
        "",
        {"others": PAGE},
        {"others": DONE},
        {"current_password": PASSWORD, "email": "neuve@example.org"},
    ),
    Row(
        "accounts:email_code",
        "",
        {"others": PAGE},
        {"others": DONE},
        lambda *_: _code_for("neuve@example.org"),
        before=(("accounts:email", {"current_password": PASSWORD, "email": "neuve@example.org"}),),
    ),
    Row("accounts:end_other_sessions", post={"others": DONE}),
    # Somebody else's session is no session of mine.
    Row("accounts:end_session", post={"owner": DONE, "others": HIDDEN}),
    Row("accounts:close", "", {"others": PAGE}, {"others": DONE}, {"current_password": PASSWORD}),
    Row("accounts:undertaking", "", {STAFF: PAGE, "others": DONE}, {STAFF: PAGE, "others": DONE}),
    # What an expired session kept is its author's; for another it is as if it were gone.
    Row("accounts:kept", "", {"owner": PAGE, "others": DONE}, {"owner": DONE, "others": DONE}),
    Row("accounts:open_space", post={"others": DONE}, args={"role": "patient"}),
    Row("accounts:open_space", post={"others": HIDDEN}, args={"role": "coordinator"}),
    Row(
        "accounts:registration",
        "",
        {PROFESSIONALS: PAGE, "others": DONE},
        {PROFESSIONALS: DONE, "others": DONE},
        REGISTRATION,
    ),
    Row("accounts:identity", "", {IN_PATIENT_SPACE: PAGE}, {IN_PATIENT_SPACE: DONE}, IDENTITY),
    # A helper is known to the patient and changes no identity; a stranger learns nothing.
    Row(
        "accounts:identity_of",
        "",
        {"owner guardian": PAGE, "helper bringer": NO, "stranger parent": HIDDEN},
        {"owner guardian": DONE, "helper bringer": NO, "stranger parent": HIDDEN},
        IDENTITY,
    ),
    Row("accounts:registrations", get={"coordinator deputy involved": PAGE}),
    Row(
        "accounts:answer_registration",
        "",
        {"coordinator deputy involved": PAGE},
        {"coordinator deputy involved": DONE},
        {"answer": "confirmed", "identity_means": "id_document", "note": ""},
    ),
    Row("notify:notices", get={"others": PAGE}),
    Row("notify:read", post={"others": DONE}),
]


def _going_on(data: Mapping[str, Any]) -> Callable[..., dict[str, Any]]:
    return lambda *_: {"carried": carried(), **data}


OUTSIDE: Outcomes = {ANYBODY: PAGE, "everybody": DONE}
#: Open to everybody. Whoever is logged in has nothing to do on the way to an account.
PUBLIC = [
    # Whoever sends the first page empty sees it again; somebody logged in may log in as another.
    Row("accounts:login", "", OUTSIDE, {"everybody": PAGE}, {"login_view-current_step": "auth"}),
    Row("accounts:logout", post={"everybody": DONE}),
    # Nobody answers at Pro Santé Connect: the way there ends on the page that says so.
    Row("accounts:psc", get={"everybody": DONE}),
    Row("accounts:psc_return", get={"everybody": DONE}),
    Row("accounts:psc_refused", get=OUTSIDE),
    Row("accounts:psc_logged_out", get=OUTSIDE),
    Row("accounts:psc_log_out", get={"everybody": DONE}),
    Row("accounts:sign_up", "", OUTSIDE, {"everybody": DONE}, SIGN_UP),
    Row("accounts:sign_up_professional", "", OUTSIDE, {"everybody": DONE}, SIGN_UP),
    Row(
        "accounts:sign_up_code",
        "",
        OUTSIDE,
        {"everybody": DONE},
        lambda *_: _code_for("nina@example.org"),
        before=(("accounts:sign_up", SIGN_UP),),
    ),
    Row("accounts:terms", get={"everybody": PAGE}),
    Row("accounts:privacy", get={"everybody": PAGE}),
    Row("accounts:reset", "", {"everybody": PAGE}, {"everybody": DONE}, {"email": "personne@example.org"}),
    Row(
        "accounts:reset_code",
        "",
        {"everybody": PAGE},
        {"everybody": PAGE},
        {"code": "123456", "password": NEW_PASSWORD},
        before=(("accounts:reset", {"email": "personne@example.org"}),),
    ),
    Row("accounts:invitation", "", {"everybody": PAGE}, {"everybody": DONE}, _invited),
    Row(
        "accounts:invitation_next",
        "",
        {"everybody": PAGE},
        {"everybody": PAGE},
        {"answer": "not_me"},
        before=(("accounts:invitation", _invited),),
    ),
    Row(
        "accounts:invitation_refuse",
        "",
        {"everybody": PAGE},
        {"everybody": PAGE},
        lambda *args: {**_invited(*args), "refusal": "not_me"},
    ),
    Row(
        "accounts:invitation_reissue",
        "",
        {"everybody": PAGE},
        {"everybody": DONE},
        {"email": "odile@example.org", "birth_date": "03/02/1951"},
    ),
    Row("start:begin", "", {"everybody": PAGE}, {"everybody": PAGE}),
    Row("start:emergency", "", {"everybody": PAGE}, {"everybody": PAGE}, {"emergency": "no"}),
    *(
        Row(f"start:{name}", "", {"everybody": DONE}, {"everybody": PAGE}, _going_on(data))
        for name, data in {
            "diagnosis": {"diagnosis": "yes"},
            "whom": {"whom": "self"},
            "date": {"planned_on": ""},
            "needs": {"language": "fr"},
            "disease": {"pathology": "lumbar_disc_herniation"},
        }.items()
    ),
    Row("notify:recognise", get={"everybody": PAGE}),
    Row("verify:start", get={"everybody": PAGE}),
    Row("verify:code", post={"everybody": 422}, data={"code": "ABCDE-ABCDE-ABCDE-ABCDE-ABCDE"}),
    # Without a file: reading one takes a process of its own, for everybody the same.
    Row("verify:file", post={"everybody": 422}),
    Row("verify:authority", get={"everybody": PAGE}),
]
