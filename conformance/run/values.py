"""The values of options: names that are separated by commas, and words of a closed list."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Final

import pytest

from conformance.wire.json_values import shorten

SHOWN: Final = 80
"""Characters of a wrong value that are shown."""


def one_of(option: str, value: str, allowed: Iterable[str]) -> str:
    """The value of an option, which has to be one of these. Raises pytest.UsageError with the closest of them."""
    allowed = list(allowed)
    if value not in allowed:
        close = difflib.get_close_matches(value, allowed, 1)
        hint = f"; did you mean {close[0]}?" if close else ""
        raise pytest.UsageError(f"{option}: {shorten(repr(value), SHOWN)} is not one of {', '.join(allowed)}{hint}")
    return value


def names_in(option: str, given: str, what: str) -> tuple[str, ...]:
    """The names in the value of an option, each once. Raises pytest.UsageError where there is none."""
    names = tuple(dict.fromkeys(name.strip() for name in given.split(",") if name.strip()))
    if not names:
        raise pytest.UsageError(f"{option}: no {what} is named; give names separated by commas")
    return names
