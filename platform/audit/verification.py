"""Checks the journal: every hash, every place, every head, every index row, and the heads anchored outside."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from uuid import UUID

from django.db import connection

from audit import anchors, triggers
from audit.canonical import GENESIS
from audit.models import AuditChain, AuditEvent, AuditSubject

_BATCH = 500


@dataclass(frozen=True)
class Problem:
    """Where and how the journal is broken; `seq` is None when the fault is not at one event."""

    chain: str
    seq: int | None
    reason: str

    def __str__(self) -> str:
        place = self.chain if self.seq is None else f"{self.chain} #{self.seq}"
        return f"{place}: {self.reason}"


@dataclass
class Report:
    """What was verified and what was found."""

    chains: int = 0
    events: int = 0
    anchors: int = 0
    problems: list[Problem] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether nothing is broken."""
        return not self.problems


def verify(chain: str | None = None) -> Report:
    """Verify the whole journal, or one chain.

    Reads without a lock: heads first, then events; what is appended meanwhile is no fault.

    Args:
        chain: the key of one chain.
    """
    report = Report()
    heads = {head.key: head for head in AuditChain.objects.filter(**({"key": chain} if chain else {}))}
    anchored, faults = anchors.anchored_heads()
    report.anchors = sum(len(heads_) for heads_ in anchored.values())
    report.problems += [Problem("anchors", None, fault) for fault in faults]
    absent = triggers.missing(connection)
    if absent:
        report.problems.append(Problem("triggers", None, f"not installed: {', '.join(sorted(absent))}"))
    events = AuditEvent.objects.filter(**({"chain": chain} if chain else {})).order_by("chain", "seq")
    seen = set()
    for walk in _walks(events.iterator(chunk_size=_BATCH), anchored, report):
        seen.add(walk.key)
        report.problems += walk.finish(heads.get(walk.key))
    for key, head in heads.items():
        if key not in seen:
            report.problems += _Walk(key, anchored.get(key, {})).finish(head)
    if chain is None:
        report.problems += [
            Problem(key, None, "anchored outside, but gone from the journal")
            for key in anchored
            if key not in heads and key not in seen
        ]
    report.chains = len(heads)
    return report


def _walks(
    events: Iterator[AuditEvent], anchored: Mapping[str, Mapping[int, str]], report: Report
) -> Iterator["_Walk"]:
    """Walk along all events in order; hands out each chain at its end."""
    walk: _Walk | None = None
    while batch := list(islice(events, _BATCH)):
        report.events += len(batch)
        index = _index_rows(batch)
        for event in batch:
            if walk is None or walk.key != event.chain:
                if walk is not None:
                    yield walk
                walk = _Walk(event.chain, anchored.get(event.chain, {}))
            walk.step(event, index[event.id])
    if walk is not None:
        yield walk


def _index_rows(batch: Iterable[AuditEvent]) -> defaultdict[UUID, dict[str, set[str]]]:
    rows: defaultdict[UUID, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    ids = [event.id for event in batch]
    for event_id, kind, subject in AuditSubject.objects.filter(event_id__in=ids).values_list(
        "event_id", "kind", "subject_id"
    ):
        rows[event_id][kind].add(str(subject))
    return rows


class _Walk:
    """Follows one chain from its first event to its head."""

    def __init__(self, key: str, anchored: Mapping[int, str]) -> None:
        self.key = key
        self.anchored = anchored
        self.seq = 0
        self.hash = GENESIS
        self.hashes: dict[int, str] = {}
        self.problems: list[Problem] = []

    def step(self, event: AuditEvent, index: Mapping[str, set[str]]) -> None:
        """Look at the next event."""
        if event.seq != self.seq + 1:
            self._fault(event.seq, f"follows #{self.seq}: events are missing before it")
        elif event.previous != self.hash:
            self._fault(event.seq, "does not fit the event before it")
        if event.computed_hash() != event.hash:
            self._fault(event.seq, "was changed: its hash does not fit its content")
        if event.seq in self.anchored and self.anchored[event.seq] != event.hash:
            self._fault(event.seq, "differs from the head anchored outside")
        if {kind: set(ids) for kind, ids in event.subjects.items()} != dict(index):
            self._fault(event.seq, "its index of subjects was changed")
        self.seq, self.hash = event.seq, event.hash

    def finish(self, head: AuditChain | None) -> list[Problem]:
        """Compare with the head, read before the events, and with the anchors."""
        if head is None or (head.length, head.head) != (self.seq, self.hash) and head.removed_at is None:
            # It may have grown, or been removed, since the heads were read.
            head = AuditChain.objects.filter(key=self.key).first()
        if head is None:
            self._fault(None, "has events but no head")
        elif head.removed_at is not None:
            self._finish_removed(head)
        elif head.length > self.seq:
            newest = AuditEvent.objects.filter(chain=self.key, seq=head.length, hash=head.head).exists()
            if not newest:
                self._fault(self.seq, f"is the last event, but the head counts {head.length}: the end was cut off")
        elif (head.length, head.head) != (self.seq, self.hash):
            self._fault(self.seq, "does not fit the head of its chain")
        if head is not None and self.anchored and max(self.anchored) > head.length:
            self._fault(
                head.length, f"is the last event, but #{max(self.anchored)} is anchored outside: the end was cut off"
            )
        return self.problems

    def _finish_removed(self, head: AuditChain) -> None:
        if AuditEvent.objects.filter(chain=self.key).exists():
            self._fault(None, "is marked as removed and still has events")
        record = AuditEvent.objects.filter(
            chain=head.removed_by, action="journal.chain_removed", detail__chain=self.key
        ).first()
        if record is not None:
            if (record.detail.get("length"), record.detail.get("head")) != (head.length, head.head):
                self._fault(None, "was removed, and its head differs from the record of the removal")
        elif not AuditChain.objects.filter(key=head.removed_by, removed_at__isnull=False).exists():
            self._fault(None, "was removed without a record of the removal")
        fitting = {seq: hash_ for seq, hash_ in self.anchored.items() if seq == head.length}
        if fitting and fitting[head.length] != head.head:
            self._fault(head.length, "differs from the head anchored outside")
        # Everything about its events has been said: those seen while it was being removed are no fault.
        self.anchored = {}

    def _fault(self, seq: int | None, reason: str) -> None:
        self.problems.append(Problem(self.key, seq, reason))
