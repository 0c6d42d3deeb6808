"""Sentences with the verdict expected, and what the check makes of them."""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from cms.compliance import Code, Finding, Place, check

FOLDER = Path(__file__).resolve().parent
CORPUS = FOLDER / "corpus.tsv"
BLIND = FOLDER / "blind.tsv"
COMPLIANT = "ok"
_COLUMNS = ["language", "place", "label", "sentence"]


@dataclass(frozen=True)
class Labelled:
    language: str
    place: Place
    label: str
    sentence: str

    @property
    def findings(self) -> list[Finding]:
        return check(self.sentence, language=self.language, place=self.place)

    @property
    def blocked(self) -> bool:
        return any(finding.blocking for finding in self.findings)


def load(file: Path) -> list[Labelled]:
    """The sentences of a file; a line with a wrong column, language, place or label is an error."""
    with open(file, newline="", encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
    assert rows and all(list(row) == _COLUMNS and all(row.values()) for row in rows), f"wrong columns in {file.name}"
    assert {row["label"] for row in rows} <= {COMPLIANT, *Code}, f"unknown labels in {file.name}"
    assert {row["language"] for row in rows} <= {"fr", "en"}, f"unknown languages in {file.name}"
    return [Labelled(row["language"], Place(row["place"]), row["label"], row["sentence"]) for row in rows]


@dataclass(frozen=True)
class Measure:
    """How well «has a blocking finding» agrees with the labels."""

    precision: float
    recall: float
    refused_wrongly: list[str]
    missed: list[str]

    def __str__(self) -> str:
        lines = [f"precision {self.precision:.3f}, recall {self.recall:.3f}"]
        lines += [f"refused wrongly: {sentence}" for sentence in self.refused_wrongly]
        lines += [f"missed: {sentence}" for sentence in self.missed]
        return "\n".join(lines)


def measure(sentences: Iterable[Labelled]) -> Measure:
    found = missed = 0
    wrongly: list[str] = []
    overlooked: list[str] = []
    for one in sentences:
        if one.label == COMPLIANT:
            if one.blocked:
                wrongly.append(one.sentence)
        elif one.blocked:
            found += 1
        else:
            missed += 1
            overlooked.append(one.sentence)
    return Measure(
        precision=found / ((found + len(wrongly)) or 1),
        recall=found / ((found + missed) or 1),
        refused_wrongly=wrongly,
        missed=overlooked,
    )
