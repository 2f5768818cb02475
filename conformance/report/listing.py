"""What a run would send: requirements, cases, requests a model. Nothing is sent."""

from __future__ import annotations

import collections
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from conformance.contract import Contract

CEILING = 80
"""Requests a model that a run of all models may send."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A case that a run would make."""

    chapter: str
    test: str
    model: str
    requests: int
    skipped: bool
    live_only: bool


def listing(contract: Contract, cases: Iterable[Listed]) -> Iterator[str]:
    """The lines of ``--list``."""
    cases = list(cases)
    yield f"requirements of the contract {contract.name} {contract.version}"
    width = max(len(requirement) for requirement in contract.requirements)
    for chapter in contract.chapters.values():
        for row in chapter.requirements:
            known = contract.documented_models() or (None,)
            levels = sorted({str(level) for model in known if (level := contract.level(row.id, model))})
            told = f"excluded: {row.excluded}" if row.excluded else "/".join(levels) or "not applicable"
            yield f"  {row.id:<{width}}  {told:<8}  {row.statement}"
    run = [case for case in cases if not case.skipped]
    yield ""
    yield "cases and requests by test"
    tests = collections.Counter((case.chapter, case.test) for case in run)
    live_only = {(case.chapter, case.test) for case in run if case.live_only}
    requests: collections.Counter[tuple[str, str]] = collections.Counter()
    models: dict[str, dict[str, collections.Counter[str]]] = {}
    for case in run:
        requests[case.chapter, case.test] += case.requests
        chapters = models.setdefault(case.model, {})
        chapters.setdefault(case.chapter, collections.Counter())[case.test] += case.requests
    for key, count in tests.items():
        live = ", live only" if key in live_only else ""
        yield f"  {key[0]}  {key[1]}: {count} cases, {requests[key]} requests{live}"
    yield ""
    yield f"requests by model (ceiling {CEILING})"
    for model, chapters in models.items():
        count = sum(map(collections.Counter.total, chapters.values()))
        yield f"  {model}: {count}" + ("  over the ceiling" if count > CEILING else "")
        for name, sent in chapters.items():
            yield f"    {name} {sent.total()}: {', '.join(f'{test} {number}' for test, number in sent.items())}"
    yield ""
    skipped = len(cases) - len(run)
    yield f"{len(run)} cases, {sum(requests.values())} requests, {skipped} cases not applicable; nothing was sent"
