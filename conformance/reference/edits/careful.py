"""Edits that leave alone what is too odd to be looked into, such as tools that are no list."""

from collections.abc import Callable
from typing import Any, Final

ODD: Final = (AttributeError, TypeError, LookupError)
"""What looking into a value of another kind raises."""


def careful(edit: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """The edit, but what it cannot look into comes back as it is."""

    def made(value: Any) -> Any:
        try:
            return edit(value)
        except ODD:
            return value

    return made
