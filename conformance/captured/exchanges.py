"""Captured exchanges: JSON Lines, one exchange a line, or a JSON array of them, or objects over several lines.

An exchange has the members ``id``, ``request`` {method, path, query, body}, ``response`` {status, headers, and json or
events} and may have ``tags``; ``body`` is null where it was not kept. Each of ``events`` is {event, data}: the name and
the JSON value, or the text where it is no JSON. Exchanges are read one at a time, so a file may be larger than the
memory.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Final, TypeVar

from conformance.captured.pieces import pieces
from conformance.captured.unpacking import CaptureError, unpack
from conformance.wire.exchange import Exchange, Request
from conformance.wire.json_values import MISSING, Unreadable, at, read_json, show
from conformance.wire.sse import Event, KeptEvent

Kind = TypeVar("Kind")

MAX_LINE: Final = 16 * 2**20
"""Bytes of a line, or of an exchange, beyond which a file is not read."""

KIND_NAMES: Final = {"dict": "an object", "list": "an array", "str": "a string"}


@dataclass(frozen=True, slots=True)
class Captured:
    """A captured exchange, its name, and what the capture tells of it beside."""

    id: str
    exchange: Exchange
    tags: Mapping[str, Any] = field(default_factory=dict)


def read_captures(source: Path | IO[bytes]) -> Iterator[Captured]:
    """The exchanges of a file, or of an open binary stream, one after the other. Raises CaptureError."""
    if isinstance(source, Path):
        try:
            with source.open("rb") as file:
                yield from read_text(unpack(file, str(source)), str(source))
        except OSError as error:
            raise CaptureError(str(source), 0, f"cannot be read: {error.strerror or error}") from error
    else:
        name = str(getattr(source, "name", "the capture"))
        yield from read_text(unpack(source, name), name)


def read_text(text: io.BufferedReader, name: str) -> Iterator[Captured]:
    """The exchanges of a text that is unpacked already (see `unpack`), one after the other. Raises CaptureError."""
    for piece in pieces(text, name, MAX_LINE):
        where = f"exchange {piece.number}, which begins here: " if piece.number else ""
        value = read_json(piece.content)
        if isinstance(value, Unreadable):
            half = not piece.number and not piece.content.endswith(b"\n")
            cut = "half a line at the end of the file: " if half else ""
            raise CaptureError(name, piece.line, f"{where}{cut}{value.why}")
        try:
            yield from_json(value)
        except _Wrong as error:
            raise CaptureError(name, piece.line, f"{where}{error}") from error


class _Wrong(Exception):
    """A member is missing or of another kind."""


def from_json(value: Any) -> Captured:
    """The captured exchange in a JSON value."""
    request, response = _member(value, "request", dict), _member(value, "response", dict)
    headers = _member(response, "headers", dict, {})
    tags = _member(value, "tags", dict, {})
    events = _events(response) if "events" in response else None
    body = MISSING if events is not None else response.get("json", MISSING)
    status = response.get("status")
    if status is not None and (isinstance(status, bool) or not isinstance(status, int)):
        raise _Wrong(f"status: expected a number, received {show(status)}")
    if body is MISSING and events is None:
        raise _Wrong("response: expected json or events, received neither")
    sent = request.get("body")
    name, method, path = _member(value, "id", str), _member(request, "method", str), _member(request, "path", str)
    query = _member(request, "query", str, "")
    return Captured(
        id=name,
        exchange=Exchange(
            Request(method, path, query=query) if sent is None else Request.of_json(method, path, sent, query),
            status=_status(body) if status is None else status,
            headers={header.lower(): text for header, text in headers.items() if isinstance(text, str)},
            captured_json=body,
            captured_events=events,
            names_kept="names not kept" not in str(tags.get("container", "")),
        ),
        tags=tags,
    )


def _member(value: Any, name: str, kind: type[Kind], default: Kind | None = None) -> Kind:
    found = at(value, name)
    if found is MISSING and default is not None:
        return default
    if not isinstance(found, kind):
        raise _Wrong(f"{name}: expected {KIND_NAMES[kind.__name__]}, received {show(found)}")
    return found


def _events(response: dict[str, Any]) -> tuple[Event, ...]:
    events = []
    for event in _member(response, "events", list):
        name, data = at(event, "event"), at(event, "data")
        if data is MISSING or not (name is None or name is MISSING or isinstance(name, str)):
            raise _Wrong(f"events: expected an object with event and data, received {show(event)}")
        kind = Event if isinstance(data, str) else KeptEvent
        events.append(kind(name if isinstance(name, str) else None, data))
    return tuple(events)


def _status(body: Any) -> int:
    """The status of an answer whose status was not kept: that of a success for anything but an error."""
    is_error = isinstance(at(body, "error"), dict) and at(body, "object") != "response"
    return 400 if is_error else 200
