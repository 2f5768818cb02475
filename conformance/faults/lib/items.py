"""Output items that the endpoint never gives, put into an answer with their events."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from conformance.reference.edits.events import Event, on_events
from conformance.reference.edits.replies import is_plain, on_final
from conformance.reference.reply import Reply, ReplyEdit
from conformance.wire.edit import put

COMPLETED: Final = {"status": "completed"}
IN_PROGRESS: Final = {"status": "in_progress"}

PRINTED: Final = {"stdout": "a.txt\n", "stderr": "", "outcome": {"type": "exit", "exit_code": 0}}
"""What a command printed."""

SHELL_OUTPUT: Final = {
    "id": "sho_0",
    "type": "shell_call_output",
    "call_id": "call_0",
    "output": [PRINTED],
    "max_output_length": None,
    **COMPLETED,
}


STATES: Final[dict[str, tuple[str, ...]]] = {
    "code_interpreter_call": ("in_progress", "interpreting", "completed"),
    "image_generation_call": ("in_progress", "generating", "completed"),
    "web_search_call": ("in_progress", "searching", "completed"),
}
"""What is told of a call that the server makes."""


@dataclass(frozen=True, slots=True)
class Added:
    """An output item: what it is in the end, what of it is different when it is added, and the events between the two.

    The events get the item's output_index and id where they name no others. What the server calls is in progress when
    it is added, and its states are told.
    """

    item: dict[str, Any]
    begin: dict[str, Any] = field(default_factory=dict)
    inside: tuple[Event, ...] = ()

    def events(self, index: int) -> Iterable[Event]:
        """All events of the item, at a place in the output."""
        kind = self.item["type"]
        states = tuple({"type": f"response.{kind}.{state}"} for state in STATES.get(kind, ()))
        begin = (IN_PROGRESS if states else {}) | self.begin
        yield {"type": "response.output_item.added", "output_index": index, "item": self.item | begin}
        for event in (*states[:1], *self.inside, *states[1:]):
            yield {"output_index": index, "item_id": self.item["id"]} | event
        yield {"type": "response.output_item.done", "output_index": index, "item": self.item}


def loaded_tools(*tools: dict[str, Any]) -> Added:
    """An item that brings tools, so that what calls them calls what was declared."""
    return Added({"id": "at_0", "type": "additional_tools", "role": "developer", "tools": [*tools]})


def in_pieces(name: str, texts: Sequence[str], done: dict[str, str], **place: Any) -> tuple[Event, ...]:
    """The events of a text in pieces, and the one with the whole of it."""
    kind = f"response.{name}"
    return (
        *({"type": f"{kind}.delta", "delta": text, **place} for text in texts),
        {"type": f"{kind}.done", **done, **place},
    )


def adding(*items: Added) -> ReplyEdit:
    """Puts more items at the end of the output of a plain answer, each with its events."""

    def reply_edit(reply: Reply) -> Reply:
        if not is_plain(reply):
            return reply
        response = reply.content if reply.frames is None else reply.frames[-1].data["response"]
        # No two answers have items of the same ids.
        own = [replace(one, item=one.item | {"id": f"{one.item['id']}{response['id'][-8:]}"}) for one in items]
        reply = on_final(put("/output", lambda output: [*output, *(one.item for one in own)]))(reply)
        if reply.frames is None:
            return reply
        index = len(reply.frames[-1].data["response"]["output"]) - len(own)
        added = [event for place, one in enumerate(own, index) for event in one.events(place)]
        return on_events(lambda events: [*events[:-1], *added, events[-1]])(reply)

    return reply_edit
