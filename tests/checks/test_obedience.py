"""The checks of obedience: what keeps each, what breaks it and nothing else, and where none is judged."""

from __future__ import annotations

import json
from typing import Any

import pytest

from conformance.checks import judge
from conformance.contract import Level, load
from conformance.wire.exchange import Exchange
from tests.checks.rules import broken_by, judged_by, rows
from tests.defects.answers import put, with_body, with_sent, without
from tests.right import answers as samples
from tests.right.answers import exchange, function_call, good

GOOD = good()


def as_if(name: str, output: list[Any] | None = None, **asked: Any) -> Exchange:
    """A sample with settings that were sent and came back, and perhaps another output."""
    sample = GOOD[name]
    body = {**sample.json, **asked} | ({} if output is None else {"output": output})
    return with_body(with_sent(sample, {**sample.request.json, **asked}), body)


def text(name: str, value: str) -> Exchange:
    return with_body(GOOD[name], put(GOOD[name].json, "output", -1, "content", 0, "text", to=value))


def misfit(name: str, **members: Any) -> Exchange:
    value = json.loads(GOOD[name].json["output"][-1]["content"][0]["text"]) | members
    return text(name, json.dumps(value))


MESSAGE = GOOD["text"].json["output"][-1]
CALLS = [item for item in GOOD["calls"].json["output"] if item["type"] == "function_call"]
ONLY_OTHER = {"type": "allowed_tools", "mode": "auto", "tools": [{"type": "function", "name": "get_time"}]}
SPENT = GOOD["text"].json["usage"]["output_tokens"]

THOUGHT = {"id": "rs_0", "type": "reasoning", "summary": []}
SUMMARY = {"type": "summary_text", "text": "It was read."}
THINKING = GOOD["thinking"]

BREAKS = {
    "obedience.json_text": text("json_schema", "It is sunny."),
    "obedience.json_schema": misfit("json_schema", unit="K"),
    "obedience.loose_json_schema": misfit("json_loose", unit="K"),
    "obedience.tool_choice_none": as_if("none", CALLS[:1]),
    "obedience.tool_choice_required": as_if("mixed", [MESSAGE]),
    "obedience.tool_choice_named": as_if("named", [CALLS[1]]),
    "obedience.tool_choice_hosted": as_if("chosen_search", [MESSAGE]),
    "obedience.allowed_tools": as_if("calls", CALLS[:1], tool_choice=ONLY_OTHER),
    "obedience.parallel_tool_calls": as_if("one", CALLS),
    "obedience.max_tool_calls": as_if("search", max_tool_calls=0),
    "obedience.max_output_tokens": as_if("text", max_output_tokens=SPENT - 1),
    "obedience.encrypted_reasoning": with_body(
        GOOD["settings"], without(GOOD["settings"].json, "output", 0, "encrypted_content")
    ),
    "obedience.no_reasoning": as_if("text", [THOUGHT, MESSAGE]),
    "obedience.unasked_summary": with_body(THINKING, put(THINKING.json, "output", 0, "summary", to=[SUMMARY])),
    "obedience.logprobs": with_body(
        GOOD["settings"], put(GOOD["settings"].json, "output", -1, "content", 0, "logprobs", to=[])
    ),
}


def test_every_rule_is_broken_here() -> None:
    assert BREAKS.keys() == rows("obedience")


@pytest.mark.parametrize("requirement", BREAKS)
def test_a_rule_is_broken_alone(requirement: str) -> None:
    assert broken_by(BREAKS[requirement]) == {requirement}


@pytest.mark.parametrize("requirement", BREAKS)
def test_a_rule_is_judged_and_kept_by_some_sample(requirement: str) -> None:
    kept = as_if("search", max_tool_calls=3) if requirement == "obedience.max_tool_calls" else None
    assert any(requirement in judged_by(sample) for sample in [*GOOD.values(), *([kept] if kept else [])])


@pytest.mark.parametrize("value", ["[]", '"text"', "7"])
def test_json_object_is_an_object(value: str) -> None:
    assert broken_by(text("json_object", value)) == {"obedience.json_text"}


def test_a_refusal_and_a_cut_text_need_not_be_json() -> None:
    refusal = {**MESSAGE, "content": [{"type": "refusal", "refusal": "I will not."}]}
    assert "obedience.json_text" not in judged_by(as_if("json_schema", [refusal]))
    cut = {**GOOD["cut"].json, "text": GOOD["json_schema"].json["text"]}
    assert "obedience.json_text" not in judged_by(exchange(GOOD["json_schema"].request.json, cut))


def test_what_is_said_beside_a_call_or_as_a_comment_need_not_be_json() -> None:
    output = [MESSAGE, function_call()]
    found = as_if("json_schema", output, tools=[samples.STRICT])
    assert "obedience.json_text" not in judged_by(found)
    comment = {**MESSAGE, "id": "msg_0", "phase": "commentary"}
    assert not broken_by(as_if("json_schema", [comment, *GOOD["json_schema"].json["output"]]))


