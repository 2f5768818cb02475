"""Bytes to events: every way in which a stream can be written gives the same events, and what is wrong is kept."""

from __future__ import annotations

import itertools
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance.wire.sse import Decoder, Event, Framing, decode
from tests.right import streams

STEADY = settings(deadline=None)
LINE_ENDS = ("\n", "\r\n", "\r")


def in_pieces(content: bytes, cuts: list[int]) -> tuple[list[Event], Framing]:
    decoder = Decoder()
    events: list[Event] = []
    places = [0, *sorted(cuts), len(content)]
    for start, end in itertools.pairwise(places):
        events += decoder.feed(content[start:end])
    return events + decoder.close(), decoder.framing


def names_and_data(events: Any) -> list[tuple[str | None, str]]:
    return [(event.name, event.data) for event in events]


@pytest.mark.parametrize("line_end", LINE_ENDS)
@pytest.mark.parametrize("name", streams.good())
def test_a_stream_is_the_same_under_every_line_end_and_cut_anywhere(name: str, line_end: str) -> None:
    """Line ends and pieces change nothing of what is read."""
    sent = streams.good()[name].sent
    content = streams.wire(sent, line_end)
    whole, framing = decode(content)
    assert [event.json for event in whole] == sent
    assert framing == Framing()
    for size in (1, 2, 3, 7, 64):
        events, pieced = in_pieces(content, list(range(size, len(content), size)))
        assert names_and_data(events) == names_and_data(whole)
        assert pieced == framing


def test_a_stream_is_the_same_cut_in_two_at_every_byte() -> None:
    """A cut at any byte, inside a character too, changes nothing."""
    sent = streams.good()["text"].sent[-3:]
    for line_end in LINE_ENDS:
        content = "\ufeff".encode() + streams.wire(sent, line_end)
        for place in range(len(content)):
            assert [event.json for event in in_pieces(content, [place])[0]] == sent


LINE = st.text(st.characters(exclude_characters="\r\n\0", codec="utf-8"), max_size=12)
WRITTEN = st.lists(st.tuples(st.none() | LINE, st.lists(LINE, min_size=1, max_size=3)), max_size=5)


@STEADY
@given(WRITTEN, st.sampled_from(LINE_ENDS), st.lists(st.integers(0, 300), max_size=20), st.booleans(), st.booleans())
def test_what_is_written_is_read(written: Any, line_end: str, cuts: list[int], bom: bool, space: bool) -> None:
    """Names, data of several lines, comments between: all is read back, however it is cut."""
    lines = ["\ufeff" if bom else ""]
    for name, data in written:
        lines += [] if name is None else [f"event: {' ' * space}{name}"]
        lines += [f"data: {line}" for line in data]
        lines += [": a comment", ""]
    content = (lines[0] + line_end.join([*lines[1:], ""])).encode()
    events, framing = in_pieces(content, [cut for cut in cuts if cut <= len(content)])
    expected = [(name if name is None else " " * space + name, "\n".join(data)) for name, data in written]
    assert names_and_data(events) == expected
    assert framing.comments == len(written)
    assert not framing.unterminated
    assert not framing.invalid_utf8


@STEADY
@given(st.binary(max_size=200), st.lists(st.integers(0, 200), max_size=10))
def test_any_bytes_are_read_the_same_however_they_are_cut(content: bytes, cuts: list[int]) -> None:
    """Pieces change nothing of what is read from any bytes."""
    whole, framing = decode(content)
    events, pieced = in_pieces(content, [cut for cut in cuts if cut <= len(content)])
    assert names_and_data(events) == names_and_data(whole)
    assert pieced == framing


@STEADY
@given(st.text(st.sampled_from("adtevn: \r\n\ufeffé🌍"), max_size=60), st.integers(1, 5))
def test_streams_that_are_nearly_right_are_read_the_same_however_they_are_cut(text: str, size: int) -> None:
    """Pieces change nothing of what is read from texts that look like streams."""
    content = text.encode()
    whole, framing = decode(content)
    events, pieced = in_pieces(content, list(range(size, len(content), size)))
    assert names_and_data(events) == names_and_data(whole)
    assert pieced == framing


READ = {
    "data of several lines": (b"data: a\ndata: b\n\n", [(None, "a\nb")]),
    "data without a space": (b"data:a\n\n", [(None, "a")]),
    "one space is dropped, not two": (b"data:  a\n\n", [(None, " a")]),
    "data without a colon": (b"data\n\n", [(None, "")]),
    "empty data": (b"data:\n\n", [(None, "")]),
    "the last name counts": (b"event: a\nevent: b\ndata: x\n\n", [("b", "x")]),
    "a name does not last": (b"event: a\n\ndata: x\n\n", [(None, "x")]),
    "a name after its data": (b"data: x\nevent: a\n\n", [("a", "x")]),
    "a colon in the data": (b'data: {"a": 1}\n\n', [(None, '{"a": 1}')]),
    "unknown fields": (b"foo: bar\ndata: x\n\n", [(None, "x")]),
    "many blank lines": (b"\n\n\ndata: x\n\n\n\n", [(None, "x")]),
    "mixed line ends": (b"event: a\r\ndata: x\r\rdata: y\n\n", [("a", "x"), (None, "y")]),
    "a BOM": (b"\xef\xbb\xbfdata: x\n\n", [(None, "x")]),
    "a BOM in the middle": (b"data: x\n\n\xef\xbb\xbfdata: y\n\n", [(None, "x")]),
    "a line separator is no line end": ("data: a\u2028b\x85c\x0bd\n\n".encode(), [(None, "a\u2028b\x85c\x0bd")]),
    "nothing": (b"", []),
    "half an event": (b"event: a\ndata: x", [("a", "x")]),
}


@pytest.mark.parametrize("name", READ)
def test_the_rules_of_the_standard(name: str) -> None:
    """Each rule of the standard on event streams is kept."""
    content, expected = READ[name]
    assert names_and_data(decode(content)[0]) == expected


@pytest.mark.parametrize(
    ("content", "framing"),
    [
        (b"data: x\n\n", Framing()),
        (b"data: x\n", Framing(unterminated=True)),
        (b"data: x", Framing(unterminated=True)),
        (b"data: x\n\n: half a comment", Framing(comments=1)),
        (b"event: a", Framing(unterminated=True)),
        (b"event: a\n\n", Framing(named_only=["a"])),
        (b":\n: b\n\n", Framing(comments=2)),
        (b"id: 1\nretry: 5\ndata: x\n\n", Framing(ids=1)),
        (b"<html>\n</html>\n", Framing(stray=["<html>", "</html>"])),
        (b"data: x\n\neve", Framing()),
        (b"data: \xff\xfe\n\n", Framing(invalid_utf8=2)),
        (b"data: \xf0\x9f\x8c", Framing(unterminated=True)),
    ],
)
def test_what_is_not_an_event_is_kept_for_judging(content: bytes, framing: Framing) -> None:
    """Comments, stray lines and what is cut off are told beside the events."""
    assert decode(content)[1] == framing


def test_many_small_pieces_of_one_long_line_are_read_in_time_that_grows_with_their_number() -> None:
    """A long line in many pieces is read soon."""
    decoder = Decoder()
    for _ in range(200_000):
        assert not decoder.feed(b"data: xx")
    assert len(decoder.close()) == 1


def test_data_that_is_no_json_is_no_error() -> None:
    """Data that are no JSON have no type, and nothing is raised."""
    event = decode(b"data: {\n\n")[0][0]
    assert not event.json
    assert event.type is None
    assert Event(None, json.dumps({"type": 5})).type is None
