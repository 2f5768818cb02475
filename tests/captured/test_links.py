"""What one exchange of a capture says of another one, and what becomes of requests that are right and refused."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conformance.captured.exchanges import from_json
from conformance.captured.judging import judge_captured
from conformance.captured.summary import Summary
from conformance.checks import Memory
from conformance.contract import load
from tests.captured.captures import ASKED, RESPONSE, line, run, text
from tests.right.exchanges import changed_somewhere

HELLO = {"role": "user", "content": "Hello"}
WEATHER = {"type": "function", "name": "weather", "parameters": {"type": "object"}, "strict": False}
CALL = {
    "id": "fc_" + "1" * 40,
    "type": "function_call",
    "status": "completed",
    "call_id": "call_" + "1" * 20,
    "name": "weather",
    "arguments": "{}",
}
OUTPUT = {"type": "function_call_output", "call_id": CALL["call_id"], "output": "rain"}
THOUGHT = {"id": "rs_" + "1" * 40, "type": "reasoning", "summary": [], "encrypted_content": "gAAAAAB" + "x" * 60}
MESSAGE = RESPONSE["output"][-1]


def asked(*items: Any, **settings: Any) -> dict[str, Any]:
    """A request with these items for its input, in the member of a captured line."""
    body = {**ASKED, "input": [*items], "tools": [WEATHER], **settings}
    return {"method": "POST", "path": "/v1/responses", "query": "", "body": body}


def answered(name: str, request: dict[str, Any], *output: Any, **members: Any) -> dict[str, Any]:
    """A line of a capture with a right answer."""
    made = {"id": f"resp_{name:0>40}", "tools": [{**WEATHER, "description": None}], "output": [*output]}
    return line(body={**RESPONSE, **made, **members}, id=name, request=request)


def refused(name: str, request: dict[str, Any], message: str = "No.", **members: Any) -> dict[str, Any]:
    """A line of a capture with a refusal."""
    status = members.pop("status", 400)
    error = {"message": message, "type": "invalid_request_error", "param": None, "code": None, **members}
    return line(status, {"error": error}, id=name, request=request)


def found(*exchanges: dict[str, Any], contract: str = "openai") -> list[tuple[str, str, str]]:
    """Requirement, level and text of each finding on the last of some exchanges of one capture."""
    memory = Memory()
    judgements = [judge_captured(from_json(each), load(contract), memory) for each in exchanges]
    return [(result.requirement, str(result.level), finding.text) for result, finding in judgements[-1].findings]


def names(*exchanges: dict[str, Any], contract: str = "openai") -> list[tuple[str, str]]:
    return [(requirement, level) for requirement, level, _ in found(*exchanges, contract=contract)]


FIRST = answered("first", asked(HELLO), THOUGHT, CALL)
BACK = asked(HELLO, THOUGHT, CALL, OUTPUT)


# --- refusals of right requests ---


def test_own_items_that_are_taken_back() -> None:
    """A request that gives back what an answer gave, and is answered, breaks nothing."""
    assert found(FIRST, answered("second", BACK, {**MESSAGE, "id": "msg_" + "2" * 40})) == []


@pytest.mark.parametrize("contract", ["openai", "databricks"])
def test_own_items_that_are_refused(contract: str) -> None:
    """That is refused is a finding with the reason: a must, as the round trip of a function is promised."""
    ((requirement, level, told),) = found(FIRST, refused("second", BACK, "Unknown item."), contract=contract)
    assert (requirement, level) == ("capture.given_back", "must")
    assert "what first gave (a function_call)" in told
    assert told.endswith('received 400: "Unknown item."')


def test_own_items_without_their_ids() -> None:
    """A call is known by its call_id, reasoning by its content, and a message without its id not at all."""
    bare = [{name: value for name, value in item.items() if name != "id"} for item in (THOUGHT, CALL)]
    assert names(FIRST, refused("second", asked(HELLO, *bare, OUTPUT))) == [("capture.given_back", "must")]
    said = {"role": "assistant", "content": "Hello"}
    assert names(FIRST, refused("second", asked(HELLO, said, HELLO))) == [("capture.refused", "may")]


def test_items_that_nothing_promises_are_a_should() -> None:
    """A message that is refused in the next turn is a should."""
    first = answered("first", asked(HELLO), MESSAGE)
    assert names(first, refused("second", asked(HELLO, MESSAGE, HELLO))) == [("capture.given_back", "should")]


FILE = {"type": "input_file", "filename": "a.xyz", "file_data": "data:a/b;base64,AAAA"}
WITH_FILE = {"role": "user", "content": [FILE]}
OTHER_CAUSES: dict[str, dict[str, Any]] = {
    "another parameter": refused("second", BACK, param="temperature"),
    "too long": refused("second", BACK, code="context_length_exceeded", param="input"),
    "a file of the client": refused("second", asked(HELLO, THOUGHT, CALL, OUTPUT, WITH_FILE), param="input"),
    "another item": refused("second", asked(HELLO, THOUGHT, CALL, OUTPUT, HELLO), "Invalid 'input[4].content'."),
    "other words behind reasoning": refused(
        "second", asked(HELLO, THOUGHT, {"role": "assistant", "content": "Mine."}, HELLO)
    ),
}


@pytest.mark.parametrize("second", OTHER_CAUSES.values(), ids=OTHER_CAUSES)
def test_what_may_have_another_cause_is_observed(second: dict[str, Any]) -> None:
    """A refusal that may be for something else than the items that came back is counted, and is no finding."""
    assert names(FIRST, second) == [("capture.refused", "may")]


WRONG: dict[str, dict[str, Any]] = {
    "no output": refused("second", asked(HELLO, THOUGHT, CALL, HELLO)),
    "an output of nothing": refused("second", asked(HELLO, OUTPUT)),
    "reasoning without what it led to": refused("second", asked(HELLO, THOUGHT)),
    "reasoning before a question": refused("second", asked(HELLO, THOUGHT, HELLO)),
    "no item": refused("second", asked(HELLO, THOUGHT, CALL, OUTPUT, {"type": "message"})),
    "a setting that cannot be": refused("second", asked(HELLO, THOUGHT, CALL, OUTPUT, temperature=7)),
}


@pytest.mark.parametrize("second", WRONG.values(), ids=WRONG)
def test_a_wrong_request_is_rightly_refused(second: dict[str, Any]) -> None:
    """Of a request that does not fit the schema, or that is no whole conversation, nothing is said."""
    assert found(FIRST, second) == []


def test_what_a_contract_lets_refuse_is_no_right_request() -> None:
    """A parameter that Databricks does not support makes a request wrong there, and nowhere else."""
    second = refused("second", asked(HELLO, store=True))
    assert names(second, contract="databricks") == []
    assert names(second) == [("capture.refused", "may")]


OBSTACLES = [
    (401, "Invalid credential.", "the target refuses the credential (401)"),
    (403, "PERMISSION_DENIED: no grant", "the token may not use this model"),
    (404, "FEATURE_DISABLED", "the route is not enabled on this workspace"),
]


@pytest.mark.parametrize(("status", "message", "told"), OBSTACLES)
def test_obstacles_are_told_and_are_no_findings(status: int, message: str, told: str) -> None:
    """What a live run would call an obstacle has its sentence here, at a level that changes no verdict."""
    ((requirement, level, said),) = found(FIRST, refused("second", BACK, message, status=status))
    assert (requirement, level) == ("capture.obstacle", "may")
    assert told in said


def test_the_summary_counts_refusals_by_their_reasons() -> None:
    """How many right requests were refused, and why, stands in the summary."""
    summary, memory = Summary(), Memory()
    for each in (FIRST, refused("second", BACK, "Not so."), *[refused("third", asked(HELLO), "No\x1b.")] * 2):
        summary.add(judge_captured(from_json(each), load("openai"), memory))
    told = [*summary.lines()]
    place = told.index("refused though the request fits the schema: 3")
    assert told[place + 1].startswith("  2 x 400: ")
    assert told[place + 2] == '  1 x 400: "Not so."'
    assert all(each.isprintable() for each in told)


def test_the_command_remembers_between_exchanges() -> None:
    """The exchanges that a command reads are one capture."""
    result = run("--contract", "openai", "-", stdin=text(FIRST, refused("second", BACK)))
    assert result.returncode == 1
    assert b"capture.given_back" in result.stdout


# --- calls and settings ---


AGAIN = {**CALL, "id": "fc_" + "3" * 40}
SAID = {**MESSAGE, "id": "msg_" + "4" * 40}


def is_reused(*exchanges: dict[str, Any]) -> bool:
    """True if all that is found on the last exchange is that its call has the call_id of the first one's."""
    told = found(*exchanges)
    assert [(requirement, level) for requirement, level, _ in told] in ([], [("capture.call_ids", "should")])
    return bool(told) and "that of a function_call in first, of the same conversation" in told[0][2]


