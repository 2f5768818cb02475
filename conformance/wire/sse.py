"""Bytes to events, by the rules of the WHATWG for server-sent events.

Ours, because a library hides what has to be judged: comments, unnamed events, an event that the end cut off.
"""

from __future__ import annotations

import codecs
import json
import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

from conformance.wire.json_values import read_json

LINE_END: Final = re.compile(r"\r\n|\n|\r")
LONE_SURROGATE: Final = re.compile("[\udc80-\udcff]")
DONE: Final = "[DONE]"
PIECE: Final = 64 * 1024
"""Bytes of a whole stream that are decoded at once, as text can take four times their room."""


@dataclass(frozen=True)
class Event:
    """One event: its name as the ``event:`` line gave it (None without one) and its data as text."""

    name: str | None
    data: str

    @cached_property
    def json(self) -> Any:
        """The JSON value of the data, or an `Unreadable`."""
        return read_json(self.data)

    @cached_property
    def type(self) -> str | None:
        """The ``type`` in the data, or None where there is no such string."""
        kind = self.json.get("type") if isinstance(self.json, dict) else None
        return kind if isinstance(kind, str) else None


class KeptEvent(Event):
    """An event of which a capture kept the JSON value only: its text is written where somebody asks for it."""

    def __init__(self, name: str | None, value: Any) -> None:
        self.__dict__.update(name=name, json=value)

    @cached_property
    def data(self) -> str:
        """The JSON value as text."""
        return json.dumps(self.json)


@dataclass
class Framing:
    """What the bytes of a stream hold besides events.

    ``unterminated``: the last event lacks the blank line that ends it. ``named_only``: names of events without data.
    ``stray``: lines that are no field of an event, which a client ignores.
    """

    comments: int = 0
    ids: int = 0
    invalid_utf8: int = 0
    unterminated: bool = False
    named_only: list[str] = field(default_factory=list)
    stray: list[str] = field(default_factory=list)


class Decoder:
    """Decodes a stream as it arrives, in pieces of any size."""

    def __init__(self) -> None:
        self.framing = Framing()
        self._utf8 = codecs.getincrementaldecoder("utf-8")(errors="surrogateescape")
        self._pending: list[str] = []
        self._started = False
        self._name: str | None = None
        self._data: list[str] = []

    def feed(self, chunk: bytes, *, final: bool = False) -> list[Event]:
        """The events that this piece of the stream completes."""
        text = self._utf8.decode(chunk, final)
        if text and not self._started:
            self._started = True
            text = text.removeprefix("\ufeff")
        if not text.isascii():
            text, invalid = LONE_SURROGATE.subn("\ufffd", text)
            self.framing.invalid_utf8 += invalid
        if self._pending and self._pending[-1].endswith("\r"):
            # Whether a carriage return at the end of a piece ends a line alone shows only in the next piece.
            text = self._pending.pop() + text
        held = "\r" if text.endswith("\r") and not final else ""
        lines = LINE_END.split(text.removesuffix(held))
        lines[0] = "".join(self._pending) + lines[0] if len(lines) > 1 else lines[0]
        if len(lines) > 1:
            self._pending.clear()
        if rest := lines.pop() + held:
            self._pending.append(rest)
        return [event for line in lines if (event := self._line(line)) is not None]

    def close(self) -> list[Event]:
        """The events at the end of the stream; one without its blank line is kept, and the framing says so."""
        cut = len(self._utf8.getstate()[0])
        events = self.feed(b"", final=True)
        self.framing.invalid_utf8 -= cut  # a character that the end cut in two is no wrong one
        if self._pending:
            stray = len(self.framing.stray)
            line = "".join(self._pending)
            self._pending.clear()
            self._line(line)
            del self.framing.stray[stray:]  # half a line, of which nobody can tell what it was to be
        if self._data:
            self.framing.unterminated = True
            events += [event for event in [self._line("")] if event is not None]
        self.framing.unterminated |= self._name is not None
        return events

    def _line(self, line: str) -> Event | None:
        if not line:
            event = Event(self._name, "\n".join(self._data)) if self._data else None
            if event is None and self._name is not None:
                self.framing.named_only.append(self._name)
            self._name, self._data = None, []
            return event
        name = line[: line.find(":")] if ":" in line else line
        begin = len(name) + 1
        value = line[begin + line.startswith(" ", begin) :]  # cut once: it can be long
        if not name:
            self.framing.comments += 1
        elif name == "data":
            self._data.append(value)
        elif name == "event":
            self._name = value
        elif name == "id":
            self.framing.ids += 1
        elif name != "retry":
            self.framing.stray.append(line)
        return None


def decode(content: bytes) -> tuple[tuple[Event, ...], Framing]:
    """All events of a whole stream, and its framing."""
    decoder = Decoder()
    events: list[Event] = []
    for start in range(0, len(content), PIECE):
        events += decoder.feed(content[start : start + PIECE])
    events += decoder.close()
    return tuple(events), decoder.framing
