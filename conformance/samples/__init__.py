"""What the tests send."""

from typing import Any, Final

QUESTION: Final = "What is a mixture of experts model?"
"""The question of the page's query example."""

LONG_POEM: Final = "Write a poem of one hundred lines about the sea."
"""Asks for more text than fits into a few tokens."""

CONVERSATION: Final[list[dict[str, Any]]] = [
    {"role": "system", "content": "You are a helpful assistant."},
    {"role": "user", "content": QUESTION},
]
"""The page's query example: a system message and a user message, without a type."""
