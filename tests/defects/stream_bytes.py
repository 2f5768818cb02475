"""Defects in the members of events, in their names, and in the bytes of a stream."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator

from conformance.wire.exchange import Exchange
from conformance.wire.sse import Event
from tests.defects.mutation import KINDS, TERMINAL, Change, Events, Kind, Mutant, changed, of_streams, of_type, types_in

# --- members, types, names


FREE = {"obfuscation", "background", "output_format", "quality", "size", "logprobs", "status", "error"}
"""Members that not every event of their type has, or that are judged elsewhere."""

PLACED = {"output_index", "content_index", "summary_index", "annotation_index", "command_index", "type"}
"""Members of which other defects change the value."""


def _members(events: Events) -> Iterator[tuple[int, str]]:
    """The members of the first event of each known type."""
    for type_ in types_in(events):
        index, event = next(of_type(events, type_))
        if type_ != "response.dream.delta":
            yield from ((index, member) for member in event if member not in FREE)


@of_streams("event_schema", "event_json", "numbering")
def _member_missing(events: Events) -> Iterator[Change]:
    """A member that every event of its type has is gone."""
    for index, member in _members(events):
        rest = {name: value for name, value in events[index].items() if name != member}
        yield f"{events[index]['type']} {member}", [*events[:index], rest, *events[index + 1 :]]


@of_streams("event_schema", "numbering", "item_events", "terminal")
def _member_of_other_kind(events: Events) -> Iterator[Change]:
    for index, member in _members(events):
        if member not in PLACED:
            response = member == "response" and events[index]["type"] in TERMINAL
            label, edited = f"{events[index]['type']} {member}", changed(events, index, member, to=[{"x": 1}])
            yield (label, edited, ("response.schema",)) if response else (label, edited)


@of_streams("event_json")
def _type_missing(events: Events) -> Iterator[Change]:
    for index, event in enumerate(events):
        for label, rest in (
            ("missing", {name: value for name, value in event.items() if name != "type"}),
            ("null", event | {"type": None}),
            ("empty", event | {"type": ""}),
        ):
            yield f"{index} {label}", [*events[:index], rest, *events[index + 1 :]]


def _of_events(*noticed_by: str) -> Callable[[Callable[[list[Event]], Iterator[tuple[str, list[Event]]]]], None]:
    """Registers a generator that works on events as they were sent, names included."""

    def register(function: Callable[[list[Event]], Iterator[tuple[str, list[Event]]]]) -> None:
        def make(exchange: Exchange) -> Iterator[Mutant]:
            for label, events in function(list(exchange.events)):
                mutant = dataclasses.replace(exchange, content=None, captured_events=tuple(events), names_kept=True)
                yield Mutant(label, mutant, tuple(f"streams.{name}" for name in noticed_by))

        name = function.__name__.removeprefix("_")
        KINDS[name] = Kind(name, make)

    return register


@_of_events("event_names")
def _name_wrong(events: list[Event]) -> Iterator[tuple[str, list[Event]]]:
    for index, event in enumerate(events):
        yield f"{index} missing", [*events[:index], Event(None, event.data), *events[index + 1 :]]
        yield f"{index} other", [*events[:index], Event("message", event.data), *events[index + 1 :]]


@_of_events("done_marker")
def _done_marker(events: list[Event]) -> Iterator[tuple[str, list[Event]]]:
    yield "", [*events, Event(None, "[DONE]")]


@_of_events("event_json")
def _no_json(events: list[Event]) -> Iterator[tuple[str, list[Event]]]:
    for index in range(len(events)):
        for text in ("", "{", "<html>", "null", "[1]", '"text"', "1" * 5000, "[" * 10000):
            yield f"{index} {text[:8]}", [*events[:index], Event(events[index].name, text), *events[index + 1 :]]


def _wire(event: Event) -> bytes:
    name = "" if event.name is None else f"event: {event.name}\n"
    return f"{name}data: {event.data}\n\n".encode()


def _of_bytes(*noticed_by: str) -> Callable[[Callable[[bytes], Iterator[tuple[str, bytes]]]], None]:
    """Registers a generator that works on the bytes of a stream."""

    def register(function: Callable[[bytes], Iterator[tuple[str, bytes]]]) -> None:
        def make(exchange: Exchange) -> Iterator[Mutant]:
            content = b"".join(_wire(event) for event in exchange.events)
            headers = {**exchange.headers, "content-type": "text/event-stream"}
            for label, changed_bytes in function(content):
                mutant = dataclasses.replace(exchange, content=changed_bytes, captured_events=None, headers=headers)
                yield Mutant(label, mutant, tuple(f"streams.{name}" for name in noticed_by))

        name = function.__name__.removeprefix("_")
        KINDS[name] = Kind(name, make)

    return register


@_of_bytes("unterminated")
def _end_missing(content: bytes) -> Iterator[tuple[str, bytes]]:
    if any(f'"{type_}"'.encode() in content for type_ in TERMINAL):
        yield "one line end", content[:-1]
        yield "no line end", content[:-2]


@_of_bytes("terminal")
def _broken_off(content: bytes) -> Iterator[tuple[str, bytes]]:
    last = content.rindex(b"\n\n", 0, -2) + 2
    if b'"type": "error"' not in content:
        for length in (0, last // 3, last // 2, last - 1, last, last + 5, last + 40):
            yield str(length), content[:length]


@_of_bytes("utf8")
def _no_utf8(content: bytes) -> Iterator[tuple[str, bytes]]:
    middle = content.index(b'"type"', len(content) // 2) if b'"type"' in content[len(content) // 2 :] else None
    if middle is not None:
        yield "", content[: middle + 2] + b"\xff\xc3" + content[middle + 2 :]


@_of_bytes("comments")
def _comments(content: bytes) -> Iterator[tuple[str, bytes]]:
    yield "comment", b": hello\n\n" + content
    yield "ids", b"id: 7\n" + content


@_of_bytes("stray_lines")
def _stray_lines(content: bytes) -> Iterator[tuple[str, bytes]]:
    yield "html", content + b"<html>\n</html>\n"
    yield "error", content + b'{"error": {"message": "Oh."}}\n'
    yield "named only", content + b"event: ping\n\n"
