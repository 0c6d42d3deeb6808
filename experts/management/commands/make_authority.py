"""`manage.py make_authority [--replace] [--from FILE]`: the authority that vouches for experts' signatures."""

import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.hashes import SHA256
from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError

from errors import Invalid
from experts.authority import ensure_authority, replace_authority


class Command(BaseCommand):
    """Make the authority once; part of every set-up and release, where it is quiet."""

    help = (
        "Make the certificate authority for signing keys, once, and wrap its key under the first master key. "
        "With --from it is brought as PKCS#12, its password in AUTHORITY_PASSWORD."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Whether to replace the authority, and by which."""
        parser.add_argument("--replace", action="store_true", help="make a new one; the old one stays trusted")
        parser.add_argument("--from", type=Path, dest="source", help="PKCS#12 file of an authority you have")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make, bring or keep it, and say its fingerprint, which anyone may compare."""
        source: Path | None = options["source"]
        try:
            if source is not None:
                made = replace_authority(source.read_bytes(), os.environ.get("AUTHORITY_PASSWORD", ""))
            elif options["replace"]:
                made = replace_authority()
            else:
                made = ensure_authority()
        except Invalid as error:
            raise CommandError(f"{error.message} {error.next_step}") from error
        except (ImproperlyConfigured, OSError) as error:
            raise CommandError(str(error)) from error
        certificate = made.certificate
        self.stdout.write(
            f"{certificate.subject.rfc4514_string()}, until {certificate.not_valid_after_utc:%Y-%m-%d}, "
            f"SHA-256 {certificate.fingerprint(SHA256()).hex(':')}"
        )
