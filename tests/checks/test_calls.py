"""The checks of calls, and of members that have to agree: what keeps each, what breaks it and nothing else."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance.checks import judge
from conformance.checks.lib import client_schemas
from conformance.checks.lib.client_schemas import problems
from conformance.contract import load
from conformance.wire.exchange import Exchange
from tests.checks.rules import broken_by, judged_by, rows, streamed
from tests.defects.answers import put, with_body, without
from tests.right import answers as samples
from tests.right.answers import exchange, function_call, good
from tests.right.exchanges import changed_somewhere

GOOD = good()
MCP = {"type": "mcp", "server_label": "other", "server_url": "https://x.example"}
DEFERRED = {**samples.STRICT, "defer_loading": True}
GROUP = {"type": "namespace", "name": "places", "description": "Places.", "tools": [samples.STRICT]}


def changed(name: str, *path: str | int, to: Any) -> Exchange:
    return with_body(GOOD[name], put(GOOD[name].json, *path, to=to))


def arguments(name: str, **members: Any) -> Exchange:
    index = next(i for i, item in enumerate(GOOD[name].json["output"]) if item["type"] == "function_call")
    values = json.loads(GOOD[name].json["output"][index]["arguments"]) | members
    return changed(name, "output", index, "arguments", to=json.dumps(values))


def calling(tools: list[Any], *items: Any, **sent: Any) -> Exchange:
    """An answer that calls, with tools that the request and the answer both show."""
    return samples.with_items(tools, *items, **sent)


def loaded(name: str) -> Exchange:
    found = GOOD["custom"]
    body = put(found.json, "tools", to=[samples.CUSTOM])
    return with_body(found, {**body, "output": [function_call(name=name, namespace="elsewhere")]})


LISTED = put(samples.MCP_LIST, "tools", 0, "input_schema", to={"properties": {"sides": {"type": "integer"}}})
LOOSE_CALL = function_call(name="get_time")
BREAKS = {
    "calls.declared_function": changed("calls", "output", 1, "name", to="no_such_tool"),
    "calls.loaded_function": loaded("no_such_tool"),
    "calls.declared_custom_tool": changed("custom", "output", 0, "name", to="no_such_tool"),
    "calls.declared_hosted_tool": calling([samples.STRICT], samples.SEARCH_CALL),
    "calls.declared_server": changed("mcp", "output", to=[{**samples.MCP_LIST, "server_label": "elsewhere"}]),
    "calls.listed_tool": changed("mcp", "output", 1, "name", to="no_such_tool"),
    "calls.argument_names": changed("mcp", "output", 1, "arguments", to='{"sides": 6, "sides": 4}'),
    "calls.mcp_arguments": calling([samples.MCP], LISTED, samples.mcp_call(arguments='{"sides": "six"}')),
    "calls.arguments_json": changed("mcp", "output", 1, "arguments", to="{"),
    "calls.strict_arguments": calling([samples.STRICT], function_call(arguments='{"unit": "K"}')),
    "calls.strict_parallel_arguments": arguments("calls", unit="K"),
    "calls.arguments_fit": calling([samples.LOOSE], function_call(name="get_time", arguments='{"city": 7}')),
    "calls.call_id": None,
    "calls.unique_call_ids": calling([samples.STRICT], function_call(), function_call(id="fc_2")),
    "calls.call_id_length": calling([samples.STRICT], function_call(call_id="call_" + "a" * 60)),
    "calls.call_id_prefix": calling([samples.STRICT], function_call(call_id="toolu_1")),
    "calls.output_of_call": changed("shell", "output", 1, "call_id", to="call_x"),
    "consistency.created_at": exchange(
        samples.ASKED, without(put(GOOD["text"].json, "created_at", to=1_760_000_000_123), "completed_at")
    ),
    "consistency.completed_at": changed("text", "completed_at", to=None),
    "consistency.no_error": changed("cancelled", "error", to={"code": "server_error", "message": "Oh."}),
    "consistency.no_usage_yet": changed("queued", "usage", to=GOOD["text"].json["usage"]),
    "consistency.message_status": changed("text", "output", -1, "status", to="incomplete"),
    "consistency.call_status": calling([samples.STRICT], function_call(status="incomplete")),
    "consistency.message_content": changed("search", "output", -1, "content", to=[]),
    "consistency.results": changed("image", "output", 0, "result", to=None),
    "consistency.usage_details": changed("text", "usage", "input_tokens_details", "cached_tokens", to=10**6),
    "consistency.item_type": changed("search", "output", 0, "type", to="web_searching"),
    "consistency.part_type": changed("search", "output", -1, "content", 0, "annotations", 0, "type", to="citation"),
    "consistency.annotation_place": changed(
        "search", "output", -1, "content", 0, "annotations", 0, "end_index", to=9999
    ),
}


def test_every_rule_is_broken_here() -> None:
    assert BREAKS.keys() == rows("calls") | rows("consistency")


@pytest.mark.parametrize("requirement", [name for name in BREAKS if BREAKS[name]])
def test_a_rule_is_broken_alone(requirement: str) -> None:
    found = BREAKS[requirement]
    assert found is not None
    assert broken_by(found) == {requirement}


@pytest.mark.parametrize("value", ["", None, 7, "missing"])
def test_a_call_without_an_id(value: Any) -> None:
    body = GOOD["custom"].json
    path = ("output", 0, "call_id")
    found = with_body(GOOD["custom"], without(body, *path) if value == "missing" else put(body, *path, to=value))
    assert "calls.call_id" in broken_by(found) <= {"calls.call_id", "response.schema"}


@pytest.mark.parametrize("requirement", BREAKS)
def test_a_rule_is_judged_and_kept_by_some_sample(requirement: str) -> None:
    if requirement != "calls.loaded_function":
        assert any(requirement in judged_by(sample) for sample in GOOD.values())


@pytest.mark.parametrize(
    ("text", "twice"),
    [('{"sides": 6}', False), ('{"a": {"a": 1}, "b": [{"a": 1}]}', False), ('{"b": [{"a": 1, "\\u0061": 2}]}', True)],
)
def test_an_argument_is_given_once(text: str, *, twice: bool) -> None:
    found = changed("mcp", "output", 1, "arguments", to=text)
    assert ("calls.argument_names" in broken_by(found)) is twice


@pytest.mark.parametrize("schema", [{"type": "strin"}, None, [], {"properties": {"sides": {"type": "number"}}}])
def test_a_schema_that_fits_or_cannot_be_applied(schema: Any) -> None:
    listed = put(samples.MCP_LIST, "tools", 0, "input_schema", to=schema)
    assert "calls.mcp_arguments" not in broken_by(calling([samples.MCP], listed, samples.mcp_call()))


@pytest.mark.parametrize("name", GOOD)
def test_the_end_of_a_stream_is_judged_too(name: str) -> None:
    sample = GOOD[name]
    if sample.status == 200 and sample.json["status"] == "completed":
        mine = ("calls", "consistency", "echo", "obedience")
        assert not [found for found in broken_by(streamed(sample)) if found.startswith(mine)]


def test_a_broken_end_of_a_stream_says_where() -> None:
    found = streamed(BREAKS["calls.declared_function"] or GOOD["text"])
    wheres = [r.finding.where for r in judge(found, load("openai")) if r.finding and r.requirement.startswith("calls")]
    assert wheres == ["event 2 response.completed /response/output/1/name"]


# --- where a tool can come from


def test_a_function_that_was_loaded_under_its_own_name_is_declared() -> None:
    body = {**GOOD["text"].json, "tools": [DEFERRED], "output": [function_call(namespace="get_weather")]}
    found = exchange({**samples.ASKED, "tools": [DEFERRED]}, body)
    assert "calls.loaded_function" in judged_by(found)
    assert not broken_by(found)


@pytest.mark.parametrize("name", ["get_weather", "no_such_tool"])
def test_a_function_in_a_namespace(name: str) -> None:
    call = function_call(namespace="places", name=name)
    found = exchange({**samples.ASKED, "tools": [GROUP]}, {**GOOD["text"].json, "tools": [GROUP], "output": [call]})
    assert broken_by(found) == (set() if name == "get_weather" else {"calls.declared_function"})


@pytest.mark.parametrize("carrier", ["additional_tools", "tool_search_output"])
def test_tools_that_an_item_of_the_request_brings(carrier: str) -> None:
    sent = {**samples.ASKED, "input": [{"type": carrier, "tools": [samples.STRICT]}]}
    found = exchange(sent, {**GOOD["text"].json, "tools": [samples.STRICT], "output": [function_call()]})
    assert not broken_by(found)


def test_a_call_of_a_shell_without_the_request_is_not_judged() -> None:
    found = exchange(None, {**GOOD["shell"].json, "tools": []})
    assert "calls.declared_hosted_tool" not in judged_by(found)


def test_arguments_that_are_cut_off_are_not_judged() -> None:
    cut = function_call(arguments='{"city": "Ro', status="incomplete")
    body = {**GOOD["cut"].json, "tools": GOOD["calls"].json["tools"], "output": [cut]}
    assert "calls.arguments_json" not in judged_by(exchange(None, body))


def test_arguments_are_compared_with_the_parameters_that_were_sent() -> None:
    tools = [{**samples.STRICT, "parameters": {"type": "object", "properties": {}}}]
    found = arguments("calls", unit="K")
    assert "calls.strict_parallel_arguments" in broken_by(with_body(found, {**found.json, "tools": tools}))


# --- schemas of anybody's making


def chain(keyword: str, length: int = 40) -> dict[str, Any]:
    """A schema that doubles its work with each step."""
    parts = {f"a{n}": {keyword: [{"$ref": f"#/$defs/a{n + 1}"}] * 2} for n in range(length)}
    return {"$defs": {**parts, f"a{length}": {"type": "object"}}, "$ref": "#/$defs/a0"}


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"$ref": "#"}, {}),
        (chain("allOf"), {}),
        (chain("oneOf"), {}),
        ({"type": "strin"}, {}),
        ({"required": "abc"}, {}),
        ({"$ref": "http://127.0.0.1:1/schema"}, {}),
        ({"$schema": "http://elsewhere.example"}, {}),
        ({"$schema": 7}, {}),
        ({"additionalProperties": False, "patternProperties": {"^(a+)+$": {}}}, {"a" * 50 + "b": 1}),
        ({"uniqueItems": True}, [[n] for n in range(5000)]),
        ({"multipleOf": 0.1}, 1e300),
        ({"description": "x" * client_schemas.MAX_SCHEMA}, {}),
        ([], {}),
        (None, {}),
        (True, {}),
    ],
)
def test_a_schema_that_cannot_be_applied_in_time_is_not_judged(schema: Any, value: Any) -> None:
    assert problems(schema, value) is None


@pytest.mark.parametrize("pattern", ["^(a+)+$", "(a|a)" * 20, "a?" * 30, r"(\w+)\1", r"\p{L}+", "a" * 600, "(?P<x>a)"])
def test_a_pattern_that_might_not_end_accepts_every_text(pattern: str) -> None:
    assert problems({"pattern": pattern}, "a" * 100 + "!") in ([], None)


@pytest.mark.parametrize(
    ("schema", "value", "fits"),
    [
        ({"pattern": r"^\d{3}-\d{4}$"}, "555-1234", True),
        ({"pattern": r"^\d{3}-\d{4}$"}, "555-123", False),
        ({"pattern": r"^[a-z\]]+\.x\(y\)$"}, "a.x(y)", True),
        ({"multipleOf": 0.1}, 0.3, True),
        ({"multipleOf": 0.1}, 0.35, False),
        ({"$schema": "http://json-schema.org/draft-07/schema#", "required": ["a"]}, {}, False),
        ({"$schema": "https://json-schema.org/draft/2020-12/schema", "required": ["a"]}, {"a": 1}, True),
        ({"uniqueItems": True}, [1, 1], False),
        ({"$defs": {"a": {"type": "string"}}, "$ref": "#/$defs/a"}, 7, False),
    ],
)
def test_a_schema_is_applied(schema: Any, value: Any, *, fits: bool) -> None:
    found = problems(schema, value)
    assert found is not None
    assert (found == []) is fits


# --- nothing crashes

WORDS = ["function_call", "message", "namespace", "tool_search_output", "json_schema", "x", "", "completed", "function"]
ANY = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 3) | st.floats(allow_nan=False) | st.sampled_from(WORDS),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["type", "name", "tools", "id"]), inner)
    ),
    max_leaves=8,
)


@given(st.data(), st.sampled_from(sorted(GOOD)))
@settings(max_examples=150, deadline=None)
def test_a_good_exchange_with_any_value_anywhere_gives_results(data: st.DataObject, name: str) -> None:
    sent, body = changed_somewhere(data, GOOD[name], ANY)
    for contract in ("openai", "databricks"):
        for result in judge(exchange(sent, body, status=GOOD[name].status), load(contract)):
            assert result.finding is None or result.finding.where.isprintable()


@given(ANY, ANY)
@settings(deadline=None)
def test_any_bodies_give_results(sent: Any, body: Any) -> None:
    judge(exchange(sent, body), load("openai"))
    judge(
        exchange(sent, {"object": "response", "status": "completed", "output": body, "tools": body}), load("databricks")
    )


def test_deep_values_give_results() -> None:
    deep: Any = "x"
    for _ in range(57):
        deep = {"properties": [deep]}
    tool = {**samples.STRICT, "parameters": deep}
    sent = {**samples.ASKED, "tools": [tool, {"type": "web_search", "filters": deep}], "metadata": deep}
    body = {
        **GOOD["text"].json,
        "tools": sent["tools"],
        "metadata": deep,
        "text": {"format": {**samples.FORM, "schema": deep}},
    }
    judge(exchange(sent, {**body, "output": [*body["output"], function_call()]}), load("openai"))


def test_arguments_of_a_call_that_failed_are_not_judged() -> None:
    """A server can refuse them because they are no JSON."""
    error = {"type": "mcp_protocol_error", "code": -32602, "message": "no JSON"}
    call = samples.mcp_call(arguments='{"sides": 6', status="failed", output=None, error=error)
    assert not broken_by(samples.with_items([samples.MCP], samples.MCP_LIST, call))


CITATIONS = ("search", "output", -1, "content", 0, "annotations")
FAILED = samples.mcp_call(status="failed", output=None, error=None)
UNFINISHED = {"id": "rs_9", "type": "reasoning", "summary": [], "status": "in_progress"}


@pytest.mark.parametrize(
    ("requirement", "wrong"),
    [
        ("consistency.call_status", calling([samples.STRICT], function_call(status="in_progress"))),
        ("consistency.message_status", calling([samples.STRICT], UNFINISHED)),
        ("consistency.results", calling([samples.MCP], samples.MCP_LIST, FAILED)),
        ("consistency.results", calling([samples.MCP], samples.MCP_LIST, samples.mcp_call(error={"type": "x"}))),
        ("consistency.results", calling([samples.MCP], samples.MCP_LIST, samples.mcp_call(output=None))),
        ("consistency.results", calling([samples.MCP], samples.MCP_LIST, samples.mcp_call(output=None, status=None))),
        (
            "consistency.results",
            calling([samples.MCP], samples.MCP_LIST, samples.mcp_call(output=None, error={"type": "x"})),
        ),
        ("consistency.call_status", calling([samples.MCP], samples.MCP_LIST, samples.mcp_call(status="calling"))),
        ("consistency.call_status", changed("search", "output", 0, "status", to="in_progress")),
        (
            "consistency.call_status",
            changed("image", "output", 0, to={**samples.IMAGE_CALL, "status": "generating", "result": None}),
        ),
        ("consistency.call_status", changed("shell", "output", 0, "status", to="in_progress")),
        ("consistency.usage_details", changed("text", "usage", "output_tokens_details", "reasoning_tokens", to=-1)),
        ("consistency.annotation_place", changed(*CITATIONS, to=[samples.CITATION, samples.CITATION])),
    ],
)
def test_members_that_do_not_agree(requirement: str, wrong: Exchange) -> None:
    assert requirement in broken_by(wrong)


@pytest.mark.parametrize(
    "found",
    [
        changed("search", "output", 0, "status", to="searching"),
        changed("search", "output", 0, "status", to="failed"),
        changed("image", "output", 0, "status", to="generating"),
        calling([samples.MCP], samples.MCP_LIST, samples.mcp_call(output="")),
        calling([samples.MCP], samples.MCP_LIST, without(samples.mcp_call(), "status")),
        calling([samples.MCP], samples.MCP_LIST, samples.mcp_call(status="failed", output=None, error={"type": "x"})),
        calling([{"type": "computer"}], samples.item("cu_1", "computer_call", call_id="call_1", actions=[{}])),
    ],
)
def test_members_that_agree(found: Exchange) -> None:
    assert not broken_by(found) & {"consistency.call_status", "consistency.results"}


def test_what_may_be_unfinished_or_twice() -> None:
    inner = function_call(status="in_progress", caller={"type": "program", "caller_id": "call_p"})
    assert "consistency.call_status" not in broken_by(calling([samples.STRICT], inner))
    cited = {"type": "file_citation", "file_id": "file_1", "filename": "a.txt", "index": 2}
    assert "consistency.annotation_place" not in broken_by(changed(*CITATIONS, to=[cited, cited]))
