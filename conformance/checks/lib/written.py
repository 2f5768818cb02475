"""What a model wrote, wherever it stands: in the output, and in the pieces of a stream where the output lacks it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from conformance.checks.lib.view import View, parts_of, shared
from conformance.wire.json_values import at, at_list

MESSAGE: Final = "message"
REASONING: Final = "reasoning"
CALL: Final = "call"
NAME: Final = "name"

MAX_TEXTS: Final = 500
"""Texts of one answer that are looked at, and characters of each, so that no answer takes for ever."""

MAX_LENGTH: Final = 200_000

STREAMED: Final[dict[str, str]] = {
    "output_text": MESSAGE,
    "refusal": MESSAGE,
    "reasoning_text": REASONING,
    "reasoning_summary_text": REASONING,
    "function_call_arguments": CALL,
    "mcp_call_arguments": CALL,
    "custom_tool_call_input": CALL,
}
"""The texts that come in pieces, by the name in their events, and what each is."""

EVENTS: Final = {f"response.{name}.{end}": (name, end) for name in STREAMED for end in ("delta", "done")}
"""The types of their events."""

PLACE: Final = ("output_index", "item_id", "content_index", "summary_index")
"""Members of events by which the pieces of a text belong together."""

OF_TOOLS: Final = ("output", "outputs", "results", "tools", "error", "queries")
"""Members of output items that hold what tools said, which a model may repeat."""


@dataclass(frozen=True, slots=True)
class Written:
    """A text: where it stands in the exchange, what it is (a message, reasoning, what a call brings, a name)."""

    where: str
    kind: str
    text: str


def written(view: View, *kinds: str) -> list[Written]:
    """The texts of an answer that are not empty, of some kinds or of all, each once."""
    return [one for one in _written(view) if not kinds or one.kind in kinds]


@shared
def _written(view: View) -> tuple[Written, ...]:
    found: list[Written] = []
    seen: set[str] = set()
    for where, kind, text in _in_output(view):
        found.append(Written(view.where(where), kind, text[:MAX_LENGTH]))
        seen.add(text)
    for where, kind, text in _in_stream(view):
        if text not in seen:
            found.append(Written(where, kind, text[:MAX_LENGTH]))
            seen.add(text)
    return tuple(found[:MAX_TEXTS])


def _in_output(view: View) -> Iterator[tuple[str, str, str]]:
    for where, item in view.items:
        for inside, kind, text in of_item(item):
            yield where + inside, kind, text


def of_item(item: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    """The texts of an item that are not empty: pointer in it, kind and text."""
    for inside, part in parts_of(item):
        yield from _texts(
            (f"{inside}/text", MESSAGE, part.get("text")), (f"{inside}/refusal", MESSAGE, part.get("refusal"))
        )
    kind = str(item.get("type"))
    if kind == "reasoning":
        for member in ("summary", "content"):
            for index, part in enumerate(at_list(item, member)):
                yield from _texts((f"/{member}/{index}/text", REASONING, at(part, "text")))
    elif kind.endswith("_call") or kind == "mcp_approval_request":
        yield from _texts(
            ("/name", NAME, item.get("name")),
            ("/arguments", CALL, item.get("arguments")),
            ("/input", CALL, item.get("input")),
            ("/operation/diff", CALL, at(item, "operation", "diff")),
        )


def _texts(*places: tuple[str, str, Any]) -> Iterator[tuple[str, str, str]]:
    return ((where, kind, text) for where, kind, text in places if isinstance(text, str) and text)


def _in_stream(view: View) -> Iterator[tuple[str, str, str]]:
    """What the events say: the whole of each text, and its pieces joined."""
    pieces: dict[tuple[Any, ...], tuple[str, str, list[str]]] = {}
    wholes: list[tuple[str, str, str]] = []
    for step in view.timeline.steps:
        if (streamed := EVENTS.get(step.type)) is None:
            continue
        name, end = streamed
        kind = STREAMED[name]
        if end == "delta" and isinstance(piece := step.json.get("delta"), str):
            key = (name, *(str(step.json.get(member)) for member in PLACE))
            pieces.setdefault(key, (step.where("/delta"), kind, []))[2].append(piece)
        elif end == "done":
            for member in ("text", "refusal", "arguments", "input"):
                wholes += _texts((step.where(f"/{member}"), kind, step.json.get(member)))
    yield from wholes
    yield from _texts(*((where, kind, _paired("".join(texts))) for where, kind, texts in pieces.values()))


def _paired(text: str) -> str:
    """The text with the halves of a character put together that two pieces held; a half alone stays one."""
    return text if text.isascii() else text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")


@shared
def known(view: View) -> str:
    """All that a model may repeat: the request as it was sent and as text, and what tools and stored settings said."""
    content = (view.exchange.request.content or b"").decode("utf-8", "replace")
    said: list[Any] = [view.body, at(view.response, "instructions"), at(view.response, "prompt")]
    said += [at(view.response, "tools"), at(view.response, "text", "format")]
    said += [item[name] for _, item in view.items for name in OF_TOOLS if name in item]
    return "\u2028".join([content, *(text for value in said for text in strings(value))])


def strings(value: Any) -> Iterator[str]:
    """Every string that is a value in a JSON value."""
    left = [value]
    while left:
        each = left.pop()
        if isinstance(each, str):
            yield each
        elif isinstance(each, dict):
            left += each.values()
        elif isinstance(each, list):
            left += each


def holds(view: View, text: str) -> bool:
    """True if a text stands in what a model may repeat, as itself or escaped in JSON."""
    return text in known(view) or json.dumps(text)[1:-1] in known(view)
