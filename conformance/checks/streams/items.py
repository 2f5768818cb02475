"""Checks of what a stream says of output items: their order, their ids, and what happens to them when."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from conformance.checks.lib.rules import Finding
from conformance.checks.lib.timeline import PARTIAL_IMAGE, Item, Step, Timeline
from conformance.checks.streams.rule import stream_rule
from conformance.wire.json_values import MISSING, at, pointer, show


@stream_rule("item_order", when=lambda t: t.items)
def item_order(t: Timeline) -> Iterator[Finding]:
    """Items are added in the order of their output_index: 0, 1, 2 and so on."""
    previous: int | None = None
    for position, item in enumerate(t.seen_whole()):
        step = item.ends[0]
        index = step.number("output_index")
        follows = index is not None and previous is not None and index == previous + 1
        midway = t.is_partial and previous is None
        if "output_index" in step.json and index != position and not follows and not midway:
            yield Finding(step.where("/output_index"), str(position), show(step.json["output_index"]))
        previous = index


@stream_rule("one_at_a_time", when=lambda t: sum(item.added is not None for item in t.items) > 1)
def one_at_a_time(t: Timeline) -> Iterator[Finding]:
    """An item is added when the one before it is done. Only the tools of MCP servers are listed beside others."""
    before: Item | None = None
    for item in sorted(
        (item for item in t.items if item.added), key=lambda item: item.added.index if item.added else 0
    ):
        # An item without its end is the finding of another rule.
        is_open = before is not None and before.done is not None and item.added is not None
        if is_open and before and before.done and item.added and item.added.index < before.done.index:
            expected = f"response.output_item.done of the item before it, which is event {before.done.index}"
            yield Finding(item.added.where(), expected, f"{show(item.type)} beside {show(before.type)}")
        if before is None or _end(item) > _end(before):
            before = item if item.type != "mcp_list_tools" else before


def _end(item: Item) -> int:
    return item.done.index if item.done else -1


@stream_rule("item_pairs", when=lambda t: t.items)
def item_pairs(t: Timeline) -> Iterator[Finding]:
    """Each item is added once and done once, with the same output_index, id and type."""
    listings = sum(item.has("type", "mcp_list_tools") for item in t.items)
    for item in t.items:
        for step in item.repeats:
            yield Finding(step.where(), f"{step.type} once for each item", "another one")
        # MCP servers that are listed side by side can lack the event at the end.
        excused = (listings > 1 or t.is_partial) and item.type == "mcp_list_tools"
        if item.done is None and item.added and t.ran_through and not excused:
            yield Finding(item.added.where(), "a response.output_item.done for the item", "none")
        if item.added is None and item.done and not t.is_partial:
            yield Finding(item.done.where(), "a response.output_item.added for the item before it", "none")
        if item.added and item.done:
            for path in (("output_index",), ("item", "id"), ("item", "type")):
                before, after = at(item.added.json, *path), at(item.done.json, *path)
                if before != after:
                    expected = f"{show(before)}, as in event {item.added.index}"
                    yield Finding(item.done.where(pointer(*path)), expected, show(after))


@stream_rule("item_events", when=lambda t: t.item_events)
def item_events(t: Timeline) -> Iterator[Finding]:
    """What happens to an item has its output_index and its id, and lies between its added and its done."""
    for step, item in t.item_events:
        if item is None:
            if not t.is_partial:
                yield Finding(step.where("/output_index"), "the index of an item that was added", _names(step))
            continue
        end, (indices, ids) = item.ends[-1], item.names
        right_index = "output_index" not in step.json or step.number("output_index") in indices
        # An item without an id is the finding of the event that says so.
        has_id = any(id_ not in (None, MISSING) for id_ in ids)
        right_id = "item_id" not in step.json or not has_id or step.json["item_id"] in ids
        if not right_index:
            expected = f"{show(end.json.get('output_index', MISSING))}, the index of its item"
            yield Finding(step.where("/output_index"), expected, show(step.json["output_index"]))
        if not right_id:
            expected = f"{show(at(end.json, 'item', 'id'))}, the id of its item"
            yield Finding(step.where("/item_id"), expected, show(step.json["item_id"]))
        if right_index and right_id and not item.holds(step):
            ends = " and ".join(end.where() for end in item.ends)
            yield Finding(step.where(), f"a place between {ends}", f"event {step.index}")


def _names(step: Step) -> str:
    return show({name: step.json[name] for name in ("output_index", "item_id") if name in step.json})


CONSTANT: Final[tuple[tuple[str, ...], ...]] = (
    *(("call_id",), ("name",), ("role",), ("server_label",), ("approval_request_id",)),
    *(("operation", "type"), ("operation", "path")),
)
"""What is said of an item when it is added, and stays."""


@stream_rule("item_constant", when=lambda t: any(item.added and item.done for item in t.items))
def item_constant(t: Timeline) -> Iterator[Finding]:
    """What output_item.added says of a call (its name, its server, its file) is so in output_item.done."""
    for item in t.items:
        for path in CONSTANT:
            before = at(item.added.json, "item", *path) if item.added else MISSING
            after = at(item.final, *path)
            # A search for tools gets its call_id late.
            if isinstance(before, str) and item.done and before != after and item.type != "tool_search_call":
                expected = f"{show(before)}, as when the item was added"
                yield Finding(item.done.where(pointer("item", *path)), expected, show(after))


@stream_rule("partial_images", when=lambda t: any(t.of(PARTIAL_IMAGE)))
def partial_images(t: Timeline) -> Iterator[Finding]:
    """The partial images of a call are numbered 0, 1, 2 and so on."""
    for item in t.seen_whole():
        for number, step in enumerate(item.of(PARTIAL_IMAGE)):
            if step.number("partial_image_index") != number:
                received = show(step.json.get("partial_image_index", MISSING))
                yield Finding(step.where("/partial_image_index"), str(number), received)
