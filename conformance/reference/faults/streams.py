"""Faults of streams: their bytes, their numbering, how they begin and end, and what they say of the response."""

from dataclasses import replace
from typing import Any, Final

from conformance.reference.faults.asked import is_question, no_tools
from conformance.reference.faults.edits import (
    END,
    both,
    counting,
    drop,
    each,
    inserted,
    is_plain,
    left_out,
    moved,
    on_begun,
    on_events,
    on_frames,
    on_response,
    one_more,
    only_if,
    put,
    twice,
    typed,
)
from conformance.reference.faults.fault import CHECKERS, DATABRICKS, ELSEWHERE, Fault
from conformance.reference.reply import Frame, Reply, encoded

DELTA: Final = "output_text.delta"
ERROR: Final = {"type": "error", "code": "server_error", "message": "The model failed.", "param": None}


def _with_line(line: bytes) -> Any:
    """A line more at the end of an event."""
    return lambda frame: replace(frame, end=b"\n" + line + frame.end)


def _padded_with_bytes(frame: Frame) -> Frame:
    if frame.name != f"response.{DELTA}" or "obfuscation" not in frame.data:
        return frame
    return replace(frame, data=encoded(frame.data).replace(b'"obfuscation":"', b'"obfuscation":"\xff'))


def _type_on_the_line_only(frame: Frame) -> Frame:
    return replace(frame, data=drop("/type")(frame.data)) if frame.name == "error" else frame


def _keeps_by_default(reply: Reply) -> bool:
    return reply.frames is not None and "prompt_cache_retention" not in reply.asked


def _broken_off(reply: Reply) -> Reply:
    """More bytes are announced than are sent, so that the connection ends in the middle."""
    if reply.frames is None:
        return reply
    length = sum(len(frame.encoded()) for frame in reply.frames) + 1
    return replace(reply, headers={**reply.headers, "content-length": str(length)})


def _held(reply: Reply) -> Reply:
    """Only a long stream shows that it is held back."""
    return replace(reply, held=0.1) if len(reply.frames or ()) >= 50 else reply


