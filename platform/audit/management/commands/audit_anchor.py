"""`manage.py audit_anchor`: write today's heads of the journal outside the database."""

from typing import Any

from django.core.management.base import BaseCommand

from audit.anchors import anchor, file_hash


class Command(BaseCommand):
    """Writes the file of the day and mails its hash, where an address is set."""

    help = "Write the heads of the journal to a file outside the database and mail its hash."

    def handle(self, *args: Any, **options: Any) -> None:
        """Anchor and say where."""
        path = anchor()
        self.stdout.write(f"{file_hash(path)}  {path}")
