"""A JSON value, changed: the one way to say so, for faults, for planted defects and for own tests. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

Edit = Callable[[Any], Any]
"""From a value to another one. Nothing is changed in place."""

GONE: Final = object()
"""What an edit makes of a member or an element that is left out."""


def put(path: str, made: Any) -> Edit:
    """Puts a value at a path such as ``/output/*/id``, or what a function makes of the value that stands there.

    A star stands for each element of a list. A path that leads nowhere changes nothing; only the last member of it is
    added.
    """
    steps = path.split("/")[1:]
    return lambda value: _put(value, steps, made)


def without(path: str) -> Edit:
    """Leaves out what stands at a path."""
    return put(path, lambda _: GONE)


def edited(value: Any, edits: Iterable[Edit]) -> Any:
    """The value after some edits, one after the other."""
    for edit in edits:
        value = edit(value)
    return value


def _put(value: Any, steps: Sequence[str], made: Any) -> Any:
    if not steps:
        return made(value) if callable(made) else made
    step, *rest = steps
    if isinstance(value, list):
        chosen = range(len(value)) if step == "*" else [int(step)]
        changed = [_put(one, rest, made) if index in chosen else one for index, one in enumerate(value)]
        return [one for one in changed if one is not GONE]
    if not isinstance(value, dict) or (step not in value and (rest or callable(made))):
        return value
    members = {**value, step: _put(value.get(step), rest, made)}
    return {name: member for name, member in members.items() if member is not GONE}
