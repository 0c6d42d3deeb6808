"""Fill a database marked as a demo with fictitious people and sixty cases."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from cases.demo.load import load
from cases.models import Case
from config.models import Instance


class Command(BaseCommand):
    """Refuses a database that is not marked, or that holds cases already."""

    help = "Load the demo people and cases into an empty database marked by mark_demo"

    def add_arguments(self, parser: Any) -> None:
        """How many cases; fewer for a quick look."""
        parser.add_argument("--cases", type=int, default=60, help="how many cases (60)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Load, showing progress.

        Raises:
            CommandError: wrong settings or database.
        """
        if not settings.DEMO or not Instance.is_demo():
            raise CommandError("Demo data goes only into a database marked as a demo (mark_demo, demo settings).")
        if Case.objects.exists():
            self.stdout.write("Demo data is already there.")
            return

        def progress(done: int, total: int) -> None:
            self.stdout.write(f"\r  {done}/{total} cases", ending="" if done < total else "\n")
            self.stdout.flush()

        load(settings.DEMO_PASSWORD, count=options["cases"], progress=progress)
