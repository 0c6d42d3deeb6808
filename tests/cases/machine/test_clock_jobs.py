"""What the clock does to cases by itself: lapse, lateness, reminders, expiry, unopened opinions, closing, digests."""

from datetime import timedelta
from typing import Any

import pytest

import clock
from cases import tasks
from cases.models import Case
from cases.services import desk
from experts.expiry import watch
from experts.services import change_status
from jobs.schedule import table
from notify.models import Notice, OutgoingMail
from tests.cases.machine.invariants import hold_true
from tests.cases.machine.rules import KINDS, SECOND, TELE, Who
from tests.cases.machine.stage import Stage

pytestmark = pytest.mark.django_db


def told(stage: Stage, template: str) -> int:
    return Notice.objects.filter(case_id=stage.case_id, template=template).count()


def run(stage: Stage, job: Any) -> None:
    with stage.time():
        job()


def test_the_clock_and_the_digest_are_on_the_table_of_schedules() -> None:
    jobs = {schedule.name: schedule.job.module_path for schedule in table()}
    assert jobs["cases.tick"] == "cases.tasks.tick"
    assert jobs["cases.digest"] == "cases.tasks.send_history_digests"


@pytest.mark.parametrize("kind", KINDS)
def test_a_proposal_nobody_answers_goes_back_to_the_desk(drafts: dict[str, Stage], kind: str) -> None:
    stage = drafts[kind]
    stage.reach("proposed")
    ends = stage.case.stage_due_at
    assert ends is not None and ends >= stage.at + timedelta(hours=24)
    stage.wait(seconds=(ends - stage.at).total_seconds() - 60)
    run(stage, tasks.lapse)
    assert stage.case.state == "proposed"
    stage.wait(minutes=2)
    run(stage, tasks.lapse)
    assert stage.case.state == "admitted"
    assert stage.case.assigned_expert is None


def test_the_patient_is_told_a_later_date_before_the_old_one_passes_each_time(drafts: dict[str, Stage]) -> None:
    stage = drafts[SECOND]
    stage.reach("in_review")
    for times in (1, 2):
        first = stage.case.total_due_at
        assert first is not None
        stage.wait(seconds=(first - timedelta(hours=13) - stage.at).total_seconds())
        run(stage, tasks.warn_late)
        assert told(stage, "case_late") == (times - 1) * 2
        stage.wait(hours=2)
        run(stage, tasks.warn_late)
        run(stage, tasks.warn_late)
        later = stage.case.total_due_at
        assert later is not None and later > first > stage.at
        # The patient and her representative, once each time.
        assert told(stage, "case_late") == times * 2


@pytest.mark.parametrize(("state", "template"), [("submitted", "case_check_late"), ("follow_up", "case_answer_late")])
def test_a_late_step_is_told_too(drafts: dict[str, Stage], papers: None, state: str, template: str) -> None:
    stage = drafts[SECOND]
    stage.reach(state)
    due = stage.case.stage_due_at
    assert due is not None
    stage.wait(seconds=(due - timedelta(hours=1) - stage.at).total_seconds())
    run(stage, tasks.warn_late)
    assert told(stage, template) == 2
    assert stage.case.stage_due_at > due


def test_lateness_gives_an_expert_no_more_time_to_accept(drafts: dict[str, Stage]) -> None:
    stage = drafts[SECOND]
    stage.reach("proposed")
    ends = stage.case.stage_due_at
    Case.objects.filter(pk=stage.case_id).update(total_due_at=stage.at + timedelta(hours=3))
    run(stage, tasks.warn_late)
    assert stage.case.stage_due_at == ends


