"""Faults of the other settings: metadata, sampling, logprobs, parameters that nobody knows."""

from typing import Any, Final

from conformance.faults.lib.fault import ELSEWHERE, Fault
from conformance.faults.lib.rows import refused
from conformance.reference.edits.asked import asks, refused_for, sent
from conformance.reference.edits.replies import both, echoing, ending_in
from conformance.reference.edits.requests import ignoring, setting
from conformance.reference.reply import Reply

RANGES: Final = {"temperature": 2, "top_p": 1}
MOST_PAIRS: Final = 16


def _is_out_of_range(name: str, value: Any) -> bool:
    return isinstance(value, int | float) and not 0 <= value <= RANGES[name]


def _without_wrong_sampling(body: dict[str, Any]) -> dict[str, Any]:
    return ignoring(*(name for name in RANGES if _is_out_of_range(name, body.get(name))))(body)


def _first_pairs(metadata: dict[str, Any]) -> dict[str, Any]:
    return dict([*metadata.items()][:MOST_PAIRS])


def _as_texts(metadata: dict[str, Any]) -> dict[str, Any]:
    return {name: value if isinstance(value, str) else str(value) for name, value in metadata.items()}


def _cut_to_fit(metadata: dict[str, Any]) -> dict[str, Any]:
    return {name[:64]: value[:512] if isinstance(value, str) else value for name, value in metadata.items()}


def _has_full_metadata(reply: Reply) -> bool:
    return len(sent(reply, "/metadata") or ()) == MOST_PAIRS


FAULTS: Final = (
    refused("full-metadata", "As much metadata as there may be", "controls.metadata", _has_full_metadata),
    Fault(
        "more-metadata-accepted",
        "More than 16 pairs of metadata are taken, and repeated.",
        ("controls.metadata_limits",),
        echoing("metadata"),
        setting("/metadata", dict, _first_pairs),
    ),
    Fault(
        "more-metadata-left-out",
        "The pairs of metadata after the 16th are left out in silence.",
        ("controls.metadata_limits",),
        request_edit=setting("/metadata", dict, _first_pairs),
    ),
    Fault(
        "metadata-cut-off",
        "Keys and values of metadata are cut off where they are too long.",
        ("controls.metadata_limits",),
        request_edit=setting("/metadata", dict, _cut_to_fit),
    ),
    Fault(
        "metadata-made-text",
        "A value of the metadata that is no text is made one.",
        ("controls.metadata_limits",),
        request_edit=setting("/metadata", dict, _as_texts),
    ),
    Fault(
        "wrong-metadata-end-in-500",
        "Metadata that have to be refused end in an internal error.",
        ("controls.metadata_limits",),
        ending_in(500, refused_for("metadata")),
    ),
    refused("truncation", "The truncation auto", "controls.accepted", asks("/truncation", "auto")),
    refused(
        "verbosity",
        "A verbosity",
        ("controls.accepted", "client_requests.verbosity_with_tools"),
        asks("/text/verbosity", "low"),
    ),
    refused("logprobs", "A request for logprobs", "controls.logprobs", asks("/top_logprobs")),
    refused("temperature", "A temperature in range", "controls.sampling", asks("/temperature")),
    refused("top-p", "A top_p in range", "controls.sampling", asks("/top_p")),
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
        request_edit=setting(
            "/temperature", int | float, lambda temperature: min(max(temperature, 0), RANGES["temperature"])
        ),
    ),
    Fault(
        "wrong-sampling-ends-in-500",
        "A temperature or a top_p out of range ends in an internal error.",
        ("controls.sampling_range",),
        ending_in(500, lambda reply: any(refused_for(name)(reply) for name in RANGES)),
    ),
    Fault(
        "unknown-parameter-ignored",
        "A parameter that nobody knows is passed over.",
        ("controls.unknown_parameter",),
        request_edit=ignoring("unknown_parameter"),
    ),
)
