"""Cause and consequence: what another finding at the same place explains is not told beside it.

A finding says something of places in the answer. Requirements stand in ranks: what the answer is, its shape, what a
stream makes of it, its state, and then all that these presuppose. A finding of an earlier rank explains those of later
ranks where their places lie within one another: what was not judged of them is silence. It explains none that is more
binding than itself, so that a verdict is never milder for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from fnmatch import fnmatchcase
from functools import cache
from typing import Final

from conformance.checks.lib.rules import Finding, Result
from conformance.checks.lib.view import View
from conformance.contract import Level
from conformance.wire.json_values import at

RANKS: Final = (
    # What came at all.
    ("http.error_status", "streams.event_json"),
    # Its shape.
    ("response.schema", "errors.body", "errors.gateway_body", "calls.call_id"),
    ("streams.event_schema", "response.optional_members", "streams.optional_members"),
    # What a stream makes of it.
    ("streams.terminal_output", "streams.terminal_status", "streams.created_echo", "streams.constant_response"),
    # Its state, and what its items are.
    (
        "response.completed",
        "response.finished",
        "consistency.created_at",
        "consistency.item_type",
        "consistency.part_type",
        "items.unique_ids",
        "calls.kind",
        "calls.declared_*",
    ),
)
"""The requirements whose findings explain others, by rank, as patterns. All others explain nothing."""

ANYWHERE: Final = {"streams.event_json": "streams.*"}
"""What an event that nobody can read explains wherever it is: what comes in order lacks a piece."""

EVENT: Final = re.compile(r"event (\d+)(?: ([^ /]+))?(?: +(/.*))?$")
"""Where a finding in a stream stands."""

BINDING: Final = list(Level)

Places = tuple[str, ...]


def unexplained(view: View, results: list[Result]) -> list[Result]:
    """The results without the findings that others explain; those that explain others come first."""
    findings = [(result, result.finding) for result in results if result.finding]
    if len(findings) < 2:
        return results
    told = [(result, rank(result.requirement), places(view, finding)) for result, finding in findings]
    causing = [each for each in told if each[1] < len(RANKS)]
    if not causing:
        return results
    explained = {
        id(result)
        for result, number, where in told
        if any(_explains(one, first, there, result, number, where) for one, first, there in causing)
    }
    kept = [result for result in results if id(result) not in explained]
    return sorted(kept, key=lambda result: rank(result.requirement) if result.finding else len(RANKS))


def _explains(cause: Result, first: int, there: Places, result: Result, number: int, where: Places) -> bool:
    if first >= number or BINDING.index(cause.level) > BINDING.index(result.level):
        return False
    if fnmatchcase(result.requirement, ANYWHERE.get(cause.requirement, "")):
        return True
    return any(_overlap(one, other) for one in there for other in where)


@cache
def rank(requirement: str) -> int:
    """The rank of a requirement: the lower it is, the more it explains."""
    ranks = (number for number, names in enumerate(RANKS) if any(fnmatchcase(requirement, name) for name in names))
    return next(ranks, len(RANKS))


def places(view: View, finding: Finding) -> Places:
    """The places that a finding says something of, as pointers into the answer: that of an event is its item's."""
    return tuple(place for where in finding.about or (finding.where,) if (place := _place(view, where)) is not None)


def _place(view: View, where: str) -> str | None:
    if not (found := EVENT.match(where)):
        # The headers belong to the body; the status is told by itself.
        return "" if where.startswith("header ") else where if where[:1] in ("", "/") else None
    index, pointer = int(found[1]), found[3] or ""
    step = view.timeline.places[index] if index < len(view.timeline.places) else None
    end = view.timeline.terminal
    if step is None:
        return None
    if pointer.startswith("/response"):
        return pointer.removeprefix("/response") if step is end else f"event {index}{pointer}"
    number = step.number("output_index")
    if number is None or at(step.json, "output_index") is None:
        return f"event {index}{pointer}"
    return f"/output/{number}{pointer.removeprefix('/item')}"


def _overlap(one: str, other: str) -> bool:
    """True for two places of which one is, or holds, the other."""
    shorter, longer = sorted((one, other), key=len)
    return longer == shorter or longer.startswith(f"{shorter}/") or (not shorter and longer.startswith("/"))


def once(findings: Iterable[Finding]) -> list[tuple[Finding, int]]:
    """Findings of one requirement on the events of a stream, those of one kind once, each with how many it stands for.

    Of one kind are those at the same member of an event, wherever the event is, and those that expect the same of
    an event, its own type aside.
    """
    kinds: dict[tuple[str, ...], tuple[Finding, int]] = {}
    for finding in findings:
        found = EVENT.match(finding.where)
        member = found[3] if found else None
        own = (found[2] if found else None) or "no type"
        said = (member,) if member else (finding.where if not found else "", finding.expected.replace(own, "#"))
        kind = tuple(re.sub(r"\d+", "#", each or "") for each in said)
        first, count = kinds.get(kind, (finding, 0))
        kinds[kind] = first, count + 1
    return [*kinds.values()]
