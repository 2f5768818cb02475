"""What the terminal shows at the end of a run: warnings, observations, what could not run, the matrix, the verdict."""

from __future__ import annotations

import collections
import re
from collections.abc import Iterable, Iterator, Sequence

from conformance.checks import Finding
from conformance.contract import Contract
from conformance.report.causes import rows as rows_of_causes
from conformance.verdict import COULD_NOT_RUN_STATUS, FAILED_STATUS, CaseOutcome, Record, Run
from conformance.wire.json_values import printable, shorten

MAX_ROWS = 40
REST = "all others"
"""The row of the universal chapters in which all is well."""

Cells = dict[tuple[str, str], list[CaseOutcome]]
"""Outcomes by chapter and model."""

NOTHING = (CaseOutcome.NOT_APPLICABLE, CaseOutcome.NOT_TRIED)
"""Outcomes of cases in which nothing was sent."""

EVENT_INDEX = re.compile(r"^event \d+ ?")
RESULTS = {0: "passed", FAILED_STATUS: "failed", COULD_NOT_RUN_STATUS: "could not run"}
SHORT = {
    CaseOutcome.NOT_APPLICABLE: "n/a",
    CaseOutcome.NOT_TRIED: "not tried",
    CaseOutcome.PASS: "pass",
    CaseOutcome.OBSERVED: "observed",
    CaseOutcome.WARN: "warn",
    CaseOutcome.COULD_NOT_RUN: "not run",
    CaseOutcome.FAIL: "FAIL",
    CaseOutcome.SUITE_ERROR: "ERROR",
}


def summary(
    run: Run, contract: Contract, *, width: int, remarks: Sequence[str], status: int
) -> Iterator[tuple[str, str]]:
    """The sections at the end of a run: title and text of each. ``remarks`` are what the verdict says besides."""
    if rows := _reasons([*run.with_outcome(CaseOutcome.COULD_NOT_RUN), *run.unmet()]):
        yield "could not run", "\n".join(rows)
    if rows := list(_causes(run, "should")):
        yield "warnings of conformance (should)", "\n".join(rows)
    if rows := [*_observations(run), *_reasons(run.with_outcome(CaseOutcome.OBSERVED))]:
        yield "observed (may)", "\n".join(rows)
    if rows := list(_unknown(run)):
        yield "not described anywhere (no promise)", "\n".join(rows)
    yield "conformance matrix", "\n".join(matrix(run, contract, width))
    if rows := list(_causes(run, "must")):
        yield "broken promises (must)", "\n".join(rows)
    yield "verdict", "\n".join(_verdict(run, remarks, status))


def _reasons(records: Iterable[Record]) -> list[str]:
    """One line for each reason that some cases have, with how many these are."""
    reasons = collections.Counter(record.reason for record in records if record.reason)
    return [printable(f"{count} cases: {reason}") for reason, count in reasons.items()]


def _causes(run: Run, level: str) -> Iterator[str]:
    return map(printable, rows_of_causes(run, level, MAX_ROWS))


def _observations(run: Run) -> Iterator[str]:
    """One line for each thing that was observed, with the models in which it was seen. What was received matters."""
    groups: dict[tuple[str, str, str, str], list[str]] = collections.defaultdict(list)
    for record, (requirement, _, where, expected, received) in run.findings("may"):
        kind = (requirement, EVENT_INDEX.sub("event ", where), expected, received)
        groups[kind].append(record.model)
    for number, (kind, seen) in enumerate(sorted(groups.items())):
        if number == MAX_ROWS:
            yield f"… and {len(groups) - MAX_ROWS} more kinds"
            return
        finding = Finding(kind[1], kind[2], shorten(kind[3], 80))
        yield printable(f"{kind[0]}  {finding.text}  ({len(seen)}x, {_named(seen)})")


def _unknown(run: Run) -> Iterator[str]:
    """One line for each member or event that nobody has described, with the models that sent it."""
    seen: dict[str, list[str]] = collections.defaultdict(list)
    for record in run.records:
        for name in record.unknown:
            seen[name].append(record.model)
    for name, models in sorted(seen.items())[:MAX_ROWS]:
        yield printable(f"{name}  ({len(models)}x, {_named(models)})")
    if len(seen) > MAX_ROWS:
        yield f"… and {len(seen) - MAX_ROWS} more"


def _named(models: Iterable[str]) -> str:
    names = list(dict.fromkeys(models))
    return ", ".join(names) if len(names) < 4 else f"{len(names)} models"


