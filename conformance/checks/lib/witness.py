"""A value that one of two JSON Schemas accepts and the other refuses: the proof that they do not mean the same.

Tried are values that both schemas are about, and what lies just beside them: a member fewer, one more, one of another
type, a number or a length beyond its bound. Only where the schemas differ are several values made of them. Where none
tells them apart they may still differ.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any, Final

from conformance.checks.lib.client_schemas import problems
from conformance.checks.lib.schema_meaning import same_meaning
from conformance.wire.json_values import at

MAX_TRIED: Final = 300
"""Values that are tried."""

MAX_LEVELS: Final = 12
"""Schemas inside one another of which several values are made."""

MAX_LENGTH: Final = 64
"""The longest text or list that is made."""

PLAIN: Final[dict[Any, Any]] = {"string": "x", "integer": 1, "number": 1.5, "boolean": True, "null": None, "array": []}
ANYTHING: Final[tuple[Any, ...]] = (None, True, 0, 1.5, "", "x", [], {})
TOGETHER: Final = ("anyOf", "oneOf", "allOf")
NUMBERS: Final = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf")
BESIDE: Final = "one more member"


def differ(one: Any, other: Any) -> bool:
    """True for two values of which one is no schema, or one accepts what the other refuses: nothing less is a proof."""
    if not (isinstance(one, dict) and isinstance(other, dict)):
        return not same_meaning(one, other)
    return not same_meaning(one, other) and witness(one, other) is not None


def witness(one: Any, other: Any) -> tuple[Any] | None:
    """A value that exactly one of two schemas accepts, in a tuple; None where none was found."""
    for value in itertools.islice(_tries((_Whole(one), one), (_Whole(other), other), 0), MAX_TRIED):
        found = problems(one, value), problems(other, value)
        if None not in found and bool(found[0]) != bool(found[1]):
            return (value,)
    return None


class _Whole:
    """A whole schema, and one value for each of its parts."""

    def __init__(self, schema: Any) -> None:
        self.schema = schema
        self.made: dict[int, Any] = {}

    def led(self, part: Any) -> Any:
        """A part of the schema; where that is a reference, what it leads to."""
        seen: list[Any] = []
        while isinstance(ref := at(part, "$ref"), str) and ref.startswith("#") and part not in seen:
            seen.append(part)
            steps = [step.replace("~1", "/").replace("~0", "~") for step in ref[1:].split("/")[1:]]
            part = at(self.schema, *steps)
        return part

    def value(self, part: Any) -> Any:
        """A value that a part of the schema is likely to accept. A part inside itself is null."""
        part = self.led(part)
        if not isinstance(part, dict):
            return "x"
        if id(part) not in self.made:
            self.made[id(part)] = None
            self.made[id(part)] = self._value(part)
        return self.made[id(part)]

    def _value(self, part: dict[str, Any]) -> Any:
        for listed in (part.get("const", ()), *_list(part.get("enum"))[:1]):
            if listed != ():
                return listed
        for name in TOGETHER:
            if branches := _list(part.get(name)):
                first = self.value(branches[0])
                own = _properties(part)
                return {**first, **self._members(own)} if own and isinstance(first, dict) else first
        kind = part.get("type")
        kind = kind[0] if isinstance(kind, list) and kind else kind
        if kind == "object" or (kind is None and _properties(part)):
            return self._members(_properties(part))
        least = next((part[name] for name in ("minItems", "minLength") if _is_length(part.get(name))), 0)
        if kind == "array":
            return [self.value(part.get("items"))] * max(least, 1)
        if kind == "string" and least:
            return "x" * least
        bounds = [part[name] for name in NUMBERS if isinstance(part.get(name), (int, float))]
        return bounds[0] if bounds else PLAIN.get(kind, "x") if isinstance(kind, str) else "x"

    def _members(self, properties: dict[str, Any]) -> dict[str, Any]:
        return {name: self.value(each) for name, each in properties.items()}


Part = tuple[_Whole, Any]


def _tries(one: Part, other: Part, level: int) -> Iterator[Any]:
    """Values that may tell two parts of schemas apart."""
    parts = [(whole, whole.led(part)) for whole, part in (one, other)]
    schemas = [part if isinstance(part, dict) else {} for _, part in parts]
    yield from (whole.value(part) for whole, part in parts)
    if level > MAX_LEVELS:
        return
    yield from _objects(parts, level)
    for name in TOGETHER:
        for pair in itertools.zip_longest(*(_list(schema.get(name)) for schema in schemas), fillvalue={}):
            yield from _inside(parts, pair, level)
    if any("items" in schema for schema in schemas):
        yield from ([value] for value in _inside(parts, [schema.get("items", {}) for schema in schemas], level))
    for (whole, _), schema in zip(parts, schemas, strict=True):
        yield from _listed_and_bounded(whole, schema)
    yield from ANYTHING


def _inside(parts: list[Part], pair: Any, level: int) -> Iterator[Any]:
    """Values for two schemas inside of parts; one, where they are the same to the letter and refer to nothing."""
    (whole, one), (other_whole, other) = ((whole, each) for (whole, _), each in zip(parts, pair, strict=True))
    if same_meaning(one, other) and "$ref" not in str(one):
        yield whole.value(one)
    else:
        yield from _tries((whole, one), (other_whole, other), level + 1)


def _objects(parts: list[Part], level: int) -> Iterator[Any]:
    """Objects with all members, one fewer and one more, and with each value of the members that differ."""
    both = [_properties(part) for _, part in parts]
    names = list(dict.fromkeys(itertools.chain(*both)))
    if not names:
        return
    for whole, part in parts:
        made = whole.value(part)
        all_of_it = {name: next(each for each in both if name in each) for name in names}
        for value in (made if isinstance(made, dict) else {}, {name: whole.value(all_of_it[name]) for name in names}):
            yield value
            yield {**value, BESIDE: "x"}
            for name in names:
                yield {each: member for each, member in value.items() if each != name}
            # What differs is tried beside the members of both sides.
            for name in names:
                pair = [each.get(name, {}) for each in both]
                yield from ({**value, name: member} for member in _inside(parts, pair, level))


def _listed_and_bounded(whole: _Whole, schema: dict[str, Any]) -> Iterator[Any]:
    """The values that a schema lists, and texts, lists and numbers about their bounds."""
    yield from _list(schema.get("enum"))
    for name in ("minLength", "maxLength", "minItems", "maxItems"):
        for length in (schema[name], schema[name] - 1, schema[name] + 1) if _is_length(schema.get(name)) else ():
            if 0 <= length <= MAX_LENGTH:
                yield "x" * length if name.endswith("Length") else [whole.value(schema.get("items"))] * length
    for name in NUMBERS:
        bound = schema.get(name)
        if isinstance(bound, (int, float)) and not isinstance(bound, bool):
            yield from (bound, bound - 1, bound + 1)
    kinds = schema.get("type")
    yield from (PLAIN[kind] for kind in (kinds if isinstance(kinds, list) else [kinds]) if kind in PLAIN)


def _properties(schema: Any) -> dict[str, Any]:
    found = at(schema, "properties")
    return found if isinstance(found, dict) else {}


def _is_length(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MAX_LENGTH


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
