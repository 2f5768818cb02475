"""Faults of what is called and what comes of it: by the client, and by the server itself."""

import base64
from typing import Any, Final

from conformance.reference.faults.asked import NOWHERE, Test, tools
from conformance.reference.faults.edits import (
    GONE,
    both,
    drop,
    each,
    echoing,
    in_json,
    on_answer,
    on_events,
    only_if,
    put,
    retooled,
    tools_as_declared,
)
from conformance.reference.faults.fault import ELSEWHERE, Fault
from conformance.reference.reply import Change, Reading, Reply


def _without_custom_tools(body: dict[str, Any]) -> dict[str, Any]:
    """Reads a request as if no custom tool was declared, nor chosen."""
    body = retooled(lambda tool: GONE if tool.get("type") == "custom" else tool)(body)
    chosen = body.get("tool_choice")
    custom = isinstance(chosen, dict) and chosen.get("type") == "custom"
    return {**body, "tool_choice": "auto"} if custom or body.get("tools") == [] else body


def _not_called(*kinds: str) -> Reading:
    """Reads a request as if no tool had to be called, where the tools are of these types."""

    def reading(body: dict[str, Any]) -> dict[str, Any]:
        declared = {tool.get("type") for tool in body.get("tools") or ()}
        must = declared == {*kinds} and body.get("tool_choice") == "required"
        return {**body, "tool_choice": "none"} if must else body

    return reading


def _approving(*, approve: bool) -> Reading:
    """Reads every answer to a request for approval in one way."""

    def edit(item: Any) -> Any:
        return item | {"approve": approve} if item.get("type") == "mcp_approval_response" else item

    return lambda body: put("/input/*", edit)(body) if isinstance(body.get("input"), list) else body


# --- answers that are changed


def called_with(kind: str, path: str, made: Any, *, asked: Test = lambda _: True) -> Change:
    """Edits the calls of a type."""

    def edit(item: dict[str, Any]) -> Any:
        return put(path, made)(item) if item["type"] == kind else item

    return only_if(asked, on_answer(put("/output/*", edit)))


def _grammar_ignored(syntax: str) -> Change:
    def asked(reply: Reply) -> bool:
        return any((tool.get("format") or {}).get("syntax") == syntax for tool in tools(reply, "custom"))

    return called_with("custom_tool_call", "/input", "six times seven", asked=asked)


