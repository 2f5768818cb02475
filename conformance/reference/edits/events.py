"""The few ways in which the events of a stream are spoiled. Nothing is changed in place, as events share values."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from itertools import count
from typing import Any, Final

from conformance.reference.reply import Frame, Reply, ReplyEdit
from conformance.wire.edit import Edit, edited

Event = dict[str, Any]
Step = Callable[[list[Event]], Iterable[Event]]
Types = str | Sequence[str]
"""The types of some events, without what all begin with."""

UNPREFIXED: Final = ("error", "keepalive")
BEGINNING: Final = ("created", "in_progress")
END: Final = ("completed", "incomplete")
DELTA: Final = "output_text.delta"
ERROR: Final = {"type": "error", "code": "server_error", "message": "The model failed.", "param": None}


def on_events(*steps: Step, numbered: bool = True) -> ReplyEdit:
    """Changes the list of the events of a stream, and numbers what comes of it anew."""

    def reply_edit(reply: Reply) -> Reply:
        if reply.frames is None:
            return reply
        events = [frame.data for frame in reply.frames]
        for step in steps:
            events = list(step(events))
        if numbered:
            events = [event | {"sequence_number": number} for number, event in enumerate(events)]
        return replace(reply, frames=tuple(Frame(event["type"], event) for event in events))

    return reply_edit


def each(types: Types, *edits: Edit, which: int | None = None) -> Step:
    """Edits the events of some types: all of them, or the one at an index, from the end where it is negative."""

    def step(events: list[Event]) -> Iterable[Event]:
        places = _places(events, types, which)
        return [edited(event, edits) if place in places else event for place, event in enumerate(events)]

    return step


def left_out(types: Types, which: int | None = None) -> Step:
    """Leaves out the events of some types, or one of them."""

    def step(events: list[Event]) -> Iterable[Event]:
        places = _places(events, types, which)
        return [event for place, event in enumerate(events) if place not in places]

    return step


def twice(types: Types, which: int | None = None) -> Step:
    """Sends the events of some types, or one of them, twice in a row."""

    def step(events: list[Event]) -> Iterable[Event]:
        places = _places(events, types, which)
        return [one for place, event in enumerate(events) for one in ([event] * (2 if place in places else 1))]

    return step


def inserted(event: Event, *, after: Types, which: int = -1) -> Step:
    """Sends another event after the one of some type."""

    def step(events: list[Event]) -> Iterable[Event]:
        for place in _places(events, after, which):
            return [*events[: place + 1], event, *events[place + 1 :]]
        return events

    return step


def moved(types: Types, *, after: Types, which: int = 0, to: int = 0) -> Step:
    """Sends an event later or earlier: right after another one."""

    def step(events: list[Event]) -> Iterable[Event]:
        for source in _places(events, types, which):
            for target in _places(events, after, to):
                event = events[source]
                rest = [one if place != source else None for place, one in enumerate(events)]
                rest.insert(target + 1, event)
                return [one for one in rest if one is not None]
        return events

    return step


def swapped(types: Types, member: str) -> Step:
    """Lets the first two events of some type change what they hold in a member."""

    def step(events: list[Event]) -> Iterable[Event]:
        places = sorted(_places(events, types, None))[:2]
        if len(places) < 2:
            return events
        one, other = (events[place] for place in places)
        changed = {places[0]: one | {member: other[member]}, places[1]: other | {member: one[member]}}
        return [changed.get(place, event) for place, event in enumerate(events)]

    return step


def counting(start: int, step: int = 1) -> Step:
    """Numbers the events in another way."""

    def renumber(events: list[Event]) -> Iterable[Event]:
        return [event | {"sequence_number": number} for event, number in zip(events, count(start, step), strict=False)]

    return renumber


def _places(events: Sequence[Event], types: Types, which: int | None) -> set[int]:
    wanted = _full((types,) if isinstance(types, str) else types)
    found = [place for place, event in enumerate(events) if event["type"] in wanted]
    if which is None:
        return set(found)
    return {found[which]} if -len(found) <= which < len(found) else set()


def _full(names: Iterable[str]) -> set[str]:
    return {name if name in UNPREFIXED else f"response.{name}" for name in names}


# --- bytes of a stream


def on_frames(edit: Callable[[Frame], Frame], which: int | None = None) -> ReplyEdit:
    """Changes how events are framed: all of them, or the one at an index."""

    def reply_edit(reply: Reply) -> Reply:
        if reply.frames is None:
            return reply
        chosen = None if which is None else range(len(reply.frames))[which]
        frames = (edit(frame) if chosen in (None, place) else frame for place, frame in enumerate(reply.frames))
        return replace(reply, frames=tuple(frames))

    return reply_edit


def one_more(frame: Frame) -> ReplyEdit:
    """Sends something after the last event."""
    return lambda reply: reply if reply.frames is None else replace(reply, frames=(*reply.frames, frame))
