"""Faults of words: one that no client knows stands where there are only so many."""

from typing import Any, Final

from conformance.faults.lib.fault import ELSEWHERE, Fault
from conformance.reference.edits.events import each, on_events
from conformance.reference.edits.replies import (
    in_json,
    is_json,
    is_whole,
    of_type,
    on_final,
    on_items,
    on_plain_answer,
    on_response,
    only_if,
)
from conformance.wire.edit import put


def _with_thinking(content: list[Any]) -> list[Any]:
    return [*content, {"type": "thinking", "thinking": "Well."}]


FAULTS: Final = (
    Fault(
        "reason-of-chat-completions",
        "An answer is incomplete for the reason length.",
        ("words.incomplete_reason", "limits.incomplete", "reasoning.budget", "streams.incomplete"),
        on_final(put("/incomplete_details/reason", "length")),
        seen=ELSEWHERE,
    ),
    Fault(
        "tier-of-another-service",
        "The service_tier is one that nobody knows.",
        ("words.settings",),
        only_if(lambda reply: "service_tier" not in reply.asked, on_response(put("/service_tier", "on_demand"))),
        seen=ELSEWHERE,
    ),
    Fault(
        "message-failed",
        "A message that was cut off has failed.",
        ("words.item_status",),
        only_if(
            lambda reply: not is_whole(reply),
            in_json(put("/output/*", of_type("message", put("/status", "failed")))),
        ),
    ),
    Fault(
        "another-operation",
        "A patch has an operation that nobody knows.",
        ("words.items",),
        on_items("apply_patch_call", "/operation/type", "modify_file"),
        seen=ELSEWHERE,
    ),
    Fault(
        "another-moderation",
        "A tool comes back with a setting in a word that nobody knows.",
        ("words.tools",),
        on_response(put("/tools/*", of_type("image_generation", put("/moderation", "none")))),
    ),
    Fault(
        "queued-in-the-foreground",
        "The first event of a stream says that the response waits.",
        ("words.begun",),
        on_events(each(("created",), put("/response/status", "queued")), numbered=False),
    ),
    Fault(
        "part-that-nobody-knows",
        "A message has a part of a type that no client reads.",
        ("words.parts",),
        only_if(is_json, on_plain_answer(put("/output/*", of_type("message", put("/content", _with_thinking))))),
    ),
)
