"""`manage.py publish_questionnaires`: publish what is new among the questionnaire files; part of every release."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from errors import Conflict
from experts.publishing import publish_all, require_unchanged
from experts.questionnaires import QuestionnaireError


class Command(BaseCommand):
    """Publish new versions; twice is quiet; a changed file under a published version is refused."""

    help = "Publish new questionnaire versions. A published version never changes."

    def handle(self, *args: Any, **options: Any) -> None:
        """Publish and say what was done."""
        try:
            done = publish_all()
            require_unchanged(done)
        except (QuestionnaireError, LookupError) as error:
            raise CommandError(str(error)) from error
        except Conflict as error:
            raise CommandError(f"{error.message} {error.next_step}") from error
        for name in done.published:
            self.stdout.write(f"published {name}")
        self.stdout.write(f"{len(done.published)} published, {done.unchanged} unchanged")
