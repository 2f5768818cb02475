"""The check of the commands that a shell is called with."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from conformance.checks.declared import finished
from conformance.checks.rules import Finding, rule
from conformance.checks.view import View
from conformance.values import MISSING, at, show

LIMITS: Final = ("timeout_ms", "max_output_length")


def _actions(view: View) -> list[tuple[str, dict[str, Any]]]:
    """Pointer and action of each finished call."""
    calls = ((f"{where}/action", at(call, "action")) for where, call in finished(view, "shell_call"))
    return [(where, action) for where, action in calls if isinstance(action, dict)]


@rule("shell.commands", when=lambda view: bool(_actions(view)))
def commands(view: View) -> Iterator[Finding]:
    """A call has commands, none of them empty, and no limit that nothing could keep."""
    for where, action in _actions(view):
        found = action.get("commands")
        if found == []:
            yield Finding(view.where(f"{where}/commands"), "at least one command", "[]")
        for index, command in enumerate(found if isinstance(found, list) else ()):
            if isinstance(command, str) and not command.strip():
                yield Finding(view.where(f"{where}/commands/{index}"), "a command that is not empty", show(command))
        for member in LIMITS:
            limit = action.get(member, MISSING)
            if isinstance(limit, (int, float)) and not limit > 0:
                yield Finding(view.where(f"{where}/{member}"), "null or a number above 0", show(limit))
