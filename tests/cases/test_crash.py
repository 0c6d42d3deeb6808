"""A fixed sample of deaths in the middle of moves, services and jobs; `make proof` makes a process die everywhere."""

import importlib
import inspect
import pkgutil
import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from cases import services
from cases.models import DeskNote
from cases.services import desk
from tests.cases import acts
from tests.cases.crashing import Account, Act, Step, sweep_group
from tests.cases.machine.racing import people
from tests.cases.machine.rules import SECOND, TABLE, Who
from tests.cases.machine.stage import Stage, quick_papers
from tests.cases.sweeping import sweep_all

pytestmark = [
    pytest.mark.sweep,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="what a death left is told by PostgreSQL"),
]
#: One in so many points, the first and the first commit always.
EVERY = 9
_chance = random.Random(20261121)


def _sample() -> list[acts.Group]:
    alone = [group for group in acts.moves() if {act.name for act in group.acts} & {"give_consent", "sign", "deliver"}]
    shared = [
        replace(group, acts=tuple(_chance.sample(group.acts, min(5, len(group.acts)))))
        for group in acts.services()
        if not group.alone and (group.kind, group.state) in ((SECOND, "draft"), (SECOND, "submitted"))
    ]
    return [*alone, *shared, *(group for group in acts.works() if group.acts[0].name == "check_document")]


@pytest.mark.asvs("2.3.3")
def test_a_death_leaves_nothing_half_done(settings: Any, tmp_path: Path) -> None:
    account = sweep_all(_sample(), settings, tmp_path, every=EVERY)
    assert not account.wrong, "\n".join(account.wrong)
    assert account.deaths > 30


def test_a_service_without_its_transaction_is_caught(settings: Any, tmp_path: Path) -> None:
    def ready(stage: Stage) -> Step:
        actor = stage.company.actor(Who.COORDINATOR, stage.case)

        def halves() -> None:
            # Each half commits by itself; the first makes the second click believe that all is done.
            if not DeskNote.objects.filter(case_id=stage.case_id).exists():
                desk.add_note(stage.case_id, "Rappeler.", actor=actor)
                desk.add_call(stage.case_id, "help", stage.at, actor=actor)

        return halves

    settings.VAULT_ROOT, settings.AUDIT_ANCHOR_DIR = str(tmp_path / "files"), tmp_path / "anchors"
    account = Account()
    with quick_papers():
        sweep_group(account, people(), SECOND, "submitted", [Act("two halves", ready)], alone=True)
    [complaint] = account.wrong
    assert "cases_desknote': 1} instead of {'cases_calltask': 1, 'cases_desknote': 1}" in complaint


def test_every_move_is_swept() -> None:
    assert {act.name for group in acts.moves() for act in group.acts} == set(TABLE)


#: Services that only read, or are steps of others; signatures are swept as the moves they are.
_NOT_ALONE = {
    "alerts.new_alert",
    "billing.is_settled",
    "copies.copies_of",
    "copies.refusal_to_send",
    "copies.unsent_versions",
    "corrections.cannot_correct",
    "corrections.correction_of",
    "corrections.corrections_of",
    "corrections.desk_may_end",
    "corrections.sign_correction",
    "corrections.tell_readers",
    "corrections.warn_stuck",
    "drafting.destroy_content",
    "drafting.draw_reference",
    "drafting.keep_agreement",
    "drafting.open_second_opinion",
    "locking.locked_case",
    "locking.subjects",
    "messages.mark_read",
    "opening.patients_for",
    "opinions.draft_of",
    "opinions.open_follow_up",
    "opinions.sign_addendum",
    "opinions.sign_opinion",
    "payers.allowance_left",
    "receiving.one_file",
    "renewals.asked_again",
    "renewals.cases_to_ask",
    "repeats.said_already",
    "requesting.open_tele_expertise",
    "snippets.snippets_of",
}


def test_every_service_is_swept() -> None:
    """A new service without its sweep fails here."""
    text, missing = inspect.getsource(acts), set()
    for found in pkgutil.iter_modules(services.__path__):
        module = importlib.import_module(f"{services.__name__}.{found.name}")
        for name, thing in vars(module).items():
            ours = inspect.isfunction(thing) and thing.__module__ == module.__name__ and not name.startswith("_")
            if ours and f"{found.name}.{name}(" not in text:
                missing.add(f"{found.name}.{name}")
    assert missing <= _NOT_ALONE, sorted(missing - _NOT_ALONE)
