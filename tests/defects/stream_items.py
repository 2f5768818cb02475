"""Defects in what a stream says of output items: their ids and indices, their parts, their texts."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from conformance.checks.streams.texts import LATE, SERVED, TEXTS
from conformance.wire.edit import put
from tests.defects.lib.streams import (
    DELTAS,
    DONES,
    ITEM_ENDS,
    JSON,
    PARTS,
    Changes,
    Events,
    of_streams,
    of_type,
    renumbered,
)

# --- items


@of_streams("item_pairs")
def _item_changes(events: Events) -> Changes:
    """An item is added as another than the one that is done."""
    for index, event in of_type(events, *ITEM_ENDS):
        both = [e for _, e in of_type(events, *ITEM_ENDS) if e["output_index"] == event["output_index"]]
        if len(both) == 2:
            yield f"{index} id", put(f"/{index}/item/id", "other_id")
            yield f"{index} type", put(f"/{index}/item/type", "other_type")
            yield f"{index} output_index", put(f"/{index}/output_index", event["output_index"] + 100)


@of_streams("item_constant")
def _call_changes(events: Events) -> Changes:
    for index, event in of_type(events, ITEM_ENDS[0]):
        for member in ("call_id", "name"):
            if isinstance(event["item"].get(member), str) and event["item"]["type"] != "tool_search_call":
                yield f"{index} {member}", put(f"/{index}/item/{member}", "other")


@of_streams("item_constant")
def _operation_changes(events: Events) -> Changes:
    for index, event in of_type(events, ITEM_ENDS[0]):
        if event["item"]["type"] == "apply_patch_call":
            yield f"{index} path", put(f"/{index}/item/operation/path", "other.txt")
            yield f"{index} type", put(f"/{index}/item/operation/type", "update_file")


STATES = ("in_progress", "generating", "interpreting", "searching", "completed", "failed")


def _states(events: Events) -> Iterator[tuple[int, JSON, str, str]]:
    """Index and event that tells of the state of a call, what is told of, and the state."""
    for index, event in enumerate(events):
        what, _, state = event["type"].removeprefix("response.").rpartition(".")
        if state in STATES and what.endswith(("_call", "_list_tools")):
            yield index, event, what, state


@of_streams("progress")
def _progress_twice(events: Events) -> Changes:
    for index, event, what, state in _states(events):
        if what != "mcp_call" or state != "in_progress":
            yield f"{index} {event['type']}", renumbered([*events[: index + 1], event, *events[index + 1 :]])


@of_streams("progress")
def _progress_in_another_order(events: Events) -> Changes:
    told = list(_states(events))
    for (one, event, _, state), (two, other, _, after) in itertools.pairwise(told):
        if event["output_index"] == other["output_index"] and state != after:
            swapped = [*events[:one], other, *events[one + 1 : two], event, *events[two + 1 :]]
            yield f"{one} {event['type']}", renumbered(swapped)


@of_streams("progress", "event_schema")
def _progress_ends_otherwise(events: Events) -> Changes:
    ended = {event["output_index"] for _, event in of_type(events, ITEM_ENDS[1])}
    for index, event, what, state in _states(events):
        if (
            event["output_index"] in ended
            and state in ("completed", "failed")
            and what in ("mcp_call", "mcp_list_tools")
        ):
            other = "failed" if state == "completed" else "completed"
            yield f"{index} {other}", put(f"/{index}/type", f"response.{what}.{other}")


@of_streams("progress")
def _progress_without_an_end(events: Events) -> Changes:
    for index, event, what, state in _states(events):
        done = next((e["item"] for _, e in of_type(events, ITEM_ENDS[1]) if e["item"]["id"] == event["item_id"]), {})
        if state == "completed" and done.get("status") == "completed" and what != "mcp_list_tools":
            yield f"{index} {what}", renumbered([*events[:index], *events[index + 1 :]])


def _told(events: Events, index: int) -> list[tuple[int, str]]:
    """The events that tell of the state of the item at an output_index, each with its place and the state."""
    return [(place, state) for place, event, _, state in _states(events) if event.get("output_index") == index]


def _done_at(events: Events, index: int) -> JSON | None:
    """The item at an output_index as it is done, or None."""
    return next((e["item"] for _, e in of_type(events, ITEM_ENDS[1]) if e["output_index"] == index), None)


@of_streams("progress_told")
def _progress_untold(events: Events) -> Changes:
    """Nothing tells of the state of a call, or not of its beginning."""
    for index in sorted({event["output_index"] for _, event in of_type(events, ITEM_ENDS[0])}):
        told, done = _told(events, index), _done_at(events, index)
        if told and done is not None:
            gone = {place for place, _ in told}
            yield f"{index} all", renumbered(event for place, event in enumerate(events) if place not in gone)
            if any(state == "in_progress" for _, state in told):
                begun = {place for place, state in told if state == "in_progress"}
                yield f"{index} begin", renumbered(event for place, event in enumerate(events) if place not in begun)


@of_streams("one_at_a_time")
def _item_added_early(events: Events) -> Changes:
    """An item is added when the one before it has just been added."""
    added = list(of_type(events, ITEM_ENDS[0]))
    for (place, event), (later, other) in itertools.pairwise(added):
        done = _done_at(events, event["output_index"])
        if event["item"]["type"] != "mcp_list_tools" and done and done["id"] == event["item"]["id"]:
            rest = [*events[: place + 1], other, *events[place + 1 : later], *events[later + 1 :]]
            yield f"{later}", renumbered(rest, events)


@of_streams("added_whole")
def _item_added_as_done(events: Events) -> Changes:
    """An item without pieces is added as it is in the end."""
    for place, event in of_type(events, ITEM_ENDS[0]):
        index, kind = event["output_index"], event["item"]["type"]
        done = _done_at(events, index)
        pieces = any(e["type"] in DELTAS and e.get("output_index") == index for e in events)
        if done and not pieces and kind in (*SERVED, *LATE):
            is_more = any(done.get(member) for member in LATE.get(kind, ()))
            if is_more or (kind in SERVED and done.get("status") == "completed"):
                yield f"{place} {kind}", put(f"/{place}/item", done)


@of_streams("item_order")
def _item_order(events: Events) -> Changes:
    """The indices of all items are shifted, or those of two swapped."""
    indices = sorted({event["output_index"] for event in events if isinstance(event.get("output_index"), int)})
    shifted = {index: index + 1 for index in indices}
    swapped = {index: indices[-1 - place] for place, index in enumerate(indices)}
    for label, table in (("shifted", shifted), ("swapped", swapped)):
        if any(index != other for index, other in table.items()):
            yield label, [e | {"output_index": table[e["output_index"]]} if "output_index" in e else e for e in events]


@of_streams("item_events")
def _item_event_index(events: Events) -> Changes:
    for index, event in enumerate(events):
        if "output_index" in event and event["type"] not in ITEM_ENDS:
            for value in (event["output_index"] + 1, event["output_index"] + 100, -1, str(event["output_index"]), None):
                yield f"{index} {event['type']} {value!r}", put(f"/{index}/output_index", value)


@of_streams("item_events")
def _item_event_id(events: Events) -> Changes:
    for index, event in enumerate(events):
        if "item_id" in event:
            for value in ("other_id", event["item_id"] + "x"):
                yield f"{index} {event['type']}", put(f"/{index}/item_id", value)


@of_streams("item_events")
def _all_deltas_at_minus_one(events: Events) -> Changes:
    """As OpenAI's own server for gpt-oss does."""
    if any(event["type"] in DELTAS for event in events):
        yield "", [event | {"output_index": -1} if event["type"] in DELTAS else event for event in events]


