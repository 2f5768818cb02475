"""Checks of an exchange against those before it: what one answer says has to fit what the others said."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from conformance.checks.lib.memory import Memory
from conformance.checks.lib.rules import Finding, Result
from conformance.checks.lib.view import View
from conformance.contract import Contract
from conformance.wire.exchange import Exchange

Linked = Callable[[View, Memory], Iterator[Finding]]


@dataclass(frozen=True, slots=True)
class LinkRule:
    """How an exchange is judged by a memory: ``when`` says whether there is something to hold it against."""

    when: Callable[[View, Memory], bool]
    findings: Linked


LINKS: dict[str, LinkRule] = {}
"""Every check of an exchange against earlier ones, by the id of the requirement that it judges."""


def link_rule(requirement: str, *, when: Callable[[View, Memory], bool]) -> Callable[[Linked], Linked]:
    """Registers a function as the check of a requirement against earlier exchanges."""

    def register(function: Linked) -> Linked:
        if requirement in LINKS:
            raise ValueError(f"{requirement} has two checks")
        LINKS[requirement] = LinkRule(when, function)
        return function

    return register


def judge_links(
    exchange: Exchange,
    contract: Contract,
    memory: Memory,
    *,
    name: str,
    model: str | None = None,
) -> list[Result]:
    """Judges an exchange by all that was kept of those before it, and then remembers it under a name."""
    view = View.of(exchange, contract)
    results: list[Result] = []
    levels = contract.levels(model)
    for requirement in filter(LINKS.__contains__, levels):
        rule, level = LINKS[requirement], levels[requirement]
        if level is not None and rule.when(view, memory):
            findings: list[Finding | None] = [*rule.findings(view, memory)]
            results += [Result(requirement, level, finding) for finding in findings or [None]]
    memory.add(view, name)
    return results
