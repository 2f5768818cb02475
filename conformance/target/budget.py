"""What an answer may cost, and a network that keeps to it, whatever part of HTTP the cost is spent on.

An HTTP client bounds each wait, not their sum, and an answer can begin with any number of interim ones.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import httpcore
import httpx


class Exceeded(Exception):
    """An answer that costs more than it may: the limit that it reached, in a few words."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What an answer may cost: seconds to connect, seconds of silence; seconds, bytes and events in all.

    No answer that the suite asks for comes near them.
    """

    connect: float = 10.0
    silence: float = 180.0
    seconds: float = 600.0
    bytes: int = 32 * 1024 * 1024
    events: int = 20_000


class Budget:
    """What is left of the seconds and bytes for the answer that is being waited for."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self.begin()

    def begin(self) -> None:
        """A request is about to be sent."""
        self.begun = time.monotonic()
        self._received = 0

    def patience(self, timeout: float | None) -> float:
        """For how long to wait now, where HTTP would wait for ``timeout``. Raises Exceeded."""
        left = self.begun + self._limits.seconds - time.monotonic()
        if left <= 0:
            raise Exceeded(f"no end after {self._limits.seconds:g} seconds")
        return left if timeout is None else min(timeout, left)

    def received(self, size: int) -> None:
        """So many bytes have come. Raises Exceeded."""
        self._received += size
        if self._received > self._limits.bytes:
            raise Exceeded(f"more than {self._limits.bytes} bytes")


def bounded(client: httpx.Client, budget: Budget) -> httpx.Client:
    """The client, its connections bounded by a budget. httpx has no public way to the network below it."""
    for transport in (client._transport, *client._mounts.values()):  # noqa: SLF001
        if isinstance(transport, httpx.HTTPTransport):
            pool = transport._pool  # noqa: SLF001
            pool._network_backend = _Network(pool._network_backend, budget)  # noqa: SLF001
    return client


class _Network(httpcore.NetworkBackend):
    def __init__(self, network: httpcore.NetworkBackend, budget: Budget) -> None:
        self._network = network
        self._budget = budget

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        patience = self._budget.patience(timeout)
        return _Stream(self._network.connect_tcp(host, port, patience, local_address, socket_options), self._budget)


class _Stream(httpcore.NetworkStream):
    def __init__(self, stream: httpcore.NetworkStream, budget: Budget) -> None:
        self._stream = stream
        self._budget = budget

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        patience = self._budget.patience(timeout)
        try:
            received = self._stream.read(max_bytes, patience)
        except httpcore.ReadTimeout:
            self._budget.patience(timeout)  # which limit it was
            raise
        self._budget.received(len(received))
        return received

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._budget.patience(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        patience = self._budget.patience(timeout)
        return _Stream(self._stream.start_tls(ssl_context, server_hostname, patience), self._budget)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
