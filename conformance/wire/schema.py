"""The JSON Schemas of the suite: loaded by name, applied to any JSON value.

A name is the stem of a file in ``schemas/``, alone or with a fragment: ``response``, ``items#/$defs/output_item``.

The verdict is that of any JSON Schema 2020-12 validator. What is added to jsonschema is speed and the place of an
error: a union with a `discriminator` goes straight to the branch that the tag names, so that an error names the wrong
member and not the whole union. `defaultMapping` names the branch for all other tags; a union without one is closed.
"""

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from conformance.wire.json_values import MAX_DEPTH, MISSING, pointer, printable, show
from conformance.wire.schema_files import SchemaError, full, load, target
from conformance.wire.schema_fits import Fits, fits, mapped
from conformance.wire.schema_keywords import ROOM, Errors, TooManyReferences, check, error_of

__all__ = ["SchemaError", "Violation", "load", "unknown_members", "violations"]

Steps = tuple[str | int, ...]

NAMED = re.compile(r'"(?:[^"\\]|\\.)*"')
MISSING_MEMBER = re.compile(r'the member ("(?:[^"\\]|\\.)*")$')


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
    def missing(self) -> str | None:
        """The name of the member that an object lacks; None for all else, and where one of several would do."""
        match = MISSING_MEMBER.match(self.expected) if self.received == repr(MISSING) else None
        return None if match is None else str(json.loads(match[1]))

    @property
    def lacking(self) -> tuple[str, ...]:
        """The names of the members of which an object has none, though it has to have one; empty for all else."""
        if self.received != repr(MISSING) or not self.expected.startswith("the member "):
            return ()
        return tuple(str(json.loads(name)) for name in NAMED.findall(self.expected))

    @property
    def text(self) -> str:
        """The violation in one line."""
        return f"{self.pointer or 'the top level'}: expected {self.expected}, received {self.received}"


def violations(name: str, instance: object) -> Iterator[Violation]:
    """Yield what breaks the named schema, each place once. Raise SchemaError at once if there is no such schema."""
    name = full(name)
    return _report(fits(name), name, instance)


def _report(is_right: Fits, name: str, instance: object) -> Iterator[Violation]:
    if is_right(instance):
        return
    try:
        errors: Errors = check(instance, target(name))
    except TooManyReferences:
        errors = [error_of("a value that is nested less deeply", instance=instance)]
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
    with suppress(TooManyReferences):
        _unknown(_parts(target(full(name)), instance), instance, (), found)
    yield from (printable(pointer(*steps)) for steps in dict.fromkeys(found))


_fixed: dict[int, tuple[Any, list[dict[str, Any]]]] = {}
"""By the id of a schema: it, and the schemas that describe a value together with it, whatever the value is."""


def _parts(schema: Any, instance: Any) -> list[dict[str, Any]]:
    """Return the schemas that describe a value together: this one, and those that it refers to for such a value.

    Only of what has members or elements there is something to describe.
    """
    if not isinstance(schema, dict) or not isinstance(instance, (dict, list)):
        return []
    if (kept := _fixed.get(id(schema))) is not None:
        return kept[1]
    parts = [schema]
    further: list[Any] = [*schema.get("allOf", ())]
    if "$ref" in schema:
        further.append(target(schema["$ref"]))
    if "if" in schema:
        further.append(schema.get("else" if check(instance, schema["if"]) else "then"))
    if "discriminator" in schema:
        branch = mapped(schema["discriminator"], instance)
        further += [target(branch)] if branch else []
    else:
        further += [each for each in schema.get("anyOf", ()) if not check(instance, each)]
    for each in further:
        parts += _parts(each, instance)
    if not any(word in part for part in parts for word in ("if", "discriminator", "anyOf")):
        _fixed[id(schema)] = schema, parts
    return parts


def _unknown(parts: list[dict[str, Any]], instance: Any, path: Steps, found: list[Steps]) -> None:
    if not parts or len(path) > MAX_DEPTH:
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
        if not schemas:
            found.append((*path, name))
        elif isinstance(value, (dict, list)):
            _unknown([each for schema in schemas for each in _parts(schema, value)], value, (*path, name), found)
