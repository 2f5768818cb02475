"""Checks of what HTTP says around a body: status, charset, byte order mark, date."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from typing import Final

from conformance.checks.lib.rules import Finding, rule
from conformance.checks.lib.stated_outcome import message
from conformance.checks.lib.view import View
from conformance.wire.json_values import at, number, show

TEXTS: Final = ("application/json", "text/event-stream")
"""Media types whose texts are UTF-8 by their own standards."""

CHARSET: Final = re.compile(r';\s*charset\s*=\s*"?([^\s;"]*)', re.IGNORECASE)

MARKS: Final = {"UTF-8": codecs.BOM_UTF8, "UTF-16 LE": codecs.BOM_UTF16_LE, "UTF-16 BE": codecs.BOM_UTF16_BE}

SKEW: Final = 300
"""Seconds by which the clocks of a gateway and of the service behind it may differ."""

HOUR: Final = 3600
"""Seconds that an answer may take, after which its headers are written."""

READABLE: Final = (10**9, 4 * 10**9)
"""What can be a time in seconds. Anything else breaks another requirement."""


@rule("http.success", when=lambda view: view.promises_response and not view.is_error)
def success(view: View) -> Iterator[Finding]:
    """A success is told by 200, and by no other status."""
    if view.exchange.status != 200:
        instead = "a response object" if view.is_answered else "no response object"
        yield Finding("status", "200", f"{view.exchange.status} with {instead}")


def _is_judged_for_error(view: View) -> bool:
    return view.promises_response and not view.is_error and isinstance(view.exchange.json, dict)


@rule("http.error_status", when=_is_judged_for_error)
def error_status(view: View) -> Iterator[Finding]:
    """What is an error by its body is one by its status."""
    if view.is_hidden_error:
        received = f"{view.exchange.status} with the error {message(view)}"
        yield Finding("status", "400 or more, as the body is an error", received)


def _charset(view: View) -> str:
    """The charset that the content type of a text names, empty where it names none."""
    found = CHARSET.search(view.exchange.headers.get("content-type", ""))
    return found[1].lower() if found and view.exchange.media_type in TEXTS else ""


@rule("http.charset", when=lambda view: bool(_charset(view)))
def charset(view: View) -> Iterator[Finding]:
    """JSON and streams are UTF-8."""
    if _charset(view) not in ("utf-8", "utf8"):
        yield Finding("header content-type", "no charset, or utf-8", show(_charset(view), 40))


def _is_json(view: View) -> bool:
    return bool(view.exchange.content) and view.exchange.media_type == "application/json"


@rule("http.byte_order_mark", when=_is_json)
def byte_order_mark(view: View) -> Iterator[Finding]:
    """Nothing stands before JSON. Of a stream, where the standard lets it pass, it is a stray line."""
    content = view.exchange.content or b""
    for name, mark in MARKS.items():
        if content.startswith(mark):
            yield Finding("", "no byte order mark at the beginning", f"that of {name}")


def _date(view: View) -> float | None:
    """The time in the header Date in seconds since 1970, None where there is none that can be read."""
    try:
        return parsedate_to_datetime(view.exchange.headers.get("date", "")).timestamp()
    except (ValueError, OverflowError):
        return None


def _created(view: View) -> float | None:
    """When the response was created by its own account, None where that is no time in seconds."""
    created = number(at(view.response, "created_at"))
    return created if created is not None and READABLE[0] <= created <= READABLE[1] else None


def _is_new(view: View) -> bool:
    # What runs in the background, or by a stored prompt that asks for that, is waited for elsewhere.
    in_background = view.asked("background") is True or view.response.get("background") is True
    return view.is_create and bool(view.response) and not in_background


@rule(
    "http.date",
    when=lambda view: _is_new(view) and bool(view.exchange.headers.get("date")) and None not in _times(view),
)
def date(view: View) -> Iterator[Finding]:
    """A response that was just asked for was created just now, by the clock of the server itself."""
    created, now = _times(view)
    if created is not None and now is not None and not now - HOUR - SKEW <= created <= now + SKEW:
        way = "after" if created > now else "before"
        expected = f"a time in the hour before {now:.0f}, the header Date"
        received = f"{show(view.response['created_at'])}, {abs(created - now):.0f} seconds {way} it"
        yield Finding(view.where("/created_at"), expected, received)


def _times(view: View) -> tuple[float | None, float | None]:
    """When the response was created, and when it was sent."""
    return _created(view), _date(view)
