"""Questions that want little thought and much, and how it may be summed up."""

from typing import Any, Final

Row = dict[str, Any]

ARITHMETIC: Final = "What is 17 times 23?"
PUZZLE: Final = (
    "Ten people sit around a table, each either always lies or always tells the truth, and each says that both "
    "neighbours lie. How many liars can there be? Prove it."
)
FRIENDS: Final = (
    "Anna, Ben, Carla and Dora live in Cairo, Oslo, Paris and Rome, one in each. Anna lives north of Ben, Ben north of "
    "Carla, and Carla north of Dora."
)
RIDDLE: Final = f"{FRIENDS} In which city does Carla live?"
"""What no model answers at once, and with few words."""

WEATHER_RIDDLE: Final = f"{FRIENDS} What is the weather in the city in which Carla lives?"
EFFORT: Final = "medium"
"""An effort that every model takes, at which models reason about a riddle."""

REASONING_CAP: Final = 2048
SUMMARIES: Final[dict[str, Row]] = {name: {} for name in ("auto", "concise", "detailed")}
