"""Calls that have to be made: where all declared tools are of one kind, the requirement of its chapter judges."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from conformance.checks.lib.declared import CALLED, base_type, carried, setting
from conformance.checks.lib.rules import Finding, rule
from conformance.checks.lib.sent_items import decided
from conformance.checks.lib.view import View, parts_of, shared
from conformance.wire.json_values import MISSING, at, at_list, show

KINDS: Final[set[str]] = set()
"""The kinds of tools whose call is a requirement of its own: see `called_rule`."""


@shared
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
    return any(part.get("refusal") for _, part in parts_of(item, "refusal"))


@shared
def only_kind(view: View) -> str | None:
    """The one kind of all declared tools, or None where they are of several, or of one without a rule of its own."""
    declared = [*at_list(view.body or view.response, "tools"), *carried(view)]
    # A web search has the name that it had at first, or the one that it has now.
    kinds = {base_type(tool).removesuffix("_preview") for tool in declared}
    # A stored prompt can bring tools of other kinds.
    alone = len(kinds) == 1 and kinds <= KINDS and view.asked("prompt") is MISSING
    return kinds.pop() if alone else None


def item_types(view: View) -> str:
    """The types of the items of the answer, for a finding."""
    return f"items of the types {show([item.get('type') for _, item in view.items])}"


def called_rule(requirement: str, kind: str) -> None:
    """Registers the check that a tool of a kind is called where all declared tools are of that kind and one has to."""
    KINDS.add(kind)
    calls = [call for call, kinds in CALLED.items() if kind in kinds]

    @rule(requirement, when=lambda view: must_call(view) and only_kind(view) == kind)
    def called(view: View) -> Iterator[Finding]:
        if not any(view.items_of(*calls)):
            expected = f"an item of type {' or '.join(calls)}, as such a tool has to be called"
            yield Finding(view.where("/output"), expected, item_types(view))
