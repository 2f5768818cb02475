"""What the reference endpoint's answers are made of: instances of schemas, and texts that patterns match."""

from typing import Any

import pytest

from conformance.reference.generate import NoInstance, instance
from conformance.reference.pattern import Unsupported, matching
from conformance.reference.strict import is_instance

LIST = {"type": "object", "properties": {"next": {"anyOf": [{"$ref": "#"}, {"type": "null"}]}}, "required": ["next"]}
TREE = {"type": "object", "properties": {"leaves": {"type": "array", "items": {"$ref": "#"}}}, "required": ["leaves"]}


@pytest.mark.parametrize(
    "schema",
    [
        LIST,
        TREE,
        {
            "$defs": {"a": LIST | {"properties": {"next": {"anyOf": [{"$ref": "#/$defs/a"}, {"type": "null"}]}}}},
            "$ref": "#/$defs/a",
        },
        {
            "allOf": [{"properties": {"a": {"type": "string"}}, "required": ["a"]}, {"required": ["b"]}],
            "type": "object",
        },
        {"oneOf": [{"type": "integer", "minimum": 3}, {"type": "string"}]},
        {"type": "array", "items": {"enum": [1, 2, 3]}, "minItems": 3, "uniqueItems": True},
        {"type": "array", "prefixItems": [{"const": "a"}, {"type": "number"}], "items": False},
        {"type": "array", "contains": {"const": 7}, "minItems": 2},
        {"type": "object", "minProperties": 3},
        {"type": "object", "minProperties": 2.0, "additionalProperties": {"type": "integer"}},
        {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 0.01},
        {"type": "integer", "maximum": -7, "multipleOf": 5},
        {"type": "integer", "enum": ["a", 3, 4.5]},
        {"type": "string", "minLength": 20, "maxLength": 20},
        {"type": "string", "maxLength": 0},
        True,
    ],
    ids=str,
)
def test_an_instance_is_found(schema: Any) -> None:
    """An instance that is found fits its schema."""
    assert is_instance(instance(schema), schema)


@pytest.mark.parametrize(
    "schema",
    [
        False,
        {"not": {}},
        {"$ref": "#"},
        {"$ref": "#/$defs/none"},
        {"$ref": "https://example.com/schema"},
        {"enum": []},
        {"type": "string", "minLength": 10**9},
        {"type": "integer", "minimum": 3, "maximum": 2},
        {"type": "number", "multipleOf": 1e-300, "minimum": 1e300},
        {"type": "array", "minItems": 10**9},
        {"type": "object", "minProperties": 10**12},
        {"type": "string", "pattern": "(?=a)b"},
        {
            "$defs": {"n": {"anyOf": [{"properties": {"a": {"$ref": "#/$defs/n"}}, "required": ["a"]}] * 9}},
            "$ref": "#/$defs/n",
        },
    ],
    ids=str,
)
def test_where_there_is_no_instance_it_is_said_soon(schema: Any) -> None:
    """A schema without an instance is told."""
    with pytest.raises(NoInstance):
        instance(schema)


@pytest.mark.parametrize(
    "pattern",
    [
        "abc",
        "^a|b$",
        "[a-f0-9]{8}",
        "(?:x|y)+z?",
        "(?P<year>\\d{4})-\\d{2}",
        "[^a-z]",
        "\\w+\\s\\S\\D\\W",
        ".*",
        "a{2,}b{0,3}c{1}",
        "\\.\\x41\\u0042\\n",
        "[\\]\\-a]",
        "[+-]?\\d*\\.?\\d+",
        "a+?b*?",
    ],
)
def test_a_text_for_a_pattern(pattern: str) -> None:
    """A text that is made for a pattern matches it."""
    for salt in range(3):
        assert is_instance(matching(pattern, salt), {"pattern": f"^(?:{pattern})$"})


@pytest.mark.parametrize(
    "pattern", ["(", ")", "[a", "a{x}", "*a", "(?=a)", "(?<!a)b", "\\1", "\\p{L}", "a{9999}", "\\", "[b-a]"]
)
def test_patterns_that_cannot_be_read(pattern: str) -> None:
    """A pattern beyond what is supported is told."""
    with pytest.raises(Unsupported):
        matching(pattern)
