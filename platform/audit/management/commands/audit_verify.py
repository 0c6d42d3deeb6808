"""`manage.py audit_verify`: is the journal whole?"""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from audit.checking import verify_and_remember
from audit.verification import verify


class Command(BaseCommand):
    """Verifies hashes, heads, index and anchors; exit status 1 and the place when something is broken."""

    help = "Verify the journal; says chain and number of every broken event and ends with status 1."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """One optional chain."""
        parser.add_argument("--chain", help="only this chain, for instance case:<id>")

    def handle(self, *args: Any, **options: Any) -> None:
        """Verify and report.

        Raises:
            SystemExit: something is broken (status 1).
        """
        report = verify(options["chain"]) if options["chain"] else verify_and_remember()
        for problem in report.problems:
            self.stderr.write(self.style.ERROR(str(problem)))
        self.stdout.write(
            f"{report.chains} chains, {report.events} events, {report.anchors} anchored heads,"
            f" {len(report.problems)} problems"
        )
        if not report.ok:
            raise SystemExit(1)
