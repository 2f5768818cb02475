"""Checks of the calls of tools: what they name, what they bring, and how they are told apart."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator
from typing import Any, Final

from conformance.checks.lib.declared import (
    CALLED,
    CLIENT_CALLS,
    base_type,
    called_tool,
    candidates,
    finished,
    name_of,
    tools,
)
from conformance.checks.lib.fitting import misfits
from conformance.checks.lib.ids import MAX_ID_LENGTH, call_ids
from conformance.checks.lib.rules import Finding, rule
from conformance.checks.lib.sent_items import is_self_contained, sent_items
from conformance.checks.lib.view import Place, View, shared
from conformance.wire.json_values import MISSING, Unreadable, at, at_list, parse_json, read_json, show

MAX_FITTED: Final = 64
"""Calls of an answer whose arguments are compared with their schema, so that no answer takes for ever."""

ARGUMENTS: Final = "arguments that fit the parameters"

WITH_ARGUMENTS: Final = ("function_call", "mcp_call", "mcp_approval_request")


def _named_calls(view: View, kind: str) -> Iterator[tuple[str, dict[str, Any], list[dict[str, Any]]]]:
    """The calls of a kind that name a tool, each with the tools that it can mean."""
    for pointer, call in view.items_of(kind):
        found = candidates(view, call)
        if found is not None and name_of(call) is not None:
            yield pointer, call, found


def _undeclared(view: View, kind: str) -> Iterator[Finding]:
    for pointer, call, found in _named_calls(view, kind):
        names = [name_of(tool) for tool in found]
        if name_of(call) not in names and not (_meant(view, call) or _other_types(view, call)):
            expected = f"the name of a declared tool: {show(sorted({name for name in names if name is not None}))}"
            yield Finding(view.where(f"{pointer}/name"), expected, show(call["name"]))


NAMED: Final = ("function_call", "custom_tool_call")
"""Calls that name their tool."""


def _meant(view: View, call: dict[str, Any]) -> list[str]:
    """The types of the tools that a call names, where none of its own type has that name.

    A tool without a name is named by its type.
    """
    name, own = name_of(call), candidates(view, call)
    if own is None or any(name_of(tool) == name for tool in own):
        return []
    named = [base_type(tool) for tool in tools(view) if (name_of(tool) or base_type(tool)) == name]
    return [kind for kind in named if kind != "namespace"]


def _other_types(view: View, call: dict[str, Any]) -> list[str]:
    """The types of the tools that were declared, where a function is called and none of them is one.

    A model can invent the name of a function beside others. Where there is none, another tool was called as one.
    """
    hidden = not is_self_contained(view) or name_of(call, "namespace") is not None
    kinds = [] if hidden or call["type"] != "function_call" else [base_type(tool) for tool in tools(view)]
    return [] if {"function", "namespace", "tool_search"} & set(kinds) else sorted({*kinds} - {""})


@rule("calls.kind", when=lambda view: any(name_of(call) is not None for _, call in view.items_of(*NAMED)))
def kind(view: View) -> Iterator[Finding]:
    """A call is of the type of the tool that it names, and none of a function where only other tools were declared."""
    for pointer, call in view.items_of(*NAMED):
        meant, others = _meant(view, call), _other_types(view, call)
        if meant:
            called = next((kind for kind, types in CALLED.items() if meant[0] in types), f"{meant[0]}_call")
            expected = f"{show(called)}, as the tool {show(name_of(call))} that it names is of the type {meant[0]}"
            yield Finding(view.where(f"{pointer}/type"), expected, show(call["type"]))
        elif others:
            expected = f"a call of a tool of the type {' or '.join(others)}, as no other was declared"
            yield Finding(view.where(f"{pointer}/type"), expected, show(call["type"]))


@rule("calls.declared_function", when=lambda view: any(_named_calls(view, "function_call")))
def declared_function(view: View) -> Iterator[Finding]:
    """A call of a function names one that was declared."""
    yield from _undeclared(view, "function_call")


def _loaded_calls(view: View) -> list[Place]:
    """The calls of functions in a namespace that nobody has declared, where nothing was declared out of sight."""
    calls = [*view.items_of("function_call")] if is_self_contained(view) else []
    return [(pointer, call) for pointer, call in calls if name_of(call) is not None and candidates(view, call) is None]


@rule("calls.loaded_function", when=lambda view: bool(_loaded_calls(view)))
def loaded_function(view: View) -> Iterator[Finding]:
    """A call in a namespace that was made while tools were loaded names a function that was declared without one."""
    for pointer, call in _loaded_calls(view):
        if name_of(call) not in [name_of(tool) for tool in tools(view)]:
            expected = "the name of a declared tool, as its namespace was not declared"
            yield Finding(view.where(f"{pointer}/name"), expected, show(call["name"]))


@rule("calls.declared_custom_tool", when=lambda view: any(_named_calls(view, "custom_tool_call")))
def declared_custom_tool(view: View) -> Iterator[Finding]:
    """A call of a custom tool names one that was declared."""
    yield from _undeclared(view, "custom_tool_call")


@shared
def _hosted_calls(view: View) -> list[Place]:
    kinds = [kind for kind in CALLED if kind not in ("function_call", "custom_tool_call")]
    # A stored prompt and a conversation can bring tools that the request does not show.
    hidden = not view.body or any(view.asked(name) is not MISSING for name in ("prompt", "conversation"))
    return [] if hidden else [*view.items_of(*kinds)]


@rule("calls.declared_hosted_tool", when=lambda view: bool(_hosted_calls(view)))
def declared_hosted_tool(view: View) -> Iterator[Finding]:
    """A call of any other tool is one of a type that was declared."""
    for pointer, call in _hosted_calls(view):
        kinds = CALLED[str(call["type"])]
        if not candidates(view, call) and name_of(call, "namespace") is None:
            expected = f"an item of another type, as no tool of type {' or '.join(kinds)} was declared"
            yield Finding(view.where(f"{pointer}/type"), expected, show(call["type"]))


def _mcp_items(view: View) -> list[Place]:
    return [
        (pointer, item)
        for pointer, item in view.items_of("mcp_call", "mcp_list_tools", "mcp_approval_request")
        if name_of(item, "server_label") is not None
    ]


@rule("calls.declared_server", when=lambda view: bool(_mcp_items(view)))
def declared_server(view: View) -> Iterator[Finding]:
    """What is said of an MCP server names one that was declared."""
    labels = {label for tool in tools(view) if (label := name_of(tool, "server_label")) is not None}
    for pointer, item in _mcp_items(view):
        if item["server_label"] not in labels:
            expected = f"the label of a declared server: {show(sorted(labels))}"
            yield Finding(view.where(f"{pointer}/server_label"), expected, show(item["server_label"]))


def _listed(view: View) -> dict[str, dict[str, Any]]:
    """The tools of each MCP server whose list is in the request or the answer, by their names."""
    found: dict[str, dict[str, Any]] = {}
    for item in [*sent_items(view, "mcp_list_tools"), *(item for _, item in view.items_of("mcp_list_tools"))]:
        label = name_of(item, "server_label")
        if label is not None:
            tools_ = found.setdefault(label, {})
            tools_.update((name, tool) for tool in at_list(item, "tools") if (name := name_of(tool)))
    return found


@shared
def _listed_calls(view: View) -> list[tuple[str, dict[str, Any], dict[str, Any]]]:
    """Pointer and call of each tool of a server that was listed, with what the server lists."""
    listed = _listed(view)
    return [
        (pointer, call, listed[label])
        for pointer, call in view.items_of("mcp_call", "mcp_approval_request")
        if (label := name_of(call, "server_label")) in listed and label is not None and name_of(call) is not None
    ]


@rule("calls.listed_tool", when=lambda view: bool(_listed_calls(view)))
def listed_tool(view: View) -> Iterator[Finding]:
    """A call of an MCP server's tool names one of those that the server has listed."""
    for pointer, call, found in _listed_calls(view):
        if call["name"] not in found:
            expected = f"the name of a tool that the server lists: {show(sorted(found))}"
            yield Finding(view.where(f"{pointer}/name"), expected, show(call["name"]))


