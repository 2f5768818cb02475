"""Faults of several tools and several calls in one request."""

from typing import Final

from conformance.faults.lib.rows import refused
from conformance.reference.edits.asked import input_items, neighbours, tools
from conformance.reference.reply import Reply


def _has_outputs(reply: Reply) -> bool:
    return len(input_items(reply, "function_call_output")) > 1


def _has_message_before_call(reply: Reply) -> bool:
    return any(
        (one.get("type"), other.get("type")) == ("message", "function_call") and one.get("role") == "assistant"
        for one, other in neighbours(reply)
    )


def _has_two_types(reply: Reply) -> bool:
    return len({tool.get("type") for tool in tools(reply)}) > 1


FAULTS: Final = (
    refused("two-types", "A request with tools of two types", "several_tools.two_types", _has_two_types),
    refused(
        "two-outputs",
        "The second output of one request",
        "several_tools.two_calls",
        _has_outputs,
    ),
    refused(
        "message-before-a-call",
        "A call that comes back behind a message",
        "several_tools.message_and_call",
        _has_message_before_call,
    ),
)
