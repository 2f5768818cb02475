"""Defects in the members of events, in their names, and in the bytes of a stream."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.checks.lib.timeline import TERMINAL
from conformance.wire.edit import put, without
from conformance.wire.sse import Event
from tests.defects.lib.streams import Changes, Events, of_bytes, of_events, of_streams, of_type, types_in

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
def _member_missing(events: Events) -> Changes:
    """A member that every event of its type has is gone."""
    for index, member in _members(events):
        yield f"{events[index]['type']} {member}", without(f"/{index}/{member}")


@of_streams("optional_members")
def _begun_without_a_setting(events: Events) -> Changes:
    """The first event lacks what the last one has, and what the SDK types as optional."""
    for index, event in of_type(events, "response.created"):
        for member in ("usage", "error", "user", "store", "instructions"):
            if member in event["response"]:
                yield f"{index} {member}", without(f"/{index}/response/{member}")


@of_streams("event_schema", "numbering", "item_events", "terminal")
def _member_of_other_kind(events: Events) -> Changes:
    for index, member in _members(events):
        if member not in PLACED:
            response = member == "response" and events[index]["type"] in TERMINAL
            label, edited = f"{events[index]['type']} {member}", put(f"/{index}/{member}", [{"x": 1}])
            yield (label, edited, ("response.schema",)) if response else (label, edited)


@of_streams("event_json")
def _type_missing(events: Events) -> Changes:
    for index in range(len(events)):
        yield f"{index} missing", without(f"/{index}/type")
        yield f"{index} null", put(f"/{index}/type", None)
        yield f"{index} empty", put(f"/{index}/type", "")


@of_events("event_names")
def _name_wrong(events: list[Event]) -> Changes:
    for index, event in enumerate(events):
        yield f"{index} missing", put(f"/{index}", Event(None, event.data))
        yield f"{index} other", put(f"/{index}", Event("message", event.data))


@of_events("done_marker")
def _done_marker(events: list[Event]) -> Changes:
    yield "", [*events, Event(None, "[DONE]")]


@of_events("event_json")
def _no_json(events: list[Event]) -> Changes:
    for index, event in enumerate(events):
        for text in ("", "{", "<html>", "null", "[1]", '"text"', "1" * 5000, "[" * 10000):
            yield f"{index} {text[:8]}", put(f"/{index}", Event(event.name, text))


@of_bytes("unterminated")
def _end_missing(content: bytes) -> Changes:
    if any(f'"{type_}"'.encode() in content for type_ in TERMINAL):
        yield "one line end", content[:-1]
        yield "no line end", content[:-2]


@of_bytes("terminal")
def _broken_off(content: bytes) -> Changes:
    last = content.rindex(b"\n\n", 0, -2) + 2
    if b'"type": "error"' not in content:
        for length in (0, last // 3, last // 2, last - 1, last, last + 5, last + 40):
            yield str(length), content[:length]


@of_bytes("utf8")
def _no_utf8(content: bytes) -> Changes:
    middle = content.index(b'"type"', len(content) // 2) if b'"type"' in content[len(content) // 2 :] else None
    if middle is not None:
        yield "", content[: middle + 2] + b"\xff\xc3" + content[middle + 2 :]


@of_bytes("comments")
def _comments(content: bytes) -> Changes:
    yield "comment", b": hello\n\n" + content
    yield "ids", b"id: 7\n" + content


@of_bytes("stray_lines")
def _stray_lines(content: bytes) -> Changes:
    yield "html", content + b"<html>\n</html>\n"
    yield "error", content + b'{"error": {"message": "Oh."}}\n'
    yield "named only", content + b"event: ping\n\n"
