"""What an answer that is no response object looks like, in a few words."""

from __future__ import annotations

from typing import Any, Final

from conformance.wire.json_values import MISSING, Unreadable, at, show

SHOWN: Final = 6
"""Members of an object that are named."""


def likeness(answer: Any) -> str | None:
    """What stands in the place of a response object, or None for what is one, however broken.

    A response has an output or says that it is one. Of an object that says what else it is, that is told.
    """
    if isinstance(answer, Unreadable):
        return repr(answer)
    if isinstance(answer, list):
        return f"a list of {len(answer)}: {show(answer, 60)}"
    if not isinstance(answer, dict):
        return show(answer)
    kind = answer.get("object", MISSING)
    if kind == "response" or "output" in answer:
        return None
    if not answer:
        return "{}, an object without members"
    names = ", ".join(show(name, 40) for name in list(answer)[:SHOWN]) + (", …" if len(answer) > SHOWN else "")
    if isinstance(kind, str):
        return f"an object {show(kind, 60)}, with {names}"
    inside = next((show(name, 40) for name in answer if at(answer, name, "object") == "response"), None)
    return f"a response object inside of the member {inside}" if inside else f"an object with {names}"
