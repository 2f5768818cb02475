"""Defects in the order of a stream, its numbers, its end, and in what it says of the response."""

from __future__ import annotations

from typing import Any

from conformance.checks.lib.timeline import TERMINAL
from conformance.wire.edit import edited, put, without
from tests.defects.lib.streams import (
    DELTAS,
    DONES,
    ITEM_ENDS,
    LIFE,
    PARTS,
    Changes,
    Events,
    of_streams,
    of_type,
    renumbered,
    terminal_of,
    types_in,
)

# --- order and numbers


@of_streams("first_event", "numbering", "last_event")
def _reversed_stream(events: Events) -> Changes:
    if len(events) > 1:
        yield "", events[::-1]
        yield "renumbered", renumbered(events[::-1], like=events)


@of_streams("numbering")
def _dropped_kind(events: Events) -> Changes:
    """All events of a type are gone, and their numbers with them. At the end no gap shows."""
    for type_ in types_in(events):
        rest = [event for event in events if event.get("type") != type_]
        if rest and events[-1].get("type") != type_:
            yield type_, rest


@of_streams("numbering")
def _dropped_event(events: Events) -> Changes:
    for index, event in enumerate(events[:-1]):
        yield f"{index} {event['type']}", events[:index] + events[index + 1 :]


def _needed_by(events: Events, index: int) -> str | None:
    """The requirement that notices when an event is gone, if there is one."""
    event = events[index]
    type_ = str(event.get("type"))
    stem, _, _ = type_.rpartition(".")
    if type_ == "response.output_item.done":
        types = [e["item"].get("type") for _, e in of_type(events, "response.output_item.added")]
        side_by_side = types.count("mcp_list_tools") > 1 and event["item"].get("type") == "mcp_list_tools"
        return None if side_by_side else "item_pairs"
    if type_ == "response.output_item.added":
        done = any(e["output_index"] == event["output_index"] for _, e in of_type(events, ITEM_ENDS[1]))
        return "item_pairs" if done else None
    fixed = {
        "response.created": "first_event",
        "response.in_progress": "in_progress",
        "response.output_text.annotation.added": "annotations",
    }
    if type_ in fixed:
        return fixed[type_]
    if stem in PARTS and not str(event.get("item_id", "")).startswith("rs_2"):
        return PARTS[stem]
    if type_ in DELTAS:
        return DELTAS[type_].name if event.get("delta") else None
    if type_ in DONES:
        text = DONES[type_]
        return text.name if event.get(text.member) else None
    # An error can stand in the place of the last event.
    return "terminal" if type_ in TERMINAL and events[index - 1].get("type") != "error" else None


def _either(name: str) -> tuple[str, ...]:
    """A requirement, with the one that stands in for it where all events of a function call are gone."""
    names = (name, "arguments_events") if name == "function_call_arguments" else (name,)
    return tuple(f"streams.{each}" for each in names)


@of_streams()
def _dropped_kind_renumbered(events: Events) -> Changes:
    """All events of a type that a rule asks for are gone, and nothing shows it in the numbers."""
    for type_ in types_in(events):
        needed = [name for index, _ in of_type(events, type_) if (name := _needed_by(events, index))]
        rest = [event for event in events if event.get("type") != type_]
        if needed and rest and not (type_ == "response.in_progress" and rest[-1].get("type") == "error"):
            yield type_, renumbered(rest, like=events), _either(needed[0])


@of_streams()
def _dropped_event_renumbered(events: Events) -> Changes:
    for index, event in enumerate(events):
        name = _needed_by(events, index)
        if name and len(events) > 1 and not (name == "in_progress" and events[-1].get("type") == "error"):
            rest = renumbered(events[:index] + events[index + 1 :], like=events)
            yield f"{index} {event['type']}", rest, _either(name)


@of_streams("numbering")
def _number_repeated(events: Events) -> Changes:
    for index in range(1, len(events)):
        yield str(index), put(f"/{index}/sequence_number", events[index - 1].get("sequence_number"))


@of_streams("numbering")
def _number_skipped(events: Events) -> Changes:
    for index in range(1, len(events)):
        rest = [event | {"sequence_number": event["sequence_number"] + 1} for event in events[index:]]
        yield str(index), events[:index] + rest


@of_streams("numbering")
def _number_wrong(events: Events) -> Changes:
    for index in range(len(events)):
        yield f"{index} text", put(f"/{index}/sequence_number", str(index))
        yield f"{index} null", put(f"/{index}/sequence_number", None)
        yield f"{index} negative", put(f"/{index}/sequence_number", -1)


