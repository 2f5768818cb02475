"""Checks of how a stream is delivered: as it is made, and with or without obfuscation."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.checks.lib.delivery import in_one_burst, is_compressed, is_timed
from conformance.checks.lib.rules import Finding, rule
from conformance.checks.lib.view import View


@rule("streams.incremental", when=lambda view: is_timed(view) and not is_compressed(view))
def incremental(view: View) -> Iterator[Finding]:
    """A stream comes as it is made."""
    yield from in_one_burst(view)


@rule("streams.obfuscation", when=lambda view: view.asked("stream_options", "include_obfuscation") is False)
def obfuscation(view: View) -> Iterator[Finding]:
    """Whether obfuscation that was declined is left out."""
    obfuscated = sum("obfuscation" in event.json for event in view.exchange.events if isinstance(event.json, dict))
    if obfuscated:
        yield Finding("", "no event with obfuscation", f"{obfuscated} of {len(view.exchange.events)} events with it")
