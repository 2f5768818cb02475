"""The text of a failed case: each finding with its promise and where the answer stands, and how to see it again."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType

from conformance.checks import Result
from conformance.contract import Contract, Level
from conformance.report.curl import Sender, curl
from conformance.report.marked import marked
from conformance.verdict import Case, CaseOutcome
from conformance.wire.json_values import printable, shorten

MAX_FINDINGS = 25
MAX_SHOWN = 3
"""Exchanges that are shown in full."""

MAX_FRAMES = 100
"""Frames of a traceback beyond which its middle is left out."""


def cut_tracebacks(error: BaseException | None) -> None:
    """Leaves out the middle of long tracebacks: pytest would compare the values of all frames, for hours."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        frames: list[TracebackType] = []
        frame = error.__traceback__
        while frame is not None:
            frames.append(frame)
            frame = frame.tb_next
        if len(frames) > MAX_FRAMES:
            frames[MAX_FRAMES // 2 - 1].tb_next = frames[-MAX_FRAMES // 2]
        error = error.__cause__ or error.__context__


def failure_text(
    case: Case,
    contract: Contract,
    *,
    again: str,
    sender: Sender,
    exchanges: Path | str | None,
    body: Callable[[int], Path | str | None] = lambda _: None,
    in_full: bool = False,
) -> str:
    """Everything that a reader needs to know of a case that did not pass, as lines of text.

    ``exchanges`` is the file that holds them, or why there is none; ``body`` gives the file of a long body, by the
    number of its exchange. ``in_full`` shows what was sent and received, with the places marked.
    """
    lines: list[str] = []
    if case.outcome is CaseOutcome.COULD_NOT_RUN:
        lines.append(f"COULD NOT RUN  {case.model}: {case.reason}")
    elif case.outcome is CaseOutcome.SUITE_ERROR:
        lines.append(f"SUITE ERROR  {case.model}: the fault is in the suite, not in the target")
        lines.append(f"  {case.reason}")
    for mismatch in case.mismatches:
        lines.append(f"FAIL  cassette  {case.model}")
        lines += [f"  {line}" for line in mismatch.splitlines()]
    lines += _findings(case, contract)
    lines += [f"WAIVED  {row.requirement}: {row.reason} ({row.link})" for row in case.accepted]
    lines += [f"  note: {note}" for note in case.notes]
    if exchanges is not None:
        lines.append(f"  exchanges: {exchanges}")
    lines.append(f"  again:  {again}")
    numbers = sorted({number for number, result in case.findings(Level.MUST, Level.SHOULD)})
    for number in filter(None, numbers[:1] or [len(case.exchanges)]):
        lines.append(f"  {curl(case.exchanges[number - 1], sender, body(number))}")
    for number in filter(None, numbers[:MAX_SHOWN] or [len(case.exchanges)]) if in_full else ():
        found = [result.finding.where for which, result in case.results if which == number and result.finding]
        lines += ["", f"exchange {number}", *marked(case.exchanges[number - 1], found)]
    return printable_lines(lines)


def _findings(case: Case, contract: Contract) -> Iterator[str]:
    found = sorted(case.findings(*Level), key=lambda pair: (list(Level).index(pair[1].level), pair[1].requirement))
    for requirement, group in itertools.groupby(found, key=lambda pair: pair[1].requirement):
        pairs = list(group)
        yield from _requirement(case, contract, requirement, pairs)


def _requirement(case: Case, contract: Contract, requirement: str, pairs: list[tuple[int, Result]]) -> Iterator[str]:
    level = pairs[0][1].level
    word = {Level.MUST: "FAIL", Level.SHOULD: "WARN", Level.MAY: "OBSERVED"}[level]
    yield f"{word}  {requirement}  {case.model}   {level}"
    for number, result in pairs[:MAX_FINDINGS]:
        if (finding := result.finding) is not None:
            which = f"exchange {number}: " if number and len(case.exchanges) > 1 else ""
            yield f"  {which}{finding.text}"
    if len(pairs) > MAX_FINDINGS:
        yield f"  … and {len(pairs) - MAX_FINDINGS} more of this requirement"
    row = contract.requirements[requirement]
    yield f"  promised: {row.statement}  ({row.source})"
    number = pairs[0][0]
    if number and (identifier := case.exchanges[number - 1].headers.get("x-request-id")):
        yield f"  request id {shorten(identifier, 80)}"


def printable_lines(lines: list[str]) -> str:
    """The lines as one text in which nothing can paint a terminal."""
    return "\n".join(printable(line) for line in lines)
