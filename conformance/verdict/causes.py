"""Findings of many cases by what causes them: the promise, the place, and what was expected and received there.

Indices and values are left out, as one defect shows in many items with many values. A place in a response object is the
same in a JSON answer and in the events that carry it.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from conformance.verdict.outcomes import Record, Run

EVENT: Final = re.compile(r"^event (?:\d+ ?)?(?P<type>[\w.]+)? ?(?P<pointer>/.*)?$")
RESPONSE: Final = "/response"
"""Where an event carries the response object."""

INDEX: Final = re.compile(r"(?<=/)\d+(?=/|$)")

STRINGS: Final = re.compile(r'"(?:[^"\\]|\\.)*(?:"|$)')
NUMBERS: Final = re.compile(r"-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?")
BRACKETED: Final = re.compile(r"\[[^\[\]{}]*(?:\]|$)|\{[^\[\]{}]*(?:\}|$)")
REPEATED: Final = re.compile(r"…(?:(?:, |: | )?…)+")
MEMBERS: Final = re.compile(r'^the members? ("[^"]*"(?:, "[^"]*")*)$')
STATUS: Final = "status"
"""The place whose number is no value: it says what kind of answer came."""

Finding = list[str]
"""Requirement, level, where, expected, received."""


@dataclass(slots=True)
class Cause:
    """What one defect comes to: the promise, the place without indices, one example, and the cases that found it."""

    requirement: str
    level: str
    place: str
    example: Finding
    records: list[Record] = field(default_factory=list)

    @property
    def id(self) -> str:
        """A name that the same cause has in every run."""
        return id_of(key_of(self.example))

    @property
    def models(self) -> list[str]:
        """The models in whose cases it was found, in their order."""
        return list(dict.fromkeys(record.model for record in self.records))


def place_of(where: str) -> str:
    """Where something was found, whichever event of a stream and whichever member of a list it was."""
    pointer = INDEX.sub("*", where)
    if (match := EVENT.match(where)) is None:
        return pointer
    pointer = INDEX.sub("*", match["pointer"] or "")
    if pointer == RESPONSE or pointer.startswith(f"{RESPONSE}/"):
        return pointer.removeprefix(RESPONSE)
    # One defect shows in events of several types.
    return f"event {pointer}" if pointer else " ".join(filter(None, ("event", match["type"])))


def skeleton(text: str) -> str:
    """What was expected or received without its values."""
    text = NUMBERS.sub("…", STRINGS.sub("…", text))
    before = None
    while before != text:
        before = text
        text = BRACKETED.sub("…", text)
    return REPEATED.sub("…", text)


def causes_of(finding: Finding) -> Iterator[Finding]:
    """The finding as its causes: each member that is missing is one of its own."""
    requirement, level, where, expected, received = finding
    if (match := MEMBERS.match(expected)) is None or received != "nothing":
        yield finding
        return
    between = "/" if "/" in where or not where else " /"
    for name in match[1].split(", "):
        yield [requirement, level, f"{where}{between}{name[1:-1]}", "the member", received]


def key_of(finding: Finding) -> tuple[str, ...]:
    """What two findings have in common that have one cause."""
    requirement, _, where, expected, received = finding
    place = place_of(where)
    # A status says what kind of answer came; its message may name the model.
    came = received.partition(":")[0] if place == STATUS else skeleton(received)
    return requirement, place, skeleton(expected), came


def id_of(key: tuple[str, ...]) -> str:
    """A short name for what findings of one cause have in common."""
    return hashlib.sha256(json.dumps(key).encode()).hexdigest()[:12]


def ids(finding: Finding) -> list[str]:
    """The names of the causes of a finding."""
    return [id_of(key_of(one)) for one in causes_of(finding)]


def keys(findings: Iterable[Finding], level: str) -> set[tuple[str, ...]]:
    """The causes of some findings at a level, each by what tells it from others."""
    return {key_of(one) for finding in findings if finding[1] == level for one in causes_of(finding)}


def causes(run: Run, level: str) -> list[Cause]:
    """The causes of all findings at a level, those of most cases first."""
    found: dict[tuple[str, ...], Cause] = {}
    for record, finding in run.findings(level):
        for one in causes_of(finding):
            cause = found.setdefault(key_of(one), Cause(one[0], level, place_of(one[2]), one))
            if not cause.records or cause.records[-1] is not record:
                cause.records.append(record)
    return sorted(found.values(), key=lambda cause: -len(cause.records))


def together(found: Iterable[Cause]) -> list[list[Cause]]:
    """Causes that differ in nothing but their place."""
    shared: dict[tuple[object, ...], list[Cause]] = {}
    for cause in found:
        _, _, _, expected, received = cause.example
        alike = (cause.requirement, expected, received, tuple(record.case for record in cause.records))
        shared.setdefault(alike, []).append(cause)
    return list(shared.values())
