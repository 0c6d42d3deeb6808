"""After delivery: the expert corrects what he signed by a new version; the coordinator may only ask."""

import hashlib
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from accounts.services.patients import represent
from audit.models import AuditEvent
from cases import tasks
from cases.demo.walk import Walk, proof
from cases.models import CallTask, Case, Correction, Opinion
from cases.models.states import State
from cases.services import corrections, delivery, opinions
from clock import now, travel
from errors import Conflict, NotAllowed
from experts.services import change_status
from notify.models import Notice
from tests.accounts.logins import last_code
from tests.cases.clients import own_queries, verified_client
from tests.cases.patient.lives import after, page, tele
from tests.cases.verify.test_verify import by_code, by_file, paper_of, printed_code, told
from tests.cases.world import SETUP, World, make_world
from tests.opinions.validators import text_of
from ui.dates import paris_day
from vault.files import read_file

pytestmark = pytest.mark.django_db
WHY = "Le côté de l’intervention est corrigé : il était écrit gauche au lieu de droit."
ASK = "Le compte rendu parle du côté droit."


@pytest.fixture
def world() -> World:
    return make_world()


@pytest.fixture
def expert(world: World) -> Client:
    return verified_client(world.expert.user, "expert")


@pytest.fixture
def desk(world: World) -> Client:
    return verified_client(world.coordinator, "coordinator")


def at(space: str, name: str, case: Case, *more: object) -> str:
    return reverse(f"{space}:{name}", args=[case.pk, *more])


def fresh(walk: Walk) -> Case:
    return Case.objects.get(pk=walk.case.pk)


def notices(walk: Walk, template: str) -> set[str]:
    return {row.user.email for row in Notice.objects.filter(case_id=walk.case.pk, template=template)}


def opened(world: World, **written: str) -> Walk:
    walk = after(world, "deliver", written={"summary": "Le côté gauche.", **written})
    delivery.open_opinion(walk.case.pk, walk.case.signed_opinion_id, actor=walk.patient, request_key="k")
    return walk


def changed(world: World, case: Case, client: Client, **fields: str) -> dict[str, str]:
    """The form of the workspace as the page shows it, with these fields changed."""
    shown = client.get(at("expert", "case", case)).context["form"]
    values = {name: shown[name].value() or "" for name in shown.fields}
    draft = Correction.objects.get(case=case, ended_at=None)
    values = {name: value for name, value in values.items() if value is not False}
    return {**values, "version": str(draft.version), **fields}


def signs(world: World, case: Case, client: Client) -> int:
    """Read again, ask for a code, sign; the answer to the signature."""
    assert client.get(at("expert", "read_again", case)).status_code == 200
    client.post(at("expert", "sign_code", case))
    return client.post(at("expert", "sign", case), {"code": last_code(world.expert.user.email)}).status_code


