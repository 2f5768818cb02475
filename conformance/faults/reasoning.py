"""Faults of reasoning."""

from typing import Any, Final

from conformance.faults.lib.fault import Fault
from conformance.faults.lib.rows import refused
from conformance.reference.edits.asked import asks
from conformance.reference.edits.replies import echoing, in_json
from conformance.reference.edits.requests import setting

EFFORTS: Final = ("none", "minimal", "low", "medium", "high", "xhigh", "max")
FAILURE: Final = {"code": "server_error", "message": "The model ran out of tokens."}


def _known_effort(effort: str) -> str:
    return effort if effort in EFFORTS else "low"


def _failed(response: dict[str, Any]) -> Any:
    """An answer that was cut off while the model thought, as a failure."""
    if response["status"] != "incomplete" or response["output"][-1]["type"] != "reasoning":
        return response
    return response | {"status": "failed", "incomplete_details": None, "error": FAILURE, "usage": None}


FAULTS: Final = (
    refused("highest-effort", "The effort xhigh", "reasoning.effort", asks("/reasoning/effort", "xhigh")),
    Fault(
        "any-effort-accepted",
        "An unknown effort is taken for a low one, and repeated.",
        ("reasoning.unknown_effort",),
        echoing("reasoning/effort"),
        setting("/reasoning/effort", str, _known_effort),
    ),
    Fault(
        "unknown-effort-ignored",
        "An unknown effort is taken for a low one.",
        ("reasoning.unknown_effort",),
        request_edit=setting("/reasoning/effort", str, _known_effort),
    ),
    refused("concise-summary", "A concise summary", "reasoning.summary", asks("/reasoning/summary", "concise")),
    Fault(
        "failed-while-reasoning",
        "Reasoning that uses up the tokens ends in a failure.",
        ("reasoning.budget",),
        in_json(_failed),
    ),
)
