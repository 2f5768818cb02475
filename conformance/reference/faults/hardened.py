"""Faults of calls that look right at first sight: where they lead, what came before them, and how they end."""

from typing import Any, Final

from conformance.reference.faults.asked import Test, declares, given, sends_back, tools
from conformance.reference.faults.called import called_with
from conformance.reference.faults.edits import (
    Edit,
    each,
    in_json,
    moved,
    on_answer,
    on_events,
    on_response,
    only_if,
    put,
    retooled,
    tools_as_declared,
)
from conformance.reference.faults.fault import Fault
from conformance.reference.reply import Change, Reply

FREE: Final = declares("mcp", require_approval="never")
CONTAINER: Final = {"type": "container_reference", "container_id": "cntr_0"}
PRINTED: Final = {"stdout": "a.txt\n", "stderr": "", "outcome": {"type": "exit", "exit_code": 0}}


def _ended(kind: str, *edits: tuple[str, Any]) -> Change:
    """Edits the calls of a type where no stream tells how they end."""

    def edit(item: dict[str, Any]) -> Any:
        for path, made in edits if item["type"] == kind else ():
            item = put(path, made)(item)
        return item

    return in_json(put("/output/*", edit))


def _again(kind: str, **members: Any) -> Edit:
    """Puts the items of a type into the output once more."""

    def edit(output: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [*output, *(item | members for item in output if item["type"] == kind)]

    return put("/output", edit)


def _printed(output: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The output, each call of a shell followed by what it printed."""
    found = []
    for item in output:
        found.append(item)
        if item["type"] == "shell_call":
            printed = {"type": "shell_call_output", "call_id": item["call_id"], "output": [PRINTED]}
            found.append({"id": "sho_0", **printed, "max_output_length": None, "status": "completed"})
    return found


def _twice(arguments: str) -> str:
    """The text of an object that holds each member twice."""
    return arguments if arguments == "{}" else f"{arguments[:-1]},{arguments[1:]}"


def _with_secrets(reply: Reply) -> Reply:
    secrets = [tool.get("headers") for tool in tools(reply, "mcp")]
    return on_response(put("/tools/*/headers", secrets[0]))(reply)


def _without_lists(body: dict[str, Any]) -> dict[str, Any]:
    """Reads the answer to a request for approval as if no tools had been listed."""
    items = body.get("input")
    kinds = [item.get("type") for item in items] if isinstance(items, list) else []
    if "mcp_approval_response" not in kinds:
        return body
    return {**body, "input": [item for item in items or () if item.get("type") != "mcp_list_tools"]}


def _repeating_call(reply: Reply) -> Reply:
    return on_answer(put("/output", lambda output: [*given(reply, "function_call")[-1:], *output]))(reply)


def _repeating_id(reply: Reply) -> Reply:
    ids = [item["id"] for item in given(reply, "message") if "id" in item]
    return called_with("message", "/id", ids[0])(reply) if ids else reply


def _is_approved(reply: Reply) -> bool:
    return sends_back("mcp_approval_response", approve=True)(reply)


def _on_operation(kind: str, made: dict[str, str], *, asked: Test = lambda _: True) -> Change:
    def edit(operation: dict[str, Any]) -> Any:
        return operation | made if operation["type"] == kind else operation

    return called_with("apply_patch_call", "/operation", edit, asked=asked)


CALLS: Final = (
    Fault(
        "argument-twice",
        "An argument of a call is given twice.",
        ("calls.argument_names",),
        called_with("function_call", "/arguments", _twice),
    ),
    Fault(
        "call-repeated",
        "An answer to the output of a call holds the call again.",
        ("round_trips.new_items",),
        only_if(sends_back("function_call", id=...), _repeating_call),
    ),
    Fault(
        "id-repeated",
        "A message has the id of one that was sent back.",
        ("round_trips.new_items",),
        _repeating_id,
    ),
    Fault(
        "patch-of-a-file-above",
        "A patch creates a file outside the place of work.",
        ("apply_patch.path",),
        _on_operation("create_file", {"path": "../notes.txt"}),
    ),
    Fault(
        "patch-of-a-rooted-path",
        "A patch deletes a file by an absolute path.",
        ("apply_patch.path",),
        _on_operation("delete_file", {"path": "/etc/hosts"}),
    ),
    Fault(
        "patch-of-nothing",
        "A patch changes no line of a file.",
        ("apply_patch.change",),
        _on_operation("update_file", {"diff": "@@\n the same\n"}),
    ),
    Fault(
        "patch-moved",
        "The path of a patch is another one when the call is done.",
        ("streams.item_constant",),
        on_events(each("output_item.added", put("/item/operation/path", lambda path: f"{path}.old"))),
    ),
    Fault(
        "local-shell-in-a-container",
        "A call for the client's shell names a container.",
        ("shell.environment",),
        called_with("shell_call", "/environment", CONTAINER),
    ),
    Fault(
        "local-shell-run-by-the-server",
        "A call for the client's shell comes with what it printed.",
        ("shell.environment",),
        in_json(put("/output", _printed)),
    ),
)

SERVERS: Final = (
    Fault(
        "header-for-a-server-repeated",
        "What was sent for an MCP server alone comes back.",
        ("echo.tool_secrets",),
        only_if(declares("mcp", headers=...), _with_secrets),
    ),
    Fault(
        "listed-twice",
        "The tools of a server are listed twice in an answer.",
        ("mcp.listed_again",),
        on_answer(_again("mcp_list_tools", id="mcpl_0")),
    ),
    Fault(
        "listed-again-after-approval",
        "The tools of a server are listed again when a call is approved.",
        ("mcp.listed_again",),
        reading=_without_lists,
    ),
    Fault(
        "needless-approval",
        "A call waits for approval though none is needed.",
        ("mcp.needless_approval",),
        tools_as_declared,
        retooled(lambda tool: tool | {"require_approval": "always"} if tool.get("type") == "mcp" else tool),
    ),
    Fault(
        "approval-invented",
        "A call names an approval that nobody gave.",
        ("mcp.approval",),
        called_with("mcp_call", "/approval_request_id", "mcpr_0", asked=FREE),
    ),
    Fault(
        "approved-call-twice",
        "A call that was approved is made twice.",
        ("mcp.approved",),
        only_if(_is_approved, on_answer(_again("mcp_call", id="mcp_0"))),
    ),
    Fault(
        "approved-call-changed",
        "A call that was approved is made with other arguments.",
        ("mcp.approved",),
        called_with("mcp_call", "/arguments", '{"a":7,"b":7}', asked=_is_approved),
    ),
    Fault(
        "server-arguments-left-out",
        "The arguments for a tool of a server lack what it requires.",
        ("calls.mcp_arguments",),
        called_with("mcp_call", "/arguments", "{}", asked=FREE),
    ),
)

RESULTS: Final = (
    Fault(
        "search-completed-before-it-ran",
        "A stream tells that a search is completed before it tells that it runs.",
        ("streams.progress",),
        on_events(moved("web_search_call.completed", after="web_search_call.in_progress")),
    ),
    Fault(
        "call-told-to-have-failed",
        "A stream tells that a completed call has failed.",
        ("streams.progress",),
        on_events(each("mcp_call.completed", put("/type", "response.mcp_call.failed"))),
    ),
    Fault(
        "image-completed-before-its-drafts",
        "A stream tells that an image is completed and goes on to show it while it is made.",
        ("streams.progress",),
        on_events(moved("image_generation_call.completed", after="image_generation_call.generating")),
    ),
    Fault(
        "output-of-a-server-left-out",
        "A call of a server is completed and has no output.",
        ("consistency.results",),
        called_with("mcp_call", "/output", None, asked=FREE),
    ),
    Fault(
        "failed-call-without-error",
        "A call of a server has failed and does not say why.",
        ("consistency.results",),
        _ended("mcp_call", ("/status", "failed"), ("/output", None)),
    ),
    Fault(
        "completed-call-with-error",
        "A call of a server is completed and has an error.",
        ("consistency.results",),
        _ended("mcp_call", ("/error", "It failed."), ("/output", None)),
    ),
    Fault(
        "call-of-a-server-cut-off",
        "A call of a server is incomplete though the response is completed.",
        ("consistency.call_status",),
        _ended("mcp_call", ("/status", "incomplete")),
    ),
    Fault(
        "search-in-progress",
        "A search goes on though the response is completed.",
        ("consistency.call_status",),
        _ended("web_search_call", ("/status", "in_progress")),
    ),
    Fault(
        "image-of-another-quality",
        "An image has another quality than was asked for.",
        ("image_generation.settings",),
        called_with("image_generation_call", "/quality", "high"),
    ),
    Fault(
        "empty-query",
        "A search was made for nothing.",
        ("web_search.action",),
        called_with("web_search_call", "/action/query", ""),
    ),
    Fault(
        "source-without-address",
        "A source of a search has an empty address.",
        ("web_search.action",),
        called_with("web_search_call", "/action/sources/*/url", ""),
    ),
)
