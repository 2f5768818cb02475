"""The reference endpoint's streams: the rules of genuine ones, the same content as without client, real delivery."""

import itertools
import json
import logging
import re
import socket
from dataclasses import replace
from typing import Any

import httpx
import openai
import pytest

from conformance.reference.app import create_app
from conformance.reference.reply import Frame, Reply
from conformance.reference.serve import running
from conformance.wire.schema import violations
from conformance.wire.sse import decode

MODEL = "system.ai.gpt-5-4"
BEARER = {"authorization": "Bearer some-token"}
FUNCTION = {
    "type": "function",
    "name": "forecast",
    "parameters": {"type": "object", "properties": {"day": {"type": "string"}}},
}
FORM = {"type": "json_schema", "name": "it", "schema": {"type": "object", "properties": {"größe": {"enum": ["groß"]}}}}
Event = dict[str, Any]

BODIES: dict[str, dict[str, Any]] = {
    "text": {},
    "long": {"text": {"verbosity": "high"}},
    "summary": {"reasoning": {"effort": "high", "summary": "auto"}, "include": ["reasoning.encrypted_content"]},
    "logprobs": {"include": ["message.output_text.logprobs"], "top_logprobs": 2},
    "json": {"text": {"format": FORM}},
    "call": {"tools": [FUNCTION], "tool_choice": "required"},
    "bare_call": {"tools": [{"type": "function", "name": "bare"}], "tool_choice": "required"},
    "two_calls": {"tools": [FUNCTION, {"type": "function", "name": "bare"}], "tool_choice": "required"},
    "cut": {"max_output_tokens": 16, "text": {"verbosity": "high"}},
    "only_reasoning": {"max_output_tokens": 16, "reasoning": {"effort": "xhigh"}},
}


def stream(client: httpx.Client, **body: Any) -> list[Event]:
    """The events of a stream, after its framing was looked at."""
    sent = {"model": MODEL, "input": "Wie groß ist die Erde? 地球", "stream": True, **body}
    reply = client.post("/responses", json=sent)
    assert reply.status_code == 200, reply.text
    assert reply.headers["content-type"] == "text/event-stream; charset=utf-8"
    decoded, framing = decode(reply.content)
    assert (framing.comments, framing.ids, framing.invalid_utf8, framing.unterminated) == (0, 0, 0, False)
    assert all(event.name == event.type for event in decoded)
    return [event.json for event in decoded]


def keeps_every_rule(events: list[Event]) -> None:
    """Assert what holds of each genuine stream without exception."""
    for event in events:
        assert list(violations(f"events#/$defs/{event['type']}", event)) == []
    assert [event["sequence_number"] for event in events] == list(range(len(events)))
    created, in_progress, *told, last = events
    assert (created["type"], in_progress["type"]) == ("response.created", "response.in_progress")
    final = last["response"]
    assert last["type"] == f"response.{final['status']}"
    assert {event["type"] for event in told}.isdisjoint({"response.created", "response.in_progress", last["type"]})
    for event in (created, in_progress):
        begun = event["response"]
        assert (begun["output"], begun["usage"], begun["status"]) == ([], None, "in_progress")
        own = {"output", "usage", "status", "completed_at", "incomplete_details", "service_tier"}
        assert {k: v for k, v in begun.items() if k not in own} == {k: v for k, v in final.items() if k not in own}
    assert list(violations("response", final)) == []
    items = [list(group) for _, group in itertools.groupby(told, key=lambda event: event["output_index"])]
    assert [events[0]["output_index"] for events in items] == list(range(len(final["output"])))
    for within, item in zip(items, final["output"], strict=True):
        tells_an_item(within, item)


