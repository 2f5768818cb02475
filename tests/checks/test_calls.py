"""The checks of calls: ids, arguments, and where a tool that is called can come from."""

from __future__ import annotations

import json
from typing import Any

import pytest

from conformance.checks import judge
from conformance.contract import load
from conformance.wire.edit import put, without
from tests.checks.rules import broken_by, judged_by
from tests.right import answers as samples
from tests.right.answers import exchange, function_call
from tests.right.changed import streamed
from tests.right.samples import MESSAGE, SAMPLES, with_answer, with_output

DEFERRED = {**samples.STRICT, "defer_loading": True}

GROUP = {"type": "namespace", "name": "places", "description": "Places.", "tools": [samples.STRICT]}


@pytest.mark.parametrize("value", ["", None, 7, "missing"])
def test_a_call_without_an_id(value: Any) -> None:
    """A call id that is missing, empty or no string is found."""
    path = "/output/0/call_id"
    found = with_answer("custom", without(path) if value == "missing" else put(path, value))
    assert "calls.call_id" in broken_by(found) <= {"calls.call_id", "response.schema"}


@pytest.mark.parametrize(
    ("text", "twice"),
    [('{"sides": 6}', False), ('{"a": {"a": 1}, "b": [{"a": 1}]}', False), ('{"b": [{"a": 1, "\\u0061": 2}]}', True)],
)
def test_an_argument_is_given_once(text: str, *, twice: bool) -> None:
    """A name that comes twice in one object is found, in another object it is not."""
    found = with_answer("mcp", put("/output/1/arguments", text))
    assert ("calls.argument_names" in broken_by(found)) is twice


@pytest.mark.parametrize("schema", [{"type": "strin"}, None, [], {"properties": {"sides": {"type": "number"}}}])
def test_a_schema_that_fits_or_cannot_be_applied(schema: Any) -> None:
    """Arguments are not blamed where the schema of the server fits them or is none."""
    listed = put("/tools/0/input_schema", schema)(samples.MCP_LIST)
    assert "calls.mcp_arguments" not in broken_by(samples.with_items([samples.MCP], listed, samples.mcp_call()))


def test_a_broken_end_of_a_stream_says_where() -> None:
    """A finding in the response at the end of a stream names event and place."""
    found = streamed(with_answer("calls", put("/output/1/name", "no_such_tool")))
    results = judge(found, load("openai"), every=True)
    wheres = [r.finding.where for r in results if r.finding and r.requirement.startswith("calls")]
    assert wheres == ["event 2 response.completed /response/output/1/name"]


@pytest.mark.parametrize("name", ["patch", "local_shell", "rolled", "searched"])
def test_a_function_is_called_where_only_other_tools_are(name: str) -> None:
    """A call of another tool that comes as one of a function is told by its type, once."""
    found = broken_by(with_output(name, samples.function_call(name="run"), MESSAGE))
    assert "calls.kind" in found
    assert "calls.declared_function" not in found


def test_a_function_that_is_invented_beside_others() -> None:
    """A model can invent a name: where functions were declared, or nothing was, that is no call of another type."""
    found = broken_by(with_answer("calls", put("/output/1/name", "no_such_tool")))
    assert "calls.declared_function" in found
    assert "calls.kind" not in found
    assert "calls.kind" not in broken_by(with_output("text", samples.function_call(), MESSAGE))


# --- where a tool can come from


def test_a_function_that_was_loaded_under_its_own_name_is_declared() -> None:
    """A function that is loaded late counts as declared."""
    body = {**SAMPLES["text"].json, "tools": [DEFERRED], "output": [function_call(namespace="get_weather")]}
    found = exchange({**samples.ASKED, "tools": [DEFERRED]}, body)
    assert "calls.loaded_function" in judged_by(found)
    assert not broken_by(found)


@pytest.mark.parametrize("name", ["get_weather", "no_such_tool"])
def test_a_function_in_a_namespace(name: str) -> None:
    """A function of a namespace is declared, and one that it lacks is not."""
    call = function_call(namespace="places", name=name)
    found = exchange({**samples.ASKED, "tools": [GROUP]}, {**SAMPLES["text"].json, "tools": [GROUP], "output": [call]})
    assert broken_by(found) == (set() if name == "get_weather" else {"calls.declared_function"})


@pytest.mark.parametrize("carrier", ["additional_tools", "tool_search_output"])
def test_tools_that_an_item_of_the_request_brings(carrier: str) -> None:
    """Tools that came with an item of the input count as declared."""
    sent = {**samples.ASKED, "input": [{"type": carrier, "tools": [samples.STRICT]}]}
    found = exchange(sent, {**SAMPLES["text"].json, "tools": [samples.STRICT], "output": [function_call()]})
    assert not broken_by(found)


def test_a_call_of_a_shell_without_the_request_is_not_judged() -> None:
    """Without the request nobody knows whether the shell was declared."""
    found = exchange(None, {**SAMPLES["shell"].json, "tools": []})
    assert "calls.declared_hosted_tool" not in judged_by(found)


# --- arguments


def test_arguments_that_are_cut_off_are_not_judged() -> None:
    """The arguments of an incomplete call need not be JSON."""
    cut = function_call(arguments='{"city": "Ro', status="incomplete")
    body = {**SAMPLES["cut"].json, "tools": SAMPLES["calls"].json["tools"], "output": [cut]}
    assert "calls.arguments_json" not in judged_by(exchange(None, body))


def test_arguments_are_compared_with_the_parameters_that_were_sent() -> None:
    """The schema of the request counts, and not the one that came back."""
    tools = [{**samples.STRICT, "parameters": {"type": "object", "properties": {}}}]
    sent = SAMPLES["calls"].json["output"][0]["arguments"]
    wrong = put("/output/0/arguments", json.dumps(json.loads(sent) | {"unit": "K"}))
    assert "calls.strict_parallel_arguments" in broken_by(with_answer("calls", wrong, put("/tools", tools)))


def test_arguments_of_a_call_that_failed_are_not_judged() -> None:
    """A server can refuse them because they are no JSON."""
    error = {"type": "mcp_protocol_error", "code": -32602, "message": "no JSON"}
    call = samples.mcp_call(arguments='{"sides": 6', status="failed", output=None, error=error)
    assert not broken_by(samples.with_items([samples.MCP], samples.MCP_LIST, call))


def test_a_function_of_a_namespace_is_no_custom_tool_of_the_same_name() -> None:
    """A call in a namespace, or of a function in one, is not held against a custom tool that is called the same."""
    inner = {"type": "function", "name": "search", "description": "", "parameters": {"type": "object"}, "strict": False}
    group = {"type": "namespace", "name": "crm", "description": "", "tools": [inner]}
    other = {"type": "custom", "name": "search", "description": "", "format": {"type": "text"}}
    call = function_call(name="search", arguments="{}")
    for made in (call, {**call, "namespace": "crm"}):
        assert "calls.kind" not in broken_by(samples.with_items([group, other], made))
    assert "calls.kind" in broken_by(samples.with_items([other], call))
