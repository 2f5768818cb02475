"""What a fault is: a named way to break the contract, and what it breaks."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from conformance.reference.reply import ReplyEdit, RequestEdit, as_sent, unchanged

ELSEWHERE: Final = "seen on other servers of this API"
DATABRICKS: Final = "seen on Databricks"
CHECKERS: Final = "passed by today's public checkers"

ODD: Final = (AttributeError, TypeError, LookupError)
"""What looking into a value of another kind raises."""


def _careful(edit: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """The edit, but what it cannot look into comes back as it is."""

    def careful(value: Any) -> Any:
        try:
            return edit(value)
        except ODD:
            return value

    return careful


@dataclass(frozen=True, slots=True)
class Fault:
    """One row of the catalogue.

    ``breaks`` are the ids of exactly those requirements that an endpoint with this fault breaks. ``seen`` says where it
    was met in the wild, empty where it was not. ``request_edit`` changes what the endpoint takes a request to be,
    ``reply_edit`` what it sends. Either leaves alone what is too odd to be looked at, such as tools that are no list.
    """

    name: str
    sentence: str
    breaks: tuple[str, ...]
    reply_edit: ReplyEdit = unchanged
    request_edit: RequestEdit = as_sent
    seen: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "request_edit", _careful(self.request_edit))
        object.__setattr__(self, "reply_edit", _careful(self.reply_edit))
