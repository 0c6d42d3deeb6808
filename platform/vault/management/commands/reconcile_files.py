"""`manage.py reconcile_files`: remove what died uploads left, and name the rows whose object is gone."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand

from vault.reconcile import reconcile


class Command(BaseCommand):
    """Also run daily by the job `vault.reconcile`."""

    help = "Remove objects without a row, files nothing points to, and unfinished uploads; name missing objects."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """How old something must be to be called forgotten."""
        parser.add_argument("--hours", type=int, default=24, help="leave alone what is younger")

    def handle(self, *args: Any, **options: Any) -> None:
        """Reconcile and say what was found."""
        found = reconcile(older_than=timedelta(hours=options["hours"]))
        self.stdout.write(
            f"Removed: {found.objects} objects without a row, {found.rows} files nothing points to, "
            f"{found.unfinished} unfinished uploads."
        )
        for file_id in found.missing:
            self.stdout.write(f"Missing object: file {file_id}")
