"""Checks of two exchanges together: what one answer says has to fit what another says."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from conformance.checks.lib.rules import Finding
from conformance.checks.lib.view import View
from conformance.wire.json_values import MISSING, at, same, show

Comparison = Callable[[View, View], Iterator[Finding]]


@dataclass(frozen=True, slots=True)
class PairRule:
    """How two exchanges are judged together: ``when`` says of each of them whether it can be."""

    when: Callable[[View], bool]
    findings: Comparison


PAIRS: dict[str, PairRule] = {}
"""Every comparison, by the id of the requirement that it judges."""

OWN: Final = (
    *("id", "created_at", "completed_at", "status", "error", "incomplete_details"),
    *("output", "usage", "model", "service_tier", "billing", "tool_usage"),
)
"""Members of a response object that belong to the one answer, so that two need not agree on them."""


def _is_answered(view: View) -> bool:
    return bool(view.response)


def pair_rule(requirement: str, when: Callable[[View], bool] = _is_answered) -> Callable[[Comparison], Comparison]:
    """Registers a function as the comparison of a requirement; it is given the earlier exchange first.

    By default it compares two answers that carry a response object.
    """

    def register(function: Comparison) -> Comparison:
        if requirement in PAIRS:
            raise ValueError(f"{requirement} has two comparisons")
        PAIRS[requirement] = PairRule(when, function)
        return function

    return register


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


@pair_rule("wrong_requests.same_when_streamed", when=lambda view: view.is_error)
def same_refusal(plain: View, streamed: View) -> Iterator[Finding]:
    """A wrong request is refused with the same status and in the same envelope where a stream was asked for."""
    one, other = (view.exchange for view in (plain, streamed))
    if one.status != other.status:
        yield Finding("status", f"{one.status}, as without stream", str(other.status))
    members = [sorted(exchange.json) if isinstance(exchange.json, dict) else exchange.json for exchange in (one, other)]
    if members[0] != members[1]:
        yield Finding("", f"an error with the members {show(members[0])}, as without stream", show(members[1]))
