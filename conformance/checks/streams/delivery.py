"""Checks of how a stream is delivered: as it is made, and with or without obfuscation."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from conformance.checks.lib.rules import Finding, rule
from conformance.checks.lib.view import View

ENOUGH_EVENTS: Final = 50
"""Shorter streams are made faster than their delivery can be measured."""

LATEST_FIRST: Final = 0.95
"""The share of the whole time by which the first event has to be there. A stream that was held back comes at once."""


def _is_timed(view: View) -> bool:
    return len(view.exchange.arrivals) > 0 and len(view.exchange.events) >= ENOUGH_EVENTS


@rule("streams.incremental", when=_is_timed)
def incremental(view: View) -> Iterator[Finding]:
    """The first event arrives before the last one is made. Both times are of the same answer."""
    first_event = (view.exchange.content or b"").replace(b"\r\n", b"\n").find(b"\n\n")
    first = next((seconds for seconds, size in view.exchange.arrivals if size > first_event), 0.0)
    last = view.exchange.arrivals[-1][0]
    if first > last * LATEST_FIRST:
        received = f"it came after {first / last:.0%} of the time"
        yield Finding("", "the first event before the last one is made", received)


@rule("streams.obfuscation", when=lambda view: view.asked("stream_options", "include_obfuscation") is False)
def obfuscation(view: View) -> Iterator[Finding]:
    """Whether obfuscation that was declined is left out."""
    obfuscated = sum("obfuscation" in event.json for event in view.exchange.events if isinstance(event.json, dict))
    if obfuscated:
        yield Finding("", "no event with obfuscation", f"{obfuscated} of {len(view.exchange.events)} events with it")
