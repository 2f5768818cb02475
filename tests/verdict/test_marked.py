"""Request and answer are shown with the places of findings marked."""

from __future__ import annotations

import json
from typing import Any

import pytest

from conformance.report.marked import marked
from conformance.wire.exchange import Exchange, Request
from tests.run.checkout import Checkout
from tests.run.reports import broken
from tests.run.results import FILE

SENT = Request("POST", "/v1/responses", b'{"model":"gpt-5","input":"x"}', query="a=b")


def shown(content: bytes, *places: str, kind: str = "application/json", status: int = 200) -> list[str]:
    """The lines of an exchange with these bytes."""
    return list(marked(Exchange(SENT, status, {"content-type": kind}, content), places))


def answer(**members: Any) -> bytes:
    """The bytes of an answer with these members."""
    return json.dumps(members).encode()


def marks(lines: list[str]) -> list[str]:
    """The lines that are marked."""
    return [line.replace(">", "").strip() for line in lines if line.lstrip().startswith(">")]


def test_request_and_answer() -> None:
    """What was sent stands before what came back, each with its JSON."""
    lines = shown(answer(usage={"total_tokens": 3}), "/usage/total_tokens")
    assert lines[:5] == [
        "sent: POST /v1/responses?a=b",
        "    {",
        '      "model": "gpt-5"',
        '      "input": "x"',
        "    }",
    ]
    assert lines[5:7] == ["  received: 200", "  content-type: application/json"]
    assert marks(lines) == ['"total_tokens": 3']


@pytest.mark.parametrize(
    ("places", "marked_lines"),
    [
        (["/output/1/id"], ['"id": "b"']),
        (["/output/1/nothing"], ["{"]),
        (["/nothing/at/all"], ["{"]),
        ([""], ["{"]),
        (["status"], ["received: 200"]),
        (["header content-type"], ["content-type: application/json"]),
        (["header date"], []),
        (["/output/0/id", "/output/1/id"], ['"id": "a"', '"id": "b"']),
    ],
)
def test_marks(places: list[str], marked_lines: list[str]) -> None:
    """A place is marked, and where it is not there what stands around it."""
    assert marks(shown(answer(output=[{"id": "a"}, {"id": "b"}]), *places)) == marked_lines


def test_long_answers_are_cut_around_the_marks() -> None:
    """Of a long answer the beginning and the marks are shown, and how many lines are left out."""
    lines = shown(answer(output=[{"id": f"item {n}", "text": "x" * 900} for n in range(500)]), "/output/250/id")
    assert len(lines) < 50
    assert marks(lines) == ['"id": "item 250"']
    assert sum("… " in line and line.endswith(" lines") for line in lines) == 2
    assert max(map(len, lines)) < 130


def test_streams() -> None:
    """Of a stream each event has a line, those of findings are shown in full, and very many are counted."""
    events = [{"type": "response.output_text.delta", "delta": str(number)} for number in range(100)]
    content = b"".join(b"data: " + json.dumps(event).encode() + b"\n\n" for event in events)
    lines = shown(content, "event 70 response.output_text.delta /delta", "event 1", kind="text/event-stream")
    assert marks(lines) == [
        "event 1 response.output_text.delta",
        "{",
        "event 70 response.output_text.delta",
        '"delta": "70"',
    ]
    assert "  … 100 events in all" in lines


@pytest.mark.parametrize(
    "content", [b"", b"<p>no</p>", b"\xff\xfe", b'"text"', b"[" * 500, b"1" * 9000, b'{"a": ' * 90]
)
def test_anything_can_be_shown(content: bytes) -> None:
    """Whatever came can be shown, and is not long."""
    lines = shown(content, "/a/b", status=500)
    assert "  received: 500" in lines
    assert sum(map(len, lines)) < 5000


def test_shown_with_vv(unchanged: Checkout) -> None:
    """-vv shows request and answer of a failure with the place marked; less does not."""
    with broken("total-off-by-one") as url:
        args = (FILE, "-k", "string_input")
        result = unchanged.live(url, "-vv", *args)
        brief = unchanged.live(url, "-v", *args)
    result.stdout.fnmatch_lines(["exchange 1", "sent: POST *", '  >     "total_tokens": 47'])
    assert not any(line.startswith("sent: ") for line in brief.outlines)
