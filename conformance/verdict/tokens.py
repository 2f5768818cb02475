"""What answers cost, as they say themselves."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from conformance.wire.exchange import Exchange
from conformance.wire.json_values import at

KINDS: Final = ("input", "output")
MOST: Final = 2**53
"""A count of tokens that is larger is none."""


def tokens(exchanges: Iterable[Exchange]) -> dict[str, int]:
    """The tokens of some answers, by kind. What is no count adds nothing."""
    counted = dict.fromkeys(KINDS, 0)
    for exchange in exchanges:
        usage = _usage(exchange)
        for kind in KINDS:
            count = at(usage, f"{kind}_tokens")
            if isinstance(count, int) and not isinstance(count, bool) and 0 <= count < MOST:
                counted[kind] += count
    return counted


def _usage(exchange: Exchange) -> object:
    """The usage that an answer tells; of a stream that of its last event with a response."""
    if not exchange.is_stream:
        return at(exchange.json, "usage")
    told = (at(event.json, "response", "usage") for event in reversed(exchange.events))
    return next((usage for usage in told if isinstance(usage, dict)), None)
