"""Every environment variable production reads, and the reader that says all that is wrong at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

YES = ("1", "on", "true", "yes")
NO = ("0", "off", "false", "no", "")


@dataclass(frozen=True)
class Variable:
    """One environment variable.

    Args:
        name: as written in the environment.
        purpose: what it is for, one sentence for docs/deploy.md.
        default: what holds when it is not set; None means production does not start without it.
    """

    name: str
    purpose: str
    default: str | None = ""


VARIABLES = (
    Variable("SECRET_KEY", "Signs sessions and login codes; at least 50 random characters.", None),
    Variable("SECRET_KEY_FALLBACKS", "Former values of SECRET_KEY that still verify, separated by spaces."),
    Variable("ALLOWED_HOSTS", "Host names the site answers to, separated by spaces.", None),
    Variable("SITE_ORIGIN", "Public address, as in `https://avis.example`; used in e-mails and opinions.", None),
    Variable("TLS", "`on`: confirms that everything in front of the server is reached by TLS alone.", None),
    Variable(
        "TRUSTED_PROXIES",
        "Addresses or networks of the proxies in front, separated by spaces; only they may name the client's address.",
    ),
    Variable("DATABASE_URL", "`postgres://user:password@host:port/name?sslmode=verify-full`.", None),
    Variable(
        "MASTER_KEYS_FILE",
        "File with one `id key` a line (32 bytes, base64); the first wraps new keys, the others still open old ones.",
        None,
    ),
    Variable(
        "SIGNING_AUTHORITY_DIR", "Folder with the certificate authority that certifies experts' signing keys.", None
    ),
    Variable("SIGNING_TRUSTED_FILE", "PEM file of further authorities, for experts who bring their own certificate."),
    Variable("TIMESTAMP_URL", "Time-stamp authority (RFC 3161); without it signatures are B-B and the pages say so."),
    Variable(
        "DIRECTORY_URL",
        "National directory of health professionals (FHIR), as in `https://gateway.api.esante.gouv.fr/fhir/v2`; "
        "without it a person looks there.",
    ),
    Variable("DIRECTORY_KEY", "Key of that directory (header `ESANTE-API-KEY`)."),
    Variable(
        "PSC_ISSUER",
        "Issuer of Pro Santé Connect, as in `https://auth.esw.esante.gouv.fr/auth/realms/esante-wallet`; "
        "without it nobody logs in by it.",
    ),
    Variable("PSC_CLIENT_ID", "Name under which this service is registered there."),
    Variable("PSC_CLIENT_SECRET", "Its secret."),
    Variable(
        "PSC_DISCOVERY_URL",
        "Where its addresses are read, if not at the issuer’s `/.well-known/wallet-openid-configuration`.",
    ),
    Variable(
        "PSC_LEVELS",
        "Levels of authentication (TRE_R231) that let somebody in, separated by spaces.",
        "APPPRIP3 APPPUBP3",
    ),
    Variable(
        "PSC_SUPPORT",
        "Where the e-CPS customer service is reached, shown to whoever must report a fault to it.",
        "https://esante.gouv.fr",
    ),
    Variable("EMAIL_URL", "Mail relay: `smtp://user:password@host:587` (STARTTLS) or `smtps://…:465` (TLS).", None),
    Variable("DEFAULT_FROM_EMAIL", "Sender of all mail; a neutral name, no specialty.", None),
    Variable("CLAMD_ADDRESS", "Malware scanner: `unix:///run/clamav/clamd.ctl` or `tcp://host:3310`.", None),
    Variable("VAR_DIR", "Folder the product writes to.", "var"),
    Variable("S3_BUCKET", "Bucket for encrypted files; without it they lie under VAR_DIR/files."),
    Variable("S3_ENDPOINT_URL", "Address of the S3 store."),
    Variable("S3_REGION", "Region of the S3 store (health data stay in the European Economic Area)."),
    Variable("S3_ACCESS_KEY_ID", "Access key of the S3 store."),
    Variable("S3_SECRET_ACCESS_KEY", "Secret key of the S3 store."),
    Variable("AUDIT_ANCHOR_DIR", "Folder for the daily heads of the journal, best on another machine's disk."),
    Variable("AUDIT_ANCHOR_EMAIL", "Address outside the instance that is sent those heads every day."),
    Variable("SERVICE_NAME", "Name of the service on pages, consents and opinions.", "Second Regard"),
    Variable("SERVICE_CONTROLLER", "The organisation responsible for the processing, as named in consents.", None),
    Variable("SERVICE_CONTACT", "Postal address of that organisation, in consents, terms, letters and opinions.", None),
    Variable("SERVICE_PHONE", "Phone of the service, shown on every page.", None),
    Variable("SERVICE_EMAIL", "E-mail of the service, shown on every page.", None),
    Variable("SERVICE_DPO_EMAIL", "E-mail of the data protection officer, for rights on personal data.", None),
    Variable("EXPERT_FEE", "Fee of the expert for an opinion a patient asks for, in whole euros.", "0"),
    Variable("SERVICE_FEE", "Fee of the service for it, in whole euros; a price needs a rule on referral (desk).", "0"),
    Variable("PAYMENT_FR", "How the price may be paid, in French words; shown below it."),
    Variable("PAYMENT_EN", "The same in English."),
    Variable("SERVICE_MEDIATOR", "Name, address and site of the consumer mediator; a price needs one."),
    Variable("SENTRY_DSN", "Where crashes are reported, stripped of all data; unset: nowhere."),
    Variable("LOG_LEVEL", "Least level that is logged.", "INFO"),
    Variable("BIND", "Address the web server listens on.", "127.0.0.1"),
    Variable("PORT", "Port the web server listens on.", "8000"),
    Variable("WEB_WORKERS", "Web processes.", "2"),
    Variable("WEB_THREADS", "Threads in each web process.", "8"),
)


class Environment:
    """Reads variables, collects what is missing or wrong, and says it all in one refusal.

    Args:
        values: the environment, as in `os.environ`.
    """

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = values
        self._known = {variable.name: variable for variable in VARIABLES}
        self.problems: list[str] = []

    def text(self, name: str) -> str:
        """The value without spaces around it; notes a required one that is missing."""
        variable = self._known[name]
        value = self._values.get(name, "").strip()
        if value:
            return value
        if variable.default is None:
            self.refuse(name, f"is not set. {variable.purpose}")
        return variable.default or ""

    def words(self, name: str) -> list[str]:
        """The value split at spaces and commas."""
        return self.text(name).replace(",", " ").split()

    def number(self, name: str) -> int:
        """The value as a whole number."""
        value = self.text(name)
        if not value.isdecimal():
            self.refuse(name, "must be a whole number.")
            return 0
        return int(value)

    def flag(self, name: str) -> bool:
        """The value as on or off."""
        value = self.text(name).lower()
        if value not in YES + NO:
            self.refuse(name, "must be on or off.")
        return value in YES

    def address(self, name: str, *schemes: str) -> SplitResult:
        """The value as an address of one of the schemes; user and password decoded by `decoded`."""
        value = self.text(name)
        parts = urlsplit(value)
        if value and parts.scheme not in schemes:
            self.refuse(name, f"must begin with {' or '.join(f'{scheme}://' for scheme in schemes)}.")
        return parts

    def existing(self, name: str, *, folder: bool = False) -> Path:
        """The value as the path of a file (or folder) that is there."""
        value = self.text(name)
        path = Path(value)
        if value and not (path.is_dir() if folder else path.is_file()):
            self.refuse(name, f"names no {'folder' if folder else 'file'} that exists.")
        return path

    def refuse(self, name: str, why: str) -> None:
        """Note a problem; `finish` raises them together."""
        self.problems.append(f"{name} {why}")

    def finish(self) -> None:
        """Go on, or refuse to start.

        Raises:
            ImproperlyConfigured: something is missing or wrong; the message lists all of it, and no value.
        """
        if self.problems:
            listed = "\n".join(f"  - {problem}" for problem in sorted(set(self.problems)))
            raise ImproperlyConfigured(
                f"Second Regard does not start; docs/deploy.md explains each variable:\n{listed}"
            )


def decoded(value: str | None) -> str:
    """A user name or password out of an address."""
    return unquote(value or "")
