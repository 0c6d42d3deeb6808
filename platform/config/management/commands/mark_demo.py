"""Mark the database as one of made-up people; production never starts on it."""

from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from config.models import Instance


class Command(BaseCommand):
    """Refuses anywhere but in demo settings, and on a database that holds people already."""

    help = "Mark an empty database as a demo; demo data may then be loaded"

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the mark; a marked database stays as it is."""
        if not settings.DEMO:
            raise CommandError("Only the demo settings may mark a database as a demo.")
        with transaction.atomic():
            if Instance.is_demo():
                return
            if get_user_model()._default_manager.exists():
                raise CommandError("This database holds people already: it cannot become a demo.")
            Instance.objects.update_or_create(id=1, defaults={"demo": True})