@pytest.mark.behaviour("S0-29")
@pytest.mark.behaviour("S4-22")
def test_a_correction_from_the_request_to_the_new_version(world: World, expert: Client, desk: Client) -> None:
    walk = opened(world)
    first = walk.case.opinions.get()
    old_paper = paper_of(walk)
    # The patient asks by a message; the page of the opinion leads there.
    patient = verified_client(world.patient_user)
    assert page(walk.case, "messages/") in patient.get(page(walk.case, "avis/")).content.decode()
    patient.post(page(walk.case, "messages/"), {"body": "C’est le côté droit."})
    # The coordinator may only ask, with a reason the expert reads.
    assert desk.post(at("desk", "ask_correction", walk.case), {"why": ""}).status_code == 422
    assert desk.post(at("desk", "ask_correction", walk.case), {"why": ASK}).status_code == 302
    assert desk.post(at("desk", "ask_correction", walk.case), {"why": "Encore."}).status_code == 422
    assert fresh(walk).correcting_since is None and notices(walk, "case_correcting") == set()
    assert notices(walk, "expert_correction_asked") == {world.expert.user.email}
    assert ASK in expert.get(at("expert", "case", walk.case)).content.decode()
    assert walk.case.reference in expert.get(reverse("expert:home")).content.decode()
    assert ASK in expert.get(at("expert", "correct", walk.case)).content.decode()
    # He begins: readers are told to wait, here and at the verification page.
    assert expert.post(at("expert", "correct", walk.case)).status_code == 302
    assert fresh(walk).correcting_since is not None and fresh(walk).state == State.DELIVERED
    assert notices(walk, "case_correcting") == {world.patient_user.email}
    assert "correction" in patient.get(page(walk.case)).content.decode()
    assert "en cours" in patient.get(page(walk.case, "avis/")).content.decode()
    assert "A correction of this version is under way" in told(by_code(printed_code(old_paper)))
    # The editor holds a copy of what was delivered.
    shown = expert.get(at("expert", "case", walk.case)).content.decode()
    assert "Le côté gauche." in shown and ASK in shown
    form = changed(world, walk.case, expert, summary="Le côté droit.")
    expert.post(at("expert", "save", walk.case), form)
    # What is changed and why must be said.
    refused = expert.get(at("expert", "read_again", walk.case))
    assert refused.status_code == 422 and "id_correction_why_error" in refused.content.decode()
    form = changed(world, walk.case, expert, summary="Le côté droit.", correction_why=WHY)
    stale = {**form, "version": "0"}
    assert expert.post(at("expert", "save", walk.case), stale).status_code == 409
    assert expert.post(at("expert", "save", walk.case), form).status_code == 302
    assert signs(world, walk.case, expert) == 302
    # Twice the same click is quiet, and makes no second version.
    assert expert.post(at("expert", "sign", walk.case), {"code": "123456"}).status_code == 302
    case = fresh(walk)
    second = case.opinions.get(type="correction")
    assert case.opinions.count() == 2 and case.state == State.DELIVERED and case.correcting_since is None
    assert case.signed_opinion == second and second.replaces == first and second.signed_by == world.expert.user
    first.refresh_from_db()
    assert (first.standing, second.standing) == ("superseded", "current")
    # The old bytes are kept; the new paper says what it replaces, what is changed, and why.
    assert b"".join(read_file(first.pdf)) == old_paper
    new_paper = b"".join(read_file(second.pdf))
    assert hashlib.sha256(new_paper).hexdigest() == second.sha256
    text = " ".join(text_of(new_paper).split())
    assert "remplace la version 1" in text and "gauche au lieu de droit" in text
    # Everyone who had the old one is told; the patient reads the new one first, and both stay.
    assert notices(walk, "case_corrected") == {world.patient_user.email}
    assert case.first_opened_at is None
    mine = patient.get(page(walk.case, "avis/")).content.decode()
    assert "Le côté droit." in mine and "Le côté gauche." not in mine and "gauche au lieu de droit" in mine
    assert (
        page(walk.case, f"avis/{first.pk}/fichier/") in mine and page(walk.case, f"avis/{second.pk}/fichier/") in mine
    )
    assert fresh(walk).first_opened_at is not None
    assert "A later version replaces this one" in told(by_file(old_paper))
    assert "This is the latest version" in told(by_file(new_paper))
    acts = AuditEvent.objects.filter(case_id=case.pk, action__contains="orrect", outcome="done")
    assert sorted(acts.values_list("action", flat=True)) == [
        "opinion.corrected",
        "opinion.correction_asked",
        "opinion.correction_begun",
    ]


def test_the_expert_begins_by_himself_and_gives_up_with_a_reason(world: World, expert: Client, desk: Client) -> None:
    walk = opened(world)
    assert (
        reverse("expert:correct", args=[walk.case.pk]) in expert.get(at("expert", "case", walk.case)).content.decode()
    )
    expert.post(at("expert", "correct", walk.case))
    code = printed_code(paper_of(walk))
    assert expert.post(at("expert", "give_up_correction", walk.case), {"why": ""}).status_code == 422
    assert expert.post(at("expert", "give_up_correction", walk.case), {"why": "Tout est exact."}).status_code == 302
    assert fresh(walk).correcting_since is None and walk.case.opinions.count() == 1
    assert notices(walk, "case_correction_ended") == {world.patient_user.email}
    assert "This is the latest version" in told(by_code(code))
    assert "Tout est exact." in desk.get(at("desk", "case", walk.case)).content.decode()
    # Nothing is written on any more, and it may be begun anew.
    assert expert.post(at("expert", "save", walk.case), {"version": "0"}).status_code == 403
    assert expert.get(at("expert", "read_again", walk.case)).status_code == 403
    expert.post(at("expert", "correct", walk.case))
    assert fresh(walk).correcting_since is not None


def test_nobody_else_corrects_or_asks(world: World, desk: Client) -> None:
    walk = opened(world)
    other = verified_client(world.other_expert.user, "expert")
    nurse = verified_client(world.nurse, "care_coordinator")
    assert other.post(at("expert", "correct", walk.case)).status_code == 404
    assert nurse.post(at("desk", "ask_correction", walk.case), {"why": ASK}).status_code == 403
    for actor in (walk.patient, walk.coordinator):
        with pytest.raises(NotAllowed):
            corrections.begin_correction(walk.case.pk, actor=actor)
    assert not Correction.objects.exists()


