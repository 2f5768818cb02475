"""Faults of how a stream is delivered: whether there is one, its bytes, its lines."""

from dataclasses import replace
from typing import Any, Final

from conformance.faults.lib.fault import CHECKERS, DATABRICKS, ELSEWHERE, Fault
from conformance.reference.edits.events import DELTA, ERROR, each, inserted, on_events, on_frames, one_more
from conformance.reference.edits.replies import both
from conformance.reference.edits.requests import ignoring
from conformance.reference.reply import Frame, Reply, encoded
from conformance.wire.edit import put, without


def _with_line(line: bytes) -> Any:
    """A line more at the end of an event."""
    return lambda frame: replace(frame, end=b"\n" + line + frame.end)


def _padded_with_bytes(frame: Frame) -> Frame:
    if frame.name != f"response.{DELTA}" or "obfuscation" not in frame.data:
        return frame
    return replace(frame, data=encoded(frame.data).replace(b'"obfuscation":"', b'"obfuscation":"\xff'))


def _type_on_the_line_only(frame: Frame) -> Frame:
    return replace(frame, data=without("/type")(frame.data)) if frame.name == "error" else frame


def _held(reply: Reply) -> Reply:
    """Only a long stream shows that it is held back."""
    return replace(reply, held=0.1) if len(reply.frames or ()) >= 50 else reply


def _done_early(reply: Reply) -> Reply:
    """The marker of the older API before the last event."""
    if reply.frames is None:
        return reply
    return replace(reply, frames=(*reply.frames[:-1], Frame(None, b"[DONE]"), reply.frames[-1]))


FAULTS: Final = (
    Fault(
        "streams-by-default",
        "A request that does not ask for a stream gets one.",
        ("streams.streamed", "wrong_requests.unusual_body", "tool_refusals.long_function_name"),
        request_edit=lambda body: {**body, "stream": body.get("stream") is not False},
        seen=ELSEWHERE,
    ),
    Fault(
        "streams-always",
        "A request that wants no stream gets one.",
        ("streams.streamed", "wrong_requests.unusual_body", "tool_refusals.long_function_name"),
        request_edit=lambda body: {**body, "stream": True},
    ),
    Fault(
        "never-streams",
        "A request that asks for a stream gets none.",
        ("streams.streamed",),
        request_edit=ignoring("stream", "stream_options"),
    ),
    Fault("bytes-that-are-no-utf-8", "Obfuscation is random bytes.", ("streams.utf8",), on_frames(_padded_with_bytes)),
    Fault(
        "no-blank-line-at-the-end",
        "No blank line ends the last event.",
        ("streams.unterminated",),
        on_frames(lambda frame: replace(frame, end=b"\n"), which=-1),
    ),
    Fault(
        "stray-lines",
        "Events have lines that are no fields.",
        ("streams.stray_lines",),
        on_frames(_with_line(b"status: 200")),
    ),
    Fault(
        "pings-without-data",
        "Events named ping have no data.",
        ("streams.stray_lines",),
        on_frames(lambda frame: replace(frame, end=b"\n\nevent: ping\n\n"), which=1),
    ),
    Fault(
        "comments",
        "Comments keep the connection alive.",
        ("streams.comments",),
        on_frames(_with_line(b": ping"), which=1),
        seen=ELSEWHERE,
    ),
    Fault("ids-of-events", "Every event has an id.", ("streams.comments",), on_frames(_with_line(b"id: 1"))),
    Fault(
        "done-marker",
        "A stream ends with [DONE].",
        ("streams.done_marker",),
        one_more(Frame(None, b"[DONE]")),
        seen=ELSEWHERE,
    ),
    Fault(
        "done-before-the-end",
        "[DONE] comes before the last event.",
        ("streams.done_early",),
        _done_early,
        seen=ELSEWHERE,
    ),
    Fault(
        "no-event-lines",
        "No event has an event: line.",
        ("streams.event_names",),
        on_frames(lambda frame: replace(frame, name=None)),
        seen=CHECKERS,
    ),
    Fault(
        "message-event-lines",
        "Every event: line says message.",
        ("streams.event_names",),
        on_frames(lambda frame: replace(frame, name="message")),
        seen=CHECKERS,
    ),
    Fault(
        "null-event",
        "One event has null for its data.",
        ("streams.event_json",),
        one_more(Frame("response.output_text.delta", None)),
    ),
    Fault(
        "half-an-event",
        "The JSON of an event is cut off.",
        ("streams.event_json",),
        one_more(Frame("keepalive", b'{"type":"keepalive","seq')),
    ),
    Fault(
        "error-without-type",
        "The type of an error event stands on its event: line only.",
        ("streams.event_json",),
        both(on_events(inserted(ERROR, after="output_item.done")), on_frames(_type_on_the_line_only)),
        seen=DATABRICKS,
    ),
    Fault("held-back", "A stream is held back until it is finished.", ("streams.incremental",), _held),
    Fault(
        "obfuscation-in-spite",
        "Obfuscation is sent where it was declined.",
        ("streams.obfuscation",),
        on_events(each(DELTA, put("/obfuscation", "x")), numbered=False),
    ),
)
