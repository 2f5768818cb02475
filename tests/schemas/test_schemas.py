"""The schemas accept what is right, refuse what is broken, and say exactly where."""

import copy
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from conformance.wire import schema
from conformance.wire.json_values import show
from conformance.wire.schema import BASE, ROOM, SCHEMAS, SchemaError, Violation, load, unknown_members, violations

FILES = sorted(path.stem for path in SCHEMAS.glob("*.json"))
OURS = ["errors", "events", "items", "request", "response", "tools"]

LINK = {"type": "url_citation", "url": "https://a.example", "title": "A", "start_index": 0, "end_index": 2}
TEXT = {"type": "output_text", "text": "42", "logprobs": [], "annotations": [LINK]}
MESSAGE = {"id": "msg_1", "type": "message", "role": "assistant", "status": "completed", "content": [TEXT]}
CALL = {
    "id": "fc_1",
    "type": "function_call",
    "call_id": "call_1",
    "name": "add",
    "arguments": "{}",
    "status": "completed",
}
REASONING = {"id": "rs_1", "type": "reasoning", "summary": [{"type": "summary_text", "text": "Hm."}]}
OUTPUT_ITEMS: dict[str, dict[str, Any]] = {
    "message": MESSAGE,
    "refusal": {**MESSAGE, "content": [{"type": "refusal", "refusal": "No."}]},
    "reasoning": REASONING,
    "encrypted reasoning": {**REASONING, "encrypted_content": "x", "content": None, "status": None},
    "function_call": CALL,
    "custom_tool_call": {"id": "ctc_1", "type": "custom_tool_call", "call_id": "c", "name": "run", "input": "6 * 7"},
    "apply_patch_call": {
        "id": "apc_1",
        "type": "apply_patch_call",
        "call_id": "c",
        "status": "completed",
        "operation": {"type": "create_file", "path": "a.txt", "diff": "+a\n"},
    },
    "shell_call": {
        "id": "sh_1",
        "type": "shell_call",
        "call_id": "c",
        "status": "completed",
        "action": {"commands": ["ls"], "timeout_ms": None, "max_output_length": 100},
        "environment": {"type": "local"},
    },
    "shell_call_output": {
        "id": "sho_1",
        "type": "shell_call_output",
        "call_id": "c",
        "status": "completed",
        "output": [{"stdout": "a", "stderr": "", "outcome": {"type": "exit", "exit_code": 0}}],
    },
    "image_generation_call": {"id": "ig_1", "type": "image_generation_call", "status": "completed", "result": "AAAA"},
    "mcp_list_tools": {
        "id": "mcpl_1",
        "type": "mcp_list_tools",
        "server_label": "docs",
        "tools": [{"name": "ask", "description": None, "input_schema": {}, "annotations": None}],
    },
    "mcp_call": {
        "id": "mcp_1",
        "type": "mcp_call",
        "server_label": "docs",
        "name": "ask",
        "arguments": "{}",
        "output": None,
        "error": {"type": "http_error", "code": 424, "message": "down"},
    },
    "mcp_approval_request": {
        "id": "mcpr_1",
        "type": "mcp_approval_request",
        "server_label": "docs",
        "name": "ask",
        "arguments": "{}",
    },
    "web_search_call": {
        "id": "ws_1",
        "type": "web_search_call",
        "status": "completed",
        "action": {"type": "search", "query": "a", "sources": [{"type": "url", "url": "https://a.example"}]},
    },
    "file_search_call": {"id": "fs_1", "type": "file_search_call", "status": "completed", "queries": ["a"]},
    "code_interpreter_call": {
        "id": "ci_1",
        "type": "code_interpreter_call",
        "status": "completed",
        "code": "1 + 1",
        "container_id": "cntr_1",
        "outputs": [{"type": "logs", "logs": "2"}],
    },
    "computer_call": {
        "id": "cu_1",
        "type": "computer_call",
        "call_id": "c",
        "status": "in_progress",
        "action": {"type": "click", "button": "left", "x": 1, "y": 2},
        "pending_safety_checks": [],
    },
    "compaction": {"id": "cmp_1", "type": "compaction", "encrypted_content": "x"},
}
RESPONSE: dict[str, Any] = {
    "id": "resp_1",
    "object": "response",
    "created_at": 1760000000,
    "status": "completed",
    "error": None,
    "incomplete_details": None,
    "instructions": None,
    "max_output_tokens": 64,
    "metadata": {"run": "1"},
    "model": "gpt-5.4-2026-03-05",
    "output": [REASONING, MESSAGE],
    "parallel_tool_calls": True,
    "previous_response_id": None,
    "reasoning": {"effort": "low", "summary": None},
    "store": False,
    "temperature": 1.0,
    "text": {"format": {"type": "text"}, "verbosity": "medium"},
    "tool_choice": "auto",
    "tools": [{"type": "function", "name": "add", "description": None, "parameters": {}, "strict": True}],
    "top_p": 1,
    "truncation": "disabled",
    "usage": {
        "input_tokens": 10,
        "input_tokens_details": {"cached_tokens": 0},
        "output_tokens": -9,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": 1,
    },
    "user": None,
}
BEGUN = {**RESPONSE, "status": "in_progress", "output": [], "usage": None}
REQUEST: dict[str, Any] = {
    "model": "gpt-5-4",
    "input": [
        {"role": "user", "content": "6 * 7?"},
        {
            "type": "message",
            "role": "user",
            "content": [
                {"type": "input_text", "text": "and this"},
                {"type": "input_image", "image_url": "data:image/png;base64,AAAA", "detail": "auto"},
            ],
        },
        {"type": "function_call_output", "call_id": "call_1", "output": "42"},
        {"id": "msg_1"},
    ],
    "tools": [
        {"type": "function", "name": "add", "parameters": {"type": "object"}},
        {"type": "custom", "name": "run", "format": {"type": "grammar", "syntax": "lark", "definition": 'start: "a"'}},
        {"type": "mcp", "server_label": "docs", "server_url": "https://a.example", "require_approval": "never"},
    ],
    "tool_choice": {"type": "function", "name": "add"},
    "max_output_tokens": 16,
    "reasoning": {"effort": "low"},
    "text": {"format": {"type": "json_schema", "name": "answer", "schema": {"type": "object"}}},
    "metadata": {"run": "1"},
    "stream": True,
}
TEXT_DELTA = {
    "type": "response.output_text.delta",
    "sequence_number": 4,
    "item_id": "msg_1",
    "output_index": 0,
    "content_index": 0,
    "delta": "4",
    "logprobs": [],
}
OPENAI_ERROR = {"error": {"message": "No.", "type": "invalid_request_error", "param": None, "code": None}}
DATABRICKS_ERROR = {"error_code": "INVALID_PARAMETER_VALUE", "message": "No."}

