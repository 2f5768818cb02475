"""Small servers for tests: raw bytes on a loopback socket, and a relay that can fail."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.client import HTTPConnection
from urllib.parse import urlsplit

Reply = Callable[[int, bytes], bytes | None]
"""From the number of a request, counted from 1, and its bytes to the bytes of the answer; None just closes."""


TLS = b"\x16\x03"
"""How a client begins that believes to talk to a server of https."""


@dataclass
class Server:
    """A running server: where it listens, and the requests that it has read, whole."""

    host: str
    requests: list[bytes] = field(default_factory=list)

    @property
    def url(self) -> str:
        """A base URL with the path of the gateway."""
        return f"http://{self.host}/ai-gateway/mlflow/v1"

    def bodies(self) -> list[dict]:
        """The JSON bodies of the requests."""
        return [json.loads(request.partition(b"\r\n\r\n")[2]) for request in self.requests]


@contextlib.contextmanager
def serving(reply: Reply) -> Iterator[Server]:
    """Answers each connection with one reply and closes it."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = Server("{}:{}".format(*listener.getsockname()))
    thread = threading.Thread(target=_accept, args=(listener, server, reply), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)


def _accept(listener: socket.socket, server: Server, reply: Reply) -> None:
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        with connection, contextlib.suppress(OSError):
            connection.settimeout(5)
            request = read_request(connection)
            if not request:
                continue
            server.requests.append(request)
            answer = reply(len(server.requests), request)
            if answer is not None:
                connection.sendall(answer)


def read_request(connection: socket.socket) -> bytes:
    """The bytes of a whole request; nothing of one that is not to be read."""
    received = b""
    while b"\r\n\r\n" not in received:
        if not (piece := connection.recv(65536)):
            return received
        received += piece
        if received.startswith(TLS):
            return b""
    head, _, body = received.partition(b"\r\n\r\n")
    lines = head.decode("latin-1").lower().split("\r\n")
    length = next((int(line.partition(":")[2]) for line in lines if line.startswith("content-length:")), 0)
    while len(body) < length and (piece := connection.recv(65536)):
        body += piece
    return head + b"\r\n\r\n" + body


def http(
    status: int,
    body: bytes = b"",
    content_type: str | None = "application/json",
    *,
    reason: str = "Said",
    **headers: str,
) -> bytes:
    """The bytes of an HTTP answer. In the names of headers an underscore stands for a hyphen."""
    lines = [f"HTTP/1.1 {status} {reason}", f"content-length: {len(body)}", "connection: close"]
    lines += [f"content-type: {content_type}"] if content_type is not None else []
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def always(answer: bytes | None) -> Reply:
    """The same answer to every request."""
    return lambda number, request: answer


def relay(endpoint: str, failing: Callable[[int], bool], failure: bytes | None = None) -> Reply:
    """Hands requests on to an endpoint; where ``failing`` says so, gives ``failure`` instead (None: closes)."""

    target = urlsplit(endpoint)

    def reply(number: int, request: bytes) -> bytes | None:
        if failing(number):
            return failure
        head, _, body = request.partition(b"\r\n\r\n")
        lines = (line.partition(": ") for line in head.decode("latin-1").split("\r\n")[1:])
        sent = {name: value for name, _, value in lines if name.lower() in ("authorization", "content-type")}
        # Not by httpx, which records and replays in the process of the tests too.
        connection = HTTPConnection(target.netloc, timeout=30)
        with contextlib.closing(connection):
            connection.request("POST", f"{target.path}/responses", body, sent)
            answer = connection.getresponse()
            content = answer.read()
        passed = ("x-request-id", "x-conformance-target")
        kept = {name.replace("-", "_"): answer.headers[name] for name in passed if name in answer.headers}
        return http(answer.status, content, answer.headers["content-type"], reason=answer.reason, **kept)

    return reply
