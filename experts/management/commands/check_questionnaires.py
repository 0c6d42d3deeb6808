"""`manage.py check_questionnaires [--fix] [file …]`: what is wrong in questionnaire files, before publication."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from experts.questionnaires import check


class Command(BaseCommand):
    """Check format, references and typography of questionnaire files; all of them when none is named."""

    help = "Check questionnaire files: format, references, typography of both languages."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The files, and whether to set typography right first."""
        parser.add_argument("files", nargs="*", type=Path)
        parser.add_argument("--fix", action="store_true", help="set the typography right before checking")

    def handle(self, *args: Any, **options: Any) -> None:
        """Check; any fault makes the command fail."""
        arguments = [str(file) for file in options["files"]] + (["--fix"] if options["fix"] else [])
        if wrong := check.main(arguments):
            raise CommandError(f"{wrong} file(s) to correct")
