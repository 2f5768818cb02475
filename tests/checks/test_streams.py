"""The checks of streams: what keeps every rule, what breaks which, and that nothing breaks them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance.checks import judge
from conformance.contract import Level, load
from conformance.wire.edit import put, without
from conformance.wire.exchange import Exchange, Request
from conformance.wire.sse import Event
from tests.checks.rules import judged_by as judged
from tests.checks.rules import places_broken_by as broken
from tests.defects.lib.streams import renumbered
from tests.right import streams
from tests.right.streams import CITATION, JSON, RESPONSE, Stream

STEADY = settings(deadline=None)
GOOD = streams.good()


def names(exchange: Exchange) -> set[str]:
    return {name.removeprefix("streams.") for name in broken(exchange)}


# --- streams that are right


@pytest.mark.parametrize("contract", ["openai", "databricks"])
@pytest.mark.parametrize("name", GOOD)
def test_no_rule_finds_fault_with_a_stream_that_is_right(name: str, contract: str) -> None:
    """A right stream breaks nothing, captured or as bytes, under either contract."""
    sent = GOOD[name].sent
    for exchange in (streams.captured(sent), *(streams.raw(streams.wire(sent, end)) for end in ("\n", "\r\n", "\r"))):
        assert not broken(exchange, contract)


def resumed(name: str, after: int) -> Exchange:
    request = Request("GET", "/v1/responses/resp_1", query=f"stream=true&starting_after={after}")
    return streams.captured(GOOD[name].sent[after + 1 :], request=request)


@pytest.mark.parametrize("name", GOOD)
def test_a_resumed_stream_may_begin_anywhere(name: str) -> None:
    """A stream that goes on breaks nothing, wherever it goes on."""
    for after in range(len(GOOD[name].sent) - 1):
        assert not broken(resumed(name, after))


def test_a_resumed_stream_begins_with_the_number_after_the_one_that_was_asked_for() -> None:
    """An event that is skipped at the beginning is found by its number."""
    exchange = resumed("text", 3)
    late = Exchange(exchange.request, 200, captured_events=exchange.events[1:])
    assert names(late) == {"numbering"}


def test_old_and_new_things_that_are_optional_are_no_fault() -> None:
    """Obfuscation may come with pieces."""
    sent = [event | {"obfuscation": "xyz"} if "delta" in event else event for event in GOOD["function_call"].sent]
    assert not broken(streams.captured(sent))


def test_an_item_can_be_added_already_completed_when_its_pieces_follow() -> None:
    """The status that an item is added with says nothing of its pieces."""
    text = json.dumps(GOOD["function_call"].sent)
    text = text.replace('"status": "in_progress", "call_id"', '"status": "completed", "call_id"')
    assert not broken(streams.captured(json.loads(text)))


def test_a_character_may_be_cut_in_two_pieces() -> None:
    """Half characters in pieces are whole in the text."""
    stream = Stream().text("\ud83c", "\udf0d").end()
    text = json.dumps(stream.sent).replace('"text": "\\ud83c\\udf0d"', '"text": "🌍"')
    assert not broken(streams.captured(json.loads(text)))


# --- streams that are wrong


def test_a_finding_says_which_event_and_where() -> None:
    """The places of findings name event, type and member; what is wrong alike in further events is counted."""
    sent = [e | {"output_index": -1} if e["type"].endswith("text.delta") else e for e in GOOD["text"].sent]
    assert broken(streams.captured(sent)) == {
        "streams.item_events": ["event 4 response.output_text.delta /output_index"]
    }


def test_many_findings_of_a_kind_are_counted_and_not_listed() -> None:
    """Of findings of one kind the first is told, and the number of the others."""
    sent = put("/*/sequence_number", 0)(GOOD["hosted"].sent)
    results = [result for result in judge(streams.captured(sent), load("openai")) if result.finding]
    assert len(results) == 1
    assert results[0].finding
    assert results[0].finding.received == f"0; and {len(sent) - 2} more like this"


# --- what other servers were seen to do


def test_no_numbers_at_all_are_one_finding() -> None:
    """A stream without numbers is told once."""
    sent = without("/*/sequence_number")(GOOD["text"].sent)
    assert broken(streams.captured(sent)) == {"streams.numbering": ["event 0 response.created /sequence_number"]}


def test_a_call_and_a_message_that_share_an_output_index() -> None:
    """Two items at one index break the order of items."""
    sent = [event | {"output_index": 0} if "output_index" in event else event for event in GOOD["function_call"].sent]
    assert names(streams.captured(sent)) == {"item_order"}


def test_an_error_whose_type_stands_on_the_event_line_only() -> None:
    """Data without a type are told, whatever the name of the event says."""
    error = b'event: error\ndata: {"sequence_number": 2, "message": "Oh.", "code": null, "param": null}\n\n'
    assert names(streams.raw(streams.wire(GOOD["text"].sent[:2]) + error)) == {"event_json"}


def test_an_end_without_output_and_an_end_with_an_empty_one() -> None:
    """An output that is empty contradicts the stream, one that is missing breaks the schema."""
    stream = Stream().text("a", "b")
    stream.output = []
    assert names(stream.end().exchange()) == {"terminal_output", "response.completed"}
    del stream.sent[-1]["response"]["output"]
    assert names(stream.exchange()) == {"response.schema"}


def test_arguments_without_pieces() -> None:
    """A call without any event of its arguments is found."""
    assert names(Stream().function_call().end().exchange()) == {"arguments_events"}


@pytest.mark.parametrize("arguments", ["{}", '{"a": 1}'])
def test_arguments_in_one_piece_are_enough(arguments: str) -> None:
    """One piece is as good as many."""
    assert not broken(Stream().function_call(arguments).end().exchange())


def test_ids_of_items_that_change_from_event_to_event() -> None:
    """Ids that are new in each event are told by the rule of events of items."""
    sent = [e | {"item_id": f"msg_{n}"} if "item_id" in e else e for n, e in enumerate(GOOD["text"].sent)]
    assert names(streams.captured(sent)) == {"item_events"}


def test_all_pieces_gone() -> None:
    """A text without its pieces is found by the rule of texts."""
    sent = [event for event in GOOD["text"].sent if not event["type"].endswith("delta")]
    assert names(streams.captured(renumbered(sent))) == {"output_text"}


def test_what_every_response_object_lacks_is_said_once() -> None:
    """A member that all response objects of a stream lack is one finding."""
    sent = json.loads(json.dumps(GOOD["text"].sent).replace('"user": null, ', "").replace(', "user": null', ""))
    assert "user" not in sent[0]["response"]
    assert names(streams.captured(sent)) == {"response.optional_members"}


def test_only_the_last_event() -> None:
    """A stream that is nothing but its end lacks its beginning."""
    last = GOOD["text"].sent[-1] | {"sequence_number": 0}
    assert {"first_event", "in_progress", "terminal_output"} <= names(streams.captured([last]))


def test_plain_text_is_judged_as_the_stream_that_it_is() -> None:
    """A wrong content type hides no stream."""
    exchange = streams.raw(streams.wire(GOOD["text"].sent), headers={"content-type": "text/plain"})
    assert names(exchange) == {"response.content_type"}


def test_done_comments_and_missing_names_are_no_must() -> None:
    """What old clients bear is a should."""
    data = b"".join(b"data: " + json.dumps(event).encode() + b"\n\n" for event in GOOD["text"].sent)
    results = judge(streams.raw(b": hello\n\n" + data + b"data: [DONE]\n\n"), load("openai"))
    found = {(result.requirement, result.level) for result in results if result.finding}
    assert found == {(f"streams.{name}", Level.SHOULD) for name in ("comments", "event_names", "done_marker")}


def test_what_is_cut_off_owes_no_end_of_what_was_begun() -> None:
    """An incomplete call or text may lack the events that end it."""
    cut = {"incomplete_details": {"reason": "max_output_tokens"}}
    ends = ("arguments.done", "text.done", "part.done")
    call = Stream().function_call('{"city":', '"Ro', status="incomplete").end("incomplete", **cut)
    text = Stream().text("Hel", "lo")
    text.sent[-1]["item"]["status"] = text.output[-1]["status"] = "incomplete"
    for stream in (call, text.end("incomplete", **cut)):
        sent = [event for event in stream.sent if not event["type"].endswith(ends)]
        kept = renumbered(sent)
        assert len(kept) < len(stream.sent)
        assert not broken(streams.captured(kept))


def test_a_response_that_fails_at_once() -> None:
    """A failure may follow the beginning, or be all there is."""
    failed = [event for event in GOOD["failed"].sent if event["type"] in ("response.created", "response.failed")]
    assert not broken(streams.captured(renumbered(failed)))
    error = GOOD["error_last"].sent[-1] | {"sequence_number": 0}
    assert not broken(streams.captured([error]))


def test_a_call_that_waits_for_approval_can_have_its_arguments_in_pieces() -> None:
    """A request for an approval may be told in pieces, and they have to add up."""
    added = {"id": "mcpr_1", "type": "mcp_approval_request", "name": "ask", "server_label": "wiki", "arguments": ""}
    pieces = ('{"q":', '"x"}')
    stream = Stream().pieced("mcp_call_arguments", "arguments", pieces, added, {"arguments": "".join(pieces)}).end()
    assert not broken(stream.exchange())
    stream.sent[-2]["item"]["arguments"] = "{}"
    assert "mcp_call_arguments" in names(stream.exchange())


@pytest.mark.parametrize(
    ("requirement", "event", "part"),
    [
        ("part_values", "content_part.added", {"type": "refusal"}),
        ("part_values", "content_part.done", {"annotations": []}),
        ("added_empty", "content_part.added", {"text": "See"}),
    ],
)
def test_what_a_part_says_when_it_is_added_and_done(requirement: str, event: str, part: JSON) -> None:
    """A part is the same when it is added and done, and empty at first."""
    sent = json.loads(json.dumps(GOOD["annotations"].sent))
    for each in sent:
        if each["type"] == f"response.{event}":
            each["part"] |= part
    assert requirement in names(streams.captured(sent))


# --- answers that are no stream, and streams that break


def test_a_page_instead_of_a_stream() -> None:
    """A page where a stream was asked for is found, whatever it is called."""
    page = b"<!doctype html>\n<html><body>Service unavailable</body></html>\n"
    assert "streams.streamed" in broken(streams.raw(page, headers={"content-type": "text/html"}))
    found = broken(streams.raw(page))
    assert found.keys() == {"streams.terminal", "streams.stray_lines"}


def test_a_json_body_instead_of_a_stream_and_a_stream_that_nobody_asked_for() -> None:
    """An answer is streamed if and only if that was asked for."""
    body = json.dumps(GOOD["text"].sent[-1]["response"]).encode()
    assert names(streams.raw(body, headers={"content-type": "application/json"})) == {"streamed"}
    request = Request("POST", "/v1/responses", json.dumps(streams.ASKED | {"stream": False}).encode())
    assert names(streams.captured(GOOD["text"].sent, request=request)) == {"streamed"}


@pytest.mark.parametrize("name", GOOD)
def test_a_connection_that_breaks_is_one_finding_wherever_it_breaks(name: str) -> None:
    """A broken connection is told as a missing end and as nothing else."""
    if name in ("failed", "error_last", "failed_midway"):
        return
    content = streams.wire(GOOD[name].sent)
    end = len(streams.wire(GOOD[name].sent[:-1]))
    for place in [*range(0, end, 41), end, end + 30, len(content) - 30]:
        assert names(streams.raw(content[:place], broken="the connection was lost")) == {"terminal"}


def test_a_connection_that_is_kept_open_after_the_end() -> None:
    """A stream that does not end behind its last event is found."""
    exchange = streams.raw(streams.wire(GOOD["text"].sent), broken="no end within 30 seconds")
    assert names(exchange) == {"last_event"}


def test_an_empty_stream() -> None:
    """A stream without an event lacks its end."""
    assert names(streams.raw(b"")) == {"terminal"}


def test_an_error_that_is_a_stream_is_not_judged_as_one() -> None:
    """Rules of streams say nothing of an error."""
    exchange = streams.captured(GOOD["text"].sent, status=500)
    assert not [name for name in judged(exchange) if name.startswith("streams.")]


def test_what_a_stream_says_nothing_about_is_not_judged() -> None:
    """A rule is judged only where the stream puts it to the test."""
    rows = judged(GOOD["text"].exchange())
    for name in ("refusal", "arguments_events", "annotations", "summary_parts", "after_error", "utf8", "comments"):
        assert f"streams.{name}" not in rows
    assert "streams.event_names" not in judged(streams.captured(GOOD["text"].sent, names_kept=False))


# --- nothing crashes

TYPES = sorted({event["type"] for stream in GOOD.values() for event in stream.sent})
PLAIN = st.none() | st.booleans() | st.integers(-2, 3) | st.floats(allow_nan=False)
NAMES = st.sampled_from(["id", "type", "content", "text"])
ANY_JSON = st.recursive(
    PLAIN | st.sampled_from(["", "msg_1", "message"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner),
    max_leaves=8,
)
MEMBERS = ["response", "item", "item_id", "output_index", "content_index", "summary_index", "delta", "text", "part"]
MEMBERS += ["sequence_number", "annotation", "annotation_index", "command_index", "arguments", "output", "error"]
ANY_EVENT = st.tuples(st.sampled_from([*TYPES, "x", ""]), st.dictionaries(st.sampled_from(MEMBERS), ANY_JSON))


@STEADY
@given(st.lists(ANY_EVENT, max_size=8))
def test_any_events_give_results(events: list[tuple[str, JSON]]) -> None:
    """Any events are judged."""
    sent = [{"type": type_, **members} for type_, members in events]
    judge(streams.captured(sent), load("databricks"))
    judge(streams.raw(streams.wire(sent)), load("openai"))


@STEADY
@given(st.data(), st.sampled_from(sorted(GOOD)))
def test_a_good_stream_with_any_value_anywhere_gives_results(data: st.DataObject, name: str) -> None:
    """Any value in any place of a right stream is judged."""
    sent = json.loads(json.dumps(GOOD[name].sent))
    for _ in range(3):
        value: Any = sent
        while isinstance(value, dict | list) and value:
            keys = sorted(value) if isinstance(value, dict) else list(range(len(value)))
            key = data.draw(st.sampled_from(keys))
            if data.draw(st.integers(0, 3)) == 0 and value is not sent:
                value[key] = data.draw(ANY_JSON)
                break
            value = value[key]
    judge(streams.captured(sent), load("openai"))


@STEADY
@given(st.binary(max_size=300))
def test_any_bytes_give_results(content: bytes) -> None:
    """Any bytes are judged as a stream."""
    judge(streams.raw(content), load("openai"))


@STEADY
@given(st.lists(st.text(max_size=40), max_size=5))
def test_any_data_gives_results(data: list[str]) -> None:
    """Any data of events are judged."""
    events = tuple(Event(text[:3] or None, text) for text in data)
    judge(Exchange(streams.REQUEST, 200, captured_events=events), load("openai"))


def test_deep_and_hostile_values_give_results() -> None:
    """Deep values, odd indices and half characters are judged, and what is said of them is printable."""
    deep: Any = []
    for _ in range(115):
        deep = [deep]
    item = {"id": "x", "type": "message", "content": deep}
    stream = Stream().say("response.output_item.added", output_index=0, item=item)
    stream.say("response.output_item.done", output_index=0, item=item | {"content": [deep]})
    stream.output = [item | {"content": [[deep, 1]]}]
    assert "terminal_output" in names(stream.end().exchange())
    odd: JSON = {"output_index": [1], "item_id": {"a": 1}, "content_index": {}, "delta": []}
    judge(Stream().say("response.output_text.delta", **odd).exchange(), load("openai"))
    surrogates = Stream().text("\ud800", CITATION["title"]).say("\ud800\x1b[2J").end()
    for result in judge(surrogates.exchange(), load("openai")):
        if result.finding:
            assert result.finding.where.isprintable()


def test_many_items_and_parts_are_judged_in_time_that_grows_with_their_number() -> None:
    """Thousands of items and parts are judged."""
    stream = Stream()
    for number in range(2000):
        stream.say("response.output_item.added", output_index=0, item={"id": "x", "type": "message"})
        stream.say("response.content_part.added", output_index=0, item_id="x", content_index=number, part={})
        stream.say("response.output_text.delta", output_index=0, item_id="x", content_index=number, delta="a")
    assert "terminal" in names(stream.exchange())
    assert RESPONSE["status"] == "in_progress"
