"""What an image weighs: input tokens that the same request without it does not cost."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.checks.lib.rules import Finding
from conformance.checks.lib.view import View
from conformance.wire.json_values import at, show


def counts(view: View) -> bool:
    """True where input tokens are counted at all: that none are is a finding of other rules."""
    counted = at(view.response, "usage", "input_tokens")
    return isinstance(counted, int) and counted > 0


def weighs_more(without: View, showing: View) -> Iterator[Finding]:
    """An image that is read costs input tokens: more than the same request without it."""
    before, after = (at(view.response, "usage", "input_tokens") for view in (without, showing))
    if after <= before:
        expected = f"more than {show(before)}, as without the image"
        yield Finding(showing.where("/usage/input_tokens"), expected, show(after))
