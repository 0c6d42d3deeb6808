"""What counts as proved comes from the results of tests, never from a list."""

import importlib.util
import json
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.once


@pytest.fixture
def counting() -> ModuleType:
    spec = importlib.util.spec_from_file_location("behaviours", ROOT / "bin" / "behaviours.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def entry(outcome: str, *rows: str) -> dict[str, object]:
    return {"outcome": outcome, "seconds": 0.1, "behaviour": list(rows), "asvs": []}


def test_a_row_is_proved_by_a_passing_test_and_unproved_by_a_failing_one(counting: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "postgresql.json").write_text(
        json.dumps({"a": entry("passed", "S1-30", "S1-31"), "b": entry("skipped", "S1-27"), "c": entry("passed")})
    )
    (tmp_path / "sqlite.json").write_text(json.dumps({"a": entry("failed", "S1-31")}))
    found = counting.read_results(tmp_path)["behaviour"]
    assert {row for row, evidence in found.items() if evidence.proved} == {"S1-30"}
    assert found["S1-31"].failed == {"a"}


def test_the_report_counts_and_names_what_is_open(
    counting: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "one.json").write_text(json.dumps({"a": entry("passed", "X-1", "X-2")}))
    rows = [("X-1", "build", "first"), ("X-2", "content", "second"), ("X-3", "build", "third")]
    counting.report("Behaviours", rows, counting.read_results(tmp_path)["behaviour"])
    text = capsys.readouterr().out
    assert "Behaviours: 2 of 3 proved" in text
    assert "build: 1 of 2" in text
    assert "X-3" in text.split("open:")[1]
    assert "X-1" not in text.split("open:")[1]


def test_the_tables_hold_what_is_to_be_proved(counting: ModuleType) -> None:
    behaviours = list(counting.behaviours())
    requirements = list(counting.requirements())
    assert len({identifier for identifier, _, _ in behaviours}) == len(behaviours) == 173
    assert len({identifier for identifier, _, _ in requirements}) == len(requirements) == 163
