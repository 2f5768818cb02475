"""Faults of what is sent back, and of the answer to it."""

from typing import Any, Final

from conformance.faults.lib.fault import DATABRICKS, Fault
from conformance.faults.lib.rows import costing, refused
from conformance.reference.edits.asked import all_of, asks, input_items, neighbours, sends_back, streams
from conformance.reference.edits.replies import on_answer, on_items, only_if, refusing
from conformance.reference.reply import Reply
from conformance.wire.edit import put

PARTS: Final = 1_000
"""Tokens that an output of parts is said to cost, together with what stands before it."""


def _with_unknown_calls(body: dict[str, Any]) -> dict[str, Any]:
    """Reads a request as if every output of a function had its call."""
    items = body.get("input")
    if not isinstance(items, list):
        return body
    calls = {item.get("call_id") for item in items if item.get("type") == "function_call"}
    outputs = [item for item in items if item.get("type") == "function_call_output"]
    made = [
        {"type": "function_call", "call_id": output["call_id"], "name": "unknown", "arguments": "{}"}
        for output in outputs
        if output["call_id"] not in calls
    ]
    return {**body, "input": [*made, *items]}


def _has_parts_of_output(reply: Reply) -> bool:
    return any(isinstance(item.get("output"), list) for item in input_items(reply, "function_call_output"))


def _has_call_without_id(reply: Reply) -> bool:
    return any("id" not in item for item in input_items(reply, "function_call"))


def _has_call_without_reasoning(reply: Reply) -> bool:
    """True where a call comes back without what the model thought before it: at some effort it has thought."""
    thinks = asks("/reasoning/effort", "low", "medium", "high", "xhigh")
    return all_of(thinks, sends_back("function_call", id=...))(reply) and not input_items(reply, "reasoning")


def _goes_on(reply: Reply) -> bool:
    """True where the answer to an output comes back."""
    return any(
        one.get("type") == "function_call_output" and other.get("type") != "function_call_output"
        for one, other in neighbours(reply)
    )


def _has_annotations(reply: Reply) -> bool:
    return any("annotations" in part for item in input_items(reply, "message") for part in item["content"])


def _repeating_call(reply: Reply) -> Reply:
    return on_answer(put("/output", lambda output: [*input_items(reply, "function_call")[-1:], *output]))(reply)


def _repeating_id(reply: Reply) -> Reply:
    ids = [item["id"] for item in input_items(reply, "message") if "id" in item]
    return on_items("message", "/id", ids[0])(reply) if ids else reply


FAULTS: Final = (
    Fault(
        "annotations-refused-when-sent-back",
        "A message is refused that comes back with the annotations that the endpoint put into it.",
        ("round_trips.third_turn", "several_tools.message_and_call"),
        refusing(_has_annotations),
        seen=DATABRICKS,
    ),
    refused("third-turn", "The answer to an output, sent back,", "round_trips.third_turn", _goes_on),
    refused(
        "streamed-output",
        "The output of a call, where a stream is asked for,",
        ("round_trips.streamed", "several_tools.message_and_call", "several_tools.two_calls"),
        all_of(streams, sends_back("function_call_output")),
    ),
    refused(
        "encrypted-reasoning",
        "Encrypted reasoning that is sent back and was asked for",
        "round_trips.reasoning",
        all_of(sends_back("reasoning", encrypted_content=...), asks("/reasoning/effort", "medium")),
    ),
    Fault(
        "call-without-reasoning-refused",
        "A call is refused that comes back without the reasoning before it.",
        ("round_trips.without_reasoning", "client_requests.client_ids"),
        refusing(_has_call_without_reasoning),
        seen=DATABRICKS,
    ),
    refused(
        "call-without-an-id",
        "A call that has no id",
        "round_trips.without_ids",
        _has_call_without_id,
    ),
    refused(
        "parts-of-an-output",
        "An output that is a list of parts",
        "round_trips.output_parts",
        _has_parts_of_output,
    ),
    Fault(
        "images-of-outputs-dropped",
        "An image in the output of a function is passed over in silence.",
        ("round_trips.image_read",),
        only_if(_has_parts_of_output, costing(PARTS)),
    ),
    Fault(
        "output-of-no-call-accepted",
        "The output of a call that nobody made is taken.",
        ("round_trips.unknown_call",),
        request_edit=_with_unknown_calls,
    ),
    Fault(
        "call-repeated",
        "An answer to the output of a call holds the call again.",
        ("round_trips.new_items", "response.optional_members"),
        only_if(sends_back("function_call", id=...), _repeating_call),
    ),
    Fault(
        "id-repeated",
        "A message has the id of one that was sent back.",
        ("round_trips.new_items",),
        _repeating_id,
    ),
)