def tells_an_item(events: list[Event], item: Event) -> None:
    added, *inside, done = events
    assert (added["type"], done["type"]) == ("response.output_item.added", "response.output_item.done")
    assert (added["item"]["id"], added["item"]["type"]) == (item["id"], item["type"])
    assert done["item"] == item
    assert all(event["item_id"] == item["id"] for event in inside)
    if item["type"] == "function_call":
        *deltas, arguments = inside
        assert deltas
        assert {event["type"] for event in deltas} == {"response.function_call_arguments.delta"}
        assert arguments["arguments"] == "".join(event["delta"] for event in deltas) == item["arguments"]
        return
    name, index, parts = ("content_part", "content_index", item.get("content"))
    if item["type"] == "reasoning":
        name, index, parts = ("reasoning_summary_part", "summary_index", item["summary"])
    told = [list(group) for _, group in itertools.groupby(inside, key=lambda event: event[index])]
    for number, (within, part) in enumerate(zip(told, parts or [], strict=True)):
        begin, *deltas, text, end = within
        assert (begin["type"], end["type"]) == (f"response.{name}.added", f"response.{name}.done")
        assert (begin[index], begin["part"]["text"], end["part"]) == (number, "", part)
        assert all(event["type"].endswith("_text.delta") for event in deltas)
        assert text["text"] == "".join(event["delta"] for event in deltas) == part["text"]
        if "logprobs" in part:
            assert text["logprobs"] == [entry for event in deltas for entry in event["logprobs"]] == part["logprobs"]


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_streams_keep_every_rule(client: httpx.Client, body: dict[str, Any]) -> None:
    """A stream keeps the schema, the order and the numbers of its events, whatever it holds."""
    keeps_every_rule(stream(client, **body))


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_a_stream_says_the_same_as_the_json(client: httpx.Client, body: dict[str, Any]) -> None:
    """The response at the end is what comes without a stream, ids aside."""
    plain = client.post("/responses", json={"model": MODEL, "input": "Wie groß ist die Erde? 地球", **body}).json()
    assert without_ids(stream(client, **body)[-1]["response"]) == without_ids(plain)


def without_ids(response: Event) -> Event:
    marks = {"id", "call_id", "encrypted_content"}
    output = [{key: value for key, value in item.items() if key not in marks} for item in response["output"]]
    return {k: v for k, v in response.items() if k not in {"id", "created_at", "completed_at"}} | {"output": output}


def test_a_text_comes_in_several_deltas(client: httpx.Client) -> None:
    """A text is told in pieces, none of them empty."""
    deltas = [event for event in stream(client) if event["type"] == "response.output_text.delta"]
    assert len(deltas) > 5
    assert all(event["delta"] for event in deltas)


def test_obfuscation_can_be_left_out(client: httpx.Client) -> None:
    """Pieces are obfuscated unless that is turned off."""

    def obfuscated(**options: Any) -> set[bool]:
        events = stream(client, **BODIES["summary"], **options)
        return {"obfuscation" in event for event in events if "delta" in event}

    assert obfuscated() == {True}
    assert obfuscated(stream_options={"include_obfuscation": True}) == {True}
    assert obfuscated(stream_options={"include_obfuscation": False}) == {False}


def test_equal_requests_have_equal_streams(client: httpx.Client) -> None:
    """The stream depends on the body alone."""
    body = {"model": MODEL, "input": "hi", "stream": True}
    here = client.post("/responses", json=body)
    with running(create_app(token="other", chunk_bytes=100)) as url:
        there = httpx.post(f"{url}/responses", json=body, headers={"authorization": "Bearer other"})
    assert here.content == there.content
    assert here.headers["x-request-id"] == there.headers["x-request-id"]
    assert here.headers["x-conformance-target"].startswith("reference endpoint/")


def test_stream_false_and_null_are_no_stream(client: httpx.Client) -> None:
    """False and null ask for no stream."""
    for value in (False, None):
        reply = client.post("/responses", json={"model": MODEL, "input": "hi", "stream": value})
        assert reply.headers["content-type"] == "application/json"


@pytest.mark.parametrize(
    "body",
    [
        pytest.param({"model": "unknown"}, id="unknown_model"),
        pytest.param({"store": True}, id="unsupported"),
        pytest.param({"temperature": 3}, id="out_of_range"),
        pytest.param({"text": {"format": FORM | {"schema": {"not": {}}}}}, id="impossible_schema"),
    ],
)
def test_errors_before_a_stream_are_the_same_as_without(client: httpx.Client, body: dict[str, Any]) -> None:
    """A request that is refused is refused alike when it asks for a stream."""
    plain, streamed = (
        client.post("/responses", json={"model": MODEL, "input": "hi", "stream": value, **body})
        for value in (False, True)
    )
    assert 400 <= plain.status_code < 500
    assert (plain.status_code, plain.headers["content-type"]) == (
        streamed.status_code,
        streamed.headers["content-type"],
    )
    assert plain.json() == streamed.json()


def test_a_change_can_break_any_part_of_a_stream() -> None:
    """A change can spoil names, data, frames and headers."""

    def spoil(reply: Reply) -> Reply:
        first, second, *_ = reply.frames or ()
        frames = (replace(first, name=None), replace(second, data={"type": 7}), Frame("x", b"[DONE]"))
        return replace(reply, frames=frames, headers={**reply.headers, "content-type": "text/plain"})

    with running(create_app(reply_edit=spoil)) as url:
        reply = httpx.post(f"{url}/responses", json={"model": MODEL, "input": "hi", "stream": True}, headers=BEARER)
    assert reply.headers["content-type"] == "text/plain"
    assert re.fullmatch(
        rb'data: \{"type":"response.created",.*\}\n\nevent: response.in_progress\ndata: \{"type":7\}\n\n'
        rb"event: x\ndata: \[DONE\]\n\n",
        reply.content,
    )


