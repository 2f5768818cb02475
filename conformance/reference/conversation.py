"""What the input of a request holds: its last words, what came behind them, and whether its items fit together."""

import re
from typing import Any, Final

from conformance.reference.refusal import invalid

Item = dict[str, Any]
OUTPUT: Final = re.compile(r"(function|custom_tool|apply_patch|shell|computer)_call_output")
REQUEST: Final = "mcp_approval_request"
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
    requested = {item["id"]: item for item in given if _kind(item) == REQUEST}
    found: list[Item] = []
    for item in reversed(given):
        if _kind(item) != APPROVAL:
            break
        if item["approve"]:
            found.insert(0, requested[item["approval_request_id"]])
    return found


def check_input(body: dict[str, Any]) -> None:
    """Refuse what refers to something that is not in the input, as nothing is stored here. Raises Refusal (400).

    That is an output without its call before it, an answer without an open request for approval, and a reasoning item
    of which only the id is sent back.
    """
    known: set[tuple[str, Any]] = set()
    for number, item in enumerate(items(body)):
        where, kind = f"input[{number}]", _kind(item)
        if kind == "reasoning" and item.get("id") and not item.get("encrypted_content"):
            raise invalid(where, f"nothing is stored under '{item['id'][:100]}', and it has no encrypted_content.")
        known.add((kind, item.get("id" if kind == REQUEST else "call_id")))
        if OUTPUT.fullmatch(kind):
            wanted = (kind.removesuffix("_output"), item.get("call_id"))
        elif kind == APPROVAL:
            wanted = (REQUEST, item["approval_request_id"])
        else:
            continue
        if wanted not in known:
            raise invalid(where, f"no {wanted[0]} with the id '{str(wanted[1])[:100]}' waits for it.")
        if kind == APPROVAL:
            known.remove(wanted)


def _kind(item: Item) -> str:
    return str(item.get("type"))
