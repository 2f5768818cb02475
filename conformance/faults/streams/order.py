"""Faults of the order of the events: their numbers, how a stream begins, goes on, and ends."""

from dataclasses import replace
from typing import Any, Final

from conformance.faults.lib.fault import CHECKERS, DATABRICKS, ELSEWHERE, Fault
from conformance.reference.edits.asked import asks, is_question
from conformance.reference.edits.events import END, ERROR, counting, each, inserted, left_out, moved, on_events, twice
from conformance.reference.edits.replies import only_if
from conformance.reference.reply import Reply
from conformance.wire.edit import put, without


def _broken_off(reply: Reply) -> Reply:
    """More bytes are announced than are sent, so that the connection ends in the middle."""
    if reply.frames is None:
        return reply
    length = sum(len(frame.encoded()) for frame in reply.frames) + 1
    return replace(reply, headers={**reply.headers, "content-length": str(length)})


def _failed(event: dict[str, Any]) -> dict[str, Any]:
    """The last event of a response, as if it had failed with all its output given."""
    error = {"code": "server_error", "message": "The model failed."}
    response = event["response"] | {"status": "failed", "completed_at": None, "error": error}
    return event | {"type": "response.failed", "response": response}


FAULTS: Final = (
    Fault(
        "events-of-an-unheard-of-type",
        "One event has a type that nobody has described.",
        ("streams.unknown_types",),
        on_events(inserted({"type": "response.mood.changed"}, after="in_progress")),
    ),
    Fault(
        "no-numbers",
        "No event has a sequence_number.",
        ("streams.numbering",),
        on_events(lambda events: [without("/sequence_number")(event) for event in events], numbered=False),
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
        on_events(each(END, without("/sequence_number")), numbered=False),
    ),
    Fault(
        "no-created",
        "A stream begins without response.created.",
        ("streams.first_event",),
        on_events(left_out("created")),
    ),
    Fault("created-twice", "response.created comes twice.", ("streams.first_event",), on_events(twice("created"))),
    Fault(
        "failed-after-the-answer",
        "A stream with instructions ends in response.failed behind a whole answer.",
        ("streams.failed_after_answer",),
        only_if(asks("/instructions", "Be brief."), on_events(each("completed", _failed))),
        seen=ELSEWHERE,
    ),
    Fault(
        "only-the-terminal",
        "A stream is nothing but its last event.",
        ("streams.first_event", "streams.in_progress", "streams.terminal_output"),
        on_events(lambda events: events[-1:]),
        seen=CHECKERS,
    ),
    Fault(
        "reversed",
        "All events come in reverse.",
        ("streams.first_event", "streams.terminal_output"),
        on_events(lambda events: events[::-1]),
        seen=CHECKERS,
    ),
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
        "broken-off-at-the-end",
        "The connection breaks when the last event is sent.",
        ("streams.last_event",),
        _broken_off,
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
        "search-completed-before-it-ran",
        "A stream tells that a search is completed before it tells that it runs.",
        ("streams.progress",),
        on_events(moved("web_search_call.completed", after="web_search_call.in_progress")),
    ),
    Fault(
        "call-told-to-have-failed",
        "A stream tells that a completed call has failed.",
        ("streams.progress",),
        on_events(each("mcp_call.completed", put("/type", "response.mcp_call.failed"))),
    ),
    Fault(
        "image-completed-before-its-drafts",
        "A stream tells that an image is completed and goes on to show it while it is made.",
        ("streams.progress",),
        on_events(moved("image_generation_call.completed", after="image_generation_call.generating")),
    ),
)
