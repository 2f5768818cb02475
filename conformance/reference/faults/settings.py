"""Faults of the echo and of obedience: settings that come back as something else, or that nobody heeds."""

import json
from collections.abc import Callable
from typing import Any, Final

from conformance.reference.faults.asked import chooses, sent, tools
from conformance.reference.faults.bringing import Item, bringing, loading
from conformance.reference.faults.edits import (
    Edit,
    drop,
    echoing,
    on_answer,
    on_final,
    on_response,
    only_if,
    put,
    with_member,
    without,
)
from conformance.reference.faults.fault import ELSEWHERE, Fault
from conformance.reference.generate import instance
from conformance.reference.reply import Change, Reply

LEAST: Final = 16
"""The least max_output_tokens that there is."""

OTHER: Final[tuple[tuple[str, str, Any, str], ...]] = (
    ("instructions", "/instructions", "Be helpful.", ""),
    ("max_output_tokens", "/max_output_tokens", lambda sent: sent * 4, ELSEWHERE),
    ("max_tool_calls", "/max_tool_calls", None, ""),
    ("metadata", "/metadata", {}, ""),
    ("parallel_tool_calls", "/parallel_tool_calls", lambda sent: not sent, ""),
    ("prompt_cache_key", "/prompt_cache_key", None, ""),
    ("prompt_cache_retention", "/prompt_cache_retention", "in_memory", ""),
    ("reasoning_context", "/reasoning/context", "current_turn", ""),
    ("reasoning_effort", "/reasoning/effort", "medium", ""),
    ("reasoning_summary", "/reasoning/summary", None, ""),
    ("safety_identifier", "/safety_identifier", None, ""),
    ("temperature", "/temperature", 1.0, ""),
    ("text_format", "/text/format", {"type": "text"}, ""),
    ("tool_choice", "/tool_choice", "auto", ""),
    ("tools", "/tools", [], ""),
    ("top_logprobs", "/top_logprobs", 0, ""),
    ("top_p", "/top_p", 0.98, ""),
    ("truncation", "/truncation", "disabled", ""),
    ("user", "/user", None, ""),
    ("verbosity", "/text/verbosity", "medium", ""),
)
"""Settings that come back as another value where they were sent: the end of the requirement's id, path, value, seen."""


def _where_sent(path: str, change: Change) -> Change:
    return only_if(lambda reply: reply.status == 200 and sent(reply, path) is not None, change)


def _is_form(kind: str, *, strict: bool | None = None) -> Callable[[Reply], bool]:
    def test(reply: Reply) -> bool:
        form = sent(reply, "/text/format") or {}
        return reply.status == 200 and form.get("type") == kind and strict in (None, form.get("strict"))

    return test


def _said(text: Any) -> Change:
    return on_answer(put("/output/*/content/*/text", text))


def _of_other_tool(reply: Reply) -> Reply:
    """Calls another one of the declared tools than the one that has to be called."""
    names = [tool["name"] for tool in tools(reply)]
    return on_answer(put("/output/*/name", lambda name: next(other for other in names if other != name)))(reply)


def _with_call(reply: Reply) -> Reply:
    tool = reply.asked["tools"][0]
    call = {"id": "fc_0", "type": "function_call", "status": "completed", "call_id": "call_0", "name": tool["name"]}
    call["arguments"] = json.dumps(instance(tool["parameters"]))
    return on_answer(put("/output", lambda output: [*output, call]))(reply)


def _spending(reply: Reply) -> Reply:
    cap: Any = reply.asked.get("max_output_tokens")

    def usage(value: dict[str, Any] | None) -> Any:
        return value and value | {"output_tokens": cap + 1, "total_tokens": value["input_tokens"] + cap + 1}

    return on_final(put("/usage", usage))(reply) if cap else reply


def _without_limit(body: dict[str, Any]) -> dict[str, Any]:
    """Reads a request as if its limit, where that is one, was not there."""
    limit = body.get("max_output_tokens")
    return without("max_output_tokens")(body) if isinstance(limit, int) and limit >= LEAST else body


def _is_hosted(body: dict[str, Any]) -> bool:
    """True where a tool that the server runs is chosen by its type."""
    choice = body.get("tool_choice")
    return isinstance(choice, dict) and choice.get("type") in ("image_generation", "web_search_preview")


def _tool(path: str, made: Any) -> Edit:
    return put(f"/tools/*{path}", made)


SEARCHES: Final = tuple(
    {"id": f"ws_{n}", "type": "web_search_call", "status": "completed", "action": {"type": "search", "query": "q"}}
    for n in range(2)
)
SOURCE: Final = {"type": "url", "url": "https://www.example.org"}


def _with_sources(item: dict[str, Any]) -> Any:
    searched = item["type"] == "web_search_call"
    return put("/action/sources", [SOURCE])(item) if searched else item