GOOD: dict[str, tuple[str, Any]] = {
    "response": ("response", RESPONSE),
    "response with news": ("response", {**RESPONSE, "surprise": {"a": 1}, "service_tier": None}),
    "response with a named choice": ("response", {**RESPONSE, "tool_choice": {"type": "function", "name": "add"}}),
    "request": ("request", REQUEST),
    "request with a string": ("request", {"model": "gpt-5-4", "input": "Hi."}),
    "request of a stored prompt": ("request", {"prompt": {"id": "pmpt_1"}}),
    "openai error": ("errors", OPENAI_ERROR),
    "rate limit": ("errors", {"error": {**OPENAI_ERROR["error"], "retry_after": 15}}),
    "databricks error": ("errors", DATABRICKS_ERROR),
    "databricks error with a number": ("errors", {"error_code": 401, "message": "No.", "details": []}),
    "created": ("events", {"type": "response.created", "sequence_number": 0, "response": BEGUN}),
    "completed": ("events", {"type": "response.completed", "response": RESPONSE}),
    "text delta": ("events", TEXT_DELTA),
    "web search added without an action": (
        "events",
        {
            "type": "response.output_item.added",
            "output_index": 0,
            "item": {"id": "ws_1", "type": "web_search_call", "status": "in_progress"},
        },
    ),
    "arguments done without a name": (
        "events",
        {"type": "response.function_call_arguments.done", "item_id": "fc_1", "output_index": 0, "arguments": "{}"},
    ),
    "flat error": ("events", {"type": "error", "message": "No.", "code": None, "param": None}),
    "nested error": ("events", {"type": "error", "sequence_number": 2, **OPENAI_ERROR}),
    "keepalive": ("events", {"type": "keepalive", "sequence_number": 3}),
    "unknown event": ("events", {"type": "response.surprise", "sequence_number": "any"}),
    "unknown item": ("items#/$defs/output_item", {"type": "surprise"}),
    "unknown tool": ("tools#/$defs/tool", {"type": "surprise"}),
    **{f"output {name}": ("items#/$defs/output_item", item) for name, item in OUTPUT_ITEMS.items()},
    **{f"input {name}": ("items#/$defs/input_item", item) for name, item in OUTPUT_ITEMS.items()},
    **{f"added {name}": ("items#/$defs/added_item", item) for name, item in OUTPUT_ITEMS.items()},
}

