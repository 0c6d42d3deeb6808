"""Writes down what each run proved, for `make behaviours`."""

import csv
import json
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import pytest

MARKERS = ("behaviour", "asvs")


def known_rows(docs: Path) -> dict[str, set[str]]:
    """The rows of both tables, by kind of marker."""
    with open(docs / "behaviours.tsv", newline="", encoding="utf-8") as file:
        behaviours = {row["id"] for row in csv.DictReader(file, delimiter="\t")}
    with open(docs / "asvs.csv", newline="", encoding="utf-8") as file:
        return {"behaviour": behaviours, "asvs": {row["req_id"] for row in csv.DictReader(file)}}


class Results:
    """Collects the outcome of every test and the rows it proves; one file a database, in var/results/.

    Args:
        folder: where the file is written.
        name: its name.
        known: the rows there are, by kind of marker.
    """

    def __init__(self, folder: Path, name: str, known: Mapping[str, Collection[str]]) -> None:
        self.folder = folder
        self.known = known
        self.name = name
        self.tests: dict[str, dict[str, Any]] = {}

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Put the rows a test proves where they travel from a parallel worker to the process that writes.

        Raises:
            UsageError: a test names a row that its table does not have.
        """
        for item in items:
            for kind in MARKERS:
                for marker in item.iter_markers(kind):
                    unknown = [argument for argument in marker.args if argument not in self.known[kind]]
                    if unknown or not marker.args:
                        raise pytest.UsageError(f"{item.nodeid}: no row {unknown} in the table of {kind}")
                    item.user_properties.extend((kind, str(argument)) for argument in marker.args)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note one phase of one test; the worst phase counts."""
        entry = self.tests.setdefault(report.nodeid, {"outcome": "passed", "seconds": 0.0, "behaviour": [], "asvs": []})
        entry["seconds"] = round(entry["seconds"] + report.duration, 3)
        if report.outcome != "passed":
            entry["outcome"] = report.outcome
        for kind in MARKERS:
            entry[kind] = sorted({value for key, value in report.user_properties if key == kind})

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Write the file, unless this is a parallel worker or nothing ran."""
        if hasattr(session.config, "workerinput") or not self.tests:
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / f"{self.name}.json").write_text(json.dumps(self.tests, indent=1, sort_keys=True))
