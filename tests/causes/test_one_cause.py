"""One defect is one finding, and the first finding names the cause."""

from __future__ import annotations

import pytest

from conformance.contract import load
from tests.causes import PLANTED
from tests.causes.planting import found, is_named, told

CONTRACT = load("openai")

MEAN = 1.3
"""Findings that one defect may have in the mean."""


@pytest.mark.parametrize("name", PLANTED)
def test_the_first_finding_names_the_cause(name: str) -> None:
    """A known defect is told first by the requirement that it breaks, in words that say what it is."""
    planted = PLANTED[name]()
    results = found(planted, CONTRACT)
    assert is_named(planted, results), [(result.requirement, told(result)) for result in results]


def test_one_defect_is_one_finding() -> None:
    """A hundred exchanges with one defect each have hardly more findings than defects."""
    counts = [len(found(make(), CONTRACT)) for make in PLANTED.values()]
    assert len(counts) >= 100
    assert sum(counts) / len(counts) <= MEAN
