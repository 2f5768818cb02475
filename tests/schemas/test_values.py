"""The schemas accept what is right, refuse what is broken, and say exactly where; no value crashes them."""

import copy
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance.wire.json_values import show
from conformance.wire.schema import Violation, load, unknown_members, violations
from conformance.wire.schema_keywords import ROOM
from tests.schemas.files import OURS, parts, plain
from tests.schemas.values import (
    BROKEN,
    CALL,
    DATABRICKS_ERROR,
    GOOD,
    MESSAGE,
    OPENAI_ERROR,
    REQUEST,
    RESPONSE,
    TEXT_DELTA,
    accepted,
)


@pytest.mark.parametrize(("name", "value"), GOOD.values(), ids=GOOD)
def test_good_values_are_accepted(name: str, value: object) -> None:
    """Right values are accepted here and by jsonschema's own validator."""
    assert list(violations(name, value)) == []
    assert plain(name).is_valid(value)


@pytest.mark.parametrize(("name", "value", "expected"), BROKEN.values(), ids=BROKEN)
def test_broken_values_are_refused_at_the_exact_place(name: str, value: object, expected: tuple[str, str, str]) -> None:
    """A broken value is one violation at its exact place."""
    assert list(violations(name, value)) == [Violation(*expected)]
    # jsonschema lets a line feed follow a name, which the specification of patterns does not.
    assert not plain(name).is_valid(value) or "matches" in expected[1]


def test_several_violations_are_reported_together() -> None:
    """All violations of a value are told at once."""
    value = {**RESPONSE, "id": 1, "output": [{**CALL, "arguments": {}}, 5]}
    assert [each.pointer for each in violations("response", value)] == ["/id", "/output/0/arguments", "/output/1"]


def test_one_point_zero_is_an_integer() -> None:
    """A number without a fraction is an integer."""
    assert accepted("response", {**RESPONSE, "max_output_tokens": 64.0})
    assert not accepted("response", {**RESPONSE, "max_output_tokens": 64.5})


@pytest.mark.parametrize("field", ["input", "tools"])
def test_requests_are_closed(field: str) -> None:
    """A type that nobody knows is refused in a request."""
    [violation] = violations("request", {**REQUEST, field: [{"type": "surprise"}]})
    assert violation.pointer == f"/{field}/0/type"
    assert violation.received == '"surprise"'


def test_metadata_has_room_for_16_pairs() -> None:
    """Sixteen pairs are accepted and seventeen are not."""
    assert accepted("request", {**REQUEST, "metadata": {str(number): "v" * 512 for number in range(16)}})
    [violation] = violations("request", {**REQUEST, "metadata": {str(number): "v" for number in range(17)}})
    assert (violation.pointer, violation.expected) == ("/metadata", "at most 16 members")


def test_every_event_is_found_under_its_type() -> None:
    """The definition of an event has the name of its type."""
    mapping = load("events")["discriminator"]["mapping"]
    assert all(target == f"#/$defs/{tag}" for tag, target in mapping.items())
    assert accepted("events#/$defs/keepalive", {"type": "keepalive"})


@pytest.mark.parametrize("value", [RESPONSE, REQUEST, TEXT_DELTA, OPENAI_ERROR, DATABRICKS_ERROR, MESSAGE, CALL])
def test_samples_do_not_pass_for_each_other(value: object) -> None:
    """No value is right by two schemas of different things."""
    assert sum(accepted(name, value) for name in ("response", "request", "errors", "items#/$defs/message")) <= 1


def test_unknown_members_are_told() -> None:
    """Members and types that nobody has described are told by their place, but not in free places."""
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
    """Right values hold nothing that is not described, unless they are there to show it."""
    expected = ["/surprise"] if "surprise" in value else ["/type"] if "surprise" in value.get("type", "") else []
    assert list(unknown_members(name, value)) == expected


def nested(depth: int, *, inside: str) -> Any:
    value: Any = 0
    for _ in range(depth):
        value = {inside: [value], "type": "and"}
    return value


@pytest.mark.parametrize("name", ["response", "request", "events", "errors", "items#/$defs/input_item"])
def test_deep_values_are_refused_without_a_crash(name: str) -> None:
    """Values of any depth are refused with a short text."""
    deep: Any = []
    for _ in range(10_000):
        deep = [deep]
    for value in (deep, {"type": deep}, {"error": deep}, {"output": deep, "input": deep, "tools": deep}):
        found = list(violations(name, value))
        assert found
        assert all(len(each.received) <= 80 for each in found)
        list(unknown_members(name, value))


def test_a_schema_that_refers_to_itself_does_not_follow_a_value_for_ever() -> None:
    """A value that is nested too deeply is refused by that reason."""
    tool = {"type": "file_search", "vector_store_ids": [], "filters": nested(10_000, inside="filters")}
    [violation] = violations("tools#/$defs/tool", tool)
    assert violation.expected == "a value that is nested less deeply"
    list(unknown_members("tools#/$defs/tool", tool))


def test_deep_values_in_free_places_are_accepted() -> None:
    """Where anything may stand, depth does not matter."""
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
    """Numbers beyond all bounds are judged and told in short."""
    value = {"type": number, "temperature": number, "max_output_tokens": number, "output_index": number}
    for each in [*violations(name, value), *violations(name, number)]:
        assert len(each.received) <= 80
        assert len(each.expected) < 1000
    assert not accepted("response", {**RESPONSE, "created_at": "x", "max_output_tokens": number, "id": number})


def test_lone_surrogates_can_be_printed() -> None:
    """Half characters are escaped in what is told."""
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
    """A value is shown within the room that there is."""
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
    """Any value is judged by any schema."""
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
    """jsonschema's own validator agrees on values that are nearly right."""
    name, value = mutant
    assert accepted(name, value) == plain(name).is_valid(value)
