"""A right exchange, changed: the ways in which tests and planted defects make a wrong one of it."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

from conformance.wire.edit import Edit, edited
from conformance.wire.exchange import Exchange
from conformance.wire.sse import Event


def with_body(exchange: Exchange, body: Any) -> Exchange:
    """The exchange with another body of the answer."""
    return dataclasses.replace(exchange, content=None, captured_json=body)


def with_sent(exchange: Exchange, sent: Any) -> Exchange:
    """The exchange with another body of the request."""
    return dataclasses.replace(
        exchange, request=dataclasses.replace(exchange.request, content=json.dumps(sent).encode())
    )


def sent_of(exchange: Exchange) -> dict[str, Any]:
    """What was sent, as far as it is an object."""
    return exchange.request.json if isinstance(exchange.request.json, dict) else {}


def changed(exchange: Exchange, *edits: Edit) -> Exchange:
    """The exchange with an answer that some edits change."""
    return with_body(exchange, edited(exchange.json, edits))


def asked(exchange: Exchange, *edits: Edit) -> Exchange:
    """The exchange with a request that some edits change."""
    return with_sent(exchange, edited(sent_of(exchange), edits))


def asking(exchange: Exchange, **members: Any) -> Exchange:
    """The exchange with some members of its request replaced."""
    return with_sent(exchange, sent_of(exchange) | members)


def streamed(exchange: Exchange) -> Exchange:
    """The same response object at the end of a stream."""
    events = []
    for number, kind in enumerate(("created", "in_progress", "completed")):
        data = {"type": f"response.{kind}", "sequence_number": number, "response": exchange.json}
        events.append(Event(f"response.{kind}", json.dumps(data)))
    return dataclasses.replace(exchange, captured_json=None, captured_events=tuple(events), headers={})
