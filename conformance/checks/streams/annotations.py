"""Checks of the annotations of texts: what was announced is in the text, and what is in the text was announced."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from conformance.checks.lib.difference import path_to_difference
from conformance.checks.lib.rules import Finding
from conformance.checks.lib.timeline import Item, Step, Timeline
from conformance.checks.streams.parts import ANNOTATION, CONTENT
from conformance.checks.streams.rule import stream_rule
from conformance.wire.json_values import MISSING, at, at_list, pointer, show


@stream_rule(
    "annotations",
    when=lambda t: any(ANNOTATION in item.steps or any(_annotations(item.final)) for item in t.items),
)
def announced_annotations(t: Timeline) -> Iterator[Finding]:
    """Every annotation of a text was announced, as it is and at its annotation_index."""
    for item in t.seen_whole():
        announced = _announced(item)
        for part, number, annotation in _annotations(item.final):
            said = announced.get((part, number))
            if said is None and item.done:
                where = item.done.where(pointer("item", "content", part, "annotations", number))
                yield Finding(where, f"an annotation that {ANNOTATION} announced", show(annotation))
            elif said and said.json.get("annotation") != annotation:
                announced_as = said.json.get("annotation", MISSING)
                path = path_to_difference(annotation, announced_as)
                expected = f"{show(at(annotation, *path))}, as in output_item.done"
                yield Finding(said.where(pointer("annotation", *path)), expected, show(at(announced_as, *path)))


@stream_rule("annotations_kept", when=lambda t: any(ANNOTATION in item.steps and item.done for item in t.items))
def kept_annotations(t: Timeline) -> Iterator[Finding]:
    """Every annotation that was announced is announced once, and is in the text."""
    for item in t.seen_whole():
        announced = _announced(item)
        first = {id(step) for step in announced.values()}
        final = {(part, number) for part, number, _ in _annotations(item.final)}
        for step in item.of(ANNOTATION) if item.done else ():
            if id(step) not in first:
                yield Finding(step.where("/annotation_index"), "one event for each annotation", "another one")
        for place, step in announced.items() if item.done else ():
            if place not in final:
                received = show(step.json.get("annotation_index", MISSING))
                yield Finding(step.where("/annotation_index"), "the index of an annotation of the text", received)


def _announced(item: Item) -> dict[tuple[int | None, int | None], Step]:
    """The events that announce annotations, by the numbers of the part and of the annotation."""
    known = CONTENT.known(item)
    announced: dict[tuple[int | None, int | None], Step] = {}
    for step in item.of(ANNOTATION):
        announced.setdefault((CONTENT.meant(known, step), step.number("annotation_index")), step)
    return announced


def _annotations(final: Any) -> Iterator[tuple[int, int, Any]]:
    """The annotations of a message: number of the part, number of the annotation, annotation."""
    for part, value in enumerate(at_list(final, "content")):
        for number, annotation in enumerate(at_list(value, "annotations")):
            yield part, number, annotation
