"""Runs for the views of a verdict."""

from __future__ import annotations

from conformance.verdict import Record, Run


def judged(*levels: tuple[str, str, str]) -> Run:
    """A run of one case on each model, with these outcomes of requirements: model, requirement, outcome."""
    made = Run()
    made.records = [
        Record(f"case {number}", requirement.partition(".")[0], model, outcome, 1, {requirement: outcome})
        for number, (model, requirement, outcome) in enumerate(levels)
    ]
    return made
