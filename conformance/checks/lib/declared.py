"""The tools that an answer may call: those that the request declares, that the answer repeats, and that items carry."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from conformance.checks.lib.view import Place, View
from conformance.wire.json_values import MISSING, at, at_list

CALLED: Final[dict[str, tuple[str, ...]]] = {
    "apply_patch_call": ("apply_patch",),
    "code_interpreter_call": ("code_interpreter",),
    "computer_call": ("computer", "computer_use", "computer_use_preview"),
    "custom_tool_call": ("custom",),
    "file_search_call": ("file_search",),
    "function_call": ("function",),
    "image_generation_call": ("image_generation",),
    "local_shell_call": ("local_shell",),
    "mcp_approval_request": ("mcp",),
    "mcp_call": ("mcp",),
    "shell_call": ("shell",),
    "tool_search_call": ("tool_search",),
    "web_search_call": ("web_search", "web_search_preview"),
}
"""The types of items that call a tool, and the types of tools that each can call."""

CLIENT_CALLS: Final = (
    "function_call",
    "custom_tool_call",
    "computer_call",
    "local_shell_call",
    "shell_call",
    "apply_patch_call",
)
"""Calls that the client may have to answer, by their ``call_id``."""

CARRIERS: Final = ("additional_tools", "tool_search_output")
"""Items that bring tools with them."""


def base_type(tool: Any) -> str:
    """The type of a tool or of a choice without a date (``web_search_preview_2025_03_11``), "" where there is none."""
    kind = at(tool, "type")
    return re.sub(r"_\d{4}_\d{2}_\d{2}$", "", kind) if isinstance(kind, str) else ""


def name_of(value: Any, member: str = "name") -> str | None:
    """A name in a tool, a choice or a call, or None where it has none."""
    name = at(value, member)
    return name if isinstance(name, str) else None


def setting(view: View, name: str, *path: str | int) -> Any:
    """A setting as it was sent, or as the answer repeats it where the request's body was not kept."""
    value = view.asked(name, *path) if view.body else at(view.response, name, *path)
    return MISSING if value is None else value


def carried(view: View) -> Iterator[dict[str, Any]]:
    """The tools that items of the request and of the answer bring."""
    for item in [*at_list(view.body, "input"), *at_list(view.response, "output")]:
        if at(item, "type") in CARRIERS:
            yield from (tool for tool in at_list(item, "tools") if isinstance(tool, dict))


def tools(view: View) -> Iterator[dict[str, Any]]:
    """Every tool that may be called: as it was sent first, then as the answer repeats it, then what items bring."""
    for place in (view.body, view.response):
        yield from (tool for tool in at_list(place, "tools") if isinstance(tool, dict))
    yield from carried(view)


def in_namespace(view: View, namespace: str) -> list[dict[str, Any]] | None:
    """The tools of a namespace, or None if nobody has declared it."""
    found = [at_list(tool, "tools") for tool in tools(view) if is_namespace(tool) and tool.get("name") == namespace]
    return [tool for each in found for tool in each if isinstance(tool, dict)] if found else None


def is_namespace(tool: dict[str, Any]) -> bool:
    """True for a group of tools."""
    return tool.get("type") == "namespace"


def candidates(view: View, call: dict[str, Any]) -> list[dict[str, Any]] | None:
    """The tools of the kind that a call needs, or None where a namespace that nobody declared hides them."""
    kinds = CALLED.get(str(call.get("type")), ())
    namespace = name_of(call, "namespace")
    found: list[dict[str, Any]] | None
    if namespace is not None:
        found = in_namespace(view, namespace)
    else:
        found = [*tools(view)]
        inner = [each for tool in found if is_namespace(tool) for each in at_list(tool, "tools")]
        found += [tool for tool in inner if isinstance(tool, dict)]
    return None if found is None else [tool for tool in found if base_type(tool) in kinds]


def finished(view: View, *types: str) -> list[Place]:
    """Pointer and item of each call of some types that is there to its end."""
    whole = view.status == "completed"
    return [
        (pointer, call)
        for pointer, call in view.items_of(*types)
        if call.get("status") == "completed" or (whole and call.get("status") not in ("incomplete", "failed"))
    ]


def declared(view: View, kind: str) -> list[dict[str, Any]]:
    """The tools of a type as the request declares them, or as the answer repeats them where its body was not kept."""
    return [tool for tool in at_list(view.body or view.response, "tools") if base_type(tool) == kind]


def called_tool(view: View, call: dict[str, Any]) -> dict[str, Any] | None:
    """The tool that a call names, as it was sent if it was, else as the answer repeats it."""
    return next((tool for tool in candidates(view, call) or () if name_of(tool) == name_of(call)), None)


def labelled(view: View, *types: str) -> Iterator[Place]:
    """The output items of some types that name an MCP server."""
    return ((where, item) for where, item in view.items_of(*types) if name_of(item, "server_label") is not None)
