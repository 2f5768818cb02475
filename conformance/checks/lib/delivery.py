"""How a stream came: whether it is known when, and whether it came in one burst."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from conformance.checks.lib.rules import Finding
from conformance.checks.lib.view import View

ENOUGH_EVENTS: Final = 50
"""Shorter streams are made faster than their delivery can be measured."""

FASTEST: Final = 10_000
"""Events a second that no model makes: those that come faster were made before the first of them was sent."""


def is_timed(view: View) -> bool:
    """True for a stream of which it is known when its pieces came, and which is long enough to tell."""
    return len(view.exchange.arrivals) > 0 and len(view.exchange.events) >= ENOUGH_EVENTS


def is_compressed(view: View) -> bool:
    """True for an answer that came compressed, as only a request that asked for it gets one."""
    return view.exchange.headers.get("content-encoding", "identity") not in ("identity", "")


def in_one_burst(view: View) -> Iterator[Finding]:
    """Not all events come in one burst after a silence. How long a model thinks before it writes is no matter.

    What comes first is response.created, which is there before there is any output. So a stream is held back where
    that event and all others come faster than they can have been made, and nothing came while they were.
    """
    first_event = (view.exchange.content or b"").replace(b"\r\n", b"\n").find(b"\n\n")
    first = next((seconds for seconds, size in view.exchange.arrivals if size > first_event), 0.0)
    events, took = len(view.exchange.events), view.exchange.arrivals[-1][0] - first
    least = events / FASTEST
    if took < least <= first:
        received = f"{events} events within {took:.3f} s, after {first:.1f} s without any"
        yield Finding("", "events as they are made, response.created before the others", received)
