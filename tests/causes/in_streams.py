"""Defects in streams, one in each exchange."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from conformance.wire.edit import put, without
from tests.causes.planting import JSON, Events, in_stream
from tests.defects.lib.streams import ITEM_ENDS, renumbered

RECORDED = "streams/text/gpt-5-4"


def at_end(path: str, made: Any) -> Callable[[Events], Events]:
    """A change of the response object in the last event."""
    return lambda events: [*events[:-1], put(f"/response{path}", made)(events[-1])]


def gone_at_end(path: str) -> Callable[[Events], Events]:
    """Something left out of the response object in the last event."""
    return lambda events: [*events[:-1], without(f"/response{path}")(events[-1])]


def everywhere(path: str) -> Callable[[Events], Events]:
    """Something left out of the response object in every event."""
    return lambda events: [without(f"/response{path}")(event) for event in events]


def each(kind: str, change: Callable[[JSON], JSON]) -> Callable[[Events], Events]:
    """A change of all events of a type."""
    return lambda events: [change(event) if event["type"] == kind else event for event in events]


def left_out(*kinds: str) -> Callable[[Events], Events]:
    """All events of some types left out, and the others numbered anew."""
    return lambda events: renumbered([event for event in events if event["type"] not in kinds], events)


def first(kind: str, change: Callable[[Events, int], Events]) -> Callable[[Events], Events]:
    """A change at the first event of a type."""
    return lambda events: change(events, next(i for i, event in enumerate(events) if event["type"] == kind))


def without_one(events: Events, index: int) -> Events:
    """The event left out, and the others numbered anew."""
    return renumbered([*events[:index], *events[index + 1 :]], events)


def twice(events: Events, index: int) -> Events:
    """The event sent twice, and the others numbered anew."""
    return renumbered([*events[: index + 1], *events[index:]], events)


TEXT_DELTA, TEXT_DONE = "response.output_text.delta", "response.output_text.done"
ARGUMENTS_DELTA = "response.function_call_arguments.delta"
ARGUMENTS_DONE = "response.function_call_arguments.done"

# --- the last event

in_stream("last_output_empty_of_a_text", "text", at_end("/output", []), cause="streams.terminal_output")
in_stream("last_output_empty_of_a_call", "function_call", at_end("/output", []), cause="streams.terminal_output")
in_stream("last_output_empty_of_mcp", "mcp", at_end("/output", []), cause="streams.terminal_output")
in_stream("last_output_empty_of_a_cassette", RECORDED, at_end("/output", []), cause="streams.terminal_output")
in_stream("last_output_gone", "function_call", gone_at_end("/output"), cause="response.schema", says="output")
in_stream("last_output_null", "text", at_end("/output", None), cause="response.schema", says="output")
in_stream("last_lacks_an_item", "two_calls", at_end("/output", lambda old: old[:1]), cause="streams.terminal_output")
in_stream("last_has_an_item_twice", "text", at_end("/output", lambda old: old * 2), cause="streams.terminal_output")
in_stream("last_has_another_text", "text", at_end("/output/0/content/0/text", "Bye"), cause="streams.terminal_output")
in_stream(
    "last_has_other_arguments", "function_call", at_end("/output/1/arguments", "{"), cause="streams.terminal_output"
)
in_stream(
    "last_has_no_response",
    "text",
    lambda events: [*events[:-1], without("/response")(events[-1])],
    cause="streams.event_schema",
    says="response",
)
in_stream("no_usage_at_the_end", "text", at_end("/usage", None), cause="response.optional_members", says="usage")
in_stream("no_usage_member_at_the_end", "text", gone_at_end("/usage"), cause="response.optional_members", says="usage")
in_stream("status_of_the_beginning", "text", at_end("/status", "in_progress"), cause="streams.terminal_status")
in_stream(
    "another_id_at_the_end", "text", at_end("/id", "resp_2"), cause="streams.constant_response", says="/response/id"
)
in_stream(
    "a_setting_nowhere", "text", everywhere("/temperature"), cause="response.optional_members", says="temperature"
)
in_stream("tools_nowhere", "function_call", everywhere("/tools"), cause="response.schema", says="tools")
in_stream(
    "a_setting_not_at_the_end", "text", gone_at_end("/metadata"), cause="response.optional_members", says="metadata"
)
in_stream("another_setting_at_the_end", "text", at_end("/temperature", 0.3), cause="streams.created_echo")

# --- places and numbers

in_stream(
    "content_index_wrong",
    "text",
    each(TEXT_DELTA, put("/content_index", 1)),
    cause="streams.content_parts",
    says="content_index",
)
in_stream(
    "content_index_wrong_at_the_end",
    "text",
    each(TEXT_DONE, put("/content_index", 3)),
    cause="streams.content_parts",
    says="content_index",
)
in_stream(
    "content_index_of_the_part",
    "text",
    each("response.content_part.done", put("/content_index", 1)),
    cause="streams.content_parts",
    says="content_index",
)
in_stream(
    "content_index_gone",
    "text",
    each(TEXT_DELTA, without("/content_index")),
    cause="streams.event_schema",
    says="content_index",
)
in_stream(
    "content_index_is_a_string",
    "text",
    each(TEXT_DELTA, put("/content_index", "0")),
    cause="streams.content_parts",
    says="content_index",
)
in_stream(
    "output_index_wrong",
    "text",
    each(TEXT_DELTA, put("/output_index", 1)),
    cause="streams.item_events",
    says="output_index",
)
in_stream(
    "item_id_of_the_deltas",
    "text",
    each(TEXT_DELTA, put("/item_id", "msg_x")),
    cause="streams.item_events",
    says="item_id",
)
in_stream("item_id_gone", "text", each(TEXT_DELTA, without("/item_id")), cause="streams.event_schema", says="item_id")
in_stream(
    "item_id_changes", "text", each(ITEM_ENDS[0], put("/item/id", "msg_x")), cause="streams.item_pairs", says="id"
)
in_stream(
    "numbers_from_one",
    "text",
    lambda events: [e | {"sequence_number": n + 1} for n, e in enumerate(events)],
    cause="streams.numbering",
)
in_stream(
    "numbers_jump",
    "two_parts",
    lambda events: [e | {"sequence_number": n + (n > 6) * 10} for n, e in enumerate(events)],
    cause="streams.numbering",
)
in_stream(
    "numbers_stand_still",
    "two_parts",
    lambda events: [e | {"sequence_number": min(n, 4)} for n, e in enumerate(events)],
    cause="streams.numbering",
    says="4",
)
in_stream(
    "numbers_gone", "text", lambda events: [without("/sequence_number")(e) for e in events], cause="streams.numbering"
)
in_stream(
    "numbers_are_strings",
    "text",
    lambda events: [e | {"sequence_number": str(n)} for n, e in enumerate(events)],
    cause="streams.numbering",
)

# --- pieces

in_stream("a_piece_lost", "text", first(TEXT_DELTA, without_one), cause="streams.output_text")
in_stream("a_piece_twice", "text", first(TEXT_DELTA, twice), cause="streams.output_text")
in_stream("all_pieces_lost", "text", left_out(TEXT_DELTA), cause="streams.output_text")
in_stream(
    "a_piece_of_arguments_lost",
    "function_call",
    first(ARGUMENTS_DELTA, without_one),
    cause="streams.function_call_arguments",
)
in_stream("no_pieces_of_arguments", "function_call", left_out(ARGUMENTS_DELTA), cause="streams.arguments_events")
in_stream("no_end_of_arguments", "function_call", left_out(ARGUMENTS_DONE), cause="streams.arguments_events")
in_stream(
    "arguments_as_object_in_a_stream",
    "function_call",
    lambda events: _objects(events),
    cause="response.schema",
    says="arguments",
)
in_stream(
    "delta_is_an_object",
    "text",
    each(TEXT_DELTA, lambda e: e | {"delta": {"text": e["delta"]}}),
    cause="streams.event_schema",
    says="delta",
)
in_stream("no_end_of_the_text", "text", left_out(TEXT_DONE), cause="streams.output_text")
in_stream("another_text_at_its_end", "text", each(TEXT_DONE, put("/text", "Hello")), cause="streams.output_text")

# --- events

in_stream("no_created", "text", left_out("response.created"), cause="streams.first_event")
in_stream("no_in_progress", "text", left_out("response.in_progress"), cause="streams.in_progress")
in_stream("no_item_added", "text", left_out(ITEM_ENDS[0]), cause="streams.item_pairs")
in_stream("no_item_done", "text", left_out(ITEM_ENDS[1]), cause="streams.item_pairs")
in_stream("no_part_added", "text", left_out("response.content_part.added"), cause="streams.content_parts")
in_stream(
    "no_part_events",
    "text",
    left_out("response.content_part.added", "response.content_part.done"),
    cause="streams.content_parts",
)
in_stream(
    "an_item_not_streamed",
    "two_calls",
    lambda events: renumbered([*events[:7], events[-1]]),
    cause="streams.terminal_output",
)
in_stream("ends_before_its_end", "text", lambda events: events[:-1], cause="streams.terminal")
in_stream("breaks_off", "text", lambda events: events[:6], cause="streams.terminal")
in_stream("breaks_off_in_a_call", "function_call", lambda events: events[:6], cause="streams.terminal")
in_stream("ends_twice", "text", lambda events: renumbered([*events, events[-1]]), cause="streams.terminal")
in_stream(
    "a_message_added_whole",
    "text",
    each(ITEM_ENDS[0], lambda e: put("/item/content", [_PART])(e)),
    cause="streams.added_empty",
)
in_stream("type_of_the_item_misspelt", "function_call", lambda events: _misspelt(events), cause="consistency.item_type")
in_stream("types_gone", "text", each(TEXT_DELTA, without("/type")), cause="streams.event_json")

_PART = {"type": "output_text", "text": "Hello, wörld 🌍", "annotations": [], "logprobs": []}


def _objects(events: Events) -> Events:
    whole = {"city": "Rome"}
    done = each(ITEM_ENDS[1], lambda e: put("/item/arguments", whole)(e) if "arguments" in e["item"] else e)
    return at_end("/output/1/arguments", whole)(each(ARGUMENTS_DONE, put("/arguments", whole))(done(events)))


def _misspelt(events: Events) -> Events:
    def wrong(event: JSON) -> JSON:
        return put("/item/type", "functioncall")(event) if "arguments" in event["item"] else event

    for kind in ITEM_ENDS:
        events = each(kind, wrong)(events)
    return at_end("/output/1/type", "functioncall")(events)


# --- errors inside a stream

ERROR = {"type": "server_error", "code": "overloaded", "message": "The engine is overloaded.", "param": None}
FAILURE = {"code": "server_error", "message": "The engine is overloaded."}


def ended_by(*last: JSON, after: int = 5) -> Callable[[Events], Events]:
    """A stream that ends in an error after some events."""
    return lambda events: renumbered([*events[:after], *last], events)


in_stream("an_error_without_type", "text", ended_by({"error": ERROR}), cause="streams.event_json", says="overloaded.")
in_stream("only_an_error", "text", lambda _: [{"error": ERROR}], cause="streams.event_json", says="overloaded.")
in_stream("an_error_in_words", "text", ended_by({"error": "No."}), cause="streams.event_json", says="No.")
in_stream(
    "a_detail",
    "text",
    ended_by({"detail": "The engine is overloaded."}),
    cause="streams.event_json",
    says="overloaded.",
)
in_stream(
    "completed_after_an_error",
    "text",
    lambda events: renumbered([*events[:-1], {"type": "error", "error": ERROR}, events[-1]]),
    cause="streams.after_error",
    says="overloaded.",
)
