"""Defects, one at a time, in streams that are right: for the tests of the checks and for the trial on recordings.

A generator takes an exchange and yields copies of it that have one defect each. It names the requirements of which at
least one has to notice. The generators are in ``mutants_*``; ``mutants`` has them all.
"""

from __future__ import annotations

import copy
import dataclasses
import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from conformance.checks.lib.timeline import TERMINAL
from conformance.checks.streams.texts import TEXTS
from conformance.wire.exchange import Exchange
from conformance.wire.sse import Event

JSON = dict[str, Any]
Events = list[JSON]


@dataclasses.dataclass(frozen=True)
class Mutant:
    """A copy with one defect: what was done to it, the copy, and the requirements that may notice it."""

    label: str
    exchange: Exchange
    noticed_by: tuple[str, ...]


@dataclasses.dataclass(frozen=True)
class Kind:
    """A named kind of defect."""

    name: str
    make: Callable[[Exchange], Iterator[Mutant]]


KINDS: dict[str, Kind] = {}
"""Every kind of defect, by its name."""

Change = tuple[str, Events] | tuple[str, Events, tuple[str, ...]]
Generator = Callable[[Events], Iterator[Change]]


def of_streams(*noticed_by: str) -> Callable[[Generator], Generator]:
    """Registers a generator that takes and yields lists of events, by the name of its function.

    It yields a label and the events, and the requirements where they differ from the ones given here.
    """

    def register(function: Generator) -> Generator:
        def make(exchange: Exchange) -> Iterator[Mutant]:
            kept = {id(event.json): event for event in exchange.events}
            events = [event.json for event in exchange.events if isinstance(event.json, dict)]
            for label, changed, *named in function(events):
                again = tuple(kept.get(id(e)) or Event(_name(e), json.dumps(e)) for e in changed)
                mutant = dataclasses.replace(exchange, content=None, captured_events=again)
                yield Mutant(label, mutant, *(named or [tuple(f"streams.{name}" for name in noticed_by)]))

        name = function.__name__.removeprefix("_")
        KINDS[name] = Kind(name, make)
        return function

    return register


def some(mutants: Iterable[Mutant], number: int) -> list[Mutant]:
    """A few of many: from the beginning, the middle and the end."""
    found = list(mutants)
    step = max(1, len(found) // number)
    return found if len(found) <= number else [*found[::step][: number - 1], found[-1]]


def _name(event: JSON) -> str | None:
    name = event.get("type")
    return name if isinstance(name, str) else None


def changed(events: Events, index: int, *path: str | int, to: Any) -> Events:
    """The events with one value changed in one of them."""
    event = value = copy.deepcopy(events[index])
    for step in path[:-1]:
        value = value[step]  # type: ignore[index]
    value[path[-1]] = to  # type: ignore[index]
    return [*events[:index], event, *events[index + 1 :]]


def renumbered(events: Iterable[JSON], like: Events | None = None) -> Events:
    """The events with numbers that follow one another, from the first of ``like`` or of their own."""
    events = list(events)
    start = (like or events)[0].get("sequence_number", 0)
    return [event | {"sequence_number": number} for number, event in enumerate(events, start)]


def of_type(events: Events, *types: str) -> Iterator[tuple[int, JSON]]:
    return ((index, event) for index, event in enumerate(events) if event.get("type") in types)


def types_in(events: Events) -> list[str]:
    return list(dict.fromkeys(str(event.get("type")) for event in events))


def terminal_of(events: Events) -> tuple[int, JSON] | None:
    return next(of_type(events, *TERMINAL), None)


DELTAS = {f"response.{text.name}.delta": text for text in TEXTS}
DONES = {text.done: text for text in TEXTS}
ITEM_ENDS = ("response.output_item.added", "response.output_item.done")
PARTS = {"response.content_part": "content_parts", "response.reasoning_summary_part": "summary_parts"}
LIFE = ("response.created", "response.queued", "response.in_progress", *TERMINAL)