# --- parts and texts


@of_streams()
def _part_index(events: Events) -> Changes:
    for index, event in enumerate(events):
        for member, name in (("content_index", "content_parts"), ("summary_index", "summary_parts")):
            if member in event and "reasoning_text" not in event["type"]:
                for value in (event[member] + 1, -1, str(event[member])):
                    label = f"{index} {event['type']} {value!r}"
                    yield label, put(f"/{index}/{member}", value), (f"streams.{name}",)


@of_streams()
def _other_index(events: Events) -> Changes:
    names = {
        "annotation_index": ("streams.annotations",),
        "command_index": ("streams.shell_call_command", "streams.shell_output", "streams.event_schema"),
        "partial_image_index": ("streams.partial_images",),
    }
    for index, event in enumerate(events):
        for member, noticed_by in names.items():
            if member in event and event["type"] != "response.shell_call_command.added":
                for value in (event[member] + 1, event[member] + 100, -1, str(event[member])):
                    yield f"{index} {event['type']} {value!r}", put(f"/{index}/{member}", value), noticed_by


@of_streams()
def _delta_edited(events: Events) -> Changes:
    for index, event in enumerate(events):
        delta = event.get("delta")
        if event["type"] in DELTAS and isinstance(delta, str):
            name = (f"streams.{DELTAS[event['type']].name}",)
            for value in (delta + "x", delta[:-1], "", delta.upper() if delta.upper() != delta else "é" + delta):
                if value != delta:
                    yield f"{index} {event['type']}", put(f"/{index}/delta", value), name
        elif isinstance(delta, dict):
            edited = {member: f"{text}x" for member, text in delta.items()}
            yield f"{index} {event['type']}", put(f"/{index}/delta", edited), ("streams.shell_output",)


