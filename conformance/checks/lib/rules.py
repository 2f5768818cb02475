"""What a check is: a requirement, when it can be judged, and a pure function that yields findings."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from conformance.checks.lib.view import View
from conformance.contract import Level
from conformance.wire.json_values import MISSING, Unreadable, at, show
from conformance.wire.schema import Violation, violations


@dataclass(frozen=True, slots=True)
class Finding:
    """A broken promise: where (a JSON pointer, or event index, type and pointer), what was expected and received.

    ``about`` are the places of what was looked at, where it is more than that, or a member that is not there.
    """

    where: str
    expected: str
    received: str
    about: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The finding in one line, as every view shows it."""
        return f"{self.where or 'the answer'}   expected {self.expected}, received {self.received}"


@dataclass(frozen=True, slots=True)
class Result:
    """The judgement of one requirement on one exchange: ok, or a finding. What was not judged has no result."""

    requirement: str
    level: Level
    finding: Finding | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """A check. ``when`` tells if the exchange says anything about the requirement; no finding then means ok.

    With ``of_streams`` it is asked on streams only.
    """

    requirement: str
    when: Callable[[View], bool]
    findings: Callable[[View], Iterable[Finding]]
    of_streams: bool = False


RULES: dict[str, Rule] = {}
"""Every check, by the id of the requirement that it judges."""


def rule(
    requirement: str, *, when: Callable[[View], bool], of_streams: bool = False
) -> Callable[[Callable[[View], Iterator[Finding]]], Callable[[View], Iterator[Finding]]]:
    """Registers a function as the check of a requirement. A requirement has one check; a second is a ValueError."""

    def register(function: Callable[[View], Iterator[Finding]]) -> Callable[[View], Iterator[Finding]]:
        if requirement in RULES:
            raise ValueError(f"{requirement} has two checks")
        RULES[requirement] = Rule(requirement, when, function, of_streams)
        return function

    return register


def schema_findings(name: str, value: object, where: Callable[[str], str] = str) -> Iterator[Finding]:
    """What breaks a schema, as findings. ``where`` turns a pointer into the value into the place in the exchange."""
    yield from told(value, violations(name, value), where)


def told(value: object, broken: Iterable[Violation], where: Callable[[str], str]) -> Iterator[Finding]:
    """Violations of a schema as findings; the members that one object lacks are one finding."""
    if isinstance(value, Unreadable):
        yield Finding(where(""), "JSON", show(value))
        return
    missing: dict[str, list[str]] = {}
    for violation in broken:
        if (member := violation.missing) is not None:
            missing.setdefault(violation.pointer, []).append(member)
        else:
            yield Finding(where(violation.pointer), violation.expected, violation.received)
    for pointer, members in missing.items():
        word = "member" if len(members) == 1 else "members"
        lacking = tuple(where(f"{pointer}/{member}") for member in members)
        yield Finding(where(pointer), f"the {word} {', '.join(map(json.dumps, members))}", repr(MISSING), lacking)


def null_findings(view: View, member: str) -> Iterator[Finding]:
    """What breaks that a member of the response object is null or absent, as its status demands."""
    value = at(view.response, member)
    if value is not None and value is not MISSING:
        yield Finding(view.where(f"/{member}"), f"null, as the status is {show(view.status)}", show(value))
