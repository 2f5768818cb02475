"""Which of the declared tools the answer has to call."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from conformance.reference.conversation import approved, question
from conformance.reference.refusal import invalid

Tool = dict[str, Any]
# A tool_choice type that stands for tools of another type.
CHOSEN_AS: Final[Mapping[str, tuple[str, ...]]] = {
    "web_search_preview": ("web_search",),
    "web_search_preview_2025_03_11": ("web_search",),
}
NAMED: Final = ("function", "custom")
# Tools whose calls wait for the client.
CLIENT: Final = (*NAMED, "apply_patch", "shell")
PARALLEL_CALLS: Final = 2


@dataclass(frozen=True, slots=True)
class Choice:
    """The tools to call, in order. What nobody ``forced`` is announced by a message."""

    tools: tuple[Tool, ...] = ()
    forced: bool = True


def choose(body: dict[str, Any], tools: list[Tool]) -> Choice:
    """What ``tool_choice`` makes the answer call. Raises Refusal (400) for a choice of what was not declared."""
    wanted = body.get("tool_choice")
    limit = 1 if body.get("parallel_tool_calls") is False else PARALLEL_CALLS
    forced: list[Tool] = []
    offered: list[Tool] = []
    if wanted in (None, "auto"):
        offered = tools
    elif wanted == "required":
        if not tools:
            raise invalid("tool_choice", "'required' needs at least one tool in 'tools'.")
        forced = tools
    elif isinstance(wanted, dict) and wanted.get("type") == "allowed_tools":
        allowed = [tool for one in wanted.get("tools") or () for tool in _chosen(one, tools, "tool_choice.tools")]
        required = wanted.get("mode") == "required"
        if required and not allowed:
            raise invalid("tool_choice.tools", "one has to be called, and none is allowed.")
        forced, offered = (allowed, []) if required else ([], allowed)
    elif isinstance(wanted, dict):
        forced, limit = _chosen(wanted, tools, "tool_choice"), 1
    if forced and not approved(body):
        return Choice(tuple(_within(forced[:limit], body.get("max_tool_calls"))))
    text = question(body) if offered else ""
    return Choice(tuple(tool for tool in offered if _is_mentioned(tool, text))[:limit], forced=False)


def is_hosted(tool: Tool) -> bool:
    """True if the server runs the tool itself."""
    return tool["type"] not in CLIENT


def _chosen(choice: Any, tools: list[Tool], where: str) -> list[Tool]:
    """The declared tools that a choice stands for."""
    kind = choice.get("type") if isinstance(choice, dict) else None
    found = [
        tool
        for tool in tools
        if isinstance(kind, str)
        and tool["type"] in CHOSEN_AS.get(kind, (kind,))
        and (kind not in NAMED or tool.get("name") == choice.get("name"))
        and (kind != "mcp" or tool.get("server_label") == choice.get("server_label"))
    ]
    if not found:
        raise invalid(where, "the tool that it chooses is not among 'tools'.")
    if kind == "mcp" and choice.get("name") is not None:
        return [tool | {"allowed_tools": [choice["name"]]} for tool in found]
    return found


def _within(tools: list[Tool], limit: int | None) -> list[Tool]:
    """The tools without the hosted ones that go beyond the limit of calls."""
    hosted = [tool for tool in tools if is_hosted(tool)]
    beyond = [] if limit is None else hosted[limit:]
    return [tool for tool in tools if not any(tool is one for one in beyond)]


def _is_mentioned(tool: Tool, text: str) -> bool:
    name = tool["name"] if tool["type"] in NAMED else tool["type"]
    return not is_hosted(tool) and re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text) is not None
