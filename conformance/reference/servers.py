"""What MCP servers say, asked before the answer is made: their tools, and what calls of these bring.

The answer itself asks nobody. All that it holds of a server is in what was `Heard`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from conformance.reference.calls.function import arguments
from conformance.reference.calls.made import Made
from conformance.reference.conversation import approved, items
from conformance.reference.mcp_client import Unreachable, call_tool, list_tools
from conformance.reference.refusal import Refusal, invalid
from conformance.reference.request import Request
from conformance.wire.json_values import parse_json

Tool = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Heard:
    """Lists of tools that are new, calls that were approved before, and the chosen calls by their number."""

    listed: tuple[dict[str, Any], ...] = ()
    approved: tuple[Made, ...] = ()
    called: Mapping[int, Made] = field(default_factory=dict)


NOTHING: Final = Heard()


async def ask_servers(request: Request) -> Heard:
    """Ask the servers that a request declares.

    Raises Refusal: 424 for one that cannot be reached, 400 for a call that none of its tools answers.
    """
    servers = {tool["server_label"]: tool for tool in request.setting("tools", ()) if tool["type"] == "mcp"}
    known = {item["server_label"]: item["tools"] for item in items(request.body) if _is_list(item)}
    listed = []
    for number, (label, server) in enumerate(servers.items()):
        if label not in known:
            known[label] = await _tools(server)
            listed.append(
                {
                    "id": f"mcpl_{request.hex(f'list {number}')}",
                    "type": "mcp_list_tools",
                    "server_label": label,
                    "tools": known[label],
                }
            )
    calls = [
        await _approved_call(request, servers, known, item, f"approved {number}")
        for number, item in enumerate(approved(request.body)[: request.setting("max_tool_calls")])
    ]
    called = {
        number: await _chosen_call(request, tool, known[tool["server_label"]], f"call {number}")
        for number, tool in enumerate(request.choice.tools)
        if tool["type"] == "mcp"
    }
    return Heard(tuple(listed), tuple(calls), called)


def _is_list(item: dict[str, Any]) -> bool:
    return item.get("type") == "mcp_list_tools" and not item.get("error")


async def _tools(server: Tool) -> list[dict[str, Any]]:
    try:
        tools = await list_tools(server)
    except Unreachable:
        problem = f"The list of tools of the MCP server '{server['server_label'][:100]}' could not be retrieved."
        raise Refusal(424, problem, "http_error", "tools") from None
    return [tool for tool in tools if _allows(server.get("allowed_tools"), tool)]


async def _chosen_call(request: Request, server: Tool, tools: list[dict[str, Any]], label: str) -> Made:
    """A call of the first tool that may be called, or what asks for its approval."""
    tool = next((tool for tool in tools if _allows(server.get("allowed_tools"), tool)), None)
    if tool is None:
        raise invalid("tool_choice", f"the server '{server['server_label'][:100]}' lists no tool that may be called.")
    text = arguments(tool["name"], tool["input_schema"])
    if not _needs_approval(server.get("require_approval"), tool):
        return await _call(request, server, tool["name"], text, label)
    item = {
        "id": f"mcpr_{request.hex(label)}",
        "type": "mcp_approval_request",
        "arguments": text,
        "name": tool["name"],
        "server_label": server["server_label"],
    }
    return Made(item, text)


async def _approved_call(
    request: Request,
    servers: dict[str, Tool],
    known: dict[str, list[dict[str, Any]]],
    item: dict[str, Any],
    label: str,
) -> Made:
    server = servers.get(item["server_label"])
    if server is None or item["name"] not in [tool["name"] for tool in known[item["server_label"]]]:
        raise invalid("input", f"no declared server has the tool '{item['name'][:100]}' that was approved.")
    return await _call(request, server, item["name"], item["arguments"], label, item["id"])


async def _call(request: Request, server: Tool, name: str, text: str, label: str, approval: str | None = None) -> Made:
    try:
        value = parse_json(text)
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise invalid("input", f"the arguments of the tool '{name[:100]}' are no JSON object.")
    outcome = await call_tool(server, name, value)
    item = {
        "id": f"mcp_{request.hex(label)}",
        "type": "mcp_call",
        "status": "completed" if outcome.error is None else "failed",
        "approval_request_id": approval,
        "arguments": text,
        "error": outcome.error,
        "name": name,
        "output": outcome.output,
        "server_label": server["server_label"],
    }
    return Made(item, text)


def _allows(allowed: Any, tool: dict[str, Any]) -> bool:
    """True if a list of names or a filter, None for no limit, lets a listed tool be called."""
    if allowed is None:
        return True
    return _fits({"tool_names": allowed} if isinstance(allowed, list) else allowed, tool)


def _fits(wanted: dict[str, Any], tool: dict[str, Any]) -> bool:
    """True if a listed tool is one that a filter means."""
    names, read_only = wanted.get("tool_names"), wanted.get("read_only")
    is_read_only = bool((tool.get("annotations") or {}).get("read_only"))
    return bool(names is None or tool["name"] in names) and (read_only is None or is_read_only is read_only)


def _needs_approval(required: object, tool: dict[str, Any]) -> bool:
    """True if a listed tool may be called only after somebody has approved the call."""
    if not isinstance(required, dict):
        return required != "never"
    always, never = required.get("always"), required.get("never")
    if always is not None and _fits(always, tool):
        return True
    # What no filter means is as it would be without any, unless some tools are singled out for approval.
    return always is None and (never is None or not _fits(never, tool))
