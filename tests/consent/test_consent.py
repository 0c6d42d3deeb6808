"""Texts that never change once published, and the evidence of each choice."""

import json
from pathlib import Path

import pytest
from django.conf import settings

from cases.demo.walk import acting
from cases.models import Case
from consent.models import ConsentRecord, ConsentText, Purpose
from consent.services import (
    choices_of,
    is_blocked,
    is_living,
    lift_block,
    living_purposes,
    place_block,
    purposes_for,
    record_choices,
    withdraw_purpose,
)
from consent.texts import TEXTS, current_text, publish_texts, words_shown
from errors import Conflict, Invalid
from tests.cases.world import World, make_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return make_world()


def texts(case: Case) -> dict[str, object]:
    return {str(p): current_text(p, case.kind).pk for p in purposes_for(case.sharing)}


def choose(world: World, case: Case, **choices: bool) -> list[ConsentRecord]:
    return record_choices(
        case_id=case.pk,
        patient_id=case.patient_id,
        kind=case.kind,
        sharing=case.sharing,
        round_number=1,
        choices=choices,
        shown_texts=texts(case),
        actor=acting(world.patient_user, "patient"),
    )


def test_every_purpose_has_a_text_for_each_kind_in_both_languages() -> None:
    for kind in ("second_opinion", "tele_expertise"):
        for purpose in Purpose:
            text = current_text(purpose, kind)
            assert text.title("fr")
            assert text.title("en")
            assert len(text.body("fr")) > 200
            assert len(text.body("en")) > 200


def test_publishing_twice_adds_nothing_and_a_changed_text_needs_a_new_version(tmp_path: Path) -> None:
    assert publish_texts() == 0
    entries = json.loads((TEXTS / "v1.json").read_text(encoding="utf-8"))
    entries[0]["body"]["fr"] += " Changé."
    (tmp_path / "v1.json").write_text(json.dumps(entries), encoding="utf-8")
    with pytest.raises(Conflict):
        publish_texts(tmp_path)
    entries[0]["version"] = 2
    (tmp_path / "v1.json").write_text(json.dumps(entries[:1]), encoding="utf-8")
    assert publish_texts(tmp_path) == 1


def test_the_model_refuses_to_change_or_delete_what_is_published(world: World) -> None:
    case = world.walk().open()
    record = choose(world, case, act=True, sharing_delegated=True)[0]
    for row in (record, ConsentText.objects.first()):
        assert row is not None
        with pytest.raises(Conflict):
            row.save()
        with pytest.raises(Conflict):
            row.delete()


def test_each_choice_is_kept_apart_with_the_words_shown(world: World) -> None:
    case = world.walk().open()
    choose(world, case, act=True, sharing_delegated=True, research=True)
    latest = choices_of(case.pk, 1)
    assert latest["research"].decision == "given"
    assert latest["dmp"].decision == "refused"
    act = latest["act"]
    assert act.shown == words_shown(current_text("act", case.kind), "fr")
    # Who wishes to talk first is given a number to call.
    assert settings.SERVICE_PHONE in act.shown
    # Rights on what is kept of a draft are asked of the data protection officer.
    assert settings.SERVICE_DPO_EMAIL in words_shown(current_text("draft_notice", case.kind), "fr")
    assert settings.SERVICE_DPO_EMAIL not in act.shown
    assert (act.text_version, act.means, act.actor_id) == (1, "online", world.patient_user.pk)
    assert len(act.shown_sha256) == 64


@pytest.mark.parametrize("missing", ["act", "sharing_delegated"])
def test_a_required_agreement_cannot_be_left_out(world: World, missing: str) -> None:
    case = world.walk().open()
    given = {"act": True, "sharing_delegated": True, missing: False}
    with pytest.raises(Invalid) as refused:
        choose(world, case, **given)
    assert missing in refused.value.fields
    assert not ConsentRecord.objects.filter(case=case).exists()


def test_a_text_that_changed_meanwhile_is_shown_again(world: World) -> None:
    case = world.walk().open()
    old = texts(case)
    current = current_text("act", case.kind)
    ConsentText.objects.create(
        purpose="act",
        kind=case.kind,
        version=2,
        title_fr="Neuf",
        title_en="New",
        body_fr="Neuf",
        body_en="New",
        sha256="0" * 64,
    )
    with pytest.raises(Invalid) as refused:
        record_choices(
            case_id=case.pk,
            patient_id=case.patient_id,
            kind=case.kind,
            sharing=case.sharing,
            round_number=1,
            choices={"act": True, "sharing_delegated": True},
            shown_texts=old,
            actor=acting(world.patient_user, "patient"),
        )
    assert "act" in refused.value.fields
    assert current.version == 1


def test_a_withdrawal_is_a_new_record_and_ends_the_living_consent(world: World) -> None:
    case = world.walk().open()
    choose(world, case, act=True, sharing_delegated=True)
    assert is_living(case.pk, 1, case.sharing)
    actor = acting(world.patient_user, "patient")
    assert withdraw_purpose(case_id=case.pk, round_number=1, purpose="sharing_delegated", actor=actor)
    assert not is_living(case.pk, 1, case.sharing)
    assert living_purposes(case.pk, 1) == {"act"}
    assert not withdraw_purpose(case_id=case.pk, round_number=1, purpose="sharing_delegated", actor=actor)
    assert ConsentRecord.objects.filter(case=case, purpose="sharing_delegated").count() == 2


def test_consent_to_one_sharing_is_not_consent_to_the_other(world: World) -> None:
    case = world.walk().open()
    choose(world, case, act=True, sharing_delegated=True)
    assert not is_living(case.pk, 1, "named")


def test_a_block_is_reversible_and_quiet_when_repeated(world: World) -> None:
    actor = acting(world.patient_user, "patient")
    who = {"patient_id": world.patient.pk, "professional_id": world.expert.user_id}
    assert place_block(**who, actor=actor).pk == place_block(**who, actor=actor).pk
    assert is_blocked(**who)
    lift_block(**who, actor=actor)
    assert not is_blocked(**who)
