"""The JSON Schemas of the suite: loaded by name, applied to any JSON value.

A name is the stem of a file in ``schemas/``, alone or with a fragment: ``response``, ``items#/$defs/output_item``.

The verdict is that of any JSON Schema 2020-12 validator. What is added to jsonschema is speed and the place of an
error: a union with a `discriminator` goes straight to the branch that the tag names, so that an error names the wrong
member and not the whole union. `defaultMapping` names the branch for all other tags; a union without one is closed.
"""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import unquote

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from jsonschema.validators import extend

from conformance import layout
from conformance.wire.json_values import MAX_DEPTH, MISSING, pointer, printable, same, show

SCHEMAS = layout.data("schemas")
BASE = "https://responses-conformance.example/schemas/"

ROOM = 80
"""How long a value is shown in a violation, in characters."""

MAX_ERRORS = 1000
"""Errors of the members of one value that are looked for. There can be as many as members, and each takes memory."""

MAX_FOLLOWED = 64
"""References that are followed inside one another, before a value counts as nested too deeply."""

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
Steps = tuple[str | int, ...]


class SchemaError(Exception):
    """A schema file is missing or unreadable, or a name or a reference leads nowhere."""


class _TooDeep(Exception):
    """A value leads through a schema that refers to itself too often."""


@dataclass(frozen=True, slots=True)
class Violation:
    """One place where a value breaks its schema.

    ``pointer`` is the RFC 6901 pointer to the value at fault, or to the object that lacks a member. Lone surrogates are
    written as ``\\udxxx`` in all three, so that each can be printed.
    """

    pointer: str
    expected: str
    received: str

    @property
    def text(self) -> str:
        """The violation in one line."""
        return f"{self.pointer or 'the top level'}: expected {self.expected}, received {self.received}"


def violations(name: str, instance: object) -> Iterator[Violation]:
    """Yield what breaks the named schema, each place once. Raise SchemaError at once if there is no such schema."""
    return _report(_validator(name), instance)


def _report(validator: Any, instance: object) -> Iterator[Violation]:
    try:
        errors: Errors = list(validator.iter_errors(instance))
    except _TooDeep:
        errors = [_error("a value that is nested less deeply", instance=instance)]
    seen = set()
    for error in errors:
        violation = Violation(printable(pointer(*error.path)), printable(error.message), show(error.instance, ROOM))
        if violation not in seen:
            seen.add(violation)
            yield violation


def unknown_members(name: str, instance: object) -> Iterator[str]:
    """Yield the pointers of members, and of tags of unions, that the named schema says nothing about.

    Nothing is wrong with them: servers may send what nobody has described yet. Below an unknown tag nothing is named.
    """
    found: list[Steps] = []
    # What is nested too deeply is a violation, and no news.
    with suppress(_TooDeep):
        _unknown(_parts(_target(_full(name)), instance), instance, (), found)
    yield from (printable(pointer(*steps)) for steps in dict.fromkeys(found))


# --- loading ---


@cache
def load(stem: str) -> dict[str, Any]:
    """Return the schema file ``stem`` as it is written. Raise SchemaError if it cannot be read."""
    path = SCHEMAS / f"{stem}.json"
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SchemaError(f"schema {stem!r} cannot be read from {path}: {error}") from error
    if not isinstance(document, dict):
        raise SchemaError(f"schema {stem!r} in {path} is no object")
    return document


@cache
def _linked(stem: str) -> dict[str, Any]:
    """Return the schema file with its references in the form of names, so that following one takes a single look-up."""
    document = _link(load(stem), stem)
    assert isinstance(document, dict)
    return document


def _link(node: Any, stem: str) -> Any:
    if isinstance(node, list):
        return [_link(each, stem) for each in node]
    if not isinstance(node, dict):
        return node
    linked = {key: _link(value, stem) for key, value in node.items()}
    if isinstance(node.get("$ref"), str):
        linked["$ref"] = _name(node["$ref"], stem)
    tags = node.get("discriminator")
    if isinstance(tags, dict) and isinstance(tags.get("mapping"), dict):
        linked["discriminator"]["mapping"] = {tag: _name(target, stem) for tag, target in tags["mapping"].items()}
        if "defaultMapping" in tags:
            linked["discriminator"]["defaultMapping"] = _name(tags["defaultMapping"], stem)
    return linked


