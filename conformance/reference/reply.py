"""What is sent, as a value: everything is decided before the first byte leaves.

This is the place for faults: a `ReplyEdit` can touch status, headers, JSON, and events, and a `RequestEdit` can make
another request of the one that was sent, so that what has to be refused is answered.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from conformance.reference.refusal import Refusal

JSON_TYPE: Final = "application/json"
STREAM_TYPE: Final = "text/event-stream; charset=utf-8"
ERROR_CODES: Final = {
    400: "INVALID_PARAMETER_VALUE",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "RESOURCE_DOES_NOT_EXIST",
    405: "METHOD_NOT_ALLOWED",
    413: "REQUEST_TOO_LARGE",
    422: "INVALID_PARAMETER_VALUE",
    424: "FAILED_DEPENDENCY",
    429: "REQUEST_LIMIT_EXCEEDED",
    500: "INTERNAL_ERROR",
}
"""What Databricks' envelope calls each refusal."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One event as it is framed: the ``event:`` line, None for no such line, and the JSON value behind ``data:``.

    Data that are bytes are sent as they are, whatever they hold. ``end`` is what ends the event, a blank line.
    """

    name: str | None
    data: Any
    end: bytes = b"\n\n"

    def encoded(self) -> bytes:
        """The bytes of the event, its end included."""
        head = b"" if self.name is None else f"event: {self.name}\n".encode()
        return b"%bdata: %b%b" % (head, encoded(self.data), self.end)


@dataclass(frozen=True, slots=True)
class Received:
    """What came before the body of a request. The names of headers are in small letters."""

    method: str = "POST"
    path: str = ""
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer, either a JSON value (or bytes, sent as they are) or the frames of a stream.

    ``asked`` is the body of the request as it was sent, empty where none could be read, and ``received`` what came
    before it. A stream that is ``held`` back for some seconds is sent in one piece; any answer begins after ``late``
    seconds. ``memory`` is what the application keeps from one reply to the next, for edits that count. ``pause`` is how
    many seconds an edit waits that does.
    """

    status: int
    content: Any = None
    frames: tuple[Frame, ...] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    asked: Mapping[str, Any] = field(default_factory=dict)
    held: float = 0.0
    late: float = 0.0
    received: Received = Received()
    memory: dict[object, Any] = field(default_factory=dict, repr=False, compare=False)
    pause: float = 0.0

    @property
    def media_type(self) -> str:
        """The Content-Type of the answer."""
        return JSON_TYPE if self.frames is None else STREAM_TYPE


ReplyEdit = Callable[[Reply], Reply]
RequestEdit = Callable[[dict[str, Any]], dict[str, Any]]


def unchanged(reply: Reply) -> Reply:
    """The edit of a reply by an endpoint without faults."""
    return reply


def as_sent(body: dict[str, Any]) -> dict[str, Any]:
    """The edit of a request by an endpoint without faults."""
    return body


def refused(refusal: Refusal) -> Reply:
    """A refusal in OpenAI's envelope."""
    return Reply(refusal.status, refusal.body)


def like_databricks(reply: Reply) -> Reply:
    """The edit of an endpoint that refuses in Databricks' envelope, which OpenAI's clients cannot read."""
    if reply.status < 400 or isinstance(reply.content, bytes):
        return reply
    return replace(
        reply, content={"error_code": ERROR_CODES[reply.status], "message": reply.content["error"]["message"]}
    )


def streamed(events: Iterable[dict[str, Any]]) -> Reply:
    """The events of an answer, each under the name of its type."""
    return Reply(200, frames=tuple(Frame(event["type"], event) for event in events))


def encoded(value: Any) -> bytes:
    """The JSON text of a value on one line. Bytes are left alone."""
    if isinstance(value, bytes):
        return value
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def chunks(parts: Iterable[bytes], size: int | None) -> Iterator[bytes | None]:
    """The parts one by one, or all of them together cut into pieces of ``size`` bytes. None marks the end of a part."""
    rest = b""
    for part in parts:
        if size is None:
            yield part
        else:
            rest += part
            while len(rest) >= size:
                yield rest[:size]
                rest = rest[size:]
        yield None
    if rest:
        yield rest
