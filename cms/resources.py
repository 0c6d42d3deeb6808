"""Associations, centres, helplines and public information shown beside a disease, each with who vouches for it.

They stand in alphabetical order within their category: no place is sold, and none is drawn. The words are held to the
rules of publication like those of every page (C-DEO-1); an address elsewhere is a link a reader may follow, and the
page itself asks nothing of it.
"""

import json
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator, URLValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.names import fold_name
from cms.compliance import Finding, Place, check
from cms.review import Unpublishable, own_hosts
from experts.models import Pathology
from ui.dates import say_date
from ui.forms import today

#: What a new instance begins with: public bodies only.
FIRST = Path(__file__).resolve().parent / "content" / "resources.json"
_LANGUAGES = ("fr", "en")


class Category(models.TextChoices):
    """What a resource is for (S1-02)."""

    PATIENTS = "patients", _("Associations and people with the same disease")
    CENTRES = "centres", _("Centres of reference and expert centres")
    HELPLINES = "helplines", _("Helplines")
    INFORMATION = "information", _("Public information")
    RIGHTS = "rights", _("Your rights, and help with steps")
    DAILY = "daily", _("Daily life: appointments, follow-up, medicines")


class Status(models.TextChoices):
    """Who vouches for it (S1-01)."""

    STATE = "state", _("Referenced by the State")
    SERVICE = "service", _("Referenced by this service")
    REVIEW = "review", _("Under review")
    NONE = "none", _("Not referenced")


class PartnerResource(models.Model):
    """One association, centre or line, in both languages, with its status, since when and by whose word."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    #: Names it in `resources.json`; "" for one an editor added.
    code = models.CharField(max_length=60, blank=True, editable=False)
    category = models.CharField(_("category"), max_length=12, choices=Category.choices)
    name_fr = models.CharField(_("name in French"), max_length=120)
    name_en = models.CharField(_("name in English"), max_length=120)
    text_fr = models.TextField(_("what it offers, in French"), max_length=400)
    text_en = models.TextField(_("what it offers, in English"), max_length=400)
    phone = models.CharField(
        _("phone"), max_length=20, blank=True, validators=[RegexValidator(r"^\+?[0-9][0-9 ]*$", _("Digits only."))]
    )
    site = models.URLField(_("site"), blank=True, validators=[URLValidator(schemes=["https"])])
    pathologies = models.ManyToManyField(
        Pathology,
        verbose_name=_("diseases"),
        blank=True,
        related_name="+",
        help_text=_("None: it is shown with every disease."),
    )
    status = models.CharField(_("status"), max_length=8, choices=Status.choices, default=Status.REVIEW)
    by_fr = models.CharField(_("who says so, in French"), max_length=160)
    by_en = models.CharField(_("who says so, in English"), max_length=160)
    status_on = models.DateField(_("status of"), default=today)
    shown = models.BooleanField(_("shown on the site"), default=True)

    #: The fields that hold words, without their language.
    WORDS: ClassVar[tuple[str, ...]] = ("name", "text", "by")

    class Meta:
        verbose_name = _("partner resource")
        verbose_name_plural = _("partner resources")
        ordering: ClassVar[list[str]] = ["category", "name_fr"]
        constraints = (
            models.UniqueConstraint(fields=("code",), condition=~Q(code=""), name="cms_resource_code_once"),
            models.CheckConstraint(
                condition=Q(status__in=["state", "service", "review", "none"]), name="cms_resource_status_known"
            ),
            models.CheckConstraint(
                condition=Q(site="") | Q(site__startswith="https://"),
                name="cms_resource_site_is_https",
                violation_error_message=_("The address begins with https://."),
            ),
        )

    def __str__(self) -> str:
        return self.name_fr

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store it; what the rules refuse is not shown, whoever writes it.

        Raises:
            Unpublishable: it is to be shown with words they refuse.
        """
        refused = [finding.words for _field, finding in self.findings()] if self.shown else []
        if refused:
            raise Unpublishable(
                _("This cannot go on line with these words: %(words)s.") % {"words": " · ".join(refused)}
            )
        super().save(*args, **kwargs)

    def findings(self) -> Iterator[tuple[str, Finding]]:
        """The words the rules of publication refuse, with their field."""
        for name in self.WORDS:
            for language in _LANGUAGES:
                field = f"{name}_{language}"
                found = check(
                    getattr(self, field), language=language, place=Place.MARKETING, own_hosts=own_hosts(), dated=True
                )
                yield from ((field, finding) for finding in found if finding.blocking)

    def clean(self) -> None:
        """The rules of publication, said at the words.

        Raises:
            ValidationError: it is to be shown with words they refuse.
        """
        super().clean()
        told: dict[str, list[str]] = {}
        if self.shown:
            for field, finding in self.findings():
                told.setdefault(field, []).append(finding.told)
        if told:
            raise ValidationError(told)

    def _said(self, name: str) -> str:
        language = "en" if (get_language() or "fr").startswith("en") else "fr"
        return str(getattr(self, f"{name}_{language}"))

    @property
    def name(self) -> str:
        """Its name in the present language."""
        return self._said("name")

    @property
    def text(self) -> str:
        """What it offers, in the present language."""
        return self._said("text")

    @property
    def standing(self) -> str:
        """Its status, by whose word and of which day, in the present language."""
        status = self.get_status_display()
        return _("%(status)s – %(by)s, %(day)s") % {
            "status": status,
            "by": self._said("by"),
            "day": say_date(self.status_on, "full"),
        }

    @property
    def anchor(self) -> str:
        """Its place on the page of all resources."""
        return f"r-{self.pk.hex[:8]}"

    @property
    def host(self) -> str:
        """The site as it is read aloud."""
        return urlsplit(self.site).netloc.removeprefix("www.")

    @property
    def tel(self) -> str:
        """The phone as a link takes it."""
        return self.phone.replace(" ", "")


def shown_resources(pathology: Pathology | None = None) -> list[dict[str, Any]]:
    """What is shown, by category, in alphabetical order.

    Args:
        pathology: only what concerns this disease, or every one; None for all there is.
    """
    rows = PartnerResource.objects.filter(shown=True)
    if pathology is not None:
        rows = rows.filter(Q(pathologies=pathology) | Q(pathologies__isnull=True))
    found: dict[str, list[PartnerResource]] = {category: [] for category in Category.values}
    for resource in sorted(rows.distinct(), key=lambda one: fold_name(one.name)):
        found[resource.category].append(resource)
    return [
        {"code": category, "title": Category(category).label, "resources": resources}
        for category, resources in found.items()
        if resources
    ]


def seed_resources() -> list[str]:
    """Make the resources of `resources.json` that are missing; what is there already is the editors'.

    Returns:
        The codes made.
    """
    made = []
    known = set(PartnerResource.objects.exclude(code="").values_list("code", flat=True))
    for code, told in json.loads(FIRST.read_text()).items():
        diseases = list(Pathology.objects.filter(code__in=told.get("pathologies", [])))
        if code in known or len(diseases) != len(told.get("pathologies", [])):
            continue
        words = {
            f"{name}_{language}": told[name][language] for name in PartnerResource.WORDS for language in _LANGUAGES
        }
        plain = {name: told[name] for name in ("category", "status", "status_on", "phone", "site") if name in told}
        resource = PartnerResource.objects.create(code=code, **plain, **words)
        resource.pathologies.set(diseases)
        made.append(code)
    return made