@shared
def _whole_arguments(view: View) -> list[tuple[str, dict[str, Any], str]]:
    """The calls whose arguments are there to the end, each with them."""
    calls = finished(view, *WITH_ARGUMENTS)
    return [(where, call, call["arguments"]) for where, call in calls if isinstance(call.get("arguments"), str)]


@rule("calls.arguments_json", when=lambda view: bool(_whole_arguments(view)))
def arguments_json(view: View) -> Iterator[Finding]:
    """The arguments of a call are the text of a JSON object."""
    for pointer, _, arguments in _whole_arguments(view):
        value = read_json(arguments)
        if isinstance(value, Unreadable) or not isinstance(value, dict):
            yield Finding(view.where(f"{pointer}/arguments"), "the text of a JSON object", show(arguments))


@shared
def _objects(view: View) -> list[tuple[str, dict[str, Any], dict[str, Any]]]:
    """The finished calls whose arguments are a JSON object, each with it."""
    calls = ((where, call, read_json(arguments)) for where, call, arguments in _whole_arguments(view))
    return [(where, call, value) for where, call, value in calls if isinstance(value, dict)]


def _twice(arguments: str) -> list[str]:
    """The names that one object in a JSON text gives to several members."""
    found: list[str] = []

    def keep(members: list[tuple[str, Any]]) -> None:
        found.extend(name for name, count in Counter(name for name, _ in members).items() if count > 1)

    parse_json(arguments, members=keep)
    return found


