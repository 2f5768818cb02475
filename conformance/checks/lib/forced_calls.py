"""Checks of the calls that have to be made: where all declared tools are of one kind, its own requirement judges."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from conformance.checks.lib.declared import CALLED, base_type, carried, setting
from conformance.checks.lib.rules import Finding, rule
from conformance.checks.lib.sent_items import decided
from conformance.checks.lib.view import View
from conformance.wire.json_values import MISSING, at, at_list, show

CHAPTERS: Final[dict[str, str]] = {
    "function": "function_tools",
    "custom": "custom_tools",
    "apply_patch": "apply_patch",
    "shell": "shell",
    "image_generation": "image_generation",
    "mcp": "mcp",
    "web_search": "web_search",
}
"""The kinds of tools that the endpoint documents, each with the chapter of its requirements."""

NO_CALLS: Final = ("compaction", "mcp_list_tools", "message", "reasoning")
"""Items that call nothing. Any other, also one of a type that is not known, counts where tools are of several kinds."""


def must_call(view: View) -> bool:
    """True for a completed answer that has to call a tool, and is not excused from it."""
    choice = setting(view, "tool_choice")
    allowed = at(choice, "type") == "allowed_tools" and at(choice, "mode") == "required"
    completed = view.status == "completed" and isinstance(at(view.response, "output"), list)
    # Who has just refused a call is told so.
    refused = decided(view, approve=False)
    return completed and (choice == "required" or allowed) and not refused and not is_excused(view)


def is_excused(view: View) -> bool:
    """True if nothing can be called, as a server could not be reached, or if the model refuses."""
    unreachable = any(item.get("error") for _, item in view.items_of("mcp_list_tools"))
    return unreachable or any(refuses(item) for _, item in view.items)


def refuses(item: object) -> bool:
    """True for a message that says that the model will not answer."""
    parts = at_list(item, "content") if at(item, "type") == "message" else ()
    return any(at(part, "type") == "refusal" and at(part, "refusal") for part in parts)


def only_kind(view: View) -> str | None:
    """The kind that all declared tools are of, or None where they are of several or of one without a chapter."""
    declared = [*at_list(view.body or view.response, "tools"), *carried(view)]
    # A web search has the name that it had at first, or the one that it has now.
    kinds = {base_type(tool).removesuffix("_preview") for tool in declared}
    # A stored prompt can bring tools of other kinds.
    alone = len(kinds) == 1 and kinds <= CHAPTERS.keys() and view.asked("prompt") is MISSING
    return kinds.pop() if alone else None


def item_types(view: View) -> str:
    """The types of the items of the answer, for a finding."""
    return f"items of the types {show([item.get('type') for _, item in view.items])}"


def _called(kind: str) -> None:
    calls = [call for call, kinds in CALLED.items() if kind in kinds]

    @rule(f"{CHAPTERS[kind]}.called", when=lambda view: must_call(view) and only_kind(view) == kind)
    def called(view: View) -> Iterator[Finding]:
        if not any(view.items_of(*calls)):
            expected = f"an item of type {' or '.join(calls)}, as such a tool has to be called"
            yield Finding(view.where("/output"), expected, item_types(view))


for _kind in CHAPTERS:
    _called(_kind)


@rule("obedience.tool_choice_required", when=lambda view: must_call(view) and only_kind(view) is None)
def tool_choice_required(view: View) -> Iterator[Finding]:
    """A completed answer calls at least one tool where one has to be called, and tools are of several kinds."""
    if all(item.get("type") in NO_CALLS for _, item in view.items):
        yield Finding(view.where("/output"), "at least one call, as a tool has to be called", item_types(view))
