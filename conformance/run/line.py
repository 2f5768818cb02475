"""The line to the target: sends a request, waits where it is told to, and asks again before anyone is accused."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from conformance.run.transmit import Send, Transmit
from conformance.target import Client, Unreachable
from conformance.target.client import BROKE
from conformance.target.waiting import BUSY, asked_wait
from conformance.verdict import Case, CouldNotRun
from conformance.wire.exchange import Exchange
from conformance.wire.json_values import MISSING, at

FIRST_WAIT: Final = 1.0
"""Seconds to wait where a busy target names none; each further wait is twice as long."""

PASSING: Final = ("server_error", "rate_limit_exceeded")
"""Codes of failures that may pass."""

Sleep = Callable[[float], None]


@dataclass
class Answer:
    """What came back in the end, and before it what may have been a passing fault."""

    exchange: Exchange
    unsteady: list[Exchange] = field(default_factory=list)


def failed_inside(exchange: Exchange) -> str | None:
    """What may be a passing fault within an answer that began well: a stream that broke, a failure of the server."""
    if (exchange.broken or "").startswith(BROKE):
        return "a broken answer"
    last = exchange.events[-1].json if exchange.events else exchange.json
    response = last if at(last, "object") == "response" else at(last, "response")
    error = at(response, "error") if at(response, "status") == "failed" else MISSING
    if at(last, "type") == "error":
        error = at(last, "error") if isinstance(at(last, "error"), dict) else last
    return f"a failure ({at(error, 'code')})" if at(error, "code") in PASSING else None


class Line:
    """Sends the requests of a case.

    ``max_wait`` bounds the seconds that one request waits in all for a target that is busy.
    """

    def __init__(
        self, client: Client, case: Case, transmit: Transmit, max_wait: float = 0, sleep: Sleep = time.sleep
    ) -> None:
        self._client = client
        self._case = case
        self._transmit = transmit
        self._max_wait = max_wait
        self._sleep = sleep

    def send(
        self, content: bytes, *, expected: tuple[int, ...] = (), transmit: Transmit | None = None, **how: Any
    ) -> Answer:
        """Sends a request. After a lost connection, a 5xx or a 403 the same goes out once more, on a fresh connection.

        Statuses that are ``expected`` are taken as they are. ``how`` is that of `Client.send`. Raises CouldNotRun.
        """
        through = transmit or self._transmit
        before, self._client.last_case = self._client.last_case, self._case.node
        send = functools.partial(self._client.send, content, **how)
        try:
            answer = Answer(through(self._waiting(send, expected)))
        except Unreachable:
            self._unsteady("a lost connection")
            return Answer(self._last(through, send, expected, before))
        status = answer.exchange.status
        if (what := failed_inside(answer.exchange)) is not None:
            self._unsteady(what)
            return Answer(self._last(through, send, expected, before), [answer.exchange])
        if status not in expected and status not in BUSY and (status >= 500 or status == 403):
            self._unsteady(str(status))
            return Answer(self._last(through, send, expected, before), [answer.exchange])
        return answer

    def _last(
        self, through: Transmit, send: Callable[..., Exchange], expected: tuple[int, ...], before: str
    ) -> Exchange:
        """Sends again, as if for the first time. Raises CouldNotRun."""
        try:
            return through(self._waiting(functools.partial(send, fresh=True), expected))
        except Unreachable as error:
            self._case.unreachable = True
            died = f"; the request before was of {before}" if before not in ("", self._case.node) else ""
            step = error.step or "check that the target still runs, then run again"
            raise CouldNotRun(f"{error}{died}; {step}") from error

    def _waiting(self, send: Send, expected: tuple[int, ...]) -> Send:
        """Sends until the target is no longer busy, or has been for too long."""

        def patient() -> Exchange:
            left, wait = self._max_wait, FIRST_WAIT
            while (exchange := send()).status in BUSY and exchange.status not in expected:
                asked = asked_wait(exchange, datetime.now(UTC))
                pause = wait if asked is None else asked
                if pause > left:
                    break
                self._unsteady(str(exchange.status), pause)
                self._sleep(pause)
                left, wait = left - pause, wait * 2
            return exchange

        return patient

    def _unsteady(self, what: str, waited: float = 0) -> None:
        self._case.unsteady.append(what)
        self._case.waited += waited
