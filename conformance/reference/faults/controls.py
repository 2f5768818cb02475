"""Faults of settings, by their values: limits, formats, reasoning and the others."""

from collections.abc import Callable
from itertools import starmap
from types import UnionType
from typing import Any, Final

from conformance.reference.faults.asked import Test, asks, every, refused_for, sent, streams
from conformance.reference.faults.edits import (
    bad_gateway,
    both,
    echoing,
    ending_in,
    in_json,
    on_response,
    only_if,
    put,
    refused,
    without,
)
from conformance.reference.faults.fault import DATABRICKS, ELSEWHERE, Fault
from conformance.reference.faults.settings import LEAST
from conformance.reference.reply import Change, Reading, Reply

EFFORTS: Final = ("none", "minimal", "low", "medium", "high", "xhigh", "max")
RANGES: Final = {"temperature": 2, "top_p": 1}
PAIRS: Final = 16
FAILURE: Final = {"code": "server_error", "message": "The model ran out of tokens."}


# --- requests that are read as others


def _changed(path: str, kind: type | UnionType, made: Callable[[Any], Any]) -> Reading:
    """Reads a request as if a setting of some type was another one."""
    return put(path, lambda value: made(value) if isinstance(value, kind) else value)


def _made_whole(limit: float | str) -> Any:
    return int(limit) if isinstance(limit, float) or limit.isdecimal() else limit


def _known_effort(effort: str) -> str:
    return effort if effort in EFFORTS else "low"


def _is_small(value: Any) -> bool:
    return isinstance(value, int) and value < LEAST


def _without_small_limit(body: dict[str, Any]) -> dict[str, Any]:
    return without("max_output_tokens")(body) if _is_small(body.get("max_output_tokens")) else body


def _without_strictness(form: dict[str, Any]) -> dict[str, Any]:
    """A format whose schema leaves a property optional, as one that is not strict."""
    schema = form.get("schema") or {}
    loose = isinstance(schema.get("properties"), dict) and schema["properties"].keys() - schema.get("required", ())
    return form | {"strict": False} if loose else form


def _with_known_format(form: dict[str, Any]) -> dict[str, Any]:
    return form if form.get("type") in ("text", "json_object", "json_schema") else {"type": "text"}


def _is_out_of_range(name: str, value: Any) -> bool:
    return isinstance(value, int | float) and not 0 <= value <= RANGES[name]


def _without_wrong_sampling(body: dict[str, Any]) -> dict[str, Any]:
    return without(*(name for name in RANGES if _is_out_of_range(name, body.get(name))))(body)


def _first_pairs(metadata: dict[str, Any]) -> dict[str, Any]:
    return dict([*metadata.items()][:PAIRS])


def _as_texts(metadata: dict[str, Any]) -> dict[str, Any]:
    return {name: value if isinstance(value, str) else str(value) for name, value in metadata.items()}


def _cut_to_fit(metadata: dict[str, Any]) -> dict[str, Any]:
    return {name[:64]: value[:512] if isinstance(value, str) else value for name, value in metadata.items()}


# --- requests on which a fault shows


def _has_limit_of_another_type(reply: Reply) -> bool:
    return not isinstance(sent(reply, "/max_output_tokens"), int)


def _has_full_metadata(reply: Reply) -> bool:
    return len(sent(reply, "/metadata") or ()) == PAIRS


def _has_recursion(reply: Reply) -> bool:
    return "$ref" in str(sent(reply, "/text/format/schema"))


# --- answers that are changed


def _repeating(path: str) -> Change:
    """Repeats a setting as it was sent."""
    return lambda reply: on_response(put(path, lambda _: sent(reply, path)))(reply)


def _whole(response: dict[str, Any]) -> Any:
    """An answer that was cut off in its text, as if it had been completed there."""
    if response["status"] != "incomplete" or response["output"][-1]["type"] != "message":
        return response
    ended = {"status": "completed", "incomplete_details": None, "completed_at": response["created_at"] + 1}
    return put("/output/*/status", lambda _: "completed")(response | ended)


def _failed(response: dict[str, Any]) -> Any:
    """An answer that was cut off while the model thought, as a failure."""
    if response["status"] != "incomplete" or response["output"][-1]["type"] != "reasoning":
        return response
    return response | {"status": "failed", "incomplete_details": None, "error": FAILURE, "usage": None}


REFUSALS: Final[tuple[tuple[str, str, str, Test], ...]] = (
    ("recursive-schema", "A format with a recursive schema", "formats.json_schema", _has_recursion),
    ("json-object", "The format json_object", "formats.json_object", asks("/text/format/type", "json_object")),
    ("highest-effort", "The effort xhigh", "reasoning.effort", asks("/reasoning/effort", "xhigh")),
    ("concise-summary", "A concise summary", "reasoning.summary", asks("/reasoning/summary", "concise")),
    ("full-metadata", "As much metadata as there may be", "controls.metadata", _has_full_metadata),
    ("truncation", "The truncation auto", "controls.accepted", asks("/truncation", "auto")),
    ("verbosity", "A verbosity", "controls.accepted", asks("/text/verbosity", "low")),
    ("logprobs", "A request for logprobs", "controls.logprobs", asks("/top_logprobs")),
    ("temperature", "A temperature in range", "controls.sampling", asks("/temperature")),
    ("top-p", "A top_p in range", "controls.sampling", asks("/top_p")),
)
"""What is refused, see `refused`."""

REFUSED: Final = tuple(starmap(refused, REFUSALS))

