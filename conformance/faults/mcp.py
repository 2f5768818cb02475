"""Faults of MCP servers: what is listed, what is called, what waits for approval."""

from typing import Any, Final

from conformance.faults.lib.fault import Fault
from conformance.faults.lib.rows import hosted_fails, not_called, refused
from conformance.reference.edits.asked import NEEDS_NO_APPROVAL, NOWHERE, all_of, sends_back, tools
from conformance.reference.edits.replies import echoing_tools, of_type, on_answer, on_items, only_if
from conformance.reference.edits.requests import each_tool, each_tool_of
from conformance.reference.reply import Reply, RequestEdit
from conformance.wire.edit import GONE, Edit, put


def _once_more(kind: str, **members: Any) -> Edit:
    """Puts the items of a type into the output once more."""

    def edit(output: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [*output, *(item | members for item in output if item["type"] == kind)]

    return put("/output", edit)


def _without_lists(body: dict[str, Any]) -> dict[str, Any]:
    """Reads the answer to a request for approval as if no tools had been listed."""
    items = body.get("input")
    kinds = [item.get("type") for item in items] if isinstance(items, list) else []
    if "mcp_approval_response" not in kinds:
        return body
    return {**body, "input": [item for item in items or () if item.get("type") != "mcp_list_tools"]}


def _is_approved(reply: Reply) -> bool:
    return sends_back("mcp_approval_response", approve=True)(reply)


def _has_server(reply: Reply) -> bool:
    return any(NOWHERE not in str(tool.get("server_url")) for tool in tools(reply, "mcp"))


def _approving(*, approve: bool) -> RequestEdit:
    """Reads every answer to a request for approval in one way."""
    return put("/input/*", of_type("mcp_approval_response", put("/approve", lambda _: approve)))


FAULTS: Final = (
    refused(
        "mcp",
        "A server whose tools need no approval",
        "mcp.accepted",
        all_of(NEEDS_NO_APPROVAL, _has_server),
    ),
    Fault(
        "tools-not-listed",
        "A tool of a server is called that was never listed.",
        ("mcp.listed",),
        on_answer(put("/output/*", lambda item: GONE if item["type"] == "mcp_list_tools" else item)),
    ),
    Fault(
        "listed-twice",
        "The tools of a server are listed twice in an answer.",
        ("mcp.listed_again",),
        on_answer(_once_more("mcp_list_tools", id="mcpl_0")),
    ),
    Fault(
        "listed-again-after-approval",
        "The tools of a server are listed again when a call is approved.",
        ("mcp.listed_again",),
        request_edit=_without_lists,
    ),
    not_called("mcp", "mcp.called", "mcp.completed"),
    hosted_fails("mcp", "A call of a tool of a server", "mcp.completed"),
    Fault(
        "called-without-approval",
        "A tool of a server is called though its calls wait for approval.",
        ("mcp.approval",),
        echoing_tools,
        each_tool_of("mcp", require_approval="never"),
    ),
    Fault(
        "approval-invented",
        "A call names an approval that nobody gave.",
        ("mcp.approval",),
        on_items("mcp_call", "/approval_request_id", "mcpr_0", asked=NEEDS_NO_APPROVAL),
    ),
    Fault(
        "needless-approval",
        "A call waits for approval though none is needed.",
        ("mcp.needless_approval", "mcp.completed"),
        echoing_tools,
        each_tool_of("mcp", require_approval="always"),
    ),
    Fault(
        "approval-forgotten",
        "A call that was approved is not made.",
        ("mcp.approved",),
        request_edit=_approving(approve=False),
    ),
    Fault(
        "approved-call-twice",
        "A call that was approved is made twice.",
        ("mcp.approved",),
        only_if(_is_approved, on_answer(_once_more("mcp_call", id="mcp_0"))),
    ),
    Fault(
        "approved-call-changed",
        "A call that was approved is made with other arguments.",
        ("mcp.approved",),
        on_items("mcp_call", "/arguments", '{"a":7,"b":7}', asked=_is_approved),
    ),
    Fault(
        "called-in-spite",
        "A call that was not approved is made.",
        ("mcp.refused",),
        request_edit=_approving(approve=True),
    ),
    Fault(
        "unreachable-server-passed-over",
        "A server that cannot be reached is passed over in silence.",
        ("mcp.unreachable",),
        echoing_tools,
        each_tool(lambda tool: GONE if NOWHERE in str(tool.get("server_url")) else tool),
    ),
)
