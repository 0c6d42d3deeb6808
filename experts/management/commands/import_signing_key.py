"""`manage.py import_signing_key EMAIL FILE`: an expert signs with a certificate he already has (PKCS#12)."""

import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.models import User
from audit import SystemActor
from errors import DomainError
from experts.certificates import import_key


class Command(BaseCommand):
    """Take over a key and its certificate; the password comes from PKCS12_PASSWORD, never from the command line."""

    help = (
        "Let an expert sign with his own certificate. SIGNING_TRUSTED_FILE must hold the authority above it, "
        "PKCS12_PASSWORD the password of the file."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Whose key, and where it lies."""
        parser.add_argument("email")
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        """Import it and say until when it is valid."""
        try:
            user = User.objects.get(email=options["email"])
            packed = options["file"].read_bytes()
            key = import_key(user, packed, os.environ.get("PKCS12_PASSWORD", ""), actor=SystemActor("operator"))
        except User.DoesNotExist as error:
            raise CommandError("Nobody has this e-mail address.") from error
        except OSError as error:
            raise CommandError(f"{options['file']}: {error.strerror}") from error
        except DomainError as error:
            raise CommandError(f"{error.message} {error.next_step}") from error
        self.stdout.write(f"{key.serial}, until {key.valid_until:%Y-%m-%d}")
