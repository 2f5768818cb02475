"""Checks of single events: their schema, their type, their number."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from conformance.checks.lib.demanded import is_optional
from conformance.checks.lib.rules import Finding, rule
from conformance.checks.lib.timeline import Timeline
from conformance.checks.lib.view import View
from conformance.checks.streams.rule import few, is_stream, stream_rule
from conformance.wire.json_values import MISSING, pointer, show
from conformance.wire.schema import load

PLACED_MEMBERS: Final = ("sequence_number", "output_index", "content_index", "summary_index", "annotation_index")
"""Members whose value the rules of numbering, items, parts and annotations judge, so that the schema need not."""


@rule("streams.event_schema", when=lambda view: is_stream(view) and any(step.type for step in view.timeline.steps))
def event_schema(view: View) -> Iterator[Finding]:
    """Every event has the members of its type, each of its kind."""
    return few(_schema_findings(view, optional=False))


@rule("streams.optional_members", when=lambda view: is_stream(view) and any(step.type for step in view.timeline.steps))
def optional_members(view: View) -> Iterator[Finding]:
    """Every event has the members, not null, that its type has but that the SDK types as optional."""
    return few(_schema_findings(view, optional=True))


def _schema_findings(view: View, *, optional: bool) -> Iterator[Finding]:
    judged = view.timeline.terminal if view.answer is not MISSING else None
    placed = {pointer(member) for member in PLACED_MEMBERS}
    # The response object of the last event is judged as every response object is, by the rules of the response. What
    # they find there is not said again of the events before.
    said_already = {
        (violation.pointer, violation.expected)
        for step, violation in view.timeline.misshapen
        if step is judged and violation.pointer.startswith("/response")
    }
    for step, violation in view.timeline.misshapen:
        told = (violation.pointer, violation.expected) in said_already or violation.pointer in placed
        if not told and is_optional(step.json, violation) is optional:
            yield Finding(step.where(violation.pointer), violation.expected, violation.received)


@stream_rule("unknown_types", when=lambda t: t.steps)
def unknown_types(t: Timeline) -> Iterator[Finding]:
    """Types of events that no schema describes are observed."""
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
