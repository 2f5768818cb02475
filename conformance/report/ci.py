"""A report as lines that the log of a CI system makes its own rows of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from conformance.wire.json_values import printable, shorten

MOST: Final = 50
"""Rows of a log."""

PERCENT: Final = "%AZP25"
"""How the logging commands of Azure Pipelines write a percent sign; lines are printable already."""

STALE: Final = ("passes again", "matches nothing", "expired")
WITH_REASON: Final = ("could not run", "suite error")

KINDS: Final = {"must": "error", "should": "warning"}


def azure(report: Mapping[str, Any]) -> Iterator[str]:
    """A logging command for each cause, and for each reason for which something could not run."""
    # What an earlier run has found too is no error where only what is new fails.
    known = report["baseline"]["known"] if report["run"]["fail_on"] == "new" and report["baseline"] else ()
    told = [
        (
            "warning" if cause["id"] in known else KINDS[cause["level"]],
            f"{cause['requirement']} in {len(cause['cases'])} cases: {cause['place'] or 'the answer'} expected "
            f"{cause['example']['expected']}, received {cause['example']['received']}",
        )
        for cause in report["causes"]
        if not cause["waived"]
    ]
    told += [
        ("error", f"delete the waiver of {row['requirement']}, lines {row['lines']}: {row['state']} ({row['why']})")
        for row in report["waivers"]
        if row["state"] in STALE
    ]
    reasons = [f"{one['outcome']}: {one['reason']}" for one in report["cases"] if one["outcome"] in WITH_REASON]
    told += [("error", reason) for reason in dict.fromkeys(reasons)]
    if report["run"]["ended"]:
        told.insert(0, ("error", report["run"]["ended"]))
    for kind, message in told[:MOST]:
        yield f"##vso[task.logissue type={kind}]{shorten(printable(message), 400).replace('%', PERCENT)}"
    if len(told) > MOST:
        yield f"##vso[task.logissue type=warning]{len(told) - MOST} more stand in the report"
