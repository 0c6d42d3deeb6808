"""The diseases an opinion can be asked about, and their questionnaires."""

import uuid
from typing import Any, ClassVar, NoReturn

from django.conf import settings
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from clock import now
from errors import Conflict
from vault.fields import SealedTextField


class Pathology(models.Model):
    """A disease experts of the service cover. Its texts come from `pathologies/index.json` at each publication."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    code = models.CharField(max_length=60, unique=True)
    name_fr = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120)
    plain_fr = models.CharField(max_length=300)
    plain_en = models.CharField(max_length=300)
    # Words that find it: {"synonyms" | "misspellings" | "symptoms": {"fr": […], "en": […]}}.
    terms = models.JSONField(default=dict)
    # Closed: nobody can ask anew, cases under way go on.
    is_open = models.BooleanField(default=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["code"]
        verbose_name = _("pathology")
        verbose_name_plural = _("pathologies")

    def __str__(self) -> str:
        return self.name

    def name_in(self, language: str) -> str:
        """Its name in the reader's language."""
        return self.name_en if language.startswith("en") else self.name_fr

    def plain_in(self, language: str) -> str:
        """What it is, in plain words, in the reader's language."""
        return self.plain_en if language.startswith("en") else self.plain_fr

    @property
    def name(self) -> str:
        """Its name in the active language."""
        return self.name_in(get_language() or "fr")

    @property
    def plain(self) -> str:
        """What it is, in the active language."""
        return self.plain_in(get_language() or "fr")


class QuestionnaireQuerySet(models.QuerySet["Questionnaire"]):
    """Published questionnaires: read, never changed. The database refuses too (`audit.frozen`)."""

    def update(self, **kwargs: Any) -> NoReturn:
        """Refused."""
        raise _unchangeable()

    def delete(self) -> NoReturn:
        """Refused."""
        raise _unchangeable()


class Questionnaire(models.Model):
    """One published version of the questions of a pathology, of those an expert adds to it (`expert`), or of those
    asked of everybody (`code` "common").

    Both languages are inside `body`. Answers point to the version they were given to, so it never changes.
    """

    COMMON: ClassVar[str] = "common"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    code = models.CharField(max_length=60)
    pathology = models.ForeignKey(
        Pathology, on_delete=models.PROTECT, null=True, blank=True, related_name="questionnaires"
    )
    # Whose own questions these are; nobody's for those asked of everybody with the pathology.
    expert = models.ForeignKey(
        "experts.ExpertProfile", on_delete=models.PROTECT, null=True, blank=True, related_name="questionnaires"
    )
    version = models.PositiveIntegerField()
    body = models.JSONField()
    # SHA-256 of the body as canonical JSON.
    sha256 = models.CharField(max_length=64)
    published_at = models.DateTimeField(default=now)

    objects: ClassVar[models.Manager["Questionnaire"]] = QuestionnaireQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["code", "version"]
        verbose_name = _("questionnaire")
        verbose_name_plural = _("questionnaires")
        constraints = (
            models.UniqueConstraint(
                fields=("code", "version"),
                name="experts_questionnaire_version_once",
                violation_error_message=_("This version of the questionnaire is already published."),
            ),
            models.CheckConstraint(
                condition=models.Q(code="common", pathology__isnull=True)
                | (~models.Q(code="common") & models.Q(pathology__isnull=False)),
                name="experts_questionnaire_has_pathology",
                violation_error_message=_("Only the common questions belong to no pathology."),
            ),
            models.CheckConstraint(
                condition=models.Q(expert__isnull=True) | models.Q(pathology__isnull=False),
                name="experts_questionnaire_own_has_pathology",
                violation_error_message=_("An expert’s own questions belong to a pathology."),
            ),
            models.CheckConstraint(
                condition=models.Q(version__gte=1),
                name="experts_questionnaire_version_positive",
                violation_error_message=_("Versions of a questionnaire begin at 1."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.code} v{self.version}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store a new version; a stored one is refused.

        Raises:
            Conflict: this version is already published.
        """
        if not self._state.adding:
            raise _unchangeable()
        kwargs["force_insert"] = True
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Refused: answers point here."""
        raise _unchangeable()


class OwnQuestions(models.Model):
    """What an expert asks besides about a pathology: his working copy. Published, it is a `Questionnaire` of his."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    expert = models.ForeignKey("experts.ExpertProfile", on_delete=models.PROTECT, related_name="own_questions")
    pathology = models.ForeignKey(Pathology, on_delete=models.PROTECT, related_name="+")
    # Questions and documents as in the format of questionnaires, in their order.
    questions = models.JSONField(default=list)
    documents = models.JSONField(default=list)
    changed_at = models.DateTimeField(default=now)

    class Meta:
        ordering: ClassVar[list[str]] = ["pathology__code", "id"]
        constraints = (
            models.UniqueConstraint(
                fields=("expert", "pathology"),
                name="experts_own_questions_once",
                violation_error_message=_("This expert has his own questions about this pathology already."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.expert_id} {self.pathology_id}"


class RetiredQuestion(models.Model):
    """A question or document of an expert that a coordinator took out: which, when, and why; the motive is sealed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # The version without it; the one before shows its words.
    questionnaire = models.OneToOneField(Questionnaire, on_delete=models.PROTECT, related_name="retirement")
    code = models.CharField(max_length=60)
    label_fr = models.CharField(max_length=300)
    label_en = models.CharField(max_length=300)
    content_key = models.ForeignKey("vault.ContentKey", on_delete=models.PROTECT, related_name="+")
    motive = SealedTextField()
    retired_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    retired_at = models.DateTimeField(default=now)

    class Meta:
        ordering: ClassVar[list[str]] = ["-retired_at", "id"]

    def __str__(self) -> str:
        return self.code

    @property
    def label(self) -> str:
        """Its words in the active language."""
        return self.label_en if (get_language() or "fr").startswith("en") else self.label_fr


def _unchangeable() -> Conflict:
    return Conflict(
        _("A published questionnaire cannot be changed or deleted."), _("Publish the correction as a new version.")
    )
