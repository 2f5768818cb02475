"""Request and answer as they went over the wire, with the places of findings marked."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from typing import Any, Final

from conformance.wire.exchange import Exchange
from conformance.wire.json_values import Unreadable, pointer, shorten, show

EVENT: Final = re.compile(r"^event (\d+)\b[^/]*(/.*)?$")
WIDE: Final = 100
"""Characters of a value."""

ALL: Final = 60
"""Lines of a body that are shown without leaving any out."""

AROUND: Final = 6
"""Lines before and behind a mark, and at the beginning, of a longer one."""

MOST_EVENTS: Final = 40
"""Events of a stream that have a line; those of findings are shown in full besides."""

Line = tuple[str, str]
"""The pointer of a value, and the line that shows it or begins it."""


def marked(exchange: Exchange, places: Collection[str]) -> Iterator[str]:
    """The lines of an exchange: what was sent, and what came back, each place of a finding with ``>`` before it."""
    request = exchange.request
    asked = f"?{request.query}" if request.query else ""
    yield f"sent: {request.method} {shorten(request.path + asked, 200)}"
    yield from _body(request.json, request.content, ())
    mark = ">" if "status" in places else " "
    yield f"{mark} received: {exchange.status} {shorten(exchange.reason, 60)}".rstrip()
    for name, value in exchange.headers.items():
        mark = ">" if f"header {name}" in places else " "
        yield f"{mark} {shorten(name, 60)}: {shorten(value, WIDE)}"
    if not exchange.is_stream:
        yield from _body(exchange.json, exchange.content, [place for place in places if place[:1] in ("", "/")])
        return
    wanted: dict[int, list[str]] = {}
    for place in places:
        if (match := EVENT.match(place)) is not None:
            wanted.setdefault(int(match[1]), []).append(match[2] or "")
    left_out = False
    for number, event in enumerate(exchange.events):
        if number in wanted:
            yield f"> event {number} {event.type or event.name or ''}".rstrip()
            yield from _body(event.json, event.data.encode("utf-8", "surrogatepass"), wanted[number])
        elif number < MOST_EVENTS:
            yield f"  event {number} {shorten(event.data, WIDE)}"
        elif not left_out:
            left_out = True
            yield f"  … {len(exchange.events)} events in all"


def _body(value: Any, content: bytes | None, places: Iterable[str]) -> Iterator[str]:
    if not isinstance(value, dict | list):
        text = show(value) if not isinstance(value, Unreadable) else f"{value!r}"
        if content and not isinstance(value, str | int | float):
            text = shorten(content.decode("utf-8", "replace"), 4 * WIDE)
        yield f"    {text}"
        return
    lines = list(_lines("", value, "", ""))
    known = {where for where, _ in lines}
    places = {_nearest(place, known) for place in places}
    marks = {number for number, (where, _) in enumerate(lines) if where in places}
    shown = set(range(len(lines)))
    if len(lines) > ALL:
        shown = {near for mark in (*marks, 0) for near in range(mark - AROUND, mark + AROUND + 1)} & shown
    before = -1
    for number in sorted(shown):
        if number > before + 1:
            yield f"    … {number - before - 1} lines"
        before = number
        yield f"  {'>' if number in marks else ' '} {lines[number][1]}"
    if before < len(lines) - 1:
        yield f"    … {len(lines) - 1 - before} lines"


def _nearest(place: str, known: Collection[str]) -> str:
    """The place, or what stands around it where it is not there."""
    while place not in known and place:
        place = place.rpartition("/")[0]
    return place


def _lines(where: str, value: Any, indent: str, name: str) -> Iterator[Line]:
    """A JSON value over many lines. The line that ends a value has no place of its own."""
    if not isinstance(value, dict | list) or not value:
        yield where, f"{indent}{name}{show(value, WIDE)}"
        return
    is_object = isinstance(value, dict)
    yield where, f"{indent}{name}{'{' if is_object else '['}"
    members = value.items() if isinstance(value, dict) else enumerate(value)
    for step, member in members:
        label = f"{show(step, WIDE)}: " if is_object else ""
        yield from _lines(where + pointer(step), member, f"{indent}  ", label)
    yield "end", f"{indent}{'}' if is_object else ']'}"
