"""The table of outcomes, the record of a case that travels to the report, and the exit status of a run."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from conformance.checks import Result
from conformance.contract import Level

FAIL_ON: Final = ("must", "should", "new")
COULD_NOT_RUN_STATUS: Final = 6
FAILED_STATUS: Final = 1


class CaseOutcome(enum.StrEnum):
    """What became of a case, from the best to the worst."""

    NOT_APPLICABLE = "not applicable"
    NOT_TRIED = "not tried"
    PASS = "pass"  # noqa: S105  (no password)
    OBSERVED = "observed"
    WAIVED = "waived"
    WARN = "warn"
    COULD_NOT_RUN = "could not run"
    FAIL = "fail"
    SUITE_ERROR = "suite error"

    @property
    def rank(self) -> int:
        """A number that is larger for a worse outcome."""
        return RANKS[self]


def outcome_of(result: Result) -> CaseOutcome:
    """What one judgement comes to."""
    if result.finding is None:
        return CaseOutcome.PASS
    return {Level.MUST: CaseOutcome.FAIL, Level.SHOULD: CaseOutcome.WARN, Level.MAY: CaseOutcome.OBSERVED}[result.level]


def judged_by(results: Iterable[Result], waived: Callable[[Result], object] = lambda _: False) -> dict[str, str]:
    """What the judgements of each requirement come to, by the worst of them. ``waived`` tells which are accepted."""
    judged: dict[str, CaseOutcome] = {}
    for result in results:
        outcome = CaseOutcome.WAIVED if waived(result) else outcome_of(result)
        outcomes = (outcome, judged.get(result.requirement, CaseOutcome.NOT_APPLICABLE))
        judged[result.requirement] = max(outcomes, key=lambda outcome: outcome.rank)
    return {requirement: str(outcome) for requirement, outcome in judged.items()}


RANKS: Final = {outcome: rank for rank, outcome in enumerate(CaseOutcome)}


@dataclass(slots=True)
class Record:
    """What a run remembers of a case. Plain values only, so that it can travel between processes.

    ``judged`` counts the ok results and findings of each requirement by outcome; ``findings`` holds, for each finding,
    requirement, level, where, expected, received; ``unknown`` names what nobody has described;
    ``unsteady`` what was asked again, ``waited`` for how many seconds; ``not_tried`` holds what is not tried without
    an option, and the option; ``untried`` is True for a model of which no case is tried. ``reason`` is the sentence for
    a case that could not run, or whose model never did what it needs; ``again`` the command that asks for
    the case again. ``requirements`` are those that the case puts to the test, each with its level; ``tokens`` counts
    those of its own requests; ``beside`` are the requests that any case of the run may have to send first, with their
    tokens; ``evidence`` names the file with the exchanges. ``waived_by`` are the numbers of the waivers that were used:
    the level of a finding that is waived has ``waived`` before it.
    """

    case: str
    chapter: str
    model: str
    outcome: str
    requests: int = 0
    judged: dict[str, str] = field(default_factory=dict)
    findings: list[list[str]] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    unsteady: list[str] = field(default_factory=list)
    waited: float = 0
    not_tried: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    reason: str = ""
    again: str = ""
    untried: bool = False
    requirements: dict[str, str] = field(default_factory=dict)
    seconds: float = 0
    tokens: dict[str, int] = field(default_factory=dict)
    beside: dict[str, int] = field(default_factory=dict)
    evidence: str = ""
    waived_by: list[int] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """The record as plain JSON values."""
        return asdict(self)


class Run:
    """All records of a run. ``failed_otherwise`` counts failures that are no case's, such as an unclaimed cassette."""

    def __init__(self) -> None:
        self.records: list[Record] = []
        self.failed_otherwise = 0

    def add(self, values: dict[str, Any]) -> None:
        """Adds a record from its plain values."""
        self.records.append(Record(**values))

    def with_outcome(self, outcome: CaseOutcome) -> list[Record]:
        """The records of the cases that had this outcome."""
        return [record for record in self.records if record.outcome == outcome]

    def findings(self, level: str) -> Iterator[tuple[Record, list[str]]]:
        """Each finding at a level, with the record of its case."""
        return ((record, finding) for record in self.records for finding in record.findings if finding[1] == level)

    def unmet(self) -> list[Record]:
        """The cases whose model never did what they need, where no other case judged anything of their chapter."""
        judged = {requirement.partition(".")[0] for record in self.records for requirement in record.judged}
        observed = self.with_outcome(CaseOutcome.OBSERVED)
        return [record for record in observed if record.reason and record.chapter not in judged]

    @property
    def judged(self) -> int:
        """How many times a requirement was judged."""
        return sum(len(record.judged) for record in self.records)

    @property
    def not_tried(self) -> dict[str, str]:
        """What was not tried, each with the option that it needs."""
        return {record.not_tried[0]: record.not_tried[1] for record in self.records if record.not_tried}

    def exit_status(
        self,
        status: int,
        fail_on: str,
        *,
        require_all: bool = False,
        is_new: Callable[[Record], bool] = lambda _: True,
    ) -> int:
        """The exit status of the run, from the status that pytest has arrived at.

        Only 0 and 1 are refined; usage errors, interruptions and an empty collection stay pytest's. ``is_new`` tells
        which failures count where only new ones do.
        """
        if status not in (0, FAILED_STATUS) or not self.records:
            return status
        outcomes = {record.outcome for record in self.records}
        failed = [record for record in self.with_outcome(CaseOutcome.FAIL) if fail_on != "new" or is_new(record)]
        if self.failed_otherwise or failed or CaseOutcome.SUITE_ERROR in outcomes:
            return FAILED_STATUS
        if fail_on == "should" and CaseOutcome.WARN in outcomes:
            return FAILED_STATUS
        left_out = require_all and self.not_tried
        if CaseOutcome.COULD_NOT_RUN in outcomes or self.unmet() or not self.judged or left_out:
            return COULD_NOT_RUN_STATUS
        return 0 if fail_on == "new" else status
