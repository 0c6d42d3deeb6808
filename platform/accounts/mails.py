"""The mails of accounts: which text, to whom, under which key. Codes are computed while a mail leaves, never stored."""

from collections.abc import Mapping
from uuid import UUID, uuid4

from django.conf import settings
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from accounts.models.invitations import Invitation
from accounts.models.professionals import Professional
from accounts.models.security import CodeChallenge, UserSession
from accounts.models.users import User
from clock import now
from errors import Text
from notify import register_secret, register_template, send
from notify.models import OutgoingMail

_NOT_YOU = _(
    "If this was not you, someone may know your password. Log in, choose a new one on the page “My account” and "
    "tell us."
)
_IGNORE = _("If you asked for nothing, you can ignore this message: nothing has changed.")


def _parts(*parts: Text) -> Text:
    """Paragraphs, translated when the mail is written."""
    return format_lazy("\n\n".join(["{}"] * len(parts)), *parts)


def _address(path: str) -> str:
    return f"{settings.SITE_ORIGIN.rstrip('/')}{path}"


def register() -> None:
    """Give notify the texts of these mails, and the way their codes are computed."""
    code = ("code", "minutes")
    register_template(
        "account.login_code",
        _("Your code to log in"),
        _parts(
            _("Here is your code to log in to {site}:"),
            "{code}",
            _(
                "It works for {minutes} minutes, once, in the browser where you asked for it. Tell it to nobody: "
                "we never ask for it by phone."
            ),
            _("If you did not try to log in, someone knows your password: change it now."),
        ),
        code,
        in_app=False,
    )
    register_template(
        "account.step_up_code",
        _("Your confirmation code"),
        _parts(
            _("Here is the code that confirms what you are doing on {site}:"),
            "{code}",
            _(
                "It works for {minutes} minutes, once, in the browser where you asked for it. Tell it to nobody: "
                "we never ask for it by phone."
            ),
            _("If you are not confirming anything, do not use it and tell us."),
        ),
        code,
        in_app=False,
    )
    register_template(
        "account.sign_up_code",
        _("Your code to open an account"),
        _parts(
            _("Here is the code that confirms your address and opens your account on {site}:"),
            "{code}",
            _("It works for {minutes} minutes, once, in the browser where you asked for it."),
            _IGNORE,
        ),
        code,
        in_app=False,
    )
    register_template(
        "account.reset_code",
        _("Your code for a new password"),
        _parts(
            _("Here is the code to choose a new password on {site}:"),
            "{code}",
            _(
                "It works for {minutes} minutes, once, in the browser where you asked for it. If your account was "
                "closed, a new password opens it again."
            ),
            _IGNORE,
        ),
        code,
        in_app=False,
    )
    register_template(
        "account.email_code",
        _("Your code to confirm this address"),
        _parts(
            _("Someone wants to use this address to log in to {site}. Here is the code that confirms it:"),
            "{code}",
            _("It works for {minutes} minutes, once, in the browser where you asked for it."),
            _IGNORE,
        ),
        code,
        in_app=False,
    )
    register_template(
        "account.exists",
        _("You already have an account"),
        _parts(
            _("Someone asked to open an account on {site} with this address. It already has one, so nothing was done."),
            _(
                "To get in, log in as usual. If you have forgotten your password, choose “Forgotten password” on "
                "the login page."
            ),
            _IGNORE,
        ),
        (),
        in_app=False,
    )
    register_template(
        "account.unknown",
        _("There is no account for this address"),
        _parts(
            _("Someone asked for a new password on {site} with this address. It has no open account here."),
            _("If you do have an account, it is under another address of yours."),
            _IGNORE,
        ),
        (),
        in_app=False,
    )
    register_template(
        "account.new_login",
        _("A new login to your account"),
        _parts(
            _(
                "Someone logged in to your account on {site} from a browser or a place we had not seen before, on "
                "{due}."
            ),
            _NOT_YOU,
        ),
        ("due",),
    )
    register_template(
        "account.wrong_passwords",
        _("Many wrong passwords for your account"),
        _parts(
            _(
                "Within one hour, {count} wrong passwords were tried for your account on {site}. Nobody got in by "
                "them, and you can still log in as usual."
            ),
            _("If this was not you, there is nothing to repair. A long password used nowhere else protects you best."),
        ),
        ("count",),
    )
    register_template(
        "account.wrong_codes",
        _("Many wrong codes for your account"),
        _parts(
            _("Within one hour, {count} wrong codes were typed for your account on {site}, after the right password."),
            _NOT_YOU,
        ),
        ("count",),
    )
    register_template(
        "account.password_set",
        _("Your password was changed"),
        _parts(
            _("The password of your account on {site} was changed on {due}. Every other session was ended."), _NOT_YOU
        ),
        ("due",),
    )
    register_template(
        "account.email_changed",
        _("Your address was changed"),
        _parts(
            _(
                "The address of your account on {site} was changed on {due}. This message goes to the former "
                "address and to the new one."
            ),
            _("If this was not you, call us at once."),
        ),
        ("due",),
    )
    register_template(
        "account.closed",
        _("Your account is closed"),
        _parts(
            _(
                "Your account on {site} was closed on {due}. Your files are archived: they are kept as long as "
                "the law requires, and nobody works on them."
            ),
            _("You can open your account again whenever you wish: choose “Forgotten password” on the login page."),
        ),
        ("due",),
        in_app=False,
    )
    register_template(
        "account.welcome",
        _("Your account is ready"),
        _parts(
            _(
                "An account was made for you on {site}. To get in for the first time, choose your password on "
                "this page, with the code it will send you:"
            ),
            _address("/mot-de-passe/"),
            _("Then log in with this address and that password."),
        ),
        (),
        in_app=False,
    )
    register_template(
        "account.registration_confirmed",
        _("Your registration is confirmed"),
        _parts(_("Your professional registration was checked and confirmed. Your space on {site} is open.")),
        (),
    )
    register_template(
        "account.registration_refused",
        _("Your registration could not be confirmed"),
        _parts(
            _("We could not confirm your professional registration in the national directory."),
            _("Log in to {site} to see why and to correct it, or call us."),
        ),
        (),
    )
    register_template(
        "account.invitation",
        _("You are invited"),
        _parts(
            _("You are invited to {site}. Open this page and type the code below with your date of birth:"),
            _address("/invitation/"),
            "{code}",
            _("The code works once, for {days} days."),
            _(
                "If this is not for you, or if you do not want it, say so on the same page: the code is enough, "
                "and nothing else will happen."
            ),
        ),
        ("code", "days"),
        in_app=False,
    )
    register_template(
        "account.no_invitation",
        _("No invitation for this address"),
        _parts(
            _(
                "Someone asked {site} for a new invitation code with this address. No open invitation fits what "
                "was typed."
            ),
            _("Check the date of birth and the address that received the invitation, or call us."),
            _IGNORE,
        ),
        (),
        in_app=False,
    )
    for template in ("login_code", "step_up_code", "sign_up_code", "reset_code", "email_code"):
        register_secret(f"account.{template}", _code_of)
    register_secret("account.invitation", _invitation_code_of)


