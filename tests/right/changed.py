"""A right exchange, changed: the ways in which tests and planted defects make a wrong one of it."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

from conformance.wire.edit import Edit, edited
from conformance.wire.exchange import Exchange


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
