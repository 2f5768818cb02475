"""Faults of what the events say of the response."""

from typing import Any, Final

from conformance.faults.lib.fault import DATABRICKS, ELSEWHERE, Fault
from conformance.faults.lib.items import Added, adding
from conformance.reference.edits.asked import no_tools
from conformance.reference.edits.events import DELTA, END, each, on_events
from conformance.reference.edits.replies import (
    echoing,
    is_cut_off_stream,
    is_plain,
    is_stream,
    on_begun,
    on_final,
    on_response,
    only_if,
)
from conformance.reference.edits.requests import LEAST, ignoring
from conformance.reference.reply import Reply
from conformance.wire.edit import put, without


def _keeps_by_default(reply: Reply) -> bool:
    return reply.frames is not None and "prompt_cache_retention" not in reply.asked


def _without_limit(body: dict[str, Any]) -> dict[str, Any]:
    """Reads a request as if its limit, where that is one, was not there."""
    limit = body.get("max_output_tokens")
    return ignoring("max_output_tokens")(body) if isinstance(limit, int) and limit >= LEAST else body


FAULTS: Final = (
    Fault(
        "created-completed",
        "response.created says that the response is completed.",
        ("streams.event_schema",),
        on_begun(put("/status", "completed")),
    ),
    Fault(
        "created-without-tools",
        "The response in the first events does not tell its tools.",
        ("streams.event_schema",),
        on_begun(without("/tools")),
    ),
    Fault(
        "created-without-usage",
        "The response in the first events does not say that there is no usage yet.",
        ("streams.optional_members",),
        on_begun(without("/usage")),
        seen=ELSEWHERE,
    ),
    Fault(
        "delta-without-text",
        "A piece of text has no delta.",
        ("streams.event_schema",),
        on_events(each(DELTA, without("/delta"), which=0)),
    ),
    Fault(
        "part-without-type",
        "A part that is added has no type.",
        ("streams.event_schema",),
        on_events(each("content_part.added", without("/part/type"))),
    ),
    Fault(
        "completed-says-incomplete",
        "response.completed carries a response that is incomplete.",
        ("streams.terminal_status",),
        on_events(
            each(
                "completed",
                put("/response/status", "incomplete"),
                put("/response/completed_at", None),
                put("/response/incomplete_details", {"reason": "content_filter"}),
            )
        ),
        seen=ELSEWHERE,
    ),
    Fault(
        "incomplete-says-completed",
        "response.incomplete carries a response that is completed.",
        ("streams.terminal_status",),
        on_events(each("completed", put("/type", "response.incomplete"))),
    ),
    Fault(
        "other-response-id",
        "The last event names another response than the first.",
        ("streams.constant_response",),
        on_events(each(END, put("/response/id", lambda id_: f"{id_[:-4]}0000"))),
    ),
    Fault(
        "other-created-at",
        "The last event has another created_at than the first.",
        ("streams.constant_response",),
        on_events(each(END, put("/response/created_at", lambda time: time + 1))),
    ),
    Fault(
        "created-with-usage",
        "response.created tells a usage already.",
        ("streams.created_is_empty",),
        on_begun(
            put(
                "/usage",
                {
                    "input_tokens": 1,
                    "input_tokens_details": {"cached_tokens": 0},
                    "output_tokens": 0,
                    "output_tokens_details": {"reasoning_tokens": 0},
                    "total_tokens": 1,
                },
            )
        ),
    ),
    Fault(
        "created-with-output",
        "response.created holds output already.",
        ("streams.created_is_empty",),
        on_begun(
            put(
                "/output",
                [{"id": "msg_0", "type": "message", "status": "completed", "role": "assistant", "content": []}],
            )
        ),
    ),
    Fault(
        "created-with-other-settings",
        "The settings in the first events are not those in the last.",
        ("streams.created_echo",),
        on_begun(put("/truncation", "auto")),
    ),
    Fault(
        "terminal-with-empty-output",
        "response.completed has an empty output in spite of what was sent.",
        ("streams.terminal_output", "streams.same_items", "response.completed", "supported_models.text"),
        only_if(is_plain, on_events(each("completed", put("/response/output", [])))),
        seen=DATABRICKS,
    ),
    Fault(
        "terminal-in-other-order",
        "The output in the last event is in another order.",
        ("streams.terminal_output", "consistency.order"),
        only_if(no_tools, on_events(each(END, put("/response/output", lambda output: output[::-1])))),
    ),
    Fault(
        "incomplete-for-another-reason",
        "A response that ran out of tokens says that it was filtered.",
        ("streams.incomplete",),
        only_if(is_cut_off_stream, on_final(put("/incomplete_details/reason", "content_filter"))),
    ),
    Fault(
        "limit-ignored",
        "An answer goes on after max_output_tokens.",
        ("streams.incomplete", "limits.incomplete", "reasoning.budget", "obedience.max_output_tokens"),
        echoing("max_output_tokens"),
        _without_limit,
    ),
    Fault(
        "streamed-with-other-settings",
        "A streamed answer has another prompt_cache_retention than one that is not.",
        ("streams.same_settings",),
        only_if(_keeps_by_default, on_response(put("/prompt_cache_retention", "in_memory"))),
    ),
    Fault(
        "item-in-streams-only",
        "A streamed answer holds an item that one that is not streamed does not.",
        ("streams.same_items",),
        only_if(is_stream, adding(Added({"id": "mood_0", "type": "mood"}))),
    ),
)
