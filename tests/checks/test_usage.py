"""The checks of usage."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.wire.edit import put, without
from conformance.wire.exchange import Exchange
from tests.checks.rules import found_in, judged_in
from tests.right.answers import function_call
from tests.right.exchanges import body, exchange, items, part, response

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


# --- what was written

TEXT = "It is a mixture of experts, each of which knows something of its own."


def spent(text: str, written: int, thought: int = 0, read: int = 40, sent: dict[str, Any] | None = None) -> Exchange:
    """An answer with a text that was counted so."""
    usage = {"input_tokens": read, "input_tokens_details": {"cached_tokens": 0}, "output_tokens": written}
    usage |= {"output_tokens_details": {"reasoning_tokens": thought}, "total_tokens": read + written}
    asked = body(**(sent or {}))
    echoed = {"max_output_tokens": asked.get("max_output_tokens")}
    answer = response(output=items(content=[part(text)])[0 if thought else 1 :], usage=usage, **echoed)
    return exchange(answer, sent=asked)


WEIGHED = {
    "nothing": (spent(TEXT, 0), "usage.written", "/usage/output_tokens"),
    "one": (spent(TEXT, 1), "usage.written", "/usage/output_tokens"),
    "reasoning-alone": (
        spent(TEXT, 640, 640),
        "usage.written",
        "/usage/output_tokens_details/reasoning_tokens",
    ),
    "of-a-longer-answer": (
        spent(TEXT, 3_000, sent={"max_output_tokens": 9_000}),
        "usage.not_written",
        "/usage/output_tokens",
    ),
    "of-a-longer-request": (spent(TEXT, 20, read=90_000), "usage.not_sent", "/usage/input_tokens"),
    "cut-and-completed": (
        spent("It is not the case that the", 16, sent={"max_output_tokens": 16}),
        "usage.cut_at_limit",
        "/status",
    ),
}


@pytest.mark.parametrize(("wrong", "requirement", "where"), WEIGHED.values(), ids=WEIGHED)
def test_what_is_weighed(wrong: Exchange, requirement: str, where: str) -> None:
    """A count that cannot be is told by one requirement."""
    assert found_in(wrong) == {requirement: {where}}


LIGHT = {
    "counted": spent(TEXT, 16),
    "dashes": spent("-" * 400, 5),
    "absurd": spent(TEXT, -9),
    "at-the-limit-and-whole": spent("It is so.", 16, sent={"max_output_tokens": 16}),
}


@pytest.mark.parametrize("right", LIGHT.values(), ids=LIGHT)
def test_what_weighs_right(right: Exchange) -> None:
    """Counts that can be are let pass, and absurd ones, of which nothing is known."""
    assert found_in(right) == {}


def test_an_answer_that_was_cut_off_early() -> None:
    """Who is cut off for its tokens has used them; how near the limit it comes is the model's matter."""
    cut = {"status": "incomplete", "incomplete_details": {"reason": "max_output_tokens"}, "completed_at": None}
    sent = body(max_output_tokens=1000)
    for tokens, found in ((960, {}), (100, {"usage.cut_early": {"/usage/output_tokens"}})):
        usage = response()["usage"] | {"output_tokens": tokens, "total_tokens": 40 + tokens, "input_tokens": 40}
        answer = response(**cut, usage=usage, max_output_tokens=1000, output=response()["output"][:1])
        assert found_in(exchange(answer, sent=sent)) == found


def test_text_that_a_program_called_for_costs_nothing() -> None:
    """What a program calls is answered without the model."""
    called = function_call(caller={"type": "program", "caller_id": "prog_1"})
    assert "usage.written" not in judged_in(exchange(response(output=[called])))