def test_a_schema_that_is_none_is_not_judged() -> None:
    form = {**samples.FORM, "schema": {"type": "strin"}}
    assert "obedience.json_schema" not in judged_by(as_if("json_schema", text={"format": form, "verbosity": "medium"}))


@pytest.mark.parametrize("status", ["incomplete", "failed", "cancelled"])
def test_an_answer_that_is_not_completed_need_not_call(status: str) -> None:
    found = as_if("calls", [])
    assert "function_tools.called" not in judged_by(with_body(found, {**found.json, "status": status}))


@pytest.mark.parametrize("choice", [{"type": "function", "name": "get_weather"}, "required"])
def test_a_choice_is_kept(choice: Any) -> None:
    assert not broken_by(as_if("calls", CALLS[:1], tool_choice=choice))


def test_no_call_where_one_is_named() -> None:
    assert broken_by(as_if("named", [MESSAGE])) == {"obedience.tool_choice_named"}


def test_without_the_request_the_echo_says_what_was_asked() -> None:
    body = {**GOOD["body_not_kept"].json, "output": [MESSAGE]}
    assert broken_by(exchange(None, body)) == {"function_tools.called"}


@pytest.mark.parametrize("effort", ["none", None])
def test_no_reasoning_at_no_effort_asked_for_or_by_default(effort: str | None) -> None:
    asked = {"reasoning": {"effort": effort}}
    body = {**GOOD["text"].json, "output": [THOUGHT, MESSAGE]}
    assert broken_by(with_body(with_sent(GOOD["text"], asked), body)) == {"obedience.no_reasoning"}
    assert "obedience.no_reasoning" not in judged_by(THINKING)


@pytest.mark.parametrize("asked", [{"summary": "auto"}, {"generate_summary": "concise"}])
def test_a_summary_that_was_asked_for(asked: Any) -> None:
    summed_up = put(THINKING.json, "output", 0, "summary", to=[SUMMARY])
    sent = {**THINKING.request.json, "reasoning": {"effort": "low", **asked}}
    assert "obedience.unasked_summary" not in judged_by(with_sent(with_body(THINKING, summed_up), sent))


def test_parallel_calls_are_a_must_on_databricks() -> None:
    results = judge(BREAKS["obedience.parallel_tool_calls"], load("databricks"))
    assert [r.level for r in results if r.finding and r.requirement.startswith("obedience")] == [Level.MUST]


JSON_MESSAGE = GOOD["json_schema"].json["output"][-1]
EMPTY = {**MESSAGE, "id": "msg_empty", "content": [{**MESSAGE["content"][0], "text": ""}]}
REFUSAL = {**MESSAGE, "content": [{"type": "refusal", "refusal": "I will not."}]}


@pytest.mark.parametrize(
    "call",
    [
        samples.item("apc_1", "apply_patch_call", call_id="call_p"),
        samples.item("cu_1", "computer_call", call_id="call_u"),
        samples.item("lsh_1", "local_shell_call", call_id="call_l"),
        samples.item("mcpr_1", "mcp_approval_request", name="roll", arguments="{}", server_label="dice"),
        samples.item("tsc_1", "tool_search_call", call_id="call_t", execution="client"),
        samples.SHELL_CALL,
        samples.SEARCH_CALL,
    ],
)
def test_what_is_said_before_any_call_need_not_be_json(call: Any) -> None:
    assert "obedience.json_text" not in broken_by(as_if("json_schema", [MESSAGE, call]))


def test_an_empty_text_is_not_the_final_one() -> None:
    assert not broken_by(as_if("json_schema", [JSON_MESSAGE, EMPTY]))
    assert broken_by(as_if("json_schema", [{**MESSAGE, "id": "msg_0"}, EMPTY])) == {"obedience.json_text"}


@pytest.mark.parametrize(
    "output",
    [
        [{"id": "prog_1", "type": "program"}, MESSAGE],
        [{"id": "mem_1", "type": "memory_call"}, MESSAGE],
        [{**samples.MCP_LIST, "error": {"type": "mcp_protocol_error", "message": "not reached"}}, MESSAGE],
        [REFUSAL],
    ],
)
def test_what_is_a_call_or_excuses_from_one(output: list[Any]) -> None:
    assert "obedience.tool_choice_required" not in broken_by(as_if("mixed", output))
    is_excused = output[0]["type"] in ("mcp_list_tools", "message")
    assert ("function_tools.called" not in broken_by(as_if("calls", output))) is is_excused


def test_an_approved_call_runs_whatever_the_choice_is() -> None:
    call = samples.mcp_call(approval_request_id="mcpr_1")
    given = [{"type": "mcp_approval_response", "approval_request_id": "mcpr_1", "approve": True}]
    sample = as_if("mcp", [samples.MCP_LIST, call, MESSAGE], tool_choice="none")
    approved = with_sent(sample, {**sample.request.json, "input": given})
    assert not broken_by(approved)