@of_streams()
def _deltas_swapped(events: Events) -> Changes:
    for index in range(len(events) - 1):
        one, two = events[index], events[index + 1]
        pieces = one["type"] in DELTAS and one["type"] == two["type"]
        if pieces and one["delta"] + two["delta"] != two["delta"] + one["delta"]:
            swapped = renumbered([*events[:index], two, one, *events[index + 2 :]])
            yield f"{index} {one['type']}", swapped, (f"streams.{DELTAS[one['type']].name}",)


@of_streams()
def _done_edited(events: Events) -> Changes:
    for index, event in enumerate(events):
        if text := DONES.get(event["type"]):
            value = event[text.member] + "x"
            yield f"{index} {event['type']}", put(f"/{index}/{text.member}", value), (f"streams.{text.name}",)


@of_streams()
def _item_text_edited(events: Events) -> Changes:
    for index, event in of_type(events, ITEM_ENDS[1]):
        for text in TEXTS:
            if event["item"].get("type") == text.item:
                for where, value in text.in_item(event["item"]).values():
                    yield f"{index} {where}", put(f"/{index}{where}", value + "x"), (f"streams.{text.name}",)


@of_streams("part_values")
def _part_edited(events: Events) -> Changes:
    for index, event in of_type(events, *(f"{prefix}.done" for prefix in PARTS)):
        for member in ("text", "refusal"):
            if member in event["part"]:
                yield f"{index} {member}", put(f"/{index}/part/{member}", event["part"][member] + "x")


@of_streams("added_empty")
def _added_whole(events: Events) -> Changes:
    """A call is added with its arguments, and its pieces follow all the same."""
    for index, event in of_type(events, ITEM_ENDS[0]):
        for member in ("arguments", "input", "code"):
            same = [e for e in events if e.get("output_index") == event["output_index"]]
            done = next((e for _, e in of_type(same, ITEM_ENDS[1])), None)
            pieces = any(e["type"] in DELTAS for e in same)
            if done and pieces and event["item"].get(member) == "" and done["item"].get(member):
                yield f"{index} {member}", put(f"/{index}/item/{member}", done["item"][member])


@of_streams("added_empty")
def _part_added_full(events: Events) -> Changes:
    """A part is added with its annotations or its probabilities, or with its text."""
    for index, event in of_type(events, "response.content_part.added"):
        place = {name: event[name] for name in ("output_index", "content_index")}
        of_part = [one for one in events if place.items() <= one.items()]
        done = next((one["part"] for _, one in of_type(of_part, "response.content_part.done")), {})
        pieces = any(one["type"] in DELTAS and DELTAS[one["type"]].parts for one in of_part)
        for member in ("text", "annotations", "logprobs"):
            if done.get(member) and not event["part"].get(member) and pieces:
                yield f"{index} {member}", put(f"/{index}/part/{member}", done[member])


@of_streams("annotations")
def _annotation_changes(events: Events) -> Changes:
    for index, _ in of_type(events, "response.output_text.annotation.added"):
        yield f"{index}", put(f"/{index}/annotation/type", "other")
    for index, event in of_type(events, ITEM_ENDS[1]):
        for part, content in enumerate(event["item"].get("content") or ()):
            if annotations := content.get("annotations"):
                path = f"/item/content/{part}/annotations"
                kept = ("streams.annotations_kept",)
                yield f"{index} missing", put(f"/{index}{path}", annotations[:-1]), kept
                yield f"{index} more", put(f"/{index}{path}", [*annotations, annotations[0]])
