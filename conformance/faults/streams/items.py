"""Faults of items in streams: their places, their ids, their parts."""

from typing import Final

from conformance.faults.lib.fault import CHECKERS, ELSEWHERE, Fault
from conformance.reference.edits.events import DELTA, Event, each, left_out, moved, on_events, twice
from conformance.wire.edit import put

PART: Final = "content_part"
ANNOTATION: Final = "output_text.annotation.added"


def _below_zero(event: Event) -> Event:
    return event | {"output_index": -1}


def _all_at_one_place(events: list[Event]) -> list[Event]:
    return [event | {"output_index": 0} if "output_index" in event else event for event in events]


def _added_as_done(events: list[Event]) -> list[Event]:
    done = {event["output_index"]: event["item"] for event in events if event["type"] == "response.output_item.done"}
    status = {"status": "in_progress"}
    # What comes in no pieces is another matter.
    done = {index: item for index, item in done.items() if item["type"] not in SERVED}
    return [
        event | {"item": done[event["output_index"]] | status}
        if event["type"] == "response.output_item.added" and event["output_index"] in done
        else event
        for event in events
    ]


def _added_in_the_end(events: list[Event]) -> list[Event]:
    """What the server calls is added as it is when it is done."""
    done = {event["output_index"]: event["item"] for event in events if event["type"] == "response.output_item.done"}
    kinds = ("image_generation_call", "web_search_call")
    return [
        event | {"item": done[event["output_index"]]}
        if event["type"] == "response.output_item.added" and event["item"]["type"] in kinds
        else event
        for event in events
    ]


SERVED: Final = ("image_generation_call", "mcp_call", "mcp_list_tools", "web_search_call")
STATES: Final = ("in_progress", "searching", "generating", "completed", "failed")

FAULTS: Final = (
    Fault(
        "items-from-one",
        "The first item has the output_index 1.",
        ("streams.item_order",),
        on_events(lambda events: [put("/output_index", lambda index: index + 1)(event) for event in events]),
    ),
    Fault(
        "items-at-one-place",
        "All items have the output_index 0.",
        ("streams.item_order",),
        on_events(_all_at_one_place),
        seen=ELSEWHERE,
    ),
    Fault(
        "items-side-by-side",
        "The second item is added before the first one is done.",
        ("streams.one_at_a_time",),
        on_events(moved("output_item.added", after="output_item.added", which=1)),
    ),
    Fault(
        "progress-untold",
        "No event tells how far what the server calls has come.",
        ("streams.progress_told",),
        on_events(left_out([f"{kind}.{state}" for kind in SERVED for state in STATES])),
    ),
    Fault(
        "call-added-in-the-end",
        "What the server calls is added when it is completed.",
        ("streams.added_whole",),
        on_events(_added_in_the_end),
    ),
    Fault(
        "no-item-added",
        "A message is done that was never added.",
        ("streams.item_pairs",),
        on_events(left_out("output_item.added", which=-1)),
    ),
    Fault(
        "no-item-done",
        "A message is added and never done.",
        ("streams.item_pairs",),
        on_events(left_out("output_item.done", which=-1)),
    ),
    Fault("item-added-twice", "Items are added twice.", ("streams.item_pairs",), on_events(twice("output_item.added"))),
    Fault(
        "other-item-id",
        "The id of an item changes until it is done.",
        ("streams.item_pairs",),
        on_events(
            each("output_item.added", put("/item/id", lambda id_: f"{id_[:-4]}0000")),
            each(
                (f"{PART}.added", DELTA, "output_text.done", f"{PART}.done"),
                put("/item_id", lambda id_: f"{id_[:-4]}0000"),
            ),
        ),
        seen=CHECKERS,
    ),
    Fault(
        "deltas-of-no-item",
        "Pieces of text have another item_id than their item.",
        ("streams.item_events",),
        on_events(each(DELTA, put("/item_id", "msg_0"))),
        seen=CHECKERS,
    ),
    Fault(
        "deltas-below-zero",
        "Pieces of text have the output_index -1.",
        ("streams.item_events",),
        on_events(each(DELTA, _below_zero)),
        seen="seen on OpenAI's server for gpt-oss",
    ),
    Fault(
        "delta-after-its-item",
        "A piece of text comes after its item is done.",
        ("streams.item_events",),
        on_events(moved(DELTA, after="output_item.done", which=-1, to=-1)),
    ),
    Fault(
        "other-call-id",
        "A call has another call_id when it is done.",
        ("streams.item_constant",),
        on_events(each("output_item.added", put("/item/call_id", lambda id_: f"{id_}0"))),
    ),
    Fault(
        "patch-moved",
        "The path of a patch is another one when the call is done.",
        ("streams.item_constant",),
        on_events(each("output_item.added", put("/item/operation/path", lambda path: f"{path}.old"))),
    ),
    Fault(
        "no-part-added",
        "A part of a message is not announced.",
        ("streams.content_parts",),
        on_events(left_out(f"{PART}.added")),
    ),
    Fault(
        "no-part-done",
        "A part of a message is never done.",
        ("streams.content_parts",),
        on_events(left_out(f"{PART}.done")),
    ),
    Fault(
        "delta-before-its-part",
        "A piece of text comes before its part.",
        ("streams.content_parts",),
        on_events(moved(f"{PART}.added", after=DELTA)),
    ),
    Fault(
        "no-summary-part-done",
        "A part of a summary is never done.",
        ("streams.summary_parts",),
        on_events(left_out("reasoning_summary_part.done")),
    ),
    Fault(
        "part-with-other-text",
        "A part is done with another text than its item has.",
        ("streams.part_values",),
        on_events(each(f"{PART}.done", put("/part/text", lambda text: text[:-1]))),
    ),
    Fault(
        "message-added-with-text",
        "A message is added with its text, which then comes in pieces, or with its part if that stays empty.",
        ("streams.added_empty", "streams.added_whole"),
        on_events(_added_as_done),
    ),
    Fault(
        "unannounced-annotation",
        "A text cites a page that no event announced.",
        ("streams.annotations",),
        on_events(left_out(ANNOTATION)),
    ),
    Fault(
        "annotation-from-one",
        "The first annotation is announced as number 1.",
        ("streams.annotations", "streams.annotations_kept"),
        on_events(each(ANNOTATION, put("/annotation_index", 1))),
    ),
    Fault(
        "annotation-too-many",
        "More annotations are announced than the text has.",
        ("streams.annotations_kept",),
        on_events(twice(ANNOTATION), each(ANNOTATION, put("/annotation_index", 1), which=-1)),
    ),
    Fault(
        "partial-images-from-one",
        "The first partial image has the number 1.",
        ("streams.partial_images",),
        on_events(each("image_generation_call.partial_image", put("/partial_image_index", lambda index: index + 1))),
    ),
)
