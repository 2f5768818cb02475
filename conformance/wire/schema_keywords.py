"""How a schema is applied: jsonschema with keywords of our own.

jsonschema's own functions put the whole instance into each message, which costs time and fails on deep values and on
integers of thousands of digits. These say what was expected and nothing else.
"""

import re
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from jsonschema.validators import extend

from conformance.wire.json_values import MISSING, same, show
from conformance.wire.schema_files import target
from conformance.wire.schema_fits import BOUNDS, fitting, mapped

ROOM = 80
"""How long a value is shown in a violation, in characters."""

MAX_ERRORS = 1000
"""Errors of the members of one value that are looked for. There can be as many as members, and each takes memory."""

MAX_FOLLOWED = 64
"""References that are followed inside one another, before a value counts as nested too deeply."""

FEW_FOLLOWED = MAX_FOLLOWED // 2
"""So many are followed at most where a schema does not come back to itself."""

_KIND_NAMES = {
    "string": "a string",
    "integer": "an integer",
    "number": "a number",
    "boolean": "true or false",
    "object": "an object",
    "array": "an array",
    "null": "null",
}
_KINDS: dict[type, frozenset[str]] = {
    str: frozenset({"string"}),
    bool: frozenset({"boolean"}),
    int: frozenset({"integer", "number"}),
    float: frozenset({"number"}),
    dict: frozenset({"object"}),
    list: frozenset({"array"}),
    type(None): frozenset({"null"}),
}
_NO_KIND: frozenset[str] = frozenset()
_ANY_KIND = frozenset(_KIND_NAMES)

Errors = list[ValidationError]


class TooManyReferences(Exception):
    """A value leads through a schema that refers to itself too often."""


_followed: ContextVar[int] = ContextVar("_followed", default=0)
_derivatives: dict[int, Any] = {}


def derived(schema: Any) -> Any:
    """Return the validator of a part of a schema.

    It is kept, because making one costs more than using it, and keeps its schema, so that no other can get that id.
    """
    validator = _derivatives.get(id(schema))
    if validator is None:
        validator = _derivatives[id(schema)] = _Validator(schema)
    return validator


def check(instance: Any, schema: Any, step: str | int | None = None) -> Errors:
    """Apply a part of a schema to the value at ``step`` of the current one."""
    # What fits follows some references unseen: near the bound they are to be counted.
    if _followed.get() < FEW_FOLLOWED and fitting(schema)(instance):
        return []
    if schema is False:
        errors = [error_of("no such member" if isinstance(step, str) else "nothing", instance=instance)]
    else:
        errors = list(derived(schema).iter_errors(instance))
    if step is not None:
        for error in errors:
            error.path.appendleft(step)
    return errors


def error_of(expected: str, **details: Any) -> ValidationError:
    return ValidationError(expected, **details)


def _kinds(value: Any) -> frozenset[str]:
    kinds = _KINDS.get(type(value), _NO_KIND)
    return _KINDS[int] if type(value) is float and value.is_integer() else kinds


def _follow(name: str, instance: Any) -> Errors:
    """Apply the schema that a name leads to. Raise TooManyReferences beyond MAX_FOLLOWED."""
    followed = _followed.get()
    if followed == MAX_FOLLOWED:
        raise TooManyReferences
    token = _followed.set(followed + 1)
    try:
        return check(instance, target(name))
    finally:
        _followed.reset(token)


def _ref(_validator: Any, name: str, instance: Any, _schema: Any) -> Errors:
    return _follow(name, instance)


def _type(_validator: Any, types: str | list[str], instance: Any, _schema: Any) -> Errors | None:
    wanted = (types,) if isinstance(types, str) else types
    kinds = _kinds(instance)
    if any(each in kinds for each in wanted):
        return None
    return [error_of(_either(_KIND_NAMES[each] for each in wanted))]


def _const(_validator: Any, value: Any, instance: Any, _schema: Any) -> Errors | None:
    return None if same(value, instance) else [error_of(show(value, ROOM))]


def _enum(_validator: Any, values: list[Any], instance: Any, _schema: Any) -> Errors | None:
    return None if any(same(each, instance) for each in values) else [error_of(_one_of(values))]


def _properties(_validator: Any, properties: dict[str, Any], instance: Any, _schema: Any) -> Errors | None:
    if not isinstance(instance, dict):
        return None
    errors: Errors = []
    for name, schema in properties.items():
        if name in instance:
            errors += check(instance[name], schema, name)
    return errors


def _required(_validator: Any, names: list[str], instance: Any, _schema: Any) -> Errors | None:
    if not isinstance(instance, dict):
        return None
    return [error_of(f"the member {show(name)}", instance=MISSING) for name in names if name not in instance]


def _additional_properties(_validator: Any, rest: Any, instance: Any, schema: Any) -> Errors | None:
    if not isinstance(instance, dict):
        return None
    known, patterns = schema.get("properties", {}), schema.get("patternProperties", {})
    errors: Errors = []
    for name, value in instance.items():
        if len(errors) < MAX_ERRORS and name not in known and not any(re.search(each, name) for each in patterns):
            errors += check(value, rest, name)
    return errors