# name, value, and the one violation
BROKEN: dict[str, tuple[str, Any, tuple[str, str, str]]] = {
    "no response": ("response", None, ("", "an object", "null")),
    "missing member": (
        "response",
        {key: value for key, value in RESPONSE.items() if key != "usage"},
        ("", 'the member "usage"', "nothing"),
    ),
    "wrong object": ("response", {**RESPONSE, "object": "list"}, ("/object", '"response"', '"list"')),
    "wrong status": (
        "response",
        {**RESPONSE, "status": "done"},
        (
            "/status",
            'one of "completed", "failed", "in_progress", "cancelled", "queued", "incomplete"',
            '"done"',
        ),
    ),
    "true is no integer": (
        "response",
        {**RESPONSE, "max_output_tokens": True},
        ("/max_output_tokens", "an integer or null", "true"),
    ),
    "deep in a union": (
        "response",
        {
            **RESPONSE,
            "output": [REASONING, {**MESSAGE, "content": [{**TEXT, "annotations": [{**LINK, "end_index": "2"}]}]}],
        },
        ("/output/1/content/0/annotations/0/end_index", "an integer", '"2"'),
    ),
    "metadata": (
        "response",
        {**RESPONSE, "metadata": {"a/b~c": 1}},
        ("/metadata/a~1b~0c", "a string", "1"),
    ),
    "tool choice": (
        "response",
        {**RESPONSE, "tool_choice": 5},
        ("/tool_choice", "a string or an object", "5"),
    ),
    "custom input that is no string": (
        "items#/$defs/output_item",
        {**OUTPUT_ITEMS["custom_tool_call"], "input": {"code": "6 * 7"}},
        ("/input", "a string", '{"code": "6 * 7"}'),
    ),
    "item without a type": ("items#/$defs/output_item", {"id": "x"}, ("", 'the member "type"', "nothing")),
    "item with a type that is no string": (
        "items#/$defs/output_item",
        {"type": 7},
        ("/type", "a string", "7"),
    ),
    "event without a type": ("events", {"delta": "a"}, ("", 'the member "type"', "nothing")),
    "negative index": (
        "events",
        {**TEXT_DELTA, "output_index": -1},
        ("/output_index", "a number of at least 0", "-1"),
    ),
    "created when it is over": (
        "events",
        {"type": "response.created", "response": {**BEGUN, "status": "completed"}},
        ("/response/status", 'one of "in_progress", "queued"', '"completed"'),
    ),
    "neither envelope": ("errors", {}, ("", 'the member "error" or "error_code"', "nothing")),
    "both envelopes": (
        "errors",
        {**OPENAI_ERROR, "error_code": "X"},
        ("/error_code", "no such member", '"X"'),
    ),
    "three of four members": (
        "errors",
        {"error": {"message": "No.", "type": "x", "param": None}},
        ("/error", 'the member "code"', "nothing"),
    ),
    "empty message": (
        "errors",
        {**DATABRICKS_ERROR, "message": ""},
        ("/message", "a string of at least 1 character", '""'),
    ),
    "unknown parameter": ("request", {**REQUEST, "stop": ["a"]}, ("/stop", "no such member", '["a"]')),
    "no model": ("request", {"input": "Hi."}, ("", 'the member "model"', "nothing")),
    "no input": ("request", {"model": "m"}, ("", 'the member "input"', "nothing")),
    "few tokens": (
        "request",
        {**REQUEST, "max_output_tokens": 10},
        ("/max_output_tokens", "a number of at least 16", "10"),
    ),
    "unknown role": (
        "request",
        {**REQUEST, "input": [{"role": "tool", "content": "a"}]},
        ("/input/0/role", 'one of "user", "assistant", "system", "developer"', '"tool"'),
    ),
    "image from nowhere": (
        "request",
        {**REQUEST, "input": [{"role": "user", "content": [{"type": "input_image"}]}]},
        ("/input/0/content/0", 'the member "image_url" or "file_id"', "nothing"),
    ),
    "function name": (
        "request",
        {**REQUEST, "tools": [{"type": "function", "name": "add\n"}]},
        ("/tools/0/name", "a string that matches ^[a-zA-Z0-9_-]{1,128}$", '"add\\n"'),
    ),
    "tool without a name": (
        "request",
        {**REQUEST, "tools": [{"type": "custom"}]},
        ("/tools/0", 'the member "name"', "nothing"),
    ),
    "unknown format": (
        "request",
        {**REQUEST, "text": {"format": {"type": "yaml"}}},
        ("/text/format/type", 'one of "text", "json_object", "json_schema"', '"yaml"'),
    ),
    "long metadata": (
        "request",
        {**REQUEST, "metadata": {"k" * 65: "v"}},
        ("/metadata/" + "k" * 65, "as the name of a member, a string of at most 64 characters", f'"{"k" * 65}"'),
    ),
}


