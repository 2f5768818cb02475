"""Checks of streams: their framing, their numbering, how they begin and end, and what they say of the response.

What streams say of output items is in ``stream_items``. A rule is a function over a `Timeline`; where one mistake
would break several rules, the one that names it speaks and the others look past it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Final

from conformance.checks.lib.rules import Finding, rule
from conformance.checks.lib.timeline import ITEM_DONE, TERMINAL, Step, Timeline
from conformance.checks.lib.view import View
from conformance.wire.json_values import MISSING, Unreadable, at, pointer, show
from conformance.wire.schema import load, violations

SHOWN: Final = 5
"""How many findings of one kind a stream is given before the others are only counted."""

PLACED_MEMBERS: Final = ("sequence_number", "output_index", "content_index", "summary_index", "annotation_index")
"""Members whose value the rules of numbering, items, parts and annotations judge, so that the schema need not."""

ECHOED: Final = (
    "background",
    "conversation",
    "frequency_penalty",
    "instructions",
    "max_output_tokens",
    "max_tool_calls",
    "metadata",
    "parallel_tool_calls",
    "presence_penalty",
    "previous_response_id",
    "prompt",
    "prompt_cache_key",
    "prompt_cache_retention",
    "reasoning",
    "safety_identifier",
    "store",
    "temperature",
    "text",
    "tool_choice",
    "tools",
    "top_logprobs",
    "top_p",
    "truncation",
    "user",
)
"""Settings in a response object that a stream repeats in its last event as they were in its first."""

Findings = Callable[[Timeline], Iterator[Finding]]


def stream_rule(name: str, *, when: Callable[[Timeline], object] = lambda _: True) -> Callable[[Findings], Findings]:
    """Registers a function as the check of ``streams.<name>``, judged on every stream of which ``when`` holds."""

    def register(function: Findings) -> Findings:
        @rule(f"streams.{name}", when=lambda view: _is_stream(view) and bool(when(view.timeline)))
        def check(view: View) -> Iterator[Finding]:
            return _few(function(view.timeline))

        return function

    return register


def _is_stream(view: View) -> bool:
    return view.exchange.is_stream and not view.is_error


def _few(findings: Iterable[Finding]) -> Iterator[Finding]:
    """The first findings of a rule; the last of them tells how many more there are."""
    rest = iter(findings)
    yield from islice(rest, SHOWN)
    if (last := next(rest, None)) is not None:
        more = sum(1 for _ in rest)
        received = f"{last.received}; and {more} more findings like this" if more else last.received
        yield Finding(last.where, last.expected, received)


# --- bytes and events


@rule("streams.streamed", when=lambda view: view.is_create and not view.is_error and bool(view.body))
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
    for index in t.markers:
        yield Finding(f"event {index}", "an event with a JSON object", "[DONE]")


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
            yield Finding(step.where("/type"), "the type of the event", show(step.json.get("type", MISSING)))


@rule("streams.event_schema", when=lambda view: _is_stream(view) and any(step.type for step in view.timeline.steps))
def event_schema(view: View) -> Iterator[Finding]:
    """Every event has the members of its type, each of its kind."""
    return _few(_schema_findings(view))


def _schema_findings(view: View) -> Iterator[Finding]:
    judged = view.timeline.terminal if view.answer is not MISSING else None
    placed = {pointer(member) for member in PLACED_MEMBERS}
    # The response object of the last event is judged as every response object is, by the rules of the response. What
    # they find there is not said again of the events before.
    told = {
        (violation.pointer, violation.expected)
        for violation in (violations("events", judged.json) if judged else ())
        if violation.pointer.startswith("/response")
    }
    for step in view.timeline.steps:
        for violation in violations("events", step.json) if isinstance(step.json.get("type"), str) else ():
            if violation.pointer not in placed and (violation.pointer, violation.expected) not in told:
                yield Finding(step.where(violation.pointer), violation.expected, violation.received)


@stream_rule("unknown_types", when=lambda t: t.steps)
def unknown_types(t: Timeline) -> Iterator[Finding]:
    """Tells of types of events that no schema describes."""
    known = load("events")["$defs"]
    for name, step in {step.type: step for step in t.steps if step.type and step.type not in known}.items():
        yield Finding(step.where("/type"), "a known type of event", show(name))


@stream_rule("numbering", when=lambda t: t.steps)
def numbering(t: Timeline) -> Iterator[Finding]:
    """Every event has a sequence_number: 0, 1, 2 and so on."""
    if all("sequence_number" not in step.json for step in t.steps):
        yield Finding(t.steps[0].where("/sequence_number"), "a number on every event", "a number on no event")
        return
    expected = 0 if t.starting_after is None else t.starting_after + 1
    for step in t.places:
        number = step.number("sequence_number") if step else expected
        if step is not None and number != expected:
            received = show(step.json.get("sequence_number", MISSING))
            yield Finding(step.where("/sequence_number"), str(expected), received)
        expected = (expected if number is None else number) + 1


# --- beginning and end


@stream_rule("first_event", when=lambda t: t.steps and t.starting_after is None)
def first_event(t: Timeline) -> Iterator[Finding]:
    """The first event is response.created, and it comes once."""
    only_error = len(t.steps) == 1 and _ends_in_error(t)
    if t.steps[0].type != "response.created" and not only_error:
        yield Finding(t.steps[0].where(), "response.created", show(t.steps[0].type))
    for step in list(t.of("response.created"))[1:]:
        yield Finding(step.where(), "response.created once", "another one")


@stream_rule("in_progress", when=lambda t: not t.is_partial and (t.terminal or t.items or len(_beginnings(t)) > 1))
def in_progress(t: Timeline) -> Iterator[Finding]:
    """response.in_progress comes once, before any output."""
    found = list(t.of("response.in_progress"))
    # A response that failed before any output need not have been in progress.
    end = t.terminal if t.ran_through else None
    output = next((step for step in t.steps if "output_index" in step.json), end)
    if output is not None and (not found or found[0].index > output.index):
        yield Finding(output.where(), "response.in_progress before it", "none" if not found else found[0].where())
    for step in found[1:]:
        yield Finding(step.where(), "response.in_progress once", "another one")


def _ends_in_error(t: Timeline) -> bool:
    return bool(t.steps) and t.steps[-1].type == "error"


@stream_rule("terminal")
def terminal(t: Timeline) -> Iterator[Finding]:
    """Exactly one event ends the response: response.completed, response.incomplete or response.failed."""
    if not t.terminals and not _ends_in_error(t):
        last = t.steps[-1].where() if t.steps else ""
        received = t.exchange.broken or ("the end of the stream" if t.steps else "a stream without events")
        yield Finding(last, "response.completed, response.incomplete or response.failed at the end", received)
    for step in t.terminals[1:]:
        yield Finding(step.where(), "one last event", f"another one after event {t.terminals[0].index}")


@stream_rule("last_event", when=lambda t: t.terminal)
def last_event(t: Timeline) -> Iterator[Finding]:
    """Nothing follows the event that ends the response, and the stream ends with it."""
    assert t.terminal is not None
    for step in t.steps:
        if step.index > t.terminal.index and step.type not in TERMINAL:
            yield Finding(step.where(), f"nothing after event {t.terminal.index} {t.terminal.type}", show(step.type))
    if t.exchange.broken:
        yield Finding(t.terminal.where(), "the end of the stream after it", t.exchange.broken)


@stream_rule("after_error", when=lambda t: any(t.of("error")))
def after_error(t: Timeline) -> Iterator[Finding]:
    """Nothing follows an error event but response.failed."""
    error = next(t.of("error"))
    for step in t.steps:
        if step.index > error.index and step.type != "response.failed":
            yield Finding(step.where(), f"response.failed or nothing, after event {error.index} error", show(step.type))
            return


# --- what the events say of the response


@stream_rule("terminal_status", when=lambda t: t.terminals)
def terminal_status(t: Timeline) -> Iterator[Finding]:
    """The response object in the last event has the status that the event's type says."""
    for step in t.terminals:
        status = at(step.json, "response", "status")
        expected = step.type.removeprefix("response.")
        if status is not MISSING and status != expected:
            yield Finding(step.where("/response/status"), show(expected), show(status))