BYTES: Final = (
    Fault(
        "stream-as-text-plain",
        "A stream comes as text/plain.",
        ("response.content_type",),
        typed("text/plain", stream=True),
        seen=CHECKERS,
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
    Fault("held-back", "A stream is held back until it is finished.", ("streams.incremental",), _held),
    Fault(
        "obfuscation-in-spite",
        "Obfuscation is sent where it was declined.",
        ("streams.obfuscation",),
        on_events(each(DELTA, put("/obfuscation", "x")), numbered=False),
    ),
    Fault(
        "broken-off-at-the-end",
        "The connection breaks when the last event is sent.",
        ("streams.last_event",),
        _broken_off,
    ),
)

NUMBERS: Final = (
    Fault(
        "no-numbers",
        "No event has a sequence_number.",
        ("streams.numbering",),
        on_events(lambda told: [drop("/sequence_number")(event) for event in told], numbered=False),
        seen=ELSEWHERE,
    ),
    Fault(
        "numbers-all-zero",
        "Every sequence_number is 0.",
        ("streams.numbering",),
        on_events(counting(0, 0), numbered=False),
        seen=CHECKERS,
    ),
    Fault(
        "numbers-from-one",
        "The first sequence_number is 1.",
        ("streams.numbering",),
        on_events(counting(1), numbered=False),
    ),
    Fault(
        "numbers-by-two", "The numbers grow by two.", ("streams.numbering",), on_events(counting(0, 2), numbered=False)
    ),
    Fault(
        "number-missing",
        "The last event has no sequence_number.",
        ("streams.numbering",),
        on_events(each(END, drop("/sequence_number")), numbered=False),
    ),
)

ORDER: Final = (
    Fault(
        "no-created",
        "A stream begins without response.created.",
        ("streams.first_event",),
        on_events(left_out("created")),
    ),
    Fault("created-twice", "response.created comes twice.", ("streams.first_event",), on_events(twice("created"))),
    Fault(
        "no-in-progress",
        "response.in_progress is not sent.",
        ("streams.in_progress",),
        on_events(left_out("in_progress")),
    ),
    Fault(
        "in-progress-late",
        "response.in_progress comes after the output has begun.",
        ("streams.in_progress",),
        on_events(moved("in_progress", after="output_item.added")),
    ),
    Fault(
        "in-progress-twice",
        "response.in_progress comes twice.",
        ("streams.in_progress",),
        on_events(twice("in_progress")),
    ),
    Fault(
        "no-terminal",
        "A stream ends without an event that ends the response.",
        ("streams.terminal", "streams.incomplete", "streams.text"),
        only_if(is_question, on_events(left_out(END))),
    ),
    Fault(
        "terminal-twice",
        "The response is completed twice.",
        ("streams.terminal",),
        on_events(twice(END)),
        seen=CHECKERS,
    ),
    Fault(
        "event-after-the-end",
        "An event follows the one that ends the response.",
        ("streams.last_event",),
        on_events(inserted({"type": "keepalive"}, after=END)),
        seen=CHECKERS,
    ),
    Fault(
        "completed-after-error",
        "response.completed follows an error event.",
        ("streams.after_error",),
        on_events(inserted(ERROR, after="output_item.done")),
        seen=DATABRICKS,
    ),
    Fault(
        "error-without-type",
        "The type of an error event stands on its event: line only.",
        ("streams.event_json", "streams.after_error"),
        both(on_events(inserted(ERROR, after="output_item.done")), on_frames(_type_on_the_line_only)),
        seen=DATABRICKS,
    ),
    Fault(
        "only-the-terminal",
        "A stream is nothing but its last event.",
        ("streams.first_event", "streams.in_progress", "streams.terminal_output"),
        on_events(lambda told: told[-1:]),
        seen=CHECKERS,
    ),
    Fault(
        "reversed",
        "All events come in reverse.",
        (
            "streams.first_event",
            "streams.progress",
            "streams.in_progress",
            "streams.last_event",
            "streams.terminal_output",
            "streams.item_order",
            "streams.item_pairs",
            "streams.item_events",
            "streams.content_parts",
            "streams.summary_parts",
            "streams.output_text",
            "streams.reasoning_summary_text",
            "streams.function_call_arguments",
            "streams.custom_tool_call_input",
            "streams.apply_patch_call_operation_diff",
            "streams.shell_call_command",
            "streams.mcp_call_arguments",
            "streams.partial_images",
        ),
        on_events(lambda told: told[::-1]),
        seen=CHECKERS,
    ),
    Fault(
        "events-of-an-unheard-of-type",
        "One event has a type that nobody has described.",
        ("streams.unknown_types",),
        on_events(inserted({"type": "response.mood.changed"}, after="in_progress")),
    ),
)

RESPONSE: Final = (
    Fault(
        "completed-says-incomplete",
        "response.completed carries a response that is incomplete.",
        ("streams.terminal_status",),
        on_events(
            each(
                "completed",
                put("/response/status", "incomplete"),
                put("/response/completed_at", None),
                put("/response/incomplete_details", {"reason": "content_filter"}),
            )
        ),
        seen=ELSEWHERE,
    ),
    Fault(
        "incomplete-says-completed",
        "response.incomplete carries a response that is completed.",
        ("streams.terminal_status",),
        on_events(each("completed", put("/type", "response.incomplete"))),
    ),
    Fault(
        "other-response-id",
        "The last event names another response than the first.",
        ("streams.constant_response",),
        on_events(each(END, put("/response/id", "resp_0123456789"))),
    ),
    Fault(
        "other-created-at",
        "The last event has another created_at than the first.",
        ("streams.constant_response",),
        on_events(each(END, put("/response/created_at", lambda time: time + 1))),
    ),
    Fault(
        "created-with-usage",
        "response.created tells a usage already.",
        ("streams.created_is_empty",),
        on_begun(
            put(
                "/usage",
                {
                    "input_tokens": 1,
                    "input_tokens_details": {"cached_tokens": 0},
                    "output_tokens": 0,
                    "output_tokens_details": {"reasoning_tokens": 0},
                    "total_tokens": 1,
                },
            )
        ),
    ),
    Fault(
        "created-with-output",
        "response.created holds output already.",
        ("streams.created_is_empty",),
        on_begun(
            put(
                "/output",
                [{"id": "msg_0", "type": "message", "status": "completed", "role": "assistant", "content": []}],
            )
        ),
    ),
    Fault(
        "created-with-other-settings",
        "The settings in the first events are not those in the last.",
        ("streams.created_echo",),
        on_begun(put("/truncation", "auto")),
    ),
    Fault(
        "created-completed",
        "response.created says that the response is completed.",
        ("streams.event_schema",),
        on_begun(put("/status", "completed")),
    ),
    Fault(
        "created-without-tools",
        "The response in the first events does not tell its tools.",
        ("streams.event_schema",),
        on_begun(drop("/tools")),
    ),
    Fault(
        "delta-without-text",
        "A piece of text has no delta.",
        ("streams.event_schema",),
        on_events(each(DELTA, drop("/delta"), which=0)),
    ),
    Fault(
        "part-without-type",
        "A part that is added has no type.",
        ("streams.event_schema",),
        on_events(each("content_part.added", drop("/part/type"))),
    ),
    Fault(
        "terminal-with-empty-output",
        "response.completed has an empty output in spite of what was sent.",
        ("streams.terminal_output", "streams.same_items", "response.completed", "supported_models.text"),
        only_if(is_plain, on_events(each("completed", put("/response/output", [])))),
        seen=DATABRICKS,
    ),
    Fault(
        "terminal-without-output",
        "response.completed has no output.",
        ("response.schema", "supported_models.text"),
        only_if(is_plain, on_events(each(END, drop("/response/output")))),
        seen=ELSEWHERE,
    ),
    Fault(
        "terminal-in-other-order",
        "The output in the last event is in another order.",
        ("streams.terminal_output", "consistency.order"),
        only_if(no_tools, on_events(each(END, put("/response/output", lambda output: output[::-1])))),
    ),
    Fault(
        "streamed-with-other-settings",
        "A streamed answer has another prompt_cache_retention than one that is not.",
        ("streams.same_settings",),
        only_if(_keeps_by_default, on_response(put("/prompt_cache_retention", "in_memory"))),
    ),
)
