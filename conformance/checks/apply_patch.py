"""Checks of apply_patch: diffs have the V4A form, which is no unified diff, and paths stay where they belong."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Final

from conformance.checks.lib.declared import finished
from conformance.checks.lib.forced_calls import called_rule
from conformance.checks.lib.rules import Finding, rule
from conformance.checks.lib.view import Place, View
from conformance.wire.json_values import MISSING, show

END_OF_FILE: Final = "*** End of File"
END_OF_PATCH: Final = "*** End Patch"

_NUMBERED: Final = re.compile(r"@@ -\d+(,\d+)? \+\d+(,\d+)? @@")

_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")
_ROOTED: Final = re.compile(r"[/\\]|~/|[A-Za-z]:[/\\]")

called_rule("apply_patch.called", "apply_patch")


def _operations(view: View) -> list[Place]:
    """Pointer and operation of each finished call."""
    calls = [(f"{where}/operation", call.get("operation")) for where, call in finished(view, "apply_patch_call")]
    return [(where, operation) for where, operation in calls if isinstance(operation, dict)]


def _diffs(view: View) -> list[tuple[str, str, object]]:
    """Pointer, kind and diff of each finished call."""
    return [
        (f"{where}/diff", operation["type"], operation.get("diff", MISSING))
        for where, operation in _operations(view)
        if operation.get("type") in ("create_file", "update_file", "delete_file")
    ]


@rule("apply_patch.diff", when=lambda view: bool(_diffs(view)))
def diff(view: View) -> Iterator[Finding]:
    """A diff has the form of its operation."""
    for where, kind, value in _diffs(view):
        if kind == "delete_file":
            if value not in (None, MISSING, ""):
                yield Finding(view.where(where), "no diff, as the file is deleted", show(value))
        elif isinstance(value, str):
            lines = _lines(value)
            wrong = _in_new_file(lines) if kind == "create_file" else _in_change(lines)
            if wrong is not None:
                number, expected = wrong
                yield Finding(view.where(where), f"{expected} as line {number + 1}", show(lines[number], 60))


def _changes(view: View) -> list[tuple[str, str]]:
    """Pointer and diff of each change of a file."""
    return [(where, diff) for where, kind, diff in _diffs(view) if kind == "update_file" and isinstance(diff, str)]


@rule("apply_patch.change", when=lambda view: bool(_changes(view)))
def change(view: View) -> Iterator[Finding]:
    """A change of a file changes a line of it."""
    for where, value in _changes(view):
        if not any(line.startswith(("+", "-")) for line in _lines(value)):
            yield Finding(view.where(where), "a line that begins with + or -", show(value, 60))


def _paths(view: View) -> list[tuple[str, str]]:
    places = [(f"{where}/path", operation.get("path")) for where, operation in _operations(view)]
    return [(where, path) for where, path in places if isinstance(path, str)]


@rule("apply_patch.path", when=lambda view: bool(_paths(view)))
def path(view: View) -> Iterator[Finding]:
    """A path names a file below the place of work, unless the request names another."""
    for where, value in _paths(view):
        if not value.strip() or _CONTROL.search(value):
            yield Finding(view.where(where), "the path of a file, without control characters", show(value))
        elif (_ROOTED.match(value) or ".." in re.split(r"[/\\]", value)) and not _is_sent(view, value):
            yield Finding(view.where(where), "a relative path without .. in it", show(value))


def _is_sent(view: View, value: str) -> bool:
    """True if the request holds a text, or was not kept."""
    content = view.exchange.request.content
    forms = (json.dumps(value, ensure_ascii=escaped)[1:-1].encode(errors="replace") for escaped in (True, False))
    return content is None or any(form in content for form in forms)


def _lines(value: str) -> list[str]:
    """The lines of a diff, without the mark of its end that clients pass over."""
    lines = [line.removesuffix("\r") for line in value.removesuffix("\n").split("\n")] if value else []
    return lines[:-1] if lines[-1:] == [END_OF_PATCH] else lines


def _in_new_file(lines: list[str]) -> tuple[int, str] | None:
    """The first line that a new file must not have, and what has to stand there."""
    wrong = (number for number, line in enumerate(lines) if not line.startswith("+"))
    return next(((number, "a line that begins with +") for number in wrong), None)


def _in_change(lines: list[str]) -> tuple[int, str] | None:
    """The first line that a change must not have, and what has to stand there."""
    for number, line in enumerate(lines):
        if _NUMBERED.match(line):
            return number, "@@, bare or with a line of the file,"
        if line.startswith("--- ") and number == 0 and "".join(lines[1:2]).startswith("+++ "):
            return number, "@@ or a line of the change, no name of a file,"
        # A line that is empty in the file can stand without the space before it.
        if not line.startswith(("@@ ", " ", "+", "-")) and line not in ("", "@@", END_OF_FILE):
            return number, "@@, or a line that begins with a space, + or -,"
    return None
