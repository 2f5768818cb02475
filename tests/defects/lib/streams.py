"""What defects in streams are made of: the events as JSON, as they were sent, or the bytes.

A generator takes the events of a stream and yields changes of their list. It changes nothing in place.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

from conformance.checks.lib.timeline import TERMINAL
from conformance.checks.streams.texts import TEXTS
from conformance.wire.edit import put
from conformance.wire.exchange import Exchange
from conformance.wire.sse import Event
from tests.defects.lib.registry import Change, Mutant, register

JSON = dict[str, Any]
Events = list[JSON]
Changes = Iterator[Change]

Seen = TypeVar("Seen")
Copy = Callable[[Exchange, Any], Exchange]

DELTAS = {f"response.{text.name}.delta": text for text in TEXTS}
DONES = {text.done: text for text in TEXTS}
ITEM_ENDS = ("response.output_item.added", "response.output_item.done")
PARTS = {"response.content_part": "content_parts", "response.reasoning_summary_part": "summary_parts"}
LIFE = ("response.created", "response.queued", "response.in_progress", *TERMINAL)


def _registering(see: Callable[[Exchange], Seen], copy: Copy) -> Callable[..., Any]:
    """A decorator that registers generators, by what they see of a stream and how a copy is made of what they yield."""

    def of(*noticed_by: str) -> Callable[[Callable[[Seen], Changes]], Callable[[Seen], Changes]]:
        names = tuple(f"streams.{name}" for name in noticed_by)

        def registered(function: Callable[[Seen], Changes]) -> Callable[[Seen], Changes]:
            def make(exchange: Exchange) -> Iterator[Mutant]:
                if exchange.is_stream:
                    for label, made, *named in function(seen := see(exchange)):
                        yield Mutant(label, copy(exchange, put("", made)(seen)), *(named or [names]))

            register(function.__name__, make)
            return function

        return registered

    return of


def _objects(exchange: Exchange) -> Events:
    return [event.json for event in exchange.events if isinstance(event.json, dict)]


def _of_objects(exchange: Exchange, changed: Events) -> Exchange:
    kept = {id(event.json): event for event in exchange.events}
    again = tuple(kept.get(id(e)) or Event(_name(e), json.dumps(e)) for e in changed)
    return dataclasses.replace(exchange, content=None, captured_events=again)


def _name(event: JSON) -> str | None:
    name = event.get("type")
    return name if isinstance(name, str) else None


def _of_events(exchange: Exchange, changed: list[Event]) -> Exchange:
    return dataclasses.replace(exchange, content=None, captured_events=tuple(changed), names_kept=True)


def _bytes(exchange: Exchange) -> bytes:
    return b"".join(wire(event.name, event.data).encode() for event in exchange.events)


def _of_bytes(exchange: Exchange, changed: bytes) -> Exchange:
    headers = {**exchange.headers, "content-type": "text/event-stream"}
    return dataclasses.replace(exchange, content=changed, captured_events=None, headers=headers)


of_streams = _registering(_objects, _of_objects)
"""Registers a generator that works on the events as JSON, by the names of requirements of streams and its own name."""

of_events = _registering(lambda exchange: list(exchange.events), _of_events)
"""Registers a generator that works on events as they were sent, names included."""

of_bytes = _registering(_bytes, _of_bytes)
"""Registers a generator that works on the bytes of a stream."""


def wire(name: str | None, data: str) -> str:
    """An event as it is written."""
    return ("" if name is None else f"event: {name}\n") + f"data: {data}\n\n"


def renumbered(events: Iterable[JSON], like: Events | None = None) -> Events:
    """The events with numbers that follow one another, from the first of ``like`` or of their own."""
    events = list(events)
    start = (like or events)[0].get("sequence_number", 0)
    return [event | {"sequence_number": number} for number, event in enumerate(events, start)]


def of_type(events: Events, *types: str) -> Iterator[tuple[int, JSON]]:
    """The events of some types, each with its index."""
    return ((index, event) for index, event in enumerate(events) if event.get("type") in types)


def types_in(events: Events) -> list[str]:
    """The types of the events, each once, in the order in which they first come."""
    return list(dict.fromkeys(str(event.get("type")) for event in events))


def terminal_of(events: Events) -> tuple[int, JSON] | None:
    """The event that ends the response, with its index."""
    return next(of_type(events, *TERMINAL), None)
