"""Faults of max_output_tokens."""

from typing import Any, Final

from conformance.faults.lib.fault import DATABRICKS, ELSEWHERE, Fault
from conformance.reference.edits.asked import all_of, refused_for, sent, streams
from conformance.reference.edits.replies import bad_gateway, echoing, ending_in, in_json, only_if
from conformance.reference.edits.requests import LEAST, ignoring, setting
from conformance.reference.reply import Reply
from conformance.wire.edit import put


def _made_whole(limit: float | str) -> Any:
    return int(limit) if isinstance(limit, float) or limit.isdecimal() else limit


def _is_small(value: Any) -> bool:
    return isinstance(value, int) and value < LEAST


def _without_small_limit(body: dict[str, Any]) -> dict[str, Any]:
    return ignoring("max_output_tokens")(body) if _is_small(body.get("max_output_tokens")) else body


def _has_limit_of_another_type(reply: Reply) -> bool:
    return not isinstance(sent(reply, "/max_output_tokens"), int)


def _whole(response: dict[str, Any]) -> Any:
    """An answer that was cut off in its text, as if it had been completed there."""
    if response["status"] != "incomplete" or response["output"][-1]["type"] != "message":
        return response
    ended = {"status": "completed", "incomplete_details": None, "completed_at": response["created_at"] + 1}
    return put("/output/*/status", lambda _: "completed")(response | ended)


FAULTS: Final = (
    Fault(
        "cut-off-and-completed",
        "An answer that does not fit is completed where it is cut off.",
        ("limits.incomplete", "usage.cut_at_limit"),
        in_json(_whole),
    ),
    Fault(
        "limit-raised",
        "max_output_tokens below its least value is raised to it in silence.",
        ("limits.below_minimum",),
        request_edit=setting("/max_output_tokens", int, lambda limit: LEAST if _is_small(limit) else limit),
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
        "small-limit-streams-with-502",
        "A limit that is refused gets a bare 502 where a stream is asked for.",
        (
            "limits.below_minimum",
            "errors.gateway_body",
            "wrong_requests.wrong_type",
            "wrong_requests.same_when_streamed",
        ),
        only_if(all_of(streams, refused_for("max_output_tokens")), bad_gateway),
        seen=DATABRICKS,
    ),
    Fault(
        "small-limit-ends-in-500",
        "max_output_tokens below its least value ends in an internal error.",
        ("limits.below_minimum",),
        ending_in(500, lambda reply: _is_small(sent(reply, "/max_output_tokens"))),
    ),
    Fault(
        "limit-made-whole",
        "max_output_tokens that is no whole number is made one.",
        ("limits.wrong_type",),
        request_edit=setting("/max_output_tokens", float | str, _made_whole),
    ),
    Fault(
        "limit-of-another-type-ends-in-500",
        "max_output_tokens that is no whole number ends in an internal error.",
        ("limits.wrong_type", "wrong_requests.wrong_type"),
        ending_in(500, all_of(refused_for("max_output_tokens"), _has_limit_of_another_type)),
    ),
)
