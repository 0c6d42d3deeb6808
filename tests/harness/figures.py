"""Figures that measurements and long searches leave for docs/figures.md and docs/proof.md."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

Record = Callable[..., None]


@pytest.fixture
def figure() -> Record:
    """`figure(name, value, goal="")`: note one figure, as text with its unit; printed when nobody collects it."""

    def record(name: str, value: object, goal: str = "") -> None:
        line = json.dumps({"name": name, "value": str(value), "goal": goal}, ensure_ascii=False)
        target = os.environ.get("FIGURES_FILE")
        if target is None:
            print(line)
            return
        with Path(target).open("a", encoding="utf-8") as file:
            file.write(line + "\n")

    return record
