"""`manage.py audit_export`: one chain as text that anybody can verify."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from audit.canonical import canonical
from audit.models import AuditChain, AuditEvent


class Command(BaseCommand):
    """Writes each event as its hash, two spaces, and the very text that was hashed."""

    help = (
        "Write one chain, an event a line: its hash, two spaces, the text that was hashed (UTF-8, no line end)."
        " The text holds `previous`, the hash of the line before; the last hash is the head of the chain."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The chain."""
        parser.add_argument("chain", help="for instance case:<id>")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the chain.

        Raises:
            CommandError: there is no such chain.
        """
        if not AuditChain.objects.filter(key=options["chain"]).exists():
            raise CommandError("There is no such chain.")
        for event in AuditEvent.objects.filter(chain=options["chain"]).order_by("seq").iterator(500):
            self.stdout.write(f"{event.hash}  {canonical(event.fields_of())}")