@cache
def registry() -> Registry[Any]:
    return Registry().with_resources((f"{BASE}{stem}.json", Resource.from_contents(load(stem))) for stem in FILES)


@cache
def plain(name: str) -> Draft202012Validator:
    """Return jsonschema's own validator of the named schema, which knows nothing of discriminators."""
    stem, _, fragment = name.partition("#")
    return Draft202012Validator({"$ref": f"{BASE}{stem}.json#{fragment}"}, registry=registry())


def accepted(name: str, value: object) -> bool:
    return not list(violations(name, value))


def parts(node: Any) -> Iterator[dict[str, Any]]:
    """Yield every object in a schema."""
    if isinstance(node, dict):
        yield node
        for each in node.values():
            yield from parts(each)
    elif isinstance(node, list):
        for each in node:
            yield from parts(each)


def unions() -> Iterator[Any]:
    for stem in OURS:
        found = (part for part in parts(load(stem)) if "discriminator" in part)
        for number, part in enumerate(found):
            yield pytest.param(stem, part, id=f"{stem}-{number}")


def pinned(stem: str, reference: str, property_name: str) -> set[str]:
    """Return the tags that a branch allows, looking through what it refers to."""
    resolved = registry().resolver(f"{BASE}{stem}.json").lookup(reference).contents
    tag = resolved.get("properties", {}).get(property_name, {})
    if "const" in tag:
        return {tag["const"]}
    if "enum" in tag:
        return set(tag["enum"])
    where = reference.partition("#")[0].removesuffix(".json") or stem
    return pinned(where, resolved["$ref"], property_name)


