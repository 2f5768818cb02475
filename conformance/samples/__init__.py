"""What the tests send."""

from typing import Any, Final

QUESTION: Final = "What is a mixture of experts model?"
"""The question of the page's query example."""

CONVERSATION: Final[list[dict[str, Any]]] = [
    {"role": "system", "content": "You are a helpful assistant."},
    {"role": "user", "content": QUESTION},
]
"""The page's query example: a system message and a user message, without a type."""
