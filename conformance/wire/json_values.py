"""JSON values: reading a text that may be anything, looking into a value, showing it in a finding."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

# Own bounds, far below the limits of every Python, so that no verdict depends on the interpreter and its settings.

MARKUP: Final = re.compile(r"\s*<[a-zA-Z!?/]")
MAX_DEPTH: Final = 128
"""Levels of arrays and objects beyond which a JSON text is not read; real answers stay under 30."""

MAX_NUMBER: Final = 640
"""Characters of a number beyond which a JSON text is not read; Python cannot be told to refuse shorter integers."""

_BRACKET: Final = re.compile(r"[\[\]{}]")


class Missing:
    """The type of `MISSING`."""

    def __repr__(self) -> str:
        return "nothing"

    def __bool__(self) -> bool:
        return False


MISSING: Final = Missing()
"""Stands for a member or a body that is not there, where None would be JSON's null."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A body that is not JSON, and why, in a few words."""

    why: str

    def __repr__(self) -> str:
        return self.why

    def __bool__(self) -> bool:
        return False


def read_json(content: bytes | str) -> Any:
    """The JSON value in a body, or an `Unreadable`. Never raises, whatever the bytes are."""
    if not content.strip():
        return Unreadable("an empty body")
    try:
        text = content if isinstance(content, str) else content.decode("utf-8")
    except UnicodeDecodeError as error:
        return Unreadable(f"bytes that are not UTF-8, at offset {error.start}")
    try:
        return parse_json(text)
    except TooDeep as error:
        return Unreadable(f"JSON that is {error}")
    except ValueError as error:
        if MARKUP.match(text):
            return Unreadable(f"HTML or XML, not JSON: {text.strip()[:60]!r}")
        why = f"no JSON: {error}" if isinstance(error, json.JSONDecodeError) else f"JSON that cannot be read: {error}"
        return Unreadable(f"{why}; it begins with {text[:60]!r}")


class TooDeep(ValueError):
    """A JSON text or value that is nested beyond a bound."""

    def __init__(self, levels: int) -> None:
        super().__init__(f"nested deeper than {levels} levels")


def parse_json(
    text: str,
    *,
    levels: int = MAX_DEPTH,
    fraction: Callable[[str], float] = float,
    members: Callable[[list[tuple[str, Any]]], Any] | None = None,
) -> Any:
    """The value of a JSON text, within the same bounds on every Python.

    ``fraction`` makes numbers that are no integers, ``members`` makes objects. Raises TooDeep for more than ``levels``
    levels, JSONDecodeError for what is no JSON, ValueError for a number over MAX_NUMBER characters, NaN and Infinity.
    """
    if _is_deeper(text, levels):
        raise TooDeep(levels)
    return json.loads(
        text,
        parse_int=_integer,
        parse_float=lambda number: fraction(_bounded(number)),
        parse_constant=_refuse_constant,
        object_pairs_hook=members,
    )


def _integer(number: str) -> int:
    return int(_bounded(number))


def _bounded(number: str) -> str:
    if len(number) > MAX_NUMBER:
        raise ValueError(f"a number of more than {MAX_NUMBER} characters")
    return number


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is not a JSON value")


def _is_deeper(text: str, levels: int) -> bool:
    """True if a JSON text is nested in more than ``levels`` levels. Of a text that is no JSON it may be true too."""
    if text.count("{") + text.count("[") <= levels:
        return False
    # Without escapes, every second piece between quotation marks stands outside of strings.
    outside = text.replace("\\\\", "").replace('\\"', "").split('"')[::2]
    depth = 0
    for bracket in _BRACKET.findall("".join(outside)):
        if bracket in "{[":
            depth += 1
            if depth > levels:
                return True
        else:
            depth -= 1
    return False


def nests_deeper(value: Any, levels: int) -> bool:
    """True if arrays and objects stand in one another in more than ``levels`` levels."""
    level = [value]
    for _ in range(levels + 1):
        level = [each for each in level if isinstance(each, (dict, list))]
        if not level:
            return False
        level = [inner for each in level for inner in (each.values() if isinstance(each, dict) else each)]
    return True


def at(value: Any, *path: str | int) -> Any:
    """The value at a path of member names and indices, or `MISSING` where there is none."""
    for step in path:
        if isinstance(value, dict) and isinstance(step, str):
            value = value.get(step, MISSING)
        elif isinstance(value, list) and isinstance(step, int) and -len(value) <= step < len(value):
            value = value[step]
        else:
            return MISSING
    return value


def at_list(value: Any, *path: str | int) -> list[Any]:
    """The list at a path, or an empty one where there is none."""
    found = at(value, *path)
    return found if isinstance(found, list) else []


def number(value: Any) -> float | None:
    """A value if it is a number, which true and false are not, else None."""
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def same(one: Any, other: Any) -> bool:
    """True if two JSON values are equal: 1 and 1.0 are, 1 and true are not, at any depth."""
    left = [(one, other)]
    while left:
        # A list of what is left to compare, as a value can be nested deeper than functions can.
        one, other = left.pop()
        if isinstance(one, dict) and isinstance(other, dict):
            if one.keys() != other.keys():
                return False
            left += [(one[name], other[name]) for name in one]
        elif isinstance(one, list) and isinstance(other, list):
            if len(one) != len(other):
                return False
            left += zip(one, other, strict=True)
        elif isinstance(one, bool) is not isinstance(other, bool) or one != other:
            return False
    return True


def pointer(*path: str | int) -> str:
    """A JSON pointer (RFC 6901) from member names and indices."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in path)


def show(value: Any, limit: int = 100) -> str:
    """A value as JSON text on one printable line of at most ``limit`` characters, for a finding.

    Safe for any value, however deep, long or wide: what would not fit is not looked at.
    """
    return shorten(printable(_render(value, 3, limit)), limit)


def _render(value: Any, depth: int, limit: int) -> str:
    if isinstance(value, (Missing, Unreadable)):
        return repr(value)
    if isinstance(value, str):
        return _quoted(value[:limit])
    if isinstance(value, int) and not isinstance(value, bool) and value.bit_length() > 128:
        return f"an integer of {value.bit_length()} bits"
    shown = itertools.islice(value, limit // 4 if depth > 0 else 0) if isinstance(value, (dict, list)) else ()
    if isinstance(value, dict):
        members = [f"{_quoted(str(name)[:limit])}: {_render(value[name], depth - 1, limit)}" for name in shown]
        return _fenced("{", members, len(value), "}")
    if isinstance(value, list):
        return _fenced("[", [_render(each, depth - 1, limit) for each in shown], len(value), "]")
    if value is None or isinstance(value, (bool, int, float)):
        return json.dumps(value)
    return type(value).__name__


def _fenced(left: str, parts: list[str], total: int, right: str) -> str:
    return left + ", ".join(parts if len(parts) == total else [*parts, "…"]) + right


_quoted: Final[Callable[[str], str]] = json.JSONEncoder(ensure_ascii=False).encode
"""A text as JSON, with the characters that it has. `json.dumps` would make an encoder for each."""


def printable(text: str) -> str:
    """The text with every character escaped that is not printable, so that no answer can paint a terminal."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)


def shorten(text: str, limit: int) -> str:
    """The text, cut to ``limit`` characters with an ellipsis at its end."""
    return text if len(text) <= limit else f"{text[: limit - 1]}…"
