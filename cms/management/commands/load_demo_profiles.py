"""Give the demo experts their public pages: written and agreed to by each but the last, as they would."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from audit import Actor
from cms.profiles.models import ProfileText
from cms.profiles.reading import profile_of
from cms.profiles.services import approve_profile, write_profile
from config.models import Instance
from experts.models import ExpertProfile

#: Plainly made up.
TEXTS = {
    "acts_fr": "Consultations de deuxième avis (exemple fictif)\nDiscussion des traitements possibles en réunion",
    "training_fr": "Doctorat en médecine, Université Imaginaire, 2001\nChef de service, Hôpital fictif, 2014",
    "acts_en": "Second-opinion consultations (fictitious example)\nDiscussion of possible treatments in meetings",
    "training_en": "Doctorate in medicine, Imaginary University, 2001\nHead of department, invented hospital, 2014",
}


class Command(BaseCommand):
    """Refuses a database that is not marked; quiet when done already."""

    help = "Write the public pages of the demo experts"

    def handle(self, *args: Any, **options: Any) -> None:
        """Write and agree.

        Raises:
            CommandError: wrong settings or database.
        """
        if not settings.DEMO or not Instance.is_demo():
            raise CommandError("Demo data goes only into a database marked as a demo (mark_demo, demo settings).")
        if ProfileText.objects.exists():
            return
        experts = list(ExpertProfile.objects.select_related("user").order_by("created_at", "id"))
        for expert in experts:
            actor = Actor(kind="user", id=expert.user_id, role="expert", verified=True, session="demo")
            write_profile(expert.pk, actor=actor, **TEXTS)
            if expert != experts[-1]:
                approve_profile(expert.pk, profile_of(expert).sha256, actor=actor)