def test_before_delivery_there_is_nothing_to_correct(world: World, expert: Client, desk: Client) -> None:
    walk = after(world, "sign")
    assert expert.post(at("expert", "correct", walk.case)).status_code == 403
    assert desk.post(at("desk", "ask_correction", walk.case), {"why": ASK}).status_code == 403


def test_the_coordinator_takes_his_request_back_and_ends_what_the_expert_cannot(
    world: World, expert: Client, desk: Client
) -> None:
    walk = opened(world)
    desk.post(at("desk", "ask_correction", walk.case), {"why": ASK})
    assert desk.post(at("desk", "end_correction", walk.case), {"why": "Malentendu."}).status_code == 302
    expert.post(at("expert", "correct", walk.case))
    # Once begun it is the expert's.
    assert desk.post(at("desk", "end_correction", walk.case), {"why": "Trop long."}).status_code == 422
    assert fresh(walk).correcting_since is not None
    # He stops being active: the desk is told, nobody else may write, and the version stays suspended until it decides.
    change_status(world.expert.pk, status="suspended", motive="Assurance échue hier.", actor=walk.coordinator)
    assert notices(walk, "desk_correction_stuck") == {world.coordinator.email}
    code = printed_code(paper_of(walk))
    assert "A correction of this version is under way" in told(by_code(code))
    with pytest.raises(Conflict):
        corrections.ask_correction(walk.case.pk, ASK, actor=walk.coordinator)
    assert desk.post(at("desk", "end_correction", walk.case), {"why": "L’expert ne peut plus."}).status_code == 302
    assert fresh(walk).correcting_since is None and "This is the latest version" in told(by_code(code))


def test_an_expert_who_may_no_longer_sign_signs_no_correction(world: World, expert: Client) -> None:
    walk = opened(world)
    expert.post(at("expert", "correct", walk.case))
    expert.post(at("expert", "save", walk.case), changed(world, walk.case, expert, correction_why=WHY))
    expert.get(at("expert", "read_again", walk.case))
    change_status(world.expert.pk, status="suspended", motive="Assurance échue hier.", actor=walk.coordinator)
    draft = Correction.objects.get()
    code = proof(world.expert.user, "sign", draft.rendered_sha256)
    with pytest.raises(Conflict):
        opinions.sign_opinion(walk.case.pk, code, actor=walk.expert)
    assert walk.case.opinions.count() == 1 and fresh(walk).correcting_since is not None


def test_a_correction_waits_while_the_case_is_on_hold_and_stops_with_the_consent(world: World, expert: Client) -> None:
    walk = opened(world)
    expert.post(at("expert", "correct", walk.case))
    walk.move("hold", walk.coordinator, told="Nous vérifions.", reason_code="other", review_on=paris_day(now()))
    assert expert.post(at("expert", "save", walk.case), {"version": "0"}).status_code == 403
    assert expert.get(at("expert", "read_again", walk.case)).status_code == 403
    walk.move("release", walk.coordinator)
    assert fresh(walk).correcting_since is not None
    assert expert.get(at("expert", "case", walk.case)).status_code == 200
    delivery.withdraw_consent(walk.case.pk, "act", actor=walk.patient)
    assert expert.post(at("expert", "save", walk.case), {"version": "0"}).status_code == 403
    assert notices(walk, "desk_correction_stuck") == {world.coordinator.email}
    # The coordinator alone can end it; the patient keeps what was delivered.
    corrections.end_correction(walk.case.pk, "Consentement retiré.", actor=walk.coordinator)
    assert fresh(walk).correcting_since is None
    assert verified_client(world.patient_user).get(page(walk.case, "avis/")).status_code == 200


