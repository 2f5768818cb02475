"""Checks of the bytes of a stream: that it is one, its lines, and the data of its events."""

from __future__ import annotations

import codecs
from collections.abc import Iterator

from conformance.checks.lib.reasons import reason
from conformance.checks.lib.rules import Finding, rule
from conformance.checks.lib.timeline import Timeline
from conformance.checks.lib.view import View
from conformance.checks.streams.rule import is_stream, stream_rule
from conformance.wire.json_values import MISSING, Unreadable, show


def _is_answer(view: View) -> bool:
    return view.is_create and bool(view.body) and (is_stream(view) or view.answer is not MISSING)


@rule("streams.streamed", when=_is_answer)
def streamed(view: View) -> Iterator[Finding]:
    """A stream answers a request for one, and no other."""
    wanted = view.asked("stream") is True
    if wanted is not view.exchange.is_stream:
        expected = "a stream, as stream is true" if wanted else "no stream, as stream is not true"
        received = "a stream" if view.exchange.is_stream else f"no stream but {show(view.exchange.json)}"
        yield Finding("", expected, received)


@stream_rule("utf8", when=lambda t: t.exchange.content is not None)
def utf8(t: Timeline) -> Iterator[Finding]:
    """The bytes are UTF-8."""
    if t.exchange.framing.invalid_utf8:
        yield Finding("", "UTF-8", f"{t.exchange.framing.invalid_utf8} bytes that are not")


@stream_rule("unterminated", when=lambda t: t.exchange.content is not None and t.terminal)
def unterminated(t: Timeline) -> Iterator[Finding]:
    """A blank line ends every event, the last one included: a client drops an event without it."""
    if t.exchange.framing.unterminated:
        yield Finding(f"event {len(t.exchange.events) - 1}", "a blank line at its end", "the end of the stream")


@stream_rule("stray_lines", when=lambda t: t.exchange.content is not None)
def stray_lines(t: Timeline) -> Iterator[Finding]:
    """A stream holds events and nothing that a client would ignore."""
    if (t.exchange.content or b"").startswith(codecs.BOM_UTF8):
        yield Finding("", "lines that begin with event: or data:", "a byte order mark before the first one")
    for name in t.exchange.framing.named_only:
        yield Finding("", "an event with data", f"an event named {show(name)} without data")
    for line in t.exchange.framing.stray:
        yield Finding("", "lines that begin with event: or data:", show(line))


@stream_rule("comments", when=lambda t: t.exchange.content is not None)
def comments(t: Timeline) -> Iterator[Finding]:
    """A stream holds no comments and no ids of events."""
    for what, count in (("comments", t.exchange.framing.comments), ("id: lines", t.exchange.framing.ids)):
        if count:
            yield Finding("", f"no {what}", str(count))


@stream_rule("done_marker", when=lambda t: t.exchange.events)
def done_marker(t: Timeline) -> Iterator[Finding]:
    """A stream ends with its last event and without the marker of the older API."""
    end = t.steps[-1].index if t.steps else -1
    for index in t.markers:
        if index > end:
            yield Finding(f"event {index}", "an event with a JSON object", "[DONE]")


@stream_rule("done_early", when=lambda t: t.exchange.events)
def done_early(t: Timeline) -> Iterator[Finding]:
    """Where the marker of the older API is sent, no event follows it: clients stop reading there."""
    for index in t.markers:
        if behind := [step for step in t.steps if step.index > index]:
            yield Finding(f"event {index}", "[DONE] behind the last event", f"[DONE] before {behind[-1].type}")


@stream_rule("event_names", when=lambda t: t.exchange.names_kept and t.steps)
def event_names(t: Timeline) -> Iterator[Finding]:
    """The ``event:`` line says the type in the data."""
    for step in t.steps:
        name = t.exchange.events[step.index].name
        if "type" in step.json and name != step.type:
            received = "no event: line" if name is None else f"event: {show(name)}"
            yield Finding(step.where(), f"event: {show(step.type)}", received)


@stream_rule("event_json", when=lambda t: t.places)
def event_json(t: Timeline) -> Iterator[Finding]:
    """The data of every event is a JSON object with a type."""
    cut = len(t.exchange.events) - 1 if t.exchange.framing.unterminated else None
    for index, event in t.unreadable:
        # Half an event at the end of a stream that broke off: that it broke off is said by another rule.
        if not (index == cut and isinstance(event.json, Unreadable)):
            yield Finding(f"event {index}", "a JSON object", show(event.json))
    for step in t.steps:
        if not isinstance(step.json.get("type"), str) or not step.type:
            received = show(step.json.get("type", MISSING))
            if (error := reason(step.json)) is not None:
                received = f"an error without a type: {error}"
            yield Finding(step.where("/type"), "the type of the event", received)