# --- delivery --------------------------------------------------------------------------------------------------------


def pieces_on_the_wire(url: str, body: dict[str, Any]) -> list[bytes]:
    """The pieces of the body of an answer as the server cut them, read from its chunked encoding."""
    target = httpx.URL(f"{url}/responses")
    content = json.dumps(body).encode()
    head = (
        f"POST {target.path} HTTP/1.1\r\nhost: {target.host}\r\nauthorization: Bearer x\r\nconnection: close\r\n"
        f"content-type: application/json\r\ncontent-length: {len(content)}\r\n\r\n"
    )
    with socket.create_connection((target.host, target.port or 80)) as connection:
        connection.sendall(head.encode() + content)
        received = b"".join(iter(lambda: connection.recv(65536), b""))
    rest = received.partition(b"\r\n\r\n")[2]
    pieces = []
    while length := int((match := re.match(rb"([0-9a-fA-F]+)\r\n", rest))[1], 16):  # type: ignore[index]
        pieces.append(rest[match.end() : match.end() + length])  # type: ignore[union-attr]
        rest = rest[match.end() + length + 2 :]  # type: ignore[union-attr]
    return pieces


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_chunk_bytes_cuts_the_stream_and_changes_nothing_else(client: httpx.Client, size: int) -> None:
    """Pieces have the size that was asked for, and add up to the same bytes."""
    body = {"model": MODEL, "input": "地球", "stream": True}
    with running(create_app(chunk_bytes=size)) as url:
        pieces = pieces_on_the_wire(url, body)
    assert {len(piece) for piece in pieces[:-1]} == {size}
    assert 0 < len(pieces[-1]) <= size
    assert b"".join(pieces) == client.post("/responses", json=body).content


def test_each_event_is_sent_on_its_own(client: httpx.Client) -> None:
    """A piece on the wire is one event."""
    body = {"model": MODEL, "input": "hi", "stream": True}
    pieces = pieces_on_the_wire(str(client.base_url).rstrip("/"), body)
    assert len(pieces) > 10
    assert all(piece.endswith(b"\n\n") and piece.count(b"\n\n") == 1 for piece in pieces)


def test_the_first_event_arrives_long_before_the_last() -> None:
    """A stream is delivered while it is made."""
    body = {"model": MODEL, "input": "hi", "stream": True}
    with (
        running(create_app(delay=0.01)) as url,
        httpx.Client(headers=BEARER, timeout=60) as client,
        client.stream("POST", f"{url}/responses", json=body) as reply,
    ):
        first, *_, last = reply.iter_raw()
    assert b"response.created" in first
    assert b"response.completed" not in first
    assert b"response.completed" in last


def test_a_client_that_leaves_disturbs_nobody(
    caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    """A client that goes away leaves no trace, and the next one is answered."""
    caplog.set_level(logging.INFO)
    body = {"model": MODEL, "input": "hi", "stream": True, **BODIES["summary"]}
    for delay in (0.0, 0.005):
        with running(create_app(delay=delay)) as url, httpx.Client(base_url=url, headers=BEARER, timeout=60) as client:
            for _ in range(5):
                with client.stream("POST", "/responses", json=body) as reply:
                    next(reply.iter_raw())
            assert client.post("/responses", json={"model": MODEL, "input": "hi"}).status_code == 200
    assert [record for record in caplog.records if not record.name.startswith("http")] == []
    assert capfd.readouterr().err == ""


def test_a_server_can_stop_in_the_middle_of_a_stream() -> None:
    """A server that is stopped ends while a stream is running."""
    with httpx.Client(headers=BEARER, timeout=60) as client:
        with running(create_app(delay=0.5)) as url:
            request = client.build_request(
                "POST", f"{url}/responses", json={"model": MODEL, "input": "hi", "stream": True}
            )
            reply = client.send(request, stream=True)
            assert reply.status_code == 200
        reply.close()


def test_openai_client(client: httpx.Client) -> None:
    """The official library understands streams and errors."""
    asked = {"effort": "low", "summary": "detailed"}
    with openai.OpenAI(base_url=str(client.base_url), api_key="any", max_retries=0) as library:
        with library.responses.stream(model=MODEL, input="hi", reasoning=asked) as told:
            kinds = {event.type for event in told}
            response = told.get_final_response()
        assert "response.reasoning_summary_text.delta" in kinds
        assert "reference endpoint" in response.output_text
        with pytest.raises(openai.BadRequestError):
            library.responses.create(model=MODEL, input="hi", stream=True, store=True)
