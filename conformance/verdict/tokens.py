"""What answers cost, as they say themselves."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from conformance.wire.exchange import Exchange
from conformance.wire.json_values import at

KINDS: Final = ("input", "output")
MOST: Final = 2**53
"""A count of tokens that is larger is none."""

LARGEST: Final = 8 * 2**20
"""Bytes of an answer beyond which it is not read for its tokens: what is hostile need not be read once more."""


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
    if exchange.broken or len(exchange.content or b"") > LARGEST:
        return None
    if not exchange.is_stream:
        return at(exchange.json, "usage")
    told = (at(event.json, "response", "usage") for event in reversed(exchange.events))
    return next((usage for usage in told if isinstance(usage, dict)), None)
