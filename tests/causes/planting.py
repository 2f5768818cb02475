"""What the set is made of: a right exchange, one change of it, and the requirement that names the cause."""

from __future__ import annotations

import copy
import dataclasses
import json
from collections.abc import Callable
from functools import cache
from typing import Any

from conformance.captured.reading import read
from conformance.checks import Result, judge
from conformance.contract import Contract, Level
from conformance.wire.edit import Edit
from conformance.wire.exchange import Exchange
from tests import ROOT
from tests.right import streams
from tests.right.answers import good
from tests.right.changed import changed
from tests.right.tool_answers import tools

JSON = dict[str, Any]
Events = list[JSON]


@dataclasses.dataclass(frozen=True)
class Planted:
    """An exchange with one defect: what it is, who has to tell of it first, and what that finding has to say."""

    name: str
    exchange: Exchange
    cause: str
    says: str = ""


PLANTED: dict[str, Callable[[], Planted]] = {}
"""The set, by the names of its defects; each exchange is made when it is asked for."""


def _add(name: str, make: Callable[[], Exchange], cause: str, says: str) -> None:
    if name in PLANTED:
        raise ValueError(f"{name} is planted twice")
    PLANTED[name] = lambda: Planted(name, make(), cause, says)


@cache
def answers() -> dict[str, Exchange]:
    """Right answers, by name."""
    return good() | tools()


@cache
def right_streams() -> dict[str, Events]:
    """The events of right streams, by name."""
    return {name: stream.sent for name, stream in streams.good().items()}


@cache
def recorded(path: str) -> Exchange:
    """The first exchange of a cassette of the reference set."""
    return next(iter(read(str(ROOT / "cassettes" / "reference" / f"{path}.json")))).exchange


def in_answer(name: str, base: str, *edits: Edit, cause: str, says: str = "") -> None:
    """Plants a defect into a JSON answer that is right, or into that of a cassette where the name is a path."""
    _add(name, lambda: changed(recorded(base) if "/" in base else answers()[base], *edits), cause, says)


def as_exchange(name: str, base: str, change: Callable[[Exchange], Exchange], *, cause: str, says: str = "") -> None:
    """Plants a defect into an exchange itself: its status, its headers, its bytes."""
    _add(name, lambda: change(answers()[base]), cause, says)


def in_stream(name: str, base: str, change: Callable[[Events], Events], *, cause: str, says: str = "") -> None:
    """Plants a defect into the events of a right stream, or of that of a cassette where the name is a path."""

    def make() -> Exchange:
        if "/" not in base:
            return streams.captured(change(copy.deepcopy(right_streams()[base])))
        right = recorded(base)
        events = change([json.loads(event.data) for event in right.events])
        return dataclasses.replace(right, content=streams.wire(events), captured_events=None)

    _add(name, make, cause, says)


def found(planted: Planted, contract: Contract) -> list[Result]:
    """The findings on an exchange, in the order in which they are told; what is only observed is none."""
    results = judge(planted.exchange, contract)
    return [result for result in results if result.finding and result.level is not Level.MAY]


def is_named(planted: Planted, results: list[Result]) -> bool:
    """True if the first finding is that of the cause, and says what it has to say."""
    return bool(results) and results[0].requirement == planted.cause and planted.says in told(results[0])


def told(result: Result) -> str:
    """A finding in one line."""
    assert result.finding
    return result.finding.text
