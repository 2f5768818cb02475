"""What became of each promise of the contract in a run: the cases that judged it, or why none did."""

from __future__ import annotations

import collections
from collections.abc import Iterator, Sequence
from typing import Any, Final

from conformance.contract import Contract, Requirement
from conformance.verdict import CaseOutcome, Record

MOST_REASONS: Final = 3
"""Reasons that are told of one promise."""


def traced(contract: Contract, records: Sequence[Record], models: Sequence[str]) -> Iterator[dict[str, Any]]:
    """A row for each requirement: source, levels, the numbers of the cases that judged it, or why none did."""
    judged: dict[str, list[int]] = collections.defaultdict(list)
    named: dict[str, list[Record]] = collections.defaultdict(list)
    for number, record in enumerate(records):
        for name in record.judged:
            judged[name].append(number)
        for name in record.requirements:
            named[name].append(record)
    for row in contract.requirements.values():
        levels = levels_of(contract, row, models)
        cases = judged[row.id]
        yield {
            "requirement": row.id,
            "levels": levels,
            "source": row.source,
            "statement": row.statement,
            "judged_by": cases,
            "not_judged": None if cases else why_not(contract, row, levels, named[row.id]),
        }


def levels_of(contract: Contract, row: Requirement, models: Sequence[str]) -> list[str]:
    """The levels that a requirement has for some models, the most binding one first; none where it does not apply."""
    found = {contract.level(row.id, model) for model in models or (None,)}
    return [str(level) for level in ("must", "should", "may") if level in found]


def why_not(contract: Contract, row: Requirement, levels: Sequence[str], named: Sequence[Record]) -> str:
    """Why a promise was not judged, by the cases that were to put it to the test."""
    if row.excluded:
        return f"not tested: {row.excluded}"
    if not levels:
        return f"not applicable under the contract {contract.name} to these models"
    reasons = collections.Counter(_reason(record) for record in named)
    if reasons:
        told = [f"{reason} ({count} cases)" for reason, count in reasons.most_common(MOST_REASONS)]
        return "; ".join(told)
    if contract.chapters[row.chapter].universal:
        return "no exchange of this run says anything of it"
    return "no case of this run puts it to the test"


def _reason(record: Record) -> str:
    if record.outcome == CaseOutcome.NOT_TRIED and record.not_tried:
        return f"not tried: it needs {record.not_tried[1]}"
    outcome = record.outcome
    if not record.reason:
        return outcome
    return record.reason if record.reason.startswith(outcome) else f"{outcome}: {record.reason}"
