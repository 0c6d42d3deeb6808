"""`make test`: fast, fenced, and on either database."""

import os
from typing import Any

from config.database import database
from config.settings.base import *  # noqa: F403
from config.settings.base import BASE_DIR, STORAGES, VAR_DIR

DEBUG = False
SECRET_KEY = "only-for-tests"  # noqa: S105 (opens nothing)
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
DEMO_PASSWORD = "demonstration-2026"  # noqa: S105 (printed for everyone)

_SUFFIX = os.environ.get("TEST_DB_SUFFIX", "")
# Each parallel process writes into a folder of its own.
_WORKER = os.environ.get("PYTEST_XDIST_WORKER", "")
VAR_DIR = VAR_DIR / "-".join(filter(None, ("test", _SUFFIX, _WORKER)))
VAR_DIR.mkdir(parents=True, exist_ok=True)
DATABASES: dict[str, dict[str, Any]] = {
    "default": database(os.environ.get("DATABASE_URL") or f"sqlite:///{VAR_DIR}/none.sqlite3", base=BASE_DIR)
}
if "sqlite" in DATABASES["default"]["ENGINE"]:
    # A file and not memory: threads of the live server share it, and --reuse-db keeps it.
    DATABASES["default"]["TEST"] = {"NAME": VAR_DIR / "test.sqlite3"}
    DATABASES["default"]["OPTIONS"]["init_command"] = "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF;"
else:
    # The live server's threads may not hold a connection to a database that is being put back.
    DATABASES["default"]["CONN_MAX_AGE"] = 0
    DATABASES["default"]["TEST"] = {
        "NAME": f"test_{DATABASES['default']['NAME']}{_SUFFIX and '_' + _SUFFIX}",
        "TEMPLATE": os.environ.get("TEST_DB_TEMPLATE") or None,
    }

# A test looks at each page anew; those of the cache say so.
PAGE_CACHE = False

# Static files are found where they lie, without being collected first.
STATIC_ROOT = VAR_DIR / "static"
STATIC_ROOT.mkdir(exist_ok=True)
STORAGES = STORAGES | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
WHITENOISE_AUTOREFRESH = True
WHITENOISE_USE_FINDERS = True

MEDIA_ROOT = VAR_DIR / "media"
SIGNING_AUTHORITY_DIR = VAR_DIR / "keys" / "authority"
AUDIT_ANCHOR_DIR = VAR_DIR / "anchors"
VAULT_ROOT = VAR_DIR / "vault"
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
DEFAULT_FROM_EMAIL = "Second Regard <ne-pas-repondre@example.test>"
VAULT_SCANNER = "demo"
SERVICE_CONTROLLER = "Association Second Regard"
SERVICE_CONTACT = "1 rue de l’Exemple, 75000 Paris"
SERVICE_PHONE = "01 99 00 00 00"
SERVICE_EMAIL = "aide@example.test"
SERVICE_DPO_EMAIL = "dpo@example.test"
# Connected, and nobody answers there: every page is seen as it is where professionals may log in by it.
PRO_SANTE_CONNECT = {
    "issuer": "http://127.0.0.1:9/auth/realms/esante-wallet",
    "discovery_url": "http://127.0.0.1:9/auth/realms/esante-wallet/.well-known/wallet-openid-configuration",
    "client_id": "second-regard",
    "client_secret": "only-for-tests-of-pro-sante-connect",
    "levels": ["APPPRIP3", "APPPUBP3"],
    "support": "https://esante.gouv.fr",
}
