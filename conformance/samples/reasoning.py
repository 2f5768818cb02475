"""Questions that want little thought and much, and how it may be summed up."""

from typing import Any, Final

Row = dict[str, Any]

ARITHMETIC: Final = "What is 17 times 23?"
PUZZLE: Final = (
    "Ten people sit around a table, each either always lies or always tells the truth, and each says that both "
    "neighbours lie. How many liars can there be? Prove it."
)
REASONING_CAP: Final = 2048
SUMMARIES: Final[dict[str, Row]] = {name: {} for name in ("auto", "concise", "detailed")}
