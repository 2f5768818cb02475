"""What a verdict says of models that lack something, by their own words."""

from __future__ import annotations

from collections import Counter

from conformance.verdict import CaseOutcome, Run


def told_of_lacks(run: Run) -> list[str]:
    """One sentence for each model and what it lacks, with the number of cases."""
    reasons = Counter(record.reason for record in run.with_outcome(CaseOutcome.NOT_APPLICABLE) if record.requests)
    return [f"{count} cases not applicable: {reason}" for reason, count in reasons.items()]
