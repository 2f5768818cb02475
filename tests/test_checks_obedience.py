"""The checks of obedience: what keeps each, what breaks it and nothing else, and where none is judged."""

from __future__ import annotations

import json
from typing import Any

import mutants_json_samples as samples
import pytest
from mutants_json_core import put, with_body, with_sent, without
from mutants_json_rules import broken_by, judged_by, rows
from mutants_json_samples import exchange, function_call, good

from conformance.checks import judge
from conformance.contract import Level, load
from conformance.exchange import Exchange

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

BREAKS = {
    "obedience.json_text": text("json_schema", "It is sunny."),
    "obedience.json_schema": misfit("json_schema", unit="K"),
    "obedience.loose_json_schema": misfit("json_loose", unit="K"),
    "obedience.tool_choice_none": as_if("none", CALLS[:1]),
    "obedience.tool_choice_required": as_if("calls", [MESSAGE]),
    "obedience.tool_choice_named": as_if("named", [CALLS[1]]),
    "obedience.tool_choice_hosted": as_if("chosen_search", [MESSAGE]),
    "obedience.allowed_tools": as_if("calls", CALLS[:1], tool_choice=ONLY_OTHER),
    "obedience.parallel_tool_calls": as_if("one", CALLS),
    "obedience.max_tool_calls": as_if("search", max_tool_calls=0),
    "obedience.max_output_tokens": as_if("text", max_output_tokens=SPENT - 1),
    "obedience.encrypted_reasoning": with_body(
        GOOD["settings"], without(GOOD["settings"].json, "output", 0, "encrypted_content")
    ),
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
    assert "obedience.tool_choice_required" not in judged_by(with_body(found, {**found.json, "status": status}))


@pytest.mark.parametrize("choice", [{"type": "function", "name": "get_weather"}, "required"])
def test_a_choice_is_kept(choice: Any) -> None:
    assert not broken_by(as_if("calls", CALLS[:1], tool_choice=choice))


def test_no_call_where_one_is_named() -> None:
    assert broken_by(as_if("named", [MESSAGE])) == {"obedience.tool_choice_named"}


def test_without_the_request_the_echo_says_what_was_asked() -> None:
    body = {**GOOD["body_not_kept"].json, "output": [MESSAGE]}
    assert broken_by(exchange(None, body)) == {"obedience.tool_choice_required"}


def test_parallel_calls_are_a_must_on_databricks() -> None:
    results = judge(BREAKS["obedience.parallel_tool_calls"], load("databricks"))
    assert [r.level for r in results if r.finding and r.requirement.startswith("obedience")] == [Level.MUST]
