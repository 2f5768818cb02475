"""Custom tools: text instead of JSON arguments, free or of a grammar.

Documentation page, "Custom tools". The page names six models; on all others what happens is observed.
"""

import pytest

from conformance.samples import conversations, outputs, tools

pytestmark = pytest.mark.tool("custom")

COMPUTE = "Compute 6 * 7 in Python."
NAMED_FOR_GRAMMARS = ("gpt-5-2", "gpt-5-1", "gpt-5")


@pytest.mark.requests(2)
@pytest.mark.requirement("custom_tools.accepted", "custom_tools.called", "custom_tools.round_trip")
def test_round_trip(ask, model):
    """A custom tool is called with a text, and its output is answered."""
    call = ask(
        model,
        COMPUTE,
        tools=[tools.CODE_EXEC],
        tool_choice="required",
        about=["custom_tools.accepted", "custom_tools.called"],
    )
    ask.then(call, outputs.EXECUTED, about=["custom_tools.round_trip"])


@pytest.mark.requirement("custom_tools.accepted", "custom_tools.called")
def test_streamed_call(ask, model):
    """A custom tool is called in a stream."""
    ask(model, COMPUTE, stream=True, tools=[tools.CODE_EXEC], tool_choice="required")


@pytest.mark.representative(conversations.PAGE_MODEL)
@pytest.mark.models(custom_tools=True)
@pytest.mark.requirement("custom_tools.accepted")
def test_page_example(ask, model):
    """The page's custom tool example as it stands: the model may call the tool, and need not."""
    question = [{"role": "user", "content": "Write a Python function to calculate factorial"}]
    ask.verbatim(model, question, tools=[tools.CODE_EXEC], max_output_tokens=1024)


@pytest.mark.representative
@pytest.mark.models(custom_tools=True)
@pytest.mark.requirement("custom_tools.accepted", "obedience.tool_choice_named")
def test_by_name(ask, model):
    """The custom tool that is chosen by its name is called, and no other."""
    choice = {"type": "custom", "name": "code_exec"}
    ask(model, COMPUTE, tools=[tools.LARK, tools.CODE_EXEC], tool_choice=choice)


@pytest.mark.representative(*NAMED_FOR_GRAMMARS)
@pytest.mark.models(custom_tools=True)
@pytest.mark.requirement("custom_tools.accepted", "custom_tools.lark_grammar")
def test_lark_grammar(ask, model):
    """The input is a text of the tool's grammar."""
    ask(model, "Compute 6 * 7 + 4.", tools=[tools.LARK], tool_choice="required")


@pytest.mark.representative(*NAMED_FOR_GRAMMARS)
@pytest.mark.models(custom_tools=True)
@pytest.mark.requirement("custom_tools.accepted", "custom_tools.regex_grammar")
def test_regex_grammar(ask, model):
    """The input is matched by the tool's regular expression, in a stream too."""
    ask(model, "Remind me on 2026-12-24 at 18:00.", stream=True, tools=[tools.REGEX], tool_choice="required")
