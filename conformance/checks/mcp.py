"""Checks of MCP servers: their tools are listed once, and a server that does not answer is told as such."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from conformance.checks.lib.declared import base_type, declared, labelled, name_of, tools
from conformance.checks.lib.rules import Finding, rule
from conformance.checks.lib.sent_items import given, shows_all
from conformance.checks.lib.stated_outcome import message
from conformance.checks.lib.view import View
from conformance.wire.json_values import at, show


def _calls(view: View) -> list[tuple[str, dict[str, Any]]]:
    """The calls of servers, where the request shows all that went before and tools are not loaded late."""
    late = any(base_type(tool) == "tool_search" for tool in tools(view))
    return [*labelled(view, "mcp_call", "mcp_approval_request")] if shows_all(view) and not late else []


@rule("mcp.listed", when=lambda view: bool(_calls(view)))
def listed(view: View) -> Iterator[Finding]:
    """The tools of a server are listed, in the request or before the call, when one of them is called."""
    labels = [item.get("server_label") for item in given(view, "mcp_list_tools")]
    calls = [where for where, _ in _calls(view)]
    for where, item in view.items:
        if item.get("type") == "mcp_list_tools":
            labels.append(item.get("server_label"))
        elif where in calls and item["server_label"] not in labels:
            expected = f"mcp_list_tools of {show(item['server_label'], 40)} before it"
            yield Finding(view.where(where), expected, f"{show(item['type'])} without it")


def _lists(view: View) -> bool:
    return any(view.items_of("mcp_list_tools")) or (bool(view.response) and bool(given(view, "mcp_list_tools")))


@rule("mcp.listed_again", when=_lists)
def listed_again(view: View) -> Iterator[Finding]:
    """The tools of a server are listed once: not again where the request or the answer holds them."""
    known = [name_of(item, "server_label") for item in given(view, "mcp_list_tools") if not item.get("error")]
    for where, item in labelled(view, "mcp_list_tools"):
        if item["server_label"] in known:
            expected = f"no second mcp_list_tools of {show(item['server_label'], 40)}"
            yield Finding(view.where(where), expected, "another one")
        known += [] if item.get("error") else [item["server_label"]]


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
