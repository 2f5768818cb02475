"""How long a target asks to be left alone, in each form in which it says so. Pure."""

from __future__ import annotations

import email.utils
import math
from datetime import datetime
from typing import Final

from conformance.wire.exchange import Exchange
from conformance.wire.json_values import at

BUSY: Final = (429, 503, 529)
"""Statuses of a target that has too much to do: none of them says anything of the request."""


def asked_wait(exchange: Exchange, now: datetime) -> float | None:
    """The seconds that an answer asks to wait, None where it names none that can be read.

    Read are ``retry-after-ms``, ``retry-after`` in seconds (whole or not) and as a date, and the member ``retry_after``
    of an error, which Databricks documents. ``now`` is aware of its time zone.
    """
    headers = exchange.headers
    milliseconds = _number(headers.get("retry-after-ms"))
    if milliseconds is not None:
        return milliseconds / 1000
    after = headers.get("retry-after")
    if (seconds := _number(after)) is not None:
        return seconds
    if after is not None and (date := _date(after)) is not None:
        return max(0.0, (date - now).total_seconds())
    for path in (("error", "retry_after"), ("retry_after",)):
        if (seconds := _number(at(exchange.json, *path))) is not None:
            return seconds
    return None


def _number(value: object) -> float | None:
    """A number of seconds, from text or JSON; None for what is none, or is below 0."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if 0 <= number < math.inf else None


def _date(text: str) -> datetime | None:
    try:
        date = email.utils.parsedate_to_datetime(text)
    except (TypeError, ValueError, OverflowError):
        return None
    return date if date.tzinfo is not None else None
