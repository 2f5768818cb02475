"""Judging exchanges that were captured elsewhere: what is read, and what is said of each. Nothing is sent.

Exchanges come one at a time, from a capture (see `conformance.captured.exchanges`) or from a cassette, packed or not;
what a file holds shows in its first bytes, not in its name.
"""

from __future__ import annotations

import enum
import itertools
import re
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Final

from conformance.captured.exchanges import MAX_LINE, Captured, read_text
from conformance.captured.unpacking import CaptureError, unpack
from conformance.checks import Finding, Result, judge
from conformance.contract import Contract, Level
from conformance.recording.body import to_bytes
from conformance.target.environment import obstacle
from conformance.wire.exchange import Exchange, Request
from conformance.wire.json_values import Unreadable, at, printable, read_json, shorten, show
from conformance.wire.schema import violations

STANDARD_INPUT: Final = "-"
CASSETTE: Final = re.compile(rb'\s*\{\s*"(format|provenance|exchanges)"\s*:')
"""How a cassette begins: with one of the only three members that it has."""

NAME_PREFIXES: Final = ("system.ai.", "databricks-")
"""What Databricks puts before the contract's name of a model."""

ENVIRONMENTAL: Final = (200, 429)
"""Statuses that can be an obstacle here. A credential, a model or a route may have been wrong on purpose."""

JUDGED: Final = "capture.judged"
ENVIRONMENT: Final = "capture.environment"
MAX_SHOWN: Final = 25
"""Findings of one requirement on one exchange that the text shows."""


class Verdict(enum.StrEnum):
    """What the findings on an exchange come to."""

    PASS = "pass"  # noqa: S105  (no password)
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Judgement:
    """A captured exchange and its results. There always are some: see `judge_captured`."""

    id: str
    exchange: Exchange
    results: tuple[Result, ...]

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
    def verdict(self) -> Verdict:
        """That of the most binding finding. A may is told and changes nothing."""
        levels = {result.level for result, _ in self.findings}
        return Verdict.FAIL if Level.MUST in levels else Verdict.WARN if Level.SHOULD in levels else Verdict.PASS


def judge_captured(captured: Captured, contract: Contract) -> Judgement:
    """Judges a captured exchange by the checks that apply to any.

    An answer of the environment is not judged. That, or that no check had anything to say, is a finding of its own.
    """
    exchange = captured.exchange
    if sentence := _environment(exchange):
        return Judgement(captured.id, exchange, (_own(contract, ENVIRONMENT, "the endpoint's own answer", sentence),))
    results = judge(exchange, contract, model=model_name(at(exchange.request.json, "model"), contract))
    if all(result.finding and result.level is Level.MAY for result in results):
        received = shorten(printable(_title(exchange)), 100)
        results.append(_own(contract, JUDGED, "an exchange on which a promise can be judged", received))
    return Judgement(captured.id, exchange, tuple(results))


def _environment(exchange: Exchange) -> str | None:
    """One sentence if the answer is the environment's. No plain twin can be sent here, so a 5xx always is."""
    if 500 <= exchange.status <= 599:
        return f"the server was in trouble ({exchange.status}): capture the exchange again"
    found = obstacle(exchange) if exchange.status in ENVIRONMENTAL else None
    return found.sentence if found else None


def _own(contract: Contract, requirement: str, expected: str, received: str) -> Result:
    # Without a level there were no finding, and the exchange would pass for nothing.
    level = contract.level(requirement) or Level.SHOULD
    return Result(requirement, level, Finding("", expected, received))


def model_name(asked: Any, contract: Contract) -> str | None:
    """The contract's name of the model that a request asked for, or None for one that it does not know."""
    if not isinstance(asked, str):
        return None
    for prefix in NAME_PREFIXES:
        asked = asked.removeprefix(prefix)
    return asked if asked in contract.models else None


# --- reading ---


def read(source: str) -> Iterator[Captured]:
    """The exchanges of a file, or of standard input for ``-``. Raises CaptureError, also where there is none."""
    name = "standard input" if source == STANDARD_INPUT else source
    try:
        with _open(source) as file:
            empty = True
            for captured in _exchanges(file, name):
                empty = False
                yield captured
    except OSError as error:
        raise CaptureError(name, 0, f"cannot be read: {error.strerror or error}") from error
    if empty:
        raise CaptureError(name, 0, "holds no exchange")


