"""`make run`: made-up people on one machine, everything under var/."""

import os
import secrets
from pathlib import Path
from typing import Any

from config.database import database
from config.settings.base import *  # noqa: F403
from config.settings.base import BASE_DIR, STORAGES, VAR_DIR


def _kept_secret(path: Path) -> str:
    """The secret in a file only we can read; made when there is none."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(64))
    except FileExistsError:
        pass
    return path.read_text()


DEMO = True
DEBUG = False
SECRET_KEY = _kept_secret(VAR_DIR / "keys" / "secret")
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]"]
SITE_ORIGIN = f"http://127.0.0.1:{os.environ.get('PORT') or 8000}"
WAGTAILADMIN_BASE_URL = SITE_ORIGIN
DATABASES: dict[str, dict[str, Any]] = {
    "default": database(os.environ.get("DATABASE_URL") or "sqlite:///var/db.sqlite3", base=BASE_DIR)
}
DEMO_PASSWORD = os.environ.get("DEMO_PASSWORD") or "demonstration-2026"

# Not compressed: that takes longer than everything else of a first start.
STORAGES = STORAGES | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"}}

SERVICE_CONTROLLER = "Association Second Regard (démonstration)"
SERVICE_CONTACT = "1 rue de l’Exemple, 75000 Paris"
SERVICE_PHONE = "01 99 00 00 00"
SERVICE_EMAIL = "aide@demo.test"
SERVICE_DPO_EMAIL = "dpo@demo.test"

# Mail is written to files, shown on /demo/mailbox/ and never sent.
EMAIL_BACKEND = "notify.demo_mail.DemoMailBackend"
EMAIL_FILE_PATH = VAR_DIR / "mail"
DEFAULT_FROM_EMAIL = "Second Regard <ne-pas-repondre@demo.test>"
# Knows the EICAR test file alone, and the upload page says so.
VAULT_SCANNER = "demo"
