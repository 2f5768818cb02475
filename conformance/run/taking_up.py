"""A run that goes on where an earlier one ended: what failed, could not run or was not reached is asked again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import pytest

from conformance.report import record_of
from conformance.verdict import CaseOutcome, Record, Run
from conformance.wire.json_values import show

AGAIN: Final = (CaseOutcome.FAIL, CaseOutcome.COULD_NOT_RUN, CaseOutcome.SUITE_ERROR)


@dataclass(frozen=True)
class TakenUp:
    """The report of the earlier run, and what is asked again of it."""

    report: Mapping[str, Any]
    _outcomes: dict[str, str] = field(init=False)
    _models: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        cases = self.report["cases"]
        kept_out = (case["model"] for case in cases if case["untried"] and case["outcome"] in AGAIN)
        object.__setattr__(self, "_outcomes", {case["case"]: case["outcome"] for case in cases})
        object.__setattr__(self, "_models", frozenset(kept_out))

    @property
    def _broken_off(self) -> bool:
        """True for a run that ended before all of its cases."""
        run = self.report["run"]
        return bool(run["ended"]) or run["result"] in ("interrupted", "internal error")

    def wants(self, case: str, model: str) -> bool:
        """True for a case that is asked again."""
        if case in self._outcomes:
            return self._outcomes[case] in AGAIN
        return self._broken_off or model in self._models

    def check(self, *, target: str | None, contract: Mapping[str, str], options: list[str], mode: str) -> None:
        """Raises pytest.UsageError for a run that is not like the earlier one, or where there is nothing to take up."""
        run = self.report["run"]
        told = {
            "mode": (run["mode"], mode),
            "target": (self.report["target"], target),
            "contract": (self.report["contract"], contract),
            "options": (run["options"], options),
        }
        for name, (then, now) in told.items():
            if then != now:
                raise pytest.UsageError(
                    f"--resume: the {name} of the report differs: {show(then, 200)} there, {show(now, 200)} here; "
                    "take it up as it was begun, or run all of it"
                )
        if not self._broken_off and not set(self._outcomes.values()) & set(AGAIN):
            raise pytest.UsageError(
                "--resume: nothing in the report failed or could not run: nothing is to be taken up"
            )

    def kept(self, run: Run) -> list[Record]:
        """The cases of the earlier run that were not asked again."""
        now = {record.case for record in run.records}
        tried = {record.model for record in run.records if not record.untried}
        old = map(record_of, self.report["cases"])
        return [one for one in old if one.case not in now and not (one.untried and one.model in tried)]
