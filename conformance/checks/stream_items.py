"""Checks of what a stream says of output items: order, parts, and that the pieces add up to the whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from conformance.checks.rules import Finding
from conformance.checks.streams import stream_rule
from conformance.checks.timeline import Item, Step, Timeline
from conformance.values import MISSING, at, pointer, show

ANNOTATION: Final = "response.output_text.annotation.added"


@dataclass(frozen=True)
class Parts:
    """A kind of part: the requirement, its events, the member that numbers it, what holds it, what happens in it."""

    name: str
    prefix: str
    key: str
    item: str
    path: str
    inside: tuple[str, ...]


CONTENT: Final = Parts(
    "content_parts",
    "response.content_part",
    "content_index",
    "message",
    "content",
    (
        "response.output_text.delta",
        "response.output_text.done",
        "response.refusal.delta",
        "response.refusal.done",
        ANNOTATION,
    ),
)
SUMMARY: Final = Parts(
    "summary_parts",
    "response.reasoning_summary_part",
    "summary_index",
    "reasoning",
    "summary",
    ("response.reasoning_summary_text.delta", "response.reasoning_summary_text.done"),
)


@dataclass(frozen=True)
class Text:
    """A text that is streamed in pieces, ``response.<name>.delta`` and ``.done``.

    ``member`` is its place in the done event. ``path`` is its place in an item of type ``item``: where ``key`` numbers
    several texts, what comes first in it leads to a list. ``parts`` are those that have to announce it.
    """

    name: str
    member: str
    item: str
    path: tuple[str, ...]
    key: str | None = None
    parts: Parts | None = None

    @property
    def delta(self) -> str:
        return f"response.{self.name}.delta"

    @property
    def done(self) -> str:
        return f"response.{self.name}.done"

    def in_item(self, value: Any) -> dict[int | None, tuple[str, str]]:
        """Pointer and text of each of these texts in an item, by its number."""
        if at(value, "type") != self.item:
            return {}
        if self.key is None:
            found = {None: self.path}
        else:
            lists = 2 if self.path[0] == "action" else 1
            texts = at(value, *self.path[:lists])
            numbers = range(len(texts)) if isinstance(texts, list) else ()
            found = {n: (*self.path[:lists], n, *self.path[lists:]) for n in numbers}
        return {
            n: (pointer("item", *path), text) for n, path in found.items() if isinstance(text := at(value, *path), str)
        }