@stream_rule("constant_response", when=lambda t: len(t.responses) > 1)
def constant_response(t: Timeline) -> Iterator[Finding]:
    """Id, created_at and model of the response are the same in every event that carries them."""
    for member in ("id", "created_at", "model"):
        values = [(step, step.json["response"][member]) for step in t.responses if member in step.json["response"]]
        for step, value in values[1:]:
            if value != values[0][1]:
                expected = f"{show(values[0][1])}, as in event {values[0][0].index}"
                yield Finding(step.where(pointer("response", member)), expected, show(value))


def _beginnings(t: Timeline) -> list[Step]:
    return [step for step in t.responses if step.type in ("response.created", "response.in_progress")]


@stream_rule("created_is_empty", when=_beginnings)
def created_is_empty(t: Timeline) -> Iterator[Finding]:
    """response.created and response.in_progress have no output and no usage yet."""
    for step in _beginnings(t):
        output, usage = at(step.json, "response", "output"), at(step.json, "response", "usage")
        if isinstance(output, list) and output:
            yield Finding(step.where("/response/output"), "[]", show(output))
        if usage is not None and usage is not MISSING:
            yield Finding(step.where("/response/usage"), "null", show(usage))


@stream_rule("created_echo", when=lambda t: t.terminal and _beginnings(t))
def created_echo(t: Timeline) -> Iterator[Finding]:
    """The settings of the response are the same in its first and in its last event."""
    assert t.terminal is not None
    first = _beginnings(t)[0]
    for member in ECHOED:
        before, after = at(first.json, "response", member), at(t.terminal.json, "response", member)
        if before is not MISSING and after is not MISSING and before != after:
            expected = f"{show(before)}, as in event {first.index}"
            yield Finding(t.terminal.where(pointer("response", member)), expected, show(after))


