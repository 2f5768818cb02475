"""The few ways in which a request is read as another one, so that what has to be refused is answered."""

from collections.abc import Callable
from types import UnionType
from typing import Any, Final

from conformance.reference.reply import RequestEdit
from conformance.wire.edit import GONE, Edit, put

EACH_PART: Final = "/input/*/content/*"
"""Where the parts of messages stand in a request."""

MODEL: Final = "system.ai.gpt-5-4"
"""A model that is there."""

LEAST: Final = 16
"""The least max_output_tokens that there is."""


def ignoring(*names: str) -> RequestEdit:
    """Reads a request as if it did not hold some members."""
    return lambda body: {name: value for name, value in body.items() if name not in names}


def setting(path: str, kind: type | UnionType, made: Callable[[Any], Any]) -> RequestEdit:
    """Reads a request as if a setting of some type was what a function makes of it."""
    return put(path, lambda value: made(value) if isinstance(value, kind) else value)


def each_tool(edit: Edit) -> RequestEdit:
    """Reads a request as if its tools were others; an edit that gives GONE leaves a tool out."""
    return lambda body: put("/tools/*", edit)(body) if body.get("tools") else body


def each_tool_of(kind: str, **members: Any) -> RequestEdit:
    """Reads a request as if its tools of a type had these members."""
    return each_tool(lambda tool: tool | members if tool.get("type") == kind else tool)


def calling_none(*kinds: str) -> RequestEdit:
    """Reads a request as if no tool had to be called, where the tools are of these types."""

    def request_edit(body: dict[str, Any]) -> dict[str, Any]:
        declared = {tool.get("type") for tool in body.get("tools") or ()}
        must = declared == {*kinds} and body.get("tool_choice") == "required"
        return {**body, "tool_choice": "none"} if must else body

    return request_edit


def without_parts(kind: str) -> RequestEdit:
    """Reads a request as if its messages held no parts of a type."""
    return put(EACH_PART, lambda part: GONE if part.get("type") == kind else part)