ACCEPTED: Final = (
    Fault(
        "limit-raised",
        "max_output_tokens below its least value is raised to it in silence.",
        ("limits.below_minimum",),
        reading=_changed("/max_output_tokens", int, lambda limit: LEAST if _is_small(limit) else limit),
        seen=ELSEWHERE,
    ),
    Fault(
        "any-limit-accepted",
        "max_output_tokens is taken however small it is, and heeded nowhere.",
        ("limits.below_minimum", "response.ranges"),
        only_if(lambda reply: _is_small(sent(reply, "/max_output_tokens")), echoing("max_output_tokens")),
        _without_small_limit,
        seen=ELSEWHERE,
    ),
    Fault(
        "limit-made-whole",
        "max_output_tokens that is no whole number is made one.",
        ("limits.wrong_type",),
        reading=_changed("/max_output_tokens", float | str, _made_whole),
    ),
    Fault(
        "loose-format-accepted",
        "A strict format need not require all properties.",
        ("formats.invalid_schema",),
        only_if(asks("/text/format/schema"), _repeating("/text/format/strict")),
        _changed("/text/format", dict, _without_strictness),
    ),
    Fault(
        "unknown-format-ignored",
        "A format of an unknown type is passed over.",
        ("formats.invalid_schema",),
        reading=_changed("/text/format", dict, _with_known_format),
    ),
    Fault(
        "any-effort-accepted",
        "An unknown effort is taken for a low one, and repeated.",
        ("reasoning.unknown_effort",),
        echoing("reasoning/effort"),
        _changed("/reasoning/effort", str, _known_effort),
    ),
    Fault(
        "unknown-effort-ignored",
        "An unknown effort is taken for a low one.",
        ("reasoning.unknown_effort",),
        reading=_changed("/reasoning/effort", str, _known_effort),
    ),
    Fault(
        "more-metadata-accepted",
        "More than 16 pairs of metadata are taken, and repeated.",
        ("controls.metadata_limits",),
        echoing("metadata"),
        _changed("/metadata", dict, _first_pairs),
    ),
    Fault(
        "more-metadata-left-out",
        "The pairs of metadata after the 16th are left out in silence.",
        ("controls.metadata_limits",),
        reading=_changed("/metadata", dict, _first_pairs),
    ),
    Fault(
        "metadata-cut-off",
        "Keys and values of metadata are cut off where they are too long.",
        ("controls.metadata_limits",),
        reading=_changed("/metadata", dict, _cut_to_fit),
    ),
    Fault(
        "metadata-made-text",
        "A value of the metadata that is no text is made one.",
        ("controls.metadata_limits",),
        reading=_changed("/metadata", dict, _as_texts),
    ),
    Fault(
        "any-sampling-accepted",
        "A temperature and a top_p are taken that are out of range.",
        ("controls.sampling_range", "response.ranges"),
        both(echoing("temperature"), echoing("top_p")),
        _without_wrong_sampling,
        seen=ELSEWHERE,
    ),
    Fault(
        "temperature-lowered",
        "A temperature that is out of range is brought into it in silence.",
        ("controls.sampling_range",),
        reading=_changed(
            "/temperature", int | float, lambda temperature: min(max(temperature, 0), RANGES["temperature"])
        ),
    ),
    Fault(
        "unknown-parameter-ignored",
        "A parameter that nobody knows is passed over.",
        ("controls.unknown_parameter",),
        reading=without("unknown_parameter"),
    ),
)

ENDED: Final = (
    Fault(
        "cut-off-and-completed",
        "An answer that does not fit is completed where it is cut off.",
        ("limits.incomplete",),
        in_json(_whole),
    ),
    Fault(
        "failed-while-reasoning",
        "Reasoning that uses up the tokens ends in a failure.",
        ("reasoning.budget",),
        in_json(_failed),
    ),
    Fault(
        "small-limit-streams-with-502",
        "A limit that is refused gets a bare 502 where a stream is asked for.",
        (
            "limits.below_minimum",
            "errors.body",
            "errors.content_type",
            "wrong_requests.wrong_type",
            "wrong_requests.same_when_streamed",
        ),
        only_if(every(streams, refused_for("max_output_tokens")), bad_gateway),
        seen=DATABRICKS,
    ),
    Fault(
        "limit-of-another-type-ends-in-500",
        "max_output_tokens that is no whole number ends in an internal error.",
        ("limits.wrong_type", "wrong_requests.wrong_type"),
        ending_in(500, every(refused_for("max_output_tokens"), _has_limit_of_another_type)),
    ),
    Fault(
        "wrong-format-ends-in-502",
        "A format that has to be refused gets a bare 502.",
        ("formats.invalid_schema", "wrong_requests.wrong_type"),
        ending_in(502, refused_for("text.format")),
    ),
    Fault(
        "small-limit-ends-in-500",
        "max_output_tokens below its least value ends in an internal error.",
        ("limits.below_minimum",),
        ending_in(500, lambda reply: _is_small(sent(reply, "/max_output_tokens"))),
    ),
    Fault(
        "wrong-sampling-ends-in-500",
        "A temperature or a top_p out of range ends in an internal error.",
        ("controls.sampling_range",),
        ending_in(500, lambda reply: any(refused_for(name)(reply) for name in RANGES)),
    ),
    Fault(
        "wrong-metadata-end-in-500",
        "Metadata that have to be refused end in an internal error.",
        ("controls.metadata_limits",),
        ending_in(500, refused_for("metadata")),
    ),
)
