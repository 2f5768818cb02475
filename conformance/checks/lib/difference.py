"""Where two values differ."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from conformance.wire.json_values import at, show


def apart(expected: Any, received: Any) -> tuple[str, str]:
    """Two values shown around the place where they differ."""
    if not (isinstance(expected, str) and isinstance(received, str)):
        return show(expected, 60), show(received, 60)
    shorter = min(len(expected), len(received))
    place = next((n for n in range(shorter) if expected[n] != received[n]), shorter)
    start = max(place - 20, 0)
    cut = f" at character {start}" if start else ""
    return f"{show(expected[start:], 60)}{cut}", f"{show(received[start:], 60)}{cut}"


def path_to_difference(one: object, other: object) -> tuple[str | int, ...]:
    """The path to the first place where two values differ."""
    path: list[str | int] = []
    while True:
        keys: Iterable[str | int] = ()
        if isinstance(one, dict) and isinstance(other, dict):
            keys = {**one, **other}
        elif isinstance(one, list) and isinstance(other, list):
            keys = range(max(len(one), len(other)))
        step = next((key for key in keys if at(one, key) != at(other, key)), None)
        if step is None:
            return tuple(path)
        path.append(step)
        one, other = at(one, step), at(other, step)
