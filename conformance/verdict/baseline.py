"""A run beside an earlier one: what is new, what was known, what is mended, by cause."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

from conformance.verdict.causes import Cause, causes, ids
from conformance.verdict.outcomes import Record, Run
from conformance.verdict.waivers import PREFIX

LEVELS: Final = ("must", "should")


@dataclass(frozen=True, slots=True)
class Comparison:
    """The causes of a run that an earlier one did not have, and had; those of the earlier one that are mended.

    ``not_told`` are those of which this run judged nothing. The earlier ones are as its report has them.
    """

    started: str
    new: tuple[Cause, ...]
    known: tuple[Cause, ...]
    mended: tuple[Mapping[str, Any], ...]
    not_told: tuple[Mapping[str, Any], ...]


def compare(report: Mapping[str, Any], run: Run) -> Comparison:
    """A run beside the report of an earlier one. A cause that was no must then, and is now, is new."""
    earlier = _levels(report)
    new: list[Cause] = []
    known: list[Cause] = []
    for level in LEVELS:
        for cause in causes(run, level):
            was = earlier.get(cause.id, ())
            (known if any(LEVELS.index(one) <= LEVELS.index(level) for one in was) else new).append(cause)
    now = {cause.id for prefix in ("", PREFIX) for level in LEVELS for cause in causes(run, f"{prefix}{level}")}
    mended: list[Mapping[str, Any]] = []
    not_told: list[Mapping[str, Any]] = []
    for cause in report["causes"]:
        if cause["id"] not in now and not cause["waived"]:
            (mended if _is_judged(cause, run) else not_told).append(cause)
    return Comparison(report["run"]["started"], tuple(new), tuple(known), tuple(mended), tuple(not_told))


def known_must(report: Mapping[str, Any]) -> frozenset[str]:
    """The names of the causes that failed an earlier run, or were waived there."""
    return frozenset(name for name, levels in _levels(report).items() if "must" in levels)


def fails_anew(record: Record, known: Collection[str]) -> bool:
    """True for a case that failed for another reason than what is known."""
    found = [name for finding in record.findings if finding[1] == "must" for name in ids(finding)]
    return not found or not set(found) <= set(known)


def _levels(report: Mapping[str, Any]) -> dict[str, set[str]]:
    levels: dict[str, set[str]] = {}
    for cause in report["causes"]:
        levels.setdefault(cause["id"], set()).add(cause["level"])
    return levels


def _is_judged(cause: Mapping[str, Any], run: Run) -> bool:
    """True where a case that found a cause then judged its requirement now."""
    cases = set(cause["cases"])
    return any(cause["requirement"] in record.judged and record.case in cases for record in run.records)
