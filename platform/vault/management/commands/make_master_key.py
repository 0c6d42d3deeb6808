"""`manage.py make_master_key`: make the file of master keys, or put a new key in front of those it has."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from vault import conf
from vault.exceptions import MasterKeyMissing
from vault.masters import make_master_key


class Command(BaseCommand):
    """Makes a random key; never shows it."""

    help = "Make the master key file (mode 0600). --in-front adds a key that wraps from now on; then run rotate_master."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Where, and whether the file already holds keys."""
        parser.add_argument("--path", default="", help="default: MASTER_KEYS_FILE, else var/keys/master")
        parser.add_argument("--in-front", action="store_true", help="keep the keys of the file, wrap with the new one")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make it, or say why not."""
        path = Path(options["path"]) if options["path"] else conf.master_keys_file()[0]
        if path.exists() and not options["in_front"]:
            raise CommandError(f"{path} exists: its keys open this database. Use --in-front to add one.")
        try:
            made = make_master_key(path, in_front=options["in_front"])
        except MasterKeyMissing as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Master key {made} in {path}. Keep a copy apart from the copies of the database.")
