"""The check of the usage of a response: its numbers add up."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.checks.lib.rules import Finding, rule
from conformance.checks.lib.view import View
from conformance.wire.json_values import at, number, show


@rule("usage.total", when=lambda view: isinstance(at(view.response, "usage"), dict))
def total(view: View) -> Iterator[Finding]:
    """The total is the sum of input and output tokens."""
    usage = view.response["usage"]
    parts = [usage.get(name) for name in ("input_tokens", "output_tokens", "total_tokens")]
    if any(number(part) is None for part in parts):
        yield Finding(view.where("/usage"), "numbers of input, output and total tokens", show(usage))
    elif parts[2] != parts[0] + parts[1]:
        yield Finding(
            view.where("/usage/total_tokens"), f"{parts[0]} + {parts[1]} = {parts[0] + parts[1]}", show(parts[2])
        )
