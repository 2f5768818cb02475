"""Comparisons of a streamed answer with one to the same request that is not streamed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from conformance.checks.lib.pairs import pair_rule
from conformance.checks.lib.rules import Finding
from conformance.checks.lib.view import View
from conformance.wire.json_values import MISSING, at, same, show

OWN: Final = (
    *("id", "created_at", "completed_at", "status", "error", "incomplete_details"),
    *("output", "usage", "model", "service_tier", "billing", "tool_usage"),
)
"""Members of a response object that belong to the one answer, so that two need not agree on them."""


@pair_rule("streams.same_settings")
def same_settings(plain: View, streamed: View) -> Iterator[Finding]:
    """A streamed answer says the same of its settings as one that is not streamed."""
    for name in plain.response:
        if name in OWN:
            continue
        one, other = plain.response[name], at(streamed.response, name)
        if not same(one, other):
            yield Finding(streamed.where(f"/{name}"), f"{show(one)}, as without stream", show(other))


@pair_rule("streams.same_items")
def same_items(plain: View, streamed: View) -> Iterator[Finding]:
    """A streamed answer is made of items of the same types; whether a model reasons is its mood."""
    if not all(isinstance(at(view.response, "output"), list) for view in (plain, streamed)):
        return
    types = [{item.get("type", MISSING) for _, item in view.items} - {"reasoning"} for view in (plain, streamed)]
    if types[0] != types[1]:
        expected = f"items of the types {show(sorted(map(str, types[0])))}, as without stream"
        yield Finding(streamed.where("/output"), expected, show(sorted(map(str, types[1]))))
