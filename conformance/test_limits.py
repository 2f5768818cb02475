"""Limits: what an answer does that does not fit into max_output_tokens, and which values are none."""

import pytest

from conformance.samples import conversations, limits

pytestmark = pytest.mark.representative


@pytest.mark.requirement("limits.incomplete", "echo.max_output_tokens")
def test_incomplete(ask, model):
    """An answer that runs out of tokens is incomplete, and says why."""
    ask.incomplete(model, conversations.LONG_POEM, max_output_tokens=16)


@pytest.mark.sample(limits.REFUSED_LIMITS)
@pytest.mark.twin("plain")
@pytest.mark.requirement("limits.{sample[requirement]}")
def test_refused(ask, model, sample):
    """A limit that is none is refused, not changed in silence."""
    ask.refused(model, conversations.QUESTION, max_output_tokens=sample["value"])


@pytest.mark.twin("streamed")
@pytest.mark.requirement("limits.below_minimum")
def test_refused_when_streamed(ask, model):
    """It is refused in the same way when a stream was asked for."""
    ask.refused(
        model, conversations.QUESTION, stream=True, max_output_tokens=limits.REFUSED_LIMITS["negative"]["value"]
    )
