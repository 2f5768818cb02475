"""What the terminal shows at the end of a run: warnings, observations, what could not run, the matrix, the verdict."""

from __future__ import annotations

import collections
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from conformance.values import printable, shorten
from conformance.verdict import COULD_NOT_RUN_STATUS, FAILED_STATUS, CaseOutcome, Run

MAX_ROWS = 40
EVENT_INDEX = re.compile(r"^event \d+ ?")
RESULTS = {0: "passed", FAILED_STATUS: "failed", COULD_NOT_RUN_STATUS: "could not run"}
SHORT = {
    CaseOutcome.NOT_APPLICABLE: "n/a",
    CaseOutcome.PASS: "pass",
    CaseOutcome.OBSERVED: "observed",
    CaseOutcome.WARN: "warn",
    CaseOutcome.COULD_NOT_RUN: "not run",
    CaseOutcome.FAIL: "FAIL",
    CaseOutcome.SUITE_ERROR: "ERROR",
}


def summary(run: Run, *, width: int, provenance: Sequence[str], status: int) -> Iterator[tuple[str, str]]:
    """The sections at the end of a run: title and text of each, in order."""
    if rows := _could_not_run(run):
        yield "could not run", "\n".join(rows)
    if rows := list(_findings(run, "should")):
        yield "warnings of conformance (should)", "\n".join(rows)
    if rows := list(_findings(run, "may")):
        yield "observed (may)", "\n".join(rows)
    yield "conformance matrix", "\n".join(matrix(run, width))
    yield "verdict", "\n".join(_verdict(run, provenance, status))


def _could_not_run(run: Run) -> list[str]:
    reasons = collections.Counter(record.reason for record in run.with_outcome(CaseOutcome.COULD_NOT_RUN))
    return [printable(f"{count} cases: {reason}") for reason, count in reasons.items()]


def _findings(run: Run, level: str) -> Iterator[str]:
    """One line for each kind of finding at a level, with the models in which it was seen.

    What is observed differs by what was received; of a warning one example will do.
    """
    groups: dict[tuple[str, ...], list[tuple[str, str]]] = collections.defaultdict(list)
    for record, (requirement, _, where, expected, received) in run.findings(level):
        kind = (requirement, EVENT_INDEX.sub("event ", where), expected, *([received] if level == "may" else []))
        groups[kind].append((record.model, received))
    for number, (kind, seen) in enumerate(sorted(groups.items())):
        if number == MAX_ROWS:
            yield f"… and {len(groups) - MAX_ROWS} more kinds"
            return
        names = list(dict.fromkeys(model for model, _ in seen))
        models = ", ".join(names) if len(names) < 4 else f"{len(names)} models"
        where, received = kind[1] or "the answer", shorten(seen[0][1], 80)
        yield printable(f"{kind[0]}  {where}  expected {kind[2]}, received {received}  ({len(seen)}x, {models})")


def matrix(run: Run, width: int) -> list[str]:
    """Models by chapter: the worst outcome of each chapter's requirements, and how many were judged.

    A case that could not run, or failed without a finding, counts in the chapter of its test. Columns that do not fit
    the width stand in further blocks.
    """
    cells: dict[tuple[str, str], list[CaseOutcome]] = collections.defaultdict(list)
    for record in run.records:
        for requirement, outcome in record.judged.items():
            cells[record.model, requirement.partition(".")[0]].append(CaseOutcome(outcome))
        worst = max((CaseOutcome(outcome).rank for outcome in record.judged.values()), default=-1)
        if CaseOutcome(record.outcome).rank > worst or not record.judged:
            cells[record.model, record.chapter].append(CaseOutcome(record.outcome))
    models = list(dict.fromkeys(record.model for record in run.records))
    chapters = sorted({chapter for _, chapter in cells})
    return list(_blocks(models, chapters, {key: _cell(outcomes) for key, outcomes in cells.items()}, width))


def _cell(outcomes: Iterable[CaseOutcome]) -> str:
    """The worst outcome: of how many judgements where it is bad, and how many there were where all is well."""
    counted = collections.Counter(outcomes)
    judged = sum(count for outcome, count in counted.items() if outcome is not CaseOutcome.NOT_APPLICABLE)
    worst = max(counted, key=lambda outcome: outcome.rank)
    if worst.rank > CaseOutcome.OBSERVED.rank:
        return f"{SHORT[worst]} {counted[worst]}/{judged}"
    good = CaseOutcome.PASS if counted[CaseOutcome.PASS] else worst
    return f"{SHORT[good]} {judged}" if judged else SHORT[good]


def _blocks(
    models: Sequence[str], chapters: Sequence[str], cells: Mapping[tuple[str, str], str], width: int
) -> Iterator[str]:
    first = max((len(model) for model in models), default=0)
    columns = {
        chapter: max(len(chapter), *(len(cells.get((model, chapter), "-")) for model in models)) for chapter in chapters
    }
    rest = list(chapters)
    while rest:
        block: list[str] = []
        while rest and (not block or first + sum(columns[name] + 2 for name in [*block, rest[0]]) <= width):
            block.append(rest.pop(0))
        yield (" " * first + "".join(f"  {name:<{columns[name]}}" for name in block)).rstrip()
        for model in models:
            row = "".join(f"  {cells.get((model, name), '-'):<{columns[name]}}" for name in block)
            yield f"{printable(model):<{first}}{row}".rstrip()
        if rest:
            yield ""


def _verdict(run: Run, provenance: Sequence[str], status: int) -> Iterator[str]:
    counted = collections.Counter(record.outcome for record in run.records)
    told = ", ".join(f"{counted[outcome]} {outcome}" for outcome in reversed(CaseOutcome) if counted[outcome])
    requests = sum(record.requests for record in run.records)
    yield f"{len(run.records)} cases: {told}"
    per_request = f" ({run.judged / requests:.1f} a request)" if requests else ""
    yield f"{run.judged} judgements of requirements on {requests} requests{per_request}"
    if not run.judged:
        yield "nothing was judged: this run says nothing about the target"
    yield from map(printable, provenance)
    yield f"{RESULTS.get(status, 'not decided')} (exit status {status})"
