"""Turns of a conversation whose state is kept by the client: what goes back behind an answer. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from conformance.verdict import Ended
from conformance.wire.json_values import at

APPROVAL: Final = "mcp_approval_response"
APPROVAL_REQUEST: Final = "mcp_approval_request"

Item = Mapping[str, Any]


def continued(
    sent: str | Sequence[Item], output: Sequence[Any], items: Sequence[str | Item], leave_out: str | None = None
) -> list[Any]:
    """The input of the next turn: the one before, the output as it came, and what answers it.

    A text is a message of the user. Output items of the type ``leave_out`` are not sent back. Raises Ended.
    """
    before = [_message(sent)] if isinstance(sent, str) else [*sent]
    kept = [item for item in output if at(item, "type") != leave_out]
    return [*before, *kept, *(made for item in items for made in answering(item, output))]


def answering(item: str | Item, output: Sequence[Any]) -> Iterator[dict[str, Any]]:
    """An item as it is sent back: an ``…_output`` once for each ``…_call`` of the output, with its ``call_id``.

    An approval is sent once for each request for it. Raises Ended if the output holds nothing that it answers.
    """
    if isinstance(item, str):
        yield _message(item)
        return
    kind = str(item["type"])
    if kind == APPROVAL:
        answered, name, source = APPROVAL_REQUEST, "approval_request_id", "id"
    else:
        answered, name, source = kind.removesuffix("_output"), "call_id", "call_id"
    calls = [call for call in output if at(call, "type") == answered]
    if not calls:
        raise Ended(f"the answer holds no {answered} that could be answered")
    for call in calls:
        if not isinstance(at(call, source), str):
            raise Ended(f"the {answered} has no {source} that an answer could name")
        yield {**item, name: call[source]}


def holds(output: Sequence[Any], items: Sequence[Item]) -> bool:
    """True if the output holds these items in this order, others aside. An item is given by members that it has."""
    left = iter(output)
    return all(any(_has(item, wanted) for item in left) for wanted in items)


def _has(value: Any, wanted: Any) -> bool:
    """True if a value has the members that are wanted of it; for each element of a list one that fits will do."""
    if isinstance(wanted, Mapping):
        return isinstance(value, dict) and all(key in value and _has(value[key], part) for key, part in wanted.items())
    if isinstance(wanted, list):
        return isinstance(value, list) and all(any(_has(one, part) for one in value) for part in wanted)
    return bool(value == wanted)


def _message(text: str) -> dict[str, Any]:
    return {"role": "user", "content": text}