def test_a_call_id_of_an_earlier_turn() -> None:
    """A new call with the call_id of a turn before is found where the request does not show that turn."""

    def following(name: str, before: dict[str, Any], item: dict[str, Any]) -> dict[str, Any]:
        setting = {"previous_response_id": before["response"]["json"]["id"]}
        return answered(name, asked(HELLO, **setting), item, **setting)

    middle = following("middle", FIRST, SAID)
    assert is_reused(FIRST, following("last", FIRST, AGAIN))
    assert is_reused(FIRST, middle, following("last", middle, AGAIN))
    assert not is_reused(FIRST, answered("another", asked(HELLO), AGAIN))


def test_a_call_id_of_a_conversation_that_is_kept_elsewhere() -> None:
    """So it is where turns are of one conversation by its id."""
    turns = [
        answered(name, asked(HELLO, conversation=id_), item, conversation={"id": id_})
        for name, id_, item in (("first", "conv_1", CALL), ("last", "conv_1", AGAIN), ("other", "conv_2", AGAIN))
    ]
    assert is_reused(turns[0], turns[1])
    assert not is_reused(turns[0], turns[2])


def test_calls_of_the_history_with_one_call_id() -> None:
    """Two calls that a request sends back have two call_ids; the same call sent twice is the client's doing."""
    other = {**CALL, "id": "fc_" + "5" * 40, "arguments": '{"city": "Rome"}'}
    history = asked(HELLO, CALL, OUTPUT, other, OUTPUT)
    answer = {**MESSAGE, "id": "msg_" + "6" * 40}
    ((requirement, level, told),) = found(answered("one", history, answer))
    assert (requirement, level) == ("capture.sent_calls", "should")
    assert told.startswith("request /input/3/call_id   expected a call_id of its own, not that of /input/1")
    assert found(answered("one", asked(HELLO, CALL, OUTPUT, CALL, OUTPUT), answer)) == []