# --- the files ---


@pytest.mark.parametrize("stem", FILES)
def test_schemas_are_valid(stem: str) -> None:
    document = load(stem)
    Draft202012Validator.check_schema(document)
    assert document["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert document["$id"] == f"{BASE}{stem}.json"
    assert document["title"]


@pytest.mark.parametrize("stem", FILES)
def test_every_reference_resolves(stem: str) -> None:
    resolver = registry().resolver(f"{BASE}{stem}.json")
    for part in parts(load(stem)):
        if isinstance(part.get("$ref"), str):
            resolver.lookup(part["$ref"])


@pytest.mark.parametrize("stem", OURS)
def test_nothing_is_defined_in_vain(stem: str) -> None:
    """A definition that no schema refers to is one that others ask for by name."""
    used = {
        reference.removeprefix(BASE).removeprefix(f"{stem}.json")
        for other in OURS
        for part in parts(load(other))
        for reference in [part.get("$ref")]
        if isinstance(reference, str) and (other == stem or reference.startswith(f"{stem}.json"))
    }
    asked_for = {"items": {"output_item", "added_item", "input_item"}, "response": {"current"}}.get(stem, set())
    unused = {name for name in load(stem).get("$defs", {}) if f"#/$defs/{name}" not in used} - asked_for
    assert not unused


@pytest.mark.parametrize(("stem", "union"), list(unions()))
def test_discriminators_agree_with_their_branches(stem: str, union: dict[str, Any]) -> None:
    tags = union["discriminator"]
    default = tags.get("defaultMapping")
    assert {each["$ref"] for each in union["anyOf"]} == {*tags["mapping"].values(), *([default] if default else [])}
    for tag, reference in tags["mapping"].items():
        allowed = pinned(stem, reference, tags["propertyName"])
        assert tag in allowed
        assert all(tags["mapping"].get(other) == reference for other in allowed)
    if default:
        branch = registry().resolver(f"{BASE}{stem}.json").lookup(default).contents
        assert branch["required"] == [tags["propertyName"]]
        tag_schema = branch["properties"][tags["propertyName"]]
        assert tag_schema == {"type": "string", "not": {"enum": list(tags["mapping"])}}


def test_what_a_server_sends_is_never_closed() -> None:
    for stem in ("errors", "events", "items", "response", "tools"):
        assert not [part for part in parts(load(stem)) if part.get("additionalProperties") is False]


# --- verdicts ---


@pytest.mark.parametrize(("name", "value"), GOOD.values(), ids=GOOD)
def test_good_values_are_accepted(name: str, value: object) -> None:
    assert list(violations(name, value)) == []
    assert plain(name).is_valid(value)


@pytest.mark.parametrize(("name", "value", "expected"), BROKEN.values(), ids=BROKEN)
def test_broken_values_are_refused_at_the_exact_place(name: str, value: object, expected: tuple[str, str, str]) -> None:
    assert list(violations(name, value)) == [Violation(*expected)]
    # jsonschema lets a line feed follow a name, which the specification of patterns does not.
    assert not plain(name).is_valid(value) or "matches" in expected[1]


def test_several_violations_are_reported_together() -> None:
    value = {**RESPONSE, "id": 1, "output": [{**CALL, "arguments": {}}, 5]}
    assert [each.pointer for each in violations("response", value)] == ["/id", "/output/0/arguments", "/output/1"]


def test_one_point_zero_is_an_integer() -> None:
    assert accepted("response", {**RESPONSE, "max_output_tokens": 64.0})
    assert not accepted("response", {**RESPONSE, "max_output_tokens": 64.5})


@pytest.mark.parametrize("field", ["input", "tools"])
def test_requests_are_closed(field: str) -> None:
    [violation] = violations("request", {**REQUEST, field: [{"type": "surprise"}]})
    assert violation.pointer == f"/{field}/0/type"
    assert violation.received == '"surprise"'


def test_metadata_has_room_for_16_pairs() -> None:
    assert accepted("request", {**REQUEST, "metadata": {str(number): "v" * 512 for number in range(16)}})
    [violation] = violations("request", {**REQUEST, "metadata": {str(number): "v" for number in range(17)}})
    assert (violation.pointer, violation.expected) == ("/metadata", "at most 16 members")


def test_every_event_is_found_under_its_type() -> None:
    mapping = load("events")["discriminator"]["mapping"]
    assert all(target == f"#/$defs/{tag}" for tag, target in mapping.items())
    assert accepted("events#/$defs/keepalive", {"type": "keepalive"})


@pytest.mark.parametrize("value", [RESPONSE, REQUEST, TEXT_DELTA, OPENAI_ERROR, DATABRICKS_ERROR, MESSAGE, CALL])
def test_samples_do_not_pass_for_each_other(value: object) -> None:
    assert sum(accepted(name, value) for name in ("response", "request", "errors", "items#/$defs/message")) <= 1


# --- what is not described ---


def test_unknown_members_are_told() -> None:
    value = {
        **RESPONSE,
        "surprise": {"a": 1},
        "output": [{**MESSAGE, "x/y": 1}, {"type": "news", "id": 1}],
        "metadata": {"free": "form"},
        "tools": [{"type": "function", "name": "a", "description": "", "parameters": {"any": {}}, "strict": False}],
    }
    assert accepted("response", value)
    assert sorted(unknown_members("response", value)) == ["/output/0/x~1y", "/output/1/type", "/surprise"]


@pytest.mark.parametrize(("name", "value"), GOOD.values(), ids=GOOD)
def test_samples_hold_nothing_unknown_unless_they_mean_to(name: str, value: dict[str, Any]) -> None:
    expected = ["/surprise"] if "surprise" in value else ["/type"] if "surprise" in value.get("type", "") else []
    assert list(unknown_members(name, value)) == expected


# --- any value at all ---


def nested(depth: int, *, inside: str) -> Any:
    value: Any = 0
    for _ in range(depth):
        value = {inside: [value], "type": "and"}
    return value


@pytest.mark.parametrize("name", ["response", "request", "events", "errors", "items#/$defs/input_item"])
def test_deep_values_are_refused_without_a_crash(name: str) -> None:
    deep: Any = []
    for _ in range(10_000):
        deep = [deep]
    for value in (deep, {"type": deep}, {"error": deep}, {"output": deep, "input": deep, "tools": deep}):
        found = list(violations(name, value))
        assert found
        assert all(len(each.received) <= 80 for each in found)
        list(unknown_members(name, value))


def test_a_schema_that_refers_to_itself_does_not_follow_a_value_for_ever() -> None:
    tool = {"type": "file_search", "vector_store_ids": [], "filters": nested(10_000, inside="filters")}
    [violation] = violations("tools#/$defs/tool", tool)
    assert violation.expected == "a value that is nested less deeply"
    list(unknown_members("tools#/$defs/tool", tool))


def test_deep_values_in_free_places_are_accepted() -> None:
    tool = {"type": "function", "name": "a", "description": None, "parameters": nested(10_000, inside="x")}
    assert accepted("tools#/$defs/tool", {**tool, "strict": True})


ODD_NUMBERS = {
    "huge": 10**5000,
    "hugely negative": -(10**5000),
    "infinite": float("inf"),
    "negative infinite": float("-inf"),
    "no number": float("nan"),
    "large": 1e308,
}


@pytest.mark.parametrize("number", ODD_NUMBERS.values(), ids=ODD_NUMBERS)
@pytest.mark.parametrize("name", ["response", "request", "events"])
def test_odd_numbers_are_safe(name: str, number: float) -> None:
    value = {"type": number, "temperature": number, "max_output_tokens": number, "output_index": number}
    for each in [*violations(name, value), *violations(name, number)]:
        assert len(each.received) <= 80
        assert len(each.expected) < 1000
    assert not accepted("response", {**RESPONSE, "created_at": "x", "max_output_tokens": number, "id": number})


def test_lone_surrogates_can_be_printed() -> None:
    value = {**RESPONSE, "status": "\ud800", "metadata": {"\udfff": 1}}
    found = list(violations("response", value))
    assert {each.pointer for each in found} == {"/status", "/metadata/\\udfff"}
    for each in found:
        (each.pointer + each.expected + each.received).encode("utf-8")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, "null"),
        (True, "true"),
        (1.5, "1.5"),
        (10**60, "an integer of 200 bits"),
        ("a" * 200, '"' + "a" * 78 + "…"),
        ([[[[1]]]], "[[[[…]]]]"),
        ({"a": [1, "b"]}, '{"a": [1, "b"]}'),
        ([], "[]"),
        (b"", "bytes"),
    ],
)
def test_values_are_described_in_short(value: object, expected: str) -> None:
    assert show(value, ROOM) == expected


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(st.characters(), max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)
WORDS = sorted({key for _, value in GOOD.values() for part in parts(value) for key in part})
TAGS = sorted({part["type"] for _, value in GOOD.values() for part in parts(value) if "type" in part})
# Values that use the words of the API get further into a schema than random ones.
LIKELY = st.recursive(
    JSON | st.sampled_from(TAGS),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(WORDS), inner, max_size=6)
        | st.builds(
            lambda tag, rest: {**rest, "type": tag},
            st.sampled_from(TAGS),
            st.dictionaries(st.sampled_from(WORDS), inner),
        )
    ),
    max_leaves=20,
)
NAMES = st.sampled_from([*OURS, *(f"items#/$defs/{name}" for name in ("output_item", "added_item", "input_item"))])
STEADY = settings(deadline=None, database=None, max_examples=150)


