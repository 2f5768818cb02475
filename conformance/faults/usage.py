"""Faults of the usage, and of what it tells: that something of the input is not read."""

from collections.abc import Callable
from typing import Any, Final

from conformance.faults.lib.fault import ELSEWHERE, Fault
from conformance.faults.lib.rows import counting
from conformance.reference.edits.asked import OUTPUT
from conformance.reference.edits.replies import on_final
from conformance.reference.edits.requests import ignoring
from conformance.reference.reply import RequestEdit
from conformance.wire.edit import put

LONG: Final = 50_000


def _unread(name: str, what: str, read: RequestEdit, *more: str) -> Fault:
    """The answer is made from what is left of a request, whose tokens alone are counted."""
    sentence = f"{what} passed over in silence."
    return Fault(f"{name}-dropped", sentence, ("usage.words", *more), counting(read), seen=ELSEWHERE)


def _items(are_read: Callable[[list[Any]], list[Any]]) -> RequestEdit:
    """A request of which only some items are read."""
    return lambda body: {**body, "input": are_read(body["input"])} if isinstance(body["input"], list) else body


def _but(*roles: str) -> RequestEdit:
    return _items(lambda items: [item for item in items if item.get("role") not in roles])


FAULTS: Final = (
    Fault(
        "total-off-by-one",
        "The total of the tokens is one too many.",
        ("usage.total",),
        on_final(put("/usage/total_tokens", lambda total: total + 1)),
    ),
    Fault(
        "total-without-reasoning",
        "The total leaves the tokens of the output out.",
        ("usage.total",),
        on_final(put("/usage/total_tokens", 1)),
    ),
    _unread(
        "long-text", "A long text is", lambda body: body | ({"input": ""} if len(str(body["input"])) > LONG else {})
    ),
    _unread("earlier-turns", "All items but the last are", _items(lambda items: items[-1:])),
    _unread("instructions", "Instructions are", ignoring("instructions")),
    _unread("system-messages", "Messages of the system and the developer are", _but("system", "developer")),
    _unread("assistant-messages", "Earlier answers are", _but("assistant")),
    _unread(
        "tool-outputs",
        "What tools gave out is",
        _items(lambda items: [item for item in items if not str(item.get("type")).endswith(OUTPUT)]),
        "round_trips.image_read",
    ),
)