def matrix(run: Run, contract: Contract, width: int) -> list[str]:
    """Chapters by model: the worst outcome of each chapter's requirements, and how many were judged.

    Universal chapters in which all is well share a row. Columns that do not fit the width stand in further blocks.
    """
    cells: Cells = collections.defaultdict(list)
    records = [record for record in run.records if not record.untried]
    for record in records:
        for chapter, outcome in _by_chapter(record):
            cells[chapter, record.model].append(outcome)
    universal = {name for name, chapter in contract.chapters.items() if chapter.universal}
    bad = {chapter for (chapter, _), outcomes in cells.items() if any(map(_is_bad, outcomes))}
    shared: Cells = collections.defaultdict(list)
    for (chapter, model), outcomes in cells.items():
        shared[chapter if chapter in bad or chapter not in universal else REST, model] += outcomes
    rows = sorted({row for row, _ in shared}, key=lambda row: (row == REST, row in universal, row))
    tried = dict.fromkeys(record.model for record in records)
    models = [
        *(name for name in contract.models if name in tried),
        *(name for name in tried if name not in contract.models),
    ]
    columns = {model: [printable(model), *(_cell(shared.get((row, model), ())) for row in rows)] for model in models}
    return list(_blocks(["", *rows], columns.values(), width))


def _by_chapter(record: Record) -> Iterator[tuple[str, CaseOutcome]]:
    """The judgements of a case by chapter.

    In the chapter of its test also counts that it could not run, or failed without a finding; and what was merely
    observed there is no pass.
    """
    of_case, worst = CaseOutcome(record.outcome), CaseOutcome.NOT_APPLICABLE
    for requirement, judged in record.judged.items():
        chapter, outcome = requirement.partition(".")[0], CaseOutcome(judged)
        worst = max(worst, outcome, key=lambda each: each.rank)
        yield chapter, of_case if of_case is CaseOutcome.OBSERVED and chapter == record.chapter else outcome
    if not record.judged or (_is_bad(of_case) and of_case.rank > worst.rank):
        yield record.chapter, of_case


def _is_bad(outcome: CaseOutcome) -> bool:
    return outcome.rank > CaseOutcome.OBSERVED.rank


def _cell(outcomes: Iterable[CaseOutcome]) -> str:
    """The worst outcome: of how many judgements where it is bad, and how many there were where all is well."""
    counted = collections.Counter(outcomes)
    if not counted:
        return "-"
    judged = sum(count for outcome, count in counted.items() if outcome not in NOTHING)
    worst = max(counted, key=lambda outcome: outcome.rank)
    if _is_bad(worst):
        return f"{SHORT[worst]} {counted[worst]}/{judged}"
    good = CaseOutcome.PASS if counted[CaseOutcome.PASS] else worst
    return f"{SHORT[good]} {judged}" if judged else SHORT[good]


def _blocks(first: Sequence[str], columns: Iterable[Sequence[str]], width: int) -> Iterator[str]:
    """The lines of a table: its first column, and beside it as many others as the width takes, again and again."""
    rest = list(columns)
    while rest:
        block = [_padded(first)]
        while rest and (
            len(block) == 1 or sum(len(column[0]) + 2 for column in [*block, _padded(rest[0])]) - 2 <= width
        ):
            block.append(_padded(rest.pop(0)))
        yield from ("  ".join(row).rstrip() for row in zip(*block, strict=True))
        if rest:
            yield ""


def _padded(column: Sequence[str]) -> list[str]:
    width = max(map(len, column))
    return [f"{cell:<{width}}" for cell in column]


def _verdict(run: Run, remarks: Sequence[str], status: int) -> Iterator[str]:
    counted = collections.Counter(record.outcome for record in run.records)
    outcomes = ", ".join(f"{counted[outcome]} {outcome}" for outcome in reversed(CaseOutcome) if counted[outcome])
    requests = sum(record.requests for record in run.records)
    yield f"{len(run.records)} cases: {outcomes}"
    per_request = f" ({run.judged / requests:.1f} a request)" if requests else ""
    yield f"{run.judged} judgements of requirements on {requests} requests{per_request}"
    if asked_again := collections.Counter(what for record in run.records for what in record.unsteady):
        kinds = ", ".join(f"{count}x {what}" for what, count in asked_again.most_common())
        waited = sum(record.waited for record in run.records)
        yield f"unsteady, asked again: {kinds}" + (f"; waited {waited:.0f} s in all" if waited else "")
    if not run.judged:
        yield "nothing was judged: this run says nothing about the target"
    yield from map(printable, remarks)
    left = run.not_tried
    not_tried = f"; NOT TRIED: {', '.join(left)} (give {', '.join(left.values())})" if left else ""
    yield f"{RESULTS.get(status, 'not decided')} (exit status {status}){not_tried}"
