"""What an answer holds that nobody has described yet. Nothing is wrong with it; it is worth a line in a report."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from conformance.checks.lib.view import View
from conformance.contract import Contract
from conformance.wire.exchange import Exchange
from conformance.wire.json_values import printable, shorten
from conformance.wire.schema import load, unknown_members

MAX_UNKNOWN: Final = 50
"""Places of one answer that are named. An answer can be made of nothing else."""


def unknown(exchange: Exchange, contract: Contract) -> list[str]:
    """Members, tags of unions and types of events that the schemas say nothing about.

    Each is named once: a member by its pointer in the response object, with a star for each index.
    """
    return list(dict.fromkeys(_found(View.of(exchange, contract))))[:MAX_UNKNOWN]


def _found(view: View) -> Iterator[str]:
    for pointer in unknown_members("response", view.response) if view.response else ():
        steps = ("*" if step.isdigit() else step for step in pointer.split("/"))
        yield shorten("/".join(steps), 200)
    known = load("events")["discriminator"]["mapping"]
    for event in view.exchange.events:
        if isinstance(event.type, str) and event.type not in known:
            yield f"event {shorten(printable(event.type), 100)}"
