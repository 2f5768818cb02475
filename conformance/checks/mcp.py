"""Checks of MCP servers: their tools are listed once, and a server that does not answer is told as such."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from conformance.checks.lib.declared import base_type, declared, labelled, name_of, tools
from conformance.checks.lib.forced_calls import called_rule, is_excused, item_types
from conformance.checks.lib.rules import Finding, rule
from conformance.checks.lib.sent_items import decided, sent_items, shows_all
from conformance.checks.lib.stated_outcome import message
from conformance.checks.lib.view import Place, View, shared
from conformance.wire.json_values import MISSING, at, read_json, same, show

called_rule("mcp.called", "mcp")


@shared
def _listable(view: View) -> list[Place]:
    """The calls of servers, where the request shows all that went before and tools are not loaded late."""
    late = any(base_type(tool) == "tool_search" for tool in tools(view))
    return [*labelled(view, "mcp_call", "mcp_approval_request")] if shows_all(view) and not late else []


@rule("mcp.listed", when=lambda view: bool(_listable(view)))
def listed(view: View) -> Iterator[Finding]:
    """The tools of a server are listed, in the request or before the call, when one of them is called."""
    labels = [item.get("server_label") for item in sent_items(view, "mcp_list_tools")]
    calls = [where for where, _ in _listable(view)]
    for where, item in view.items:
        if item.get("type") == "mcp_list_tools":
            labels.append(item.get("server_label"))
        elif where in calls and item["server_label"] not in labels:
            expected = f"mcp_list_tools of {show(item['server_label'], 40)} before it"
            yield Finding(view.where(where), expected, f"{show(item['type'])} without it")


def _lists(view: View) -> bool:
    return any(view.items_of("mcp_list_tools")) or (bool(view.response) and bool(sent_items(view, "mcp_list_tools")))


@rule("mcp.listed_again", when=_lists)
def listed_again(view: View) -> Iterator[Finding]:
    """The tools of a server are listed once: not again where the request or the answer holds them."""
    known = [name_of(item, "server_label") for item in sent_items(view, "mcp_list_tools") if not item.get("error")]
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
    is_reported = any(item.get("error") for _, item in view.items_of("mcp_list_tools"))
    is_reported = is_reported or at(view.response, "error", "message") or any(view.timeline.of("error"))
    status = view.exchange.status
    if not is_reported and not 400 <= status < 500:
        expected = "an error from 400 to 499, or mcp_list_tools with an error"
        received = message(view) if view.is_error else show([item.get("type") for _, item in view.items])
        yield Finding("status" if view.is_error else view.where("/output"), expected, f"{status}: {received}")


# --- approval


def _approval_asked(view: View, call: dict[str, Any]) -> Any:
    """What the server of a call was declared with: when approval has to be asked for. `MISSING` where nobody knows."""
    label = call.get("server_label")
    tool = next((tool for tool in declared(view, "mcp") if tool.get("server_label") == label), None)
    if tool is None:
        return MISSING
    asked = tool.get("require_approval")
    # Who asks for nothing asks for approval of all; what the answer repeats says so itself.
    return "always" if asked is None and view.body else asked


def _named(asked: dict[str, Any], which: str) -> list[Any] | None:
    """The names under ``always`` or ``never``, or None where it has no names."""
    names = at(asked, which, "tool_names")
    return names if isinstance(names, list) else None


def _is_bound(view: View, call: dict[str, Any]) -> bool:
    """True if nobody may call the tool unasked: always, or by its name, as far as names tell it."""
    asked = _approval_asked(view, call)
    if not isinstance(asked, dict):
        return bool(asked == "always")
    always, never = _named(asked, "always"), _named(asked, "never")
    if call.get("name") in (always or ()):
        return True
    by_names = asked.get("always") is None and never is not None and at(asked, "never", "read_only") in (None, MISSING)
    return by_names and call.get("name") not in (never or ())


def _is_free(view: View, call: dict[str, Any]) -> bool:
    """True if the tool may be called unasked: all are, or its name says so."""
    asked = _approval_asked(view, call)
    if not isinstance(asked, dict):
        return bool(asked == "never")
    free = call.get("name") in (_named(asked, "never") or ()) and at(asked, "never", "read_only") in (None, MISSING)
    return free and asked.get("always") is None


@shared
def _approvable(view: View) -> list[Place]:
    return [*labelled(view, "mcp_call", "mcp_approval_request")]


@shared
def _approving(view: View) -> list[Place]:
    """The calls that name an approval, where the request shows all that were given."""
    calls = labelled(view, "mcp_call") if shows_all(view) else ()
    return [(where, call) for where, call in calls if isinstance(call.get("approval_request_id"), str)]


@rule(
    "mcp.approval",
    when=lambda view: any(_is_bound(view, call) for _, call in _approvable(view)) or bool(_approving(view)),
)
def approval(view: View) -> Iterator[Finding]:
    """A tool that needs approval is not called without it, and none is called with one that was never given."""
    for where, call in labelled(view, "mcp_call"):
        if not isinstance(call.get("approval_request_id"), str) and _is_bound(view, call):
            expected = "the id of an approval, as the request demands one"
            received = show(call.get("approval_request_id", MISSING))
            yield Finding(view.where(f"{where}/approval_request_id"), expected, received)
    responses = [item for item in sent_items(view, "mcp_approval_response") if item.get("approve") is True]
    # That a call was made which has just been refused is said by another rule.
    answered = [*(item.get("approval_request_id") for item in responses), *decided(view, approve=False)]
    for where, call in _approving(view):
        if call["approval_request_id"] not in answered:
            expected = "the id of an approval that the request gives"
            yield Finding(view.where(f"{where}/approval_request_id"), expected, show(call["approval_request_id"], 80))


@rule("mcp.needless_approval", when=lambda view: any(_is_free(view, call) for _, call in _approvable(view)))
def needless_approval(view: View) -> Iterator[Finding]:
    """A tool that may be called unasked is called and not asked for."""
    for where, call in labelled(view, "mcp_approval_request"):
        if _is_free(view, call):
            expected = f"a call of {show(call.get('name'), 40)}, which needs no approval"
            yield Finding(view.where(where), expected, '"mcp_approval_request"')


@rule(
    "mcp.approved",
    when=lambda view: view.status == "completed" and bool(decided(view, approve=True)) and not is_excused(view),
)
def approved(view: View) -> Iterator[Finding]:
    """What was approved is called once, as it was approved and under the id of its approval."""
    limit = view.asked("max_tool_calls")
    # What is approved beyond the limit cannot be called.
    for id_ in decided(view, approve=True)[: limit if isinstance(limit, int) else None]:
        calls = [place for place in view.items_of("mcp_call") if place[1].get("approval_request_id") == id_]
        if not calls:
            expected = f"an mcp_call with the approval_request_id {show(id_, 80)}"
            yield Finding(view.where("/output"), expected, item_types(view))
        for where, _ in calls[1:]:
            yield Finding(view.where(where), f"one call under the approval {show(id_, 80)}", "another one")
        requests = [item for item in sent_items(view, "mcp_approval_request") if item.get("id") == id_]
        for where, call in calls[:1] if requests else ():
            for member in ("server_label", "name", "arguments"):
                wanted, made = requests[0].get(member), call.get(member)
                if isinstance(wanted, str) and not _agree(wanted, made):
                    yield Finding(view.where(f"{where}/{member}"), f"{show(wanted)}, as it was approved", show(made))


def _agree(one: str, other: Any) -> bool:
    """True if two texts are the same, or the same JSON."""
    return one == other or (isinstance(other, str) and same(read_json(one), read_json(other)))


@rule("mcp.refused", when=lambda view: bool(view.response) and bool(decided(view, approve=False)))
def refused(view: View) -> Iterator[Finding]:
    """What was not approved is not called: not under the id of its approval, and not without one."""
    ids = decided(view, approve=False)
    asked = [item for item in sent_items(view, "mcp_approval_request") if item.get("id") in ids]
    tools = [(item.get("server_label"), item.get("name")) for item in asked]
    for where, call in view.items_of("mcp_call"):
        id_ = call.get("approval_request_id")
        if id_ in ids or (id_ is None and (call.get("server_label"), call.get("name")) in tools):
            yield Finding(view.where(where), "no call that was not approved", show(call.get("name")))
