"""The checks: pure functions that judge an exchange, requirement by requirement. No network, no pytest, no clock."""

from __future__ import annotations

import itertools
from typing import Final

from conformance.checks import (
    apply_patch,
    approvals,
    calls,
    consistency,
    credentials,
    custom_tools,
    echo,
    errors,
    forced_calls,
    image_generation,
    image_input,
    included,
    items,
    mcp,
    obedience,
    operations,
    response,
    shape,
    shell,
    stream_delivery,
    stream_items,
    stream_progress,
    stream_texts,
    streams,
    supported_models,
    unsupported_parameters,
    web_search,
)
from conformance.checks.outcome import Outcome, Stated, fits, message, outcome_finding
from conformance.checks.pairs import PAIRS
from conformance.checks.rules import RULES, Finding, Result, Rule
from conformance.checks.view import View
from conformance.contract import Contract, Level
from conformance.wire.exchange import Exchange
from conformance.wire.schema import violations

__all__ = [
    "PAIRS",
    "RULES",
    "Finding",
    "Outcome",
    "Result",
    "Rule",
    "Stated",
    "View",
    "fits",
    "judge",
    "judge_pair",
    "message",
    "outcome_finding",
]

# Importing a module of checks registers them.
MODULES = (
    apply_patch,
    approvals,
    calls,
    consistency,
    credentials,
    custom_tools,
    echo,
    errors,
    forced_calls,
    image_generation,
    image_input,
    included,
    items,
    mcp,
    obedience,
    operations,
    response,
    shape,
    shell,
    stream_delivery,
    stream_items,
    stream_progress,
    stream_texts,
    streams,
    supported_models,
    unsupported_parameters,
    web_search,
)


MAX_FINDINGS: Final = 1000
"""Findings of one requirement on one exchange that are looked for. An answer can have one in every byte."""


def judge(
    exchange: Exchange, contract: Contract, *, model: str | None = None, stated: Stated | None = None
) -> list[Result]:
    """Judges an exchange by every check that has something to say of it.

    ``model`` is the contract's name of the model that was asked, for levels that depend on it. ``stated`` is what a
    test said beforehand; without it (a capture) the outcome itself is not judged. A requirement that was judged has
    one ok result, or one result for each finding.
    """
    view = View(exchange, contract)
    results: list[Result] = []
    # What is taken of a request that is wrong is told by the outcome; nothing says how it would come back.
    is_refusable = stated is not None and stated.outcome is Outcome.REFUSED and bool(view.response)
    is_wrong = is_refusable and any(violations("request", view.body))
    for rule in RULES.values():
        level = contract.level(rule.requirement, model)
        if level is None or (is_wrong and rule.requirement.startswith("echo.")) or not rule.when(view):
            continue
        findings: list[Finding | None] = [*itertools.islice(rule.findings(view), MAX_FINDINGS)]
        results += [Result(rule.requirement, level, finding) for finding in findings or [None]]
    if stated is not None:
        results += _judge_outcome(view, stated, model, results)
    return results


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
        told = any(result.finding and result.level is not Level.MAY for result in results)
        accused = [] if told else [name for name in stated.requirements if name not in judged] or [*stated.requirements]
    levels = ((name, view.contract.level(name, model)) for name in accused)
    return [Result(name, level, finding) for name, level in levels if level is not None]
