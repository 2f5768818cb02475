"""Checks of the response objects in the events of a stream: what they say of themselves, and of one another."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from conformance.checks.lib.difference import path_to_difference
from conformance.checks.lib.rules import Finding
from conformance.checks.lib.timeline import ITEM_DONE, Step, Timeline
from conformance.checks.streams.rule import stream_rule
from conformance.wire.json_values import MISSING, at, pointer, show

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
        said = [(step, step.json["response"][member]) for step in t.responses if member in step.json["response"]]
        for step, value in said[1:]:
            if value != said[0][1]:
                expected = f"{show(said[0][1])}, as in event {said[0][0].index}"
                yield Finding(step.where(pointer("response", member)), expected, show(value))


def beginnings(t: Timeline) -> list[Step]:
    """The events that give the response as it was when it began."""
    return [step for step in t.responses if step.type in ("response.created", "response.in_progress")]


@stream_rule("created_is_empty", when=beginnings)
def created_is_empty(t: Timeline) -> Iterator[Finding]:
    """response.created and response.in_progress have no output and no usage yet."""
    for step in beginnings(t):
        output, usage = at(step.json, "response", "output"), at(step.json, "response", "usage")
        if isinstance(output, list) and output:
            yield Finding(step.where("/response/output"), "[]", show(output))
        if usage is not None and usage is not MISSING:
            yield Finding(step.where("/response/usage"), "null", show(usage))


@stream_rule("created_echo", when=lambda t: t.terminal and beginnings(t))
def created_echo(t: Timeline) -> Iterator[Finding]:
    """The settings of the response are the same in its first and in its last event."""
    assert t.terminal is not None
    first = beginnings(t)[0]
    for member in ECHOED:
        before, after = at(first.json, "response", member), at(t.terminal.json, "response", member)
        if before is not MISSING and after is not MISSING and before != after:
            path = path_to_difference(before, after)
            expected = f"{show(at(before, *path))}, as in event {first.index}"
            yield Finding(t.terminal.where(pointer("response", member, *path)), expected, show(at(after, *path)))


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
            path = path_to_difference(_sealed(item), _sealed(output[index]))
            where = t.terminal.where(pointer("response", "output", index, *path))
            yield Finding(where, f"{show(at(item, *path))}, as in output_item.done", show(at(output[index], *path)))


def _sealed(value: object, depth: int = 20) -> object:
    """A value without the members that are encrypted anew each time, as deep as real items go."""
    if isinstance(value, dict) and depth:
        kept = [name for name in value if name not in ("encrypted_content", "fingerprint")]
        return {name: _sealed(value[name], depth - 1) for name in kept}
    return [_sealed(v, depth - 1) for v in value] if isinstance(value, list) and depth else value