def _name(reference: str, stem: str) -> str:
    """Turn ``#/a``, ``items.json#/a`` or the absolute form of it into a name."""
    path, _, fragment = reference.removeprefix(BASE).partition("#")
    if path and ("/" in path or not path.endswith(".json")):
        raise SchemaError(f"schema {stem!r} refers to {reference!r}, which is no file of {SCHEMAS}")
    return f"{path.removesuffix('.json') or stem}#{fragment}"


@cache
def _target(name: str) -> Any:
    """Return the schema that a name leads to."""
    stem, _, fragment = name.partition("#")
    node: Any = _linked(stem)
    for step in fragment.split("/")[1:]:
        key = unquote(step).replace("~1", "/").replace("~0", "~")
        if isinstance(node, list) and key.isdecimal() and int(key) < len(node):
            node = node[int(key)]
        elif isinstance(node, dict) and key in node:
            node = node[key]
        else:
            raise SchemaError(f"schema {name!r} does not exist: {stem}.json has no {step!r} there")
    if fragment and not fragment.startswith("/"):
        raise SchemaError(f"schema {name!r} is no file with a JSON pointer")
    return node


@cache
def _validator(name: str) -> Any:
    return _derived(_target(_full(name)))


def _full(name: str) -> str:
    return name if "#" in name else f"{name}#"


# --- keywords ---
#
# jsonschema's own functions put the whole instance into each message, which costs time and fails on deep values and on
# integers of thousands of digits. These say what was expected and nothing else.

_derivatives: dict[int, Any] = {}


def _derived(schema: Any) -> Any:
    """Return the validator of a part of a schema.

    It is kept, because making one costs more than using it, and keeps its schema, so that no other can get that id.
    """
    validator = _derivatives.get(id(schema))
    if validator is None:
        validator = _derivatives[id(schema)] = _Validator(schema)
    return validator


def _check(instance: Any, schema: Any, step: str | int | None = None) -> Errors:
    """Apply a part of a schema to the value at ``step`` of the current one."""
    if schema is True:
        return []
    if schema is False:
        errors = [_error("no such member" if isinstance(step, str) else "nothing", instance=instance)]
    else:
        errors = list(_derived(schema).iter_errors(instance))
    if step is not None:
        for error in errors:
            error.path.appendleft(step)
    return errors


def _error(expected: str, **details: Any) -> ValidationError:
    return ValidationError(expected, **details)


def _kinds(value: Any) -> frozenset[str]:
    kinds = _KINDS.get(type(value), _NO_KIND)
    return _KINDS[int] if type(value) is float and value.is_integer() else kinds


_followed: ContextVar[int] = ContextVar("_followed", default=0)


def _follow(name: str, instance: Any) -> Errors:
    """Apply the schema that a name leads to. Raise _TooDeep beyond MAX_FOLLOWED."""
    followed = _followed.get()
    if followed == MAX_FOLLOWED:
        raise _TooDeep
    token = _followed.set(followed + 1)
    try:
        return _check(instance, _target(name))
    finally:
        _followed.reset(token)


def _ref(_validator: Any, name: str, instance: Any, _schema: Any) -> Errors:
    return _follow(name, instance)


def _type(_validator: Any, types: str | list[str], instance: Any, _schema: Any) -> Errors | None:
    wanted = (types,) if isinstance(types, str) else types
    kinds = _kinds(instance)
    if any(each in kinds for each in wanted):
        return None
    return [_error(_either(_KIND_NAMES[each] for each in wanted))]


def _const(_validator: Any, value: Any, instance: Any, _schema: Any) -> Errors | None:
    return None if same(value, instance) else [_error(show(value, ROOM))]


def _enum(_validator: Any, values: list[Any], instance: Any, _schema: Any) -> Errors | None:
    return None if any(same(each, instance) for each in values) else [_error(_one_of(values))]


def _properties(_validator: Any, properties: dict[str, Any], instance: Any, _schema: Any) -> Errors | None:
    if not isinstance(instance, dict):
        return None
    errors: Errors = []
    for name, schema in properties.items():
        if name in instance:
            errors += _check(instance[name], schema, name)
    return errors


