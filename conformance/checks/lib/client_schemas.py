"""JSON Schemas that clients wrote, applied to what a model wrote.

A schema can be anybody's, also one that an answer claims was sent. So the work is bounded, nothing is fetched, and what
cannot be judged within these bounds (a schema that is none, a regular expression that could run for ever) passes.
"""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final

import jsonschema
import referencing
from jsonschema.validators import extend

from conformance.wire.json_values import parse_json, pointer, printable, show

MAX_SCHEMA: Final = 100_000
"""Characters of a schema, as JSON, beyond which it is not applied."""

MAX_LEVELS: Final = 48
"""Levels of a schema, as JSON, beyond which it is not applied."""

MAX_NESTED: Final = 100
"""Keywords that are applied inside one another before the judgement is given up."""

MAX_STEPS: Final = 10_000
"""Keywords that are applied before the judgement is given up; a real answer takes some hundred."""

MAX_PROBLEMS: Final = 3
MAX_SEARCHED: Final = 300
MAX_UNIQUE: Final = 300
MAX_GROUPS: Final = 20

# Without a registry of its own, jsonschema would fetch what a $ref points to from the network.
NO_NETWORK: Final[referencing.Registry[Any]] = referencing.Registry()

# An escape, a class of characters, or one character.
_TOKEN: Final = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|.", re.DOTALL)

Keyword = Callable[[Any, Any, Any, Any], Any]


@dataclass(frozen=True, slots=True)
class Problem:
    """One place where a value does not fit: the pointer inside the value, what the schema says, what stands there."""

    where: str
    expected: str
    received: str


class _GivenUp(Exception):
    """The judgement takes too long."""


@dataclass(slots=True)
class _Work:
    """Keywords that were applied in a judgement, and those that are being applied inside one another."""

    steps: int = 0
    nested: int = 0


_work: ContextVar[_Work | None] = ContextVar("_work", default=None)


def problems(schema: Any, value: Any) -> list[Problem] | None:
    """Where a value does not fit a schema, at most a few places. None where that cannot be judged."""
    if not isinstance(schema, dict):
        return None
    try:
        validator = _validator(json.dumps(schema))
        if validator is None:
            return None
        token = _work.set(_Work())
        try:
            errors = list(itertools.islice(validator.iter_errors(value), MAX_PROBLEMS))
        finally:
            _work.reset(token)
    except Exception:  # a schema of anybody's making fails in as many ways as there are keywords
        return None
    return [
        Problem(
            printable(pointer(*error.absolute_path)),
            printable(f"{error.validator}: {show(error.validator_value, 60)}"),
            show(error.instance, 60),
        )
        for error in errors
    ]


@lru_cache(maxsize=64)
def _validator(text: str) -> Any:
    """The validator for a schema, or None if it is not one."""
    if len(text) > MAX_SCHEMA:
        return None
    schema = parse_json(text, levels=MAX_LEVELS)
    dialect = schema.get("$schema", "")
    default = _COUNTED[jsonschema.Draft202012Validator.META_SCHEMA["$id"]]
    kind = _COUNTED.get(dialect.rstrip("#"), None if dialect else default) if isinstance(dialect, str) else None
    if kind is None:
        return None
    try:
        kind.check_schema(schema, format_checker=None)
    except jsonschema.SchemaError:
        return None
    # A $schema that a reference leads to would have jsonschema go on with its own keywords, which are not counted.
    schema.pop("$schema", None)
    return None if '"$schema": "' in json.dumps(schema) else kind(schema, registry=NO_NETWORK)


def _counted(name: str, keyword: Keyword) -> Keyword:
    """The keyword, with its work counted."""
    own = _OWN.get(name, keyword)

    def counted(validator: Any, value: Any, instance: Any, schema: Any) -> Iterator[Any]:
        # Outside a judgement (the check of the schema itself) nothing is counted: the schema's size is bounded.
        work = _work.get() or _Work()
        work.steps += 1
        if work.steps > MAX_STEPS or work.nested == MAX_NESTED:
            raise _GivenUp
        if name in _BY_PATTERN and isinstance(instance, dict):
            patterns = schema.get("patternProperties", ())
            if not all(_is_quick(each) for each in patterns) or any(len(each) > MAX_SEARCHED for each in instance):
                raise _GivenUp
        work.nested += 1
        try:
            yield from own(validator, value, instance, schema) or ()
        finally:
            work.nested -= 1

    return counted


def _pattern(_validator: Any, pattern: Any, instance: Any, _schema: Any) -> Iterator[Any]:
    # What might not end, and what only other languages can read, accepts every text.
    if isinstance(instance, str) and len(instance) <= MAX_SEARCHED and _is_quick(pattern):
        try:
            found = re.search(pattern, instance)
        except re.error:
            return
        if not found:
            yield jsonschema.ValidationError("does not match")


def _is_quick(pattern: Any) -> bool:
    """True for a pattern that cannot take long on a short text: no repeated group, few repetitions and alternatives."""
    if not isinstance(pattern, str) or len(pattern) > 500:
        return False
    tokens = _TOKEN.findall(pattern)
    bare = "".join(token if len(token) == 1 or token[1:].isdecimal() else "x" for token in tokens)
    if re.search(r"\)[*+{]|\\[1-9]|\(\?[P(]", bare) or bare.count("(") > MAX_GROUPS:
        return False
    repeated, branches = len(re.findall(r"[*+]|\{\d*,", bare)), len(re.findall(r"[?|]", bare))
    anchored = bare.startswith("^") and "|" not in bare
    return repeated <= (3 if anchored else 2) and repeated + branches <= 6


def _multiple_of(_validator: Any, factor: Any, instance: Any, _schema: Any) -> Iterator[Any]:
    # In binary fractions 0.3 is no multiple of 0.1.
    is_number = isinstance(instance, (int, float)) and not isinstance(instance, bool)
    if is_number and Decimal(str(instance)) % Decimal(str(factor)):
        yield jsonschema.ValidationError("is no multiple")


def _unique_items(validator: Any, unique: Any, instance: Any, schema: Any) -> Any:
    if isinstance(instance, list) and len(instance) > MAX_UNIQUE:
        raise _GivenUp
    return jsonschema.Draft202012Validator.VALIDATORS["uniqueItems"](validator, unique, instance, schema)


_BY_PATTERN: Final = ("patternProperties", "additionalProperties", "unevaluatedProperties")
_OWN: Final[dict[str, Keyword]] = {"pattern": _pattern, "multipleOf": _multiple_of, "uniqueItems": _unique_items}
_DIALECTS: Final[tuple[Any, ...]] = (
    jsonschema.Draft4Validator,
    jsonschema.Draft6Validator,
    jsonschema.Draft7Validator,
    jsonschema.Draft201909Validator,
    jsonschema.Draft202012Validator,
)


def _with_counting(dialect: Any) -> Any:
    keywords = {name: _counted(name, keyword) for name, keyword in dialect.VALIDATORS.items()}
    return extend(dialect, keywords)  # type: ignore[no-untyped-call]


_COUNTED: Final[dict[str, Any]] = {
    str(dialect.META_SCHEMA.get("$id", dialect.META_SCHEMA.get("id"))).rstrip("#"): _with_counting(dialect)
    for dialect in _DIALECTS
}
