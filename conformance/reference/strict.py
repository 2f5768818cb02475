"""JSON Schemas that clients declare: is it one, does it keep the rules of strict mode, can it be made to."""

import copy
from collections.abc import Iterator
from typing import Any, Final

import jsonschema
import referencing

from conformance.reference.refusal import invalid
from conformance.wire.json_values import nests_deeper

MAX_LEVELS: Final = 48
"""Levels of a schema, as JSON, beyond which it is refused."""

# Without a registry of its own, jsonschema would fetch what a $ref points to from the network.
NO_NETWORK: referencing.Registry[Any] = referencing.Registry()


def check_schema(parameter: str, schema: Any, code: str, *, strict: bool) -> None:
    """Refuse a schema that is not a JSON Schema, does not describe an object, or breaks the rules of strict mode.

    Raises Refusal, a 400 that names ``parameter`` and has the ``code``.
    """
    if not isinstance(schema, dict):
        raise invalid(parameter, "a schema has to be a JSON object.", code)
    if nests_deeper(schema, MAX_LEVELS):
        raise invalid(parameter, f"the schema is nested deeper than {MAX_LEVELS} levels.", code)
    problem = _no_schema(schema)
    if problem is None and schema.get("type", "object") != "object":
        problem = "the type of the schema has to be 'object'"
    if problem is None and strict:
        problem = next(_loose_places(schema, "schema"), None)
    if problem is not None:
        raise invalid(parameter, f"{problem}.", code)


def completed(schema: dict[str, Any]) -> dict[str, Any] | None:
    """The schema as strict mode wants it, or None where that would change what it means."""
    copied = copy.deepcopy(schema)
    for place in _subschemas(copied, "schema"):
        if _describes_object(place[1]):
            place[1].setdefault("additionalProperties", False)
            place[1].setdefault("required", list(place[1].get("properties", {})))
    return None if any(_loose_places(copied, "schema")) else copied


def is_instance(value: Any, schema: Any) -> bool:
    """True if the value is valid against the schema. A schema that cannot be applied has no instances."""
    try:
        return jsonschema.Draft202012Validator(schema, registry=NO_NETWORK).is_valid(value)
    except Exception:  # a schema of anybody's making fails in as many ways as there are keywords, or leads in circles
        return False


def _no_schema(schema: dict[str, Any]) -> str | None:
    try:
        jsonschema.Draft202012Validator.check_schema(schema)
    except jsonschema.SchemaError as error:
        return f"not a valid JSON Schema: {error.message[:200]}"
    except Exception:  # see is_instance
        return "not a JSON Schema that can be read"
    return None


def _describes_object(schema: dict[str, Any]) -> bool:
    return schema.get("type") == "object" or "properties" in schema


def _loose_places(schema: dict[str, Any], where: str) -> Iterator[str]:
    """What strict mode objects to in a schema."""
    for place, part in _subschemas(schema, where):
        if not _describes_object(part):
            continue
        if part.get("additionalProperties") is not False:
            yield f"in {place}, 'additionalProperties' is required to be supplied and to be false"
        missing = sorted(set(part.get("properties", {})) - set(part.get("required", [])))
        if missing:
            yield f"in {place}, 'required' has to include every key in properties, missing '{missing[0][:100]}'"


def _subschemas(schema: Any, where: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """A schema and every schema inside it."""
    if not isinstance(schema, dict):
        return
    yield where, schema
    for key in ("properties", "$defs", "definitions", "patternProperties"):
        members = schema.get(key)
        for name, part in members.items() if isinstance(members, dict) else ():
            yield from _subschemas(part, f"{where}.{key}.{name}")
    for key in ("anyOf", "oneOf", "allOf", "prefixItems"):
        parts = schema.get(key)
        for number, part in enumerate(parts if isinstance(parts, list) else ()):
            yield from _subschemas(part, f"{where}.{key}[{number}]")
    for key in ("items", "not", "additionalProperties"):
        yield from _subschemas(schema.get(key), f"{where}.{key}")
