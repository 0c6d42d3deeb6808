"""Rows with sealed fields, for tests only; they belong to no installed app, so no migration knows them."""

import uuid

from django.core.validators import MaxLengthValidator
from django.db import models

from vault.fields import SealedJSONField, SealedTextField
from vault.models import ContentKey


class Note(models.Model):
    """One row."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    content_key = models.ForeignKey(ContentKey, on_delete=models.PROTECT, related_name="+")
    label = models.CharField(max_length=20, default="")
    text = SealedTextField()
    remark = SealedTextField(null=True, validators=[MaxLengthValidator(500)])
    answers = SealedJSONField(default=dict)

    class Meta:
        """Outside every app."""

        app_label = "vault_rows"


class OtherNote(models.Model):
    """The same in another table."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    content_key = models.ForeignKey(ContentKey, on_delete=models.PROTECT, related_name="+")
    text = SealedTextField()

    class Meta:
        """Outside every app."""

        app_label = "vault_rows"
