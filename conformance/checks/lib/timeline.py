"""A stream as the checks look at it: its events in order, and the life of each output item.

Nothing here judges. Every event finds the item that it means even where its index or its id is wrong, so that one
mistake is one finding and not a dozen.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final
from urllib.parse import parse_qs

from conformance.wire.exchange import Exchange
from conformance.wire.json_values import MISSING, at, printable, shorten
from conformance.wire.schema import Violation, violations
from conformance.wire.sse import DONE, Event

TERMINAL: Final = ("response.completed", "response.incomplete", "response.failed")
"""Types of the events that end a stream with the response object in its last state."""

ADDED: Final = "response.output_item.added"
ITEM_DONE: Final = "response.output_item.done"
PARTIAL_IMAGE: Final = "response.image_generation_call.partial_image"


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """An event whose data is an object: its position in the stream, its type (empty where it has none), its data."""

    index: int
    type: str
    json: dict[str, Any]

    def where(self, pointer: str = "") -> str:
        """Where a finding stands: ``event 12 response.output_text.delta /output_index``."""
        return f"event {self.index} {printable(shorten(self.type, 80))} {pointer}".rstrip()

    def number(self, member: str) -> int | None:
        """A member that has to be a whole number, or None if it is none."""
        value = self.json.get(member)
        return value if isinstance(value, int) and not isinstance(value, bool) else None


@dataclass(eq=False)
class Item:
    """An output item: the events that open and close it, those that repeat these, and all that happened to it."""

    added: Step | None = None
    done: Step | None = None
    repeats: list[Step] = field(default_factory=list)
    steps: dict[str, list[Step]] = field(default_factory=dict)

    @property
    def ends(self) -> tuple[Step, ...]:
        """The event that opens it and the one that closes it, as far as they were sent."""
        return tuple(step for step in (self.added, self.done) if step is not None)

    @cached_property
    def names(self) -> tuple[list[int | None], list[Any]]:
        """The values of output_index and of the id with which the item was opened and closed, once that is known."""
        return [step.number("output_index") for step in self.ends], [at(step.json, "item", "id") for step in self.ends]

    @property
    def is_whole(self) -> bool:
        """True if the item is done and was not cut off, so that all that was begun in it has to be closed."""
        return self.done is not None and at(self.final, "status") != "incomplete"

    def has(self, member: str, value: Any) -> bool:
        """True if a member of the item, as it was opened or closed, has this value."""
        return any(at(step.json, "item", member) == value for step in self.ends)

    def has_index(self, index: int | None) -> bool:
        """True if the item was opened or closed with this output_index."""
        return any(step.number("output_index") == index for step in self.ends)

    @property
    def final(self) -> Any:
        """The item as its last event gives it, `MISSING` before that."""
        return at(self.done.json, "item") if self.done else MISSING

    @property
    def type(self) -> Any:
        """The type of the item, from its last event or else from its first."""
        return at(self.ends[-1].json, "item", "type")

    def holds(self, step: Step) -> bool:
        """True if an event lies between the one that opens the item and the one that closes it."""
        after = self.added is None or self.added.index < step.index
        return after and (self.done is None or step.index < self.done.index)

    def of(self, type_: str) -> list[Step]:
        """The item's events of a type."""
        return self.steps.get(type_, [])