@of_streams("numbering")
def _number_missing(events: Events) -> Changes:
    for index in range(len(events)):
        yield str(index), without(f"/{index}/sequence_number")


@of_streams("numbering")
def _numbers_all_wrong(events: Events) -> Changes:
    if len(events) > 1:
        yield "all 0", put("/*/sequence_number", 0)
        yield "from 1", put("/*/sequence_number", lambda number: number + 1)
        yield "by 2", put("/*/sequence_number", lambda number: number * 2)
        yield "none", without("/*/sequence_number")


@of_streams("numbering")
def _unknown_event_without_number(events: Events) -> Changes:
    for index in range(1, len(events)):
        yield str(index), [*events[:index], {"type": "response.dream"}, *events[index:]]


# --- repeated, moved, cut


@of_streams()
def _repeated_event(events: Events) -> Changes:
    """An event comes twice, and nothing shows it in the numbers."""
    for index, event in enumerate(events):
        type_ = str(event["type"])
        stem = type_.rpartition(".")[0]
        names = {
            "response.created": "first_event",
            "response.in_progress": "in_progress",
            "response.output_text.annotation.added": "annotations_kept",
            **dict.fromkeys(ITEM_ENDS, "item_pairs"),
            **dict.fromkeys(TERMINAL, "terminal"),
        }
        name = names.get(type_) or PARTS.get(stem)
        if type_ in DELTAS and event.get("delta"):
            name = DELTAS[type_].name
        if type_ in DONES:
            name = DONES[type_].name
        if name:
            yield f"{index} {type_}", renumbered([*events[: index + 1], event, *events[index + 1 :]]), _either(name)


@of_streams("item_events")
def _event_outside_its_item(events: Events) -> Changes:
    """An event of an item comes before the item is added, or after it is done."""
    ends = {(e["type"], e["output_index"]): index for index, e in of_type(events, *ITEM_ENDS)}
    for index, event in enumerate(events):
        if "output_index" not in event or event["type"] in ITEM_ENDS:
            continue
        rest = events[:index] + events[index + 1 :]
        added = ends.get((ITEM_ENDS[0], event["output_index"]))
        done = ends.get((ITEM_ENDS[1], event["output_index"]))
        if added is not None:
            yield f"{index} before", renumbered([*rest[:added], event, *rest[added:]])
        if done is not None:
            yield f"{index} after", renumbered([*rest[:done], event, *rest[done:]])


@of_streams("in_progress")
def _late_in_progress(events: Events) -> Changes:
    found = next(of_type(events, "response.in_progress"), None)
    first = next((index for index, event in enumerate(events) if "output_index" in event), None)
    if found and first is not None:
        rest = [event for event in events if event is not found[1]]
        yield "", renumbered([*rest[:first], found[1], *rest[first:]])


@of_streams("terminal")
def _cut(events: Events) -> Changes:
    """The stream ends early; only its end can be missed, whatever was still to come."""
    for length in range(1, len(events)):
        if not any(event["type"] in TERMINAL or event["type"] == "error" for event in events[:length]):
            yield str(length), events[:length]


@of_streams("terminal")
def _second_terminal(events: Events) -> Changes:
    if found := terminal_of(events):
        for type_ in TERMINAL:
            status = put("/response/status", type_.removeprefix("response."))
            yield type_, renumbered([*events, edited(found[1], [put("/type", type_), status])])


@of_streams("last_event")
def _event_after_the_end(events: Events) -> Changes:
    if terminal_of(events):
        for type_, event in {event["type"]: event for event in events}.items():
            if type_ not in (*TERMINAL, "response.created", "response.in_progress", *ITEM_ENDS):
                yield type_, renumbered([*events, event])
        yield "unknown", renumbered([*events, {"type": "response.dream"}])
        yield "keepalive", renumbered([*events, {"type": "keepalive"}])


@of_streams("last_event")
def _early_terminal(events: Events) -> Changes:
    found = terminal_of(events)
    if found and found[0] > 3:
        for index in range(3, found[0]):
            yield str(index), renumbered([*events[:index], found[1], *events[index : found[0]]])


@of_streams("after_error")
def _completed_after_error(events: Events) -> Changes:
    found = terminal_of(events)
    if found and found[1]["type"] != "response.failed":
        error = {"type": "error", "code": "server_error", "message": "Oh.", "param": None}
        for index in range(2, found[0] + 1):
            yield str(index), renumbered([*events[:index], error, *events[index:]])


# --- what the events say of the response


@of_streams("terminal_status")
def _terminal_status(events: Events) -> Changes:
    if found := terminal_of(events):
        for status in ("completed", "incomplete", "failed", "in_progress", "cancelled"):
            if status != found[1]["response"]["status"]:
                yield status, put(f"/{found[0]}/response/status", status)


