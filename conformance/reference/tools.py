"""Declared tools: which are accepted, and how they are echoed."""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from conformance.reference.grammar import WrongGrammar, compiled
from conformance.reference.image import ENCODING, QUALITIES
from conformance.reference.refusal import invalid
from conformance.reference.strict import check_schema, completed

DOCUMENTED: Final = ("function", "custom", "apply_patch", "shell", "image_generation", "mcp", "web_search")
NO_PARAMETERS: Final[dict[str, Any]] = {
    "type": "object",
    "properties": {},
    "required": [],
    "additionalProperties": False,
}
NOWHERE: Final = dict.fromkeys(("city", "country", "region", "timezone"))
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
        "user_location": {"type": "approximate", **NOWHERE, "country": "US"},
    },
}
NO_FILTER: Final = dict.fromkeys(("read_only", "tool_names"))
# What the echo fills in where an object inside a tool leaves members out.
NESTED: Final[Mapping[tuple[str, ...], Mapping[str, Any]]] = {
    ("web_search", "user_location"): {
        "type": "approximate",
        "city": None,
        "country": None,
        "region": None,
        "timezone": None,
    },
    ("mcp", "allowed_tools"): NO_FILTER,
    ("mcp", "require_approval"): {"always": None, "never": None},
    ("mcp", "require_approval", "always"): NO_FILTER,
    ("mcp", "require_approval", "never"): NO_FILTER,
}
SIZE: Final = re.compile(r"([1-9]\d{0,3})x([1-9]\d{0,3})", re.ASCII)
MAX_SIDE: Final = 4096
BACKGROUNDS: Final = ("opaque", "transparent")
MAX_PARTIAL_IMAGES: Final = 3
# Members that may hold a secret; the first is not sent back at all, the second only as null.
SECRET: Final = ("authorization", "headers")


def check_tools(tools: list[dict[str, Any]]) -> None:
    """Refuse tools of an undocumented type and tools that cannot be called. Raises Refusal (400)."""
    known: set[tuple[str, str | None]] = set()
    for number, tool in enumerate(tools):
        where = f"tools[{number}]"
        if tool.get("type") not in DOCUMENTED:
            raise invalid(f"{where}.type", f"supported types of tools are {', '.join(DOCUMENTED)}.")
        CHECKS.get(tool["type"], _no_check)(where, tool)
        # Two of a name could not be told apart.
        for member in ("name", "server_label"):
            name = tool.get(member)
            if name is not None and (member, name) in known:
                raise invalid(f"{where}.{member}", f"another tool has '{name[:100]}' too.")
            known.add((member, name))


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
    for (kind, *path), members in NESTED.items():
        if kind == tool["type"]:
            _complete(whole, path, members)
    return whole


def _complete(value: dict[str, Any], path: list[str], members: Mapping[str, Any]) -> None:
    """Fill in what an object at a path leaves out. Nothing is changed in place but ``value``."""
    step, *rest = path
    inner = value.get(step)
    if not isinstance(inner, dict):
        return
    value[step] = {**inner}
    if rest:
        _complete(value[step], rest, members)
    else:
        value[step] = {**members, **inner}


# --- what can be called


def _no_check(_: str, __: dict[str, Any]) -> None:
    """Nothing can be wrong."""


def _check_name(where: str, tool: dict[str, Any]) -> None:
    if not isinstance(tool.get("name"), str) or not tool["name"]:
        raise invalid(f"{where}.name", f"a {tool['type']} tool needs a name.")


def _check_function(where: str, tool: dict[str, Any]) -> None:
    _check_name(where, tool)
    if tool.get("parameters") is not None:
        strict = tool.get("strict") is True
        check_schema(f"{where}.parameters", tool["parameters"], "invalid_function_parameters", strict=strict)


def _check_custom(where: str, tool: dict[str, Any]) -> None:
    _check_name(where, tool)
    form = tool.get("format") or {}
    if form.get("type") == "grammar":
        try:
            compiled(form["syntax"], form["definition"])
        except WrongGrammar as error:
            raise invalid(f"{where}.format.definition", f"the grammar does not compile: {error}.") from None


def _check_shell(where: str, tool: dict[str, Any]) -> None:
    if (tool.get("environment") or {"type": "local"})["type"] != "local":
        raise invalid(f"{where}.environment", "only the environment 'local' is supported, there are no containers.")


def _check_image_generation(where: str, tool: dict[str, Any]) -> None:
    size = tool.get("size", "auto")
    found = SIZE.fullmatch(size)
    if size != "auto" and not (found and max(int(found[1]), int(found[2])) <= MAX_SIDE):
        raise invalid(f"{where}.size", "expected 'auto' or a size such as '1024x1024'.")
    for name, known in (("output_format", ENCODING), ("quality", QUALITIES), ("background", BACKGROUNDS)):
        if tool.get(name, "auto") not in ("auto", *known):
            raise invalid(f"{where}.{name}", f"supported values are {', '.join(known)}.")
    if tool.get("background") == "transparent" and tool.get("output_format") == "jpeg":
        raise invalid(f"{where}.background", "a JPEG image cannot be transparent.")
    count = tool.get("partial_images") or 0
    # To a JSON Schema 2.0 is an integer.
    if isinstance(count, float) or not 0 <= count <= MAX_PARTIAL_IMAGES:
        raise invalid(f"{where}.partial_images", f"expected 0 to {MAX_PARTIAL_IMAGES}.")


CHECKS: Final[Mapping[str, Callable[[str, dict[str, Any]], None]]] = {
    "function": _check_function,
    "custom": _check_custom,
    "shell": _check_shell,
    "image_generation": _check_image_generation,
}
