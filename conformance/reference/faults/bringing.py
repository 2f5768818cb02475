"""Items that the endpoint never gives, put into an answer with their events."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from conformance.reference.faults.edits import Event, is_plain, on_events, on_final, put
from conformance.reference.reply import Change, Reply


@dataclass(frozen=True, slots=True)
class Item:
    """An output item: what it is in the end, what of it is different when it is added, and the events between the two.

    The events get the item's output_index and id where they name no others.
    """

    item: dict[str, Any]
    begin: dict[str, Any] = field(default_factory=dict)
    inside: tuple[Event, ...] = ()

    def events(self, index: int) -> Iterable[Event]:
        """All events of the item, at a place in the output."""
        yield {"type": "response.output_item.added", "output_index": index, "item": self.item | self.begin}
        for event in self.inside:
            yield {"output_index": index, "item_id": self.item["id"]} | event
        yield {"type": "response.output_item.done", "output_index": index, "item": self.item}


def loading(*tools: dict[str, Any]) -> Item:
    """An item that brings tools, so that what calls them calls what was declared."""
    return Item({"id": "at_0", "type": "additional_tools", "role": "developer", "tools": [*tools]})


def bringing(*items: Item) -> Change:
    """Puts more items at the end of the output of a plain answer, each with its events."""

    def change(reply: Reply) -> Reply:
        if not is_plain(reply):
            return reply
        reply = on_final(put("/output", lambda output: [*output, *(one.item for one in items)]))(reply)
        if reply.frames is None:
            return reply
        index = len(reply.frames[-1].data["response"]["output"]) - len(items)
        told = [event for place, one in enumerate(items, index) for event in one.events(place)]
        return on_events(lambda events: [*events[:-1], *told, events[-1]])(reply)

    return change
