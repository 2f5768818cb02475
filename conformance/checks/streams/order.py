"""Checks of the order of events: how a stream begins, and how it ends."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.checks.lib.reasons import reason
from conformance.checks.lib.rules import Finding
from conformance.checks.lib.timeline import TERMINAL, Item, Step, Timeline
from conformance.checks.lib.view import parts_of
from conformance.checks.streams.responses import beginnings
from conformance.checks.streams.rule import stream_rule
from conformance.wire.json_values import MISSING, at, show


@stream_rule("first_event", when=lambda t: t.steps and t.starting_after is None)
def first_event(t: Timeline) -> Iterator[Finding]:
    """The first event is response.created, and it comes once."""
    only_error = len(t.steps) == 1 and _ends_in_error(t)
    if t.steps[0].type != "response.created" and not only_error:
        yield Finding(t.steps[0].where(), "response.created", show(t.steps[0].type))
    for step in list(t.of("response.created"))[1:]:
        yield Finding(step.where(), "response.created once", "another one")


@stream_rule("in_progress", when=lambda t: not t.is_partial and (t.terminal or t.items or len(beginnings(t)) > 1))
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


def _said(item: Item) -> bool:
    """True for an item that is a whole answer: a message with a text, or a call for the client."""
    kind = item.type
    if kind == "message":
        return any(isinstance(part.get("text"), str) and part["text"] for _, part in parts_of(item.final))
    return kind in ("function_call", "custom_tool_call")


def _whole(t: Timeline, failure: Step | None) -> Step | None:
    """The event that closes the last item, if nothing is open before a failure and that item is a whole answer."""
    begun = [item for item in t.items if failure is None or item.ends[0].index < failure.index]
    closed = [item for item in begun if item.is_whole and at(item.final, "status") in ("completed", MISSING)]
    is_whole = bool(begun) and len(closed) == len(begun) and _said(begun[-1])
    return begun[-1].done if is_whole else None


def _failure(t: Timeline) -> Step | None:
    """The event that ends a stream in failure: an error, or response.failed, and nothing else behind it."""
    found = next(t.of("error", "response.failed"), None)
    is_end = found is not None and all(step.type == "response.failed" for step in t.steps if step.index > found.index)
    return found if is_end and (t.terminal is None or t.terminal.type == "response.failed") else None


@stream_rule("failed_after_answer", when=lambda t: _whole(t, _failure(t)))
def failed_after_answer(t: Timeline) -> Iterator[Finding]:
    """An answer that was given to its end does not fail behind it: the client has it, and is told to throw it away."""
    failure = _failure(t)
    end = _whole(t, failure)
    if end is not None and failure is not None:
        error = reason(failure.json) or show(failure.type)
        yield Finding(failure.where(), f"response.completed, as the answer was whole at event {end.index}", error)


@stream_rule("after_error", when=lambda t: any(t.of("error")))
def after_error(t: Timeline) -> Iterator[Finding]:
    """Nothing follows an error event but response.failed."""
    error = next(t.of("error"))
    for step in t.steps:
        if step.index > error.index and step.type != "response.failed":
            expected = f"response.failed or nothing, after the error in event {error.index}: {reason(error.json)}"
            yield Finding(step.where(), expected, show(step.type))
            return
