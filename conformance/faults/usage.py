"""Faults of the usage, and of what it tells: that something of the input is not read."""

from collections.abc import Callable
from typing import Any, Final

from conformance.faults.lib.fault import ELSEWHERE, Fault
from conformance.faults.lib.rows import costing, counting
from conformance.reference.edits.asked import OUTPUT
from conformance.reference.edits.replies import is_plain, on_final, on_plain_answer, only_if, where_sent
from conformance.reference.edits.requests import ignoring
from conformance.reference.reply import Reply, RequestEdit
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


def _spending(usage: dict[str, Any], tokens: int) -> dict[str, Any]:
    """A usage with so many tokens of the output, and the sum that this gives."""
    total = usage["input_tokens"] + tokens
    return usage | {"output_tokens": tokens, "output_tokens_details": {"reasoning_tokens": 0}, "total_tokens": total}


ROOM: Final = 2_000


def _is_told_briefly(reply: Reply) -> bool:
    """True for a plain answer that is far shorter than it might be."""
    limit = reply.asked.get("max_output_tokens")
    return is_plain(reply) and isinstance(limit, int) and limit > ROOM + 2 * len(str(reply.asked["input"]))


def _to_the_limit(reply: Reply) -> Reply:
    limit = reply.asked["max_output_tokens"]
    return on_final(put("/usage", lambda usage: _spending(usage, limit)))(reply)


def _cut_early(response: dict[str, Any]) -> dict[str, Any]:
    """An answer that was cut off while the model thought, with a quarter of what it costs."""
    if response["status"] != "incomplete" or any(item["type"] == "message" for item in response["output"]):
        return response
    return response | {"usage": _spending(response["usage"], response["usage"]["output_tokens"] // 4)}


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
    _unread("earlier-turns", "All items but the last are", _items(lambda items: items[-1:]), "links.input_tokens"),
    _unread("instructions", "Instructions are", ignoring("instructions")),
    _unread("system-messages", "Messages of the system and the developer are", _but("system", "developer")),
    _unread("assistant-messages", "Earlier answers are", _but("assistant")),
    _unread(
        "tool-outputs",
        "What tools gave out is",
        _items(lambda items: [item for item in items if not str(item.get("type")).endswith(OUTPUT)]),
        "round_trips.image_read",
    ),
    Fault(
        "output-not-counted",
        "No token of the output is counted.",
        ("usage.written",),
        on_plain_answer(put("/usage", lambda usage: _spending(usage, 0))),
        seen=ELSEWHERE,
    ),
    Fault(
        "output-of-others",
        "The output costs what is not in it.",
        ("usage.not_written",),
        only_if(_is_told_briefly, _to_the_limit),
    ),
    Fault(
        "input-of-others",
        "The input costs what was not sent.",
        ("usage.not_sent",),
        where_sent("/instructions", only_if(is_plain, costing(500_000))),
    ),
    Fault(
        "cut-at-a-quarter",
        "An answer is cut off for its tokens long before they are used.",
        ("usage.cut_early",),
        on_final(_cut_early),
    ),
)
