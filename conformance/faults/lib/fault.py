"""What a fault is: a named way to break the contract, and what it breaks."""

from dataclasses import dataclass
from typing import Final

from conformance.reference.edits.careful import careful
from conformance.reference.reply import ReplyEdit, RequestEdit, as_sent, unchanged

ELSEWHERE: Final = "seen on other servers of this API"
DATABRICKS: Final = "seen on Databricks"
CHECKERS: Final = "passed by today's public checkers"


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
        object.__setattr__(self, "request_edit", careful(self.request_edit))
        object.__setattr__(self, "reply_edit", careful(self.reply_edit))

    @property
    def target(self) -> str:
        """What an endpoint with this fault calls itself, so that nobody records it for the reference endpoint."""
        return f"faulty endpoint, {self.name}"
