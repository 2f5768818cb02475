"""A small proxy on loopback, and a server that puts TLS before another one."""

from __future__ import annotations

import contextlib
import select
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.servers.sockets import TLS

SELF_SIGNED = Path(__file__).with_name("self_signed.pem")
EXPIRED = Path(__file__).with_name("expired.pem")
Address = tuple[str, int]


@dataclass
class SmallProxy:
    """A running proxy: where it listens, and the heads of the requests that it has read."""

    place: str
    heads: list[bytes] = field(default_factory=list)


@contextlib.contextmanager
def proxying(target: str, answer: bytes | None = None, pem: Path | None = None) -> Iterator[SmallProxy]:
    """A proxy that leads to a target (host:port), whatever host it is asked for, or gives one answer to everything.

    With ``pem`` it is spoken to over TLS.
    """
    proxy = SmallProxy("")

    def serve(connection: socket.socket) -> None:
        head = b""
        while b"\r\n\r\n" not in head and not head.startswith(TLS):
            if not (piece := connection.recv(65536)):
                return
            head += piece
        proxy.heads.append(head)
        if answer is not None:
            connection.sendall(answer)
            return
        with socket.create_connection(_address(target), 10) as onward:
            if head.startswith(b"CONNECT "):
                connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            else:
                method, url, rest = head.split(b" ", 2)
                onward.sendall(b" ".join((method, b"/" + url.split(b"/", 3)[3], rest)))
            _pump(connection, onward)

    with _listening(serve, pem) as place:
        proxy.place = place
        yield proxy


@contextlib.contextmanager
def with_tls(target: str, pem: Path) -> Iterator[str]:
    """A server (host:port) that speaks TLS and hands everything on to a target (host:port) that does not."""

    def serve(connection: socket.socket) -> None:
        with socket.create_connection(_address(target), 10) as onward:
            _pump(connection, onward)

    with _listening(serve, pem) as place:
        yield place


@contextlib.contextmanager
def _listening(serve: Callable[[socket.socket], None], pem: Path | None) -> Iterator[str]:
    context = None
    if pem is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(pem)

    def one(connection: socket.socket) -> None:
        with contextlib.suppress(OSError):
            connection.settimeout(10)
            secure = context.wrap_socket(connection, server_side=True) if context else connection
            with secure:
                serve(secure)
        connection.close()

    def accept() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=one, args=(connection,), daemon=True).start()

    listener = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield "{}:{}".format(*listener.getsockname())
    finally:
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)


def _address(place: str) -> Address:
    host, _, port = place.rpartition(":")
    return host, int(port)


def _pump(one: socket.socket, other: socket.socket) -> None:
    """Hands bytes on in both directions until one side ends."""
    while True:
        waiting = [each for each in (one, other) if isinstance(each, ssl.SSLSocket) and each.pending()]
        for source in waiting or select.select([one, other], [], [], 10)[0]:
            if not (piece := source.recv(65536)):
                return
            (other if source is one else one).sendall(piece)
