"""From the content of an opinion to its signed PDF/A, and back: how long each step takes."""

import dataclasses
import statistics
import time
from collections.abc import Callable

import pytest

from cases.opinions.render import render_opinion
from cases.opinions.sign import load_signer, sign_pdf
from cases.opinions.verify import Verdict, verify_pdf
from experts.models.signing import SigningKey
from tests.harness.figures import Record
from tests.opinions.conftest import _english, expert, key, own_keys  # noqa: F401
from tests.opinions.samples import SECOND_OPINION

pytestmark = [pytest.mark.django_db]

WORDS = {"reason": "Deuxième avis médical", "location": "France"}


def _middle(work: Callable[[], object], times: int) -> float:
    """The median of several runs, in seconds."""
    taken = []
    for _n in range(times):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return statistics.median(taken)


def test_from_content_to_signed_paper(key: SigningKey, figure: Record) -> None:  # noqa: F811
    start = time.perf_counter()
    paper = render_opinion(SECOND_OPINION)
    figure("opinion of 5 pages rendered, first of a process", f"{time.perf_counter() - start:.2f} s")
    figure("opinion of 5 pages rendered", f"{_middle(lambda: render_opinion(SECOND_OPINION), 9):.2f} s")
    signer = load_signer(key)
    signed = sign_pdf(paper.pdf, signer, **WORDS)
    signing = _middle(lambda: sign_pdf(paper.pdf, signer, **WORDS), 31)
    figure("signing step, key loaded", f"{signing * 1000:.0f} ms", "under 50 ms")
    whole = _middle(lambda: sign_pdf(render_opinion(SECOND_OPINION).pdf, load_signer(key), **WORDS), 9)
    figure("opinion to signed PDF/A", f"{whole:.2f} s", "under 1 s")
    figure("signed opinion", f"{len(signed.pdf) / 1000:.0f} kB")
    apart = _middle(lambda: verify_pdf(signed.pdf), 5)
    figure("verification of any PDF, in a process of its own", f"{apart:.2f} s")
    here = _middle(lambda: verify_pdf(signed.pdf, isolated=False), 9)
    figure("verification of our own bytes", f"{here * 1000:.0f} ms")
    assert verify_pdf(signed.pdf).verdict is Verdict.AUTHENTIC
    assert signing < 0.05
    assert whole < 1


def test_the_longest_opinion_a_form_accepts(figure: Record) -> None:
    text = "\n\n".join([SECOND_OPINION.analysis] * (40_000 // len(SECOND_OPINION.analysis)))
    long = dataclasses.replace(SECOND_OPINION, analysis=text, summary=text, to_discuss=text)
    figure("opinion of 120,000 characters rendered", f"{_middle(lambda: render_opinion(long), 1):.1f} s")
