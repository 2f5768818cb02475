"""Faults of obedience: settings that nobody heeds."""

import json
from typing import Any, Final

from conformance.faults.lib.fault import Fault
from conformance.faults.lib.items import Added, adding, loaded_tools
from conformance.reference.edits.asked import Test, all_of, asks, chooses, sent, tools
from conformance.reference.edits.replies import echoing, is_plain, on_answer, on_final, on_items, only_if, where_sent
from conformance.reference.edits.requests import calling_none
from conformance.reference.generate import instance
from conformance.reference.reply import Reply, ReplyEdit
from conformance.wire.edit import put, without


def _is_form(kind: str, *, strict: bool | None = None) -> Test:
    def test(reply: Reply) -> bool:
        form = sent(reply, "/text/format") or {}
        return reply.status == 200 and form.get("type") == kind and strict in (None, form.get("strict"))

    return test


def _said(text: Any) -> ReplyEdit:
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


SMALL: Final = 1024
"""A limit that an answer can exceed without costing far more than is written in it."""


def _spending(reply: Reply) -> Reply:
    cap: Any = reply.asked.get("max_output_tokens")

    def usage(value: dict[str, Any] | None) -> Any:
        return value and value | {"output_tokens": cap + 1, "total_tokens": value["input_tokens"] + cap + 1}

    return on_final(put("/usage", usage))(reply) if cap and cap <= SMALL else reply


def _includes(reply: Reply) -> bool:
    return reply.asked.get("include") is not None


def _asks_no_summary(reply: Reply) -> bool:
    return sent(reply, "/reasoning/summary") is None


def _is_hosted(body: dict[str, Any]) -> bool:
    """True where a tool that the server runs is chosen by its type."""
    choice = body.get("tool_choice")
    return isinstance(choice, dict) and choice.get("type") in ("image_generation", "web_search_preview")


THOUGHT: Final = {"id": f"rs_{0:050}", "type": "reasoning", "summary": []}
SUMMARY: Final = {"type": "summary_text", "text": "The request was read."}
SEARCHES: Final = tuple(
    {"id": f"ws_{n}", "type": "web_search_call", "status": "completed", "action": {"type": "search", "query": "q"}}
    for n in range(2)
)

SOURCE: Final = {"type": "url", "url": "https://www.example.org"}

FAULTS: Final = (
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
        "required-call-left-out",
        "No tool is called where one is required, of functions and custom tools.",
        ("obedience.tool_choice_required",),
        echoing("tool_choice"),
        calling_none("function", "custom"),
    ),
    Fault(
        "other-function-called",
        "Another function is called than the one that was chosen.",
        ("obedience.tool_choice_named",),
        only_if(chooses("function"), _of_other_tool),
    ),
    Fault(
        "hosted-choice-ignored",
        "The hosted tool that tool_choice names is not called.",
        ("obedience.tool_choice_hosted",),
        echoing("tool_choice"),
        lambda body: {**body, "tool_choice": "none"} if _is_hosted(body) else body,
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
        lambda body: {**body, "parallel_tool_calls": True},
    ),
    Fault(
        "too-many-searches",
        "More hosted tools are called than max_tool_calls allows.",
        ("obedience.max_tool_calls",),
        where_sent(
            "/max_tool_calls", adding(loaded_tools({"type": "web_search"}), *(Added(search) for search in SEARCHES))
        ),
    ),
    Fault(
        "too-many-tokens",
        "More tokens are spent than max_output_tokens allows.",
        ("obedience.max_output_tokens",),
        _spending,
    ),
    Fault(
        "encrypted-reasoning-left-out",
        "Reasoning comes without its encrypted content, which include asks for.",
        ("obedience.encrypted_reasoning", "round_trips.reasoning", "clients.openai_agents_stateless"),
        on_answer(without("/output/*/encrypted_content")),
    ),
    Fault(
        "reasoning-at-no-effort",
        "The answer holds a reasoning item although the effort is none.",
        ("obedience.no_reasoning",),
        only_if(
            all_of(is_plain, asks("/reasoning/effort", "none"), lambda reply: not _includes(reply)),
            on_answer(put("/output", lambda output: [THOUGHT, *output])),
        ),
    ),
    Fault(
        "summary-unasked",
        "Reasoning is summed up, which was not asked for.",
        ("obedience.unasked_summary",),
        on_items("reasoning", "/summary", [SUMMARY], asked=_asks_no_summary),
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
        on_items("web_search_call", "/action/sources", [SOURCE], asked=lambda reply: "include" not in reply.asked),
    ),
    Fault(
        "sources-left-out",
        "A web search comes without the sources that include asks for.",
        ("obedience.included",),
        on_answer(without("/output/*/action/sources")),
    ),
)
