"""Checks of single values: the shape of ids, times, numbers and texts, and how an output ends."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import Any, Final

from conformance.checks.consistency import SECONDS
from conformance.checks.items import PREFIXES
from conformance.checks.lib.rules import Finding, rule
from conformance.checks.lib.view import View
from conformance.wire.json_values import at, at_list, pointer, show

TAIL: Final = re.compile(r"[A-Za-z0-9_-]+")
"""What stands in an id behind its prefix."""

HOUR, DAY, YEAR_2100 = 3600, 86_400, 4_102_444_800

RANGES: Final[dict[str, tuple[float, float]]] = {
    "frequency_penalty": (-2, 2),
    "max_output_tokens": (1, math.inf),
    "presence_penalty": (-2, 2),
    "temperature": (0, 2),
    "top_logprobs": (0, 20),
    "top_p": (0, 1),
}
"""Between which numbers each setting lies."""

LOST: Final = {"\0": "NUL", "\ufffd": "U+FFFD"}
"""Characters that stand in a text only where another one was lost."""


def _number(value: Any) -> float | None:
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) else None


# --- ids


def _ids(view: View) -> Iterator[tuple[str, str, str]]:
    """Pointer, prefix and value of each id that begins as those of its kind do."""
    places: list[tuple[str, str, Any]] = [("/id", "resp_", view.response.get("id"))]
    for where, item in view.items:
        places.append((f"{where}/id", PREFIXES.get(str(item.get("type")), ""), item.get("id")))
        places.append((f"{where}/call_id", "call_", item.get("call_id")))
    return (each for each in places if each[1] and isinstance(each[2], str) and each[2].startswith(each[1]))


@rule("items.id_shape", when=lambda view: any(_ids(view)))
def id_shape(view: View) -> Iterator[Finding]:
    """Behind its prefix an id has letters, digits, hyphens and underscores, and nothing else."""
    for where, prefix, value in _ids(view):
        if not TAIL.fullmatch(value[len(prefix) :]):
            expected = f"{prefix} and then letters, digits, - and _"
            yield Finding(view.where(where), expected, show(value, 80))


# --- times


def _time(view: View, member: str) -> float | None:
    """A time in seconds since 1970, or None. What is none breaks another requirement."""
    value = _number(at(view.response, member))
    return value if value is not None and SECONDS[0] <= value <= SECONDS[1] else None


def _patience(view: View) -> int:
    """How long an answer takes at most. Who asks in the background, or for research, waits longer."""
    researches = "deep-research" in str(view.response.get("model"))
    return DAY if researches or view.response.get("background") is True else HOUR


@rule("consistency.times", when=lambda view: _time(view, "created_at") is not None)
def times(view: View) -> Iterator[Finding]:
    """Times are whole seconds of this century, and an answer takes an hour, or a day, at most."""
    created, completed = _time(view, "created_at"), _time(view, "completed_at")
    for member, value in (("created_at", created), ("completed_at", completed)):
        if value is not None and (value != int(value) or value >= YEAR_2100):
            yield Finding(view.where(f"/{member}"), "a whole second before the year 2100", show(value))
    if created is not None and completed is not None and completed - created > _patience(view):
        expected = f"at most {_patience(view)} seconds after {show(created)}"
        yield Finding(view.where("/completed_at"), expected, show(completed))


# --- numbers


def _ranges(view: View) -> Iterator[tuple[tuple[str, ...], float, float]]:
    """Where numbers stand, the least and the greatest that each may be."""
    for name, (least, most) in RANGES.items():
        yield (name,), least, most
    # What a program calls is answered without the model being asked again. Counts can be off, below zero even.
    programmed = any("caller" in item for _, item in view.items)
    if not programmed and at(view.response, "usage", "input_tokens") == 0:
        yield ("usage", "input_tokens"), 1, math.inf


@rule(
    "response.ranges",
    when=lambda view: any(_number(at(view.response, *path)) is not None for path, *_ in _ranges(view)),
)
def ranges(view: View) -> Iterator[Finding]:
    """Settings and counts are numbers that they can be."""
    for path, least, most in _ranges(view):
        value = _number(at(view.response, *path))
        if value is not None and not least <= value <= most:
            expected = f"at least {least}" if most == math.inf else f"from {least} to {most}"
            yield Finding(view.where(pointer(*path)), expected, show(value))


# --- texts


def _texts(view: View) -> Iterator[tuple[str, str]]:
    for where, item in view.items_of("message"):
        for index, part in enumerate(at_list(item, "content")):
            for member in ("text", "refusal"):
                if isinstance(at(part, member), str):
                    yield f"{where}/content/{index}/{member}", part[member]


def _sent(view: View, character: str) -> bool:
    """True if the request holds a character, as itself or escaped."""
    content = (view.exchange.request.content or b"").lower()
    return character.encode() in content or f"\\u{ord(character):04x}".encode() in content


@rule("consistency.text_characters", when=lambda view: any(_texts(view)))
def text_characters(view: View) -> Iterator[Finding]:
    """A text holds no character that stands for a lost one, unless it was sent."""
    for where, text in _texts(view):
        for character, name in LOST.items():
            if character in text and not _sent(view, character):
                yield Finding(view.where(where), f"no {name} in the text", f"one at character {text.index(character)}")


# --- order


@rule("consistency.order", when=lambda view: view.status == "completed" and bool(view.items))
def order(view: View) -> Iterator[Finding]:
    """The output of a completed response does not end while the model thinks."""
    where, last = view.items[-1]
    if last.get("type") == "reasoning":
        expected = "a message, a call or another result at the end, as the response is completed"
        yield Finding(view.where(f"{where}/type"), expected, '"reasoning"')
