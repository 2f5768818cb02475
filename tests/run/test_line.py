"""The line to a target: what may be a passing fault is asked again, a busy target is waited for, and both are told."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest

from conformance.run.line import Line
from conformance.run.transmit import sent
from conformance.target import Client, Unreachable
from conformance.target.waiting import asked_wait
from conformance.verdict import Case, CouldNotRun
from conformance.wire.exchange import Exchange, Request
from tests.run.checkout import Checkout
from tests.servers.sockets import http, relay, serving

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


def answer(status: int, body: bytes = b"{}", **headers: str) -> Exchange:
    """An answer with a status."""
    return Exchange(Request("POST", "/responses", b"{}"), status, headers, body)


def stream(*events: dict[str, Any]) -> Exchange:
    """An answer that is a stream of these events."""
    lines = "".join(f"event: {event['type']}\ndata: {json.dumps(event)}\n\n" for event in events)
    return answer(200, lines.encode(), **{"content-type": "text/event-stream"})


class Target:
    """Stands in for the client: gives these answers, in this order."""

    def __init__(self, *answers: Exchange | Exception) -> None:
        self.answers = list(answers)
        self.fresh: list[bool] = []
        self.last_case = ""

    def send(self, content: bytes, *, fresh: bool = False) -> Exchange:
        """The next answer."""
        self.fresh.append(fresh)
        made = self.answers.pop(0)
        if isinstance(made, Exception):
            raise made
        return made


def line(*answers: Exchange | Exception, max_wait: float = 60) -> tuple[Line, Case, Target, list[float]]:
    """A line to a target with these answers, its case, the target, and the seconds that were waited."""
    target, slept = Target(*answers), list[float]()
    case = Case("node", "streams", "text", "gpt-5-4", "gpt-5-4", ("streams.text",))
    return Line(cast("Client", target), case, sent, max_wait, slept.append), case, target, slept


@pytest.mark.parametrize("first", [answer(500), answer(502), answer(403), Unreachable("nobody is there")])
def test_a_passing_fault_is_asked_again(first: Any) -> None:
    """After a 5xx, a 403 or a lost connection the same goes out once more on a fresh connection, and that is told."""
    made, case, target, _ = line(first, answer(200))
    got = made.send(b"{}")
    assert got.exchange.status == 200
    assert target.fresh == [False, True]
    assert got.unsteady == ([first] if isinstance(first, Exchange) else [])
    assert case.unsteady == [str(first.status) if isinstance(first, Exchange) else "a lost connection"]


FAILED = {"object": "response", "status": "failed", "error": {"code": "server_error", "message": "Oh."}}
INSIDE = {
    "failed": answer(200, json.dumps(FAILED).encode()),
    "failed-stream": stream({"type": "response.failed", "response": FAILED}),
    "error-event": stream({"type": "error", "code": "rate_limit_exceeded", "message": "Oh."}),
    "nested-error-event": stream({"type": "error", "error": {"code": "server_error", "message": "Oh."}}),
    "broken-stream": replace(stream({"type": "response.created"}), broken="the connection broke: reset"),
}
"""Answers that began well, and failed for what may pass."""


@pytest.mark.parametrize("first", INSIDE.values(), ids=INSIDE)
def test_a_fault_inside_an_answer_is_asked_again(first: Exchange) -> None:
    """So is what the server says of itself within a 200; the second time it is believed."""
    made, case, _, _ = line(first, answer(200))
    got = made.send(b"{}")
    assert (got.exchange.content, got.unsteady, len(case.unsteady)) == (b"{}", [first], 1)
    made, _, _, _ = line(first, first)
    assert made.send(b"{}").exchange is first


def test_other_failures_are_believed_at_once() -> None:
    """What the request is to blame for, and what a limit of the suite cut, is no passing fault."""
    wrong = FAILED | {"error": {"code": "invalid_prompt", "message": "No."}}
    cut = replace(stream({"type": "response.created"}), broken="more than 20000 events")
    for first in (answer(200, json.dumps(wrong).encode()), cut, answer(200, b"[]"), stream()):
        made, case, _, _ = line(first)
        assert made.send(b"{}").exchange is first
        assert case.unsteady == []


def test_the_second_time_it_is_believed() -> None:
    """What comes twice is the answer; nobody who is there twice is told with the case before."""
    made, _, _, _ = line(answer(500), answer(500))
    assert made.send(b"{}").exchange.status == 500
    made, _, target, _ = line(Unreachable("nobody"), Unreachable("nobody is there"))
    target.last_case = "the case before"
    with pytest.raises(CouldNotRun, match="nobody is there; the request before was of the case before; check"):
        made.send(b"{}")


def test_what_is_expected_is_taken() -> None:
    """A status that a test expects is no passing fault, and nothing that is waited for."""
    for status in (403, 429, 500):
        made, case, _, slept = line(answer(status))
        assert made.send(b"{}", expected=(status,)).exchange.status == status
        assert (case.unsteady, slept) == ([], [])


def test_a_busy_target_is_waited_for() -> None:
    """429, 503 and 529 are waited for as told, else twice as long each time."""
    busy = [answer(429, **{"retry-after": "7"}), answer(503), answer(529), answer(200)]
    made, case, _, slept = line(*busy)
    assert made.send(b"{}").exchange.status == 200
    assert slept == [7, 2, 4]
    assert (case.unsteady, case.waited) == (["429", "503", "529"], 13)


@pytest.mark.parametrize(("told", "max_wait"), [("61", 60), ("1", 0)])
def test_waiting_is_bounded(told: str, max_wait: float) -> None:
    """A target that asks for more than the bound is not waited for."""
    made, _, _, slept = line(answer(429, **{"retry-after": told}), max_wait=max_wait)
    assert made.send(b"{}").exchange.status == 429
    assert slept == []


def test_waiting_ends() -> None:
    """A target that stays busy is waited for no longer than the bound in all."""
    made, _, _, slept = line(*[answer(429)] * 50, max_wait=60)
    assert made.send(b"{}").exchange.status == 429
    assert sum(slept) <= 60
    assert len(slept) > 3


FORMS: dict[str, tuple[dict[str, str], bytes, float | None]] = {
    "seconds": ({"retry-after": "15"}, b"", 15),
    "parts of a second": ({"retry-after": "0.5"}, b"", 0.5),
    "milliseconds": ({"retry-after-ms": "250", "retry-after": "15"}, b"", 0.25),
    "a date": ({"retry-after": "Wed, 25 Nov 2026 12:00:30 GMT"}, b"", 30),
    "a date that is over": ({"retry-after": "Wed, 25 Nov 2026 11:00:00 GMT"}, b"", 0),
    "in the body": ({}, b'{"error": {"message": "slow", "retry_after": 15}}', 15),
    "at the top of the body": ({}, b'{"retry_after": 2}', 2),
    "nothing": ({}, b"{}", None),
    "words": ({"retry-after": "soon"}, b"", None),
    "negative": ({"retry-after": "-5"}, b"", None),
    "endless": ({"retry-after": "inf"}, b"", None),
    "no number": ({"retry-after": "nan"}, b'{"retry_after": true}', None),
    "a date of no zone": ({"retry-after": "25 Nov 2026 12:00:30"}, b"", None),
}


@pytest.mark.parametrize(("headers", "body", "seconds"), FORMS.values(), ids=FORMS)
def test_forms_of_retry_after(headers: dict[str, str], body: bytes, seconds: float | None) -> None:
    """Each form in which a target asks to wait is read, and what cannot be read is as if it were not there."""
    assert asked_wait(answer(429, body, **headers), NOW) == seconds
    assert NOW + timedelta(seconds=seconds or 0) >= NOW


@pytest.mark.parametrize(
    ("failure", "told"),
    [
        (http(502, b"Bad Gateway", "text/html"), "1x 502"),
        (http(429, b"{}", retry_after="0.01"), "1x 429; waited 0 s in all"),
        (None, "1x a lost connection"),
    ],
)
def test_a_run_tells_what_was_unsteady(checkout: Checkout, endpoint: str, failure: bytes | None, told: str) -> None:
    """A fault that passes fails nothing: the case passes, and the verdict counts what was asked again."""
    with serving(relay(endpoint, lambda number: number == 2, failure)) as server:
        result = checkout.live(server.url, "-k", "string_input", "--max-wait=5")
    assert result.ret == 0, "\n".join(result.outlines)
    result.stdout.fnmatch_lines(["1 cases: 1 *", f"unsteady, asked again: {told}"])


def test_a_target_that_stays_busy(checkout: Checkout, endpoint: str) -> None:
    """A limit that lasts is no failure: the case could not run, and the sentence names the option."""
    busy = http(429, b'{"error": {"message": "slow down"}}', retry_after="30")
    with serving(relay(endpoint, lambda number: number > 1, busy)) as server:
        result = checkout.live(server.url, "-k", "string_input", "--max-wait=1")
    assert result.ret == 6
    result.stdout.fnmatch_lines(["*1 cases: *(429)*--max-wait*"])
