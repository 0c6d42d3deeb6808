"""Make a demo ready to serve: static files, tables, keys, signing authority, demo data. Safe to run again."""

import io
import os
import shutil
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VAR = ROOT / "var"
# There while demo data are being loaded.
LOADING = VAR / "loading"
sys.path[:0] = [str(ROOT), str(ROOT / "platform")]
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.demo")

import django  # noqa: E402 (path and settings first)
from django.contrib.auth import get_user_model  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402


def step(title: str, command: str, **options: object) -> None:
    """Run one command and say how long it took."""
    print(f"· {title}", flush=True)
    started = time.monotonic()
    # Only a command that shows progress is worth reading.
    call_command(command, stdout=sys.stdout if command == "load_demo" else io.StringIO(), **options)
    print(f"  {time.monotonic() - started:.0f} s", flush=True)


def begin_again_if_interrupted() -> None:
    """Throw half a demo away: what an interrupted loading left is of no use, and made up."""
    if not LOADING.exists():
        return
    if os.environ.get("DATABASE_URL"):
        sys.exit(
            "The last loading of demo data was interrupted: empty the database of DATABASE_URL and remove var/loading."
        )
    print("· the last start was interrupted while it loaded demo data: beginning again")
    for path in VAR.glob("db.sqlite3*"):
        path.unlink()
    shutil.rmtree(VAR / "vault", ignore_errors=True)
    LOADING.unlink()


def main() -> None:
    """Every step in its order."""
    begin_again_if_interrupted()
    django.setup()
    from config.models import Instance

    fresh = connection.vendor == "sqlite" and not Path(connection.settings_dict["NAME"]).exists()
    if fresh:
        # Half a first start is thrown away: until it is whole, no write waits for the disk.
        LOADING.touch()
        connection.cursor().execute("PRAGMA synchronous=OFF")

    step("collecting static files", "collectstatic", interactive=False, verbosity=0)
    step("bringing the database up to date", "migrate", interactive=False, verbosity=0)
    step("publishing questionnaires", "publish_questionnaires")
    step("making the signing authority", "make_authority")
    if Instance.is_demo():
        return
    if get_user_model()._default_manager.exists():
        sys.exit(
            "This database holds people and is no demo: `make run` shows passwords to everyone and does not touch it."
        )
    LOADING.touch()
    step("marking the empty database as a demo", "mark_demo")
    step("loading demo data", "load_demo")
    step("writing the pages of the demo experts", "load_demo_profiles")
    if fresh:
        connection.cursor().execute("PRAGMA synchronous=FULL")
        connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
    LOADING.unlink()


if __name__ == "__main__":
    main()
