"""All JSON exchanges that are right, by a name, and ways to make a wrong one of one of them."""

from __future__ import annotations

from typing import Any, Final

from conformance.wire.edit import Edit, edited, put
from conformance.wire.exchange import Exchange
from tests.right import answers, changed, tool_answers

ANSWERS: Final = answers.good()
OPERATIONS: Final = answers.operations()
TOOLS: Final = tool_answers.tools()
SAMPLES: Final = ANSWERS | OPERATIONS | TOOLS
MESSAGE: Final[dict[str, Any]] = ANSWERS["text"].json["output"][-1]
"""What is said in place of a call."""


def with_answer(name: str, *edits: Edit) -> Exchange:
    """A sample with an answer that some edits change."""
    return changed.changed(SAMPLES[name], *edits)


def with_output(name: str, *items: Any) -> Exchange:
    """A sample that answers with these items."""
    return with_answer(name, put("/output", [*items]))


def with_request(name: str, **members: Any) -> Exchange:
    """A sample, with some members of its request replaced."""
    return changed.asking(SAMPLES[name], **members)


def message(*edits: Edit) -> Edit:
    """Changes the messages of an output."""
    return put("/output/*", lambda item: edited(item, edits) if item.get("type") == "message" else item)
