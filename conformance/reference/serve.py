"""Runs the reference endpoint: in a thread for tests, or until somebody stops it."""

import contextlib
import signal
import socket
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from typing import Final, NoReturn

import uvicorn
from starlette.types import ASGIApp

from conformance.reference.app import BASE_PATH

LOOPBACK: Final = "127.0.0.1"
PATIENCE: Final = 10.0


@contextlib.contextmanager
def running(app: ASGIApp) -> Iterator[str]:
    """Run the application on a free port of the loopback interface; yields its base URL.

    Raises RuntimeError if the server does not start.
    """
    listener = listen(LOOPBACK, 0)
    with in_thread(app, listener):
        yield base_url(listener)


@contextlib.contextmanager
def in_thread(app: ASGIApp, listener: socket.socket) -> Iterator[None]:
    """Run an application on a listening socket, which is closed at the end.

    Raises RuntimeError if the server does not start.
    """
    server = uvicorn.Server(_config(app))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        deadline = time.monotonic() + PATIENCE
        while not server.started:
            if not thread.is_alive() or time.monotonic() > deadline:
                raise RuntimeError("the server did not start")
            time.sleep(0.002)
        yield
    finally:
        server.should_exit = True
        thread.join(PATIENCE)
        listener.close()


def listen(host: str, port: int) -> socket.socket:
    """A listening socket. Raises OSError where there can be none."""
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    listener = socket.socket(family, kind, protocol)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(128)
    except OSError:
        listener.close()
        raise
    return listener


def base_url(listener: socket.socket) -> str:
    """The base URL of a listening socket, as a client needs it."""
    host, port = listener.getsockname()[:2]
    return f"http://{f'[{host}]' if ':' in host else host}:{port}{BASE_PATH}"


def serve(app: ASGIApp, listener: socket.socket, addresses: Iterable[str]) -> None:
    """Say each address on a line, and serve until a signal: uvicorn stops in peace and raises the signal again.

    Raises KeyboardInterrupt after SIGINT, SystemExit after SIGTERM.
    """
    signal.signal(signal.SIGTERM, _stop)
    sys.stdout.writelines(f"{address}\n" for address in addresses)
    sys.stdout.flush()
    uvicorn.Server(_config(app)).run(sockets=[listener])


def _stop(*_: object) -> NoReturn:
    raise SystemExit(0)


def _config(app: ASGIApp) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        access_log=False,
        date_header=False,
        http="h11",
        lifespan="auto",
        log_config=None,
        log_level="critical",
        loop="asyncio",
        server_header=False,
        timeout_graceful_shutdown=1,
        ws="none",
    )
