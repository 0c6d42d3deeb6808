"""`manage.py rotate_master`: wrap every content key again under the first master key of the file."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from vault.exceptions import MasterKeyMissing, SealBroken
from vault.keys import masters_in_use, rotate_master


class Command(BaseCommand):
    """May be stopped at any time and started again."""

    help = "Wrap every content key again under the first master key; may be stopped and started again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """How much at once."""
        parser.add_argument("--batch", type=int, default=500, help="keys a transaction")

    def handle(self, *args: Any, **options: Any) -> None:
        """Rotate, then say which master keys are still needed."""
        total = 0
        try:
            for count in rotate_master(batch=options["batch"]):
                total += count
                self.stdout.write(f"{total} keys wrapped again")
        except (MasterKeyMissing, SealBroken) as error:
            raise CommandError(f"Stopped after {total} keys: {error}") from error
        used = ", ".join(f"{name} ({count} keys)" for name, count in sorted(masters_in_use().items())) or "none"
        self.stdout.write(f"Done. Master keys still needed: {used}. The others may leave the file.")
