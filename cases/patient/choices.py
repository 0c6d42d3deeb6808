"""The rows of «mes choix»: each purpose, what was chosen, when, and what can be changed."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cases.models import Case
from consent import services as consent
from consent.models import ConsentRecord


@dataclass(frozen=True)
class Choice:
    """One purpose and the last word on it.

    Args:
        shown: the words that were read, in the language they were read in.
    """

    purpose: str
    label: Any
    decision: str
    at: datetime | None
    shown: str
    version: int
    can_withdraw: bool
    can_give: bool


def choice_rows(case: Case, language: str) -> list[Choice]:
    """Every purpose put to the patient in this round of consent."""
    labels = dict(consent.Purpose.choices)
    latest = consent.choices_of(case.pk, case.consent_round)
    rows = []
    for purpose in consent.purposes_for(case.sharing):
        record = latest.get(str(purpose))
        if record is None:
            continue
        given = record.decision == ConsentRecord.Decision.GIVEN
        rows.append(
            Choice(
                purpose=str(purpose),
                label=labels[str(purpose)],
                decision=record.decision,
                at=record.at,
                shown=record.shown,
                version=record.text_version,
                can_withdraw=given and case.ended_at is None,
                can_give=not given and purpose in consent.OPTIONAL and case.ended_at is None,
            )
        )
    return rows
