"""One request before a live run, so that a target that cannot be tested is told once, not by every test."""

from __future__ import annotations

import json

from conformance.environment import obstacle
from conformance.exchange import Exchange
from conformance.target.client import Client


def probe(client: Client, model: str) -> tuple[Exchange, str | None]:
    """Sends a request without an input, which costs no tokens, and tells what stands in the way of a run.

    The second value is one sentence with the next step, or None if the run can begin. A credential that is refused is
    tried twice, since a good one was seen to be refused now and then. Raises Unreachable.
    """
    content = json.dumps({"model": client.target.model_name(model)}).encode()
    exchange = client.send(content)
    if exchange.status in (401, 403):
        exchange = client.send(content)
    return exchange, obstacle(exchange)
