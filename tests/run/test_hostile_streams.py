"""Streams that are too much: each ends in a clear verdict, within the limits of the client and in bounded memory."""

import socket
import subprocess
import sys
import time
from collections.abc import Callable
from threading import Thread

import pytest

from conformance.checks import judge
from conformance.contract import load
from conformance.target import Client, Limits, Target
from tests import ROOT
from tests.tools.memory import most_memory

HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n"
EVENT = (
    b'event: response.output_text.delta\ndata: {"type":"response.output_text.delta","sequence_number":0,'
    b'"item_id":"msg_1","output_index":0,"content_index":0,"delta":"hello world"}\n\n'
)
MEMORY = 300 * 2**20
Send = Callable[[bytes], None]


def many_events(send: Send) -> None:
    for _ in range(2000):
        send(EVENT * 100)


def many_bytes(send: Send) -> None:
    send(b"data: ")
    for _ in range(50):
        send(b"x" * 2**20)
    send(b"\n\n")


def stall(send: Send) -> None:
    send(EVENT)
    time.sleep(30)


def cut_in_a_character(send: Send) -> None:
    send(EVENT + b'event: response.output_text.delta\ndata: {"delta":"\xc3')


KINDS = {kind.__name__: kind for kind in (many_events, many_bytes, stall, cut_in_a_character)}
ENDS = {
    "many_events": "more than 20000 events",
    "many_bytes": "more than 33554432 bytes",
    "stall": "silence for longer than allowed",
    "cut_in_a_character": "",
}


def judged(kind: str) -> str:
    """What the terminal rule says of a stream of some kind, as a target sends it."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        Thread(target=answer, args=(listener, KINDS[kind]), daemon=True).start()
        target = Target("http://{}:{}/v1".format(*listener.getsockname()), token="t")
        with Client(target, Limits(silence=1.0)) as client:
            exchange = client.send(b'{"model":"system.ai.gpt-5-4","input":"hi","stream":true}')
        found = {result.requirement: result.finding for result in judge(exchange, load()) if result.finding}
    return found["streams.terminal"].received


def answer(listener: socket.socket, kind: Callable[[Send], None]) -> None:
    connection, _ = listener.accept()
    with connection:
        connection.recv(65536)
        try:
            connection.sendall(HEAD)
            kind(connection.sendall)
        except OSError:
            # The client has seen enough.
            return


@pytest.mark.parametrize("kind", KINDS)
def test_a_stream_that_is_too_much_ends_in_a_verdict(kind: str) -> None:
    """The stream is cut off where a limit is reached, the rule on its end says which, and memory is bounded."""
    run = subprocess.run([sys.executable, "-m", __name__, kind], capture_output=True, text=True, timeout=90, cwd=ROOT)
    assert run.returncode == 0, run.stderr
    said, _, memory = run.stdout.rpartition("\n")
    assert ENDS[kind] in said
    assert int(memory) < MEMORY


if __name__ == "__main__":
    sys.stdout.write(f"{judged(sys.argv[1])}\n{most_memory()}")
