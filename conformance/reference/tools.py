"""Declared tools: which are accepted, how they are echoed, and which of them the answer has to call."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from conformance.reference.generate import NoInstance, instance
from conformance.reference.refusal import invalid
from conformance.reference.strict import check_schema, completed

DOCUMENTED: Final = ("function", "custom", "apply_patch", "shell", "image_generation", "mcp", "web_search")
NO_PARAMETERS: Final[dict[str, Any]] = {
    "type": "object",
    "properties": {},
    "required": [],
    "additionalProperties": False,
}
# What the echo of a tool holds where the request left it out.
DEFAULTS: Final[Mapping[str, Mapping[str, Any]]] = {
    "function": {"description": None},
    "custom": {"description": None, "format": {"type": "text"}},
    "image_generation": {
        "background": "auto",
        "model": "gpt-image-1",
        "moderation": "auto",
        "n": 1,
        "output_compression": 100,
        "output_format": "png",
        "quality": "auto",
        "size": "auto",
    },
    "mcp": {"allowed_tools": None, "require_approval": "always", "server_description": None},
    "web_search": {
        "search_context_size": "medium",
        "user_location": {"type": "approximate", "city": None, "country": "US", "region": None, "timezone": None},
    },
}
# Members that may hold a secret; the first is not sent back at all, the second only as null.
SECRET: Final = ("authorization", "headers")
# A tool_choice type that stands for tools of another type.
CHOSEN_AS: Final[Mapping[str, tuple[str, ...]]] = {
    "web_search_preview": ("web_search",),
    "web_search_preview_2025_03_11": ("web_search",),
}
PARALLEL_CALLS: Final = 2


@dataclass(frozen=True, slots=True)
class Call:
    """A call of a function that the answer has to hold."""

    name: str
    arguments: str


def check_tools(tools: list[dict[str, Any]]) -> None:
    """Refuse tools of an undocumented type and functions whose parameters are no schema. Raises Refusal (400)."""
    for number, tool in enumerate(tools):
        where = f"tools[{number}]"
        if tool.get("type") not in DOCUMENTED:
            raise invalid(f"{where}.type", f"supported types of tools are {', '.join(DOCUMENTED)}.")
        if tool["type"] != "function":
            continue
        if not isinstance(tool.get("name"), str) or not tool["name"]:
            raise invalid(f"{where}.name", "a function needs a name.")
        if tool.get("parameters") is not None:
            check_schema(f"{where}.parameters", tool["parameters"], strict=tool.get("strict") is True)


def echoed(tool: dict[str, Any]) -> dict[str, Any]:
    """A tool as the answer repeats it: defaults filled in, secrets left out."""
    whole = {**DEFAULTS.get(tool["type"], {}), **{key: value for key, value in tool.items() if key != SECRET[0]}}
    if tool["type"] == "function":
        parameters = tool.get("parameters")
        if tool.get("strict") is None:
            strict = completed(NO_PARAMETERS if parameters is None else parameters)
            whole |= {"strict": strict is not None, "parameters": parameters if strict is None else strict}
        else:
            whole["parameters"] = parameters
    if tool["type"] == "mcp":
        whole[SECRET[1]] = None
    return whole


def required_calls(choice: Any, tools: list[dict[str, Any]], *, parallel: bool) -> tuple[Call, ...]:
    """The functions that the choice of tools makes the answer call, with arguments made from their parameters.

    Raises Refusal (400) for a choice that names a tool that was not declared.
    """
    if choice == "required":
        if not tools:
            raise invalid("tool_choice", "'required' needs at least one tool in 'tools'.")
        return _calls(tools, PARALLEL_CALLS if parallel else 1)
    if not isinstance(choice, dict):
        return ()
    if choice.get("type") == "allowed_tools":
        allowed = [tool for one in choice.get("tools") or () for tool in _chosen(one, tools, "tool_choice.tools")]
        return _calls(allowed, PARALLEL_CALLS if parallel else 1) if choice.get("mode") == "required" else ()
    return _calls(_chosen(choice, tools, "tool_choice"), 1)


def _chosen(choice: Any, tools: list[dict[str, Any]], where: str) -> list[dict[str, Any]]:
    """The declared tools that a choice stands for."""
    kind = choice.get("type") if isinstance(choice, dict) else None
    found = [
        tool
        for tool in tools
        if isinstance(kind, str)
        and tool["type"] in CHOSEN_AS.get(kind, (kind,))
        and (kind not in {"function", "custom"} or tool.get("name") == choice.get("name"))
        and (kind != "mcp" or tool.get("server_label") == choice.get("server_label"))
    ]
    if not found:
        raise invalid(where, "the tool that it chooses is not among 'tools'.")
    return found


def _calls(tools: list[dict[str, Any]], limit: int) -> tuple[Call, ...]:
    functions = [tool for tool in tools if tool["type"] == "function"]
    return tuple(Call(tool["name"], _arguments(tool)) for tool in functions[:limit])


def _arguments(tool: dict[str, Any]) -> str:
    try:
        made = instance({"type": "object", **(echoed(tool)["parameters"] or NO_PARAMETERS)})
    except NoInstance as error:
        raise invalid("tools", f"for the parameters of the function '{tool['name']}', {error}.") from None
    return json.dumps(made, ensure_ascii=False, separators=(",", ":"))
