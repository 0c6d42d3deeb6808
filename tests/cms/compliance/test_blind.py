"""Sentences by someone who has not seen the rules: the measure of how far they reach beyond their own examples."""

from tests.cms.compliance.labelled import BLIND, load, measure

#: Measured once, before any of these sentences was read: 0.927 and 0.927. Wanted: 0.95 and 0.95. The set before them,
#: since then learnt from, gave 0.962 and 0.927.
PRECISION = 0.92
RECALL = 0.92


def test_rules_hold_on_sentences_they_were_not_written_for() -> None:
    result = measure(load(BLIND))
    print(f"precision {result.precision:.3f}, recall {result.recall:.3f}")
    assert result.precision >= PRECISION and result.recall >= RECALL, str(result)