def test_a_case_under_correction_is_not_closed_and_a_closed_one_is_taken_up_first(world: World, expert: Client) -> None:
    walk = opened(world)
    corrections.ask_correction(walk.case.pk, ASK, actor=walk.coordinator)
    corrections.begin_correction(walk.case.pk, actor=walk.expert)
    with pytest.raises(Conflict):
        walk.move("close", walk.patient)
    with travel(now() + timedelta(days=40)):
        tasks.close_read()
    assert fresh(walk).state == State.DELIVERED
    refusals = AuditEvent.objects.filter(case_id=walk.case.pk, actor_kind="system", outcome="refused")
    assert not refusals.exists()
    corrections.end_correction(walk.case.pk, "Tout est exact.", actor=walk.expert)
    corrections.ask_correction(walk.case.pk, ASK, actor=walk.coordinator)
    walk.move("close", walk.patient)
    # What was only asked for ends with the file; the author can still write to the desk.
    assert Correction.objects.filter(ended_at=None).count() == 0
    with pytest.raises(NotAllowed):
        corrections.begin_correction(walk.case.pk, actor=walk.expert)
    assert expert.post(at("expert", "desk_messages", walk.case), {"body": "J’ai vu une erreur."}).status_code == 302
    code = proof(world.other_coordinator, "override", str(walk.case.pk))
    from cases.demo.walk import acting

    other = acting(world.other_coordinator, "coordinator")
    walk.move("override", other, motive="L’expert a vu une erreur dans son avis.", proof=code)
    corrections.begin_correction(walk.case.pk, actor=walk.expert)
    assert fresh(walk).correcting_since is not None


def test_a_correction_that_takes_long_is_called_about_once_and_may_then_be_ended(world: World, expert: Client) -> None:
    walk = opened(world)
    expert.post(at("expert", "correct", walk.case))
    with travel(now() + timedelta(days=6)):
        tasks.call_about_corrections()
        assert not CallTask.objects.exists()
        with pytest.raises(Conflict):
            corrections.end_correction(walk.case.pk, "Silence.", actor=walk.coordinator)
    with travel(now() + timedelta(days=8)):
        tasks.call_about_corrections()
        tasks.call_about_corrections()
        assert CallTask.objects.get().why == "correction"
        corrections.end_correction(walk.case.pk, "Silence.", actor=walk.coordinator)
    assert CallTask.objects.get().done_at is not None and fresh(walk).correcting_since is None


def test_a_corrected_opinion_nobody_opens_is_called_about(world: World, expert: Client) -> None:
    walk = opened(world)
    with travel(now() + timedelta(days=20)):
        _correct(walk, world)
        tasks.unopened()
        assert not CallTask.objects.exists()
    with travel(now() + timedelta(days=28)):
        tasks.unopened()
        assert CallTask.objects.get().why == "unopened"
        # The old paper is not the new one.
        first = walk.case.opinions.get(number=1)
        delivery.open_opinion(walk.case.pk, first.pk, actor=walk.patient, request_key="old")
        assert fresh(walk).first_opened_at is None


def _correct(walk: Walk, world: World, **fields: object) -> Opinion:
    """The whole correction through the services."""
    corrections.begin_correction(walk.case.pk, actor=walk.expert)
    draft = opinions.draft_of(fresh(walk))
    opinions.save_draft(walk.case.pk, {"correction_why": WHY, **fields}, draft.version, actor=walk.expert)
    draft = opinions.prepare_reading(walk.case.pk, actor=walk.expert)
    code = proof(world.expert.user, "sign", draft.rendered_sha256)
    case = opinions.sign_opinion(walk.case.pk, code, actor=walk.expert)
    assert case.signed_opinion is not None
    return case.signed_opinion


def test_it_is_handed_over_in_the_manner_the_patient_chose(world: World) -> None:
    walk = opened(world)
    Case.objects.filter(pk=walk.case.pk).update(reception="after_call")
    _correct(walk, world)
    assert CallTask.objects.get().why == "reception"
    CallTask.objects.update(done_at=now())
    again = _correct(walk, world, tell_in_person=True)
    assert CallTask.objects.filter(done_at=None).get().why == "bad_news"
    # A correction is corrected like the first: three versions, one of them current.
    assert again.number == 3 and again.replaces is not None and again.replaces.number == 2
    standings = list(walk.case.opinions.order_by("number").values_list("standing", flat=True))
    assert standings == ["superseded", "superseded", "current"]


def test_who_has_not_received_the_report_of_a_tele_expertise_is_not_told(world: World) -> None:
    walk = tele(world, "check", "admit", "propose", "accept", "write", "sign", "deliver")
    delivery.acknowledge_report(walk.case.pk, actor=walk.requester)
    _correct(walk, world)
    assert notices(walk, "case_corrected") == {world.requester.email}
    doctor = verified_client(world.requester, "requester")
    shown = doctor.get(at("requester", "report", walk.case)).content.decode()
    assert "gauche au lieu de droit" in shown
    # The corrected report is acknowledged like the first.
    assert fresh(walk).requester_acknowledged_at is None
    assert doctor.post(at("requester", "acknowledge", walk.case)).status_code == 302
    delivery.say_patient_told(walk.case.pk, actor=walk.requester)
    _correct(walk, world)
    assert notices(walk, "case_corrected") == {world.requester.email, world.patient_user.email}


