"""The comparison of two refusals of a wrong request: with a stream asked for, and without."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.checks.lib.pairs import pair_rule
from conformance.checks.lib.rules import Finding
from conformance.checks.lib.view import View
from conformance.wire.json_values import show


@pair_rule("wrong_requests.same_when_streamed", when=lambda view: view.is_error)
def same_refusal(plain: View, streamed: View) -> Iterator[Finding]:
    """A wrong request is refused with the same status and in the same envelope where a stream was asked for."""
    one, other = (view.exchange for view in (plain, streamed))
    if one.status != other.status:
        yield Finding("status", f"{one.status}, as without stream", str(other.status))
    members = [sorted(exchange.json) if isinstance(exchange.json, dict) else exchange.json for exchange in (one, other)]
    if members[0] != members[1]:
        yield Finding("", f"an error with the members {show(members[0])}, as without stream", show(members[1]))
