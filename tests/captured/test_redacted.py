"""The command judge on captures whose ids and times were replaced before they were handed on."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.captured.captures import run, text
from tests.right.streams import good

ALL_ONE = "REDACTED".format
EACH_ANOTHER = "id {}".format


def capture(made: Callable[[int], str], **members: Any) -> bytes:
    """A right stream with a call, as JSON Lines, each of its ids replaced by what is made of a number."""
    numbers = itertools.count()

    def replaced(value: Any, name: str = "") -> Any:
        if isinstance(value, dict):
            return {inner: replaced(each, inner) for inner, each in value.items()}
        if isinstance(value, list):
            return [replaced(each) for each in value]
        if isinstance(value, str) and (name == "id" or name.endswith("_id")):
            return made(next(numbers))
        return 0 if name.endswith("_at") and value is not None else value

    exchange = good()["function_call"].exchange()
    events = [{"event": event.name, "data": {**replaced(event.json), **members}} for event in exchange.events]
    request = {"method": "POST", "path": "/v1/responses", "body": json.loads(exchange.request.content)}
    answer = {"status": 200, "headers": {"content-type": "text/event-stream"}, "events": events}
    return text({"id": "one", "request": request, "response": answer})


@pytest.mark.parametrize("made", [ALL_ONE, EACH_ANOTHER], ids=["all one", "each another"])
def test_ids_and_times_that_were_replaced(made: Callable[[int], str]) -> None:
    """Of a capture that is declared redacted nothing is said of ids and times, however they were replaced."""
    undeclared = run("--contract=openai", "-", stdin=capture(made))
    assert undeclared.returncode == 1
    assert b"items.id_prefix" in undeclared.stdout
    assert run("--contract=openai", "--redacted", "-", stdin=capture(made)).stdout == b""


def test_all_else_is_judged() -> None:
    """That ids were replaced excuses nothing else."""
    told = run("--contract=openai", "--redacted", "-", stdin=capture(EACH_ANOTHER, sequence_number=7))
    assert told.returncode == 1
    assert b"streams.numbering" in told.stdout