@rule("calls.argument_names", when=lambda view: bool(_objects(view)))
def argument_names(view: View) -> Iterator[Finding]:
    """An argument is given once. Which of two counts, nobody knows."""
    for where, call, _ in _objects(view):
        for name in _twice(call["arguments"]):
            yield Finding(view.where(f"{where}/arguments"), "each name once in an object", f"{show(name, 60)} twice")


def _is_strict(view: View, tool: dict[str, Any], call: dict[str, Any]) -> bool:
    """True if the arguments have to fit: strict is true, or was left out and the answer says that it is."""
    if tool.get("strict", MISSING) is not MISSING:
        return tool["strict"] is True
    echoed = (each for each in at_list(view.response, "tools") if name_of(each) == name_of(call))
    return any(at(each, "strict") is True for each in echoed)


@shared
def _fits(view: View, *, strict: bool) -> list[Finding] | None:
    """What does not fit the declared parameters, or None where nothing was compared."""
    calls = itertools.islice(_objects(view), MAX_FITTED)
    functions = [(where, call, value) for where, call, value in calls if call["type"] == "function_call"]
    called = [(where, call, value, called_tool(view, call)) for where, call, value in functions]
    return misfits(
        view,
        ARGUMENTS,
        (
            (f"{where}/arguments", value, tool.get("parameters"))
            for where, call, value, tool in called
            if tool is not None and _is_strict(view, tool, call) is strict
        ),
    )


def _are_several(view: View) -> bool:
    return sum(1 for _ in view.items_of("function_call")) > 1


@rule("calls.strict_arguments", when=lambda view: not _are_several(view) and _fits(view, strict=True) is not None)
def strict_arguments(view: View) -> Iterator[Finding]:
    """The arguments for a strict function that is called alone fit its parameters."""
    yield from _fits(view, strict=True) or ()


