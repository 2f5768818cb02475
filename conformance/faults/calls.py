"""Faults of calls: what they name, what they bring, and their ids."""

from typing import Any, Final

from conformance.faults.lib.fault import DATABRICKS, ELSEWHERE, Fault
from conformance.faults.lib.items import COMPLETED, IN_PROGRESS, SHELL_OUTPUT, Added, adding, in_pieces
from conformance.reference.edits.asked import NEEDS_NO_APPROVAL, all_of, chooses, declares, streams
from conformance.reference.edits.replies import on_answer, on_items, only_if
from conformance.reference.reply import Reply, ReplyEdit
from conformance.wire.edit import put, without


def _on_calls(path: str, made: Any, *, strict: bool | None = None) -> ReplyEdit:
    """Edits the calls of functions where one has to be called: of all, or of those that are strict or are not."""

    def reply_edit(reply: Reply) -> Reply:
        if reply.status != 200 or reply.asked.get("tool_choice") != "required":
            return reply
        functions = (tool for tool in reply.asked["tools"] if tool["type"] == "function")
        names = [tool["name"] for tool in functions if strict in (None, tool.get("strict"))]

        def edit(item: dict[str, Any]) -> Any:
            return put(path, made)(item) if item.get("name") in names else item

        return on_answer(put("/output/*", edit))(reply)

    return reply_edit


def _allows_several(reply: Reply) -> bool:
    return reply.asked.get("parallel_tool_calls") is True


def _twice(arguments: str) -> str:
    """The text of an object that holds each member twice."""
    return arguments if arguments == "{}" else f"{arguments[:-1]},{arguments[1:]}"


def _as_function(item: dict[str, Any]) -> dict[str, Any]:
    """A call of a custom tool as one of a function, which some servers make of it."""
    if item.get("type") != "custom_tool_call":
        return item
    kept = {name: value for name, value in item.items() if name != "input"}
    return kept | {"type": "function_call", "id": "fc_" + item["id"][4:], "arguments": '{"input":"print(1)"}'}


def _shell_as_function(item: dict[str, Any]) -> dict[str, Any]:
    """A call of a shell as one of a function that nobody declared."""
    if item.get("type") != "shell_call":
        return item
    kept = {name: item[name] for name in ("call_id", "status") if name in item}
    return kept | {"type": "function_call", "id": "fc_" + item["id"][3:], "name": "bash", "arguments": '{"cmd":"ls"}'}


FAULTS: Final = (
    Fault(
        "custom-tool-called-as-a-function",
        "A call of a custom tool comes as one of a function.",
        ("calls.kind",),
        only_if(all_of(streams, declares("custom")), on_answer(put("/output/*", _as_function))),
        seen=ELSEWHERE,
    ),
    Fault(
        "shell-called-as-a-function",
        "A call of a shell comes as one of a function.",
        ("calls.kind",),
        only_if(declares("shell"), on_answer(put("/output/*", _shell_as_function))),
    ),
    Fault(
        "undeclared-function",
        "A function is called that nobody declared.",
        ("calls.declared_function",),
        on_items(
            "function_call",
            "/name",
            "unheard_of",
            asked=all_of(streams, chooses("required"), declares("function", strict=True)),
        ),
    ),
    Fault(
        "unloaded-function",
        "A function of a namespace is called that nobody declared.",
        ("calls.loaded_function",),
        adding(
            Added(
                {
                    "id": "fc_0",
                    "type": "function_call",
                    "call_id": "call_0",
                    "name": "unheard_of",
                    "namespace": "other",
                    "arguments": "{}",
                    **COMPLETED,
                },
                {"arguments": "", **IN_PROGRESS},
                in_pieces("function_call_arguments", ["{}"], {"arguments": "{}"}),
            )
        ),
    ),
    Fault(
        "undeclared-custom-tool",
        "A custom tool is called that nobody declared.",
        ("calls.declared_custom_tool",),
        on_items("custom_tool_call", "/name", "unheard_of", asked=chooses("required")),
    ),
    Fault(
        "undeclared-search",
        "The web is searched though no tool for it was declared.",
        ("calls.declared_hosted_tool",),
        adding(
            Added(
                {"id": "ws_0", "type": "web_search_call", "action": {"type": "search", "query": "amber"}, **COMPLETED}
            )
        ),
    ),
    Fault(
        "undeclared-server",
        "A tool of an MCP server is called that nobody declared.",
        ("calls.declared_server",),
        only_if(NEEDS_NO_APPROVAL, on_answer(put("/output/*/server_label", lambda _: "other"))),
    ),
    Fault(
        "unlisted-tool",
        "A tool is called that its MCP server does not list.",
        ("calls.listed_tool", "mcp.approved"),
        on_items("mcp_call", "/name", "unheard_of"),
    ),
    Fault(
        "arguments-no-json",
        "The arguments of a call are no JSON.",
        ("calls.arguments_json",),
        _on_calls("/arguments", "city=Paris"),
    ),
    Fault(
        "argument-twice",
        "An argument of a call is given twice.",
        ("calls.argument_names",),
        on_items("function_call", "/arguments", _twice),
    ),
    Fault(
        "strict-arguments-left-out",
        "The arguments of a strict function lack what it requires.",
        ("calls.strict_arguments", "calls.strict_parallel_arguments"),
        _on_calls("/arguments", "{}", strict=True),
    ),
    Fault(
        "parallel-arguments-left-out",
        "The arguments of a strict function that is called beside another one lack what it requires.",
        ("calls.strict_parallel_arguments",),
        only_if(_allows_several, _on_calls("/arguments", "{}", strict=True)),
    ),
    Fault(
        "loose-arguments-left-out",
        "The arguments of a function lack what it requires.",
        ("calls.arguments_fit",),
        _on_calls("/arguments", "{}", strict=False),
    ),
    Fault(
        "server-arguments-left-out",
        "The arguments for a tool of a server lack what it requires.",
        ("calls.mcp_arguments",),
        on_items("mcp_call", "/arguments", "{}", asked=NEEDS_NO_APPROVAL),
    ),
    Fault(
        "no-call-id",
        "A call has no call_id.",
        ("calls.call_id", "response.schema"),
        on_answer(without("/output/*/call_id")),
    ),
    Fault(
        "one-call-id",
        "All calls have the same call_id.",
        ("calls.unique_call_ids", "round_trips.new_items"),
        _on_calls("/call_id", "call_0"),
    ),
    Fault(
        "call-id-of-191-characters",
        "A call_id is longer than it may be when it is sent back.",
        ("calls.call_id_length",),
        _on_calls("/call_id", lambda id_: f"{id_}{'x' * 162}"),
        seen=DATABRICKS,
    ),
    Fault(
        "call-id-without-prefix",
        "A call_id is a bare number.",
        ("calls.call_id_prefix",),
        _on_calls("/call_id", lambda id_: id_.removeprefix("call_")),
    ),
    Fault(
        "output-of-no-call",
        "A shell printed something for a call that was not made.",
        ("calls.output_of_call",),
        adding(Added(SHELL_OUTPUT, {"output": []})),
    ),
)
