"""Checks of MCP servers: their tools are listed, called with approval where it is due, and told where none answers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from conformance.checks.calls import ELSEWHERE
from conformance.checks.declared import declared, name_of
from conformance.checks.forced_calls import is_excused
from conformance.checks.outcome import message
from conformance.checks.rules import Finding, rule
from conformance.checks.view import View
from conformance.values import MISSING, at, at_list, show

Place = tuple[str, dict[str, Any]]


def _given(view: View, type_: str) -> list[dict[str, Any]]:
    """The items of a type in the request."""
    return [item for item in at_list(view.body, "input") if at(item, "type") == type_]


def _labelled(view: View, *types: str) -> list[Place]:
    return [(where, item) for where, item in view.items_of(*types) if name_of(item, "server_label") is not None]


# --- the list of tools


def _calls(view: View) -> list[Place]:
    """The calls of servers, where the request shows all that went before."""
    elsewhere = any(view.asked(name) is not MISSING for name in ELSEWHERE) or _given(view, "item_reference")
    return [] if not view.body or elsewhere else _labelled(view, "mcp_call", "mcp_approval_request")


@rule("mcp.listed", when=lambda view: bool(_calls(view)))
def listed(view: View) -> Iterator[Finding]:
    """The tools of a server are listed, in the request or before the call, when one of them is called."""
    labels = [item.get("server_label") for item in _given(view, "mcp_list_tools")]
    calls = [where for where, _ in _calls(view)]
    for where, item in view.items:
        if item.get("type") == "mcp_list_tools":
            labels.append(item.get("server_label"))
        elif where in calls and item["server_label"] not in labels:
            expected = f"mcp_list_tools of {show(item['server_label'], 40)} before it"
            yield Finding(view.where(where), expected, f"{show(item['type'])} without it")


# --- approval


def _needs_approval(view: View, call: dict[str, Any]) -> bool:
    """True if nobody may call the tool unasked: always, or by its name, as far as names tell it."""
    label = call.get("server_label")
    tool = next((tool for tool in declared(view, "mcp") if tool.get("server_label") == label), None)
    if tool is None:
        return False
    asked = tool.get("require_approval")
    if not isinstance(asked, dict):
        # Who asks for nothing asks for approval of all; what the answer repeats says so itself.
        return asked == "always" or (asked is None and bool(view.body))
    always, never = asked.get("always"), asked.get("never")
    if call.get("name") in at_list(always, "tool_names"):
        return True
    by_names = always is None and isinstance(never, dict) and at(never, "read_only") in (None, MISSING)
    return by_names and call.get("name") not in at_list(never, "tool_names")


def _bound(view: View) -> list[Place]:
    calls = _labelled(view, "mcp_call", "mcp_approval_request")
    return [(where, call) for where, call in calls if _needs_approval(view, call)]


@rule("mcp.approval", when=lambda view: bool(_bound(view)))
def approval(view: View) -> Iterator[Finding]:
    """A tool that needs approval is not called without it."""
    for where, call in _bound(view):
        if call["type"] == "mcp_call" and not isinstance(call.get("approval_request_id"), str):
            expected = "the id of an approval, as the request demands one"
            received = show(call.get("approval_request_id", MISSING))
            yield Finding(view.where(f"{where}/approval_request_id"), expected, received)


def _responses(view: View, *, approve: bool) -> list[str]:
    """The requests for approval that the client answers so, and that no call in the request has used up."""
    used = [call.get("approval_request_id") for call in _given(view, "mcp_call")]
    found = [item for item in _given(view, "mcp_approval_response") if item.get("approve") is approve]
    ids = [name_of(item, "approval_request_id") for item in found]
    return [id_ for id_ in ids if id_ is not None and id_ not in used]


@rule(
    "mcp.approved",
    when=lambda view: view.status == "completed" and bool(_responses(view, approve=True)) and not is_excused(view),
)
def approved(view: View) -> Iterator[Finding]:
    """What was approved is called, under the id of its approval."""
    made = [call.get("approval_request_id") for _, call in view.items_of("mcp_call")]
    for id_ in _responses(view, approve=True):
        if id_ not in made:
            expected = f"an mcp_call with the approval_request_id {show(id_, 80)}"
            yield Finding(view.where("/output"), expected, show([item.get("type") for _, item in view.items]))


@rule("mcp.refused", when=lambda view: bool(view.response) and bool(_responses(view, approve=False)))
def refused(view: View) -> Iterator[Finding]:
    """What was not approved is not called: not under the id of its approval, and not without one."""
    ids = _responses(view, approve=False)
    asked = [item for item in _given(view, "mcp_approval_request") if item.get("id") in ids]
    tools = [(item.get("server_label"), item.get("name")) for item in asked]
    for where, call in view.items_of("mcp_call"):
        id_ = call.get("approval_request_id")
        if id_ in ids or (id_ is None and (call.get("server_label"), call.get("name")) in tools):
            yield Finding(view.where(where), "no call that was not approved", show(call.get("name")))


# --- a server that nobody can reach


def _host(tool: dict[str, Any]) -> str:
    url = tool.get("server_url")
    try:
        return (urlsplit(url).hostname or "") if isinstance(url, str) else ""
    except ValueError:
        return ""


def _is_unreachable(view: View) -> bool:
    """True if the request's one server has a name that is reserved for hosts that do not exist."""
    servers = declared(view, "mcp") if view.is_create and view.body else []
    hosts = [_host(server).rstrip(".") for server in servers]
    return len(hosts) == 1 and hosts[0].endswith(".invalid") and view.asked("tool_choice") != "none"


@rule("mcp.unreachable", when=_is_unreachable)
def unreachable(view: View) -> Iterator[Finding]:
    """A server that cannot be reached is told as such."""
    told = any(item.get("error") for _, item in view.items_of("mcp_list_tools"))
    told = told or at(view.response, "error", "message") or any(view.timeline.of("error"))
    status = view.exchange.status
    if not told and not 400 <= status < 500:
        expected = "an error from 400 to 499, or mcp_list_tools with an error"
        received = message(view) if view.is_error else show([item.get("type") for _, item in view.items])
        yield Finding("status" if view.is_error else view.where("/output"), expected, f"{status}: {received}")