def _required(_validator: Any, names: list[str], instance: Any, _schema: Any) -> Errors | None:
    if not isinstance(instance, dict):
        return None
    return [_error(f"the member {show(name)}", instance=MISSING) for name in names if name not in instance]


def _additional_properties(_validator: Any, rest: Any, instance: Any, schema: Any) -> Errors | None:
    if not isinstance(instance, dict):
        return None
    known, patterns = schema.get("properties", {}), schema.get("patternProperties", {})
    errors: Errors = []
    for name, value in instance.items():
        if len(errors) < MAX_ERRORS and name not in known and not any(re.search(each, name) for each in patterns):
            errors += _check(value, rest, name)
    return errors


def _property_names(_validator: Any, names: Any, instance: Any, _schema: Any) -> Errors | None:
    if not isinstance(instance, dict):
        return None
    return [
        _error(f"as the name of a member, {error.message}", path=[name], instance=name)
        for name in instance
        for error in _check(name, names)
    ]


def _items(_validator: Any, items: Any, instance: Any, schema: Any) -> Errors | None:
    if not isinstance(instance, list):
        return None
    errors: Errors = []
    for index in range(len(schema.get("prefixItems", ())), len(instance)):
        if len(errors) < MAX_ERRORS:
            errors += _check(instance[index], items, index)
    return errors


def _all_of(_validator: Any, schemas: list[Any], instance: Any, _schema: Any) -> Errors:
    return [error for each in schemas for error in _check(instance, each)]


def _if(_validator: Any, condition: Any, instance: Any, schema: Any) -> Errors:
    return _check(instance, schema.get("else" if _check(instance, condition) else "then", True))


def _not(_validator: Any, refused: Any, instance: Any, _schema: Any) -> Errors | None:
    if _check(instance, refused):
        return None
    kind = refused.get("type") if isinstance(refused, dict) and len(refused) == 1 else None
    return [_error(f"anything but {_KIND_NAMES[kind]}" if isinstance(kind, str) else "another value")]


def _any_of(_validator: Any, branches: list[Any], instance: Any, schema: Any) -> Errors:
    """Go to the one branch that can hold: the one that the tag names, else the one that takes this kind of value."""
    if "discriminator" in schema:
        return _discriminated(schema["discriminator"], instance)
    kinds = _kinds(instance)
    candidates = [each for each in branches if _branch_kinds(each) & kinds]
    if not candidates:
        wanted = {kind for each in branches for kind in _branch_kinds(each)}
        return [_error(_either(text for kind, text in _KIND_NAMES.items() if kind in wanted))]
    found = [_check(instance, each) for each in candidates]
    if not all(found):
        return []
    if len(found) == 1:
        return found[0]
    if all(isinstance(each, dict) and list(each) == ["required"] for each in candidates):
        names = (show(name) for each in candidates for name in each["required"])
        return [_error(f"the member {_either(names)}", instance=MISSING)]
    return [_error(f"a value of one of {len(candidates)} forms")]


def _discriminated(tags: dict[str, Any], instance: Any) -> Errors:
    if not isinstance(instance, dict):
        return [_error(_KIND_NAMES["object"])]
    target = _mapped(tags, instance)
    if target is not None:
        return _follow(target, instance)
    name = tags["propertyName"]
    tag = instance.get(name, MISSING)
    if tag is MISSING:
        return [_error(f"the member {show(name)}", instance=MISSING)]
    return [_error(_one_of(list(tags["mapping"])), path=[name], instance=tag)]


def _mapped(tags: dict[str, Any], instance: Any) -> str | None:
    """Return the name of the branch for the tag of a value, if there is one."""
    tag = instance.get(tags["propertyName"]) if isinstance(instance, dict) else None
    target = tags["mapping"].get(tag) if isinstance(tag, str) else None
    return target or tags.get("defaultMapping")


def _branch_kinds(schema: Any) -> frozenset[str]:
    """Return the kinds of values that a branch can accept, as far as its outermost keywords tell."""
    if not isinstance(schema, dict):
        return _ANY_KIND if schema else _NO_KIND
    if "type" in schema:
        types = schema["type"]
        return frozenset([types] if isinstance(types, str) else types)
    if "$ref" in schema:
        return _branch_kinds(_target(schema["$ref"]))
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
        return [_error(text.removesuffix("s") if limit == 1 else text)]

    return keyword


