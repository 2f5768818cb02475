"""Faults of tools that have to be refused."""

from typing import Any, Final

from conformance.faults.lib.fault import DATABRICKS, Fault
from conformance.faults.lib.requirements import every
from conformance.reference.edits.asked import all_of, streams, tools
from conformance.reference.edits.replies import (
    bad_gateway,
    echoing,
    echoing_tools,
    ending_in,
    only_if,
    refusing,
    refusing_after,
)
from conformance.reference.edits.requests import each_tool
from conformance.reference.refusal import Refusal
from conformance.reference.reply import Reply
from conformance.reference.tools import DOCUMENTED, check_tools
from conformance.wire.edit import GONE

Tool = dict[str, Any]


def _is_wrong(tool: Tool) -> bool:
    try:
        check_tools([tool])
    except Refusal:
        return True
    return False


def _without_wrong_parameters(tool: Tool) -> Tool:
    wrong = tool["type"] == "function" and _is_wrong(tool | {"name": "any", "strict": False})
    return tool | {"parameters": None} if wrong else tool


def _has_wrong_parameters(tool: Any) -> bool:
    return _without_wrong_parameters(tool) is not tool


def _without_strictness(tool: Tool) -> Tool:
    return tool | {"strict": False} if tool.get("strict") and not _is_wrong(tool | {"strict": False}) else tool


def _without_wrong_grammar(tool: Tool) -> Tool:
    return tool | {"format": {"type": "text"}} if tool["type"] == "custom" and _is_wrong(tool) else tool


def _once(body: dict[str, Any]) -> dict[str, Any]:
    """Leaves out functions whose name another one had before."""
    found = {tool.get("name", number): tool for number, tool in reversed([*enumerate(body.get("tools") or ())])}
    return {**body, "tools": [*reversed(found.values())]} if found else body


def _with_declared_choice(body: dict[str, Any]) -> dict[str, Any]:
    """Leaves the choice to the model where the tool that is chosen was not declared."""
    choice = body.get("tool_choice")
    names = [tool.get("name") for tool in body.get("tools") or ()]
    chosen = isinstance(choice, dict) and choice.get("type") == "function" and choice.get("name")
    return {**body, "tool_choice": "auto"} if chosen and chosen not in names else body


def _has_optional_property(reply: Reply) -> bool:
    parameters = [tool.get("parameters") or {} for tool in tools(reply, "function") if tool.get("strict")]
    return any(one.get("properties", {}).keys() - one.get("required", ()) for one in parameters)


def _has_wrong_function(reply: Reply) -> bool:
    return reply.status == 400 and any(map(_has_wrong_parameters, tools(reply)))


FAULTS: Final = (
    Fault(
        "unknown-tools-ignored",
        "A tool of a type that is not supported is passed over.",
        ("tool_refusals.unknown_type", "tool_refusals.other_type"),
        echoing_tools,
        each_tool(lambda tool: tool if tool.get("type") in DOCUMENTED else GONE),
    ),
    Fault(
        "nameless-function-accepted",
        "A function without a name is taken.",
        ("tool_refusals.missing_name",),
        request_edit=each_tool(lambda tool: {"name": "function"} | tool if tool.get("type") == "function" else tool),
    ),
    Fault(
        "wrong-tools-end-in-500",
        "Tools that have to be refused end in an internal error.",
        (
            *every("tool_refusals.*", but=("tool_refusals.answers_afterwards", "tool_refusals.long_function_name")),
            "shell.container",
            "round_trips.unknown_call",
            "mcp.unreachable",
            "client_requests.bare_reasoning",
        ),
        ending_in(500, lambda reply: bool(tools(reply))),
    ),
    Fault(
        "any-name-accepted",
        "The name of a function can be any text.",
        ("tool_refusals.function_name",),
        echoing_tools,
        each_tool(lambda tool: tool | {"name": tool["name"].replace(" ", "_")[:128]} if "name" in tool else tool),
    ),
    Fault(
        "long-name-refused",
        "The name of a function has at most 64 characters.",
        ("tool_refusals.long_function_name",),
        refusing(lambda reply: any(64 < len(tool.get("name", "")) <= 128 for tool in tools(reply))),
    ),
    Fault(
        "any-parameters-accepted",
        "The parameters of a function can be any object.",
        ("tool_refusals.parameters",),
        echoing_tools,
        each_tool(_without_wrong_parameters),
    ),
    Fault(
        "strictness-unchecked",
        "A strict function need not require all its properties.",
        ("tool_refusals.strict",),
        echoing_tools,
        each_tool(_without_strictness),
    ),
    Fault(
        "optional-property-ends-in-502",
        "A strict function that does not require all its properties gets a bare 502.",
        ("tool_refusals.strict",),
        ending_in(502, _has_optional_property),
        seen=DATABRICKS,
    ),
    Fault(
        "refused-tools-stream-with-502",
        "Tools that are refused with 400 get a bare 502 where a stream is asked for.",
        ("tool_refusals.strict", "errors.gateway_body", "client_requests.bare_reasoning"),
        only_if(all_of(streams, lambda reply: bool(tools(reply))), bad_gateway),
        seen=DATABRICKS,
    ),
    Fault(
        "undeclared-choice-accepted",
        "A choice of a function that was not declared is passed over.",
        ("tool_refusals.tool_choice", "obedience.tool_choice_named"),
        echoing("tool_choice"),
        _with_declared_choice,
    ),
    Fault(
        "any-grammar-accepted",
        "A grammar that does not compile is taken.",
        ("tool_refusals.grammar",),
        echoing_tools,
        each_tool(_without_wrong_grammar),
    ),
    Fault(
        "two-of-a-name-accepted",
        "Of two functions of one name the second is passed over.",
        ("tool_refusals.duplicate_name",),
        echoing_tools,
        _once,
    ),
    Fault(
        "shaken-by-a-refusal",
        "The request after a refused one is refused too.",
        ("tool_refusals.answers_afterwards",),
        refusing_after(_has_wrong_function),
    ),
)
