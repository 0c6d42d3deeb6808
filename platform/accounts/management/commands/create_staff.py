"""`manage.py create_staff ADDRESS --role … --name …`: an account for somebody who works here."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email
from django.db import transaction

from accounts import services
from accounts.models.professionals import Professional
from accounts.models.roles import DERIVED_ROLES, PROFESSIONAL_ROLES, Role
from audit import SystemActor
from errors import DomainError


class Command(BaseCommand):
    """Makes the account; its owner sets the password himself, by a code sent to his address."""

    help = "Make an account for somebody who works here; the owner sets the password by a mailed code."

    def add_arguments(self, parser: CommandParser) -> None:
        """Address, roles, name, and for health professionals the registration."""
        parser.add_argument("email")
        roles = [role.value for role in Role if role not in DERIVED_ROLES]
        parser.add_argument("--role", action="append", required=True, choices=roles, help="may be given several times")
        parser.add_argument("--name", required=True, help="first name and name, as shown to others")
        parser.add_argument("--title", default="", help='e.g. "Dr"')
        parser.add_argument("--language", default="fr", choices=("fr", "en"))
        parser.add_argument("--profession", choices=Professional.Profession.values)
        parser.add_argument("--rpps", help="11 digits")
        parser.add_argument("--specialty", default="")
        parser.add_argument(
            "--registration-checked",
            metavar="MEANS",
            help="you checked number and identity: say how in one word, e.g. id_document; recorded with the date",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Make the account, all or nothing.

        Raises:
            CommandError: what was given cannot be accepted.
        """
        try:
            validate_email(options["email"])
        except ValidationError as error:
            raise CommandError("this is no e-mail address") from error
        clinical = set(options["role"]) & PROFESSIONAL_ROLES
        if bool(options["rpps"]) != bool(options["profession"]):
            raise CommandError("--rpps and --profession go together")
        try:
            with transaction.atomic():
                user = services.create_staff(
                    options["email"],
                    options["role"],
                    full_name=options["name"],
                    title=options["title"],
                    language=options["language"],
                )
                if options["rpps"]:
                    actor = SystemActor("set_up")
                    professional = services.save_professional(
                        user,
                        actor=actor,
                        profession=options["profession"],
                        rpps=options["rpps"],
                        specialty=options["specialty"],
                    )
                    if options["registration_checked"]:
                        services.answer_registration(
                            professional,
                            confirmed=True,
                            means=Professional.Means.COMMAND,
                            identity_means=options["registration_checked"],
                            actor=actor,
                        )
        except DomainError as error:
            fields = "; ".join(f"{name}: {text}" for name, text in getattr(error, "fields", {}).items())
            raise CommandError(f"{error.message} {fields}".strip()) from error
        self.stdout.write(f"{user.email}: {', '.join(options['role'])}. A message tells how to set the password.")
        if clinical and not (options["rpps"] and options["registration_checked"]):
            self.stdout.write(
                "The pages of a health professional open once the registration is checked: at the desk, or with "
                "--rpps, --profession and --registration-checked."
            )
