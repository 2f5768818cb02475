"""Schemas that mean the same in other words, and those that do not."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.checks.lib.schema_meaning import same_meaning, same_parameters
from conformance.checks.lib.witness import witness

SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {"city": {"type": "string"}, "unit": {"enum": ["c", "f"]}, "near": {"$ref": "#/$defs/place"}},
    "required": ["city", "unit"],
    "additionalProperties": False,
    "$defs": {"place": {"type": ["string", "null"]}},
}
SAME: dict[str, Any] = {
    "dialect": SCHEMA | {"$schema": "http://json-schema.org/draft-07/schema#", "$id": "https://a.example/b"},
    "annotated": SCHEMA
    | {"title": "Place", "description": "Where?", "default": {}, "examples": [], "deprecated": True},
    "in another order": SCHEMA | {"required": ["unit", "city"]},
    "one type in a list": SCHEMA | {"type": ["object"]},
    "demanding nothing more": SCHEMA | {"minProperties": 0, "patternProperties": {}, "dependentRequired": {}},
    "old names": {name: value for name, value in SCHEMA.items() if name != "$defs"}
    | {
        "definitions": SCHEMA["$defs"],
        "properties": SCHEMA["properties"] | {"near": {"$ref": "#/definitions/place"}},
    },
    "nested annotations": SCHEMA
    | {"properties": SCHEMA["properties"] | {"city": {"type": "string", "title": "City", "minLength": 0}}},
    "one alternative": {"anyOf": [SCHEMA]},
}
OTHER: dict[str, Any] = {
    "nothing": {},
    "not required": SCHEMA | {"required": ["city"]},
    "open": SCHEMA | {"additionalProperties": True},
    "another type": SCHEMA | {"type": "array"},
    "another enum": SCHEMA | {"properties": SCHEMA["properties"] | {"unit": {"enum": ["c", "k"]}}},
    "longer": SCHEMA | {"properties": SCHEMA["properties"] | {"city": {"type": "string", "minLength": 1}}},
    "a member called title is lost": SCHEMA,
    "a bound deep inside": SCHEMA | {"$defs": {"place": {"type": ["string", "null"], "maxLength": 9}}},
    "no schema": "SCHEMA",
    "absent": None,
}


@pytest.mark.parametrize("other", SAME.values(), ids=SAME)
def test_the_same(other: Any) -> None:
    """What changes no validation changes no meaning."""
    assert same_meaning(SCHEMA, other)
    assert same_meaning(other, SCHEMA)


@pytest.mark.parametrize("name", OTHER)
def test_another(name: str) -> None:
    """What accepts other values is another schema; names of members are no keywords, and values no schemas."""
    schema = SCHEMA
    if name.startswith("a member"):
        schema = SCHEMA | {"properties": SCHEMA["properties"] | {"title": {"type": "string"}}}
    assert not same_meaning(schema, OTHER[name])
    if isinstance(OTHER[name], dict):
        # Some value proves it.
        (value,) = witness(schema, OTHER[name]) or (None,)
        accepted = [jsonschema.Draft202012Validator(each).is_valid(value) for each in (schema, OTHER[name])]
        assert accepted[0] != accepted[1]


def test_values_are_no_schemas() -> None:
    """An enum of objects keeps their members, whatever they are called."""
    assert not same_meaning({"enum": [{"title": "a"}, {"title": "b"}]}, {"enum": [{"title": "a"}, {"title": "c"}]})
    assert same_meaning({"enum": [1, 2]}, {"enum": [2, 1]})
    assert same_meaning({"enum": ["one"]}, {"const": "one"})


@pytest.mark.parametrize(
    "other",
    [
        {**SCHEMA, "properties": {**SCHEMA["properties"], "near": {"anyOf": [{"type": "null"}, {"type": "string"}]}}},
        {**SCHEMA, "properties": {**SCHEMA["properties"], "city": {"type": "string", "format": "x-city"}}},
        {"allOf": [SCHEMA, {"type": "object"}]},
        {"$ref": "#/$defs/whole", "$defs": {**SCHEMA["$defs"], "whole": SCHEMA}},
    ],
    ids=["a reference put in", "a format", "all of two", "a reference to itself"],
)
def test_other_words(other: dict[str, Any]) -> None:
    """What validates the same in words that are not compared is another schema, and no value proves it."""
    assert not same_meaning(SCHEMA, other)
    assert witness(SCHEMA, other) is None


def test_a_schema_inside_itself() -> None:
    """Values are made of schemas that refer to themselves, however often."""
    tree = {"$ref": "#/$defs/node", "$defs": {"node": {"type": "object", "properties": {}}}}
    node = {"type": "object", "properties": {f"p{n}": {"$ref": "#/$defs/node"} for n in range(60)}}
    assert witness({**tree, "$defs": {"node": node}}, tree) is not None
    assert witness({"$ref": "#"}, {"$ref": "#/$defs/a", "$defs": {"a": {"$ref": "#/$defs/a"}}}) is None


def test_parameters() -> None:
    """Arguments are an object, whether that is said or not."""
    assert same_parameters({}, {"type": "object", "properties": {}})
    assert same_parameters({"properties": {"a": True}}, {"type": "object", "properties": {"a": {}}, "required": []})
    assert not same_parameters({}, {"type": "object", "properties": {}, "additionalProperties": False})
    assert not same_meaning({}, {"type": "object", "properties": {}})


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 2) | st.sampled_from(["", "a"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["a", "b"]), inner, max_size=2),
    max_leaves=4,
)
SCHEMAS = st.recursive(
    st.sampled_from([{}, {"type": "string"}, {"type": ["integer"]}, {"enum": ["a", 1]}, {"const": 1}, True]),
    lambda inner: st.fixed_dictionaries(
        {},
        optional={
            "type": st.sampled_from(["object", "array", ["object", "string"]]),
            "properties": st.dictionaries(st.sampled_from(["a", "b"]), inner, max_size=2),
            "required": st.lists(st.sampled_from(["a", "b"]), unique=True),
            "additionalProperties": inner | st.booleans(),
            "items": inner,
            "anyOf": st.lists(inner, min_size=1, max_size=2),
            "oneOf": st.lists(inner, min_size=1, max_size=2),
            "title": st.just("t"),
            "minItems": st.integers(0, 1),
        },
    ),
    max_leaves=5,
)


@given(SCHEMAS, SCHEMAS, VALUES)
def test_the_same_meaning_accepts_the_same(one: Any, other: Any, value: Any) -> None:
    """Schemas of one normal form accept the same values, by jsonschema."""
    if same_meaning(one, other):
        accepted = [jsonschema.Draft202012Validator(schema).is_valid(value) for schema in (one, other)]
        assert accepted[0] == accepted[1]


@given(SCHEMAS)
def test_every_schema_means_itself(schema: Any) -> None:
    """A schema has the meaning of itself, and of itself in other words."""
    assert same_meaning(schema, schema)
    assert schema is True or same_meaning(schema, {**schema, "description": "d"})
