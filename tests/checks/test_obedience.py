"""The checks of obedience: what breaks each, and where none is judged."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from conformance.checks import judge
from conformance.contract import Level, load
from conformance.wire.edit import put
from conformance.wire.exchange import Exchange
from tests.checks.rules import broken_by, judged_by
from tests.right import answers as samples
from tests.right.answers import exchange, function_call
from tests.right.changed import asked
from tests.right.samples import MESSAGE, SAMPLES, message, with_answer, with_output


def as_if(name: str, output: list[Any] | None = None, **settings: Any) -> Exchange:
    """A sample with settings that were sent and came back, and perhaps another output."""
    edits = [put(f"/{member}", value) for member, value in settings.items()]
    answers = edits if output is None else [*edits, put("/output", output)]
    return asked(with_answer(name, *answers), *edits)


def text(name: str, value: str) -> Exchange:
    return with_answer(name, message(put("/content/0/text", value)))


CALLS = [item for item in SAMPLES["calls"].json["output"] if item["type"] == "function_call"]


@pytest.mark.parametrize("value", ["[]", '"text"', "7"])
def test_json_object_is_an_object(value: str) -> None:
    """JSON that is no object is found where an object was asked for."""
    assert broken_by(text("json_object", value)) == {"obedience.json_text"}


def test_a_refusal_and_a_cut_text_need_not_be_json() -> None:
    """What refuses or is cut off need not be JSON."""
    refusal = {**MESSAGE, "content": [{"type": "refusal", "refusal": "I will not."}]}
    assert "obedience.json_text" not in judged_by(as_if("json_schema", [refusal]))
    cut = {**SAMPLES["cut"].json, "text": SAMPLES["json_schema"].json["text"]}
    assert "obedience.json_text" not in judged_by(exchange(SAMPLES["json_schema"].request.json, cut))


def test_what_is_said_beside_a_call_or_as_a_comment_need_not_be_json() -> None:
    """Only the last word of an answer has to be JSON."""
    output = [MESSAGE, function_call()]
    found = as_if("json_schema", output, tools=[samples.STRICT])
    assert "obedience.json_text" not in judged_by(found)
    comment = {**MESSAGE, "id": "msg_0", "phase": "commentary"}
    assert not broken_by(as_if("json_schema", [comment, *SAMPLES["json_schema"].json["output"]]))


def test_a_schema_that_is_none_is_not_judged() -> None:
    """A schema that cannot be applied asks for nothing."""
    form = {**samples.FORM, "schema": {"type": "strin"}}
    assert "obedience.json_schema" not in judged_by(as_if("json_schema", text={"format": form, "verbosity": "medium"}))


@pytest.mark.parametrize("status", ["incomplete", "failed", "cancelled"])
def test_an_answer_that_is_not_completed_need_not_call(status: str) -> None:
    """An answer that was cut off, failed or was cancelled owes no call."""
    found = with_answer("calls", put("/output", []), put("/status", status))
    assert "function_tools.called" not in judged_by(found)


@pytest.mark.parametrize("choice", [{"type": "function", "name": "get_weather"}, "required"])
def test_a_choice_is_kept(choice: Any) -> None:
    """The call that was chosen is no fault."""
    assert not broken_by(as_if("calls", CALLS[:1], tool_choice=choice))


def test_no_call_where_one_is_named() -> None:
    """A message in place of the named call breaks the rule of named calls alone."""
    assert broken_by(as_if("named", [MESSAGE])) == {"obedience.tool_choice_named"}


def test_without_the_request_the_echo_says_what_was_asked() -> None:
    """Where the request was not kept, the answer is held to what it repeats."""
    body = {**SAMPLES["body_not_kept"].json, "output": [MESSAGE]}
    assert broken_by(exchange(None, body)) == {"function_tools.called"}


THOUGHT = {"id": "rs_0", "type": "reasoning", "summary": []}


@pytest.mark.parametrize("effort", ["none", None])
def test_no_reasoning_at_no_effort_asked_for_or_by_default(effort: str | None) -> None:
    """A reasoning item at effort none is found, whoever chose that effort; at another one it is not judged."""
    found = asked(with_output("text", THOUGHT, MESSAGE), put("/reasoning", {"effort": effort}))
    assert broken_by(found) == {"obedience.no_reasoning"}
    assert "obedience.no_reasoning" not in judged_by(SAMPLES["thinking"])


def test_a_summary_that_nobody_asked_for() -> None:
    """A summary is found where none was asked for, and not judged where one was, in either of two ways."""
    summed_up = with_answer("thinking", put("/output/0/summary", [{"type": "summary_text", "text": "It was read."}]))
    assert broken_by(summed_up) == {"obedience.unasked_summary"}
    for asked_for in ({"summary": "auto"}, {"generate_summary": "concise"}):
        right = asked(summed_up, put("/reasoning", {"effort": "low", **asked_for}))
        assert "obedience.unasked_summary" not in judged_by(right)


def test_parallel_calls_are_a_must_on_databricks() -> None:
    """Two calls at once, where one was allowed, break a must of Databricks' contract."""
    results = judge(with_output("one", *CALLS), load("databricks"))
    assert [r.level for r in results if r.finding and r.requirement.startswith("obedience")] == [Level.MUST]


JSON_MESSAGE = SAMPLES["json_schema"].json["output"][-1]

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
    """A message before a call of any kind is not the last word."""
    assert "obedience.json_text" not in broken_by(as_if("json_schema", [MESSAGE, call]))


def test_an_empty_text_is_not_the_final_one() -> None:
    """A message without text is passed over in the search for the last word."""
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
    """Every kind of call counts as one, and a refusal or a lost server excuses from it."""
    assert "obedience.tool_choice_required" not in broken_by(as_if("mixed", output))
    is_excused = output[0]["type"] in ("mcp_list_tools", "message")
    assert ("function_tools.called" not in broken_by(as_if("calls", output))) is is_excused


def test_an_approved_call_runs_whatever_the_choice_is() -> None:
    """A call that was approved before is no disobedience."""
    call = samples.mcp_call(approval_request_id="mcpr_1")
    given = [{"type": "mcp_approval_response", "approval_request_id": "mcpr_1", "approve": True}]
    sample = as_if("mcp", [samples.MCP_LIST, call, MESSAGE], tool_choice="none")
    assert not broken_by(asked(sample, put("/input", given)))


CODE = with_answer("code", put("/output/0/outputs", [{"type": "logs", "logs": "42"}]))

WITH_CODE = put("/include", ["code_interpreter_call.outputs"])


def test_what_is_included_is_there_where_it_was_asked_for() -> None:
    """What can be included comes where it was asked for, and nowhere else."""
    assert broken_by(CODE) == {"obedience.included"}
    assert not broken_by(asked(CODE, WITH_CODE))
    left_out = with_answer("code", put("/output/0/outputs", None))
    assert not broken_by(left_out)
    assert broken_by(asked(left_out, WITH_CODE)) == {"obedience.included"}
    assert "obedience.included" not in judged_by(dataclasses.replace(CODE, request=SAMPLES["body_not_kept"].request))
