"""What an expert does to his public page: each act authorises, locks, checks, changes and journals at once."""

from uuid import UUID

from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from audit import Actor
from clock import now
from cms.profiles.models import ProfileApproval, ProfileText
from cms.profiles.reading import Profile, profile_of, refused, remarks
from errors import Conflict, Invalid, Missing, Text
from experts.models import ExpertProfile
from experts.services import journal, locked_expert

RIGHT = "expert.publish_profile"


def _free_slug(expert: ExpertProfile) -> str:
    """The first address of this name that nobody has."""
    base = slugify(expert.name)[:100] or "expert"
    taken = set(ProfileText.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    return next(slug for n in range(1, len(taken) + 2) if (slug := base if n == 1 else f"{base}-{n}") not in taken)


def write_profile(expert_id: UUID, *, actor: Actor, **texts: str) -> ProfileText:
    """Keep what an expert writes about himself; a page that shows something else than he agreed to is off the site.

    Args:
        texts: `ProfileText.FIELDS`.

    Raises:
        Invalid: words the rules of publication refuse, by field.
    """
    fields: dict[str, Text] = {
        name: words for name in ProfileText.FIELDS if (words := refused(remarks(texts[name], name[-2:])))
    }
    if fields:
        raise Invalid(_("Some words cannot stand on a public page."), fields=fields)
    with transaction.atomic():
        expert = locked_expert(expert_id, actor, RIGHT)
        text = ProfileText.objects.filter(expert=expert).first()
        if text is None:
            text = ProfileText(expert=expert, slug=_free_slug(expert))
        for name in ProfileText.FIELDS:
            setattr(text, name, texts[name].strip())
        text.written_at = now()
        text.save()
        journal("profile.written", actor, expert)
        return text


def approve_profile(expert_id: UUID, sha256: str, *, actor: Actor) -> Profile:
    """Record that an expert agrees to the page as he was shown it (R.4127-20, C-DEO-5).

    Args:
        sha256: of what he was shown.

    Raises:
        Missing: he has not written anything yet.
        Conflict: the page has changed since he was shown it.
    """
    with transaction.atomic():
        expert = locked_expert(expert_id, actor, RIGHT)
        profile = profile_of(expert)
        if profile.text is None:
            raise Missing(_("There is nothing to agree to yet."), _("Write your page first."))
        if profile.sha256 != sha256:
            raise Conflict(_("The page has changed since you read it."), _("Read it again, then decide."))
        if not profile.is_approved:
            _end(expert)
            ProfileApproval.objects.create(expert=expert, sha256=sha256, shown=profile.both)
            journal("profile.approved", actor, expert, sha256=sha256)
        return profile_of(expert)


def take_back_profile(expert_id: UUID, *, actor: Actor) -> None:
    """Take an expert's page off the site at his wish; twice is quiet."""
    with transaction.atomic():
        expert = locked_expert(expert_id, actor, RIGHT)
        if _end(expert):
            journal("profile.taken_back", actor, expert)


def _end(expert: ExpertProfile) -> bool:
    return bool(ProfileApproval.objects.filter(expert=expert, ended_at__isnull=True).update(ended_at=now()))
