"""The ids in an answer: of the response, of its items, of its calls, and how each begins."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from conformance.checks.lib.view import View, shared

MAX_ID_LENGTH: Final = 64
"""A longer id or ``call_id`` was refused in an input (docs/sources.md, "What was seen on Databricks")."""

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
    "tool_search_call": "tsc_",
    "tool_search_output": "tso_",
    "program": "cm_",
    "program_output": "cmo_",
}
"""How the id of each type of item begins in genuine recordings (docs/sources.md)."""

SENT_ONLY: Final = (
    *("item_reference", "mcp_approval_response", "function_call_output", "custom_tool_call_output"),
    *("local_shell_call_output", "apply_patch_call_output", "computer_call_output"),
)
"""Items that a client sends, and that no server makes. A reference has the id of another item."""


def ids(view: View) -> Iterator[tuple[str, str, Any]]:
    """Pointer, type and id of each output item that has an id, and of the response itself."""
    if isinstance(view.response.get("id"), str):
        yield "/id", "response", view.response["id"]
    for pointer, item in view.items:
        if isinstance(item.get("id"), str):
            yield f"{pointer}/id", str(item.get("type")), item["id"]


@shared
def call_ids(view: View) -> list[tuple[str, str]]:
    """Pointer and ``call_id`` of each call that has one."""
    return [
        (f"{pointer}/call_id", item["call_id"])
        for pointer, item in view.items
        if isinstance(item.get("call_id"), str) and not str(item.get("type")).endswith("_output")
    ]
