"""The checks of members that have to agree."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.wire.edit import put, without
from conformance.wire.exchange import Exchange
from tests.checks.rules import broken_by
from tests.right import answers as samples
from tests.right import streams
from tests.right.answers import function_call, with_items
from tests.right.changed import asked
from tests.right.samples import SAMPLES, message, with_answer
from tests.right.streams import Stream


def cited(*annotations: dict[str, Any]) -> Exchange:
    """The answer of a search, with other citations."""
    return with_answer("search", message(put("/content/0/annotations", [*annotations])))


FAILED = samples.mcp_call(status="failed", output=None, error=None)

UNFINISHED = {"id": "rs_9", "type": "reasoning", "summary": [], "status": "in_progress"}


@pytest.mark.parametrize(
    ("requirement", "wrong"),
    [
        ("consistency.call_status", with_items([samples.STRICT], function_call(status="in_progress"))),
        ("consistency.message_status", with_items([samples.STRICT], UNFINISHED)),
        ("consistency.results", with_items([samples.MCP], samples.MCP_LIST, FAILED)),
        ("consistency.results", with_items([samples.MCP], samples.MCP_LIST, samples.mcp_call(error={"type": "x"}))),
        ("consistency.results", with_items([samples.MCP], samples.MCP_LIST, samples.mcp_call(output=None))),
        (
            "consistency.results",
            with_items([samples.MCP], samples.MCP_LIST, samples.mcp_call(output=None, status=None)),
        ),
        (
            "consistency.results",
            with_items([samples.MCP], samples.MCP_LIST, samples.mcp_call(output=None, error={"type": "x"})),
        ),
        ("consistency.call_status", with_items([samples.MCP], samples.MCP_LIST, samples.mcp_call(status="calling"))),
        ("consistency.call_status", with_answer("search", put("/output/0/status", "in_progress"))),
        (
            "consistency.call_status",
            with_answer("image", put("/output/0", {**samples.IMAGE_CALL, "status": "generating", "result": None})),
        ),
        ("consistency.call_status", with_answer("shell", put("/output/0/status", "in_progress"))),
        ("consistency.usage_details", with_answer("text", put("/usage/output_tokens_details/reasoning_tokens", -1))),
        ("consistency.annotation_place", cited(samples.CITATION, samples.CITATION)),
    ],
)
def test_members_that_do_not_agree(requirement: str, wrong: Exchange) -> None:
    """Members that contradict one another are found by the requirement that says so."""
    assert requirement in broken_by(wrong)


@pytest.mark.parametrize(
    "found",
    [
        with_answer("search", put("/output/0/status", "searching")),
        with_answer("search", put("/output/0/status", "failed")),
        with_answer("image", put("/output/0/status", "generating")),
        with_items([samples.MCP], samples.MCP_LIST, samples.mcp_call(output="")),
        with_items([samples.MCP], samples.MCP_LIST, without("/status")(samples.mcp_call())),
        with_items(
            [samples.MCP], samples.MCP_LIST, samples.mcp_call(status="failed", output=None, error={"type": "x"})
        ),
        with_items([{"type": "computer"}], samples.item("cu_1", "computer_call", call_id="call_1", actions=[{}])),
    ],
)
def test_members_that_agree(found: Exchange) -> None:
    """Members that go together, however rarely they do, are no fault."""
    assert not broken_by(found) & {"consistency.call_status", "consistency.results"}


def test_what_may_be_unfinished_or_twice() -> None:
    """A call that a program makes may be unfinished, and a file may be cited twice."""
    inner = function_call(status="in_progress", caller={"type": "program", "caller_id": "call_p"})
    assert "consistency.call_status" not in broken_by(with_items([samples.STRICT], inner))
    file = {"type": "file_citation", "file_id": "file_1", "filename": "a.txt", "index": 2}
    assert "consistency.annotation_place" not in broken_by(cited(file, file))


def test_research_takes_longer() -> None:
    """An hour between begin and end is no fault of what runs in the background or does research."""
    late = put("/completed_at", SAMPLES["text"].json["created_at"] + 3601)
    assert "consistency.times" in broken_by(with_answer("text", late))
    for research in (put("/background", True), put("/model", "o3-deep-research")):
        assert "consistency.times" not in broken_by(with_answer("text", late, research))


def test_a_character_that_was_sent_may_come_back() -> None:
    """A replacement character is lost text, unless the request holds one."""
    lost = with_answer("text", message(put("/content/0/text", "Caf\ufffd")))
    assert broken_by(lost) == {"consistency.text_characters"}
    assert not broken_by(asked(lost, put("/input", "Why is there \ufffd in it?")))


def test_a_completion_in_milliseconds() -> None:
    """A time of completion in milliseconds is noticed, as one of creation is."""
    late = put("/completed_at", SAMPLES["text"].json["created_at"] * 1000)
    assert "consistency.completed_at" in broken_by(with_answer("text", late))


def test_a_completion_before_the_end() -> None:
    """What a stream begins with has no time of completion."""
    events = Stream().text("Wh", "ole").end().sent
    at_the_end = put(f"/{len(events) - 1}/response/completed_at", events[-1]["response"]["created_at"])(events)
    assert broken_by(streams.captured(at_the_end)) == set()
    begun = put("/0/response/completed_at", 1_800_000_000)(at_the_end)
    assert "consistency.completed_at" in broken_by(streams.captured(begun))
