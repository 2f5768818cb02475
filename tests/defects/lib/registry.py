"""The registry of planted defects: what a kind is, and when a defect of it counts as noticed."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from conformance.captured.links import REFUSED, linked
from conformance.checks import Memory, judge
from conformance.contract import Contract
from conformance.wire.exchange import Exchange

Change = tuple[str, Any] | tuple[str, Any, tuple[str, ...]]
"""What is done; the edit that does it, or the value that it makes; who may notice, where it is not who else does."""

Found = set[tuple[str, str]]
"""Requirements that are broken, and where."""


@dataclasses.dataclass(frozen=True)
class Mutant:
    """A copy with one defect: what was done to it, the copy, and the requirements that may notice it.

    A chapter alone stands for all of its requirements. ``earlier`` are exchanges of the same capture that come before.
    """

    label: str
    exchange: Exchange
    noticed_by: tuple[str, ...]
    earlier: tuple[Exchange, ...] = ()


@dataclasses.dataclass(frozen=True)
class Kind:
    """A named kind of defect. Where an exchange has no place for it, none is made."""

    name: str
    make: Callable[[Exchange], Iterator[Mutant]]


KINDS: dict[str, Kind] = {}
"""The kinds whose files were imported; ``tests.defects`` imports all of them."""


def register(name: str, make: Callable[[Exchange], Iterator[Mutant]]) -> None:
    """Registers a kind, by the name of the function that makes it. Raises ValueError if there is one already."""
    name = name.removeprefix("_")
    if name in KINDS:
        raise ValueError(f"{name} is the name of two kinds")
    KINDS[name] = Kind(name, make)


def some(mutants: Iterable[Mutant], number: int) -> list[Mutant]:
    """A few of many: from the beginning, the middle and the end."""
    found = list(mutants)
    step = max(1, len(found) // number)
    return found if len(found) <= number else [*found[::step][: number - 1], found[-1]]


def broken(exchange: Exchange, contract: Contract, earlier: tuple[Exchange, ...] = ()) -> Found:
    """The requirements that an exchange breaks, and where, alone and beside those before it."""
    memory = Memory()
    for number, before in enumerate(earlier):
        linked(before, contract, memory, [], name=f"earlier {number}")
    results = linked(exchange, contract, memory, judge(exchange, contract, every=True), name="this one")
    # That a right request is refused is counted, and is no defect by itself.
    return {(one.requirement, one.finding.where) for one in results if one.finding and one.requirement != REFUSED}


def newly_broken(mutant: Mutant, before: Found, contract: Contract) -> set[str]:
    """The requirements that a copy breaks in places where the original does not."""
    return {requirement for requirement, _ in broken(mutant.exchange, contract, mutant.earlier) - before}


def is_noticed(mutant: Mutant, found: set[str]) -> bool:
    """True if one of the requirements that were found broken may notice the defect."""
    return any(name == wanted or name.startswith(f"{wanted}.") for name in found for wanted in mutant.noticed_by)
