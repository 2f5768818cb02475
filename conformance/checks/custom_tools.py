"""Checks of what custom tools are called with: a text of the grammar, where there is one."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Final

from conformance.checks.lib.declared import called_tool, finished
from conformance.checks.lib.forced_calls import called_rule
from conformance.checks.lib.grammars import misfit
from conformance.checks.lib.rules import Finding, rule
from conformance.checks.lib.view import View
from conformance.wire.json_values import at, show

MAX_CALLS: Final = 8
"""Calls of an answer that are compared with their grammar, so that no answer takes for ever."""

called_rule("custom_tools.called", "custom")


def _judged(view: View, syntax: str) -> list[tuple[str, str, str]]:
    """Pointer and input of each finished call under a grammar, and what is wrong with it, "" where nothing is."""
    found = []
    for pointer, call in itertools.islice(finished(view, "custom_tool_call"), MAX_CALLS):
        form, text = at(called_tool(view, call), "format"), call.get("input")
        grammar = at(form, "definition") if at(form, "type") == "grammar" and at(form, "syntax") == syntax else None
        wrong = misfit(syntax, grammar, text) if isinstance(grammar, str) and isinstance(text, str) else None
        if wrong is not None:
            found.append((f"{pointer}/input", str(text), wrong))
    return found


def _grammar(syntax: str) -> None:
    @rule(f"custom_tools.{syntax}_grammar", when=lambda view: bool(_judged(view, syntax)))
    def grammar(view: View) -> Iterator[Finding]:
        for pointer, text, wrong in _judged(view, syntax):
            if wrong:
                yield Finding(view.where(pointer), f"a text of the {syntax} grammar", f"{wrong}: {show(text, 60)}")


for _syntax in ("lark", "regex"):
    _grammar(_syntax)
