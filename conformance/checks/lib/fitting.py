"""What a model wrote, compared with the schemas that clients sent."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from conformance.checks.lib.client_schemas import problems
from conformance.checks.lib.rules import Finding
from conformance.checks.lib.view import View


def misfits(view: View, expected: str, compared: Iterable[tuple[str, Any, Any]]) -> list[Finding] | None:
    """What does not fit of values that are each given with pointer and schema. None where nothing could be compared.

    ``expected`` says in a finding what has to fit.
    """
    found: list[Finding] = []
    judged = False
    for pointer, value, schema in compared:
        wrong = problems(schema, value)
        judged = judged or wrong is not None
        for problem in wrong or ():
            place = f"{expected}; at {problem.where or 'the root'}, {problem.expected}"
            found.append(Finding(view.where(pointer), place, problem.received))
    return found if judged else None
