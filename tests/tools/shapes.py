"""The shape of an exchange, as facts that can be counted: no texts, no ids, no numbers of tokens.

Facts are: the members of each kind of object, the types of their values, words of the API, how ids look; the items of
an answer, by effort and by model, and what comes behind what; how effort, tokens of reasoning, items and summaries go
together; the events of a stream, how many of each, and what follows what; statuses, codes and members of errors;
content types. A place is what is looked at, such as ``message.phase: value``. What only repeats the request is not
counted, and what is somebody else's (schemas, metadata) is not looked into.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from conformance.checks import View
from conformance.contract import load
from conformance.wire.exchange import Exchange
from conformance.wire.json_values import MISSING, at, at_list

CONTRACT = load("openai")

MIX = "items"
"""The place of the items in an answer; behind it may stand an effort or a model."""

ITEMS = "item"
"""How all places begin where items are named."""

ERROR = "error"
"""How all places of errors begin."""

LENGTH = ": length"
"""How the places of lengths end."""

OPEN = {"headers", "input_schema", "metadata", "parameters", "properties", "prompt", "schema", "variables"}
"""Members whose own members are somebody else's."""

CLOSED = {
    *("background", "detail", "effort", "moderation", "object", "output_format", "phase", "quality", "reason"),
    *("role", "search_context_size", "status", "summary", "syntax", "truncation", "type", "verbosity"),
    *("mode", "context", "service_tier", "execution"),
}
"""Members whose values are words of the API."""

DATE = re.compile(r"-\d{4}-\d{2}-\d{2}$")
ENDS = ("response.created", "response.in_progress", "response.queued", "response.completed", "response.incomplete")


@dataclass(frozen=True)
class Seen:
    """One object of a kind, and what was seen in it."""

    place: str
    values: frozenset[str]


@dataclass(frozen=True)
class Counted:
    """A number of things."""

    place: str
    number: int


Fact = Seen | Counted


def seen(place: str, *values: str) -> Seen:
    """One object in which some things were seen."""
    return Seen(place, frozenset(values))


def facts(exchange: Exchange) -> Iterator[Fact]:
    """All that is counted of an exchange."""
    view = View(exchange, CONTRACT)
    yield from _outside(view)
    if view.is_error:
        yield from _error(exchange)
    if view.response:
        yield from _object("response", {**view.response, "output": []}, view.body)
        for _, item in view.items:
            yield from _item("", item)
        yield from _mixture(view)
        yield from _reasoning(view)
    if exchange.is_stream:
        yield from _events(exchange)


def _outside(view: View) -> Iterator[Fact]:
    kind = "error" if view.is_error else "stream" if view.exchange.is_stream else "JSON"
    content_type = view.exchange.headers.get("content-type")
    if content_type is not None:
        yield seen(f"content type of {kind}", re.sub(r"\s", "", content_type.lower()))


def _error(exchange: Exchange) -> Iterator[Fact]:
    yield seen("error: status", str(exchange.status))
    error = at(exchange.json, "error")
    if isinstance(exchange.json, dict):
        yield seen("error body: members", *exchange.json)
    if isinstance(error, dict):
        yield seen("error: members", *error)
        code, param = str(error.get("code")), str(error.get("param"))
        yield seen(f"error {exchange.status}: type", str(error.get("type")))
        yield seen(f"error {code}: status", str(exchange.status))
        yield seen(f"error {code}: param", _type(error.get("param")))
        yield seen(f"error at {re.sub(r'[0-9]+', '', param)}: code", code)


# --- objects


def _kind(place: str, value: Any) -> str:
    kind = at(value, "type")
    return f"{place}[{kind}]" if isinstance(kind, str) else place


def _object(place: str, value: dict[str, Any], sent: Any = None) -> Iterator[Fact]:
    """An object and all objects in it: members, types of their values, words, and how ids look.

    ``sent`` is what the request has at this place; values that only repeat it are not counted.
    """
    yield seen(f"{place}: members", *value)
    for name, member in value.items():
        where, asked = f"{place}.{name}", at(sent, name)
        if member == asked and name != "type":
            continue
        yield seen(f"{where}: is", _type(member))
        if name in CLOSED and isinstance(member, str):
            yield seen(f"{where}: value", member)
        if isinstance(member, str) and (name == "id" or name.endswith("_id")):
            yield from _id(where, member)
        if isinstance(member, str) and name == "encrypted_content":
            yield seen(f"{where}: begins", member[:5])
        if name in OPEN:
            continue
        if isinstance(member, dict):
            yield from _object(_kind(where, member), member, asked)
        if isinstance(member, list):
            for number, one in enumerate(member):
                if isinstance(one, dict):
                    yield from _object(_kind(f"{where}[]", one), one, at(asked, number))


