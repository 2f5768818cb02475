"""Whether a value fits a schema, and no word of why not: each schema becomes a function of the value, once.

Most values fit, and to find that out needs neither places nor errors. The functions agree with the keywords of
`schema_keywords`, which explain what does not fit. What leads through a schema that refers to itself is left to those,
and so are keywords that are not known here: there it may be said that a value does not fit although it does.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

from jsonschema import Draft202012Validator

from conformance.wire.json_values import same
from conformance.wire.schema_files import target

Fits = Callable[[Any], bool]

_TYPES: Final[dict[str, type]] = {
    "string": str,
    "boolean": bool,
    "object": dict,
    "array": list,
    "null": type(None),
}
_BREAKABLE: Final = frozenset(Draft202012Validator.VALIDATORS) - {"format"}
"""The keywords that something can break. Formats are not looked at."""

_named: dict[str, Fits] = {}
_parts: dict[int, tuple[Any, Fits]] = {}


def fits(name: str) -> Fits:
    """Return the function that is true for values that fit the schema of a full name. Raise SchemaError without one."""
    test = _named.get(name)
    if test is None:
        schema = target(name)
        _named[name] = _refuse  # as long as it is made, so that one that comes back to itself ends there
        test = _named[name] = _made(schema)
    return test


def fitting(schema: Any) -> Fits:
    """Return the function that is true for values that fit a part of a schema.

    It is kept beside its schema, so that no other can get that id.
    """
    kept = _parts.get(id(schema))
    if kept is None:
        kept = _parts[id(schema)] = schema, _made(schema)
    return kept[1]


def _refuse(_value: Any) -> bool:
    return False


def _accept(_value: Any) -> bool:
    return True


def _made(schema: Any) -> Fits:
    if not isinstance(schema, dict):
        return _accept if schema else _refuse
    if _BREAKABLE & schema.keys() - _MAKERS.keys() - _MEMBERS:
        return _refuse
    tests = [make(schema[word], schema) for word, make in _MAKERS.items() if word in schema]
    if _MEMBERS & schema.keys():
        tests.append(_members(schema))
    if len(tests) == 2:
        first, second = tests
        return lambda value: first(value) and second(value)
    return tests[0] if len(tests) == 1 else _all(tests)


def _all(tests: list[Fits]) -> Fits:
    def test(value: Any) -> bool:
        for each in tests:  # noqa: SIM110  (a generator would cost more than what it asks)
            if not each(value):
                return False
        return True

    return test


def _any(tests: list[Fits]) -> Fits:
    def test(value: Any) -> bool:
        for each in tests:  # noqa: SIM110
            if each(value):
                return True
        return False

    return test


def _type(types: str | list[str], _schema: Any) -> Fits:
    names = [types] if isinstance(types, str) else types
    kinds = {_TYPES[name] for name in names if name in _TYPES}
    kinds |= {int} if {"integer", "number"} & {*names} else set()
    kinds |= {float} if "number" in names else set()
    if "integer" in names and "number" not in names:
        return lambda value: type(value) in kinds or (type(value) is float and value.is_integer())
    if len(kinds) > 1:
        return lambda value: type(value) in kinds
    [kind] = kinds
    return lambda value: type(value) is kind


def _enum(values: list[Any], _schema: Any) -> Fits:
    texts = frozenset(value for value in values if isinstance(value, str))
    others = [value for value in values if not isinstance(value, str)]
    return lambda value: value in texts if isinstance(value, str) else any(same(each, value) for each in others)


def _members(schema: dict[str, Any]) -> Fits:
    """What is asked of the members of an object: one look at each."""
    named = {name: _made(each) for name, each in schema.get("properties", {}).items()}
    rest = _made(schema.get("additionalProperties", True))
    required = frozenset(schema.get("required", ()))

    def test(value: Any) -> bool:
        if not isinstance(value, dict):
            return True
        if not required <= value.keys():
            return False
        for name, inner in value.items():  # noqa: SIM110
            if not named.get(name, rest)(inner):
                return False
        return True

    return test


def _items(items: Any, _schema: Any) -> Fits:
    each = _made(items)
    return lambda value: not isinstance(value, list) or all(map(each, value))


def _property_names(names: Any, _schema: Any) -> Fits:
    each = _made(names)
    return lambda value: not isinstance(value, dict) or all(map(each, value))


def _if(condition: Any, schema: Any) -> Fits:
    holds, then, other = _made(condition), _made(schema.get("then", True)), _made(schema.get("else", True))
    return lambda value: then(value) if holds(value) else other(value)


def _not(refused: Any, _schema: Any) -> Fits:
    test = _made(refused)
    return lambda value: not test(value)


def _any_of(branches: list[Any], schema: Any) -> Fits:
    if "discriminator" not in schema:
        return _any([_made(each) for each in branches])
    tags = schema["discriminator"]
    names = {*tags["mapping"].values(), *([tags["defaultMapping"]] if "defaultMapping" in tags else ())}
    tests = {name: fits(name) for name in names}

    def test(value: Any) -> bool:
        name = mapped(tags, value) if isinstance(value, dict) else None
        return name is not None and tests[name](value)

    return test


def mapped(tags: dict[str, Any], instance: Any) -> str | None:
    """Return the name of the branch for the tag of a value, if there is one."""
    tag = instance.get(tags["propertyName"]) if isinstance(instance, dict) else None
    target = tags["mapping"].get(tag) if isinstance(tag, str) else None
    return target or tags.get("defaultMapping")


def _expression(pattern: str) -> str:
    """Return a pattern as Python writes it.

    A pattern is ECMA's, where $ is the very end; Python's lets one line feed follow.
    """
    return re.sub(r"(?<!\\)\$$", r"\\Z", pattern)


def _matches(text: str, pattern: str) -> bool:
    return re.search(_expression(pattern), text) is not None


_NUMBER: Any = (int, float)
BOUNDS: Final[dict[str, tuple[Any, Callable[[Any, Any], bool], str]]] = {
    "exclusiveMaximum": (_NUMBER, lambda value, limit: not value >= limit, "a number below {}"),
    "exclusiveMinimum": (_NUMBER, lambda value, limit: not value <= limit, "a number above {}"),
    "maxItems": (list, lambda value, limit: len(value) <= limit, "at most {} elements"),
    "maxLength": (str, lambda value, limit: len(value) <= limit, "a string of at most {} characters"),
    "maxProperties": (dict, lambda value, limit: len(value) <= limit, "at most {} members"),
    "maximum": (_NUMBER, lambda value, limit: not value > limit, "a number of at most {}"),
    "minItems": (list, lambda value, limit: len(value) >= limit, "at least {} elements"),
    "minLength": (str, lambda value, limit: len(value) >= limit, "a string of at least {} characters"),
    "minProperties": (dict, lambda value, limit: len(value) >= limit, "at least {} members"),
    "minimum": (_NUMBER, lambda value, limit: not value < limit, "a number of at least {}"),
    "pattern": (str, _matches, "a string that matches {}"),
}
"""The keywords that compare a value of a kind with a limit: the kind, what has to hold, and how that is said."""


def _bound(kind: Any, holds: Callable[[Any, Any], bool]) -> Callable[[Any, Any], Fits]:
    def make(limit: Any, _schema: Any) -> Fits:
        return lambda value: not isinstance(value, kind) or isinstance(value, bool) or holds(value, limit)

    return make


def _pattern(pattern: str, _schema: Any) -> Fits:
    search = re.compile(_expression(pattern)).search
    return lambda value: not isinstance(value, str) or search(value) is not None


_MEMBERS: Final = frozenset({"properties", "additionalProperties", "required"})
_MAKERS: Final[dict[str, Callable[[Any, Any], Fits]]] = {
    "type": _type,
    "const": lambda value, schema: _enum([value], schema),
    "enum": _enum,
    **{word: _bound(kind, holds) for word, (kind, holds, _) in BOUNDS.items()},
    "pattern": _pattern,
    "$ref": lambda name, _schema: fits(name),
    "allOf": lambda schemas, _schema: _all([_made(each) for each in schemas]),
    "anyOf": _any_of,
    "if": _if,
    "not": _not,
    "items": _items,
    "propertyNames": _property_names,
}
