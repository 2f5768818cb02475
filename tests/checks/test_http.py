"""The checks of what HTTP says around a body."""

from __future__ import annotations

import dataclasses
import json
from email.utils import formatdate
from typing import Any

import pytest

from conformance.checks import Outcome, Stated
from conformance.wire.exchange import Exchange
from conformance.wire.sse import Event
from tests.checks.rules import found_in, judged_in, places_broken_by
from tests.right import streams
from tests.right.exchanges import OPENAI, databricks_refusal, exchange, refusal, response

JSON = "application/json"
NOW = response()["created_at"]
RIGHT = json.dumps(response()).encode()


def dated(seconds: float, **more: Any) -> Exchange:
    """A right exchange that was sent so many seconds after the response was created."""
    headers = {"content-type": JSON, "date": formatdate(NOW + seconds, usegmt=True)}
    return exchange(headers=headers, **more)


GOOD: dict[str, tuple[str, Exchange]] = {
    "a success": ("http.success", exchange()),
    "an answer that is no error": ("http.error_status", exchange()),
    "a charset in large letters": ("http.charset", exchange(headers={"content-type": f"{JSON};charset=UTF-8"})),
    "a charset in quotes": ("http.charset", exchange(headers={"content-type": f'{JSON}; charset="utf-8"'})),
    "no mark": ("http.byte_order_mark", exchange()),
    "sent at once": ("http.date", dated(0)),
    "sent after a long answer": ("http.date", dated(3500)),
    "a clock that is slow": ("http.date", dated(-200)),
}


@pytest.mark.parametrize(("requirement", "right"), GOOD.values(), ids=GOOD)
def test_right(requirement: str, right: Exchange) -> None:
    """What is right is judged, and nothing is found."""
    assert requirement in judged_in(right)
    assert found_in(right) == found_in(right, OPENAI) == {}


BROKEN: dict[str, tuple[Exchange, dict[str, set[str]]]] = {
    **{
        f"{status} with a response": (exchange(status=status), {"http.success": {"status"}})
        for status in (201, 206, 301)
    },
    **{
        f"{status} with nothing": (exchange(status=status, content=b""), {"http.success": {"status"}})
        for status in (202, 204, 304)
    },
    "an error with 200": (exchange(refusal()), {"http.error_status": {"status"}}),
    "an error of Databricks with 200": (exchange(databricks_refusal()), {"http.error_status": {"status"}}),
    "an error in words with 200": (exchange({"error": "no"}), {"http.error_status": {"status"}}),
    "an error of a framework with 200": (exchange({"detail": [{"msg": "no"}]}), {"http.error_status": {"status"}}),
    "another charset": (
        exchange(headers={"content-type": f"{JSON}; charset=latin-1"}),
        {"http.charset": {"header content-type"}},
    ),
    "another charset of an error": (
        exchange(refusal(), status=400, headers={"content-type": f"{JSON}; charset=latin-1"}),
        {"http.charset": {"header content-type"}},
    ),
    "a mark": (exchange(content="\ufeff".encode() + RIGHT), {"http.byte_order_mark": {""}}),
    "sent a day later": (dated(86_400), {"http.date": {"/created_at"}}),
    "sent a day before": (dated(-86_400), {"http.date": {"/created_at"}}),
}


@pytest.mark.parametrize(("broken", "expected"), BROKEN.values(), ids=BROKEN)
def test_broken(broken: Exchange, expected: dict[str, set[str]]) -> None:
    """What is broken is one finding, by the requirement that names it."""
    assert found_in(broken) == found_in(broken, OPENAI) == expected


def test_what_a_date_says_nothing_of() -> None:
    """Without a date that can be read, and of what runs in the background, nothing is judged."""
    unread = exchange(headers={"content-type": JSON, "date": "yesterday"})
    waiting = dated(86_400, answer=response(background=True), sent={"model": "m", "input": "a", "background": True})
    for silent in (exchange(), unread, waiting):
        assert "http.date" not in judged_in(silent, OPENAI)


def test_a_stated_outcome_is_kept_in_spite_of_the_status() -> None:
    """Another status of success is no refusal, and an error with the status of a success is one: once is enough."""
    answered = Stated(Outcome.ANSWERED, ("supported_models.string_input",))
    for statuses in ((), (400,)):
        refused = Stated(Outcome.REFUSED, ("supported_models.string_input",), statuses)
        assert found_in(exchange(refusal()), stated=refused) == {"http.error_status": {"status"}}
    assert found_in(exchange(status=201), stated=answered) == {"http.success": {"status"}}
    for nothing in (exchange(status=204, content=b""), exchange(status=301)):
        assert "supported_models.string_input" in found_in(nothing, stated=answered)


def test_the_marker_of_the_older_api() -> None:
    """Before the end the marker is one finding, and behind it another one."""
    stream = streams.good()["text"].exchange()
    marker, end = Event(None, "[DONE]"), len(stream.events)
    for place, expected in ((end, "streams.done_marker"), (end - 1, "streams.done_early"), (1, "streams.done_early")):
        sent = (*stream.events[:place], marker, *stream.events[place:])
        broken = places_broken_by(dataclasses.replace(stream, captured_events=sent))
        assert broken.keys() == {expected}


def test_a_failure_behind_an_answer() -> None:
    """A stream that fails behind a whole answer is found, one that fails before or within it is not."""
    last = {"code": "server_error", "message": "Oh."}
    good = streams.good()
    whole = streams.Stream().text("Hel", "lo").end("failed", error=last)
    told = streams.Stream().text("Hel", "lo").say("error", **last, param=None)
    for stream in (whole, told):
        assert places_broken_by(stream.exchange()).keys() == {"streams.failed_after_answer"}
    for name in ("failed", "failed_midway", "text"):
        assert "streams.failed_after_answer" not in places_broken_by(good[name].exchange())
    assert "streams.failed_after_answer" in judged_in(good["text"].exchange(), OPENAI)


def test_a_mark_before_a_stream() -> None:
    """A byte order mark before a stream is a stray line: its standard lets it pass, and some clients lose an event."""
    events = [event.json for event in streams.good()["text"].exchange().events]
    broken = places_broken_by(streams.raw("\ufeff".encode() + streams.wire(events)))
    assert broken.keys() == {"streams.stray_lines"}
