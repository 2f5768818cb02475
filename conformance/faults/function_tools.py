"""Faults of functions."""

from typing import Final

from conformance.faults.lib.fault import DATABRICKS, Fault
from conformance.faults.lib.requirements import CLIENT_ROUND_TRIPS, FUNCTION_ROUND_TRIPS
from conformance.faults.lib.rows import not_called, refused
from conformance.reference.edits.asked import all_of, chooses, declares, sends_back, tools
from conformance.reference.edits.replies import refusing
from conformance.reference.reply import Reply


def _has_union(reply: Reply) -> bool:
    return any("anyOf" in str(tool.get("parameters")) for tool in tools(reply))


def _has_function_without_parameters(reply: Reply) -> bool:
    return any(tool.get("parameters") is None for tool in tools(reply, "function"))


FAULTS: Final = (
    refused(
        "function-under-auto",
        "A function that the model may call and need not",
        "function_tools.accepted",
        all_of(declares("function"), chooses("auto")),
    ),
    not_called("function", "function_tools.called"),
    refused("union", "A union among the parameters of a function", "function_tools.parameters", _has_union),
    Fault(
        "function-without-parameters-fails",
        "A function without parameters ends in an internal error.",
        ("function_tools.no_parameters",),
        refusing(_has_function_without_parameters, 500),
    ),
    Fault(
        "call-refused-when-sent-back",
        "A function call that the endpoint made is refused in the next turn.",
        (*FUNCTION_ROUND_TRIPS, "round_trips.without_ids"),
        refusing(sends_back("function_call")),
        seen=DATABRICKS,
    ),
    Fault(
        "status-refused-when-sent-back",
        "Members that only answers carry are refused when they are sent back.",
        (*CLIENT_ROUND_TRIPS, "client_requests.client_status", "client_requests.interrupted_turn"),
        refusing(sends_back(status=...)),
        seen=DATABRICKS,
    ),
)
