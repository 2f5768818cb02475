"""Twins: the right requests beside wrong ones, each the same without the one thing that has to be refused. By shape."""

from typing import Any, Final

from conformance.samples.conversations import QUESTION
from conformance.samples.formats import RIGHT_FORMAT
from conformance.samples.image_input import DESCRIBE, picture, showing
from conformance.samples.tools import CODE_EXEC, TIME
from conformance.samples.wrong_requests import RIGHT

TWINS: Final[dict[str, dict[str, Any]]] = {
    "plain": {"input": QUESTION},
    "streamed": {"input": QUESTION, "stream": True},
    "list": {"input": [{"role": "user", "content": QUESTION}]},
    "parts": {"input": showing(QUESTION)},
    "format": {"input": QUESTION, "text": {"format": RIGHT_FORMAT}},
    "function": {"input": QUESTION, "tools": [TIME]},
    "streamed_function": {"input": QUESTION, "stream": True, "tools": [TIME]},
    "custom": {"input": QUESTION, "tools": [CODE_EXEC]},
    "reasoning": {"input": QUESTION, "reasoning": {"effort": "low"}},
    "image": {"input": showing(DESCRIBE, picture("png"))},
}
"""What is sent besides the settings that each right request of the suite has."""

RAW: Final[dict[str, str]] = {"raw": RIGHT}
"""Those that are sent as they stand. MODEL stands for the name of the model."""

SENT_BY: Final[dict[str, tuple[str, str]]] = {
    "plain": ("supported_models", "string_input"),
    "streamed": ("streams", "text"),
    "image": ("image_input", "format"),
}
"""Twins that equal the request of a test, by chapter and name: a run that has it needs no other."""
