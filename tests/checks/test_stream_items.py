"""The checks of the order and the completeness of items in a stream: what is right, and what breaks each alone."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.wire.edit import put
from tests.checks.rules import broken_by, judged_by
from tests.right import streams
from tests.right.samples import message, with_answer
from tests.right.streams import JSON, Stream

SEARCH: JSON = {"id": "ws_1", "type": "web_search_call", "status": "in_progress"}
FOUND: JSON = {"status": "completed", "action": {"type": "search", "query": "weather"}}
BEGUN, SEARCHING, ENDED = ((f"web_search_call.{state}", {}) for state in ("in_progress", "searching", "completed"))


def _searched(*steps: tuple[str, Any], added: JSON = SEARCH, done: JSON = FOUND) -> Stream:
    """A search of the web with some of its events, and a text."""
    return Stream().item(added, done, *steps).text("Sun", "ny.").end()


@pytest.mark.parametrize(
    ("requirement", "stream"),
    [
        ("streams.progress_told", _searched()),
        ("streams.progress_told", _searched(BEGUN, ENDED)),
        ("streams.progress_told", _searched(SEARCHING, ENDED)),
        ("streams.added_whole", _searched(BEGUN, SEARCHING, ENDED, added=SEARCH | FOUND)),
    ],
    ids=["untold", "not-under-way", "not-begun", "added-completed"],
)
def test_a_search_breaks_one_rule(requirement: str, stream: Stream) -> None:
    """What a stream does not tell of a search, or tells too early, is one finding."""
    assert broken_by(stream.exchange()) == {requirement}


def test_a_search_that_failed_owes_its_beginning() -> None:
    """What failed need not have been under way."""
    assert not broken_by(_searched(BEGUN, done={"status": "failed"}).exchange())


def test_items_side_by_side() -> None:
    """The second item is added before the first one is done; what happens to each is right."""
    events = Stream().reasoning(encrypted="gAAAAABw").text("So", "!").end().sent
    added = next(event for event in events if event["type"].endswith("item.added") and event["output_index"] == 1)
    rest = [event for event in events if event is not added]
    mixed = [*rest[:3], added, *rest[3:]]
    numbered = [event | {"sequence_number": number} for number, event in enumerate(mixed)]
    assert broken_by(streams.captured(numbered)) == {"streams.one_at_a_time"}


def test_an_item_without_an_end_is_no_neighbour() -> None:
    """That an item is never done is said once, by the rule that wants its end."""
    events = Stream().reasoning(encrypted="gAAAAABw").text("So", "!").end().sent
    done = next(event for event in events if event["type"].endswith("item.done"))
    left = [event for event in events if event is not done]
    numbered = [event | {"sequence_number": number} for number, event in enumerate(left)]
    assert "streams.one_at_a_time" not in broken_by(streams.captured(numbered))


def test_a_cut_off_message_says_so() -> None:
    """The message that an answer was cut off in is incomplete; where nothing was cut off, nothing is judged."""
    assert broken_by(with_answer("cut", message(put("/status", "completed")))) == {"consistency.cut_off"}
    assert "consistency.cut_off" not in judged_by(with_answer("text"))


def test_a_message_is_no_less_whole_where_the_event_says_completed() -> None:
    """A stream that ends in response.completed with an incomplete response is found for that, once."""
    events = Stream().text("Wh", "ole").end().sent
    cut = {"status": "incomplete", "incomplete_details": {"reason": "content_filter"}}
    changed = put(f"/{len(events) - 1}/response", lambda response: response | cut)(events)
    assert broken_by(streams.captured(changed)) == {"streams.terminal_status"}
