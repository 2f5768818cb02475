"""One request before a live run, so that a target that cannot be tested is told once, not by every test."""

from __future__ import annotations

import json
from typing import Final

from conformance.target.client import Client
from conformance.target.environment import obstacle
from conformance.target.proxies import Proxy
from conformance.wire.exchange import Exchange
from conformance.wire.json_values import Unreadable, show

PLAIN: Final = "Answer with one word: ready?"

BY_PROXIES: Final = (403, 502, 503, 504)
"""What a proxy answers that does not reach a target, or must not."""


def probe(client: Client, model: str) -> tuple[Exchange, str | None]:
    """Sends a request without an input, which costs no tokens, and tells what stands in the way of a run.

    The second value is one sentence with the next step, or None if the run can begin. A credential that is refused is
    tried twice, since a good one was seen to be refused now and then. That there is no API is said only where a right
    request is answered by none either. Raises Unreachable.
    """
    name = client.target.model_name(model)
    content = json.dumps({"model": name}).encode()
    exchange = client.send(content)
    if exchange.status in (401, 403):
        exchange = client.send(content)
    elif exchange.status != 429 and _no_api(exchange, client.target.base_url, name):
        right = {"model": name, "input": PLAIN, "max_output_tokens": 64}
        exchange = client.send(json.dumps(right).encode())
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
