"""Questions and conversations."""

from typing import Any, Final

from conformance.samples import prose

QUESTION: Final = "What is a mixture of experts model? Answer in one sentence."
"""The question of the page's query example, so that the answer is short."""

GO_ON: Final = "Say the same in one sentence."
"""Means something only behind an answer."""

LONG_POEM: Final = "Write a poem of one hundred lines about the sea."
"""Asks for more text than fits into a few tokens."""

CONVERSATION: Final[list[dict[str, Any]]] = [
    {"role": "system", "content": "You are a helpful assistant."},
    {"role": "user", "content": QUESTION},
]
"""A system message and a user message, without a type, as the page writes them."""

PAGE_EXAMPLE: Final[dict[str, Any]] = {
    "input": [
        {"role": "system", "content": "You are a helpful assistant."},
        {"role": "user", "content": "What is a mixture of experts model?"},
    ],
    "max_output_tokens": 256,
}
"""The page's query example as it stands."""

PAGE_MODEL: Final = "gpt-5"
"""The model of the page's examples."""

HISTORY_WITHOUT_IDS: Final[list[dict[str, Any]]] = [
    {"role": "user", "content": "What is the weather in Paris?"},
    {"role": "assistant", "content": "I will look it up."},
    {"type": "function_call", "call_id": "call_01", "name": "get_weather", "arguments": '{"city":"Paris"}'},
    {"type": "function_call_output", "call_id": "call_01", "output": prose.WEATHER},
]
"""A tool call and its output as a client writes them that keeps no ids of items."""

OUTPUT_OF_UNKNOWN_CALL: Final[list[dict[str, Any]]] = [
    {"role": "user", "content": "What is the weather in Paris?"},
    {"type": "function_call_output", "call_id": "call_02", "output": "18 degrees, light rain"},
]
"""An output for a call that was never made."""

ROOM: Final = {"max_output_tokens": 2048}
"""Room for an answer that quotes what a tool has found."""
