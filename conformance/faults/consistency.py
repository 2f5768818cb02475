"""Faults of what a response says twice: its state, its items, its times, what it cost."""

from typing import Final

from conformance.faults.lib.fault import Fault
from conformance.faults.lib.items import COMPLETED, Added, adding, loaded_tools
from conformance.reference.edits.asked import NEEDS_NO_APPROVAL, all_of, declares, streams
from conformance.reference.edits.replies import (
    in_json,
    is_cut_off,
    is_json,
    of_type,
    on_answer,
    on_final,
    on_items,
    on_plain_answer,
    on_response,
    only_if,
)
from conformance.reference.reply import ReplyEdit
from conformance.wire.edit import Edit, put


def _ended(kind: str, *edits: Edit) -> ReplyEdit:
    """Edits the items of a type where no stream tells how they end."""
    return in_json(put("/output/*", of_type(kind, *edits)))


FAULTS: Final = (
    Fault(
        "created-at-in-milliseconds",
        "created_at and completed_at are in milliseconds.",
        ("consistency.created_at",),
        on_response(
            put("/created_at", lambda time: time * 1000), put("/completed_at", lambda time: time and time * 1000)
        ),
    ),
    Fault(
        "completed-at-left-out",
        "A completed response does not say when it was.",
        ("consistency.completed_at",),
        on_final(put("/completed_at", None)),
    ),
    Fault(
        "message-cut-off",
        "A message of a completed response is incomplete.",
        ("consistency.message_status",),
        on_plain_answer(put("/output/*", of_type("message", put("/status", "incomplete")))),
    ),
    Fault(
        "cut-off-called-completed",
        "An answer is incomplete, and the message that it was cut off in is completed.",
        ("consistency.cut_off",),
        only_if(is_cut_off, on_answer(put("/output/*", of_type("message", put("/status", "completed"))))),
    ),
    Fault(
        "call-cut-off",
        "A call of a completed response is incomplete.",
        ("consistency.call_status",),
        on_items("function_call", "/status", "incomplete", asked=all_of(streams, declares("function", strict=True))),
    ),
    Fault(
        "call-of-a-server-cut-off",
        "A call of a server is incomplete though the response is completed.",
        ("consistency.call_status",),
        _ended("mcp_call", put("/status", "incomplete")),
    ),
    Fault(
        "search-in-progress",
        "A search goes on though the response is completed.",
        ("consistency.call_status", "web_search.completed"),
        _ended("web_search_call", put("/status", "in_progress")),
    ),
    Fault(
        "message-without-content",
        "A message has no content.",
        ("consistency.message_content", "supported_models.text"),
        on_plain_answer(put("/output/*/content", [])),
    ),
    Fault(
        "image-left-out",
        "An image was made and is not there.",
        ("consistency.results",),
        adding(
            loaded_tools({"type": "image_generation"}),
            Added({"id": "ig_0", "type": "image_generation_call", "result": None, **COMPLETED}),
        ),
    ),
    Fault(
        "output-of-a-server-left-out",
        "A call of a server is completed and has no output.",
        ("consistency.results",),
        on_items("mcp_call", "/output", None, asked=NEEDS_NO_APPROVAL),
    ),
    Fault(
        "failed-call-without-error",
        "A call of a server has failed and does not say why.",
        ("consistency.results",),
        _ended("mcp_call", put("/status", "failed"), put("/output", None)),
    ),
    Fault(
        "completed-call-with-error",
        "A call of a server is completed and has an error.",
        ("consistency.results", "mcp.completed"),
        _ended("mcp_call", put("/error", "It failed."), put("/output", None)),
    ),
    Fault(
        "more-cached-than-sent",
        "More tokens were cached than were sent.",
        ("consistency.usage_details",),
        on_final(put("/usage/input_tokens_details/cached_tokens", 100_000)),
    ),
    Fault(
        "item-of-another-type",
        "An item has the id of a message and a type that nobody knows.",
        ("consistency.item_type",),
        adding(Added({"id": "msg_0", "type": "remark", "text": "Well."})),
    ),
    Fault(
        "part-of-another-type",
        "A part of a message is like a text and of another type.",
        ("consistency.part_type",),
        only_if(
            is_json,
            adding(
                Added(
                    {
                        "id": "msg_0",
                        "type": "message",
                        "role": "assistant",
                        "content": [{"type": "output", "text": "Well.", "annotations": []}],
                        **COMPLETED,
                    }
                )
            ),
        ),
    ),
    Fault(
        "annotation-outside",
        "A text cites a page behind its end.",
        ("consistency.annotation_place",),
        on_answer(put("/output/*/content/*/annotations/*/end_index", 99_999)),
    ),
    Fault(
        "reasoning-at-the-end",
        "The output ends with reasoning.",
        ("consistency.order",),
        on_plain_answer(put("/output", lambda output: output[::-1])),
    ),
    Fault(
        "completed-a-week-later",
        "An answer in the foreground is completed a week after its creation.",
        ("consistency.times",),
        on_final(put("/completed_at", lambda time: time and time + 604_800)),
    ),
    Fault(
        "character-lost",
        "A text holds a replacement character.",
        ("consistency.text_characters",),
        on_plain_answer(put("/output/*/content/*/text", lambda text: f"{text}\ufffd")),
    ),
)
