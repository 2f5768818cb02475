"""Outcomes of cases and of a run, and the exit status."""

from conformance.verdict.baseline import Comparison, compare, fails_anew, known_must
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
from conformance.verdict.waivers import State, Told, Waiver, WaiverError, Waivers, read_waivers

__all__ = [
    "COULD_NOT_RUN_STATUS",
    "FAILED_STATUS",
    "FAIL_ON",
    "Case",
    "CaseOutcome",
    "Comparison",
    "CouldNotRun",
    "Ended",
    "NeverCame",
    "NotApplicable",
    "Record",
    "Run",
    "State",
    "SuiteError",
    "Told",
    "Waiver",
    "WaiverError",
    "Waivers",
    "compare",
    "fails_anew",
    "judged_by",
    "known_must",
    "outcome_of",
    "read_waivers",
]
