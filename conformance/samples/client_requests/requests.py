"""Requests that put many shapes to the test at once, and requests of which it is only observed what becomes of them."""

from __future__ import annotations

from typing import Any, Final

from conformance.samples.client_requests.items import FOREIGN, OWN_IDS
from conformance.samples.client_requests.writing import Body
from conformance.samples.conversations import LONG_POEM, QUESTION
from conformance.samples.tools import CODE_EXEC, TIME, WEATHER

ASKED: Final[list[Body]] = [{"role": "user", "content": QUESTION}]
PLAIN: Final[Body] = {"max_output_tokens": 2048, "reasoning": {"effort": "low"}}
"""What the suite names and clients leave out."""

HELPER: Final[Body] = {
    "type": "function",
    "name": "find_places",
    "description": None,
    "parameters": {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$defs": {"Place": {"type": "object", "title": "Place", "properties": {"name": {"type": "string"}}}},
        "title": "find_places_args",
        "type": "object",
        "properties": {"near": {"$ref": "#/$defs/Place"}, "limit": {"type": "integer", "default": 5}, "also": True},
        "required": ["near"],
    },
    "strict": None,
}
"""A function as libraries describe it that make schemas of code."""

TOOLS: Final[Body] = {"input": ASKED, "tools": [HELPER, CODE_EXEC, TIME, WEATHER, TIME | {"name": "get_date"}], **PLAIN}
"""Five tools of two types."""

HOSTED: Final[Body] = {
    "input": ASKED,
    "tools": [
        {"type": "image_generation"},
        {"type": "web_search", "filters": None, "user_location": None, "search_context_size": "medium"},
    ],
    **PLAIN,
}
"""A hosted tool with nothing but its type, and one with members that are null."""

SETTINGS: Final[Body] = {
    "input": ASKED,
    "instructions": None,
    "metadata": None,
    "user": None,
    "truncation": None,
    "include": [],
    "stream": True,
    "stream_options": {"include_obfuscation": False},
    "tools": [],
    **PLAIN,
}
"""Settings that ask for nothing, and the options of a stream."""

FORMAT: Final[Body] = {
    "input": ASKED,
    "tools": [TIME],
    "text": {
        "format": {
            "type": "json_schema",
            "name": "answer",
            "schema": {
                "title": "Answer",
                "type": "object",
                "properties": {"answer": {"title": "Answer", "type": "string"}},
                "required": ["answer"],
                "additionalProperties": False,
            },
            "strict": True,
        }
    },
    **PLAIN,
}
"""A structured answer beside tools."""


def _call(number: int, city: str, name: str = "get_weather") -> Body:
    return {
        "type": "function_call",
        "call_id": f"call_0{number}",
        "name": name,
        "arguments": f'{{"city":"{city}"}}',
    }


def _output(number: int, text: str, **members: Any) -> Body:
    return {"type": "function_call_output", "call_id": f"call_0{number}", "output": text, **members}


EARLIER: Final[list[Body]] = [
    {"role": role, "content": text}
    for number in range(20)
    for role, text in (("user", f"Say the number {number}."), ("assistant", str(number)))
]
"""What was said before, in forty messages."""

HISTORY: Final[Body] = {
    "input": [
        *EARLIER,
        {"role": "user", "content": [{"type": "input_text", "text": "What is the weather in Paris?"}]},
        _call(1, "Paris"),
        _output(1, "18 degrees, light rain"),
        {
            "role": "assistant",
            "content": [{"type": "output_text", "text": "It rains in Paris."}],
            "id": f"{OWN_IDS['message']}01",
            "phase": "final_answer",
        },
        {"type": "message", "role": "user", "content": "And what are weather and time in Oslo?"},
        {**_call(2, "Oslo"), "id": f"{OWN_IDS['function_call']}02", "namespace": None},
        _call(3, "Oslo", "get_time"),
        _output(3, "It is noon.", status="completed"),
        _output(2, "4 degrees, snow"),
        {"role": "assistant", "content": "It snows in", "status": "incomplete"},
        {"role": "user", "content": "You were cut off. How cold is it in Oslo?"},
    ],
    "tools": [WEATHER, TIME],
    **PLAIN,
}
"""Fifty items: two rounds of calls, outputs in another order, and an answer that was broken off."""

TOLD: Final[dict[str, Body]] = {
    "client_metadata": {"input": ASKED, "client_metadata": {"session": "conformance"}, **PLAIN},
    "foreign_reasoning": {
        "input": [
            *ASKED,
            {"type": "reasoning", "id": "rs_01", "summary": [], "content": [], "encrypted_content": FOREIGN},
            {"role": "assistant", "content": "A model of several experts."},
            {"role": "user", "content": "Say it in other words."},
        ],
        **PLAIN,
    },
    "sdk_members": {
        "input": [
            {"role": "user", "content": "What is the weather in Paris?"},
            {**_call(1, "Paris"), "parsed_arguments": None},
            _output(1, "18 degrees, light rain"),
        ],
        "tools": [WEATHER],
        **PLAIN,
    },
    "repeated_call": {
        "input": [
            {"role": "user", "content": "What is the weather in Paris?"},
            _call(1, "Paris"),
            _call(1, "Paris"),
            _output(1, "18 degrees, light rain"),
        ],
        "tools": [WEATHER],
        **PLAIN,
    },
}
"""By the shape of which it is observed whether it is taken."""

LONG_STREAM: Final[Body] = {"input": LONG_POEM, "stream": True, **PLAIN}
"""A stream of so many events that it shows whether it is held back."""
