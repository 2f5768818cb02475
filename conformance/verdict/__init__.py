"""Outcomes of cases and of a run, and the exit status."""

from conformance.verdict.case import Case, CouldNotRun, Ended, NeverCame, NotApplicable, SuiteError
from conformance.verdict.outcomes import (
    COULD_NOT_RUN_STATUS,
    FAIL_ON,
    FAILED_STATUS,
    CaseOutcome,
    Record,
    Run,
    judged_by,
    outcome_of,
)

__all__ = [
    "COULD_NOT_RUN_STATUS",
    "FAILED_STATUS",
    "FAIL_ON",
    "Case",
    "CaseOutcome",
    "CouldNotRun",
    "Ended",
    "NeverCame",
    "NotApplicable",
    "Record",
    "Run",
    "SuiteError",
    "judged_by",
    "outcome_of",
]
