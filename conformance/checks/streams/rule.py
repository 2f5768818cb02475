"""How a rule over a stream is registered: as a function over a `Timeline`, whose findings are counted beyond a few."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from conformance.checks.lib.explained import once
from conformance.checks.lib.rules import Finding, rule
from conformance.checks.lib.timeline import Timeline
from conformance.checks.lib.view import View

SHOWN: Final = 5
"""How many findings of one kind a stream is given before the others are only counted."""

Findings = Callable[[Timeline], Iterator[Finding]]


def stream_rule(name: str, *, when: Callable[[Timeline], object] = lambda _: True) -> Callable[[Findings], Findings]:
    """Registers a function as the check of ``streams.<name>``, judged on every stream of which ``when`` holds."""

    def register(function: Findings) -> Findings:
        @rule(f"streams.{name}", when=lambda view: is_stream(view) and bool(when(view.timeline)), of_streams=True)
        def check(view: View) -> Iterator[Finding]:
            return few(function(view.timeline))

        return function

    return register


def is_stream(view: View) -> bool:
    return view.exchange.is_stream and not view.is_error


def few(findings: Iterable[Finding]) -> Iterator[Finding]:
    """The first findings of a rule, those of one kind once; the last of them tells how many more there are."""
    kinds = once(findings)
    hidden = sum(count for _, count in kinds[SHOWN:])
    for number, (finding, count) in enumerate(kinds[:SHOWN], 1):
        more = count - 1 + (hidden if number == SHOWN else 0)
        like = f"; and {more} more like this" if more else ""
        yield dataclasses.replace(finding, received=f"{finding.received}{like}")
