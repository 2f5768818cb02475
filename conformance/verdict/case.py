"""One case: what it asked, what was judged, and what became of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from conformance.checks import Result
from conformance.contract import Level
from conformance.verdict.outcomes import CaseOutcome, Record, judged_by
from conformance.verdict.tokens import tokens
from conformance.verdict.waivers import PREFIX, Waiver, Waivers
from conformance.wire.exchange import Exchange
from conformance.wire.json_values import MISSING

NOTHING: Final = repr(MISSING)
"""What a finding has received where something is not there."""


class CouldNotRun(Exception):
    """The environment, or a prerequisite, kept a case from being judged: one sentence with the next step."""


class Ended(Exception):
    """A case that cannot go on as planned, as an answer lacks what its next request needs: what that is."""


class NeverCame(Exception):
    """A model did not do, as often as it was asked, what a case needs before it can judge what it is about."""


class NotApplicable(Exception):
    """The contract does not ask this of the target, as only its answer or the user could tell: why not."""


class SuiteError(Exception):
    """The suite's own fault: a request that was meant to be right and is not, a requirement that nothing judged."""


@dataclass(slots=True)
class Case:
    """One test with one set of parameters. ``node`` is pytest's id; ``test`` and ``name`` name its cassette.

    ``requirements`` are those that the case puts to the test; ``twins`` are the shapes of the right requests beside
    those that have to be refused, ``beside`` the exchanges of those that it had to send. ``unknown`` names what the
    answers held that nobody has described; ``unsteady`` what was asked again, ``waited`` for how many seconds;
    ``not_tried`` what is not tried without an option, and which. A result has the number of its exchange from 1, or 0
    where no answer came. ``unreachable`` is True where a request got no answer at all, and ``still_answers`` where a
    plain one then did.
    """

    node: str
    chapter: str
    test: str
    name: str
    model: str
    requirements: tuple[str, ...]
    expected_requests: int = 1
    twins: tuple[str, ...] = ()
    exchanges: list[Exchange] = field(default_factory=list)
    extra_requests: int = 0
    beside: list[Exchange] = field(default_factory=list)
    results: list[tuple[int, Result]] = field(default_factory=list)
    unknown: set[str] = field(default_factory=set)
    unsteady: list[str] = field(default_factory=list)
    waited: float = 0
    not_tried: tuple[str, ...] = ()
    notes: list[str] = field(default_factory=list)
    mismatches: list[str] = field(default_factory=list)
    unreachable: bool = False
    still_answers: bool = False
    waivers: Waivers | None = None
    outcome: CaseOutcome | None = None
    reason: str = ""

    def add(self, exchange: Exchange, results: Iterable[Result]) -> None:
        """Remembers an exchange and the results of judging it."""
        self.exchanges.append(exchange)
        self.results += [(len(self.exchanges), result) for result in results]

    def findings(self, *levels: Level) -> list[tuple[int, Result]]:
        """The findings at some levels that nobody has waived, each with the number of its exchange from 1."""
        found = ((number, result) for number, result in self.results if result.finding and result.level in levels)
        return [(number, result) for number, result in found if not self.waived_by(result)]

    def waived_by(self, result: Result) -> list[int]:
        """The numbers of the waivers of a finding, none for any other result."""
        if self.waivers is None or result.finding is None:
            return []
        finding = result.finding
        row = [result.requirement, str(result.level), finding.where, finding.expected, finding.received]
        return self.waivers.of(row, self.model)

    @property
    def waived(self) -> dict[int, list[Result]]:
        """The results that are waived, by the numbers of their waivers."""
        found: dict[int, list[Result]] = {}
        for _, result in self.results:
            for number in self.waived_by(result):
                found.setdefault(number, []).append(result)
        return found

    @property
    def accepted(self) -> list[Waiver]:
        """The waivers that were used."""
        return [] if self.waivers is None else [self.waivers.rows[number] for number in self.waived]

    def finish(self, error: BaseException | None) -> CaseOutcome:
        """Decides the outcome. ``error`` is what the test's body raised, if it did.

        A must finding, or a cassette that does not fit, is a failure whatever else happened. A fault of the suite
        outweighs what was warned of beside it. A requirement that nothing judged is such a fault if nothing was asked;
        if something was, an answer that leaves nothing to judge it by: that could not run, which is no pass either.
        What a model never did is observed: it breaks no promise. A must finding that is waived explains as much as one
        that is not.
        """
        ended, never_came = isinstance(error, Ended), isinstance(error, NeverCame)
        if self.findings(Level.MUST) or self.mismatches:
            self.outcome = CaseOutcome.FAIL
            if error is not None and not ended:
                self.notes.append(f"the test ended with {type(error).__name__}: {error}")
        elif any(result.level is Level.MUST for row in self.waived.values() for result in row):
            self.outcome = self._waived_outcome()
        elif isinstance(error, NotApplicable):
            self.outcome, self.reason = CaseOutcome.NOT_APPLICABLE, str(error)
        elif isinstance(error, CouldNotRun):
            self.outcome, self.reason = CaseOutcome.COULD_NOT_RUN, str(error)
        elif never_came:
            self.outcome = CaseOutcome.WARN if self.findings(Level.SHOULD) else CaseOutcome.OBSERVED
            self.reason = str(error)
        elif error is None and self.exchanges and self._silent() and self._explains_silence():
            self.outcome = CaseOutcome.WARN
            self.notes.append(f"not judged, as what a warning names is not there: {', '.join(self._silent())}")
        elif error is None and self.exchanges and self._silent():
            reason = (
                f"the answer leaves nothing to judge {', '.join(self._silent())} by; run again, or look at the answer"
            )
            self.outcome, self.reason = CaseOutcome.COULD_NOT_RUN, reason
        elif fault := self._fault_of_the_suite(error):
            self.outcome, self.reason = CaseOutcome.SUITE_ERROR, fault
        elif self.findings(Level.SHOULD) or self.waived:
            self.outcome = self._waived_outcome()
        elif ended or all(level is Level.MAY for level in self._own_levels()):
            self.outcome = CaseOutcome.OBSERVED
        else:
            self.outcome = CaseOutcome.PASS
        return self.outcome

    def _waived_outcome(self) -> CaseOutcome:
        """That somebody accepts what was found, unless something else is warned of."""
        if self.findings(Level.SHOULD):
            return CaseOutcome.WARN
        self.reason = "; ".join(f"{row.reason} ({row.link})" for row in self.accepted)
        return CaseOutcome.WAIVED

    def _fault_of_the_suite(self, error: BaseException | None) -> str:
        """What the suite did wrong, or an empty text.

        A case that had to end early has judged and sent less than it was to; some finding has to explain why.
        """
        if isinstance(error, Ended):
            return "" if self.findings(*Level) or self.waived else f"ended without a finding that explains it: {error}"
        if error is not None:
            return f"{type(error).__name__}: {error}"
        if silent := self._silent():
            return f"nothing judged {', '.join(silent)}"
        sent = len(self.exchanges) - self.extra_requests
        return "" if sent == self.expected_requests else f"sent {sent} requests, its mark says {self.expected_requests}"

    def _silent(self) -> list[str]:
        """What the case puts to the test and nothing judged."""
        judged = {result.requirement for _, result in self.results}
        return [requirement for requirement in self.requirements if requirement not in judged]

    def _explains_silence(self) -> bool:
        """True where some of what the case puts to the test was judged, and a warning tells what the answer lacks."""
        told = [result for _, result in self.findings(Level.SHOULD)] + [
            one for row in self.waived.values() for one in row
        ]
        lacks = any(result.finding and result.finding.received == NOTHING for result in told)
        return lacks and len(self._silent()) < len(self.requirements)

    def _own_levels(self) -> Iterator[Level]:
        """The levels of the results for what the case puts to the test."""
        return (result.level for _, result in self.results if result.requirement in self.requirements)

    def _level(self, result: Result) -> str:
        """The level of a finding, with a word before it if it is waived."""
        return f"{PREFIX if self.waived_by(result) else ''}{result.level}"

    def record(self, hide: Callable[[str], str] = str, level: Callable[[str], Level | None] = lambda _: None) -> Record:
        """What the run remembers of this case.

        ``hide`` takes secrets out of what the target said; ``level`` gives the level of what the case puts to the test.
        """
        return Record(
            case=self.node,
            chapter=self.chapter,
            model=self.model,
            outcome=str(self.outcome or CaseOutcome.SUITE_ERROR),
            requests=len(self.exchanges),
            judged=judged_by((result for _, result in self.results), self.waived_by),
            waived_by=sorted(self.waived),
            findings=[
                [result.requirement, self._level(result), *map(hide, (found.where, found.expected, found.received))]
                for _, result in self.results
                if (found := result.finding)
            ],
            unknown=sorted(map(hide, self.unknown)),
            unsteady=list(self.unsteady),
            waited=self.waited,
            not_tried=list(self.not_tried),
            notes=[hide(note) for note in self.notes],
            reason=hide(self.reason),
            requirements={name: str(level(name) or "") for name in self.requirements},
            tokens=tokens(each for each in self.exchanges if not any(each is one for one in self.beside)),
            beside={"requests": len(self.beside), **tokens(self.beside)} if self.beside else {},
        )
