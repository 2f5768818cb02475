"""Checks of the commands that a shell is called with, and of where they run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from conformance.checks.lib.declared import declared, finished
from conformance.checks.lib.forced_calls import called_rule
from conformance.checks.lib.rules import Finding, rule
from conformance.checks.lib.view import Place, View
from conformance.wire.json_values import MISSING, at, show

LEAST: Final = {"timeout_ms": 1, "max_output_length": 0}
"""The limits of a call, each with the least that it can be."""

called_rule("shell.called", "shell")


def _actions(view: View) -> list[Place]:
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
            if isinstance(command, str) and (not command.strip() or "\0" in command):
                expected = "a command that is not empty and has no NUL"
                yield Finding(view.where(f"{where}/commands/{index}"), expected, show(command))
        for member, least in LEAST.items():
            limit = action.get(member, MISSING)
            if isinstance(limit, (int, float)) and not limit >= least:
                yield Finding(view.where(f"{where}/{member}"), f"null or a number from {least} on", show(limit))


def _is_local(view: View) -> bool:
    """True if the one shell that was declared is the client's."""
    shells = declared(view, "shell")
    return len(shells) == 1 and at(shells[0], "environment", "type") == "local"


@rule(
    "shell.environment",
    when=lambda view: _is_local(view) and any(view.items_of("shell_call", "shell_call_output")),
)
def environment(view: View) -> Iterator[Finding]:
    """A call for a local shell is run by the client: it names no container, and brings no output."""
    for where, call in view.items_of("shell_call"):
        kind = at(call, "environment", "type")
        if isinstance(kind, str) and kind != "local":
            yield Finding(view.where(f"{where}/environment/type"), '"local", as the request says', show(kind))
    for where, _ in view.items_of("shell_call_output"):
        yield Finding(view.where(where), "no output, as the client runs the commands", '"shell_call_output"')