@stream_rule(
    "terminal_output", when=lambda t: t.terminal and isinstance(at(t.terminal.json, "response", "output"), list)
)
def terminal_output(t: Timeline) -> Iterator[Finding]:
    """The output of the response object in the last event is what output_item.done gave, item by item."""
    assert t.terminal is not None
    output = t.terminal.json["response"]["output"]
    if t.is_partial:
        sent = {step.number("output_index"): at(step.json, "item") for step in t.of(ITEM_DONE)}
        pairs = [(index, sent[index]) for index in range(len(output)) if index in sent]
    else:
        # How a failed response tells of items that were begun and not finished is not known.
        if len(output) != len(t.items) and (t.ran_through or all(item.done for item in t.items)):
            where = t.terminal.where("/response/output")
            yield Finding(where, f"{len(t.items)} items, as in the events before it", f"{len(output)}: {show(output)}")
            return
        pairs = [(index, item.final) for index, item in enumerate(t.items[: len(output)]) if item.done]
    for index, item in pairs:
        if item != output[index] and _sealed(item) != _sealed(output[index]):
            path = _difference(_sealed(item), _sealed(output[index]))
            where = t.terminal.where(pointer("response", "output", index, *path))
            yield Finding(where, f"{show(at(item, *path))}, as in output_item.done", show(at(output[index], *path)))


def _sealed(value: object, depth: int = 20) -> object:
    """A value without the members that are encrypted anew each time, as deep as real items go."""
    if isinstance(value, dict) and depth:
        kept = [name for name in value if name not in ("encrypted_content", "fingerprint")]
        return {name: _sealed(value[name], depth - 1) for name in kept}
    return [_sealed(v, depth - 1) for v in value] if isinstance(value, list) and depth else value


def _difference(one: object, other: object) -> tuple[str | int, ...]:
    """The path to the first place where two values differ."""
    path: list[str | int] = []
    while True:
        keys: Iterable[str | int] = ()
        if isinstance(one, dict) and isinstance(other, dict):
            keys = {**one, **other}
        elif isinstance(one, list) and isinstance(other, list):
            keys = range(max(len(one), len(other)))
        step = next((key for key in keys if at(one, key) != at(other, key)), None)
        if step is None:
            return tuple(path)
        path.append(step)
        one, other = at(one, step), at(other, step)