def _cut_off(image: str) -> str:
    content = base64.b64decode(image)
    return base64.b64encode(content[: len(content) // 2]).decode()


CALLED: Final = (
    *(
        Fault(
            f"{kind.replace('_', '-')}-not-called",
            f"Text comes where only tools of the type {kind} are declared and one has to be called.",
            (f"{chapter}.called",),
            echoing("tool_choice"),
            _not_called(kind),
        )
        for kind, chapter in (
            ("function", "function_tools"),
            ("custom", "custom_tools"),
            ("apply_patch", "apply_patch"),
            ("shell", "shell"),
            ("image_generation", "image_generation"),
            ("mcp", "mcp"),
            ("web_search", "web_search"),
        )
    ),
    Fault(
        "required-call-left-out",
        "No tool is called where one is required, of functions and custom tools.",
        ("obedience.tool_choice_required",),
        echoing("tool_choice"),
        _not_called("function", "custom"),
    ),
    Fault(
        "custom-tools-ignored",
        "Custom tools are accepted, repeated, and passed over.",
        ("custom_tools.called", "obedience.tool_choice_named", "tool_refusals.grammar"),
        both(tools_as_declared, echoing("tool_choice")),
        _without_custom_tools,
        seen=ELSEWHERE,
    ),
    Fault(
        "lark-grammar-ignored",
        "A custom tool is called with a text that its lark grammar does not hold.",
        ("custom_tools.lark_grammar",),
        _grammar_ignored("lark"),
    ),
    Fault(
        "regex-grammar-ignored",
        "A custom tool is called with a text that its regular expression does not match.",
        ("custom_tools.regex_grammar",),
        _grammar_ignored("regex"),
    ),
    Fault(
        "unified-diff",
        "A change of a file is a unified diff.",
        ("apply_patch.diff",),
        called_with(
            "apply_patch_call",
            "/operation",
            lambda operation: (
                operation | {"diff": "@@ -1 +1 @@\n-one\n+two\n"} if operation["type"] == "update_file" else operation
            ),
        ),
    ),
    Fault(
        "new-file-without-plus",
        "The diff of a new file is its bare text.",
        ("apply_patch.diff",),
        called_with(
            "apply_patch_call",
            "/operation",
            lambda operation: operation | {"diff": "one\n"} if operation["type"] == "create_file" else operation,
        ),
    ),
    Fault(
        "empty-command",
        "A shell is called with an empty command.",
        ("shell.commands",),
        called_with("shell_call", "/action/commands", [""]),
    ),
    Fault(
        "no-commands",
        "A shell is called without commands.",
        ("shell.commands",),
        called_with("shell_call", "/action/commands", []),
    ),
    Fault(
        "no-time-for-a-command",
        "A shell is called with a limit of 0 milliseconds.",
        ("shell.commands",),
        called_with("shell_call", "/action/timeout_ms", 0),
    ),
    Fault(
        "container-accepted",
        "A shell in a container is taken for one that the client runs.",
        ("shell.container",),
        tools_as_declared,
        retooled(lambda tool: tool | {"environment": {"type": "local"}} if tool["type"] == "shell" else tool),
    ),
)

HOSTED: Final = (
    Fault(
        "image-cut-off",
        "An image ends in the middle.",
        ("image_generation.decodable",),
        in_json(put("/output/*/result", _cut_off)),
    ),
    Fault(
        "image-of-another-format",
        "An image is a PNG whatever was asked for.",
        ("image_generation.format",),
        tools_as_declared,
        retooled(lambda tool: tool | {"output_format": "png"} if tool["type"] == "image_generation" else tool),
    ),
    Fault(
        "image-of-another-size",
        "An image is smaller than was asked for.",
        ("image_generation.size",),
        tools_as_declared,
        retooled(lambda tool: tool | {"size": "512x512"} if tool["type"] == "image_generation" else tool),
    ),
    Fault(
        "partial-image-too-many",
        "A stream brings more partial images than were asked for.",
        ("image_generation.partial_images",),
        tools_as_declared,
        retooled(
            lambda tool: tool | {"partial_images": tool["partial_images"] + 1} if tool.get("partial_images") else tool
        ),
    ),
    Fault(
        "partial-image-cut-off",
        "A partial image ends in the middle.",
        ("image_generation.partial_images",),
        on_events(each("image_generation_call.partial_image", put("/partial_image_b64", _cut_off))),
    ),
    Fault(
        "tools-not-listed",
        "A tool of a server is called that was never listed.",
        ("mcp.listed",),
        on_answer(put("/output/*", lambda item: GONE if item["type"] == "mcp_list_tools" else item)),
    ),
    Fault(
        "called-without-approval",
        "A tool of a server is called though its calls wait for approval.",
        ("mcp.approval",),
        tools_as_declared,
        retooled(lambda tool: tool | {"require_approval": "never"} if tool["type"] == "mcp" else tool),
    ),
    Fault(
        "approval-forgotten",
        "A call that was approved is not made.",
        ("mcp.approved",),
        reading=_approving(approve=False),
    ),
    Fault(
        "called-in-spite",
        "A call that was not approved is made.",
        ("mcp.refused",),
        reading=_approving(approve=True),
    ),
    Fault(
        "unreachable-server-passed-over",
        "A server that cannot be reached is passed over in silence.",
        ("mcp.unreachable",),
        tools_as_declared,
        retooled(lambda tool: GONE if NOWHERE in str(tool.get("server_url")) else tool),
    ),
    Fault(
        "citation-without-title",
        "A page is cited without its title.",
        ("web_search.citations",),
        on_answer(put("/output/*/content/*/annotations/*/title", "")),
    ),
    Fault(
        "citation-without-address",
        "A page is cited under an address that is none.",
        ("web_search.citations",),
        on_answer(put("/output/*/content/*/annotations/*/url", "example")),
    ),
    Fault(
        "sources-left-out",
        "A web search comes without the sources that include asks for.",
        ("obedience.included",),
        on_answer(drop("/output/*/action/sources")),
    ),
)