SET = answered("first", asked(HELLO, metadata={"run": "one"}), MESSAGE, metadata={"run": "one"})


def test_settings_of_another_request() -> None:
    """What another request set is named as the cause, in place of what each setting says."""
    output = {**MESSAGE, "id": "msg_" + "7" * 40}
    for sent in ({"metadata": {"run": "two"}}, {}):
        second = answered("second", asked(HELLO, HELLO, **sent), output, metadata={"run": "one"})
        ((requirement, level, told),) = found(SET, second)
        assert (requirement, level) == ("capture.settings", "should")
        assert 'those of first (metadata): metadata {"run": "one"}' in told


def test_settings_that_are_wrong_by_themselves() -> None:
    """A setting that is nobody's, or that is a default, stays the finding of its echo."""
    output = {**MESSAGE, "id": "msg_" + "7" * 40}
    strange = answered("second", asked(HELLO, metadata={"run": "two"}), output, metadata={"run": "three"})
    assert [name for name, _ in names(SET, strange)] == ["echo.metadata"]
    plain = answered("first", asked(HELLO, parallel_tool_calls=True), MESSAGE)
    other = answered("second", asked(HELLO, parallel_tool_calls=False), output, parallel_tool_calls=True)
    assert [name for name, _ in names(plain, other)] == ["echo.parallel_tool_calls"]


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_nothing_makes_the_judge_raise(data: st.DataObject) -> None:
    """Whatever a capture holds, each of its exchanges is judged beside the others, and the findings can be shown."""
    memory = Memory(limit=4)
    for each in (FIRST, refused("second", BACK), answered("third", BACK, {**MESSAGE, "id": "msg_" + "9" * 40})):
        made = from_json(each)
        for _ in range(2):
            sent, answer = changed_somewhere(data, made.exchange, JSON_VALUES)
            request = {**each["request"], "body": sent}
            status = data.draw(st.sampled_from([200, 201, 400, 404, 500]))
            line_ = {**each, "request": request, "response": {**each["response"], "json": answer, "status": status}}
            judgement = judge_captured(from_json(line_), load("databricks"), memory)
            assert all(finding.text.isprintable() for _, finding in judgement.findings)


def retrieved(id_: str, method: str = "GET") -> dict[str, Any]:
    """A request for a response by its id, which it does not find."""
    request = {"method": method, "path": f"/v1/responses/{id_}", "query": "", "body": None}
    return refused("second", request, "No such response.", status=404)


def test_what_is_stored_is_found() -> None:
    """A response that says that it is stored, or runs in the background, is found by its id until it is deleted."""
    for kept in ({"store": True}, {"store": False, "background": True}):
        first = answered("first", asked(HELLO), MESSAGE, **kept)
        id_ = first["response"]["json"]["id"]
        assert ("capture.retrieved", "should") in names(first, retrieved(id_))
        assert ("capture.retrieved", "should") not in names(first, retrieved("resp_other"))
        assert ("capture.retrieved", "should") not in names(first, retrieved(id_, "DELETE"), retrieved(id_))
    gone = answered("first", asked(HELLO), MESSAGE, store=False)
    assert ("capture.retrieved", "should") not in names(gone, retrieved(gone["response"]["json"]["id"]))
