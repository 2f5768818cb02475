"""Checks of the ids of output items."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from conformance.checks.lib.rules import Finding, rule
from conformance.checks.lib.view import View
from conformance.wire.json_values import at, at_list, show

MAX_ID_LENGTH: Final = 64
"""Ids that are longer were seen to be refused when they are sent back as input (contract-facts, defect 2)."""

PREFIXES: Final[dict[str, str]] = {
    "message": "msg_",
    "reasoning": "rs_",
    "function_call": "fc_",
    "custom_tool_call": "ctc_",
    "web_search_call": "ws_",
    "file_search_call": "fs_",
    "code_interpreter_call": "ci_",
    "image_generation_call": "ig_",
    "mcp_list_tools": "mcpl_",
    "mcp_call": "mcp_",
    "mcp_approval_request": "mcpr_",
    "computer_call": "cu_",
    "local_shell_call": "lsh_",
    "shell_call": "sh_",
    "shell_call_output": "sho_",
    "apply_patch_call": "apc_",
    "compaction": "cmp_",
}
"""How the id of each type of item begins (wire-facts, "Bodies")."""


def _ids(view: View) -> Iterator[tuple[str, str, Any]]:
    """Pointer, type and id of each output item that has an id, and of the response itself."""
    if isinstance(view.response.get("id"), str):
        yield "/id", "response", view.response["id"]
    for pointer, item in view.items:
        if isinstance(item.get("id"), str):
            yield f"{pointer}/id", str(item.get("type")), item["id"]


@rule("items.unique_ids", when=lambda view: any(kind != "response" for _, kind, _ in _ids(view)))
def unique_ids(view: View) -> Iterator[Finding]:
    """No two output items have the same id."""
    seen: dict[str, str] = {}
    for pointer, kind, value in _ids(view):
        if kind == "response":
            continue
        if value in seen:
            yield Finding(view.where(pointer), f"an id of its own, not that of {seen[value]}", show(value))
        seen.setdefault(value, pointer)


@rule("items.id_length", when=lambda view: any(kind != "response" for _, kind, _ in _ids(view)))
def id_length(view: View) -> Iterator[Finding]:
    """The id of an output item has at most 64 characters, so that it can be sent back."""
    for pointer, kind, value in _ids(view):
        if kind != "response" and len(value) > MAX_ID_LENGTH:
            yield Finding(
                view.where(pointer), f"at most {MAX_ID_LENGTH} characters", f"{len(value)}: {show(value, 40)}"
            )


@rule("items.id_prefix", when=lambda view: any(True for _ in _ids(view)))
def id_prefix(view: View) -> Iterator[Finding]:
    """An id begins as ids of its kind do."""
    for pointer, kind, value in _ids(view):
        prefix = "resp_" if kind == "response" else PREFIXES.get(kind)
        if prefix is not None and not value.startswith(prefix):
            yield Finding(view.where(pointer), f"an id that begins with {prefix}", show(value, 40))


def _known(view: View) -> set[str]:
    """The ids of the items in the input, those of their calls, and that of the response before."""
    found = [at(item, member) for item in at_list(view.body, "input") for member in ("id", "call_id")]
    return {id_ for id_ in (*found, view.asked("previous_response_id")) if isinstance(id_, str) and id_}


@rule("round_trips.new_items", when=lambda view: bool(view.response) and bool(_known(view)))
def new_items(view: View) -> Iterator[Finding]:
    """An answer has ids of its own, and none that the request holds."""
    known = _known(view)
    places = [(where, value) for where, _, value in _ids(view)]
    # The output of a call has the call_id of a call that may stand in the input.
    calls = [(where, item) for where, item in view.items if not str(item.get("type")).endswith("_output")]
    places += [(f"{where}/call_id", item["call_id"]) for where, item in calls if isinstance(item.get("call_id"), str)]
    for where, value in places:
        if value in known:
            yield Finding(view.where(where), "an id that the request does not hold", show(value, 80))
