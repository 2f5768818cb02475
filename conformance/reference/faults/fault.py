"""What a fault is: a named way to break the contract, and what it breaks."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from conformance.reference.reply import Change, Reading, as_sent, unchanged

ELSEWHERE: Final = "seen on other servers of this API"
DATABRICKS: Final = "seen on Databricks"
CHECKERS: Final = "passed by today's public checkers"

ODD: Final = (AttributeError, TypeError, LookupError)
"""What looking into a value of another kind raises."""


def _careful(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """The function, but what it cannot look into comes back as it is."""

    def careful(given: Any) -> Any:
        try:
            return function(given)
        except ODD:
            return given

    return careful


@dataclass(frozen=True, slots=True)
class Fault:
    """One row of the catalogue.

    ``breaks`` are the ids of exactly those requirements that an endpoint with this fault breaks. ``seen`` says where it
    was met in the wild, empty where it was not. ``reading`` changes what the endpoint takes a request to be, ``change``
    what it sends. Either leaves alone what is too odd to be looked at, such as tools that are no list.
    """

    name: str
    sentence: str
    breaks: tuple[str, ...]
    change: Change = unchanged
    reading: Reading = as_sent
    seen: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "reading", _careful(self.reading))
        object.__setattr__(self, "change", _careful(self.change))
