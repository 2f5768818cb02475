"""Checks of the parts of output items: opened and closed in pairs, and what happens to one lies between."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from conformance.checks.lib.difference import apart, path_to_difference
from conformance.checks.lib.rules import Finding
from conformance.checks.lib.timeline import Item, Step, Timeline
from conformance.checks.streams.rule import stream_rule
from conformance.wire.json_values import MISSING, at, pointer, show

ANNOTATION: Final = "response.output_text.annotation.added"


@dataclass(frozen=True, slots=True)
class Parts:
    """A kind of part: its events, the member that numbers it, the list of the item that holds it, and what is in it."""

    prefix: str
    key: str
    path: str
    inside: tuple[str, ...]

    def sent(self, item: Item, end: str) -> dict[int | None, Step]:
        """The events that open (``added``) or close (``done``) parts of an item, by the number of the part."""
        found: dict[int | None, Step] = {}
        for step in item.of(f"{self.prefix}.{end}"):
            found.setdefault(step.number(self.key), step)
        return found

    def known(self, item: Item) -> set[int | None]:
        """The numbers of the parts of an item."""
        return {*self.sent(item, "added"), *self.sent(item, "done")}

    def meant(self, known: set[int | None], step: Step) -> int | None:
        """The number of the part that an event means: its own, or that of the only known part where it has another."""
        number = step.number(self.key)
        return next(iter(known)) if number not in known and len(known) == 1 else number


CONTENT: Final = Parts(
    prefix="response.content_part",
    key="content_index",
    path="content",
    inside=(
        "response.output_text.delta",
        "response.output_text.done",
        "response.refusal.delta",
        "response.refusal.done",
        ANNOTATION,
    ),
)
SUMMARY: Final = Parts(
    prefix="response.reasoning_summary_part",
    key="summary_index",
    path="summary",
    inside=("response.reasoning_summary_text.delta", "response.reasoning_summary_text.done"),
)


def _check_parts(parts: Parts, t: Timeline) -> Iterator[Finding]:
    for item in t.seen_whole():
        added, done = parts.sent(item, "added"), parts.sent(item, "done")
        where = pointer(parts.key)
        for end, first in (("added", added), ("done", done)):
            for step in item.of(f"{parts.prefix}.{end}"):
                if first[step.number(parts.key)] is not step:
                    yield Finding(step.where(where), f"{step.type} once for each part", "another one")
        for number, step in added.items():
            if number not in done and item.is_whole:
                yield Finding(step.where(where), f"a {parts.prefix}.done for the part", "none")
        for number, step in done.items():
            if number not in added or added[number].index > step.index:
                yield Finding(step.where(where), f"a {parts.prefix}.added for the part before it", "none")
        for step in (step for type_ in parts.inside for step in item.of(type_) if parts.key in step.json):
            number = step.number(parts.key)
            if number not in added and number not in done:
                received = show(step.json[parts.key])
                yield Finding(step.where(where), "the number of a part that was added", received)
            elif item.holds(step) and not _between(added.get(number), step, done.get(number)):
                yield Finding(step.where(), "a place between the added and the done of its part", f"event {step.index}")


def _between(before: Step | None, step: Step, after: Step | None) -> bool:
    return (before is None or before.index < step.index) and (after is None or step.index < after.index)


def _has_parts(parts: Parts, t: Timeline) -> bool:
    types = (f"{parts.prefix}.added", f"{parts.prefix}.done", *parts.inside)
    return any(type_ in item.steps for item in t.items for type_ in types)


@stream_rule("content_parts", when=lambda t: _has_parts(CONTENT, t) or any(_contents(t)))
def content_parts(t: Timeline) -> Iterator[Finding]:
    """Parts of content are opened and closed in pairs, what happens to one lies between, a message holds no other."""
    yield from _check_parts(CONTENT, t)
    for item, content in _contents(t):
        announced = CONTENT.known(item)
        for number in range(len(content)):
            if number not in announced and item.done:
                where = item.done.where(pointer("item", "content", number))
                yield Finding(where, f"a part that {CONTENT.prefix}.added announced", show(content[number]))


def _contents(t: Timeline) -> Iterator[tuple[Item, list[Any]]]:
    """The messages that are done, each with its content."""
    for item in t.seen_whole():
        content = at(item.final, "content")
        if item.has("type", "message") and isinstance(content, list) and content:
            yield item, content


@stream_rule("summary_parts", when=lambda t: _has_parts(SUMMARY, t))
def summary_parts(t: Timeline) -> Iterator[Finding]:
    """Parts of a reasoning summary are opened and closed in pairs, and what happens to one lies between."""
    yield from _check_parts(SUMMARY, t)


@stream_rule("part_values", when=lambda t: _has_parts(CONTENT, t) or _has_parts(SUMMARY, t))
def part_values(t: Timeline) -> Iterator[Finding]:
    """What a part holds is the same in the event that closes the part and in the one that closes the item."""
    for item in t.items:
        for parts in (CONTENT, SUMMARY):
            added = parts.sent(item, "added")
            for number, step in parts.sent(item, "done").items():
                before = at(added[number].json, "part", "type") if number in added else MISSING
                after = at(step.json, "part", "type")
                if MISSING not in (before, after) and before != after:
                    yield Finding(step.where("/part/type"), f"{show(before)}, as the part was added", show(after))
                part = at(item.final, parts.path, -1 if number is None else number)
                for member in ("text", "refusal", "annotations") if isinstance(part, dict) else ():
                    text, whole = at(step.json, "part", member), at(part, member)
                    if text is not MISSING and text != whole:
                        path = path_to_difference(whole, text)
                        expected, received = apart(at(whole, *path), at(text, *path))
                        yield Finding(step.where(pointer("part", member, *path)), expected, received)
