"""Function tools: "traditional structured function calling", the call, its arguments, and the answer to its output.

Documentation page, "Limitations" (supported tool types).
"""

import pytest

from conformance.samples import outputs, tools

pytestmark = pytest.mark.tool("function")

WEATHER = "What is the weather in Paris?"


@pytest.mark.quick
@pytest.mark.requests(3)
@pytest.mark.requirement(
    "function_tools.accepted", "function_tools.called", "function_tools.round_trip", "round_trips.third_turn"
)
def test_round_trip(ask, model):
    """A function is called, its output is answered, and it is called again later on: without state on the server."""
    call = ask(
        model,
        WEATHER,
        tools=[tools.WEATHER],
        tool_choice="required",
        about=["function_tools.accepted", "function_tools.called"],
    )
    answer = ask.then(call, outputs.REPORT, about=["function_tools.round_trip"])
    ask.then(answer, "And in Rome?", tool_choice="required", about=["round_trips.third_turn"])


@pytest.mark.requirement("function_tools.accepted", "function_tools.called")
def test_streamed_call(ask, model):
    """A function is called in a stream."""
    ask(model, WEATHER, stream=True, tools=[tools.WEATHER], tool_choice="required")


@pytest.mark.representative
@pytest.mark.requirement("function_tools.accepted")
def test_auto(ask, model):
    """The model may call a function, and need not."""
    ask(model, WEATHER, tools=[tools.WEATHER, tools.TIME], tool_choice="auto")


@pytest.mark.representative
@pytest.mark.requirement("function_tools.accepted", "obedience.tool_choice_named")
def test_by_name(ask, model):
    """The function that is chosen by its name is called, and no other."""
    choice = {"type": "function", "name": "get_time"}
    ask(model, WEATHER, stream=True, tools=[tools.WEATHER, tools.TIME], tool_choice=choice)


@pytest.mark.representative
@pytest.mark.requirement("function_tools.accepted", "obedience.tool_choice_none")
def test_none(ask, model):
    """No function is called where none may be."""
    ask(model, WEATHER, tools=[tools.WEATHER], tool_choice="none")


@pytest.mark.representative
@pytest.mark.requirement("function_tools.accepted", "obedience.allowed_tools")
def test_allowed_tools(ask, model):
    """Only the functions that are allowed are called."""
    choice = {"type": "allowed_tools", "mode": "required", "tools": [{"type": "function", "name": "get_time"}]}
    ask(model, WEATHER, tools=[tools.WEATHER, tools.TIME], tool_choice=choice)


@pytest.mark.representative
@pytest.mark.requirement("function_tools.accepted", "obedience.parallel_tool_calls")
def test_one_at_a_time(ask, model):
    """At most one function is called where parallel calls are switched off."""
    ask(
        model,
        "What are the weather and the time in Paris?",
        tools=[tools.WEATHER, tools.TIME],
        tool_choice="required",
        parallel_tool_calls=False,
    )


@pytest.mark.representative
@pytest.mark.requirement("function_tools.parameters", "calls.strict_arguments")
def test_strict_parameters(ask, model):
    """The arguments of a strict function fit its parameters: an array, nested objects, an enumeration, a union."""
    ask(
        model,
        "What will the weather be in Paris and in Oslo, in the next three days?",
        tools=[tools.FORECAST],
        tool_choice="required",
        parallel_tool_calls=False,
    )


@pytest.mark.representative
@pytest.mark.requirement("function_tools.parameters", "calls.arguments_fit")
def test_loose_parameters(ask, model):
    """The arguments of a function that is not strict fit its parameters too."""
    ask(model, "What is the time in Paris?", stream=True, tools=[tools.TIME], tool_choice="required")


@pytest.mark.representative
@pytest.mark.requirement("function_tools.no_parameters", "calls.arguments_json")
def test_no_parameters(ask, model):
    """A function without parameters is called with an empty object."""
    ask(model, "Is the service up?", tools=[tools.PING], tool_choice="required")
