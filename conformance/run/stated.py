"""What a stated outcome means for what is sent, and how results are made of what was asked several times."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from conformance.checks import Finding, Outcome, Result, Stated
from conformance.contract import Level
from conformance.wire.json_values import at, show

MAX_SHOWN: Final = 200


def expected_statuses(stated: Stated) -> tuple[int, ...]:
    """The statuses that a refusal has, where the request may be refused."""
    may_be_refused = stated.outcome in (Outcome.REFUSED, Outcome.EITHER)
    return (stated.statuses or (400,)) if may_be_refused else ()


def softened(result: Result) -> Result:
    """A result that is a warning at most."""
    return replace(result, level=Level.SHOULD) if result.level is Level.MUST else result


def never_came(items: Sequence[Mapping[str, Any]], output: Sequence[Any], attempts: int) -> Finding:
    """The finding of an output that never held some items, the last time either."""
    wanted = ", then ".join(show(item, MAX_SHOWN) for item in items)
    came = [[at(item, "type"), at(item, "status")] for item in output]
    return Finding("/output", f"{wanted} in one of {attempts} attempts", show(came, MAX_SHOWN))
