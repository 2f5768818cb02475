"""The checks of what an answer says to a request that sends items back."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.checks.lib.ids import call_ids, ids
from conformance.checks.lib.memory import known_ids
from conformance.checks.lib.pairs import pair_rule
from conformance.checks.lib.rules import Finding, rule
from conformance.checks.lib.view import View
from conformance.checks.lib.weight import counts, weighs_more
from conformance.wire.json_values import show


@rule("round_trips.new_items", when=lambda view: bool(view.response) and bool(known_ids(view)))
def new_items(view: View) -> Iterator[Finding]:
    """An answer has ids of its own, and none that the request holds."""
    known = known_ids(view)
    places = [(where, value) for where, _, value in ids(view)]
    # The output of a call has the call_id of a call that may stand in the input.
    for where, value in [*places, *call_ids(view)]:
        if value in known:
            yield Finding(view.where(where), "an id that the request does not hold", show(value, 80))


@pair_rule("round_trips.image_read", when=counts)
def image_read(without: View, showing: View) -> Iterator[Finding]:
    """An image in the output of a tool weighs."""
    yield from weighs_more(without, showing)
