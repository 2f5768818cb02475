"""Checks of the response object: its schema, its state, its numbers."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Final

from conformance.checks.lib.demanded import is_optional
from conformance.checks.lib.likeness import likeness
from conformance.checks.lib.rules import Finding, null_findings, rule, schema_findings, told
from conformance.checks.lib.view import View
from conformance.wire.json_values import MISSING, at, number, pointer, show

RANGES: Final[dict[str, tuple[float, float]]] = {
    "frequency_penalty": (-2, 2),
    "max_output_tokens": (1, math.inf),
    "presence_penalty": (-2, 2),
    "temperature": (0, 2),
    "top_logprobs": (0, 20),
    "top_p": (0, 1),
}
"""Between which numbers each setting lies."""


def _promises_content_type(view: View) -> bool:
    # A stream that ends in an error carries no response object, and is a stream all the same.
    is_stream = view.exchange.is_stream and view.promises_response and not view.is_error
    return (is_stream or view.answer is not MISSING) and bool(view.exchange.headers)


@rule("response.content_type", when=_promises_content_type)
def content_type(view: View) -> Iterator[Finding]:
    """A response object comes as application/json, a stream as text/event-stream."""
    expected = "text/event-stream" if view.exchange.is_stream else "application/json"
    if view.exchange.media_type != expected:
        received = view.exchange.headers.get("content-type", MISSING)
        yield Finding("header content-type", expected, show(received))


@rule("response.schema", when=lambda view: view.answer is not MISSING)
def schema(view: View) -> Iterator[Finding]:
    """The response object has the members that every response has, each of its kind."""
    if (instead := likeness(view.answer)) is not None:
        yield Finding(view.where(""), "a response object", instead)
        return
    broken = [one for one in view.misshapen if not is_optional(view.answer, one)]
    yield from told(view.answer, broken, view.where)


@rule("response.optional_members", when=lambda view: isinstance(view.answer, dict))
def optional_members(view: View) -> Iterator[Finding]:
    """The response object has the members, not null, that every response has but that the SDK types as optional."""
    yield from told(view.answer, [one for one in view.misshapen if is_optional(view.answer, one)], view.where)
    # An answer that is not finished has no usage yet, so the schema lets it be null.
    if view.status == "completed" and at(view.response, "usage") is None:
        yield Finding(view.where("/usage"), "a usage, as the status is completed", "null")


@rule("response.current_members", when=lambda view: isinstance(view.answer, dict))
def current_members(view: View) -> Iterator[Finding]:
    """The response object has what every current answer of OpenAI has, also where descriptions call it optional."""
    yield from schema_findings("response#/$defs/current", view.answer, view.where)


@rule("response.completed", when=lambda view: view.status == "completed")
def completed(view: View) -> Iterator[Finding]:
    """A completed response has an output, and neither an error nor incomplete_details."""
    yield from null_findings(view, "error")
    yield from null_findings(view, "incomplete_details")
    if at(view.response, "output") == []:
        yield Finding(view.where("/output"), "at least one item, as the status is completed", "[]")


@rule("response.incomplete", when=lambda view: view.status == "incomplete")
def incomplete(view: View) -> Iterator[Finding]:
    """An incomplete response says why, and has no error."""
    yield from null_findings(view, "error")
    reason = at(view.response, "incomplete_details", "reason")
    if not isinstance(reason, str) or not reason:
        where = view.where("/incomplete_details/reason")
        yield Finding(where, "a reason, as the status is incomplete", show(reason))


@rule("response.failed", when=lambda view: view.status == "failed")
def failed(view: View) -> Iterator[Finding]:
    """A failed response has an error with a code and a message."""
    error = at(view.response, "error")
    if not isinstance(error, dict):
        yield Finding(view.where("/error"), "an error, as the status is failed", show(error))


def _is_background(view: View) -> bool:
    # A stored prompt can ask for it, and the body of the request can be lost: the answer says so too.
    return view.asked("background") is True or view.response.get("background") is True


@rule(
    "response.finished",
    when=lambda view: view.is_create and view.status is not MISSING and not _is_background(view),
)
def finished(view: View) -> Iterator[Finding]:
    """The answer to a request in the foreground is in a final state."""
    if view.status in ("queued", "in_progress", "cancelled"):
        yield Finding(view.where("/status"), "completed, incomplete or failed", show(view.status))


@rule("response.model", when=lambda view: view.is_create and isinstance(at(view.response, "model"), str))
def model(view: View) -> Iterator[Finding]:
    """The answer names the model that ran, not the name of the service that was asked."""
    if view.response["model"] == view.asked("model"):
        yield Finding(view.where("/model"), "the name of the model that answered", show(view.response["model"]))


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
    when=lambda view: any(number(at(view.response, *path)) is not None for path, *_ in _ranges(view)),
)
def ranges(view: View) -> Iterator[Finding]:
    """Settings and counts are numbers that they can be."""
    for path, least, most in _ranges(view):
        value = number(at(view.response, *path))
        if value is not None and not least <= value <= most:
            expected = f"at least {least}" if most == math.inf else f"from {least} to {most}"
            yield Finding(view.where(pointer(*path)), expected, show(value))
