"""Defects in what HTTP says around a right body."""

from __future__ import annotations

import dataclasses
import json
from email.utils import formatdate

from conformance.checks.lib.timeline import TERMINAL
from conformance.wire.exchange import Exchange
from conformance.wire.json_values import at
from conformance.wire.sse import Event
from tests.defects.lib.answers import Copies, is_answer, is_error, of_exchanges
from tests.defects.lib.streams import wire

MARK = "\ufeff".encode()
DAY = 86_400


def _headed(exchange: Exchange, **headers: str) -> Exchange:
    """The exchange with other headers; those of a capture that kept none are made first."""
    kind = "text/event-stream" if exchange.is_stream else "application/json"
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return dataclasses.replace(exchange, headers={"content-type": kind, **exchange.headers, **named})


def _is_success(exchange: Exchange) -> bool:
    return is_answer(exchange) or (exchange.is_stream and exchange.status == 200)


@of_exchanges("http.success")
def _other_status_of_success(exchange: Exchange) -> Copies:
    for status in (201, 202, 203, 206, 301, 302, 307) if _is_success(exchange) else ():
        yield str(status), dataclasses.replace(exchange, status=status)


@of_exchanges("http.success")
def _no_content(exchange: Exchange) -> Copies:
    for status in (204, 205, 304) if is_answer(exchange) else ():
        yield str(status), dataclasses.replace(exchange, status=status, captured_json=None, content=b"")


@of_exchanges("http.charset")
def _other_charset(exchange: Exchange) -> Copies:
    if not (_is_success(exchange) or is_error(exchange)):
        return
    kind = "text/event-stream" if exchange.is_stream else "application/json"
    for charset in ("iso-8859-1", "us-ascii", '"windows-1252"', "UTF-16"):
        yield charset, _headed(exchange, content_type=f"{kind}; charset={charset}")


@of_exchanges("response.content_type", "errors.content_type", "errors.gateway_content_type")
def _other_content_type(exchange: Exchange) -> Copies:
    if _is_success(exchange) or (is_error(exchange) and exchange.request.method == "POST"):
        for kind in ("text/plain", "application/octet-stream", "text/html; charset=utf-8"):
            yield kind, _headed(exchange, content_type=kind)


@of_exchanges("http.byte_order_mark", "streams.stray_lines")
def _byte_order_mark(exchange: Exchange) -> Copies:
    if is_answer(exchange) or is_error(exchange):
        content = MARK + json.dumps(exchange.json).encode()
        yield "", dataclasses.replace(_headed(exchange), content=content)
    elif _is_success(exchange) and exchange.names_kept:
        content = MARK + b"".join(wire(event.name, event.data).encode() for event in exchange.events)
        copy = _headed(exchange)
        yield "stream", dataclasses.replace(copy, content=content, captured_events=None)


@of_exchanges("http.date")
def _sent_at_another_time(exchange: Exchange) -> Copies:
    created = at(exchange.json, "created_at")
    is_new = exchange.request.method == "POST" and exchange.request.path.endswith("/responses")
    in_background = at(exchange.json, "background") is True or at(exchange.request.json, "background") is True
    if is_answer(exchange) and is_new and not in_background and isinstance(created, int):
        for label, moved in (("days later", 2 * DAY), ("hours later", 3 * 3600), ("before", -DAY)):
            yield label, _headed(exchange, date=formatdate(created + moved, usegmt=True))


@of_exchanges("streams.done_early")
def _done_before_the_end(exchange: Exchange) -> Copies:
    events = [*exchange.events]
    if exchange.is_stream and events and events[-1].type in TERMINAL:
        for place in {1, len(events) // 2, len(events) - 1} - {0, len(events)}:
            copy = (*events[:place], Event(None, "[DONE]"), *events[place:])
            yield str(place), dataclasses.replace(exchange, content=None, captured_events=copy)
