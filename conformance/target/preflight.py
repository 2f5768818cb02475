"""One request before a live run, so that a target that cannot be tested is told once, not by every test."""

from __future__ import annotations

import json
from typing import Final

from conformance.target.client import Client
from conformance.target.environment import obstacle
from conformance.target.proxies import Proxy
from conformance.target.unreachable import Unreachable
from conformance.target.waiting import BUSY
from conformance.wire.exchange import Exchange
from conformance.wire.json_values import Unreadable, show

PLAIN: Final = "Answer with one word: ready?"

BY_PROXIES: Final = (403, 502, 503, 504)
"""What a proxy answers that does not reach a target, or must not."""


def probe(client: Client, model: str) -> tuple[Exchange, str | None]:
    """Sends a request without an input, which costs no tokens, and tells what stands in the way of a run.

    The second value is one sentence with the next step, or None if the run can begin. What may be said of the wrong
    request only, and a good credential was seen to be refused now and then, is believed of a right one. Raises
    Unreachable.
    """
    name = client.target.model_name(model)
    try:
        exchange = client.send(json.dumps({"model": name}).encode())
        is_believed = exchange.status not in (401, 403, *BUSY) and not _no_api(exchange, client.target.base_url, name)
    except Unreachable:
        is_believed = False
    if not is_believed:
        right = {"model": name, "input": PLAIN, "max_output_tokens": 64}
        exchange = client.send(json.dumps(right).encode(), fresh=True)
    if exchange.broken:
        return exchange, f"the answer of {client.target.base_url} ended before its end ({exchange.broken}): try again"
    if client.forwarding and exchange.status in BY_PROXIES and isinstance(exchange.json, Unreadable):
        return exchange, _of_a_proxy(exchange, client.forwarding)
    found = obstacle(exchange)
    if found is not None:
        return exchange, found.sentence if found.whole_run else None
    return exchange, _no_api(exchange, client.target.base_url, name)


def _of_a_proxy(exchange: Exchange, proxy: Proxy) -> str:
    """A sentence for an answer that is no JSON, and came by way of a proxy that can answer by itself."""
    step = "check the base URL, or name its host in NO_PROXY if it can be reached without"
    return f"{proxy} answers {exchange.status} without JSON, it seems in place of the target: {step}"


def _no_api(exchange: Exchange, base_url: str, model: str) -> str | None:
    """A sentence for an answer that no Responses API gives: a redirect, a page, a route that does not exist."""
    about_model = model in show(exchange.json, 10_000)
    redirected = 300 <= exchange.status < 400
    no_route = exchange.status in (404, 405) and not about_model
    page = exchange.status < 500 and isinstance(exchange.json, Unreadable)
    if not (redirected or no_route or page):
        return None
    told = "a redirect" if redirected else show(exchange.json)
    return f"there is no Responses API at {base_url} ({exchange.status}: {told}): check the path of the base URL"
