"""Reasoning: how much of it, whether it is summarised, and what it costs."""

import pytest

from conformance.samples import conversations, reasoning

pytestmark = pytest.mark.uses("reasoning")


@pytest.mark.requirement("reasoning.effort", "echo.reasoning_effort")
def test_effort(ask, model, effort):
    """Each effort that the model is known to take is taken. Every other request is sent with the lowest."""
    ask(model, reasoning.ARITHMETIC, reasoning={"effort": effort}, max_output_tokens=reasoning.REASONING_CAP)


@pytest.mark.representative
@pytest.mark.twin("plain")
@pytest.mark.requirement("reasoning.unknown_effort")
def test_unknown_effort(ask, model):
    """An effort that no model takes is refused."""
    ask.refused(model, conversations.QUESTION, reasoning={"effort": "extreme"})


@pytest.mark.representative
@pytest.mark.sample(reasoning.SUMMARIES)
@pytest.mark.requirement("reasoning.summary", "echo.reasoning_summary")
def test_summary(ask, model, sample):
    """A summary of the reasoning can be asked for, in a stream."""
    ask.until(
        [{"type": "reasoning", "summary": [{"type": "summary_text"}]}],
        model,
        reasoning.RIDDLE,
        stream=True,
        reasoning={"effort": reasoning.EFFORT, "summary": sample.id},
        max_output_tokens=reasoning.REASONING_CAP,
    )


@pytest.mark.representative
@pytest.mark.requirement("reasoning.budget")
def test_budget(ask, model):
    """Reasoning that uses up the tokens ends the answer incomplete."""
    ask.incomplete(model, reasoning.PUZZLE, reasoning={"effort": "high"}, max_output_tokens=16)
