"""What a public page shows of an expert, and which experts have one today."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from django.conf import settings
from django.utils.translation import get_language, override

from accounts.models import Professional
from cms.compliance import Finding, Place, check
from cms.profiles.models import ProfileApproval, ProfileText
from cms.review import released
from experts.facts import Fact, record_of
from experts.models import ExpertProfile, Pathology
from experts.models.profiles import LANGUAGES
from experts.selectors import neutral_order, with_record
from ui.forms import today

#: Pieces of his record without which nobody is shown; days of absence hide nobody.
NEEDED = ("status", "registration", "insurance", "convention", "interests", "committee")


def lines_of(text: str) -> list[str]:
    """One entry a line."""
    return [line.strip() for line in text.splitlines() if line.strip()]


@dataclass(frozen=True)
class Profile:
    """The public page of one expert, on line or not.

    Args:
        expert: loaded by `selectors.with_record`.
        text: None as long as he has written nothing.
        approved: SHA-256 of the version he agrees to; "" for none.
    """

    expert: ExpertProfile
    text: ProfileText | None
    approved: str

    def shown(self, language: str) -> dict[str, Any]:
        """Every field of the page in one language: those the Order allows, and no other (R.4127-80, C-DEO-2)."""
        expert, text = self.expert, self.text
        professional: Professional | None = getattr(expert.user, "professional", None)
        with override(language):
            return {
                "name": expert.name,
                "specialty": professional.specialty if professional else "",
                "rpps": professional.rpps if professional else "",
                "institution": expert.institution,
                "department": expert.department,
                "address": professional.address if professional else "",
                "position": professional.convention if professional else "",
                "languages": [str(label) for code, label in LANGUAGES if code in expert.languages],
                "pathologies": sorted(pathology.name for pathology in expert.pathologies.all()),
                "acts": lines_of(getattr(text, f"acts_{language}")) if text else [],
                "training": lines_of(getattr(text, f"training_{language}")) if text else [],
            }

    @cached_property
    def both(self) -> dict[str, dict[str, Any]]:
        """The page in each language."""
        return {code: self.shown(code) for code, _label in settings.LANGUAGES}

    @cached_property
    def sha256(self) -> str:
        """Of everything the page shows, in both languages, as canonical JSON, in hexadecimal."""
        canonical = json.dumps(self.both, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(canonical.encode()).hexdigest()

    @property
    def is_approved(self) -> bool:
        """Whether he agreed to exactly this."""
        return self.text is not None and self.approved == self.sha256

    @property
    def is_kept_off(self) -> bool:
        """Whether a rule of publication refuses words of it."""
        return self.text is not None and self.text.kept_off_at is not None

    def lacking(self, on: date) -> list[Fact]:
        """What of his record keeps the page off the site that day."""
        return [
            fact
            for fact in record_of(self.expert, on=on)
            if fact.code in NEEDED and fact.state in ("missing", "closed") and fact.obstacle != "absent"
        ]

    def is_on_line(self, on: date) -> bool:
        """Whether visitors find the page that day."""
        return self.is_approved and not self.is_kept_off and not self.lacking(on)


def profiles(experts: Iterable[ExpertProfile]) -> list[Profile]:
    """The pages of these experts, in their order; their record must be loaded."""
    experts = list(experts)
    ids = [expert.pk for expert in experts]
    texts = {text.expert_id: text for text in ProfileText.objects.filter(expert__in=ids)}
    living = ProfileApproval.objects.filter(expert__in=ids, ended_at__isnull=True)
    approved = dict(living.values_list("expert_id", "sha256"))
    return [Profile(expert, texts.get(expert.pk), approved.get(expert.pk, "")) for expert in experts]


def profile_of(expert: ExpertProfile) -> Profile:
    """The page of one expert."""
    return profiles(with_record(ExpertProfile.objects.filter(pk=expert.pk)))[0]


def on_line(pathology: Pathology | None = None) -> list[Profile]:
    """The experts visitors find now, in the order of the day.

    Args:
        pathology: only those who cover it.
    """
    rows = ExpertProfile.objects.filter(profile_approvals__ended_at__isnull=True, public_text__isnull=False)
    if pathology is not None:
        rows = rows.filter(pathologies=pathology)
    day = today()
    ordered = neutral_order(with_record(rows.distinct()), day)
    return [profile for profile in profiles(ordered) if profile.is_on_line(day)]


def found_by(slug: str) -> Profile | None:
    """The page of this address, if it is on line."""
    rows = with_record(ExpertProfile.objects.filter(public_text__slug=slug))
    found = profiles(rows)
    return found[0] if found and found[0].is_on_line(today()) else None


def entries(found: Iterable[Profile], base: str) -> list[dict[str, Any]]:
    """Experts as the lines of a list.

    Args:
        base: address of the list their pages stand under.
    """
    language = (get_language() or "fr")[:2]
    return [
        {**profile.both[language], "url": f"{base}{profile.text.slug}/", "id": profile.expert.pk}
        for profile in found
        if profile.text is not None
    ]


def fingerprint(text: ProfileText, language: str) -> str:
    """SHA-256 of his words in one language, in hexadecimal: what a coordinating doctor releases, and nothing else."""
    words = [getattr(text, name) for name in text.fields_in(language)]
    return hashlib.sha256(json.dumps(words, ensure_ascii=False).encode()).hexdigest()


def refused(text: ProfileText) -> dict[str, list[Finding]]:
    """What the rules of publication refuse of his words, by field; nothing where they are released (C-DEO-1)."""
    found: dict[str, list[Finding]] = {}
    for language, _label in settings.LANGUAGES:
        mine = {name: said for name in text.fields_in(language) if (said := _blocking(getattr(text, name), language))}
        if mine and not released(text.pk, language, fingerprint(text, language)):
            found |= mine
    return found


def _blocking(words: str, language: str) -> list[Finding]:
    found = check(words, language=language, place=Place.PROFILE, dated=True, sourced=True)
    return [finding for finding in found if finding.blocking]
