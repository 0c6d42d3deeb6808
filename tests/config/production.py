"""A whole production environment, made up: what `check --deploy` and the tests of the settings run under."""

import base64
import secrets
from pathlib import Path


def example(folder: Path) -> dict[str, str]:
    """Every variable production needs.

    Args:
        folder: where the files that some of them name are made.
    """
    folder.mkdir(parents=True, exist_ok=True)
    keys = folder / "master-keys"
    keys.write_text(f"2026-11,{base64.b64encode(secrets.token_bytes(32)).decode()}\n")
    keys.chmod(0o600)
    authority = folder / "authority"
    authority.mkdir(exist_ok=True)
    return {
        "SECRET_KEY": secrets.token_urlsafe(64),
        "ALLOWED_HOSTS": "avis.example www.avis.example",
        "SITE_ORIGIN": "https://avis.example",
        "TLS": "on",
        "TRUSTED_PROXIES": "10.0.0.0/8",
        "DATABASE_URL": "postgres://sr:p%40ss@db.example:5432/sr?sslmode=require",
        "MASTER_KEYS_FILE": str(keys),
        "SIGNING_AUTHORITY_DIR": str(authority),
        "EMAIL_URL": "smtp://sr:p%40ss@mail.example:587",
        "DEFAULT_FROM_EMAIL": "Avis <ne-pas-repondre@avis.example>",
        "CLAMD_ADDRESS": "unix:///run/clamav/clamd.ctl",
        "VAR_DIR": str(folder),
        "SERVICE_CONTROLLER": "Association Avis",
        "SERVICE_CONTACT": "1 rue de l’Exemple, 75000 Paris",
        "SERVICE_PHONE": "01 99 00 00 00",
        "SERVICE_EMAIL": "aide@avis.example",
        "SERVICE_DPO_EMAIL": "dpo@avis.example",
    }