def _open(source: str) -> AbstractContextManager[IO[bytes]]:
    if source != STANDARD_INPUT:
        return Path(source).open("rb")
    if sys.stdin is None:
        raise OSError("it is closed")
    return nullcontext(sys.stdin.buffer)


def _exchanges(file: IO[bytes], name: str) -> Iterator[Captured]:
    text = unpack(file, name)
    if CASSETTE.match(text.peek()):
        return _cassette(text.read(MAX_LINE + 1), name)
    return read_text(text, name)


def _cassette(content: bytes, name: str) -> Iterator[Captured]:
    if len(content) > MAX_LINE:
        raise CaptureError(name, 0, f"a cassette that is longer than {MAX_LINE} bytes")
    table = read_json(content)
    if isinstance(table, Unreadable):
        raise CaptureError(name, 0, f"a broken cassette: {table.why}")
    for wrong in violations("cassette", table):
        where = wrong.pointer or "the top level"
        raise CaptureError(
            name, 0, f"a broken cassette: at {where}: expected {wrong.expected}, received {wrong.received}"
        )
    for number, stored in enumerate(table["exchanges"], 1):
        try:
            yield Captured(f"{name}#{number}", _from_stored(stored["request"], stored["response"]))
        except ValueError as error:
            raise CaptureError(
                name, 0, f"a broken cassette: exchange {number} has a body that cannot be decoded: {error}"
            ) from error


def _from_stored(request: dict[str, Any], response: dict[str, Any]) -> Exchange:
    """The exchange in a cassette. Of a long request body only its digest was kept, which is nothing to judge by."""
    return Exchange(
        request=Request(
            method=request["method"],
            path=request["path"],
            content=None if "digest" in request["body"] else to_bytes(request["body"]),
            headers={"content-type": request["content_type"]},
            query=request["query"],
        ),
        status=response["status"],
        headers={name.lower(): ", ".join(values) for name, values in response["headers"].items()},
        content=to_bytes(response["body"]),
    )


# --- telling ---


@dataclass(slots=True)
class Summary:
    """Counts what was judged. It does not grow with the number of exchanges."""

    read: int = 0
    judged: int = 0
    verdicts: Counter[Verdict] = field(default_factory=Counter)
    exchanges: Counter[tuple[Level, str]] = field(default_factory=Counter)
    findings: Counter[tuple[Level, str]] = field(default_factory=Counter)

    def add(self, judgement: Judgement) -> None:
        """Counts one more exchange."""
        kinds = [(result.level, result.requirement) for result, _ in judgement.findings]
        self.read += 1
        self.judged += judgement.judged
        self.verdicts[judgement.verdict] += 1
        self.exchanges.update(set(kinds))
        self.findings.update(kinds)

    def lines(self) -> Iterator[str]:
        """The summary as lines of text."""
        told = ", ".join(f"{self.verdicts[verdict]} {verdict}" for verdict in Verdict)
        yield f"exchanges: {self.read} read, {self.judged} judged; {told}"
        width = max((len(requirement) for _, requirement in self.findings), default=0)
        for kind in sorted(self.findings, key=lambda kind: (list(Level).index(kind[0]), kind[1])):
            level, requirement = kind
            yield f"  {level:<6}  {requirement:<{width}}  findings: {self.findings[kind]}, on {self.exchanges[kind]}"
        silent = {name: sum(self.exchanges[level, name] for level in Level) for name in (JUDGED, ENVIRONMENT)}
        yield f"not judged: {silent[JUDGED]} that no check says anything of, {silent[ENVIRONMENT]} of the environment"
        if not self.judged:
            yield "nothing was judged: this says nothing about the endpoint"


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
    yield printable(f"{judgement.verdict.upper()}  {shorten(judgement.id, 200)}  {_title(judgement.exchange)}")
    for requirement, group in itertools.groupby(judgement.findings, key=lambda pair: pair[0].requirement):
        pairs = list(group)
        yield f"  {requirement}  {pairs[0][0].level}"
        for _, finding in pairs[:MAX_SHOWN]:
            where = finding.where or "the answer"
            yield printable(f"    {where}   expected {finding.expected}, received {finding.received}")
        if len(pairs) > MAX_SHOWN:
            yield f"    … and {len(pairs) - MAX_SHOWN} more of this requirement"
        row = contract.requirements[requirement]
        yield f"    promised: {row.statement}  ({row.source})"


def _title(exchange: Exchange) -> str:
    request = exchange.request
    return f"{shorten(request.method, 20)} {shorten(request.path, 200)} answered {show(exchange.status)}"
