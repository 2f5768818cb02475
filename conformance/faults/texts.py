"""Faults of texts: what stands between a model and its reader is seen in them."""

import json
from dataclasses import replace
from typing import Any, Final

from conformance.faults.lib.fault import ELSEWHERE, Fault
from conformance.reference.edits.asked import names_unsupported, tools
from conformance.reference.edits.replies import on_items, on_plain_answer, only_if
from conformance.reference.reply import Reply, ReplyEdit
from conformance.wire.edit import put

TRACE: Final = 'Traceback (most recent call last):\n  File "/app/server.py", line 12, in create\nKeyError: 3'


def _written(form: str) -> ReplyEdit:
    """Writes something around the text of a plain answer."""
    return on_plain_answer(put("/output/*/content/*/text", lambda text: form.format(text)))


def _twice(response: dict[str, Any]) -> dict[str, Any]:
    """The response with its message once more, and what that costs."""
    *before, message = response["output"]
    usage = response["usage"]
    tokens = 2 * usage["output_tokens"]
    return response | {
        "output": [*before, message, message | {"id": f"{message['id'][:-2]}xy"}],
        "usage": usage | {"output_tokens": tokens, "total_tokens": usage["input_tokens"] + tokens},
    }


def _takes_any_text(reply: Reply) -> bool:
    return all((tool.get("format") or {}).get("type") != "grammar" for tool in tools(reply, "custom"))


def _telling(reply: Reply) -> Reply:
    return replace(reply, content=put("/error/message", TRACE)(reply.content))


FAULTS: Final = (
    Fault(
        "template-mark-in-text",
        "A text ends in a special token of the model.",
        ("texts.template_marks",),
        _written("{}<|end|>"),
        seen=ELSEWHERE,
    ),
    Fault(
        "thoughts-in-text",
        "What a model thinks stands in its answer, between marks.",
        ("texts.thinking",),
        _written("<think>Well.</think>{}"),
        seen=ELSEWHERE,
    ),
    Fault(
        "call-as-text",
        "A call of a tool is written out in a text.",
        ("texts.calls",),
        _written('{}<tool_call>{{"name": "look"}}</tool_call>'),
        seen=ELSEWHERE,
    ),
    Fault(
        "role-in-text",
        "A text begins with the name of who speaks.",
        ("texts.role_label",),
        _written("Assistant: {}"),
    ),
    Fault(
        "read-in-another-encoding",
        "A text is UTF-8 that was read as Windows-1252.",
        ("texts.mojibake",),
        _written("{} Caf\u00c3\u00a9."),
        seen=ELSEWHERE,
    ),
    Fault(
        "message-twice",
        "A message comes twice, under two ids.",
        ("texts.repeated",),
        on_plain_answer(_twice),
        seen=ELSEWHERE,
    ),
    Fault(
        "free-input-wrapped",
        "The input of a custom tool of free text is a JSON object with that text.",
        ("texts.free_input",),
        on_items("custom_tool_call", "/input", lambda text: json.dumps({"input": text}), asked=_takes_any_text),
        seen=ELSEWHERE,
    ),
    Fault(
        "trace-in-an-error",
        "The message of an error is the trace of a program.",
        ("texts.error_message",),
        only_if(lambda reply: reply.status == 400 and names_unsupported(reply), _telling),
    ),
)
