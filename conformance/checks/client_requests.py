"""Checks of what becomes of a request that is written as clients write it; that it is answered is stated by a test."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.checks.lib.delivery import in_one_burst, is_compressed, is_timed
from conformance.checks.lib.rules import Finding, rule
from conformance.checks.lib.view import View


@rule("client_requests.compressed_stream", when=lambda view: is_timed(view) and is_compressed(view))
def compressed_stream(view: View) -> Iterator[Finding]:
    """A stream that comes compressed still comes as it is made: what compresses it may hold it back."""
    yield from in_one_burst(view)
