"""Sends requests and reads answers within limits. One HTTP client for a whole run."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import httpx

from conformance import __version__
from conformance.exchange import Exchange, Request
from conformance.sse import Decoder
from conformance.target.address import Target
from conformance.target.credential import DEFAULT_CREDENTIAL, FORMS


class Unreachable(Exception):
    """No answer came: one sentence that says why."""


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


class Client:
    """Sends requests to one target. Redirects are not followed, so that the credential never leaves the target.

    ``timed`` keeps the arrival of each piece, which means something only where nothing between records or replays.
    """

    def __init__(self, target: Target, limits: Limits | None = None, *, live: bool = True, timed: bool = False) -> None:
        self.target = target
        self._timed = timed
        self.limits = limits or Limits()
        self._http = httpx.Client(
            timeout=httpx.Timeout(self.limits.silence, connect=self.limits.connect),
            follow_redirects=False,
            trust_env=live,
            headers={"user-agent": f"responses-conformance/{__version__}", "accept-encoding": "identity"},
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._http.close()

    def send(
        self,
        content: bytes,
        *,
        method: str = "POST",
        path: str = "/responses",
        headers: Mapping[str, str] | None = None,
    ) -> Exchange:
        """Sends a body and reads the whole answer, as far as the limits allow.

        ``path`` is relative to the base URL. ``headers`` replace the default ones: the target's credential as a bearer
        token, and JSON as content type. Raises Unreachable if no answer began.
        """
        sent = dict(headers or self.headers())
        request = Request(method, self.target.path + path, content, sent)
        begun = time.monotonic()
        arrivals: list[tuple[float, int]] = []
        try:
            with self._http.stream(method, self.target.base_url + path, content=content, headers=sent) as response:
                received, broken = self._read(response, begun, arrivals)
        except (httpx.TransportError, httpx.InvalidURL, OSError) as error:
            raise Unreachable(f"{self.target.base_url} does not answer: {_reason(error)}") from error
        return Exchange(
            request,
            response.status_code,
            _headers(response),
            received,
            broken,
            arrivals=tuple(arrivals) if self._timed else (),
        )

    def headers(self, credential: str = DEFAULT_CREDENTIAL) -> dict[str, str]:
        """The headers of a right request, with the target's credential in one of the forms of `credential.FORMS`."""
        return {**FORMS[credential](self.target.token), "content-type": "application/json"}

    def _read(
        self, response: httpx.Response, begun: float, arrivals: list[tuple[float, int]]
    ) -> tuple[bytes, str | None]:
        """The bytes of the body, and why they end before the end, if they do. Notes when each piece arrived."""
        chunks: list[bytes] = []
        size = events = 0
        streamed = response.headers.get("content-type", "").startswith("text/event-stream")
        decoder = Decoder()
        try:
            for chunk in response.iter_raw():
                chunks.append(chunk)
                size += len(chunk)
                arrivals.append((time.monotonic() - begun, size))
                events += len(decoder.feed(chunk)) if streamed else 0
                if events > self.limits.events:
                    return b"".join(chunks), f"more than {self.limits.events} events"
                if size > self.limits.bytes:
                    return b"".join(chunks), f"more than {self.limits.bytes} bytes"
                if arrivals[-1][0] > self.limits.seconds:
                    return b"".join(chunks), f"no end after {self.limits.seconds:g} seconds"
        except httpx.TransportError as error:
            return b"".join(chunks), f"the connection broke: {_reason(error)}"
        return b"".join(chunks), None


def _headers(response: httpx.Response) -> dict[str, str]:
    return {name.lower(): value for name, value in response.headers.items()}


def _reason(error: Exception) -> str:
    if isinstance(error, httpx.ConnectTimeout):
        return "no connection within the time allowed"
    if isinstance(error, httpx.TimeoutException):
        return "silence for longer than allowed"
    return str(error) or type(error).__name__
