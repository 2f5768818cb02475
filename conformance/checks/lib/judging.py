"""Judging: every check that has something to say of an exchange says it, and a stated outcome is kept or broken."""

from __future__ import annotations

import itertools
from functools import cache
from typing import Final

from conformance.checks.lib.explained import unexplained
from conformance.checks.lib.pairs import PAIRS
from conformance.checks.lib.rules import RULES, Finding, Result
from conformance.checks.lib.stated_outcome import Outcome, Stated, outcome_finding
from conformance.checks.lib.view import View
from conformance.contract import Contract, Level
from conformance.wire.exchange import Exchange
from conformance.wire.schema import violations

MAX_FINDINGS: Final = 1000
"""Findings of one requirement on one exchange that are looked for. An answer can have one in every byte."""


def judge(
    exchange: Exchange,
    contract: Contract,
    *,
    model: str | None = None,
    stated: Stated | None = None,
    every: bool = False,
) -> list[Result]:
    """Judges an exchange by every check that has something to say of it.

    ``model`` is the contract's name of the model that was asked, for levels that depend on it. ``stated`` is what a
    test said beforehand; without it (a capture) the outcome itself is not judged. A requirement that was judged has
    one ok result, or one result for each finding; what another finding explains has none. Results come in the order of
    the contract, findings that can explain others before all. With ``every`` nothing is left out
    for what another check found.
    """
    view = View.of(exchange, contract)
    results: list[Result] = []
    # What is taken of a request that is wrong is told by the outcome; nothing says how it would come back.
    is_refusable = stated is not None and stated.outcome is Outcome.REFUSED and bool(view.response)
    is_wrong = is_refusable and any(violations("request", view.body))
    levels = contract.levels(model)
    for requirement in filter(RULES.__contains__, levels):
        rule, level = RULES[requirement], levels[requirement]
        if level is None or (rule.of_streams and not exchange.is_stream):
            continue
        if (is_wrong and requirement.startswith("echo.")) or not rule.when(view):
            continue
        findings = [*itertools.islice(rule.findings(view), MAX_FINDINGS)]
        results += [Result(requirement, level, finding) for finding in findings] or [_ok(requirement, level)]
    results = results if every else unexplained(view, results)
    if stated is not None:
        results += _judge_outcome(view, stated, model, results)
    return results


@cache
def _ok(requirement: str, level: Level) -> Result:
    return Result(requirement, level)


def judge_pair(
    earlier: Exchange, later: Exchange, requirement: str, contract: Contract, *, model: str | None = None
) -> list[Result]:
    """Judges two exchanges by the comparison of a requirement; nothing if one of them cannot be compared."""
    views = View(earlier, contract), View(later, contract)
    level, pair = contract.level(requirement, model), PAIRS[requirement]
    if level is None or not all(map(pair.when, views)):
        return []
    findings: list[Finding | None] = [*pair.findings(*views)]
    return [Result(requirement, level, finding) for finding in findings or [None]]


def _judge_outcome(view: View, stated: Stated, model: str | None, results: list[Result]) -> list[Result]:
    """The results that the stated outcome adds for the requirements under test.

    Those that have no check of their own promise the outcome and nothing else: they are kept or broken by it. Where
    there are none, an outcome that is not as stated breaks those that nothing was judged of, unless a finding tells
    the cause.
    """
    finding = outcome_finding(view, stated)
    accused = [name for name in stated.requirements if not (name in RULES or name in PAIRS)]
    if finding is not None and not accused:
        judged = {result.requirement for result in results}
        is_explained = any(result.finding and result.level is not Level.MAY for result in results)
        accused = (
            []
            if is_explained
            else [name for name in stated.requirements if name not in judged] or [*stated.requirements]
        )
    levels = ((name, view.contract.level(name, model)) for name in accused)
    return [Result(name, level, finding) for name, level in levels if level is not None]
