"""A small hostile server. The input of a request names what it is answered with."""

from __future__ import annotations

import contextlib
import gzip
import json
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from tests.right.exchanges import databricks_refusal, response
from tests.servers.sockets import http, read_request

Send = Callable[[bytes], None]
Answer = Callable[[Send], None]

PAINT = "\x1b[31;5mred\x1b[0m\x1b]0;title\x07\r\b\x00\x9b2J\u202e\ud800"
"""What would paint a terminal, turn its text round, or break XML; with half a character."""

JSON = b"content-type: application/json\r\n"
STREAM = b"content-type: text/event-stream\r\n"
OK = b"HTTP/1.1 200 OK\r\nconnection: close\r\n"
MEGABYTE = 2**20


def plain_answer() -> dict[str, Any]:
    """A right response to a plain request of the suite, which wants no reasoning and has room for a short answer."""
    thought_of = response()
    usage = thought_of["usage"]
    spent = usage["output_tokens_details"]["reasoning_tokens"]
    usage |= {name: usage[name] - spent for name in ("output_tokens", "total_tokens")}
    usage["output_tokens_details"] |= {"reasoning_tokens": 0}
    reasoning = thought_of["reasoning"] | {"effort": "none"}
    output = thought_of["output"][1:]
    return thought_of | {"output": output, "reasoning": reasoning, "usage": usage, "max_output_tokens": 256}


def answering(content: bytes, content_type: str = "application/json", **headers: str) -> Answer:
    """A whole answer of HTTP, whatever it holds."""
    return lambda send: send(http(200, content, content_type, **headers))


def raw(content: bytes) -> Answer:
    """These bytes, and the end of the connection."""
    return lambda send: send(content)


def endless(head: bytes, piece: bytes) -> Answer:
    """A head, and then a piece again and again until nobody listens."""

    def answer(send: Send) -> None:
        send(head)
        while True:
            send(piece)

    return answer


def stalling(content: bytes) -> Answer:
    """These bytes, and then nothing."""

    def answer(send: Send) -> None:
        send(content)
        time.sleep(30)

    return answer


def dribbling(content: bytes) -> Answer:
    """These bytes one at a time, slowly."""

    def answer(send: Send) -> None:
        for byte in content:
            send(bytes([byte]))
            time.sleep(0.05)

    return answer


def resetting(send: Send) -> None:
    """Half an answer, and the connection is reset."""
    send(OK + JSON + b"content-length: 99\r\n\r\n{")
    connection = send.__self__  # type: ignore[attr-defined]
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def right(**members: Any) -> bytes:
    """The body of a right answer, some members replaced. Half characters stay escaped."""
    return json.dumps(plain_answer() | members).encode()


def painted() -> dict[str, Any]:
    """A response object that is painted wherever a string may stand."""

    def paint(value: Any, name: str = "") -> Any:
        if isinstance(value, dict):
            return {member: paint(each, member) for member, each in value.items()} | {PAINT: PAINT}
        if isinstance(value, list):
            return [paint(each, name) for each in value]
        return value + PAINT if isinstance(value, str) and name not in ("type", "object") else value

    painted: dict[str, Any] = paint(plain_answer())
    return painted


def event(name: str, data: str) -> bytes:
    """The bytes of an event, with half characters as they stand."""
    return f"event: {name}\ndata: {data}\n\n".encode("utf-8", "surrogatepass")


def stream(*events: bytes) -> bytes:
    """The bytes of a streamed answer that ends with its connection."""
    return OK + STREAM + b"\r\n" + b"".join(events)


DELTA = event(
    "response.output_text.delta",
    '{"type":"response.output_text.delta","sequence_number":0,"item_id":"msg_1","output_index":0,"content_index":0,'
    '"delta":"hello world"}',
)
CHUNKED = OK + JSON + b"transfer-encoding: chunked\r\n\r\n"
SHORT = right()
ITEM = json.loads(SHORT)["output"][-1]
TEXT = json.dumps(painted())
BOMB = gzip.compress(b" " * 200 * MEGABYTE, 9)
UNICODE_BOMB = "☃".encode() * (8 * MEGABYTE)