ECHO: Final = (
    *(
        Fault(
            f"other-{name.replace('_', '-')}",
            f"The setting {path[1:].replace('/', '.')} comes back as another value than the one that was sent.",
            (f"echo.{name}",),
            _where_sent(path, on_response(put(path, made))),
            seen=seen,
        )
        for name, path, made, seen in OTHER
    ),
    Fault(
        "background-turned-on",
        "background comes back as true where it was sent as false.",
        ("echo.background", "unsupported_parameters.boundary_values"),
        _where_sent("/background", on_response(put("/background", lambda _: True))),
    ),
    Fault(
        "store-turned-on",
        "store comes back as true where it was sent as false.",
        ("echo.store", "unsupported_parameters.boundary_values"),
        _where_sent("/store", on_response(put("/store", lambda _: True))),
    ),
    Fault(
        "user-filled-in",
        "A user is named where none was sent.",
        ("echo.defaults",),
        only_if(lambda reply: "user" not in reply.asked, on_response(put("/user", "somebody"))),
    ),
    Fault(
        "description-lost",
        "A function comes back without its description.",
        ("echo.function_tools",),
        on_response(_tool("/description", lambda _: None)),
    ),
    Fault(
        "search-context-changed",
        "A web search comes back with another size of its context.",
        ("echo.hosted_tools",),
        on_response(_tool("/search_context_size", lambda _: "medium")),
    ),
    Fault(
        "prompt-as-another",
        "A stored prompt comes back under another id.",
        ("echo.prompt",),
        _where_sent("/prompt", on_response(put("/prompt", {"id": "pmpt_other"}))),
        without("prompt"),
    ),
)

SENT_BACK: Final = (
    "apply_patch.failed_output",
    "apply_patch.round_trip",
    "custom_tools.round_trip",
    "function_tools.round_trip",
    "mcp.approved",
    "mcp.refused",
    "round_trips.output_parts",
    "round_trips.reasoning",
    "round_trips.streamed",
    "several_tools.message_and_call",
    "several_tools.two_calls",
    "shell.round_trip",
    "shell.timeout_output",
)
"""What needs the content of reasoning, as without it nothing can go back."""

OBEDIENCE: Final = (
    Fault(
        "json-in-words",
        "Text that has to be JSON begins with words.",
        ("obedience.json_text",),
        only_if(_is_form("json_object"), _said(lambda text: f"Here it is: {text}")),
    ),
    Fault(
        "array-for-object",
        "Text that has to be a JSON object is an array.",
        ("obedience.json_text",),
        only_if(_is_form("json_object"), _said("[]")),
    ),
    Fault(
        "schema-ignored",
        "Text does not fit the schema that was sent.",
        ("obedience.json_schema",),
        only_if(_is_form("json_schema", strict=True), _said("{}")),
    ),
    Fault(
        "loose-schema-ignored",
        "Text does not fit the schema that was sent as not strict.",
        ("obedience.loose_json_schema",),
        only_if(_is_form("json_schema", strict=False), _said("{}")),
    ),
    Fault(
        "calls-in-spite-of-none",
        "A tool is called where tool_choice is none.",
        ("obedience.tool_choice_none",),
        only_if(chooses("none"), _with_call),
    ),
    Fault(
        "other-function-called",
        "Another function is called than the one that was chosen.",
        ("obedience.tool_choice_named",),
        only_if(chooses("function"), _of_other_tool),
    ),
    Fault(
        "forbidden-function-called",
        "A function is called that is not among those that are allowed.",
        ("obedience.allowed_tools",),
        only_if(chooses("allowed_tools"), _of_other_tool),
    ),
    Fault(
        "parallel-in-spite",
        "Two functions are called where calls in parallel are switched off.",
        ("obedience.parallel_tool_calls",),
        echoing("parallel_tool_calls"),
        with_member(of="parallel_tool_calls", made=True),
    ),
    Fault(
        "too-many-searches",
        "More hosted tools are called than max_tool_calls allows.",
        ("obedience.max_tool_calls",),
        _where_sent(
            "/max_tool_calls", bringing(loading({"type": "web_search"}), *(Item(search) for search in SEARCHES))
        ),
    ),
    Fault(
        "hosted-choice-ignored",
        "The hosted tool that tool_choice names is not called.",
        ("obedience.tool_choice_hosted",),
        echoing("tool_choice"),
        lambda body: {**body, "tool_choice": "none"} if _is_hosted(body) else body,
    ),
    Fault(
        "too-many-tokens",
        "More tokens are spent than max_output_tokens allows.",
        ("obedience.max_output_tokens",),
        _spending,
    ),
    Fault(
        "limit-ignored",
        "An answer goes on after max_output_tokens.",
        ("streams.incomplete", "limits.incomplete", "reasoning.budget", "obedience.max_output_tokens"),
        echoing("max_output_tokens"),
        _without_limit,
    ),
    Fault(
        "encrypted-reasoning-left-out",
        "Reasoning comes without its encrypted content, which include asks for.",
        ("obedience.encrypted_reasoning", *SENT_BACK),
        on_answer(drop("/output/*/encrypted_content")),
    ),
    Fault(
        "logprobs-left-out",
        "Text comes without the logprobs that include asks for.",
        ("obedience.logprobs",),
        on_answer(put("/output/*/content/*/logprobs", [])),
    ),
    Fault(
        "sources-unasked",
        "A web search comes with its sources, which include does not ask for.",
        ("obedience.included",),
        only_if(
            lambda reply: "include" not in reply.asked,
            on_answer(put("/output/*", _with_sources)),
        ),
    ),
)
