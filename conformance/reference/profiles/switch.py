"""What a switch is, a behaviour of an endpoint, and what a profile is, a set of them."""

from dataclasses import dataclass
from typing import Any

from conformance.reference.edits.careful import careful
from conformance.reference.edits.replies import both
from conformance.reference.reply import Reply, ReplyEdit, RequestEdit, as_sent, unchanged


@dataclass(frozen=True, slots=True)
class Switch:
    """A behaviour that was reported of a real endpoint.

    ``is_right`` says whether an endpoint with it keeps what the contract promises. ``request_edit`` changes what the
    endpoint takes a request to be, ``reply_edit`` what it sends.
    """

    name: str
    sentence: str
    is_right: bool
    reply_edit: ReplyEdit = unchanged
    request_edit: RequestEdit = as_sent

    def __post_init__(self) -> None:
        object.__setattr__(self, "request_edit", careful(self.request_edit))
        object.__setattr__(self, "reply_edit", careful(self.reply_edit))


@dataclass(frozen=True, slots=True)
class Profile:
    """A named set of switches, which come into effect in this order."""

    name: str
    sentence: str
    switches: tuple[Switch, ...]

    @property
    def is_right(self) -> bool:
        """True if an endpoint with all of them keeps what the contract promises."""
        return all(switch.is_right for switch in self.switches)

    @property
    def target(self) -> str:
        """What an endpoint of this profile calls itself, so that nobody records it for the reference endpoint."""
        return f"{'right' if self.is_right else 'faulty'} endpoint, profile {self.name}"

    def reply_edit(self, reply: Reply) -> Reply:
        """The edits of replies of all switches."""
        return both(*(switch.reply_edit for switch in self.switches))(reply)

    def request_edit(self, body: dict[str, Any]) -> dict[str, Any]:
        """The edits of requests of all switches."""
        for switch in self.switches:
            body = switch.request_edit(body)
        return body