def _property_names(_validator: Any, names: Any, instance: Any, _schema: Any) -> Errors | None:
    if not isinstance(instance, dict):
        return None
    return [
        error_of(f"as the name of a member, {error.message}", path=[name], instance=name)
        for name in instance
        for error in check(name, names)
    ]


def _items(_validator: Any, items: Any, instance: Any, schema: Any) -> Errors | None:
    if not isinstance(instance, list):
        return None
    errors: Errors = []
    for index in range(len(schema.get("prefixItems", ())), len(instance)):
        if len(errors) < MAX_ERRORS:
            errors += check(instance[index], items, index)
    return errors


def _all_of(_validator: Any, schemas: list[Any], instance: Any, _schema: Any) -> Errors:
    return [error for each in schemas for error in check(instance, each)]


def _if(_validator: Any, condition: Any, instance: Any, schema: Any) -> Errors:
    return check(instance, schema.get("else" if check(instance, condition) else "then", True))


def _not(_validator: Any, refused: Any, instance: Any, _schema: Any) -> Errors | None:
    if check(instance, refused):
        return None
    kind = refused.get("type") if isinstance(refused, dict) and len(refused) == 1 else None
    return [error_of(f"anything but {_KIND_NAMES[kind]}" if isinstance(kind, str) else "another value")]


def _any_of(_validator: Any, branches: list[Any], instance: Any, schema: Any) -> Errors:
    """Go to the one branch that can hold: the one that the tag names, else the one that takes this kind of value."""
    if "discriminator" in schema:
        return _discriminated(schema["discriminator"], instance)
    kinds = _kinds(instance)
    candidates = [each for each in branches if _branch_kinds(each) & kinds]
    if not candidates:
        wanted = {kind for each in branches for kind in _branch_kinds(each)}
        return [error_of(_either(text for kind, text in _KIND_NAMES.items() if kind in wanted))]
    found = [check(instance, each) for each in candidates]
    if not all(found):
        return []
    if len(found) == 1:
        return found[0]
    if all(isinstance(each, dict) and list(each) == ["required"] for each in candidates):
        names = (show(name) for each in candidates for name in each["required"])
        return [error_of(f"the member {_either(names)}", instance=MISSING)]
    return [error_of(f"a value of one of {len(candidates)} forms")]


def _discriminated(tags: dict[str, Any], instance: Any) -> Errors:
    if not isinstance(instance, dict):
        return [error_of(_KIND_NAMES["object"])]
    target = mapped(tags, instance)
    if target is not None:
        return _follow(target, instance)
    name = tags["propertyName"]
    tag = instance.get(name, MISSING)
    if tag is MISSING:
        return [error_of(f"the member {show(name)}", instance=MISSING)]
    return [error_of(_one_of(list(tags["mapping"])), path=[name], instance=tag)]


def _branch_kinds(schema: Any) -> frozenset[str]:
    """Return the kinds of values that a branch can accept, as far as its outermost keywords tell."""
    if not isinstance(schema, dict):
        return _ANY_KIND if schema else _NO_KIND
    if "type" in schema:
        types = schema["type"]
        return frozenset([types] if isinstance(types, str) else types)
    if "$ref" in schema:
        return _branch_kinds(target(schema["$ref"]))
    if "anyOf" in schema:
        return _NO_KIND.union(*(_branch_kinds(each) for each in schema["anyOf"]))
    return _ANY_KIND


def _bound(
    kind: Any, holds: Callable[[Any, Any], bool], expected: str
) -> Callable[[Any, Any, Any, Any], Errors | None]:
    """Make the function of a keyword that compares a value of one kind with a limit."""

    def keyword(_validator: Any, limit: Any, instance: Any, _schema: Any) -> Errors | None:
        if not isinstance(instance, kind) or isinstance(instance, bool) or holds(instance, limit):
            return None
        text = expected.format(limit)
        return [error_of(text.removesuffix("s") if limit == 1 else text)]

    return keyword


_Validator: Any = extend(  # type: ignore[no-untyped-call]
    Draft202012Validator,
    {
        "$ref": _ref,
        "additionalProperties": _additional_properties,
        "allOf": _all_of,
        "anyOf": _any_of,
        "const": _const,
        "enum": _enum,
        "if": _if,
        "items": _items,
        "not": _not,
        "properties": _properties,
        "propertyNames": _property_names,
        "required": _required,
        "type": _type,
        **{word: _bound(*bound) for word, bound in BOUNDS.items()},
    },
)


def _either(parts: Any) -> str:
    words = list(parts)
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}" if words else "nothing"


def _one_of(values: list[Any]) -> str:
    shown = [show(each, ROOM) for each in values[:12]]
    if len(values) == 1:
        return shown[0]
    return f"one of {', '.join(shown)}" + (f", … ({len(values)} in all)" if len(values) > len(shown) else "")