@STEADY
@given(name=NAMES, value=JSON | LIKELY)
def test_no_value_crashes(name: str, value: object) -> None:
    for each in violations(name, value):
        assert each.pointer == "" or each.pointer.startswith("/")
        assert each.expected
        assert len(each.received) <= 80
    assert all(isinstance(pointer, str) for pointer in unknown_members(name, value))


@st.composite
def mutants(draw: st.DrawFn) -> tuple[str, Any]:
    """A sample of which one member is gone or is something else."""
    name, value = draw(st.sampled_from(list(GOOD.values())))
    value = copy.deepcopy(value)
    part = draw(st.sampled_from([each for each in parts(value) if each]))
    key = draw(st.sampled_from(sorted(part)))
    if draw(st.booleans()):
        del part[key]
    else:
        part[key] = draw(JSON.filter(lambda each: "\n" not in json.dumps(each)) | LIKELY | st.sampled_from(TAGS))
    return name, value


@STEADY
@given(mutants())
def test_a_plain_validator_gives_the_same_verdict(mutant: tuple[str, Any]) -> None:
    name, value = mutant
    assert accepted(name, value) == plain(name).is_valid(value)


# --- loading ---


@pytest.mark.parametrize(
    "name", ["nowhere", "items#/$defs/nothing", "items#nothing", "items#/$defs/message/required/9"]
)
def test_names_that_lead_nowhere(name: str) -> None:
    with pytest.raises(SchemaError):
        violations(name, {})


@pytest.mark.parametrize(
    ("stem", "content"),
    [
        ("broken", b"{"),
        ("array", b"[]"),
        ("foreign", b'{"$ref": "https://elsewhere.example/a.json"}'),
        ("binary", b"\xff"),
    ],
)
def test_files_that_cannot_be_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stem: str, content: bytes) -> None:
    (tmp_path / f"{stem}.json").write_bytes(content)
    monkeypatch.setattr(schema, "SCHEMAS", tmp_path)
    with pytest.raises(SchemaError, match=stem):
        violations(stem, {})
