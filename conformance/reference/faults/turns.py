"""Faults of conversations: what is refused when it is sent back."""

from itertools import starmap
from typing import Any, Final

from conformance.reference.faults.asked import Test, asks, every, given, neighbours, sends_back, streams
from conformance.reference.faults.edits import both, on_answer, put, refused, refusing
from conformance.reference.faults.fault import DATABRICKS, Fault
from conformance.reference.reply import Reply


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


def _has_outputs(reply: Reply) -> bool:
    return len(given(reply, "function_call_output")) > 1


def _has_long_id(reply: Reply) -> bool:
    return any(len(str(item.get("id"))) > 64 for item in given(reply))


def _has_parts_of_output(reply: Reply) -> bool:
    return any(isinstance(item.get("output"), list) for item in given(reply, "function_call_output"))


def _has_call_without_id(reply: Reply) -> bool:
    return any("id" not in item for item in given(reply, "function_call"))


def _has_call_without_reasoning(reply: Reply) -> bool:
    """True where a call that the endpoint made comes back and nothing that it thought before."""
    return sends_back("function_call", id=...)(reply) and not given(reply, "reasoning")


def _goes_on(reply: Reply) -> bool:
    """True where the answer to an output comes back."""
    return any(
        one.get("type") == "function_call_output" and other.get("type") != "function_call_output"
        for one, other in neighbours(reply)
    )


def _has_annotations(reply: Reply) -> bool:
    return any("annotations" in part for item in given(reply, "message") for part in item["content"])


def _has_message_before_call(reply: Reply) -> bool:
    return any(
        (one.get("type"), other.get("type")) == ("message", "function_call") and one.get("role") == "assistant"
        for one, other in neighbours(reply)
    )


def _longer(id_: str) -> str:
    return id_ + "x" * (191 - len(id_))


FUNCTION_ROUND_TRIPS: Final = (
    "function_tools.round_trip",
    "round_trips.output_parts",
    "round_trips.reasoning",
    "round_trips.streamed",
    "several_tools.message_and_call",
    "several_tools.two_calls",
)
"""What is not kept where the function calls that the endpoint made cannot be sent back."""

CLIENT_ROUND_TRIPS: Final = (
    *FUNCTION_ROUND_TRIPS,
    "apply_patch.failed_output",
    "apply_patch.round_trip",
    "custom_tools.round_trip",
    "shell.round_trip",
    "shell.timeout_output",
)
"""What is not kept where no call at all can be sent back."""

REFUSALS: Final[tuple[tuple[str, str, str, Test], ...]] = (
    (
        "custom-output",
        "The output of a custom tool",
        "custom_tools.round_trip",
        sends_back("custom_tool_call_output"),
    ),
    (
        "patch-output",
        "The output of a patch that was applied",
        "apply_patch.round_trip",
        sends_back("apply_patch_call_output", status="completed"),
    ),
    (
        "failed-patch",
        "The output of a patch that could not be applied",
        "apply_patch.failed_output",
        sends_back("apply_patch_call_output", status="failed"),
    ),
    (
        "exit-code",
        "The output of a command with its exit code",
        "shell.round_trip",
        lambda reply: "exit_code" in str(given(reply, "shell_call_output")),
    ),
    (
        "timed-out-command",
        "The output of a command that ran out of time",
        "shell.timeout_output",
        lambda reply: "timeout" in str(given(reply, "shell_call_output")),
    ),
    ("third-turn", "The answer to an output, sent back,", "round_trips.third_turn", _goes_on),
    (
        "streamed-output",
        "The output of a call, where a stream is asked for,",
        "round_trips.streamed",
        every(streams, sends_back("function_call_output")),
    ),
    (
        "encrypted-reasoning",
        "Encrypted reasoning that is sent back and was asked for",
        "round_trips.reasoning",
        every(sends_back("reasoning", encrypted_content=...), asks("/reasoning/effort", "low")),
    ),
    (
        "call-without-an-id",
        "A call that has no id",
        "round_trips.without_ids",
        _has_call_without_id,
    ),
    (
        "parts-of-an-output",
        "An output that is a list of parts",
        "round_trips.output_parts",
        _has_parts_of_output,
    ),
    (
        "two-outputs",
        "The second output of one request",
        "several_tools.two_calls",
        _has_outputs,
    ),
    (
        "message-before-a-call",
        "A call that comes back behind a message",
        "several_tools.message_and_call",
        _has_message_before_call,
    ),
)
"""What is refused, see `refused`."""

SENT_BACK: Final = (
    Fault(
        "call-refused-when-sent-back",
        "A function call that the endpoint made is refused in the next turn.",
        (*FUNCTION_ROUND_TRIPS, "round_trips.without_ids"),
        refusing(sends_back("function_call")),
        seen=DATABRICKS,
    ),
    Fault(
        "long-ids-refused-when-sent-back",
        "Ids that the endpoint made are refused in the next turn as they are too long.",
        ("items.id_length", *CLIENT_ROUND_TRIPS, "mcp.approved", "mcp.refused"),
        both(on_answer(put("/output/*/id", _longer)), refusing(_has_long_id)),
        seen=DATABRICKS,
    ),
    Fault(
        "status-refused-when-sent-back",
        "Members that only answers carry are refused when they are sent back.",
        CLIENT_ROUND_TRIPS,
        refusing(sends_back(status=...)),
        seen=DATABRICKS,
    ),
    Fault(
        "annotations-refused-when-sent-back",
        "A message is refused that comes back with the annotations that the endpoint put into it.",
        ("round_trips.third_turn", "several_tools.message_and_call"),
        refusing(_has_annotations),
        seen=DATABRICKS,
    ),
    *starmap(refused, REFUSALS),
    Fault(
        "call-without-reasoning-refused",
        "A call is refused that comes back without the reasoning before it.",
        ("round_trips.without_reasoning",),
        refusing(_has_call_without_reasoning),
        seen=DATABRICKS,
    ),
    Fault(
        "output-of-no-call-accepted",
        "The output of a call that nobody made is taken.",
        ("round_trips.unknown_call",),
        reading=_with_unknown_calls,
    ),
)
