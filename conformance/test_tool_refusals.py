"""Refused tools: types that the page does not list, and declarations that are wrong.

Documentation page, "Limitations" (supported tool types); the strength of each row stands in the contract.
"""

import pytest

from conformance.samples import conversations, tool_refusals


@pytest.mark.representative
@pytest.mark.sample(tool_refusals.REFUSED_TOOLS)
@pytest.mark.twin("function")
@pytest.mark.requirement("tool_refusals.{sample[requirement]}")
def test_refused(ask, model, sample):
    """A tool that is not supported or wrongly declared is refused."""
    ask.refused(model, conversations.QUESTION, **sample["settings"])


@pytest.mark.representative
@pytest.mark.twin("streamed_function")
@pytest.mark.requirement("tool_refusals.strict")
def test_refused_when_streamed(ask, model):
    """It is refused in the same way when a stream was asked for: no stream that begins, no 502."""
    ask.refused(model, conversations.QUESTION, stream=True, **tool_refusals.REFUSED_TOOLS["not_required"]["settings"])


@pytest.mark.tool("custom")
@pytest.mark.models(custom_tools=True)
@pytest.mark.representative
@pytest.mark.sample(tool_refusals.WRONG_GRAMMARS)
@pytest.mark.twin("custom")
@pytest.mark.requirement("tool_refusals.grammar")
def test_grammar(ask, model, sample):
    """A grammar that does not compile is refused."""
    ask.refused(model, conversations.QUESTION, **sample.value)


@pytest.mark.representative
@pytest.mark.requirement("tool_refusals.duplicate_name")
def test_duplicate_name(ask, model):
    """What happens to two functions of one name is observed."""
    ask(model, conversations.QUESTION, **tool_refusals.TOLD_TOOLS)


@pytest.mark.representative
@pytest.mark.requests(2)
@pytest.mark.twin("function")
@pytest.mark.requirement("tool_refusals.parameters", "tool_refusals.answers_afterwards")
def test_answers_afterwards(ask, model):
    """The request after a refused one is answered."""
    ask.twins_first()
    wrong = tool_refusals.REFUSED_TOOLS["no_schema"]["settings"]
    ask.refused(model, conversations.QUESTION, about=["tool_refusals.parameters"], **wrong)
    ask(model, conversations.QUESTION, about=["tool_refusals.answers_afterwards"])
