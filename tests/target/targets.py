"""Targets for tests of the client, and a secret that no output may show."""

from __future__ import annotations

import base64
import contextlib
import socket
import threading
import time
from collections.abc import Iterator

from conformance.target import Client, Target, Unreachable

SECRET = "TOP/S3cret@1"
IN_URL = "TOP%2FS3cret%401"
ENCODED = base64.b64encode(f"me:{SECRET}".encode()).decode()


def target(url: str) -> Target:
    """A target with a placeholder for a token."""
    return Target(url, token="the-key", contract="openai")


def end_of(client: Client) -> str | None:
    """Why an answer ends, or does not begin."""
    try:
        return client.send(b"{}").broken
    except Unreachable as error:
        return str(error).rpartition(": ")[2]


@contextlib.contextmanager
def dribbling(head: bytes, piece: bytes, seconds: float) -> Iterator[str]:
    """A server that sends a head and then a piece again and again."""

    def serve() -> None:
        connection, _ = listener.accept()
        with connection, contextlib.suppress(OSError):
            connection.recv(65536)
            connection.sendall(head)
            while True:
                connection.sendall(piece)
                time.sleep(seconds)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield "http://{}:{}/v1".format(*listener.getsockname())
        thread.join(10)


def assert_hidden(text: str) -> None:
    """Nothing of the password in any form."""
    assert [form for form in (SECRET, IN_URL, ENCODED, "S3cret") if form in text] == []
