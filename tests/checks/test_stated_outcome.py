"""The outcome that a test states is judged: kept or broken, never silent."""

from __future__ import annotations

import pytest

from conformance.checks import Outcome, Stated, judge
from conformance.wire.exchange import Exchange
from tests.right.exchanges import DATABRICKS, ERROR, exchange, refusal, unfinished

STATED: dict[str, tuple[Exchange, Stated, bool]] = {
    "answered": (exchange(), Stated(Outcome.ANSWERED, ()), True),
    "refused-instead": (exchange(refusal(), status=400), Stated(Outcome.ANSWERED, ()), False),
    "created, which the status is blamed for": (exchange(status=201), Stated(Outcome.ANSWERED, ()), True),
    "redirected": (exchange(content=b"", status=302), Stated(Outcome.ANSWERED, ()), False),
    "failed": (exchange(unfinished("failed", error=ERROR)), Stated(Outcome.ANSWERED, ()), False),
    "no-response": (exchange(content=b"[]"), Stated(Outcome.ANSWERED, ()), False),
    "refused": (exchange(refusal(), status=400), Stated(Outcome.REFUSED, (), (400,)), True),
    "refused-otherwise": (exchange(refusal(), status=404), Stated(Outcome.REFUSED, (), (400,)), False),
    "refused-somehow": (exchange(refusal(), status=404), Stated(Outcome.REFUSED, ()), True),
    "answered-instead": (exchange(), Stated(Outcome.REFUSED, (), (400,)), False),
    "broken-instead": (exchange(refusal(), status=500), Stated(Outcome.REFUSED, ()), False),
    "either-answered": (exchange(), Stated(Outcome.EITHER, ()), True),
    "either-refused": (exchange(refusal(), status=400), Stated(Outcome.EITHER, ()), True),
}


@pytest.mark.parametrize(("made", "stated", "kept"), STATED.values(), ids=STATED)
def test_stated_outcome(made: Exchange, stated: Stated, *, kept: bool) -> None:
    """The outcome that a test states is judged for the requirements under test: kept, or broken, never silent."""
    requirement = "supported_models.string_input"
    stated = Stated(stated.outcome, (requirement,), stated.statuses)
    results = [
        result
        for result in judge(made, DATABRICKS, model="gpt-5-4", stated=stated)
        if result.requirement == requirement
    ]
    assert len(results) == 1
    assert (results[0].finding is None) is kept
