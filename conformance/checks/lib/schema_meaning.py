"""Whether two JSON Schemas mean the same: a server may send one back in other words.

Compared are normal forms (JSON Schema 2020-12): annotations, which change no validation, are left out, as is what
demands nothing; what has no order is put in order; ways to say one thing become one. Two schemas with one normal form
accept the same values. The reverse does not hold, so that a difference is no proof of another meaning.
"""

from __future__ import annotations

from typing import Any, Final

from conformance.wire.json_values import MAX_DEPTH, same

ANNOTATIONS: Final = frozenset(
    {"$schema", "$id", "$comment", "title", "description", "default", "examples", "deprecated", "readOnly", "writeOnly"}
)
"""Keywords of the vocabularies core and meta-data that validate nothing."""

DEMANDS_NOTHING: Final[dict[str, tuple[Any, ...]]] = {
    "properties": ({},),
    "patternProperties": ({},),
    "required": ([],),
    "additionalProperties": (True, {}),
    "unevaluatedProperties": (True, {}),
    "items": (True, {}),
    "minLength": (0,),
    "minItems": (0,),
    "minProperties": (0,),
    "uniqueItems": (False,),
    "dependentRequired": ({},),
    "$defs": ({},),
    "nullable": (False,),
}
"""Values with which a keyword accepts everything."""

OLD_NAMES: Final = {"definitions": "$defs"}
SCHEMAS_BY_NAME: Final = frozenset({"properties", "patternProperties", "$defs", "dependentSchemas"})
LISTS_OF_SCHEMAS: Final = frozenset({"allOf", "anyOf", "oneOf"})
UNORDERED: Final = frozenset({"enum", "required", "type"})
VALUES: Final = frozenset({"const", "enum", "default", "examples"})
"""Keywords whose values are data, and no schemas."""


def normal_form(schema: Any) -> Any:
    """A schema in the words in which schemas are compared; what is no schema stays as it is."""
    return _normal(schema, 0)


def same_meaning(one: Any, other: Any) -> bool:
    """True if both schemas have one normal form."""
    return same(_normal(one, 0), _normal(other, 0))


def same_parameters(one: Any, other: Any) -> bool:
    """True if both are the parameters of one function: arguments are an object whether that is said or not."""
    return same(_of_object(_normal(one, 0)), _of_object(_normal(other, 0)))


def _of_object(schema: Any) -> Any:
    return {"type": "object", **schema} if isinstance(schema, dict) and not schema.keys() & {"$ref"} else schema


def _normal(schema: Any, depth: int) -> Any:
    """The normal form of a schema; what is no schema stays as it is."""
    if schema is True:
        return {}
    if not isinstance(schema, dict) or depth > MAX_DEPTH:
        return schema
    normal: dict[Any, Any] = {}
    for name, value in schema.items():
        keyword = str(OLD_NAMES.get(name, name))
        if keyword in ANNOTATIONS:
            continue
        made = _value(keyword, value, depth + 1)
        if not any(same(made, nothing) for nothing in DEMANDS_NOTHING.get(keyword, ())):
            normal[keyword] = made
    if normal.get("enum") and isinstance(normal["enum"], list) and len(normal["enum"]) == 1:
        normal["const"] = normal.pop("enum")[0]
    for keyword in LISTS_OF_SCHEMAS & normal.keys():
        # One alternative is none. Beside other keywords it is left as it is.
        if normal.keys() == {keyword} and isinstance(normal[keyword], list) and len(normal[keyword]) == 1:
            return normal[keyword][0]
    return normal


def _value(keyword: Any, value: Any, depth: int) -> Any:
    if keyword == "$ref" and isinstance(value, str):
        return value.replace("#/definitions/", "#/$defs/")
    if keyword in SCHEMAS_BY_NAME and isinstance(value, dict):
        return {name: _normal(each, depth) for name, each in value.items()}
    if keyword in LISTS_OF_SCHEMAS and isinstance(value, list):
        made = [_normal(each, depth) for each in value]
        # That one of two equal alternatives holds is another demand.
        return sorted(made, key=_key) if keyword == "oneOf" else _ordered(made)
    if keyword in UNORDERED and isinstance(value, list):
        ordered = _ordered(value)
        return ordered[0] if keyword == "type" and len(ordered) == 1 else ordered
    return value if keyword in VALUES else _normal(value, depth) if isinstance(value, (dict, bool)) else value


def _ordered(values: list[Any]) -> list[Any]:
    """The values without repetition, in an order that does not depend on theirs."""
    found: dict[str, Any] = {}
    for value in values:
        found.setdefault(_key(value), value)
    return [found[key] for key in sorted(found)]


def _key(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ",".join(f"{name}:{_key(value[name])}" for name in sorted(value)) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(_key, value)) + "]"
    return repr(value)
