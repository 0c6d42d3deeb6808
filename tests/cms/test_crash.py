"""A process that dies in the jobs of the night leaves the public site as it was, or as it is to be."""

import pytest

from audit.models import AuditEvent
from cms.profiles.models import ProfileText
from cms.profiles.tasks import check_texts
from cms.search.models import SearchEntry
from cms.tasks import rebuild_search
from experts.models import ExpertProfile
from notify.models import Notice
from tests.cms.test_profiles import agree, an_expert, refused_by_new_rules, write
from tests.crash import crash_sweep
from tests.experts.people import logged_in

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.sweep]


def test_a_text_that_is_refused_goes_off_the_site_with_its_event_and_its_notice_or_not_yet() -> None:
    def setup() -> ExpertProfile:
        ProfileText.objects.update(kept_off_at=None)
        Notice.objects.filter(template="profile.kept_off").delete()
        return ExpertProfile.objects.get()

    def whole(expert: ExpertProfile) -> bool:
        """Off, written down and told; anything between would be a fault."""
        off = ProfileText.objects.get(expert=expert).kept_off_at
        told = Notice.objects.filter(user=expert.user, template="profile.kept_off").count()
        assert told == (off is not None)
        return off is not None

    events = AuditEvent.objects.filter(action="profile.kept_off")

    def recover(expert: ExpertProfile) -> None:
        count = events.count()
        was_off = whole(expert)
        check_texts.call()
        assert events.count() == count + (not was_off)

    def invariants(expert: ExpertProfile) -> None:
        assert whole(expert)

    expert = an_expert("Anne Salvat")
    browser = logged_in(expert.user)
    write(browser)
    agree(browser)
    refused_by_new_rules(expert)
    crash_sweep(lambda _expert: check_texts.call(), setup=setup, recover=recover, invariants=invariants, sample=12)


def test_the_index_of_the_search_is_the_old_one_or_the_new_one() -> None:
    def state() -> set[tuple[str, ...]]:
        return set(SearchEntry.objects.values_list("kind", "language", "title", "anchor", "words"))

    before = state()

    def whole(_nothing: object) -> None:
        assert state() == before

    crash_sweep(lambda _nothing: rebuild_search.call(), setup=lambda: None, recover=whole, invariants=whole, sample=8)
