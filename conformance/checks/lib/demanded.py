"""Which members of what a server sends the official SDK demands, and which it types as optional.

Facts from the package ``openai``, in ``demanded.json``, which `tests.tools.demanded` writes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

from conformance.wire.json_values import MISSING, at
from conformance.wire.schema import Violation

DEMANDED: Final[Mapping[str, list[str]]] = json.loads(Path(__file__).with_suffix(".json").read_text(encoding="utf-8"))
"""The members that an object of a kind has to have.

A kind is the value of ``type``; of an object without one ``response``, or the kind of the object that holds it and the
name of the member that it is, as in ``response/usage``.
"""

RESPONSE: Final = "response"
NOTHING: Final = repr(MISSING)
ABSENT: Final = (NOTHING, "null")


def is_optional(root: Any, violation: Violation) -> bool:
    """True for an absent or null member, and no other violation, which the SDK types as optional, or not at all.

    ``root`` is the response object or the event that the violation was found in. Of kinds of objects that the SDK does
    not know nothing is said.
    """
    if violation.received not in ABSENT:
        return False
    steps = [step.replace("~1", "/").replace("~0", "~") for step in violation.pointer.split("/")[1:]]
    names = violation.lacking
    if not names:
        if violation.received == NOTHING or not steps:
            return False
        names = (steps.pop(),)
    known = DEMANDED.get(_kind(root, steps))
    return known is not None and not {*names} & {*known}


@cache
def may_lack(*path: str) -> bool:
    """True for the path to a member of the response object that the SDK types as optional, or that such a one holds."""
    kinds = (RESPONSE, *("/".join((RESPONSE, *path[:length])) for length in range(1, len(path))))
    return any(name not in DEMANDED.get(kind, (name,)) for kind, name in zip(kinds, path, strict=True))


def _kind(root: Any, steps: list[str]) -> str:
    """The kind of the object at the end of some steps."""
    kind, value = _own_kind(root) or RESPONSE, root
    for step in steps:
        is_index = isinstance(value, list)
        value = at(value, int(step) if is_index and step.isdecimal() else step)
        inner = kind if is_index else f"{kind}/{step}"
        kind = RESPONSE if step == RESPONSE else _own_kind(value) or inner
    return kind


def _own_kind(value: Any) -> str | None:
    kind = at(value, "type")
    return kind if isinstance(kind, str) else None