@of_streams("terminal_status")
def _terminal_type(events: Events) -> Changes:
    if found := terminal_of(events):
        for type_ in TERMINAL:
            if type_ != found[1]["type"]:
                yield type_, put(f"/{found[0]}/type", type_)


@of_streams("constant_response")
def _response_changes(events: Events) -> Changes:
    found = list(of_type(events, *LIFE))
    for index, event in found if len(found) > 1 else ():
        for member, value in (("id", "resp_other"), ("created_at", 1), ("model", "gpt-other")):
            yield f"{index} {event['type']} {member}", put(f"/{index}/response/{member}", value)


@of_streams("created_is_empty")
def _created_is_full(events: Events) -> Changes:
    usage = {"input_tokens": 1, "output_tokens": 1, "total_tokens": 2}
    for index, event in of_type(events, "response.created", "response.in_progress"):
        item = {"type": "reasoning", "id": "rs_0", "summary": []}
        yield f"{event['type']} output", put(f"/{index}/response/output", [item])
        yield f"{event['type']} usage", put(f"/{index}/response/usage", usage)


@of_streams("created_echo")
def _echo_changes(events: Events) -> Changes:
    values = {
        "instructions": "Other.",
        "max_output_tokens": 17,
        "metadata": {"other": "x"},
        "temperature": 0.123,
        "top_p": 0.321,
        "parallel_tool_calls": "other",
        "tool_choice": "other",
        "tools": [{"type": "function", "name": "other", "parameters": {}, "strict": True}],
        "text": {"format": {"type": "other"}},
        "reasoning": {"effort": "other", "summary": None},
        "truncation": "other",
        "user": "other",
        "store": "other",
    }
    if (found := terminal_of(events)) and any(of_type(events, "response.created", "response.in_progress")):
        for member, value in values.items():
            yield member, put(f"/{found[0]}/response/{member}", value)


@of_streams("terminal_output")
def _terminal_output(events: Events) -> Changes:
    """The output at the end is not what the items were."""
    found = terminal_of(events)
    if not found or not found[1]["response"]["output"]:
        return
    index, output = found[0], found[1]["response"]["output"]
    done = [event["output_index"] for _, event in of_type(events, ITEM_ENDS[1])]
    yield "empty", put(f"/{index}/response/output", [])
    yield "item more", put(f"/{index}/response/output", [*output, {"type": "reasoning", "id": "rs_0"}])
    for number, item in enumerate(output):
        rest = output[:number] + output[number + 1 :]
        yield f"{number} missing", put(f"/{index}/response/output", rest)
        for member in item if number in done else ():
            if member not in ("encrypted_content", "fingerprint"):
                yield f"{number} {member}", put(f"/{index}/response/output/{number}/{member}", "other")
    if len(output) > 1:
        yield "reversed", put(f"/{index}/response/output", output[::-1])


@of_streams("terminal_output")
def _terminal_text(events: Events) -> Changes:
    if found := terminal_of(events):
        for number, item in enumerate(found[1]["response"]["output"]):
            for part in range(len(item.get("content") or ())):
                for member in ("text", "refusal"):
                    if member in item["content"][part]:
                        path = f"/response/output/{number}/content/{part}/{member}"
                        yield f"{number}/{part}", put(f"/{found[0]}{path}", "Other.")


@of_streams("failed_after_answer")
def _failed_after_the_answer(events: Events) -> Changes:
    """A whole answer is followed by a failure."""
    *before, last = events
    said = [event["item"] for _, event in of_type(events, ITEM_ENDS[1])]
    ends = {event["output_index"] for _, event in of_type(events, ITEM_ENDS[1])}
    begun = {event["output_index"] for _, event in of_type(events, ITEM_ENDS[0])}
    is_whole = last.get("type") == "response.completed" and begun == ends and bool(said)
    if is_whole and said[-1].get("status") == "completed" and _holds_text(said[-1]):
        error = {"code": "server_error", "message": "Oh."}
        response = last["response"] | {"status": "failed", "error": error, "completed_at": None}
        yield "failed", [*before, last | {"type": "response.failed", "response": response}]
        told = {"type": "error", "code": "server_error", "message": "Oh.", "param": None}
        yield "error", [*before, told | {"sequence_number": last.get("sequence_number")}]


def _holds_text(item: dict[str, Any]) -> bool:
    if item.get("type") in ("function_call", "custom_tool_call"):
        return True
    return item.get("type") == "message" and any(part.get("text") for part in item["content"])