def _id(where: str, value: str) -> Iterator[Fact]:
    prefix, _, rest = value.rpartition("_")
    alphabet = "hexadecimal" if re.fullmatch("[0-9a-f]+", rest) else "letters" if rest.isalnum() else "others"
    yield seen(f"{where}: begins", prefix)
    yield seen(f"{where}{LENGTH}", str(len(value)))
    yield seen(f"{where}: characters", alphabet)


def _type(value: Any) -> str:
    return {bool: "boolean", dict: "object", list: "array", str: "string", int: "number", float: "number"}.get(
        type(value), "null"
    )


def _item(moment: str, item: dict[str, Any]) -> Iterator[Fact]:
    """An item of the output, as it is in the end or, in a stream, when it is added."""
    yield from _object(f"{moment}{at(item, 'type')}", item)


# --- the answer as a whole


def _mixture(view: View) -> Iterator[Fact]:
    kinds = {str(item.get("type")) for _, item in view.items}
    response = view.response
    if response.get("status") != "completed":
        return
    yield seen(MIX, *kinds)
    yield seen(f"{MIX} at effort {at(response, 'reasoning', 'effort') or None}", *kinds)
    if isinstance(response.get("model"), str):
        yield seen(f"{MIX} of {DATE.sub('', response['model'])}", *kinds)
    types = [str(item.get("type")) for _, item in view.items]
    pairs = itertools.pairwise(["begin", *types, "end"])
    yield from (seen(f"item behind {one}", other) for one, other in pairs)


def _reasoning(view: View) -> Iterator[Fact]:
    """How effort, tokens of reasoning, items and summaries go together."""
    effort = at(view.response, "reasoning", "effort") or None
    tokens = at(view.response, "usage", "output_tokens_details", "reasoning_tokens")
    if view.status != "completed" or tokens is MISSING:
        return
    items = [item for _, item in view.items_of("reasoning")]
    spent = "no tokens" if tokens == 0 else "some tokens"
    yield seen(f"reasoning at effort {effort}", "an item" if items else "no item")
    yield seen(f"reasoning at effort {effort}: tokens", spent)
    yield seen(f"reasoning with {spent}", "an item" if items else "no item")
    asked = "asked for" if at(view.response, "reasoning", "summary") not in (None, MISSING) else "not asked for"
    for item in items:
        yield seen(f"reasoning with {spent}, summary {asked}", "a summary" if item.get("summary") else "no summary")
        content = "content" if item.get("encrypted_content") else "no content"
        included = "reasoning.encrypted_content" in at_list(view.body, "include")
        if view.body:
            yield seen(f"reasoning {'with' if included else 'without'} include: encrypted", content)


# --- streams


def _events(exchange: Exchange) -> Iterator[Fact]:
    events = [event.json for event in exchange.events if isinstance(event.json, dict)]
    types = [str(event.get("type")) for event in events]
    lives: dict[Any, list[str]] = {}
    kinds: dict[Any, str] = {}
    for event, kind in zip(events, types, strict=True):
        inner = {name: None if name in ("response", "item") else member for name, member in event.items()}
        yield from _object(f"event {kind}", inner)
        item, response, index = event.get("item"), event.get("response"), event.get("output_index")
        if isinstance(item, dict) and kind == "response.output_item.added":
            kinds[index] = str(item.get("type"))
            yield from _item("added ", item)
        if isinstance(response, dict) and kind in ENDS[:3]:
            yield from _object("begun response", response, exchange.request.json)
        if index is not None:
            lives.setdefault(index, []).append(kind)
    yield from (Counted(f"number in a stream of {kind}", types.count(kind)) for kind in ENDS[:3])
    yield seen("event that is last", types[-1] if types else "none")
    for index, life in lives.items():
        of = f"in a {kinds.get(index)}"
        yield from (Counted(f"number {of} of {kind}", number) for kind, number in Counter(life).items())
        yield from _order(of, [*life])
    yield from _order("in a stream", ["begin", *(kind for kind in types if kind in ENDS), "end"])
    yield seen("events of a stream", *types)


def _order(of: str, types: list[str]) -> Iterator[Fact]:
    """What follows what; the same several times in a row counts once."""
    once = [kind for kind, _ in itertools.groupby(types)]
    yield from (seen(f"event behind {one} {of}", other) for one, other in itertools.pairwise(once))