def _named(mail: OutgoingMail) -> UUID:
    return UUID(mail.key.split(":")[1])


def _code_of(mail: OutgoingMail) -> Mapping[str, str] | None:
    from accounts.codes import code_to_mail

    code = code_to_mail(_named(mail))
    return {"code": code} if code else None


def _invitation_code_of(mail: OutgoingMail) -> Mapping[str, str] | None:
    from accounts.invitations import code_to_mail

    code = code_to_mail(_named(mail), issue=int(mail.key.split(":")[2]))
    return {"code": code} if code else None


def send_code(template: str, challenge: CodeChallenge) -> None:
    """Mail a code.

    Args:
        template: its text; one without a code for a challenge nobody can meet.
        challenge: what the code is computed from.
    """
    from accounts.codes import LIFETIME

    minutes = {} if challenge.decoy else {"minutes": int(LIFETIME.total_seconds() // 60)}
    # A decoy is mailed once, however often it is asked for: it tells nothing new.
    number = 1 if challenge.decoy else challenge.sent
    send(
        template, user=challenge.user, email=challenge.email, key=f"{template}:{challenge.id}:{number}", context=minutes
    )


def send_invitation(invitation: Invitation, *, days: int) -> None:
    """Mail an invitation with its code.

    Args:
        invitation: with an address.
        days: how long the code works.
    """
    send(
        "account.invitation",
        email=invitation.email,
        language=invitation.language,
        key=f"account.invitation:{invitation.id}:{invitation.issued}",
        context={"days": days},
    )


def tell_no_invitation(address: str) -> None:
    """A new code was asked for, and there is no invitation it could belong to."""
    send("account.no_invitation", email=address, key=f"account.no_invitation:{uuid4()}")


def tell_new_login(user: User, row: UserSession) -> None:
    """A login from a browser or network this user had not used before (ASVS 6.3.5)."""
    send("account.new_login", user=user, key=f"account.new_login:{row.id}", context={"due": row.started_at})


def warn_of_wrong_passwords(user: User) -> None:
    """Thirty wrong passwords within an hour; told once an hour at most."""
    from accounts.limits import PASSWORD_ACCOUNT

    key = f"account.wrong_passwords:{user.pk}:{now():%Y%m%d%H}"
    send("account.wrong_passwords", user=user, key=key, context={"count": PASSWORD_ACCOUNT.count})


def warn_of_wrong_codes(user: User) -> None:
    """Many wrong codes within an hour; told once an hour at most."""
    from accounts.limits import WRONG_CODE

    key = f"account.wrong_codes:{user.pk}:{now():%Y%m%d%H}"
    send("account.wrong_codes", user=user, key=key, context={"count": WRONG_CODE.count})


def tell_password_set(user: User) -> None:
    """The password was changed."""
    send(
        "account.password_set",
        user=user,
        key=f"account.password_set:{user.pk}:{now():%Y%m%d%H%M%S%f}",
        context={"due": now()},
    )


def tell_email_changed(user: User, old: str) -> None:
    """The address was changed: said to the old and to the new one (ASVS 6.3.7)."""
    key = f"account.email_changed:{user.pk}:{now():%Y%m%d%H%M%S%f}"
    send("account.email_changed", user=user, key=f"{key}:new", context={"due": now()})
    send("account.email_changed", email=old, language=user.language, key=f"{key}:old", context={"due": now()})


def tell_closed(user: User) -> None:
    """The account was closed by its owner."""
    send("account.closed", user=user, key=f"account.closed:{user.pk}:{now():%Y%m%d%H%M%S%f}", context={"due": now()})


def welcome_staff(user: User) -> None:
    """How to get in for the first time."""
    send("account.welcome", user=user, key=f"account.welcome:{user.pk}")


def tell_registration(professional: Professional) -> None:
    """The answer about a professional registration."""
    answer = professional.registration_answer
    checked_at = professional.registration_checked_at or now()
    send(
        f"account.registration_{answer}",
        user=professional.user,
        key=f"account.registration:{professional.id}:{checked_at:%Y%m%d%H%M%S%f}",
    )
