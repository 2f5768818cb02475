"""Captured exchanges: what is read, and how each way in which a file can be wrong is told."""

from __future__ import annotations

import io
import json
import lzma
from typing import TYPE_CHECKING, Any

import pytest

from conformance.captured import exchanges as capture
from conformance.captured.exchanges import Captured, CaptureError, read_captures
from conformance.wire.json_values import MISSING

if TYPE_CHECKING:
    from pathlib import Path


def line(**members: Any) -> dict[str, Any]:
    exchange: dict[str, Any] = {
        "id": "one",
        "request": {"method": "POST", "path": "/v1/responses", "query": "", "body": {"input": "Hi"}},
        "response": {"status": 200, "headers": {"Content-Type": "application/json"}, "json": {"object": "response"}},
        "tags": {"operation": "create"},
    }
    return exchange | members


def text(*lines: dict[str, Any]) -> bytes:
    return b"".join(json.dumps(each).encode() + b"\n" for each in lines)


def read(content: bytes) -> list[Captured]:
    return list(read_captures(io.BytesIO(content)))


def test_an_exchange_is_read() -> None:
    """A line gives the exchange with its id and tags, the request and the answer."""
    one = read(text(line()))[0]
    assert one.id == "one"
    assert one.tags == {"operation": "create"}
    assert one.exchange.request.json == {"input": "Hi"}
    assert one.exchange.media_type == "application/json"
    assert one.exchange.json == {"object": "response"}
    assert not one.exchange.is_stream


def test_a_stream_is_read_with_its_names_and_with_data_that_is_no_json() -> None:
    """The events of a stream keep their names, and data that is no JSON stays as it is."""
    events = [{"event": "response.created", "data": {"type": "response.created"}}, {"event": None, "data": "[DONE]"}]
    one = read(text(line(response={"status": 200, "headers": {}, "events": events})))[0]
    assert one.exchange.is_stream
    assert [event.name for event in one.exchange.events] == ["response.created", None]
    assert [event.data for event in one.exchange.events][1] == "[DONE]"
    assert one.exchange.events[0].type == "response.created"
    assert one.exchange.names_kept


def test_names_that_a_capture_dropped_are_not_taken_for_missing() -> None:
    """An exchange whose capture dropped the names says so."""
    tags = {"container": "fixture (body only; SSE event: names not kept)"}
    one = read(text(line(tags=tags, response={"status": 200, "events": [{"event": None, "data": {}}]})))[0]
    assert not one.exchange.names_kept


def test_a_body_that_was_not_kept_is_missing_and_not_null() -> None:
    """A request without its body has no JSON value, not even null."""
    one = read(text(line(request={"method": "GET", "path": "/v1/responses/resp_1", "body": None})))[0]
    assert one.exchange.request.json is MISSING


@pytest.mark.parametrize(
    ("body", "status"),
    [({"object": "response", "error": None}, 200), ({"error": {"message": "No."}}, 400), ([], 200)],
)
def test_a_status_that_was_not_kept_follows_from_the_body(body: Any, status: int) -> None:
    """Without a status an error counts as 400 and any other body as 200."""
    one = read(text(line(response={"status": None, "json": body})))[0]
    assert one.exchange.status == status


def test_compressed_files_are_known_by_their_first_bytes(tmp_path: Path) -> None:
    """A packed file is read whatever its name is."""
    file = tmp_path / "capture.txt"
    file.write_bytes(lzma.compress(text(line(id="a"), line(id="b"))))
    assert [one.id for one in read_captures(file)] == ["a", "b"]


def test_blank_lines_and_a_last_line_without_its_end_are_read() -> None:
    """Neither blank lines nor a missing end of the last one lose an exchange."""
    assert [one.id for one in read(b"\n" + text(line()) + b"\r\n" + text(line(id="b")).rstrip())] == ["one", "b"]


def test_lines_are_read_one_at_a_time() -> None:
    """The first exchange of an endless file is there at once."""

    class Endless(io.RawIOBase):
        def readable(self) -> bool:
            return True

        def readinto(self, buffer: Any) -> int:
            content = text(line())[: len(buffer)]
            buffer[: len(content)] = content
            return len(content)

    assert next(read_captures(io.BufferedReader(Endless(), 512))).id == "one"


BAD = {
    "not UTF-8": (b'{"id": "\xff"}\n', "not UTF-8"),
    "not JSON": (b"id: one\n", "no JSON"),
    "an array of a number": (b"[1]\n", "exchange 1: expected an object"),
    "a number": (b"1\n", "request: expected an object"),
    "null": (b"null\n", "request: expected an object"),
    "half a line": (text(line())[:40], "half a line"),
    "no request": (text({"id": "x", "response": {}}), "request: expected an object, received nothing"),
    "no id": (text({k: v for k, v in line().items() if k != "id"}), "id: expected a string"),
    "no method": (text(line(request={"path": "/"})), "method: expected a string"),
    "a status as text": (text(line(response={"status": "200", "json": {}})), "status: expected a number"),
    "neither json nor events": (text(line(response={"status": 200})), "expected json or events"),
    "events without data": (text(line(response={"status": 200, "events": [{"event": "x"}]})), "event and data"),
    "events that are none": (text(line(response={"status": 200, "events": 1})), "events: expected an array"),
    "tags that are none": (text(line(tags=[])), "tags: expected an object"),
    "deep nesting": (b'{"id": ' + b"[" * 10_000 + b"]" * 10_000 + b"}\n", "nested deeper"),
    "a long number": (b'{"id": ' + b"9" * 10_000 + b"}\n", "cannot be read"),
    "NaN": (b'{"id": NaN}\n', "NaN is not a JSON value"),
    "half an archive": (lzma.compress(text(line()) * 1000)[:-200], "cannot be decompressed"),
    "a damaged archive": (lzma.compress(text(line()))[:20] + b"\0" * 200, "cannot be decompressed"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_cannot_be_read_is_said_with_its_line(name: str) -> None:
    """A broken line is told with its number and the reason."""
    content, why = BAD[name]
    with pytest.raises(CaptureError, match=why) as error:
        read(content)
    assert error.value.line >= 1


def test_the_line_that_is_wrong_is_counted_and_those_before_it_are_read() -> None:
    """Exchanges before a broken line are read, and blank lines count."""
    captures = read_captures(io.BytesIO(text(line()) + b"\n" + text(line(id="b")) + b"{\n"))
    assert [next(captures).id, next(captures).id] == ["one", "b"]
    with pytest.raises(CaptureError, match="line 4") as error:
        next(captures)
    assert error.value.line == 4


def test_a_line_beyond_the_limit_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A line that is too long is told and not held in memory."""
    monkeypatch.setattr(capture, "MAX_LINE", 1000)
    with pytest.raises(CaptureError, match="longer than 1000 bytes"):
        read(text(line(id="x" * 2000)))


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    """A missing file is told without a line."""
    with pytest.raises(CaptureError, match="cannot be read") as error:
        list(read_captures(tmp_path / "none.jsonl"))
    assert error.value.line == 0
