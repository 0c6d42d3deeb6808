"""Words that a coordinating doctor let go on line."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.core.validators import MinLengthValidator
from django.db import models
from django.db.models.functions import Length
from django.utils.translation import gettext_lazy as _

from clock import now

#: Letters a motive must have at least.
MOTIVE_LENGTH = 20

models.TextField.register_lookup(Length, "length")


class ReleasedText(models.Model):
    """Words that a coordinating doctor let go on line in spite of a rule: these words, and no others."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # Of a page, the same for both its languages; or the id of an expert's text.
    page_key = models.UUIDField()
    language = models.CharField(max_length=2)
    # Of all the words, see the two functions called `fingerprint`.
    sha256 = models.CharField(max_length=64)
    motive = models.TextField(max_length=2000, validators=[MinLengthValidator(MOTIVE_LENGTH)])
    released_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    released_at = models.DateTimeField(default=now)

    class Meta:
        ordering: ClassVar[list[str]] = ["released_at"]
        constraints = (
            models.UniqueConstraint(
                fields=("page_key", "language", "sha256"),
                name="cms_text_released_once",
                violation_error_message=_("These words are released already."),
            ),
            models.CheckConstraint(
                condition=models.Q(motive__length__gte=MOTIVE_LENGTH),
                name="cms_release_has_motive",
                violation_error_message=_("A motive has at least 20 characters."),
            ),
        )
