"""Which answers are the environment's and not the endpoint's fault: told in one sentence with the next step. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final

from conformance.target.obstacles import OBSTACLES, Holds, Obstacle
from conformance.wire.exchange import Exchange
from conformance.wire.json_values import at, printable, shorten, show

QUOTED: Final = 403
"""The status that is the environment's whatever it says: no promise has it. Where no row fits, it is quoted."""

LOOKED_AT: Final = 4096
"""Bytes of an answer in which a row's pattern is looked for."""


def _is_about_model(exchange: Exchange) -> bool:
    """True if the answer names the model that was asked for."""
    model = at(exchange.request.json, "model")
    return isinstance(model, str) and bool(model) and model in show(exchange.json, LOOKED_AT)


HOLDS: Final[Mapping[Holds, Callable[[Exchange], bool]]] = {
    Holds.ALWAYS: lambda _: True,
    Holds.MODEL_NAMED: _is_about_model,
    Holds.NO_CONTENT_TYPE: lambda exchange: "content-type" not in exchange.headers,
    Holds.IMAGE_BY_URL: lambda exchange: (
        re.search(rb'"image_url":\s*"http', exchange.request.content or b"") is not None
    ),
    Holds.DENIED: lambda exchange: at(exchange.json, "databricks_service_policy", "action") == "deny",
}


def obstacle(exchange: Exchange) -> Obstacle | None:
    """What kept the environment from letting the endpoint answer, or None. The first row that fits counts.

    Any other 5xx is not decided here: whether it is the endpoint's fault shows in the answer to a plain request.
    """
    rows = [row for row in OBSTACLES if row.status == exchange.status and HOLDS[row.holds](exchange)]
    if not rows and exchange.status != QUOTED:
        return None
    body = b"" if exchange.content is None else exchange.content[:LOOKED_AT]
    text = body.decode("utf-8", "replace") or show(exchange.json, LOOKED_AT)
    for row in rows:
        if re.search(row.body, text, re.IGNORECASE):
            return row
    return _quoted(text) if exchange.status == QUOTED else None


def _quoted(text: str) -> Obstacle:
    """A row for what is in none: what was said, and no guess at what it means."""
    said = shorten(printable(" ".join(text.split())), 200)
    why = f"the target refuses the request (403) for a reason that is not known here, and says: {said}"
    return Obstacle("quoted", QUOTED, why, "ask the administrator of the target what it means")
