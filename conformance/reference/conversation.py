"""What the input of a request holds: its last words, what came behind them, and whether calls and outputs fit."""

import re
from typing import Any, Final

from conformance.reference.refusal import invalid

Item = dict[str, Any]
OUTPUT: Final = re.compile(r"(function|custom_tool|apply_patch|shell|computer)_call_output")
APPROVAL: Final = "mcp_approval_response"


def items(body: dict[str, Any]) -> list[Item]:
    """The items of the input. A text is the message of a user."""
    given = body.get("input")
    return [{"role": "user", "content": given}] if isinstance(given, str) else list(given or ())


def question(body: dict[str, Any]) -> str:
    """The text of the last message of the user, empty where something that is no message came behind it."""
    for item in reversed(items(body)):
        if item.get("role") == "user":
            return text_of(item.get("content"))
        if OUTPUT.fullmatch(_kind(item)) or _kind(item) == APPROVAL:
            break
    return ""


def text_of(content: Any) -> str:
    """The text in the content of a message."""
    if isinstance(content, str):
        return content
    return " ".join(part["text"] for part in content or () if isinstance(part.get("text"), str))


def outputs_at_end(given: Any) -> int:
    """How many outputs of calls an input ends with."""
    count = 0
    found: list[Item] = given if isinstance(given, list) else []
    for item in reversed(found):
        if not OUTPUT.fullmatch(_kind(item)):
            break
        count += 1
    return count


def approved(body: dict[str, Any]) -> list[Item]:
    """The calls that the end of the input approves, as they were requested."""
    given = items(body)
    requested = {item["id"]: item for item in given if _kind(item) == "mcp_approval_request"}
    found: list[Item] = []
    for item in reversed(given):
        if _kind(item) != APPROVAL:
            break
        if item["approve"]:
            found.insert(0, requested[item["approval_request_id"]])
    return found


def check_outputs(body: dict[str, Any]) -> None:
    """Refuse an output for a call, and an answer to a request for approval, that is not in the input before it.

    Raises Refusal (400).
    """
    known: set[tuple[str, Any]] = set()
    for number, item in enumerate(items(body)):
        kind = _kind(item)
        known.add((kind, item.get("id" if kind == "mcp_approval_request" else "call_id")))
        if OUTPUT.fullmatch(kind):
            wanted = (kind.removesuffix("_output"), item.get("call_id"))
        elif kind == APPROVAL:
            wanted = ("mcp_approval_request", item["approval_request_id"])
        else:
            continue
        if wanted not in known:
            problem = f"no {wanted[0]} with the id '{str(wanted[1])[:100]}' was found before it."
            raise invalid(f"input[{number}]", problem)


def _kind(item: Item) -> str:
    return str(item.get("type"))