def _matches(text: str, pattern: str) -> bool:
    # A pattern is ECMA's, where $ is the very end; Python's lets one line feed follow.
    return re.search(re.sub(r"(?<!\\)\$$", r"\\Z", pattern), text) is not None


_NUMBER: Any = (int, float)
_Validator: Any = extend(  # type: ignore[no-untyped-call]
    Draft202012Validator,
    {
        "$ref": _ref,
        "additionalProperties": _additional_properties,
        "allOf": _all_of,
        "anyOf": _any_of,
        "const": _const,
        "enum": _enum,
        "exclusiveMaximum": _bound(_NUMBER, lambda value, limit: not value >= limit, "a number below {}"),
        "exclusiveMinimum": _bound(_NUMBER, lambda value, limit: not value <= limit, "a number above {}"),
        "if": _if,
        "items": _items,
        "maxItems": _bound(list, lambda value, limit: len(value) <= limit, "at most {} elements"),
        "maxLength": _bound(str, lambda value, limit: len(value) <= limit, "a string of at most {} characters"),
        "maxProperties": _bound(dict, lambda value, limit: len(value) <= limit, "at most {} members"),
        "maximum": _bound(_NUMBER, lambda value, limit: not value > limit, "a number of at most {}"),
        "minItems": _bound(list, lambda value, limit: len(value) >= limit, "at least {} elements"),
        "minLength": _bound(str, lambda value, limit: len(value) >= limit, "a string of at least {} characters"),
        "minProperties": _bound(dict, lambda value, limit: len(value) >= limit, "at least {} members"),
        "minimum": _bound(_NUMBER, lambda value, limit: not value < limit, "a number of at least {}"),
        "not": _not,
        "pattern": _bound(str, _matches, "a string that matches {}"),
        "properties": _properties,
        "propertyNames": _property_names,
        "required": _required,
        "type": _type,
    },
)


# --- what is not described ---


def _parts(schema: Any, instance: Any) -> list[dict[str, Any]]:
    """Return the schemas that describe a value together: this one, and those that it refers to for such a value."""
    if not isinstance(schema, dict):
        return []
    parts = [schema]
    further: list[Any] = [*schema.get("allOf", ())]
    if "$ref" in schema:
        further.append(_target(schema["$ref"]))
    if "if" in schema:
        further.append(schema.get("else" if _check(instance, schema["if"]) else "then"))
    if "discriminator" in schema:
        target = _mapped(schema["discriminator"], instance)
        further += [_target(target)] if target else []
    else:
        further += [each for each in schema.get("anyOf", ()) if not _check(instance, each)]
    for each in further:
        parts += _parts(each, instance)
    return parts


def _unknown(parts: list[dict[str, Any]], instance: Any, path: Steps, found: list[Steps]) -> None:
    if len(path) > MAX_DEPTH:
        return
    if isinstance(instance, list):
        for index, value in enumerate(instance):
            inner = [each for part in parts for each in _parts(part.get("items"), value)]
            _unknown(inner, value, (*path, index), found)
    if not isinstance(instance, dict):
        return
    for tags in (part["discriminator"] for part in parts if "discriminator" in part):
        tag = instance.get(tags["propertyName"])
        if isinstance(tag, str) and tag not in tags["mapping"]:
            found.append((*path, tags["propertyName"]))
            return
    described = [part["properties"] for part in parts if "properties" in part]
    others = [part["additionalProperties"] for part in parts if "additionalProperties" in part]
    if not described and not others:
        return
    for name, value in instance.items():
        schemas = [properties[name] for properties in described if name in properties] or others
        if schemas:
            _unknown([each for schema in schemas for each in _parts(schema, value)], value, (*path, name), found)
        else:
            found.append((*path, name))


def _either(parts: Any) -> str:
    words = list(parts)
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}" if words else "nothing"


def _one_of(values: list[Any]) -> str:
    shown = [show(each, ROOM) for each in values[:12]]
    if len(values) == 1:
        return shown[0]
    return f"one of {', '.join(shown)}" + (f", … ({len(values)} in all)" if len(values) > len(shown) else "")
