"""Checks of the progress of calls that the server makes: begun, under way, ended."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Final

from conformance.checks.lib.rules import Finding
from conformance.checks.lib.timeline import Item, Step, Timeline
from conformance.checks.streams.rule import stream_rule
from conformance.wire.json_values import MISSING, at, show

STATES: Final[dict[str, int]] = {
    "in_progress": 0,
    **dict.fromkeys(("generating", "interpreting", "searching"), 1),
    **dict.fromkeys(("completed", "failed"), 2),
}
"""The states that events tell of, and their order."""

TOLD: Final[dict[str, tuple[str, ...]]] = {
    "code_interpreter_call": ("in_progress", "interpreting"),
    "file_search_call": ("in_progress", "searching"),
    "image_generation_call": ("in_progress", "generating"),
    "mcp_call": ("in_progress",),
    "mcp_list_tools": ("in_progress",),
    "web_search_call": ("in_progress", "searching"),
}
"""What is always told of an item of each type before it is done, beside its end."""

ENDS: Final = ("completed", "failed")


def _progress(item: Item) -> list[tuple[Step, str]]:
    """The events that tell of the state of an item, in order, each with the state."""
    if not isinstance(item.type, str) or item.type not in TOLD:
        return []
    found = [(step, state) for state in STATES for step in item.of(f"response.{item.type}.{state}")]
    return sorted(found, key=lambda pair: pair[0].index)


@stream_rule("progress", when=lambda t: any(_progress(item) for item in t.seen_whole()))
def progress(t: Timeline) -> Iterator[Finding]:
    """What the server calls is begun, under way and ended once, in this order, and ends as its item says."""
    for item in t.seen_whole():
        states = _progress(item)
        for (_, before), (step, state) in itertools.pairwise(states):
            # Servers were seen to begin a call of MCP twice.
            again = state == before and not (state == "in_progress" and item.type == "mcp_call")
            if STATES[state] < STATES[before] or again:
                yield Finding(step.where(), f"no {state} after {before}", "one")
        ends = [(step, state) for step, state in states if state in ENDS]
        for step in _after(item, ends[0][0]) if ends else ():
            yield Finding(step.where(), f"nothing of the item after event {ends[0][0].index} {ends[0][0].type}", "one")
        if states and item.done is not None:
            yield from _ending(item, item.done, ends)


def _after(item: Item, end: Step) -> Iterator[Step]:
    """What happens to an item after its end, other than its states."""
    states = {f"response.{item.type}.{state}" for state in STATES}
    others = (step for type_, steps in item.steps.items() if type_ not in states for step in steps)
    return (step for step in others if step.index > end.index and item.holds(step))


def _ending(item: Item, done: Step, ends: list[tuple[Step, str]]) -> Iterator[Finding]:
    """An item that is completed was told to be so, and none that has failed."""
    status, error = at(item.final, "status"), at(item.final, "error")
    if not ends and status == "completed":
        yield Finding(done.where("/item/status"), f"response.{item.type}.completed before it", "none")
    for step, state in ends[:1]:
        failed = status == "failed" or bool(error)
        # A call that failed can be without an error, and a list of tools is without a status.
        right = failed if state == "failed" else not failed
        if not right:
            received = {"status": status, "error": error} if error else {"status": status}
            yield Finding(done.where("/item"), f"an item that has {state}, as in event {step.index}", show(received))


def _run(t: Timeline) -> list[Item]:
    """What the server ran to its end."""
    return [
        item for item in t.seen_whole() if isinstance(item.type, str) and item.type in TOLD and item.added and item.done
    ]


@stream_rule("progress_told", when=_run)
def progress_told(t: Timeline) -> Iterator[Finding]:
    """What the server calls is told to be begun and under way; a list of tools also to be there."""
    for item in _run(t):
        told, status = {state for _, state in _progress(item)}, at(item.final, "status")
        # What has failed, or was cut off, need not have come so far.
        owed = TOLD[item.type] if status in ("completed", MISSING, None) else TOLD[item.type][:1]
        missing = [state for state in owed if state not in told]
        # The end of an item with a status is the matter of the rule above.
        if status in (MISSING, None) and not told.intersection(ENDS):
            missing.append("completed")
        if missing and item.done:
            names = " and ".join(f"response.{item.type}.{state}" for state in missing)
            yield Finding(item.done.where(), f"{names} before it", "none")
