"""What answers look like: how long they are, the ids in a stream, and hosted calls that fail."""

import hashlib
from typing import Any, Final

from conformance.reference.edits.events import each, on_events
from conformance.reference.edits.hosted import FAILED, failing
from conformance.reference.edits.replies import is_plain, on_answer, only_if
from conformance.reference.profiles.switch import Switch
from conformance.reference.reply import Reply
from conformance.reference.text import pieces
from conformance.wire.edit import put

MORE: Final = " It goes on with what a model would say at length about a question that was asked in a few words." * 16
"""What makes an answer as long as genuine ones to an open question, some 300 tokens."""

TOLD: Final = ("content_part.added", "content_part.done", "output_text.delta", "output_text.done")


def _longer(reply: Reply) -> Reply:
    """Says more, as far as max_output_tokens allows it."""
    return on_answer(lambda response: _with_more(response, reply.asked.get("max_output_tokens")))(reply)


def _with_more(response: dict[str, Any], cap: int | None) -> dict[str, Any]:
    message = response["output"][-1]
    usage = response["usage"]
    told = pieces(MORE)
    more = told if cap is None else told[: max(0, cap - usage["output_tokens"])]
    tokens = usage["output_tokens"] + len(more)
    status = "completed" if len(more) == len(told) else "incomplete"
    part = message["content"][0]
    message = {**message, "status": status, "content": [{**part, "text": part["text"] + "".join(more)}]}
    ended = (
        {} if status == "completed" else {"incomplete_details": {"reason": "max_output_tokens"}, "completed_at": None}
    )
    return {
        **response,
        **ended,
        "status": status,
        "output": [*response["output"][:-1], message],
        "usage": {**usage, "output_tokens": tokens, "total_tokens": usage["input_tokens"] + tokens},
    }


def _long_id(item_id: str) -> str:
    """An id of 192 characters that begins unlike that of the item."""
    return hashlib.sha256(item_id.encode()).hexdigest() * 3


SWITCHES: Final = (
    Switch(
        "long-answers",
        "A plain question is answered at length.",
        is_right=True,
        reply_edit=only_if(is_plain, _longer),
    ),
    Switch(
        "long-item-ids",
        "In a stream content parts and texts name their item by an id of 192 characters that is not the item's.",
        is_right=False,
        reply_edit=on_events(each(TOLD, put("/item_id", _long_id)), numbered=False),
    ),
    Switch(
        "hosted-tools-fail",
        "What the server itself runs, a web search, an image or a tool of an MCP server, ends as failed, and no text "
        "follows.",
        is_right=False,
        reply_edit=failing(*FAILED),
    ),
)
