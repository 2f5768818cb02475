"""The matrix: what became of each chapter on each model, in a letter each."""

from __future__ import annotations

import collections
import itertools
import string
import textwrap
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

from conformance.contract import Contract
from conformance.verdict import CaseOutcome, Record, Run
from conformance.wire.json_values import printable

LETTERS: Final = {
    CaseOutcome.SUITE_ERROR: "E",
    CaseOutcome.FAIL: "F",
    CaseOutcome.COULD_NOT_RUN: "N",
    CaseOutcome.WARN: "w",
    CaseOutcome.WAIVED: "x",
    CaseOutcome.OBSERVED: "o",
    CaseOutcome.PASS: ".",
    CaseOutcome.NOT_TRIED: "-",
    CaseOutcome.NOT_APPLICABLE: "-",
}
MEANING: Final = {
    "E": "error of the suite",
    "F": "fail",
    "N": "could not run",
    "w": "warning",
    "x": "waived",
    "o": "observed only",
    ".": "pass",
    "-": "nothing tried",
}

MOST_NAMED: Final = 12
"""Chapters in which all is well that a matrix names, if it is not to name them all."""

NAMES: Final = 24
"""Columns that are kept for the names of chapters."""

Rows = dict[tuple[CaseOutcome, ...], list[str]]
"""The chapters of each row, by its outcomes."""

Paint = Callable[[str, CaseOutcome], str]
"""Gives a letter its colour, by the outcome."""


def plain(letter: str, outcome: CaseOutcome) -> str:  # noqa: ARG001  (no colour)
    """Leaves a letter as it is."""
    return letter


def matrix(run: Run, contract: Contract, width: int, *, verbose: bool = False, paint: Paint = plain) -> list[str]:
    """Chapters by model: the worst outcome of each chapter's requirements, that of what was merely observed last.

    Chapters that are alike share a row, and without ``verbose`` all of those in which nothing is bad.
    """
    records = [record for record in run.records if not record.untried]
    seen: dict[tuple[str, str], list[CaseOutcome]] = collections.defaultdict(list)
    for record in records:
        for chapter, outcome in _by_chapter(record):
            seen[chapter, record.model].append(outcome)
    tried = dict.fromkeys(record.model for record in records)
    models = [
        *(name for name in contract.models if name in tried),
        *(name for name in tried if name not in contract.models),
    ]
    chapters = sorted({chapter for chapter, _ in seen})
    bad = [chapter for chapter in chapters if any(_is_bad(_worst(seen[chapter, model])) for model in models)]
    good = [chapter for chapter in chapters if chapter not in bad]
    if not bad and not verbose:
        return [
            f"{len(good)} chapters on {len(models)} model{'s' * (len(models) > 1)}: in none of them is anything bad"
        ]
    groups = [[chapter] for chapter in (bad if not verbose else chapters)] + ([good] if good and not verbose else [])
    rows: Rows = collections.defaultdict(list)
    for group in groups:
        named = group if group != good or len(good) <= MOST_NAMED else [f"{len(good)} chapters in which nothing is bad"]
        rows[tuple(_worst([one for each in group for one in seen[each, model]]) for model in models)] += named
    worst_first = dict(sorted(rows.items(), key=lambda row: (-max(one.rank for one in row[0]), row[1])))
    names = dict(zip(models, _names(len(models)), strict=True))
    return [*_table(worst_first, [*names.values()], width, paint), *_legend(names, worst_first, width)]


def _is_bad(outcome: CaseOutcome) -> bool:
    return outcome.rank > CaseOutcome.OBSERVED.rank


def _worst(outcomes: Iterable[CaseOutcome]) -> CaseOutcome:
    """The worst of some outcomes. Where something passed, what was observed beside it is nothing worse."""
    found = {CaseOutcome.NOT_APPLICABLE, *outcomes}
    worst = max(found, key=lambda each: each.rank)
    return CaseOutcome.PASS if worst is CaseOutcome.OBSERVED and CaseOutcome.PASS in found else worst


def _table(rows: Rows, names: Sequence[str], width: int, paint: Paint) -> Iterator[str]:
    """A row of letters for each group of chapters; models that do not fit the width stand in further tables."""
    wide = max(map(len, names), default=1) + 1
    fitting = max((width - NAMES - 1) // wide, 1)
    for start in range(0, len(names), fitting):
        part = slice(start, start + fitting)
        before = wide * len(names[part]) + 1
        yield "".join(f"{name:<{wide}}" for name in names[part]).rstrip()
        for outcomes, chapters in rows.items():
            letters = "".join(paint(LETTERS[one], one) + " " * (wide - 1) for one in outcomes[part])
            lines = textwrap.wrap(", ".join(chapters), max(width - before, NAMES), break_long_words=False)
            yield f"{letters} {lines[0]}"
            yield from (" " * before + line for line in lines[1:])


def _legend(names: dict[str, str], rows: Rows, width: int) -> Iterator[str]:
    models = [f"{name} {printable(model)}" for model, name in names.items()]
    used = {LETTERS[one] for outcomes in rows for one in outcomes}
    letters = [f"{letter} {meaning}" for letter, meaning in MEANING.items() if letter in used]
    for told in (models, letters):
        # What belongs together is not torn apart.
        joined = "   ".join(one.replace(" ", "\0") for one in told)
        yield from (line.replace("\0", " ") for line in textwrap.wrap(joined, width, break_long_words=False))


def _names(count: int) -> Iterator[str]:
    """A, B, … Z, AA, AB and so on."""
    many = (
        "".join(letters)
        for length in itertools.count(1)
        for letters in itertools.product(string.ascii_uppercase, repeat=length)
    )
    return itertools.islice(many, count)


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
    if not record.judged or (of_case.rank > CaseOutcome.OBSERVED.rank and of_case.rank > worst.rank):
        yield record.chapter, of_case
