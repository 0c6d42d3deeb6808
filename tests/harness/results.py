"""Writes down what each run proved, for `make behaviours`."""

import json
from pathlib import Path
from typing import Any

import pytest

MARKERS = ("behaviour", "asvs")


class Results:
    """Collects the outcome of every test and the rows it proves; one file a database, in var/results/."""

    def __init__(self, folder: Path, name: str) -> None:
        self.folder = folder
        self.name = name
        self.tests: dict[str, dict[str, Any]] = {}

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Put the rows a test proves where they travel from a parallel worker to the process that writes."""
        for item in items:
            for kind in MARKERS:
                for marker in item.iter_markers(kind):
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
