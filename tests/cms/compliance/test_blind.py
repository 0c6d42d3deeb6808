"""Sentences by someone who has not seen the rules: the measure of how far they reach beyond their own examples."""

import pytest

from tests.cms.compliance.labelled import BLIND, load, measure

PRECISION = 0.80
RECALL = 0.80


def test_rules_hold_on_sentences_they_were_not_written_for() -> None:
    if not BLIND.exists():
        pytest.skip("no sentences by another hand yet")
    result = measure(load(BLIND))
    print(f"precision {result.precision:.3f}, recall {result.recall:.3f}")
    assert result.precision >= PRECISION and result.recall >= RECALL, str(result)
