"""The checks of usage."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.wire.edit import put, without
from conformance.wire.exchange import Exchange
from tests.checks.rules import found_in, judged_in
from tests.right.exchanges import body, exchange, response

BROKEN: dict[str, tuple[Exchange, dict[str, set[str]]]] = {
    "total": (exchange(put("/usage/total_tokens", 1)(response())), {"usage.total": {"/usage/total_tokens"}}),
    "total-missing": (
        exchange(without("/usage/total_tokens")(response())),
        {"usage.total": {"/usage"}, "response.schema": {"/usage"}},
    ),
}


@pytest.mark.parametrize(("broken", "expected"), BROKEN.values(), ids=BROKEN)
def test_broken_exchange(broken: Exchange, expected: dict[str, set[str]]) -> None:
    """A broken exchange is noticed by the requirement that it breaks, at the place, and by no other."""
    assert found_in(broken) == expected


LONG = "A few words more. " * 250
READ: dict[str, dict[str, Any]] = {
    "string": {"input": LONG},
    "message": {"input": [{"role": "user", "content": LONG}]},
    "message without a type": {"input": [{"type": None, "role": "assistant", "content": LONG}]},
    "parts": {
        "input": [
            {"role": "user", "content": [{"type": "input_text", "text": LONG}, {"type": "input_text", "text": "!"}]}
        ]
    },
    "instructions": {"input": "Hello.", "instructions": LONG},
    "output": {"input": [{"type": "function_call_output", "call_id": "call_1", "output": LONG}]},
    "output in parts": {
        "input": [
            {
                "type": "custom_tool_call_output",
                "call_id": "call_1",
                "output": [
                    {"type": "input_text", "text": LONG},
                    {"type": "input_image", "image_url": "https://a.example"},
                ],
            }
        ]
    },
}
CUT: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "truncated": ({"input": LONG}, {"truncation": "auto"}),
    "compacted": ({"input": LONG, "context_management": [{"type": "compaction"}]}, {}),
    "behind a summary": ({"input": [{"role": "user", "content": LONG}, {"type": "compaction", "id": "cmp_1"}]}, {}),
}
FEW: dict[str, dict[str, Any]] = {
    "rules": {"input": "A title\n" + "= " * 5_000 + "- " * 5_000},
    "no text": {"input": [{"role": "user", "content": [{"type": "input_image", "image_url": LONG}]}]},
    "reasoning": {
        "input": [{"type": "reasoning", "summary": [], "content": [{"type": "reasoning_text", "text": LONG}]}]
    },
    "what the server's tool found": {
        "input": [{"type": "mcp_call", "name": "read", "arguments": "{}", "output": LONG}]
    },
}


def counted(sent: dict[str, Any], tokens: int, **members: Any) -> Exchange:
    """The answer to a request that was counted so."""
    usage = response()["usage"]
    usage |= {"input_tokens": tokens, "total_tokens": tokens + usage["output_tokens"]}
    return exchange(response(usage=usage, **members), sent=body(**sent))


@pytest.mark.parametrize("sent", READ.values(), ids=READ)
def test_words_are_counted(sent: dict[str, Any]) -> None:
    """Words cost tokens wherever they stand; fewer tokens than words are noticed."""
    right, wrong = counted(sent, 1_300), counted(sent, 900)
    assert "usage.words" in judged_in(right)
    assert found_in(right).keys() & {"usage.words"} == set()
    assert found_in(wrong)["usage.words"] == {"/usage/input_tokens"}


@pytest.mark.parametrize(("sent", "members"), CUT.values(), ids=CUT)
def test_what_is_cut_is_not_counted(sent: dict[str, Any], members: dict[str, Any]) -> None:
    """Where something may be left out of what is read, nothing is said."""
    assert "usage.words" not in judged_in(counted(sent, 5, **members))


@pytest.mark.parametrize("sent", FEW.values(), ids=FEW)
def test_what_is_no_word(sent: dict[str, Any]) -> None:
    """What has no words, or need not be read, may cost little."""
    assert "usage.words" not in found_in(counted(sent, 30))
