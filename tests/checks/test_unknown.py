"""What nobody has described yet is named, and changes no verdict."""

from __future__ import annotations

import json

from conformance.captured.exchanges import Captured
from conformance.captured.judging import judge_captured
from conformance.captured.summary import MAX_UNKNOWN, Summary
from conformance.checks import judge, unknown
from conformance.checks.lib.unknown import MAX_UNKNOWN as MAX_NAMED
from conformance.wire.edit import put
from tests.right.exchanges import OPENAI, exchange, response


def test_right_answer() -> None:
    """A right answer holds nothing that is not described."""
    assert unknown(exchange(), OPENAI) == []


def test_members_and_items() -> None:
    """A new member, one of an item, and an item of a new type are named by their place, each once."""
    edited = put("/output/*/surprise", 1)(response(news={"a": 1}))
    edited["output"] += [{"type": "brain_call", "id": "br_1"}, {"type": "brain_call", "id": "br_2"}]
    new = exchange(edited)
    assert sorted(unknown(new, OPENAI)) == ["/news", "/output/*/surprise", "/output/*/type"]
    assert [result for result in judge(new, OPENAI) if result.finding] == []


def test_events() -> None:
    """An event of a new type is named; what may paint a terminal is escaped."""
    data = json.dumps({"type": "response.new\x1b[31m"}).encode()
    stream = exchange(content=b"data: " + data + b"\n\n", headers={"content-type": "text/event-stream"})
    assert unknown(stream, OPENAI) == ["event response.new\\x1b[31m"]


def test_bounds() -> None:
    """Neither an answer nor a whole capture can make the report grow without end."""
    summary = Summary()
    for number in range(3):
        members = {f"m{number}_{name}": 1 for name in range(1000)}
        new = exchange(response(**members))
        assert len(unknown(new, OPENAI)) == MAX_NAMED
        summary.add(judge_captured(Captured(str(number), new), OPENAI))
    assert len(summary.unknown) <= MAX_UNKNOWN + MAX_NAMED
    assert any(line.startswith("not described anywhere: /m0_") for line in summary.lines())
