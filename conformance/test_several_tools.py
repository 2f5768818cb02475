"""Several tools at once: two types in one request, two calls in one answer, a call behind a message.

Documentation page, "Limitations" (supported tool types) and introduction (multi-step workflows).
"""

import pytest

from conformance.samples import outputs, tools

BOTH = "What are the weather and the time in Paris? Ask for both at once."
CALL = {"type": "function_call"}


@pytest.mark.tool("function", "custom")
@pytest.mark.representative
@pytest.mark.models(custom_tools=True)
@pytest.mark.requirement("several_tools.two_types")
def test_two_types(ask, model):
    """A function and a custom tool are declared together."""
    ask(model, BOTH, tools=[tools.WEATHER, tools.CODE_EXEC], tool_choice="required")


@pytest.mark.tool("function")
@pytest.mark.representative
@pytest.mark.requests(2)
@pytest.mark.requirement("function_tools.accepted", "several_tools.two_calls")
def test_two_calls(ask, model):
    """Two functions are called at once in a stream, and their outputs go back together."""
    calls = ask.until(
        [CALL, CALL],
        model,
        BOTH,
        stream=True,
        tools=[tools.WEATHER, tools.TIME],
        tool_choice="required",
        parallel_tool_calls=True,
        about=["function_tools.accepted"],
    )
    ask.then(calls, outputs.REPORT, about=["several_tools.two_calls"])


@pytest.mark.tool("function")
@pytest.mark.representative
@pytest.mark.requests(2)
@pytest.mark.requirement("function_tools.accepted", "several_tools.message_and_call")
def test_message_and_call(ask, model):
    """A message stands before the call in a stream, and both go back with the output."""
    said = ask.until(
        [{"type": "message"}, CALL],
        model,
        "Say in one sentence what you are going to do, then call get_weather for Paris.",
        stream=True,
        tools=[tools.WEATHER],
        about=["function_tools.accepted"],
    )
    ask.then(said, outputs.REPORT, about=["several_tools.message_and_call"])
