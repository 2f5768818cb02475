"""Causes as lines of text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from conformance.verdict.causes import Cause, together
from conformance.wire.json_values import shorten

MOST: Final = 60
"""Characters of a value in a row."""

MOST_PLACES: Final = 4
"""Places that a row names."""


def rows(found: Iterable[Cause], most: int) -> Iterator[str]:
    """One line for each cause; those that differ in nothing but their place share one."""
    groups = together(found)
    for group in groups[:most]:
        yield f"{group[0].requirement}  {cases_of(group[0])}: {told_of(group)}"
    if len(groups) > most:
        yield f"… and {len(groups) - most} more"


def told_of(group: list[Cause]) -> str:
    """Places, and what was expected and received there, in one line."""
    _, _, _, expected, received = group[0].example
    places = ", ".join(one.place or "the answer" for one in group[:MOST_PLACES])
    if len(group) > MOST_PLACES:
        places += f" and {len(group) - MOST_PLACES} more"
    return f"{places}  expected {shorten(expected, MOST)}, received {shorten(received, MOST)}"


def cases_of(cause: Cause) -> str:
    """In how many cases of which models."""
    models = cause.models
    named = ", ".join(models) if len(models) < 4 else f"{len(models)} models"
    return f"in {len(cause.records)} case{'s' if len(cause.records) > 1 else ''} of {named}"
