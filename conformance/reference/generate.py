"""An instance of a JSON Schema: always the same one, small, and with the declared members filled in."""

import math
from collections.abc import Iterator
from fractions import Fraction
from typing import Any, Final
from urllib.parse import unquote

from conformance.reference.pattern import Unsupported, matching
from conformance.reference.strict import is_instance

# References that may be followed inside one another. The smallest number that gives an instance is used, so that a
# recursive schema ends as soon as it can.
DEPTHS: Final = (1, 2, 4, 8, 16)
MAX_STEPS: Final = 5_000
MAX_LENGTH: Final = 10_000
WORDS: Final = ("amber", "birch", "cedar", "delta", "ember", "fjord")
FORMATS: Final = {
    "date-time": "2026-01-{n:02}T12:00:00Z",
    "date": "2026-01-{n:02}",
    "time": "12:00:{n:02}Z",
    "duration": "P{n}D",
    "email": "reader{n}@example.com",
    "idn-email": "reader{n}@example.com",
    "hostname": "host{n}.example.com",
    "idn-hostname": "host{n}.example.com",
    "ipv4": "192.0.2.{n}",
    "ipv6": "2001:db8::{n}",
    "uri": "https://example.com/{n}",
    "uri-reference": "https://example.com/{n}",
    "iri": "https://example.com/{n}",
    "uuid": "00000000-0000-4000-8000-0000000000{n:02}",
    "json-pointer": "/{n}",
    "regex": "^{n}$",
}
MEANT_BY: Final = (
    ("object", ("properties", "required", "additionalProperties", "minProperties", "patternProperties")),
    ("array", ("items", "prefixItems", "minItems", "contains", "uniqueItems")),
    ("number", ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf")),
)


# A $ref can lead to a place that no JSON Schema rule has looked at, where anything may stand; and a schema that
# leads in circles takes more calls than Python has room for, whatever its limit is.
FAILURES: Final = (ValueError, TypeError, AttributeError, LookupError, ArithmeticError, RecursionError)


class NoInstance(ValueError):
    """The schema has no instance, or none that this module can find."""


def instance(schema: Any) -> Any:
    """A value that is valid against the schema. Raises NoInstance."""
    for depth in DEPTHS:
        try:
            value = _Generator(schema).value(schema, depth, 0)
        except FAILURES:
            continue
        if is_instance(value, schema):
            return value
    raise NoInstance("no instance of the schema was found")


class _Generator:
    """Makes one value. Trying alternatives is bounded by a number of steps, not by the shape of the schema."""

    def __init__(self, root: Any) -> None:
        self._root = root
        self._steps = 0

    def value(self, schema: Any, depth: int, salt: int) -> Any:
        """A value for a part of the schema; ``salt`` tells values apart that have to differ."""
        self._steps += 1
        if self._steps > MAX_STEPS or schema is False:
            raise NoInstance("too many alternatives, or none")
        if not isinstance(schema, dict):
            return WORDS[salt % len(WORDS)]
        for flat, left in self._plain(schema, depth):
            try:
                return self._plain_value(flat, left, salt)
            except (NoInstance, Unsupported):
                continue
        raise NoInstance("no alternative has an instance")

    def _plain(self, schema: dict[str, Any], depth: int) -> Iterator[tuple[dict[str, Any], int]]:
        """The schema without $ref, allOf, anyOf and oneOf: one schema for each combination of alternatives."""
        self._steps += 1
        if self._steps > MAX_STEPS:
            raise NoInstance("too many alternatives")
        rest = dict(schema)
        if "$ref" in rest:
            if depth == 0:
                return
            target = self._target(rest.pop("$ref"))
            if target is not False:
                yield from self._plain(_merged(rest, target), depth - 1)
        elif "allOf" in rest:
            parts = rest.pop("allOf")
            for part in parts:
                rest = _merged(rest, part)
            yield from self._plain(rest, depth)
        elif "anyOf" in rest or "oneOf" in rest:
            for option in rest.pop("anyOf" if "anyOf" in rest else "oneOf"):
                if option is not False:
                    yield from self._plain(_merged(rest, option), depth)
        else:
            yield rest, depth

    def _target(self, reference: str) -> Any:
        """What a reference inside the same schema points to."""
        if reference != "#" and not reference.startswith("#/"):
            raise NoInstance("a reference that leads out of the schema")
        found: Any = self._root
        for step in unquote(reference[2:]).split("/") if reference != "#" else ():
            key = step.replace("~1", "/").replace("~0", "~")
            if isinstance(found, dict) and key in found:
                found = found[key]
            elif isinstance(found, list) and key.isascii() and key.isdigit() and int(key) < len(found):
                found = found[int(key)]
            else:
                raise NoInstance("a reference to nothing")
        return found

    def _plain_value(self, schema: dict[str, Any], depth: int, salt: int) -> Any:
        if "const" in schema:
            return schema["const"]
        kind = _kind(schema)
        if "enum" in schema:
            fitting = [value for value in schema["enum"] if is_instance(value, _own_limits(schema))]
            if not fitting:
                raise NoInstance("no value of the enumeration fits")
            return fitting[salt % len(fitting)]
        match kind:
            case "object":
                return self._object(schema, depth)
            case "array":
                return self._array(schema, depth)
            case "integer" | "number":
                return _number(schema, salt, whole=kind == "integer")
            case "boolean":
                return salt % 2 == 0
            case "null":
                return None
            case _:
                return _string(schema, salt)

    def _object(self, schema: dict[str, Any], depth: int) -> dict[str, Any]:
        properties = schema.get("properties", {})
        required = list(dict.fromkeys(schema.get("required", ())))
        others = schema.get("additionalProperties", True)
        made: dict[str, Any] = {}
        # What is required comes first, so that a limit on the number of members only leaves out what may be absent.
        for name in [*required, *(name for name in properties if name not in required)]:
            if name not in required and len(made) >= schema.get("maxProperties", math.inf):
                break
            try:
                made[name] = self.value(properties.get(name, others), depth, 0)
            except (NoInstance, Unsupported):
                if name in required:
                    raise
        for number in range(_bounded(schema.get("minProperties", 0)) - len(made)):
            made[f"{WORDS[number % len(WORDS)]}_{number}"] = self.value(others, depth, number)
        order = {name: place for place, name in enumerate(properties)}
        return dict(sorted(made.items(), key=lambda member: order.get(member[0], len(order))))

    def _array(self, schema: dict[str, Any], depth: int) -> list[Any]:
        first = schema.get("prefixItems", ())
        others = schema.get("items", True)
        least, most = schema.get("minItems", 0), schema.get("maxItems", math.inf)
        wanted = min(max(least, len(first), 0 if others is False and not first else 1), max(most, least))
        made: list[Any] = []
        if "contains" in schema:
            count = max(schema.get("minContains", 1), 0)
            made.extend(self.value(schema["contains"], depth, number) for number in range(_bounded(count)))
        for number in range(len(made), _bounded(wanted)):
            try:
                made.append(self.value(first[number] if number < len(first) else others, depth, number))
            except (NoInstance, Unsupported):
                if number < least:
                    raise
                break
        return made


def _merged(one: dict[str, Any], other: Any) -> dict[str, Any]:
    """Both schemas at once, as far as that can be said without ``allOf``."""
    if not isinstance(other, dict):
        return one
    both = {**one, **other}
    for key in ("properties", "$defs", "definitions"):
        if key in one and key in other:
            both[key] = {**one[key], **other[key]}
            for name in one[key].keys() & other[key].keys():
                both[key][name] = {"allOf": [one[key][name], other[key][name]]}
    if "required" in one and "required" in other:
        both["required"] = [*one["required"], *other["required"]]
    for key in ("anyOf", "oneOf", "$ref", "enum", "allOf"):
        if key in one and key in other and one[key] != other[key]:
            # Two of a kind cannot stand side by side: the second one waits its turn.
            both[key] = one[key]
            both["allOf"] = [*(both.get("allOf", ()) if key != "allOf" else one[key]), {key: other[key]}]
    for key, choose in (
        ("minimum", max),
        ("minLength", max),
        ("minItems", max),
        ("maximum", min),
        ("maxLength", min),
        ("maxItems", min),
    ):
        if key in one and key in other:
            both[key] = choose(one[key], other[key])
    if isinstance(one.get("type"), list) and "type" in other:
        allowed = other["type"] if isinstance(other["type"], list) else [other["type"]]
        both["type"] = [kind for kind in one["type"] if kind in allowed] or other["type"]
    return both


def _kind(schema: dict[str, Any]) -> str:
    """The type to make: the declared one, of several the first that is not null, else what the other keywords mean."""
    kinds = schema.get("type")
    if isinstance(kinds, str):
        return kinds
    if kinds:
        return str(next((kind for kind in kinds if kind != "null"), "null"))
    return next((kind for kind, keys in MEANT_BY if any(key in schema for key in keys)), "string")


def _own_limits(schema: dict[str, Any]) -> dict[str, Any]:
    """The keywords that can be applied to a value without the rest of the schema."""
    return {key: schema[key] for key in schema if key not in {"$ref", "properties", "items", "additionalProperties"}}


def _bounded(number: int | float) -> int:
    if number > MAX_LENGTH:
        raise NoInstance("an instance that is too large")
    return int(number)


def _number(schema: dict[str, Any], salt: int, *, whole: bool) -> int | float:
    """The smallest allowed number from 1 on, or the nearest one below; ``salt`` steps further."""
    step = Fraction(schema["multipleOf"]).limit_denominator(10**9) if "multipleOf" in schema else Fraction(1)
    if whole and step.denominator != 1:
        step = Fraction(step.numerator)
    low = max((Fraction(schema[key]) for key in ("minimum", "exclusiveMinimum") if key in schema), default=None)
    high = min((Fraction(schema[key]) for key in ("maximum", "exclusiveMaximum") if key in schema), default=None)

    def fits(number: Fraction) -> bool:
        return not (
            (low is not None and (number < low or number == Fraction(schema.get("exclusiveMinimum", low - 1))))
            or (high is not None and (number > high or number == Fraction(schema.get("exclusiveMaximum", high + 1))))
        )

    start = Fraction(1)
    if low is not None and low > start:
        start = low
    elif high is not None and high < start:
        start = high if low is None else max(low, high - step)
    candidates = [math.ceil(start / step) * step, (math.ceil(start / step) + 1) * step, math.floor(start / step) * step]
    candidates.append((math.floor(start / step) - 1) * step)
    if not whole and "multipleOf" not in schema and low is not None and high is not None:
        candidates.append((low + high) / 2)
    first = next((number for number in candidates if fits(number)), None)
    if first is None:
        raise NoInstance("no number fits")
    chosen = next((n for n in (first + salt * step, first - salt * step) if fits(n)), first)
    return int(chosen) if whole or chosen.denominator == 1 else float(chosen)


def _string(schema: dict[str, Any], salt: int) -> str:
    least, most = _bounded(schema.get("minLength", 0)), schema.get("maxLength", math.inf)
    if "pattern" in schema:
        return matching(schema["pattern"], salt)
    if schema.get("format") in FORMATS:
        return FORMATS[schema["format"]].format(n=salt % 28 + 1)
    text = WORDS[salt % len(WORDS)] + (f" {salt}" if salt >= len(WORDS) else "")
    if len(text) < least:
        text += "." * (least - len(text))
    return text if len(text) <= most else text[-int(most) :] if most else ""
