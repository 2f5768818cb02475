"""Tokens are counted as answers tell them, and what is no count adds nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest

from conformance.verdict.tokens import tokens
from conformance.wire.exchange import Exchange, Request

REQUEST = Request("POST", "/v1/responses")


def answered(body: Any) -> Exchange:
    """A JSON answer."""
    return Exchange(REQUEST, 200, {"content-type": "application/json"}, json.dumps(body).encode())


def streamed(*events: Any) -> Exchange:
    """A streamed answer."""
    content = b"".join(b"data: " + json.dumps(event).encode() + b"\n\n" for event in events)
    return Exchange(REQUEST, 200, {"content-type": "text/event-stream"}, content)


USAGE = {"input_tokens": 3, "output_tokens": 5}


@pytest.mark.parametrize(
    ("exchanges", "counted"),
    [
        ([], (0, 0)),
        ([answered({"usage": USAGE})], (3, 5)),
        ([answered({"usage": USAGE}), answered({"usage": USAGE})], (6, 10)),
        ([streamed({"response": {"usage": None}}, {"response": {"usage": USAGE}}, {"type": "x"})], (3, 5)),
        ([streamed({"type": "x"}), answered([]), answered({"usage": []}), answered({"error": "no"})], (0, 0)),
        ([answered({"usage": {"input_tokens": "3", "output_tokens": True}})], (0, 0)),
        ([answered({"usage": {"input_tokens": -3, "output_tokens": 2**60}})], (0, 0)),
        ([answered({"usage": {"input_tokens": 1.5, "output_tokens": 1}})], (0, 1)),
    ],
)
def test_tokens(exchanges: list[Exchange], counted: tuple[int, int]) -> None:
    """Those of a JSON answer, of the last response in a stream, and none where there are none."""
    found = tokens(exchanges)
    assert (found["input"], found["output"]) == counted
