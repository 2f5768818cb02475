"""Faults of the echo: settings that come back as something else."""

import re
from typing import Any, Final

from conformance.faults.lib.fault import ELSEWHERE, Fault
from conformance.reference.edits.asked import declares, tools
from conformance.reference.edits.replies import on_response, only_if, where_sent
from conformance.reference.edits.requests import ignoring
from conformance.reference.reply import Reply
from conformance.wire.edit import edited, put

OTHER_PLANES: Final = re.compile(r"[\U00010000-\U0010ffff]")


def _replaced(value: Any) -> Any:
    """A text without the characters of other planes than the first."""
    return OTHER_PLANES.sub("\ufffd", value) if isinstance(value, str) else value


def _in_other_words(schema: Any) -> Any:
    """A schema beside an alternative that is the same: a value that fits both fits one of them."""
    return (
        {**schema, "anyOf": [{"type": "object"}, {"type": ["object", "null"]}]} if isinstance(schema, dict) else schema
    )


def _with_secrets(reply: Reply) -> Reply:
    secrets = [tool.get("headers") for tool in tools(reply, "mcp")]
    return on_response(put("/tools/*/headers", secrets[0]))(reply)


def _other(name: str, path: str, made: Any, seen: str = "") -> Fault:
    """A fault that lets a setting come back as another value where it was sent."""
    return Fault(
        f"other-{name.replace('_', '-')}",
        f"The setting {path[1:].replace('/', '.')} comes back as another value than the one that was sent.",
        (f"echo.{name}",),
        where_sent(path, on_response(put(path, made))),
        seen=seen,
    )


FAULTS: Final = (
    Fault(
        "background-turned-on",
        "background comes back as true where it was sent as false.",
        ("echo.background", "unsupported_parameters.boundary_values"),
        where_sent("/background", on_response(put("/background", lambda _: True))),
    ),
    _other("instructions", "/instructions", "Be helpful."),
    Fault(
        "other-planes-replaced",
        "Characters of other planes than the first are replaced.",
        ("echo.instructions",),
        request_edit=lambda body: edited(body, (put("/instructions", _replaced), put("/input", _replaced))),
    ),
    _other("max_output_tokens", "/max_output_tokens", lambda sent: sent * 4, ELSEWHERE),
    _other("metadata", "/metadata", {}),
    _other("parallel_tool_calls", "/parallel_tool_calls", lambda sent: not sent),
    _other("prompt_cache_retention", "/prompt_cache_retention", "in_memory"),
    _other("reasoning_effort", "/reasoning/effort", "medium"),
    Fault(
        "store-turned-on",
        "store comes back as true where it was sent as false.",
        ("echo.store", "unsupported_parameters.boundary_values"),
        where_sent("/store", on_response(put("/store", lambda _: True))),
    ),
    _other("temperature", "/temperature", 1.0),
    _other("tool_choice", "/tool_choice", "auto"),
    _other("top_logprobs", "/top_logprobs", 0),
    _other("top_p", "/top_p", 0.98),
    _other("truncation", "/truncation", "disabled"),
    _other("user", "/user", "somebody else"),
    Fault(
        "settings-lost",
        "Settings that were sent come back as null.",
        ("echo.optional_members",),
        where_sent("/instructions", on_response(put("/instructions", None))),
    ),
    _other("max_tool_calls", "/max_tool_calls", None),
    _other("prompt_cache_key", "/prompt_cache_key", None),
    _other("safety_identifier", "/safety_identifier", None),
    _other("verbosity", "/text/verbosity", "medium"),
    _other("reasoning_context", "/reasoning/context", "current_turn"),
    _other("reasoning_summary", "/reasoning/summary", None),
    Fault(
        "user-filled-in",
        "A user is named where none was sent.",
        ("echo.defaults",),
        only_if(lambda reply: "user" not in reply.asked, on_response(put("/user", "somebody"))),
    ),
    _other("text_format", "/text/format", {"type": "text"}),
    Fault(
        "schema-in-other-words",
        "The schema of a format comes back in other words, which accept the same.",
        ("echo.schema_words",),
        where_sent("/text/format/schema", on_response(put("/text/format/schema", _in_other_words))),
    ),
    Fault(
        "prompt-as-another",
        "A stored prompt comes back under another id.",
        ("echo.prompt",),
        where_sent("/prompt", on_response(put("/prompt", {"id": "pmpt_other"}))),
        ignoring("prompt"),
    ),
    Fault(
        "other-model",
        "A smaller model answers than the one that was asked.",
        ("echo.model",),
        on_response(put("/model", "gpt-5.4-nano-2026-03-05")),
    ),
    Fault(
        "model-of-another-maker",
        "The model of another maker answers.",
        ("echo.model",),
        on_response(put("/model", "claude-sonnet-4-6")),
        seen=ELSEWHERE,
    ),
    _other("tools", "/tools", []),
    Fault(
        "description-lost",
        "A function comes back without its description.",
        ("echo.function_tools",),
        on_response(put("/tools/*/description", lambda _: None)),
    ),
    Fault(
        "search-context-changed",
        "A web search comes back with another size of its context.",
        ("echo.hosted_tools",),
        on_response(put("/tools/*/search_context_size", lambda _: "medium")),
    ),
    Fault(
        "header-for-a-server-repeated",
        "What was sent for an MCP server alone comes back.",
        ("echo.tool_secrets",),
        only_if(declares("mcp", headers=...), _with_secrets),
    ),
)
