"""The check of images as input: that they are read."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.checks.lib.pairs import pair_rule
from conformance.checks.lib.rules import Finding
from conformance.checks.lib.view import View
from conformance.checks.lib.weight import counts, weighs_more


@pair_rule("image_input.read", when=counts)
def read(without: View, showing: View) -> Iterator[Finding]:
    """An image in a message weighs."""
    yield from weighs_more(without, showing)
