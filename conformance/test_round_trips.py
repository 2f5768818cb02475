"""Round trips: what the answer held goes back with the next request, for nothing is stored.

Documentation page, introduction (multi-step workflows) and "Limitations" (no stored responses). The round trip of each
tool stands in the chapter of the tool; here stands what is the same for all of them.
"""

import pytest

from conformance.samples import conversations, outputs, reasoning, tools

pytestmark = pytest.mark.tool("function")

WEATHER = "What is the weather in Paris?"
REASONED = [{"type": "reasoning"}, {"type": "function_call"}]


@pytest.mark.representative
@pytest.mark.requests(2)
@pytest.mark.requirement("function_tools.accepted", "round_trips.streamed")
def test_streamed(ask, model):
    """Call and answer are streamed."""
    call = ask(
        model,
        WEATHER,
        stream=True,
        tools=[tools.WEATHER],
        tool_choice="required",
        about=["function_tools.accepted"],
    )
    ask.then(call, outputs.REPORT, about=["round_trips.streamed"])


@pytest.mark.representative
@pytest.mark.uses("reasoning")
@pytest.mark.requests(3)
@pytest.mark.requirement(
    "function_tools.accepted", "obedience.encrypted_reasoning", "round_trips.reasoning", "round_trips.without_reasoning"
)
def test_reasoning(ask, model):
    """Reasoning goes back with the call that it led to; what becomes of the call without it is observed."""
    call = ask.until(
        REASONED,
        model,
        reasoning.WEATHER_RIDDLE,
        tools=[tools.WEATHER],
        tool_choice="required",
        about=["function_tools.accepted", "obedience.encrypted_reasoning"],
        reasoning={"effort": reasoning.EFFORT},
        include=["reasoning.encrypted_content"],
        **conversations.ROOM,
    )
    ask.then(call, outputs.REPORT, about=["round_trips.reasoning"], **conversations.ROOM)
    about = ["round_trips.without_reasoning"]
    ask.then(call, outputs.REPORT, leave_out="reasoning", about=about, **conversations.ROOM)


@pytest.mark.representative
@pytest.mark.requirement("round_trips.without_ids")
def test_without_ids(ask, model):
    """A call and its output are taken as a client writes them that keeps no ids."""
    ask(model, conversations.HISTORY_WITHOUT_IDS, tools=[tools.WEATHER])


@pytest.mark.representative
@pytest.mark.uses("image")
@pytest.mark.requests(3)
@pytest.mark.requirement("function_tools.accepted", "round_trips.output_parts", "round_trips.image_read")
def test_output_parts(ask, model):
    """The output of a function is a text, and then a text and an image, which is read."""
    call = ask(model, WEATHER, tools=[tools.WEATHER], tool_choice="required", about=["function_tools.accepted"])
    told, shown = (
        ask.then(call, output, about=["round_trips.output_parts"])
        for output in (outputs.REPORT_IN_PARTS, outputs.REPORT_WITH_IMAGE)
    )
    ask.compare(told, shown)


@pytest.mark.representative
@pytest.mark.twin("function")
@pytest.mark.requirement("round_trips.unknown_call")
def test_unknown_call(ask, model):
    """Whether an output is refused that answers no call is observed."""
    ask.refused(model, conversations.OUTPUT_OF_UNKNOWN_CALL, tools=[tools.WEATHER])
