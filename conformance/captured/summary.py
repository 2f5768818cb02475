"""What is said of captured exchanges that were judged: as text, as JSON, and in sum."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from conformance.captured.judging import ENVIRONMENT, JUDGED, Judgement, model_name, title
from conformance.captured.links import GIVEN_BACK, REFUSED
from conformance.contract import Contract, Level
from conformance.verdict import CaseOutcome, Record, judged_by
from conformance.verdict.tokens import tokens
from conformance.wire.json_values import at, printable, shorten

MAX_SHOWN: Final = 25
"""Findings of one requirement on one exchange that the text shows."""

MAX_REASONS: Final = 10
"""Reasons of refusals that the summary shows."""

MAX_UNKNOWN: Final = 100
"""Members and events that nobody has described, of which the summary keeps count."""

VERDICTS: Final = (CaseOutcome.PASS, CaseOutcome.WARN, CaseOutcome.FAIL)


@dataclass(slots=True)
class Summary:
    """Counts what was judged. It does not grow with the number of exchanges."""

    read: int = 0
    judged: int = 0
    verdicts: Counter[CaseOutcome] = field(default_factory=Counter)
    exchanges: Counter[tuple[Level, str]] = field(default_factory=Counter)
    findings: Counter[tuple[Level, str]] = field(default_factory=Counter)
    unknown: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)

    def add(self, judgement: Judgement) -> None:
        """Counts one more exchange."""
        kinds = [(result.level, result.requirement) for result, _ in judgement.findings]
        self.read += 1
        self.judged += judgement.judged
        self.verdicts[judgement.verdict] += 1
        self.exchanges.update(set(kinds))
        self.findings.update(kinds)
        refused = [one.received for result, one in judgement.findings if result.requirement in (REFUSED, GIVEN_BACK)]
        # The names and the reasons are the sender's: there can be as many as exchanges.
        for counter, news in ((self.unknown, set(judgement.unknown)), (self.refused, set(refused))):
            counter.update(news if len(counter) < MAX_UNKNOWN else news & counter.keys())

    def lines(self) -> Iterator[str]:
        """The summary as lines of text."""
        told = ", ".join(f"{self.verdicts[verdict]} {verdict}" for verdict in VERDICTS)
        yield f"exchanges: {self.read} read, {self.judged} judged; {told}"
        width = max((len(requirement) for _, requirement in self.findings), default=0)
        for kind in sorted(self.findings, key=lambda kind: (list(Level).index(kind[0]), kind[1])):
            level, requirement = kind
            yield f"  {level:<6}  {requirement:<{width}}  findings: {self.findings[kind]}, on {self.exchanges[kind]}"
        silent = {name: sum(self.exchanges[level, name] for level in Level) for name in (JUDGED, ENVIRONMENT)}
        yield f"not judged: {silent[JUDGED]} that no check says anything of, {silent[ENVIRONMENT]} of the environment"
        if refused := self.exchanges[Level.MAY, REFUSED] + sum(self.exchanges[level, GIVEN_BACK] for level in Level):
            yield f"refused though the request fits the schema: {refused}"
            for reason, count in self.refused.most_common(MAX_REASONS):
                yield printable(f"  {count} x {reason}")
        yield from (
            printable(f"not described anywhere: {name}, on {count}") for name, count in self.unknown.most_common()
        )
        if not self.judged:
            yield "nothing was judged: this says nothing about the endpoint"


def as_record(judgement: Judgement) -> Record:
    """A judgement as a run has those of its cases."""
    findings = [
        [result.requirement, str(result.level), finding.where, finding.expected, finding.received]
        for result, finding in judgement.findings
    ]
    return Record(
        case=judgement.id,
        chapter="captured",
        model=model_name(at(judgement.exchange.request.json, "model")) or "",
        outcome=judgement.verdict,
        requests=1,
        judged=judged_by(judgement.results),
        findings=findings,
        unknown=sorted(judgement.unknown),
        tokens=tokens([judgement.exchange]),
    )


def as_json(judgement: Judgement) -> dict[str, Any]:
    """A judgement as a JSON value."""
    findings = [
        {
            "requirement": result.requirement,
            "level": result.level,
            "where": finding.where,
            "expected": finding.expected,
            "received": finding.received,
        }
        for result, finding in judgement.findings
    ]
    return {"id": judgement.id, "verdict": judgement.verdict, "findings": findings}


def as_text(judgement: Judgement, contract: Contract) -> Iterator[str]:
    """The findings on an exchange as lines of text, none where there are none."""
    if not judgement.findings:
        return
    yield printable(f"{judgement.verdict.upper()}  {shorten(judgement.id, 200)}  {title(judgement.exchange)}")
    for requirement, group in itertools.groupby(judgement.findings, key=lambda pair: pair[0].requirement):
        pairs = list(group)
        yield f"  {requirement}  {pairs[0][0].level}"
        for _, finding in pairs[:MAX_SHOWN]:
            yield printable(f"    {finding.text}")
        if len(pairs) > MAX_SHOWN:
            yield f"    … and {len(pairs) - MAX_SHOWN} more of this requirement"
        row = contract.requirements[requirement]
        yield f"    promised: {row.statement}  ({row.source})"
