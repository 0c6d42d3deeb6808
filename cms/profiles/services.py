"""What an expert does to his public page: each act authorises, locks, checks, changes and journals at once."""

from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils.text import slugify
from django.utils.translation import gettext as _

from access import require
from audit import Actor, SystemActor
from clock import now
from cms.compliance import Finding
from cms.profiles.models import ProfileApproval, ProfileText
from cms.profiles.reading import Profile, fingerprint, profile_of, refused
from cms.services import CLOCK, keep_release
from errors import Conflict, Invalid, Missing, Text
from experts.models import ExpertProfile
from experts.notices import holders, tell_desk, tell_expert
from experts.services import journal, locked_expert
from notify import send

RIGHT, RELEASE = "expert.publish_profile", "expert.release_text"


def _free_slug(expert: ExpertProfile) -> str:
    """The first address of this name that nobody has."""
    base = slugify(expert.name)[:100] or "expert"
    taken = set(ProfileText.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    return next(slug for n in range(1, len(taken) + 2) if (slug := base if n == 1 else f"{base}-{n}") not in taken)


def write_profile(expert_id: UUID, *, actor: Actor, disputed: bool = False, **texts: str) -> ProfileText:
    """Keep what an expert writes about himself; a page that shows something else than he agreed to is off the site.

    Args:
        disputed: he finds a rule wrong: what it refuses is kept off the site until a coordinating doctor has seen it.
        texts: `ProfileText.FIELDS`.

    Raises:
        Invalid: words the rules of publication refuse, by field, a line for each.
    """
    with transaction.atomic():
        expert = locked_expert(expert_id, actor, RIGHT)
        text = ProfileText.objects.filter(expert=expert).first()
        if text is None:
            text = ProfileText(expert=expert, slug=_free_slug(expert))
        for name in ProfileText.FIELDS:
            setattr(text, name, texts[name].strip())
        found = refused(text)
        if found and not disputed:
            fields: dict[str, Text] = {name: "\n".join(one.told for one in said) for name, said in found.items()}
            raise Invalid(_("Some words cannot stand on a public page."), fields=fields)
        text.written_at = now()
        text.kept_off_at = now() if found else None
        text.save()
        journal("profile.written", actor, expert)
        if found:
            journal("profile.disputed", actor, expert, rules=_rules(found))
            tell_desk("profile.disputed", f"{text.pk}:{text.written_at.isoformat()}", but=expert.user_id)
        return text


def approve_profile(expert_id: UUID, sha256: str, *, actor: Actor) -> Profile:
    """Record that an expert agrees to the page as he was shown it (R.4127-20, C-DEO-5).

    Args:
        sha256: of what he was shown.

    Raises:
        Missing: he has not written anything yet.
        Conflict: the page has changed since he was shown it, or a rule of publication refuses words of it.
    """
    with transaction.atomic():
        expert = locked_expert(expert_id, actor, RIGHT)
        profile = profile_of(expert)
        if profile.text is None:
            raise Missing(_("There is nothing to agree to yet."), _("Write your page first."))
        if refused(profile.text):
            raise Conflict(_("A rule of publication refuses words of this page."), _("Change your text."))
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


def _rules(found: dict[str, list[Finding]]) -> list[str]:
    return sorted({str(finding.code) for said in found.values() for finding in said})


def check_texts() -> int:
    """Look through the experts' texts, because rules change: what is refused goes off the site, what no longer is may
    stand again; how many are kept off.
    """
    theirs = Q(expert__profile_approvals__ended_at__isnull=True, expert__profile_approvals__isnull=False)
    ids = ProfileText.objects.filter(theirs | Q(kept_off_at__isnull=False)).values_list("expert", flat=True).distinct()
    return sum(_check_text(expert_id) for expert_id in ids)


def _check_text(expert_id: UUID) -> bool:
    clock = SystemActor(CLOCK)
    with transaction.atomic():
        expert = locked_expert(expert_id, clock, RELEASE)
        text = ProfileText.objects.get(expert=expert)
        found = refused(text)
        if found and text.kept_off_at is None:
            text.kept_off_at = now()
            text.save(update_fields=["kept_off_at"])
            journal("profile.kept_off", clock, expert, rules=_rules(found))
            key = f"{text.pk}:{text.kept_off_at.isoformat()}"
            tell_expert("profile.kept_off", expert, key)
            for user in {*holders("editor"), *holders("coordinator")} - {expert.user}:
                send("profile.desk_kept_off", user=user, key=f"profile.desk_kept_off:{key}:{user.pk}")
        elif text.kept_off_at is not None and not found:
            _let_stand(text, expert, clock)
    return bool(found)


def _let_stand(text: ProfileText, expert: ExpertProfile, actor: Actor) -> None:
    """No rule keeps his text off any more: it is on the site again, or waits for his agreement."""
    text.kept_off_at = None
    text.save(update_fields=["kept_off_at"])
    journal("profile.let_stand", actor, expert)
    tell_expert("profile.let_stand", expert, f"{text.pk}:{now().isoformat()}")


@dataclass(frozen=True)
class KeptText:
    """What an expert wrote in one language, and what the rules refuse of it."""

    text: ProfileText
    language: str
    found: list[Finding]

    @property
    def sha256(self) -> str:
        """Of these words."""
        return fingerprint(self.text, self.language)

    @property
    def words(self) -> list[str]:
        """All of them, field by field."""
        return [getattr(self.text, name) for name in self.text.fields_in(self.language)]


def _kept(text: ProfileText) -> list[KeptText]:
    found: dict[str, list[Finding]] = {}
    for name, said in refused(text).items():
        found.setdefault(name[-2:], []).extend(said)
    return [KeptText(text, language, said) for language, said in found.items()]


def kept_texts(actor: Actor) -> list[KeptText]:
    """Texts of experts that a rule keeps off the site, the oldest first.

    Raises:
        NotAllowed: not a coordinating doctor.
    """
    require(actor, RELEASE, "expert")
    texts = ProfileText.objects.filter(kept_off_at__isnull=False).select_related("expert__user")
    return [kept for text in texts.order_by("kept_off_at", "pk") for kept in _kept(text)]


def kept_text(expert_id: UUID, language: str, *, actor: Actor) -> KeptText:
    """What one expert wrote in one language.

    Raises:
        NotAllowed: not a coordinating doctor.
        Missing: there is no such expert, or nothing of it is kept off the site.
    """
    for kept in kept_texts(actor):
        if (kept.text.expert_id, kept.language) == (expert_id, language):
            return kept
    raise Missing(_("Nothing in this page is kept back."))


def release_text(expert_id: UUID, language: str, motive: str, sha256: str, *, actor: Actor) -> None:
    """Let an expert's words stand in spite of the rules: these very words, with a motive (C-DEO-1).

    Args:
        sha256: of the words the coordinating doctor was shown.

    Raises:
        NotAllowed: not a coordinating doctor, or the words are his own.
        Missing: nothing of it is kept off the site.
        Invalid: the motive is too short.
        Conflict: the expert has changed his words meanwhile.
    """
    with transaction.atomic():
        expert = locked_expert(expert_id, actor, RELEASE)
        kept = kept_text(expert_id, language, actor=actor)
        rules = _rules({language: kept.found})
        keep_release(kept.text.pk, language, motive, sha256, present=kept.sha256, actor=actor)
        journal("profile.released", actor, expert, language=language, sha256=sha256, rules=rules)
        if not refused(kept.text):
            _let_stand(kept.text, expert, actor)
