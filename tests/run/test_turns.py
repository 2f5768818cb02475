"""What goes back behind an answer, and when a conversation cannot go on."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.run.turns import answering, continued, holds
from conformance.verdict import Ended

REPORT = {"type": "function_call_output", "output": "18 degrees"}
APPROVED = {"type": "mcp_approval_response", "approve": True}
CALLS = [
    {"type": "reasoning", "id": "rs_1"},
    {"type": "function_call", "id": "fc_1", "call_id": "call_1"},
    {"type": "shell_call", "id": "sh_1", "call_id": "call_2"},
    {"type": "function_call", "id": "fc_2", "call_id": "call_3"},
]


def test_what_was_sent_and_what_came_go_back_as_they_were() -> None:
    """A text becomes a message; the output comes behind it, untouched; what is left out is left out."""
    question = {"role": "user", "content": "Weather?"}
    outputs = [{**REPORT, "call_id": "call_1"}, {**REPORT, "call_id": "call_3"}]
    assert continued("Weather?", CALLS, [REPORT]) == [question, *CALLS, *outputs]
    assert continued([question], CALLS, [REPORT], "reasoning") == [question, *CALLS[1:], *outputs]
    assert continued([question], CALLS, ["And now?"])[-1] == {"role": "user", "content": "And now?"}


def test_an_approval_names_the_request() -> None:
    """An approval names the id of the request for it."""
    request = {"type": "mcp_approval_request", "id": "mcpr_1"}
    assert [*answering(APPROVED, [request])] == [{**APPROVED, "approval_request_id": "mcpr_1"}]


@pytest.mark.parametrize(
    ("item", "output"),
    [
        (REPORT, []),
        (REPORT, [{"type": "message"}]),
        (REPORT, [{"type": "function_call"}]),
        (REPORT, [{"type": "function_call", "call_id": 7}]),
        (REPORT, [None, "call", []]),
        (APPROVED, [{"type": "mcp_approval_request", "id": None}]),
    ],
)
def test_nothing_to_answer(item: Any, output: Any) -> None:
    """Where there is no call, or none that could be named, the conversation ends."""
    with pytest.raises(Ended):
        [*answering(item, output)]


@pytest.mark.parametrize(
    ("items", "is_held"),
    [
        ([{"type": "function_call"}], True),
        ([{"type": "function_call"}, {"type": "function_call"}], True),
        ([{"type": "function_call"}] * 3, False),
        ([{"type": "reasoning"}, {"type": "shell_call"}], True),
        ([{"type": "shell_call"}, {"type": "reasoning"}], False),
        ([{"type": "function_call", "call_id": "call_3"}], True),
        ([{"type": "function_call", "content": []}], False),
    ],
)
def test_holds(items: Any, is_held: bool) -> None:
    """Items are found by their members and in their order."""
    assert holds(CALLS, items) is is_held


def test_holds_inside() -> None:
    """Members of members are looked at too; of a list, one element that fits will do."""
    cited = {"type": "message", "content": [{"annotations": [{"type": "url_citation"}]}]}
    parts = [{"annotations": []}, {"annotations": [{"type": "file_citation"}, {"type": "url_citation", "url": "u"}]}]
    assert holds([{"type": "message", "content": parts}], [cited])
    assert not holds([{"type": "message", "content": parts[:1]}], [cited])
    assert not holds([{"type": "message", "content": None}], [cited])
