"""Checks of answers against earlier answers: their ids are their own, and a longer input counts for more."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from typing import Final

from conformance.checks.lib.ids import ids
from conformance.checks.lib.links import link_rule
from conformance.checks.lib.memory import (
    Answer,
    Counted,
    Given,
    Memory,
    answered_digest,
    asked_digest,
    input_digests,
    known_ids,
)
from conformance.checks.lib.rules import Finding
from conformance.checks.lib.view import View
from conformance.wire.json_values import at, number, show

REPLACED: Final = re.compile(r"redact|mask|scrub|placeholder|sanitiz", re.IGNORECASE)
"""What an id says that somebody put in the place of another one."""


def _earlier(view: View, memory: Memory) -> Answer | None:
    """The earlier answer with the same id, None where there is none or where the same was asked again."""
    id_ = view.response.get("id")
    found = memory.answers.get(id_) if view.is_create and not REPLACED.search(str(id_)) else None
    asked = asked_digest(view)
    # A row of a log can come twice, and a request can be sent twice.
    return found if found and not (asked and found.asked and asked == found.asked) else None


def _is_comparable(view: View, memory: Memory) -> bool:
    return view.is_create and bool(view.response) and len(memory.answers) > 0


@link_rule("links.response_id", when=_is_comparable)
def response_id(view: View, memory: Memory) -> Iterator[Finding]:
    """No two answers have the same id. The same answer to two requests is said to be that."""
    found = _earlier(view, memory)
    if found and found.answered != answered_digest(view):
        id_ = show(view.response["id"], 80)
        yield Finding(
            view.where("/id"), "an id that no other answer has", f"{id_}, the id of the answer in {found.name}"
        )


@link_rule("links.cached", when=_is_comparable)
def cached(view: View, memory: Memory) -> Iterator[Finding]:
    """Another request gets another answer, not one that was given before."""
    found = _earlier(view, memory)
    if found and found.answered == answered_digest(view) and found.asked and asked_digest(view):
        received = f"that of {found.name}, with its id, its created_at and its output"
        yield Finding(view.where(""), "an answer of its own, as something else was asked", received)


def _repeated(view: View, memory: Memory) -> Iterator[tuple[str, str, Given]]:
    """Pointer and value of each id of an item that an item of another answer had, and which that was."""
    own, known = view.response.get("id"), known_ids(view)
    for pointer, kind, value in ids(view):
        found = memory.items.get(value) if kind != "response" else None
        # What the request holds itself is said by another rule.
        if found and found.response != own and value not in known and not REPLACED.search(value):
            yield pointer, value, found


@link_rule("links.item_ids", when=lambda view, memory: view.is_create and bool(view.items) and len(memory.items) > 0)
def item_ids(view: View, memory: Memory) -> Iterator[Finding]:
    """No item has the id of an item of another answer."""
    repeated = [*itertools.islice(_repeated(view, memory), 100)]
    if repeated:
        pointer, value, found = repeated[0]
        others = f"; {len(repeated) - 1} more ids are not new" if len(repeated) > 1 else ""
        received = f"{show(value, 80)}, the id of a {found.type} in {found.name}{others}"
        yield Finding(view.where(pointer), "an id that no item of another answer has", received)


def _shorter(view: View, memory: Memory) -> Counted | None:
    """The earlier exchange whose whole input is the beginning of this one, the last such one."""
    if not view.is_create or number(at(view.response, "usage", "input_tokens")) is None:
        return None
    found = (memory.inputs.get(prefix) for prefix in [*input_digests(view)][-2::-1])
    return next((counted for counted in found if counted is not None), None)


@link_rule("links.input_tokens", when=lambda view, memory: _shorter(view, memory) is not None)
def input_tokens(view: View, memory: Memory) -> Iterator[Finding]:
    """What holds the whole input of an earlier turn, and more, is counted as no fewer tokens than that."""
    found, tokens = _shorter(view, memory), number(at(view.response, "usage", "input_tokens"))
    if found and tokens is not None and tokens < found.tokens:
        expected = f"at least {found.tokens:.0f}, as the input of {found.name} is the beginning of this one"
        yield Finding(view.where("/usage/input_tokens"), expected, f"{tokens:.0f}")
