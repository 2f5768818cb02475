"""Checks of the ids of output items."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from conformance.checks.lib.ids import MAX_ID_LENGTH, PREFIXES, ids
from conformance.checks.lib.rules import Finding, rule
from conformance.checks.lib.view import View
from conformance.wire.json_values import show

TAIL: Final = re.compile(r"[A-Za-z0-9_-]+")
"""What stands in an id behind its prefix."""


@rule("items.unique_ids", when=lambda view: any(kind != "response" for _, kind, _ in ids(view)))
def unique_ids(view: View) -> Iterator[Finding]:
    """No two output items have the same id."""
    seen: dict[str, str] = {}
    for pointer, kind, value in ids(view):
        if kind == "response":
            continue
        if value in seen:
            yield Finding(view.where(pointer), f"an id of its own, not that of {seen[value]}", show(value))
        seen.setdefault(value, pointer)


@rule("items.id_length", when=lambda view: any(True for _ in ids(view)))
def id_length(view: View) -> Iterator[Finding]:
    """Ids have at most 64 characters, so that they can be sent back. One finding tells of all: they have one cause."""
    long = [(pointer, value) for pointer, _, value in ids(view) if len(value) > MAX_ID_LENGTH]
    if long:
        pointer, value = long[0]
        others = f", and {len(long) - 1} more such ids" if len(long) > 1 else ""
        received = f"{len(value)}: {show(value, 40)}{others}"
        yield Finding(view.where(pointer), f"at most {MAX_ID_LENGTH} characters", received)


@rule("items.id_prefix", when=lambda view: any(True for _ in ids(view)))
def id_prefix(view: View) -> Iterator[Finding]:
    """An id begins as ids of its kind do."""
    for pointer, kind, value in ids(view):
        prefix = "resp_" if kind == "response" else PREFIXES.get(kind)
        if prefix is not None and not value.startswith(prefix):
            yield Finding(view.where(pointer), f"an id that begins with {prefix}", show(value, 40))


def _prefixed_ids(view: View) -> Iterator[tuple[str, str, str]]:
    """Pointer, prefix and value of each id that begins as those of its kind do."""
    places: list[tuple[str, str, Any]] = [("/id", "resp_", view.response.get("id"))]
    for where, item in view.items:
        places.append((f"{where}/id", PREFIXES.get(str(item.get("type")), ""), item.get("id")))
        places.append((f"{where}/call_id", "call_", item.get("call_id")))
    return (each for each in places if each[1] and isinstance(each[2], str) and each[2].startswith(each[1]))


@rule("items.id_shape", when=lambda view: any(_prefixed_ids(view)))
def id_shape(view: View) -> Iterator[Finding]:
    """Behind its prefix an id has letters, digits, hyphens and underscores, and nothing else."""
    for where, prefix, value in _prefixed_ids(view):
        if not TAIL.fullmatch(value[len(prefix) :]):
            expected = f"{prefix} and then letters, digits, - and _"
            yield Finding(view.where(where), expected, show(value, 80))
