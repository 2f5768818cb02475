"""An exchange: one request and what came back, as values.

Made from the bytes on the wire by whoever sent the request, or from a capture that kept only the JSON.
Reading a body never raises: what cannot be read is an `Unreadable`, which the checks report.
"""

from __future__ import annotations

import codecs
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from conformance.wire.json_values import MISSING, Unreadable, read_json, shorten
from conformance.wire.sse import Event, Framing, decode


@dataclass(frozen=True)
class Request:
    """What was sent. ``content`` is None where a capture did not keep the body."""

    method: str
    path: str
    content: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    query: str = ""

    @cached_property
    def json(self) -> Any:
        """The JSON value of the body, an `Unreadable`, or `MISSING` if the body was not kept."""
        return MISSING if self.content is None else read_json(self.content)

    @classmethod
    def of_json(cls, method: str, path: str, value: Any, query: str = "") -> Request:
        """What was sent where only the JSON value of the body was kept, which need not be read from its text again."""
        request = cls(method, path, json.dumps(value).encode(), query=query)
        request.__dict__["json"] = value
        return request


@dataclass(frozen=True)
class Exchange:
    """One request and its answer. Header names are in lower case.

    ``broken`` says why the answer ended before its end (connection lost, a limit of the suite), else None.
    ``content`` is None for a capture that kept ``captured_json`` or ``captured_events`` only. ``names_kept`` is False
    for one that dropped the ``event:`` lines. ``arrivals`` holds, for each piece of a live answer, the seconds since
    the request was sent and the bytes that had come by then. ``reason`` is the phrase beside the status.
    """

    request: Request
    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    content: bytes | None = None
    broken: str | None = None
    captured_json: Any = MISSING
    captured_events: tuple[Event, ...] | None = None
    names_kept: bool = True
    arrivals: tuple[tuple[float, int], ...] = ()
    reason: str = ""

    @cached_property
    def media_type(self) -> str:
        """The media type of the answer in lower case without parameters, or an empty string."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @cached_property
    def is_stream(self) -> bool:
        """True if the answer is an event stream, by its content type or, failing that, by its first bytes."""
        if self.content is None:
            return self.captured_events is not None
        if self.media_type == "text/event-stream":
            return True
        return self.media_type != "application/json" and self.content.lstrip().startswith((b"event:", b"data:"))

    @cached_property
    def json(self) -> Any:
        """The JSON value of the answer, an `Unreadable`, or `MISSING` for a stream."""
        if self.is_stream:
            return MISSING
        if self.content is None:
            return self.captured_json
        # None was asked for, and none is undone: a few bytes can be compressed gigabytes.
        if (coding := self.headers.get("content-encoding", "identity")) not in ("identity", ""):
            return Unreadable(f"a body compressed with {shorten(coding, 20)}, which nobody asked for")
        # A byte order mark is said to be one by a check, and hides nothing.
        return read_json(self.content.removeprefix(codecs.BOM_UTF8))

    @cached_property
    def _decoded(self) -> tuple[tuple[Event, ...], Framing]:
        if self.captured_events is not None:
            return self.captured_events, Framing()
        return decode(self.content or b"") if self.is_stream else ((), Framing())

    @property
    def events(self) -> tuple[Event, ...]:
        """The events of a stream, empty for an answer that is none."""
        return self._decoded[0]

    @property
    def framing(self) -> Framing:
        """What the bytes of a stream hold besides events."""
        return self._decoded[1]