@rule("calls.strict_parallel_arguments", when=lambda view: _are_several(view) and _fits(view, strict=True) is not None)
def strict_parallel_arguments(view: View) -> Iterator[Finding]:
    """They do where several functions are called at once, for which OpenAI does not promise it."""
    yield from _fits(view, strict=True) or ()


@rule("calls.arguments_fit", when=lambda view: _fits(view, strict=False) is not None)
def arguments_fit(view: View) -> Iterator[Finding]:
    """The arguments for a function that is not strict fit its parameters too."""
    yield from _fits(view, strict=False) or ()


@shared
def _mcp_fits(view: View) -> list[Finding] | None:
    """What does not fit the schemas that servers have listed, or None where nothing was compared."""
    arguments = {where: value for where, _, value in itertools.islice(_objects(view), MAX_FITTED)}
    return misfits(
        view,
        ARGUMENTS,
        (
            (f"{where}/arguments", arguments[where], at(found, call["name"], "input_schema"))
            for where, call, found in _listed_calls(view)
            if where in arguments
        ),
    )


@rule("calls.mcp_arguments", when=lambda view: _mcp_fits(view) is not None)
def mcp_arguments(view: View) -> Iterator[Finding]:
    """The arguments for a tool of an MCP server fit the schema that the server lists."""
    yield from _mcp_fits(view) or ()


@rule("calls.call_id", when=lambda view: any(view.items_of(*CLIENT_CALLS)))
def call_id(view: View) -> Iterator[Finding]:
    """A call that a client may have to answer has a call_id."""
    for pointer, call in view.items_of(*CLIENT_CALLS):
        value = call.get("call_id", MISSING)
        if not isinstance(value, str) or not value:
            yield Finding(view.where(f"{pointer}/call_id"), "a text that is not empty", show(value))


@rule("calls.unique_call_ids", when=lambda view: bool(call_ids(view)))
def uniquecall_ids(view: View) -> Iterator[Finding]:
    """No two calls have the same call_id, else nobody knows which of them an output answers."""
    seen: dict[str, str] = {}
    for pointer, value in call_ids(view):
        if value in seen:
            yield Finding(view.where(pointer), f"a call_id of its own, not that of {seen[value]}", show(value))
        seen.setdefault(value, pointer)


@rule("calls.call_id_length", when=lambda view: bool(call_ids(view)))
def call_id_length(view: View) -> Iterator[Finding]:
    """A call_id has at most 64 characters, so that it can be sent back."""
    for pointer, value in call_ids(view):
        if len(value) > MAX_ID_LENGTH:
            received = f"{len(value)}: {show(value, 40)}"
            yield Finding(view.where(pointer), f"at most {MAX_ID_LENGTH} characters", received)


@rule("calls.call_id_prefix", when=lambda view: bool(call_ids(view)))
def call_id_prefix(view: View) -> Iterator[Finding]:
    """A call_id begins with call_, and is not the id of an item."""
    for pointer, value in call_ids(view):
        if value and not value.startswith("call_"):
            yield Finding(view.where(pointer), "a call_id that begins with call_", show(value, 40))


def _answered(view: View) -> list[tuple[str, str]]:
    """Pointer and ``call_id`` of each output that the server sent for a call; empty where calls can be out of sight."""
    shown = view.items if is_self_contained(view) else ()
    return [
        (f"{pointer}/call_id", item["call_id"])
        for pointer, item in shown
        if str(item.get("type")).endswith("_output") and isinstance(item.get("call_id"), str)
    ]


@rule("calls.output_of_call", when=lambda view: bool(_answered(view)))
def output_of_call(view: View) -> Iterator[Finding]:
    """The output of a call has the call_id of a call in the answer or in the request."""
    sent = [at(item, "call_id") for item in at_list(view.body, "input")]
    known = [*sent, *(value for _, value in call_ids(view))]
    for pointer, value in _answered(view):
        if value not in known:
            yield Finding(view.where(pointer), "the call_id of a call", show(value))
