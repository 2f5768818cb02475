"""Schemas of anybody's making: what is applied, and what cannot be applied in time."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.checks.lib import client_schemas
from conformance.checks.lib.client_schemas import problems


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
    """A schema that is none, or that might take for ever, gives no verdict."""
    assert problems(schema, value) is None


@pytest.mark.parametrize("pattern", ["^(a+)+$", "(a|a)" * 20, "a?" * 30, r"(\w+)\1", r"\p{L}+", "a" * 600, "(?P<x>a)"])
def test_a_pattern_that_might_not_end_accepts_every_text(pattern: str) -> None:
    """A pattern that might never end finds no fault with any text."""
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
    """A value that fits is accepted, and one that does not is refused."""
    found = problems(schema, value)
    assert found is not None
    assert (found == []) is fits