def with_text(text: str) -> bytes:
    """The body of an answer that says a text."""
    message = ITEM | {"content": [{"type": "output_text", "text": text, "annotations": [], "logprobs": []}]}
    return right(output=[message])


ANSWERS: dict[str, Answer] = {
    "endless_body": endless(OK + JSON + b"\r\n", b'{"a": "' + b"x" * 65536),
    "endless_blanks": endless(OK + JSON + b"\r\n", b" " * 65536),
    "endless_page": endless(OK + b"content-type: text/html\r\n\r\n", b"<p>hello</p>\n" * 1000),
    "endless_chunks": endless(CHUNKED, b"1\r\nx\r\n" * 1000),
    "endless_trailer": endless(CHUNKED + b"0\r\n", b"x: y\r\n" * 100),
    "endless_chunk_extension": endless(CHUNKED + b"1;", b"x" * 65536),
    "endless_headers": endless(OK, b"x-header: y\r\n" * 100),
    "endless_header": endless(OK + b"x-header: ", b"y" * 65536),
    "endless_reason": endless(b"HTTP/1.1 200 ", b"O" * 65536),
    "interim_flood": endless(b"", b"HTTP/1.1 103 Wait\r\nlink: x\r\n\r\n" * 100),
    "thousands_of_headers": raw(OK + JSON + b"x: y\r\n" * 50_000 + b"\r\n{}"),
    "thousand_headers": answering(SHORT, **{f"x-{number}": "y" for number in range(1000)}),
    "bomb": answering(BOMB, content_encoding="gzip"),
    "bomb_in_chunks": raw(
        CHUNKED.replace(b"chunked", b"gzip, chunked") + b"%x\r\n" % len(BOMB) + BOMB + b"\r\n0\r\n\r\n"
    ),
    "brotli": answering(b"\xce\xb2\xcf\x81", content_encoding="br"),
    "length_too_long": raw(OK + JSON + b"content-length: 90000\r\n\r\n" + SHORT),
    "length_too_short": raw(OK + JSON + b"content-length: 20\r\n\r\n" + SHORT),
    "length_negative": raw(OK + JSON + b"content-length: -1\r\n\r\n" + SHORT),
    "length_huge": raw(OK + JSON + b"content-length: " + b"9" * 5000 + b"\r\n\r\n" + SHORT),
    "lengths_that_differ": raw(OK + JSON + b"content-length: 3\r\ncontent-length: 4\r\n\r\n{}  "),
    "chunk_broken": raw(CHUNKED + b"5\r\n{\r\nzz\r\n"),
    "chunk_huge": raw(CHUNKED + b"f" * 16 + b"\r\n{"),
    "no_utf8": answering(b'{"id": "\xff\xfe\x80"}'),
    "utf16": answering(SHORT.decode().encode("utf-16")),
    "byte_order_mark": answering(b"\xef\xbb\xbf" + SHORT),
    "deep": answering(b"[" * 10_000 + b"]" * 10_000),
    "deep_objects": answering(b'{"output":' * 10_000 + b"1" + b"}" * 10_000),
    "long_number": answering(SHORT.replace(b'"total_tokens": ', b'"total_tokens": ' + b"9" * 10_000)),
    "long_float": answering(SHORT.replace(b'"total_tokens": ', b'"total_tokens": 1e' + b"9" * 10_000 + b', "x": ')),
    "no_numbers": answering(SHORT.replace(b'"total_tokens": ', b'"total_tokens": NaN, "x": -Infinity, "y": ')),
    "huge_string": answering(with_text("x" * 2 * MEGABYTE)),
    "huge_unicode": answering(json.dumps("☃").encode().join([b'{"id": ', b"}"]).replace(b"\\u2603", UNICODE_BOMB)),
    "huge_id": answering(right(id="resp_" + "x" * MEGABYTE)),
    "huge_name": answering(right(**{"x" * MEGABYTE: 1})),
    "many_values": answering(b'{"output": [' + b"[]," * 250_000 + b"[]]}"),
    "many_items": answering(right(output=[{}] * 50_000)),
    "many_messages": answering(right(output=[ITEM] * 3_000)),
    "many_names": answering(json.dumps({f"x{number}": number for number in range(100_000)}).encode()),
    "cut": raw(OK + JSON + b"content-length: %d\r\n\r\n" % len(SHORT) + SHORT[:-50]),
    "cut_without_length": raw(OK + JSON + b"\r\n" + SHORT[:-50]),
    "cut_in_the_head": raw(OK + b"content-ty"),
    "closed": lambda send: None,
    "reset": resetting,
    "stall": stalling(b""),
    "stall_in_the_head": stalling(OK + b"content-"),
    "stall_in_the_body": stalling(OK + JSON + b"\r\n{"),
    "byte_by_byte": dribbling(OK + JSON + b"\r\n" + SHORT),
    "http_0_9": raw(SHORT),
    "http_1_0": raw(b"HTTP/1.0 200 OK\r\n" + JSON + b"\r\n" + SHORT),
    "http_2": raw(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
    "http_9": raw(b"HTTP/9.9 200 OK\r\n\r\n"),
    "tls": raw(b"\x15\x03\x01\x00\x02\x02\x16"),
    "painted": answering(TEXT.encode()),
    "painted_as_it_stands": answering(json.dumps(painted(), ensure_ascii=False).encode("utf-8", "surrogatepass")),
    "painted_page": answering(PAINT.encode("utf-8", "surrogatepass") * 1000, "text/html"),
    "painted_headers": raw(
        b"HTTP/1.1 200 \x1b[31mOK\x07\r\nx-request-id: \x1b[31m\x07\xff\r\ncontent-type: a/\x1b[31m\r\n\r\n{}"
    ),
    "painted_name_of_a_header": raw(b"HTTP/1.1 200 OK\r\nx-\x1b[31m: x\r\n\r\n{}"),
    "painted_status_line": raw(b"HTTP/1.1 \x1b[31m200\x07 OK\r\n\r\n"),
    "painted_error": lambda send: send(
        http(
            400,
            json.dumps({"error": {"message": PAINT, "type": PAINT, "code": PAINT, "param": PAINT}}).encode(),
            x_request_id="\x1b[31mid\x07",
            reason="\x1b[31mno\x07",
        )
    ),
    "painted_obstacle": lambda send: send(http(429, json.dumps({"message": PAINT}).encode())),
    "half_characters": answering(with_text("\ud800\udc00\ud800 \udfff")),
    "nul": answering(with_text("\0") + b"\0"),
    "same_name_twice": answering(b"{" + b'"id": "a", ' * 10_000 + SHORT[1:]),
}
"""Answers to a request for JSON."""

STREAMS: dict[str, Answer] = {
    "stream_endless": endless(OK + STREAM + b"\r\n", DELTA * 100),
    "stream_endless_event": endless(OK + STREAM + b"\r\ndata: ", b"x" * 65536),
    "stream_endless_data": endless(OK + STREAM + b"\r\n", b"data: xy\n" * 1000),
    "stream_endless_comments": endless(OK + STREAM + b"\r\n", b":\n" * 1000),
    "stream_endless_names": endless(OK + STREAM + b"\r\n", b"event: x\n\n" * 1000),
    "stream_endless_junk": endless(OK + STREAM + b"\r\n", b"xy\r" * 1000),
    "stream_endless_no_utf8": endless(OK + STREAM + b"\r\ndata: ", b"\xff" * 65536),
    "stream_without_a_type": endless(OK + b"\r\n", DELTA * 100),
    "stream_many_values": raw(stream(*[event("x", '{"type": "x", "x": [' + "[]," * 200 + "[]]}")] * 2000)),
    "stream_many_deltas": raw(stream(*[DELTA] * 15_000)),
    "stream_huge_delta": raw(stream(DELTA.replace(b"hello", b"x" * 8 * MEGABYTE))),
    "stream_deep": raw(stream(event("x", "[" * 10_000), event("x", '{"type":' * 10_000))),
    "stream_long_number": raw(stream(DELTA.replace(b"0", b"9" * 10_000))),
    "stream_bomb": answering(BOMB, "text/event-stream", content_encoding="gzip"),
    "stream_stall": stalling(stream(DELTA)),
    "stream_cut": raw(stream(DELTA, DELTA[:60])),
    "stream_cut_chunk": raw(OK + STREAM + b"transfer-encoding: chunked\r\n\r\n%x\r\n" % (len(DELTA) + 9) + DELTA),
    "stream_byte_by_byte": dribbling(stream(DELTA * 20)),
    "stream_painted": raw(
        stream(
            event(PAINT.replace("\r", ""), TEXT),
            event("response.completed", json.dumps({"type": PAINT, "response": painted()})),
            event("response.created", json.dumps({"type": "response.created", "response": painted()})),
            (PAINT + "\n").encode("utf-8", "surrogatepass"),
        )
    ),
    "stream_painted_error": raw(stream(event("error", json.dumps({"type": "error", "message": PAINT, "code": PAINT})))),
    "stream_nul": raw(stream(b"\0" * 1000, DELTA.replace(b"hello", b"\0"))),
    "stream_half_characters": raw(
        stream(DELTA.replace(b"hello", b"\\ud800"), DELTA.replace(b"hello", b"\xed\xa0\x80"))
    ),
}
"""Answers to a request for a stream."""

HARMLESS = (
    *("http_1_0", "thousand_headers", "half_characters", "same_name_twice", "right"),
    *("huge_string", "huge_id", "huge_name"),
)
"""What is odd and no fault."""

KINDS: dict[str, Answer] = {**ANSWERS, **STREAMS, "right": answering(SHORT)}


@dataclass
class Hostile:
    """A running server, and the heads of what it was asked."""

    host: str
    scheme: str = "http"
    requests: list[bytes] = field(default_factory=list)

    @property
    def url(self) -> str:
        """A base URL with the path of the gateway."""
        return f"{self.scheme}://{self.host}/ai-gateway/mlflow/v1"


@contextlib.contextmanager
def hostile(kinds: dict[str, Answer], tls: ssl.SSLContext | None = None) -> Iterator[Hostile]:
    """Answers each request with what its input names, and other questions rightly. No input is refused as is right."""
    with socket.create_server(("127.0.0.1", 0), backlog=100) as listener:
        server = Hostile("{}:{}".format(*listener.getsockname()), "https" if tls else "http")
        threading.Thread(target=_accept, args=(listener, server, kinds, tls), daemon=True).start()
        yield server
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)


def _accept(listener: socket.socket, server: Hostile, kinds: dict[str, Answer], tls: ssl.SSLContext | None) -> None:
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        threading.Thread(target=partial(_serve, connection, server, kinds, tls), daemon=True).start()


def _serve(connection: socket.socket, server: Hostile, kinds: dict[str, Answer], tls: ssl.SSLContext | None) -> None:
    with connection, contextlib.suppress(OSError):
        connection.settimeout(30)
        if tls is not None:
            connection = tls.wrap_socket(connection, server_side=True)
        request = read_request(connection)
        if not request:
            return
        server.requests.append(request)
        kind = json.loads(request.partition(b"\r\n\r\n")[2] or b"{}").get("input")
        answer = (
            raw(http(400, json.dumps(databricks_refusal()).encode()))
            if kind is None
            else kinds.get(kind, KINDS["right"])
        )
        answer(connection.sendall)
