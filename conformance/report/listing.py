"""What a run would send: cases and requests, and with what each promise is put to the test. Nothing is sent."""

from __future__ import annotations

import collections
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from conformance.contract import Contract
from conformance.report.trace import levels_of

CEILING = 80
"""Requests a model that a run of all models may send."""

WIDTH: Final = 100
"""Columns of a line that holds many numbers."""

MANY_MODELS: Final = 24
"""Models that have a line each, so that all of it fits a screen."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A case that a run would make."""

    chapter: str
    test: str
    model: str
    requests: int
    skipped: bool
    live_only: bool
    requirements: tuple[str, ...] = ()


def listing(contract: Contract, cases: Iterable[Listed], *, verbose: bool = False) -> Iterator[str]:
    """The lines of ``--list``: the numbers, which fit a screen, and with ``verbose`` each promise and each test."""
    cases = list(cases)
    run = [case for case in cases if not case.skipped]
    models = tuple(dict.fromkeys(case.model for case in run))
    requests = sum(case.requests for case in run)
    yield f"{len(run)} cases, {requests} requests, {len(cases) - len(run)} cases not applicable; nothing was sent"
    yield from _requirements(contract, run, models)
    yield ""
    yield from _by_model(run, verbose=verbose)
    yield ""
    yield from _by_chapter(run)
    if not verbose:
        yield ""
        yield "-v shows each requirement with its source and its tests, each test, and each model by tests"
        return
    yield ""
    yield from _tests(run)
    yield ""
    yield from _traced(contract, run, models)


def _requirements(contract: Contract, run: Sequence[Listed], models: tuple[str, ...]) -> Iterator[str]:
    """How many requirements the contract has at which level, and what puts them to the test."""
    rows = contract.requirements.values()
    binding = collections.Counter(next(iter(levels_of(contract, row, models)), "not applicable") for row in rows)
    told = ", ".join(f"{count} {level}" for level, count in binding.most_common())
    yield f"requirements of the contract {contract.name} {contract.version}: {len(rows)} ({told})"
    named = {name for case in run for name in case.requirements}
    universal = [row for row in rows if row.id not in named and contract.chapters[row.chapter].universal]
    excluded = [row for row in rows if row.excluded]
    left = len(rows) - len(named) - len(universal) - len(excluded)
    yield (
        f"put to the test by cases: {len(named)}; judged where an exchange says something of it: {len(universal)}; "
        f"by none of these cases: {left}; never: {len(excluded)}"
    )


def _by_model(run: Sequence[Listed], *, verbose: bool) -> Iterator[str]:
    yield f"requests by model (ceiling {CEILING})"
    models: dict[str, dict[str, collections.Counter[str]]] = {}
    for case in run:
        chapters = models.setdefault(case.model, {})
        chapters.setdefault(case.chapter, collections.Counter())[case.test] += case.requests
    for number, (model, chapters) in enumerate(models.items()):
        if number == MANY_MODELS and not verbose:
            yield f"  … and {len(models) - MANY_MODELS} more models"
            return
        count = sum(map(collections.Counter.total, chapters.values()))
        yield f"  {model}: {count}" + ("  over the ceiling" if count > CEILING else "")
        for name, sent in chapters.items() if verbose else ():
            yield f"    {name} {sent.total()}: {', '.join(f'{test} {number}' for test, number in sent.items())}"


def _by_chapter(run: Sequence[Listed]) -> Iterator[str]:
    chapters: collections.Counter[str] = collections.Counter()
    for case in run:
        chapters[case.chapter] += case.requests
    yield "requests by chapter"
    told = ", ".join(f"{name}\0{count}" for name, count in chapters.items())
    yield from (f"  {line}".replace("\0", " ") for line in textwrap.wrap(told, WIDTH - 2, break_on_hyphens=False))


def _tests(run: Sequence[Listed]) -> Iterator[str]:
    yield "cases and requests by test"
    tests: dict[tuple[str, str], list[Listed]] = {}
    for case in run:
        tests.setdefault((case.chapter, case.test), []).append(case)
    for (chapter, test), own in tests.items():
        live = ", live only" if any(case.live_only for case in own) else ""
        yield f"  {chapter}  {test}: {len(own)} cases, {sum(case.requests for case in own)} requests{live}"


def _traced(contract: Contract, run: Sequence[Listed], models: tuple[str, ...]) -> Iterator[str]:
    """Each requirement with its levels, its source, and what puts it to the test."""
    yield "requirements, their sources and their tests"
    tests: dict[str, collections.Counter[str]] = collections.defaultdict(collections.Counter)
    for case in run:
        for name in case.requirements:
            tests[name][f"{case.chapter}::test_{case.test}"] += 1
    width = max(len(requirement) for requirement in contract.requirements)
    for row in contract.requirements.values():
        levels = "/".join(levels_of(contract, row, models)) or "not applicable"
        yield f"  {row.id:<{width}}  {'excluded' if row.excluded else levels:<8}  {row.statement}"
        yield f"    source: {row.source}"
        if row.excluded:
            yield f"    not tested: {row.excluded}"
        elif found := tests[row.id]:
            yield f"    tests: {', '.join(f'{test} ({count})' for test, count in found.items())}"
        elif contract.chapters[row.chapter].universal:
            yield "    judged where an exchange says something of it"
        else:
            yield "    by none of these cases"
