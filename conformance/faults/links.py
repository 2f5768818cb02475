"""Faults of what links one answer to another: ids that come back, a count that shrinks, an answer that is not new."""

from dataclasses import replace
from typing import Any, Final

from conformance.faults.lib.fault import Fault
from conformance.faults.lib.rows import costing
from conformance.reference.edits.asked import input_items, sends_back
from conformance.reference.edits.replies import on_answer, on_response, only_if, where_sent
from conformance.reference.reply import Reply
from conformance.wire.edit import put


def _counted(item: dict[str, Any]) -> dict[str, Any]:
    """An item with an id that every item of its type has."""
    return item | {"id": f"{item['id'].partition('_')[0]}_{'0' * 48}"}


def _stale(reply: Reply) -> Reply:
    """Gives the answer to the output of a function once more, to what is asked behind it."""
    items = input_items(reply)
    if not sends_back("function_call_output")(reply) or reply.status != 200 or reply.frames is not None:
        return reply
    if items[-1].get("role") == "user" and _stale in reply.memory:
        return replace(reply, content=reply.memory[_stale])
    reply.memory[_stale] = reply.content
    return reply


FAULTS: Final = (
    Fault(
        "same-response-id",
        "All answers have the same id.",
        ("links.response_id",),
        on_response(put("/id", "resp_" + "0" * 48)),
    ),
    Fault(
        "same-item-ids",
        "Every answer to a request with instructions has items with the same ids.",
        ("links.item_ids", "round_trips.new_items"),
        where_sent("/instructions", on_answer(put("/output/*", _counted))),
    ),
    Fault(
        "answer-from-a-cache",
        "What is asked behind the output of a function is answered by the answer before it, to the last byte.",
        ("links.cached", "round_trips.new_items", "function_tools.called", "echo.tool_choice"),
        _stale,
    ),
    Fault(
        "input-counted-from-the-output-on",
        "Where the output of a function is sent back, the input before it is not counted.",
        ("links.input_tokens", "usage.words", "round_trips.image_read"),
        only_if(sends_back("function_call_output"), costing(1)),
    ),
)
