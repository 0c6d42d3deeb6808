"""How much of docs/behaviours.tsv and docs/asvs.csv the tests of the last run proved, and what is open.

Read from the results each run writes to var/results/, never from a list. Needs nothing but Python.
"""

import csv
import json
import sys
import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "var" / "results"


@dataclass
class Evidence:
    """What the last run said of one row."""

    passed: set[str] = field(default_factory=set)
    failed: set[str] = field(default_factory=set)

    @property
    def proved(self) -> bool:
        """A test passed and none failed, on any database it ran on."""
        return bool(self.passed) and not self.failed


def read_results(folder: Path) -> dict[str, dict[str, Evidence]]:
    """Evidence by kind of marker and row."""
    found: dict[str, dict[str, Evidence]] = {"behaviour": {}, "asvs": {}}
    for file in sorted(folder.glob("*.json")):
        for test, entry in json.loads(file.read_text()).items():
            for kind, rows in found.items():
                for row in entry[kind]:
                    evidence = rows.setdefault(row, Evidence())
                    if entry["outcome"] == "passed":
                        evidence.passed.add(test)
                    elif entry["outcome"] == "failed":
                        evidence.failed.add(test)
    return found


def behaviours() -> Iterator[tuple[str, str, str]]:
    """Identifier, group and text of each behaviour that can be proved."""
    with open(ROOT / "docs" / "behaviours.tsv", newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            if row["kind"] in ("build", "content"):
                yield row["id"], row["kind"], row["behaviour"]


def requirements() -> Iterator[tuple[str, str, str]]:
    """Identifier, group and text of each security requirement."""
    with open(ROOT / "docs" / "asvs.csv", newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            yield row["req_id"], f"level {row['level']}", row["how_to_check"]


def report(title: str, rows: Iterable[tuple[str, str, str]], evidence: dict[str, Evidence]) -> None:
    """Print counts by group, then the open rows."""
    rows = list(rows)
    groups = sorted({group for _, group, _ in rows})
    proved = {identifier for identifier, _, _ in rows if evidence.get(identifier, Evidence()).proved}
    print(f"{title}: {len(proved)} of {len(rows)} proved")
    for group in groups:
        mine = [identifier for identifier, one, _ in rows if one == group]
        print(f"  {group}: {len(proved.intersection(mine))} of {len(mine)}")
    print("  open:")
    for identifier, group, text in rows:
        if identifier not in proved:
            note = " FAILED" if evidence.get(identifier, Evidence()).failed else ""
            print(f"    {identifier:<8} {group:<8}{note} {textwrap.shorten(text, 90)}")
    print()


def main() -> int:
    """Print both tables."""
    if not any(RESULTS.glob("*.json")):
        print("No results yet: run make test first.", file=sys.stderr)
        return 1
    found = read_results(RESULTS)
    report("Behaviours", behaviours(), found["behaviour"])
    report("Security requirements (OWASP ASVS 5.0)", requirements(), found["asvs"])
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except BrokenPipeError:
        sys.exit(0)
