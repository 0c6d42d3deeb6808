"""What the settings say of the vault, with the values used when they say nothing.

| setting | meaning | default |
|---|---|---|
| `MASTER_KEYS_FILE` | file of master keys; the first wraps, all unwrap | `var/keys/master`, made at first use |
| `VAULT_ROOT` | folder of the local store | `var/vault` |
| `VAULT_STORE` | `local` or `s3`: where new files go | `local` |
| `VAULT_S3` | bucket, prefix, and what boto3's client takes (endpoint_url, region_name, …) | `{}` |
| `VAULT_MAX_FILE_BYTES` | limit of one uploaded file | 512 MiB |
| `VAULT_MAX_FILES` | limit of files in one form | 20 |
| `VAULT_SCANNER` | `clamd`, or `demo`, which knows the EICAR test file only | `clamd` |
| `VAULT_CLAMD_ADDRESS` | `tcp://host:port` or `unix:///path` | `unix:///run/clamav/clamd.ctl` |
| `VAULT_CLAMD_TIMEOUT` | seconds | 120 |
| `VAULT_PREVIEW_WIDTH` | pixels | 1000 |
| `VAULT_PREVIEW_MAX_PAGES` | pages drawn of one document | 100 |
"""

from pathlib import Path
from typing import Any

from django.conf import settings

MIB = 1024 * 1024


def master_keys_file() -> tuple[Path, bool]:
    """Where the master keys are, and whether an operator named that file (else it is made at first use)."""
    named = getattr(settings, "MASTER_KEYS_FILE", "")
    if named:
        return Path(named), True
    return Path(settings.VAR_DIR) / "keys" / "master", False


def root() -> Path:
    """Folder of the local store."""
    return Path(getattr(settings, "VAULT_ROOT", "") or Path(settings.VAR_DIR) / "vault")


def store_name() -> str:
    """Name of the store that receives new files."""
    return str(getattr(settings, "VAULT_STORE", "local"))


def s3() -> dict[str, Any]:
    """Settings of the S3 store."""
    return dict(getattr(settings, "VAULT_S3", {}))


def max_file_bytes() -> int:
    """Largest file accepted, in bytes."""
    return int(getattr(settings, "VAULT_MAX_FILE_BYTES", 512 * MIB))


def max_files() -> int:
    """Most files accepted in one form."""
    return int(getattr(settings, "VAULT_MAX_FILES", 20))


def scanner() -> str:
    """Name of the malware scanner."""
    return str(getattr(settings, "VAULT_SCANNER", "clamd"))


def clamd() -> tuple[str, float]:
    """Address of clamd, and the time limit in seconds."""
    address = getattr(settings, "VAULT_CLAMD_ADDRESS", "unix:///run/clamav/clamd.ctl")
    return str(address), float(getattr(settings, "VAULT_CLAMD_TIMEOUT", 120))


def preview_width() -> int:
    """Width of page images, in pixels."""
    return int(getattr(settings, "VAULT_PREVIEW_WIDTH", 1000))


def preview_max_pages() -> int:
    """Most pages drawn of one document."""
    return int(getattr(settings, "VAULT_PREVIEW_MAX_PAGES", 100))