@pytest.mark.parametrize("kind", KINDS)
def test_a_question_is_recalled_twice_then_somebody_calls_then_the_expert_goes_on(
    drafts: dict[str, Stage], kind: str
) -> None:
    stage = drafts[kind]
    stage.reach("expert_question")
    days = 0
    for day, reminders, calls in ((2, 0, 0), (3, 1, 0), (6, 1, 0), (7, 2, 1), (9, 2, 1)):
        stage.wait(days=day - days)
        days = day
        run(stage, tasks.remind_questions)
        run(stage, tasks.go_on_without_answer)
        assert (stage.case.reminders_sent, stage.case.call_tasks.filter(why="silence").count()) == (reminders, calls)
    assert stage.case.state == "expert_question"
    stage.wait(days=2)
    run(stage, tasks.go_on_without_answer)
    assert stage.case.state == "in_review"
    assert [question.answer_kind for question in stage.case.expert_questions.all()] == ["silence"]


@pytest.mark.parametrize("state", ["draft", "awaiting_consent", "information_requested"])
def test_a_request_expires_after_two_warnings_and_never_with_a_call_open(drafts: dict[str, Stage], state: str) -> None:
    stage = drafts[SECOND]
    stage.reach(state)
    expires = stage.case.expires_at
    assert expires is not None
    for days in (15, 14, 3):
        stage.wait(seconds=(expires - timedelta(days=days) - stage.at).total_seconds())
        run(stage, tasks.warn_expiry)
        run(stage, tasks.expire)
    assert stage.case.reminders_sent == 2
    assert told(stage, "case_expiring") == 4
    assert OutgoingMail.objects.filter(case_id=stage.case_id, template="case_expiring").count() == 4
    with stage.time():
        desk.add_call(stage.case_id, "help", stage.at, actor=stage.company.actor(Who.COORDINATOR, stage.case))
    stage.wait(days=4)
    run(stage, tasks.expire)
    assert stage.case.state == state
    stage.case.call_tasks.update(done_at=stage.at)
    run(stage, tasks.expire)
    assert stage.case.state == "expired"
    hold_true(stage.case_id)


@pytest.mark.parametrize("state", ["draft", "awaiting_consent", "information_requested"])
def test_what_expired_unsent_is_destroyed_a_month_later_and_nothing_else(drafts: dict[str, Stage], state: str) -> None:
    stage = drafts[SECOND]
    stage.reach(state)
    began = stage.at
    stage.prepare("expire")
    run(stage, tasks.expire)
    ended = stage.case.ended_at
    assert stage.case.state == "expired" and ended is not None
    unsent = state != "information_requested"
    assert told(stage, "case_expired_unsent" if unsent else "case_expired") == 2
    stage.wait(seconds=(ended + timedelta(days=29) - stage.at).total_seconds())
    run(stage, tasks.tick.call)
    assert stage.case.content_key.destroyed_at is None
    stage.wait(days=2)
    for _twice in range(2):
        run(stage, tasks.tick.call)
    assert (stage.case.content_key.destroyed_at is not None) == unsent
    assert told(stage, "case_destroyed") == 2 * unsent
    if state == "draft":
        # Six months at most, says the notice of drafts; each of the two warnings left a day late here, as did the end.
        assert ended + timedelta(days=30) - began <= timedelta(days=182 + 3)
    hold_true(stage.case_id)


def test_warnings_that_leave_late_still_give_their_time(drafts: dict[str, Stage]) -> None:
    stage = drafts[SECOND]
    stage.reach("draft")
    stage.wait(days=400)
    for _tick in range(3):
        run(stage, tasks.warn_expiry)
        run(stage, tasks.expire)
        stage.wait(minutes=5)
    assert stage.case.state == "draft"
    assert stage.case.reminders_sent == 1
    assert stage.case.expires_at >= stage.at + timedelta(days=13)


def test_the_patient_of_a_tele_expertise_is_warned_of_her_own_silence(drafts: dict[str, Stage]) -> None:
    stage = drafts[TELE]
    stage.reach("awaiting_consent")
    stage.wait(days=20)
    run(stage, tasks.warn_expiry)
    people = set(Notice.objects.filter(case_id=stage.case_id, template="case_expiring").values_list("user", flat=True))
    assert {stage.company.users[who].pk for who in (Who.PATIENT, Who.REPRESENTATIVE, Who.REQUESTER)} == people


