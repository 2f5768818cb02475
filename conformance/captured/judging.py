"""Judging exchanges that were captured elsewhere. Nothing is sent."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

from conformance.captured.exchanges import Captured
from conformance.captured.links import linked
from conformance.checks import Finding, Memory, Result, judge, unknown
from conformance.contract import Contract, Level, bare
from conformance.target.environment import obstacle
from conformance.target.obstacles import Obstacle
from conformance.verdict import CaseOutcome, outcome_of
from conformance.wire.exchange import Exchange
from conformance.wire.json_values import at, printable, shorten, show

ENVIRONMENTAL: Final = (200, 429)
"""Statuses that can be an obstacle here. A credential, a model or a route may have been wrong on purpose."""

REPLACED: Final = re.compile(r"(?:^|_)(?:ids?|at)$")
"""The names of members that hold an id or a time."""

JUDGED: Final = "capture.judged"
ENVIRONMENT: Final = "capture.environment"
OBSTACLE: Final = "capture.obstacle"


@dataclass(frozen=True, slots=True)
class Judgement:
    """A captured exchange and its results. There always are some: see `judge_captured`.

    ``unknown`` names what the answer holds that nobody has described.
    """

    id: str
    exchange: Exchange
    results: tuple[Result, ...]
    unknown: tuple[str, ...] = ()

    @property
    def judged(self) -> bool:
        """True if a promise was judged on the exchange, well or badly."""
        return not any(result.requirement in (JUDGED, ENVIRONMENT) for result in self.results)

    @property
    def findings(self) -> list[tuple[Result, Finding]]:
        """The results that have a finding, the most binding ones first."""
        found = [(result, result.finding) for result in self.results if result.finding]
        return sorted(found, key=lambda pair: list(Level).index(pair[0].level))

    @property
    def verdict(self) -> CaseOutcome:
        """Pass, warn or fail: that of the most binding finding. What is observed changes nothing."""
        outcomes = (outcome_of(result) for result in self.results if result.level is not Level.MAY)
        return max(outcomes, key=lambda outcome: outcome.rank, default=CaseOutcome.PASS)


def judge_captured(captured: Captured, contract: Contract, memory: Memory | None = None) -> Judgement:
    """Judges a captured exchange by the checks that apply to any, and by what ``memory`` keeps of those before it.

    An answer of the environment is not judged. That, or that no check had anything to say, is a finding of its own.
    """
    exchange, found = captured.exchange, obstacle(captured.exchange)
    model = model_name(at(exchange.request.json, "model"))
    if sentence := _environment(exchange, found):
        return Judgement(captured.id, exchange, (_own(contract, ENVIRONMENT, "the endpoint's own answer", sentence),))
    results = judge(exchange, contract, model=model)
    kept = Memory() if memory is None else memory
    results = linked(exchange, contract, kept, results, name=captured.id, model=model)
    if contract.redacted:
        results = [one for one in results if not (one.finding and _is_replaced(one.finding))]
    if found:
        results.append(_own(contract, OBSTACLE, "the endpoint's own answer", found.sentence))
    if all(result.finding and result.level is Level.MAY for result in results):
        received = shorten(printable(title(exchange)), 100)
        results.append(_own(contract, JUDGED, "an exchange on which a promise can be judged", received))
    return Judgement(captured.id, exchange, tuple(results), tuple(unknown(exchange, contract)))


def _environment(exchange: Exchange, found: Obstacle | None) -> str | None:
    """One sentence if the answer is the environment's. No plain twin can be sent here, so a 5xx always is."""
    if 500 <= exchange.status <= 599:
        return f"the server was in trouble ({exchange.status}): capture the exchange again"
    return found.sentence if found and exchange.status in ENVIRONMENTAL else None


def _is_replaced(finding: Finding) -> bool:
    """True for a finding that is about an id or a time, wherever it stands: a redacted capture holds others."""
    return REPLACED.search(finding.where.rpartition("/")[2]) is not None


def _own(contract: Contract, requirement: str, expected: str, received: str) -> Result:
    # Without a level there were no finding, and the exchange would pass for nothing.
    level = contract.level(requirement) or Level.SHOULD
    return Result(requirement, level, Finding("", expected, received))


def model_name(asked: Any) -> str | None:
    """The name of the model that a request asked for, as the contract writes names; None where it names none."""
    return bare(asked) or None if isinstance(asked, str) else None


def title(exchange: Exchange) -> str:
    """A request and the status of its answer, in one line."""
    request = exchange.request
    return f"{shorten(request.method, 20)} {shorten(request.path, 200)} answered {show(exchange.status)}"
