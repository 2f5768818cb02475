"""Faults of custom tools."""

from typing import Any, Final

from conformance.faults.lib.fault import ELSEWHERE, Fault
from conformance.faults.lib.rows import not_called, refused
from conformance.reference.edits.asked import all_of, begins, chooses, declares, sends_back, tools
from conformance.reference.edits.replies import both, echoing, echoing_tools, on_items
from conformance.reference.edits.requests import each_tool
from conformance.reference.reply import Reply, ReplyEdit
from conformance.wire.edit import GONE


def _without_custom_tools(body: dict[str, Any]) -> dict[str, Any]:
    """Reads a request as if no custom tool was declared, nor chosen."""
    body = each_tool(lambda tool: GONE if tool.get("type") == "custom" else tool)(body)
    chosen = body.get("tool_choice")
    custom = isinstance(chosen, dict) and chosen.get("type") == "custom"
    return {**body, "tool_choice": "auto"} if custom or body.get("tools") == [] else body


def _ignoring_grammar(syntax: str) -> ReplyEdit:
    """Calls custom tools with a text that is in no grammar of a kind."""

    def has_grammar(reply: Reply) -> bool:
        return any((tool.get("format") or {}).get("syntax") == syntax for tool in tools(reply, "custom"))

    return on_items("custom_tool_call", "/input", "six times seven", asked=has_grammar)


FAULTS: Final = (
    refused(
        "custom-tool-under-auto",
        "A custom tool that the model may call and need not",
        "custom_tools.accepted",
        all_of(declares("custom"), chooses(None), begins),
    ),
    not_called("custom", "custom_tools.called"),
    Fault(
        "custom-tools-ignored",
        "Custom tools are accepted, repeated, and passed over.",
        ("custom_tools.called", "obedience.tool_choice_named", "tool_refusals.grammar"),
        both(echoing_tools, echoing("tool_choice")),
        _without_custom_tools,
        seen=ELSEWHERE,
    ),
    Fault(
        "lark-grammar-ignored",
        "A custom tool is called with a text that its lark grammar does not hold.",
        ("custom_tools.lark_grammar",),
        _ignoring_grammar("lark"),
    ),
    Fault(
        "regex-grammar-ignored",
        "A custom tool is called with a text that its regular expression does not match.",
        ("custom_tools.regex_grammar",),
        _ignoring_grammar("regex"),
    ),
    refused(
        "custom-output",
        "The output of a custom tool",
        "custom_tools.round_trip",
        sends_back("custom_tool_call_output"),
    ),
)
