"""Findings of many cases by what causes them: the promise, the place without indices, and what was expected there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from conformance.verdict import Record, Run
from conformance.wire.json_values import shorten

EVENT: Final = re.compile(r"^event (\d+ ?)?([\w.]+ ?)?(?=/|$)")
INDEX: Final = re.compile(r"(?<=/)\d+(?=/|$)")
MOST: Final = 60
"""Characters of a value in a row."""

VALUE: Final = re.compile(r'"(?:[^"\\]|\\.)*"?|\d+(?:\.\d+)?')

Finding = list[str]
"""Requirement, level, where, expected, received."""


@dataclass(slots=True)
class Cause:
    """What one defect comes to: the promise, the place without indices, one example, and the cases that found it."""

    requirement: str
    place: str
    example: Finding
    records: list[Record] = field(default_factory=list)

    @property
    def models(self) -> list[str]:
        """The models in whose cases it was found, in their order."""
        return list(dict.fromkeys(record.model for record in self.records))


def place_of(where: str) -> str:
    """Where something was found, whichever event of a stream and whichever member of a list it was."""
    return INDEX.sub("*", EVENT.sub("event ", where))


def causes(run: Run, level: str) -> list[Cause]:
    """The causes of all findings at a level, those of most cases first."""
    found: dict[tuple[str, str, str], Cause] = {}
    for record, finding in run.findings(level):
        cause = found.setdefault(_key(finding), Cause(finding[0], place_of(finding[2]), finding))
        if not cause.records or cause.records[-1] is not record:
            cause.records.append(record)
    return sorted(found.values(), key=lambda cause: -len(cause.records))


def _key(finding: Finding) -> tuple[str, str, str]:
    requirement, _, where, expected, _ = finding
    return requirement, place_of(where), VALUE.sub("…", expected)


def rows(run: Run, level: str, most: int) -> Iterator[str]:
    """One line for each cause."""
    found = causes(run, level)
    for cause in found[:most]:
        models = cause.models
        named = ", ".join(models) if len(models) < 4 else f"{len(models)} models"
        _, _, _, expected, received = cause.example
        cases = f"{len(cause.records)} case{'s' if len(cause.records) > 1 else ''}"
        told = f"expected {shorten(expected, MOST)}, received {shorten(received, MOST)}"
        yield f"{cause.requirement}  in {cases} of {named}: {cause.place}  {told}"
    if len(found) > most:
        yield f"… and {len(found) - most} more"