def test_an_opinion_nobody_opens_is_called_about_once(drafts: dict[str, Stage], papers: None) -> None:
    stage = drafts[SECOND]
    stage.reach("delivered")
    run(stage, tasks.unopened)
    assert not stage.case.call_tasks.filter(why="unopened").exists()
    stage.wait(days=7)
    for _tick in range(2):
        run(stage, tasks.unopened)
    assert stage.case.call_tasks.filter(why="unopened").count() == 1
    assert told(stage, "case_unopened") == 2


@pytest.mark.parametrize("kind", KINDS)
def test_only_an_opinion_read_thirty_days_ago_closes(drafts: dict[str, Stage], papers: None, kind: str) -> None:
    stage = drafts[kind]
    stage.reach("delivered")
    stage.wait(days=60)
    run(stage, tasks.close_read)
    assert stage.case.state == "delivered"
    stage.open_opinion()
    stage.wait(days=29)
    run(stage, tasks.close_read)
    assert stage.case.state == "delivered"
    stage.wait(days=2)
    run(stage, tasks.close_read)
    assert stage.case.state == "closed"


@pytest.mark.parametrize("kind", KINDS)
def test_a_suspended_expert_loses_the_case_he_writes_on(drafts: dict[str, Stage], kind: str) -> None:
    stage = drafts[kind]
    stage.reach("in_review")
    expert = stage.case.assigned_expert
    assert expert is not None
    with stage.time():
        change_status(
            expert.pk,
            actor=stage.company.actor(Who.COORDINATOR, stage.case),
            status="suspended",
            motive="Suspendu le temps d’une vérification.",
        )
    assert stage.case.state == "admitted"
    hold_true(stage.case_id)


@pytest.mark.parametrize("lost", ["insurances", "conventions"])
@pytest.mark.parametrize("kind", KINDS)
def test_the_night_insurance_or_convention_is_lost_open_cases_go_back_to_the_desk(
    drafts: dict[str, Stage], kind: str, lost: str
) -> None:
    stage = drafts[kind]
    stage.reach("in_review")
    expert = stage.case.assigned_expert
    assert expert is not None
    run(stage, lambda: watch(expert.pk))
    assert stage.case.state == "in_review"
    getattr(expert, lost).all().delete()
    run(stage, lambda: watch(expert.pk))
    assert stage.case.state == "admitted"
    hold_true(stage.case_id)


def test_one_case_that_fails_does_not_keep_the_clock_from_the_others(
    drafts: dict[str, Stage], monkeypatch: pytest.MonkeyPatch
) -> None:
    both = [drafts[kind] for kind in KINDS]
    for stage in both:
        stage.reach("proposed")
        stage.wait(days=9)
    real = tasks.perform

    def breaks(name: str, case_id: Any, **inputs: Any) -> Case:
        if case_id == min(stage.case_id for stage in both):
            raise RuntimeError("broken")
        return real(name, case_id, **inputs)

    monkeypatch.setattr(tasks, "perform", breaks)
    with clock.travel(max(stage.at for stage in both)), pytest.raises(ExceptionGroup):
        tasks.lapse()
    assert sorted(stage.case.state for stage in both) == ["admitted", "proposed"]


def test_a_stopped_case_says_nothing_more(drafts: dict[str, Stage]) -> None:
    stage = drafts[SECOND]
    stage.reach("in_review")
    assert OutgoingMail.objects.filter(case_id=stage.case_id, state="queued").exists()
    stage.wait(hours=1)
    stage.go("stop")
    assert not OutgoingMail.objects.filter(case_id=stage.case_id, state="queued").exists()
    stage.wait(hours=5)
    run(stage, tasks.send_history_digests.func)
    assert not told(stage, "case_history_digest")
