"""Sends requests and reads answers within limits. One HTTP client for a whole run."""

from __future__ import annotations

import time
from collections.abc import Mapping
from types import TracebackType
from typing import Final, Self

import httpx

from conformance import __version__
from conformance.target.address import Target
from conformance.target.budget import Budget, Exceeded, Limits, bounded
from conformance.target.credential import DEFAULT_CREDENTIAL, FORMS, query
from conformance.target.network import Network
from conformance.target.proxies import Proxy
from conformance.target.unreachable import reason
from conformance.wire.exchange import Exchange, Request
from conformance.wire.sse import Decoder

LINES_PER_EVENT: Final = 10
"""Lines of a stream for each event that it may have. An event takes three."""

MARKS: Final = 1_000_000
"""Commas and opening brackets that an answer may have, which bound the values in it. Answers come nowhere near."""

MAX_ARRIVALS: Final = 20_000
"""Pieces whose arrival is kept; where there are more, every second one."""


BROKE: Final = "the connection broke"
"""How the reason begins why an answer ended before its end, where no limit of the suite ended it."""


class Client:
    """Sends requests to one target. Redirects are not followed, so that the credential never leaves the target.

    ``last_case`` names the case that sent last. ``timed`` keeps the arrival of each piece, which means something only
    where an answer comes from the network. ``compressed`` lets requests ask for compressed answers, which a recording
    does not. Raises Unreachable if the machine's proxies or certificates cannot be used.
    """

    def __init__(
        self,
        target: Target,
        limits: Limits | None = None,
        *,
        live: bool = True,
        timed: bool = False,
        compressed: bool = False,
    ) -> None:
        self.target = target
        self.last_case = ""
        self._timed = timed
        self._compressed = compressed
        self.limits = limits or Limits()
        self._budget = Budget(self.limits)
        self._network = Network.of(target.base_url) if live else Network.blocked(target.base_url)
        self._http = self._connected()

    def _connected(self) -> httpx.Client:
        """A client without a connection yet."""
        http = self._network.client(
            httpx.Timeout(self.limits.silence, connect=self.limits.connect),
            {"user-agent": f"responses-conformance/{__version__}", "accept-encoding": "identity"},
        )
        return bounded(http, self._budget)

    @property
    def forwarding(self) -> Proxy | None:
        """The proxy that can answer in the target's place, if there is one."""
        return self._network.forwarding

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
        credential: str = DEFAULT_CREDENTIAL,
        content_type: str | None = "application/json",
        fresh: bool = False,
        headers: Mapping[str, str] | None = None,
    ) -> Exchange:
        """Sends a body and reads the whole answer, as far as the limits allow. ``fresh`` opens a connection for it.

        ``path`` is relative to the base URL. ``credential`` is one of the forms of `credential.FORMS`. ``headers`` are
        those that a client sends of its own accord. Raises Unreachable if no answer began.
        """
        token, more = self.target.current()
        sent = self.sendable(headers or {}) | self._headers(credential, content_type, token, more)
        route, _, asked = path.partition("?")
        asked = "&".join(filter(None, (asked, query(credential, token))))
        url = f"{self.target.base_url}{route}{'?' if asked else ''}{asked}"
        if fresh:
            self._http.close()
            self._http = self._connected()
        self._budget.begin()
        progress = self._network.progress()
        # A replay and a direct connection have nothing to tell.
        extensions = {"trace": progress} if self._network.proxy else {}
        try:
            with self._http.stream(method, url, content=content, headers=sent, extensions=extensions) as response:
                if response.status_code == 407 and self._network.forwarding:
                    raise self._network.refused(407)
                answer, broken = self._read(response, decoded="accept-encoding" in sent)
        except (httpx.TransportError, httpx.InvalidURL, UnicodeError, OSError, Exceeded) as error:
            raise self._network.unreachable(error, progress) from error
        return Exchange(
            Request(method, self.target.path + route, content, sent, asked),
            response.status_code,
            _headers(response),
            bytes(answer.content),
            broken,
            arrivals=tuple(answer.arrivals) if self._timed else (),
            reason=response.reason_phrase,
        )

    def sendable(self, headers: Mapping[str, str]) -> dict[str, str]:
        """The headers of a client that can be sent here: a recording asks for no compression."""
        return {name: value for name, value in headers.items() if self._compressed or name != "accept-encoding"}

    def _headers(
        self, credential: str, content_type: str | None, token: str, more: Mapping[str, str]
    ) -> dict[str, str]:
        """The headers of a request. ``more`` goes with each, but with no wrong credential where it is the right one."""
        typed = {} if content_type is None else {"content-type": content_type}
        if not token:
            return {**(more if credential == DEFAULT_CREDENTIAL else FORMS[credential](token)), **typed}
        return {**FORMS[credential](token), **more, **typed}

    def _read(self, response: httpx.Response, *, decoded: bool) -> tuple[_Answer, str | None]:
        """The body, and why it ends before its end, if it does. It is ``decoded`` where compression was asked for."""
        answer = _Answer(self.limits, is_json=response.headers.get("content-type", "").startswith("application/json"))
        try:
            for chunk in response.iter_bytes() if decoded else response.iter_raw():
                answer.add(chunk, time.monotonic() - self._budget.begun)
        except Exceeded as error:
            return answer, str(error)
        except httpx.DecodingError as error:
            return answer, f"the compressed body cannot be read: {error}"
        except httpx.TransportError as error:
            return answer, f"{BROKE}: {reason(error)}"
        return answer, None


class _Answer:
    """The body of an answer as it comes, and when each piece of it came."""

    def __init__(self, limits: Limits, *, is_json: bool) -> None:
        self.content = bytearray()
        self.arrivals: list[tuple[float, int]] = []
        self._limits = limits
        self._decoder = None if is_json else Decoder()
        self._events = self._lines = self._marks = 0

    def add(self, chunk: bytes, seconds: float) -> None:
        """Takes a piece of the body. Raises Exceeded where it holds more than reading it may cost."""
        self.content += chunk
        if len(self.content) > self._limits.bytes:
            raise Exceeded(f"more than {self._limits.bytes} bytes")
        if len(self.arrivals) > MAX_ARRIVALS:
            del self.arrivals[1::2]
        self.arrivals.append((seconds, len(self.content)))
        self._marks += sum(map(chunk.count, (b",", b"[", b"{")))
        if self._marks > MARKS:
            raise Exceeded(f"more than {MARKS} values")
        if self._decoder is not None:
            self._add_lines(self._decoder, chunk)

    def _add_lines(self, decoder: Decoder, chunk: bytes) -> None:
        self._lines += chunk.count(b"\n") + chunk.count(b"\r")
        if self._lines > LINES_PER_EVENT * self._limits.events:
            raise Exceeded(f"more than {LINES_PER_EVENT * self._limits.events} lines")
        self._events += len(decoder.feed(chunk))
        if self._events > self._limits.events:
            raise Exceeded(f"more than {self._limits.events} events")


def _headers(response: httpx.Response) -> dict[str, str]:
    return {name.lower(): value for name, value in response.headers.items()}
