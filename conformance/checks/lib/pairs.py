"""Checks of two exchanges together: what one answer says has to fit what another says."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from conformance.checks.lib.rules import Finding
from conformance.checks.lib.view import View

Comparison = Callable[[View, View], Iterator[Finding]]


@dataclass(frozen=True, slots=True)
class PairRule:
    """How two exchanges are judged together: ``when`` says of each of them whether it can be."""

    when: Callable[[View], bool]
    findings: Comparison


PAIRS: dict[str, PairRule] = {}
"""Every comparison, by the id of the requirement that it judges."""


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
