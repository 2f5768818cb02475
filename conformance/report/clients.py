"""Clients, by what an application that uses them would see: whose tool loops work, and why the others do not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from conformance.verdict import CaseOutcome, Record, Run

CHAPTER: Final = "clients"


def clients(records: Iterable[Record]) -> Iterator[tuple[str, str, str | None]]:
    """Each client that was tried, its model, and why it does not work there, None where it does."""
    for record in records:
        if record.chapter == CHAPTER and not record.untried and record.outcome != CaseOutcome.NOT_APPLICABLE:
            yield _name(record), record.model, None if _works(record) else _why(record)


def rows(run: Run) -> Iterator[str]:
    """One line for the clients that work, and one for each that does not, with the reason and what helps."""
    told = list(clients(run.records))
    if working := dict.fromkeys(name for name, _, reason in told if reason is None):
        yield f"work as they come out of the box: {', '.join(working)}"
    yield from (f"{name} on {model}: {reason}" for name, model, reason in told if reason is not None)


def _works(record: Record) -> bool:
    """True for a client whose loop was answered to its end as the client wrote it."""
    return CaseOutcome(record.judged.get(f"{CHAPTER}.{_name(record)}", CaseOutcome.FAIL)) is CaseOutcome.PASS


def _why(record: Record) -> str:
    if record.reason or record.notes:
        return record.reason or record.notes[-1]
    return (
        "; ".join(f"{requirement}, {received}" for requirement, _, _, _, received in record.findings) or record.outcome
    )


def _name(record: Record) -> str:
    """The name of a client's test, which is that of its requirement."""
    return record.case.rpartition("::")[2].partition("[")[0].removeprefix("test_")
