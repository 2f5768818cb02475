"""The check of what comes with an answer because ``include`` asks for it, and only then."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from conformance.checks.lib.rules import Finding, rule
from conformance.checks.lib.view import View
from conformance.wire.json_values import MISSING, at, at_list, pointer, show

EXTRAS: Final[dict[str, tuple[str, ...]]] = {
    "code_interpreter_call": ("outputs",),
    "file_search_call": ("results",),
    "web_search_call": ("action", "sources"),
}
"""Where each type of call has what can be included; ``include`` names it by the type and these members."""

LOGPROBS: Final = "message.output_text.logprobs"


def _extras(view: View) -> Iterator[tuple[str, str, Any, bool]]:
    """What can be included: the word that asks for it, its pointer, its value, and if it is due where it was asked.

    That a text has its logprobs where they were asked for is a requirement of its own.
    """
    for where, item in view.items_of(*EXTRAS):
        path = EXTRAS[item["type"]]
        if item["type"] != "web_search_call" or at(item, "action", "type") == "search":
            due = view.status == "completed" and item.get("status") == "completed"
            yield ".".join((item["type"], *path)), where + pointer(*path), at(item, *path), due
    for where, item in view.items_of("message"):
        for index, part in enumerate(at_list(item, "content")):
            if at(part, "type") == "output_text":
                yield LOGPROBS, f"{where}/content/{index}/logprobs", at(part, "logprobs"), False


def _asked(view: View) -> list[Any]:
    """The words of ``include``, with what other settings ask for."""
    return [*at_list(view.body, "include"), *([LOGPROBS] if view.asked("top_logprobs") else [])]


@rule("obedience.included", when=lambda view: view.is_create and bool(view.body) and any(_extras(view)))
def included(view: View) -> Iterator[Finding]:
    """What include asks for is there, and what it does not ask for is not."""
    asked = _asked(view)
    for word, where, value, due in _extras(view):
        if word in asked:
            if due and not isinstance(value, list):
                yield Finding(view.where(where), f"a list, as include asks for {word}", show(value))
        elif value not in (None, MISSING, []):
            yield Finding(view.where(where), f"nothing, as include does not ask for {word}", show(value))
