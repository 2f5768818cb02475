"""Faults of declared tools: which are refused, and which are accepted."""

from itertools import starmap
from typing import Any, Final

from conformance.reference.faults.asked import (
    NOWHERE,
    Test,
    begins,
    chooses,
    declares,
    every,
    includes_nothing,
    streams,
    tools,
)
from conformance.reference.faults.edits import (
    GONE,
    bad_gateway,
    echoing,
    ending_in,
    only_if,
    refused,
    refusing,
    retooled,
    shaken,
    tools_as_declared,
)
from conformance.reference.faults.fault import DATABRICKS, Fault
from conformance.reference.refusal import Refusal
from conformance.reference.reply import Reply, unchanged
from conformance.reference.tools import DOCUMENTED, check_tools

Tool = dict[str, Any]


# --- requests that are read as others


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


# --- requests on which a fault shows


def _has_union(reply: Reply) -> bool:
    return any("anyOf" in str(tool.get("parameters")) for tool in tools(reply))


def _has_function_without_parameters(reply: Reply) -> bool:
    return any(tool.get("parameters") is None for tool in tools(reply, "function"))


def _has_optional_property(reply: Reply) -> bool:
    parameters = [tool.get("parameters") or {} for tool in tools(reply, "function") if tool.get("strict")]
    return any(one.get("properties", {}).keys() - one.get("required", ()) for one in parameters)


def _has_two_types(reply: Reply) -> bool:
    return len({tool.get("type") for tool in tools(reply)}) > 1


def _has_server(reply: Reply) -> bool:
    return any(NOWHERE not in str(tool.get("server_url")) for tool in tools(reply, "mcp"))


def _has_wrong_function(reply: Reply) -> bool:
    return reply.status == 400 and any(map(_has_wrong_parameters, tools(reply)))


REFUSALS: Final[tuple[tuple[str, str, str, Test], ...]] = (
    (
        "function-under-auto",
        "A function that the model may call and need not",
        "function_tools.accepted",
        every(declares("function"), chooses("auto")),
    ),
    ("union", "A union among the parameters of a function", "function_tools.parameters", _has_union),
    (
        "custom-tool-under-auto",
        "A custom tool that the model may call and need not",
        "custom_tools.accepted",
        every(declares("custom"), chooses(None), begins),
    ),
    (
        "apply-patch-under-auto",
        "apply_patch, where the model may call it and need not,",
        "apply_patch.accepted",
        every(declares("apply_patch"), chooses(None), begins),
    ),
    (
        "local-shell",
        "A shell that the client runs",
        "shell.accepted",
        every(declares("shell", environment={"type": "local"}), begins),
    ),
    (
        "small-image",
        "A PNG of a low quality",
        "image_generation.accepted",
        declares("image_generation", quality="low", output_format="png"),
    ),
    (
        "mcp",
        "A server whose tools need no approval",
        "mcp.accepted",
        every(declares("mcp", require_approval="never"), _has_server),
    ),
    (
        "web-search",
        "A web search whose sources are not asked for",
        "web_search.accepted",
        every(declares("web_search"), chooses("required"), includes_nothing),
    ),
    ("two-types", "A request with tools of two types", "several_tools.two_types", _has_two_types),
)
"""What is refused, see `refused`."""

REFUSED: Final = (
    *starmap(refused, REFUSALS),
    Fault(
        "function-without-parameters-fails",
        "A function without parameters ends in an internal error.",
        ("function_tools.parameters",),
        refusing(_has_function_without_parameters, 500),
    ),
)

ACCEPTED: Final = (
    Fault(
        "wrong-tools-end-in-500",
        "Tools that have to be refused end in an internal error.",
        (
            "tool_refusals.function_name",
            "tool_refusals.grammar",
            "tool_refusals.missing_name",
            "tool_refusals.parameters",
            "tool_refusals.strict",
            "tool_refusals.tool_choice",
            "tool_refusals.unknown_type",
            "tool_refusals.duplicate_name",
            "shell.container",
            "round_trips.unknown_call",
            "mcp.unreachable",
        ),
        ending_in(500, lambda reply: bool(tools(reply))),
    ),
    Fault(
        "unknown-tools-ignored",
        "A tool of a type that is not supported is passed over.",
        ("tool_refusals.unknown_type",),
        tools_as_declared,
        retooled(lambda tool: tool if tool.get("type") in DOCUMENTED else GONE),
    ),
    Fault(
        "nameless-function-accepted",
        "A function without a name is taken.",
        ("tool_refusals.missing_name",),
        unchanged,
        retooled(lambda tool: {"name": "function"} | tool if tool.get("type") == "function" else tool),
    ),
    Fault(
        "any-name-accepted",
        "The name of a function can be any text.",
        ("tool_refusals.function_name",),
        tools_as_declared,
        retooled(lambda tool: tool | {"name": tool["name"].replace(" ", "_")[:64]} if "name" in tool else tool),
    ),
    Fault(
        "any-parameters-accepted",
        "The parameters of a function can be any object.",
        ("tool_refusals.parameters",),
        tools_as_declared,
        retooled(_without_wrong_parameters),
    ),
    Fault(
        "strictness-unchecked",
        "A strict function need not require all its properties.",
        ("tool_refusals.strict",),
        tools_as_declared,
        retooled(_without_strictness),
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
        ("tool_refusals.strict", "errors.body", "errors.content_type"),
        only_if(every(streams, lambda reply: bool(tools(reply))), bad_gateway),
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
        tools_as_declared,
        retooled(_without_wrong_grammar),
    ),
    Fault(
        "two-of-a-name-accepted",
        "Of two functions of one name the second is passed over.",
        ("tool_refusals.duplicate_name",),
        tools_as_declared,
        _once,
    ),
    Fault(
        "shaken-by-a-refusal",
        "The request after a refused one is refused too.",
        ("tool_refusals.answers_afterwards",),
        shaken(_has_wrong_function),
    ),
)