class Timeline:
    """The events of one stream, sorted by what they mean.

    ``places`` holds every event in order, None for one that cannot be read, so that numbering can count it.
    """

    def __init__(self, exchange: Exchange) -> None:
        self.exchange = exchange
        self.places: list[Step | None] = []
        self.unreadable: list[tuple[int, Event]] = []
        self.markers: list[int] = []
        for index, event in enumerate(exchange.events):
            if isinstance(event.json, dict):
                # A type that stands on the event: line only is taken from there, once a rule has said so.
                self.places.append(Step(index, event.type or event.name or "", event.json))
            elif event.data.strip() == DONE:
                self.markers.append(index)
            else:
                self.places.append(None)
                self.unreadable.append((index, event))
        self.steps = tuple(step for step in self.places if step is not None)
        self.terminals = tuple(step for step in self.steps if step.type in TERMINAL)
        self.terminal = self.terminals[0] if self.terminals else None
        self.responses = tuple(step for step in self.steps if isinstance(step.json.get("response"), dict))
        self.items: list[Item] = []
        self.item_events: list[tuple[Step, Item | None]] = []
        self._place()

    @property
    def starting_after(self) -> int | None:
        """The number after which a stream was resumed, or None for one that has to begin at its beginning."""
        request = self.exchange.request
        number = parse_qs(request.query).get("starting_after", [""])[-1] if request.method == "GET" else ""
        return int(number) if number.isascii() and number.isdecimal() and len(number) < 20 else None

    @property
    def is_partial(self) -> bool:
        """True for a stream that was resumed after more than its first event, so that items may be begun in it."""
        return bool(self.starting_after)

    @property
    def ran_through(self) -> bool:
        """True if the stream came to its planned end, so that everything that was begun has to be closed."""
        return self.terminal is not None and self.terminal.type != "response.failed"

    def seen_whole(self) -> Iterator[Item]:
        """The items whose life the stream shows from its beginning."""
        return (item for item in self.items if not (self.is_partial and item.added is None))

    def of(self, *types: str) -> Iterator[Step]:
        """The events of some types, in order."""
        return (step for step in self.steps if step.type in types)

    def _place(self) -> None:
        """Builds the items and gives each event to the item that it means."""
        known: dict[tuple[str | None, int | None], Item] = {}
        open_items: dict[int, Item] = {}
        orphans: list[tuple[int, Step, Item | None]] = []

        def remember(item: Item, step: Step) -> None:
            id_, index = _names(step, at(step.json, "item", "id"))
            known.update({(id_, index): item, (id_, None): item, (None, index): item})

        def find(step: Step, id_: Any) -> Item | None:
            name, index = _names(step, id_)
            for key in ((name, index), (name, None), (None, index)):
                if key != (None, None) and key in known:
                    return known[key]
            return None

        for step in self.steps:
            if step.type == ADDED:
                item = find(step, at(step.json, "item", "id"))
                if item is not None and item.added is not None and self._repeats(item, step):
                    if not self._is_too_late(step, item):
                        item.repeats.append(step)
                    continue
                item = Item(added=step)
                self.items.append(item)
                open_items[id(item)] = item
                remember(item, step)
            elif step.type == ITEM_DONE:
                item = find(step, at(step.json, "item", "id"))
                if item is not None and item.done is not None and item.has("id", at(step.json, "item", "id")):
                    if not self._is_too_late(step, item):
                        item.repeats.append(step)
                    continue
                if item is None or item.done is not None:
                    item = Item()
                    self.items.append(item)
                item.done = step
                open_items.pop(id(item), None)
                remember(item, step)
            elif "output_index" in step.json or "item_id" in step.json:
                item = find(step, step.json.get("item_id"))
                if item is None:
                    alone = len(open_items) == 1 and not self.is_partial
                    only = next(iter(open_items.values())) if alone else None
                    orphans.append((len(self.item_events), step, only))
                self.item_events.append((step, item))
        for position, step, only in orphans:
            self.item_events[position] = (step, find(step, step.json.get("item_id")) or only)
        self.item_events = [(step, item) for step, item in self.item_events if not self._is_too_late(step, item)]
        for step, item in self.item_events:
            if item is not None:
                item.steps.setdefault(step.type, []).append(step)

    def _is_too_late(self, step: Step, item: Item | None) -> bool:
        """True for an event after the end of a response in which its item was done: it counts no more."""
        end = self.terminal.index if self.terminal else step.index
        return step.index > end and (item is None or (item.done is not None and item.done.index < end))

    @staticmethod
    def _repeats(item: Item, step: Step) -> bool:
        return item.has("id", at(step.json, "item", "id")) and item.has_index(step.number("output_index"))

    @cached_property
    def misshapen(self) -> tuple[tuple[Step, Violation], ...]:
        """What breaks the schemas of the events. It can be long to find, and several rules ask for it."""
        typed = (step for step in self.steps if isinstance(step.json.get("type"), str))
        return tuple((step, violation) for step in typed for violation in violations("events", step.json))


def _names(step: Step, id_: Any) -> tuple[str | None, int | None]:
    return id_ if isinstance(id_, str) else None, step.number("output_index")