def test_a_helper_who_opened_the_opinion_is_told_too(world: World) -> None:
    from tests.cases.world import patient

    walk = opened(world)
    _row, helper = patient("Louis Voisin")
    represent(helper, world.patient, "helper", actor=SETUP, scope=["read_opinion"])
    _row, other = patient("Anne Voisine")
    represent(other, world.patient, "helper", actor=SETUP, scope=["read_opinion"])
    client = verified_client(helper)
    assert client.get(page(walk.case, "avis/")).status_code == 200
    _correct(walk, world)
    assert notices(walk, "case_corrected") == {world.patient_user.email, helper.email}


def test_a_correction_beside_a_follow_up_question_leaves_it_open(world: World, expert: Client) -> None:
    walk = opened(world)
    walk.move("ask_follow_up", walk.patient, question="Puis-je courir ?")
    corrections.begin_correction(walk.case.pk, actor=walk.expert)
    shown = expert.get(at("expert", "case", walk.case))
    assert shown.status_code == 200 and at("expert", "follow_up", walk.case) in shown.content.decode()
    corrections.end_correction(walk.case.pk, "Non.", actor=walk.expert)
    _correct(walk, world)
    assert fresh(walk).state == State.FOLLOW_UP
    assert opinions.open_follow_up(fresh(walk)).question == "Puis-je courir ?"


def test_addenda_and_versions_are_numbered_apart_and_only_what_replaces_is_the_latest(
    world: World, expert: Client
) -> None:
    walk = opened(world)
    walk.move("ask_follow_up", walk.patient, question="Puis-je courir ?")
    opinions.save_addendum(walk.case.pk, "Oui.", 0, actor=walk.expert)
    opinions.prepare_addendum(walk.case.pk, actor=walk.expert)
    # The version it names is replaced before it is signed: the paper has to be made again.
    second = _correct(walk, world)
    assert expert.post(at("expert", "follow_up_sign", walk.case), {"code": "123456"}).status_code == 422
    draft = opinions.prepare_addendum(walk.case.pk, actor=walk.expert)
    opinions.sign_addendum(walk.case.pk, proof(world.expert.user, "sign", draft.rendered_sha256), actor=walk.expert)
    addendum = walk.case.opinions.get(type="addendum")
    printed = b"".join(read_file(addendum.pdf))
    assert "s’ajoute à la version 2" in " ".join(text_of(printed).split())
    assert "completes the latest version of the opinion" in told(by_file(printed))
    third = _correct(walk, world)
    assert (second.number, addendum.number, third.number) == (2, 3, 4)
    mine = verified_client(world.patient_user).get(page(walk.case, "avis/")).content.decode().replace("\xa0", " ")
    assert "Avis, version 3" in mine and "Complément n° 1 à la version 2" in mine and "version 4" not in mine
    assert "remplace la version 2" in " ".join(text_of(b"".join(read_file(third.pdf))).split())
    assert "a version of the opinion that a later one replaces" in told(by_file(printed))
    with override("fr"):
        shown = expert.get(at("expert", "case", walk.case)).content.decode()
    assert "accompagne une version remplacée" in shown and shown.count(">dernière version<") == 1
    # Four papers are on file: their names cost the page no further query.
    pages = {
        "the desk's case page": (world.coordinator, "coordinator", at("desk", "case", walk.case)),
        "the desk's page of the opinion": (world.coordinator, "coordinator", at("desk", "opinion", walk.case)),
        "the patient's case page": (world.patient_user, "patient", page(walk.case)),
        "the patient's page of the opinion": (world.patient_user, "patient", page(walk.case, "avis/")),
        "the expert's page": (world.expert.user, "expert", at("expert", "case", walk.case)),
    }
    asked = {name: own_queries(verified_client(who, role), path) for name, (who, role, path) in pages.items()}
    assert {name: number for name, number in asked.items() if number > 16} == {}, asked


def test_the_database_keeps_corrections_whole(world: World) -> None:
    walk = after(world, "sign")
    version = walk.case.opinions.get()
    cases = Case.objects.filter(pk=walk.case.pk)
    wrongs = [
        lambda: cases.update(correcting_since=now()),
        lambda: Opinion.objects.filter(pk=version.pk).update(type="correction"),
        lambda: Correction.objects.create(content_key=walk.case.content_key, case=walk.case, opinion=version),
    ]
    for wrong in wrongs:
        with pytest.raises(IntegrityError), transaction.atomic():
            wrong()
