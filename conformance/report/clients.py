"""Clients, by what an application that uses them would see: whose tool loops work, and why the others do not."""

from __future__ import annotations

import collections
from collections.abc import Iterator
from typing import Final

from conformance.verdict import CaseOutcome, Record, Run

CHAPTER: Final = "clients"


def rows(run: Run) -> Iterator[str]:
    """One line for the clients that work, and one for each that does not, with the reason and what helps."""
    working: dict[str, list[str]] = collections.defaultdict(list)
    others: list[str] = []
    for record in run.records:
        if record.chapter != CHAPTER or record.untried or record.outcome == CaseOutcome.NOT_APPLICABLE:
            continue
        name = _name(record)
        if works(record):
            working[name].append(record.model)
        else:
            others.append(f"{name} on {record.model}: {_why(record)}")
    if working:
        yield f"work as they come out of the box: {', '.join(working)}"
    yield from others


def works(record: Record) -> bool:
    """True for a client whose loop was answered to its end as the client wrote it."""
    return CaseOutcome(record.judged.get(f"{CHAPTER}.{_name(record)}", CaseOutcome.FAIL)) is CaseOutcome.PASS


def _name(record: Record) -> str:
    """The name of a client's test, which is that of its requirement."""
    return record.case.rpartition("::")[2].partition("[")[0].removeprefix("test_")


def _why(record: Record) -> str:
    if record.reason:
        return record.reason
    if record.notes:
        return record.notes[-1]
    return (
        "; ".join(f"{requirement}, {received}" for requirement, _, _, _, received in record.findings) or record.outcome
    )
