"""What a model may lack that the documentation does not promise of every model, and how a refusal says so. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from conformance.wire.exchange import Exchange
from conformance.wire.json_values import at, show

REFUSALS: Final = (400, 404, 413, 415, 422, 500, 501)
"""The statuses with which servers of this API were seen to refuse what a model lacks."""

LONG: Final = 20_000
"""Characters of a text that a model with a small window may not take."""


@dataclass(frozen=True, slots=True)
class Feature:
    """Something that a request can use: its name as an option has it, and what a model without it does not take.

    ``shown_by`` is the requirement that promises it, and ``shape`` the twin that uses it and nothing else. ``pattern``
    matches the code or the message of a refusal that names the model's lack as its reason.
    """

    name: str
    takes_no: str
    shown_by: str
    shape: str | None
    pattern: re.Pattern[str]
    is_used: Callable[[Mapping[str, Any]], bool]


def _values(value: Any, depth: int = 12) -> Iterator[Any]:
    """A JSON value and all that it holds."""
    yield value
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for each in inner if depth else ():
        yield from _values(each, depth - 1)


def _shows_image(body: Mapping[str, Any]) -> bool:
    return any(at(value, "type") == "input_image" for value in _values(body.get("input")))


def _is_long(body: Mapping[str, Any]) -> bool:
    return sum(len(value) for value in _values(body.get("input")) if isinstance(value, str)) > LONG


def _reasons(body: Mapping[str, Any]) -> bool:
    return body.get("reasoning") is not None


def _pattern(*words: str) -> re.Pattern[str]:
    return re.compile("|".join(words), re.IGNORECASE | re.DOTALL)


FEATURES: Final = {
    feature.name: feature
    for feature in (
        Feature(
            "image",
            "takes no images as an input",
            "image_input.data_url",
            "image",
            _pattern(
                r"not an? (multi-?modal|vision)",
                r"text.only (model|input)",
                r"\b(not|n't|cannot) (support|accept|handle|process|read)\w*\b.{0,40}\b(image|vision|multi-?modal)",
                r"\b(image|vision)(_url)?s?( \w+){0,3} (is|are) (not|un)\W?(support|accept|allow|available|enabled)",
                r"\bno\b.{0,40}support image",
                r"at most 0 image",
                r"image(_url)?s? (is|are) only supported by",
            ),
            _shows_image,
        ),
        Feature(
            "long-text",
            "takes no long text, as its window is small",
            "text_input.length",
            None,
            _pattern(r"context[_ ](length|window|size)", r"maximum (input|prompt|context|model) ?(length|tokens|len)",
                     r"(prompt|input) (is|was)? ?too long", r"too many (input )?tokens"),
            _is_long,
        ),
        Feature(
            "reasoning",
            "does not reason",
            "reasoning.effort",
            "reasoning",
            _pattern(r"reasoning\S*.{0,40}\b(not|un)\W?(support|accept|allow|available|recognized)",
                     r"\b(not|n't|un)\W?support.{0,60}reasoning"),
            _reasons,
        ),
    )
}  # fmt: skip
"""By name. Codes and messages are those that OpenAI, vLLM, SGLang, llama.cpp and OpenRouter were seen to give."""


def lacked(exchange: Exchange) -> Feature | None:
    """What the model lacks, by the words of a refusal of a request that uses it; None where it says nothing of it.

    That it is no other fault of the request has to be seen at a right one that uses nothing else.
    """
    body = exchange.request.json
    if exchange.status not in REFUSALS or not isinstance(body, dict):
        return None
    error = at(exchange.json, "error")
    source = error if isinstance(error, dict) else exchange.json
    said = " ".join(show(at(source, name), 1000) for name in ("code", "error_code", "message", "detail"))
    return next((one for one in used(body) if one.pattern.search(said)), None)


def used(body: Any) -> list[Feature]:
    """The features that a request uses."""
    return [feature for feature in FEATURES.values() if isinstance(body, dict) and feature.is_used(body)]
