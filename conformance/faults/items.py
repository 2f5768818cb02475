"""Faults of the ids of output items."""

from typing import Any, Final

from conformance.faults.lib.fault import DATABRICKS, Fault
from conformance.faults.lib.requirements import ALL_ROUND_TRIPS
from conformance.reference.edits.asked import input_items
from conformance.reference.edits.replies import both, on_answer, on_plain_answer, on_response, refusing
from conformance.reference.reply import Reply
from conformance.wire.edit import put


def _has_long_id(reply: Reply) -> bool:
    return any(len(str(item.get("id"))) > 64 for item in input_items(reply))


def _longer(id_: str) -> str:
    return id_ + "x" * (191 - len(id_))


def _with_the_last_twice(output: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [*output, output[-1]]


FAULTS: Final = (
    Fault(
        "same-id-twice",
        "Two output items have the same id.",
        ("items.unique_ids",),
        on_plain_answer(put("/output", _with_the_last_twice)),
    ),
    Fault(
        "id-of-416-characters",
        "The ids of output items are longer than they may be when they are sent back.",
        ("items.id_length",),
        on_answer(put("/output/*/id", lambda id_: f"{id_}{'x' * 416}"[:416])),
        seen=DATABRICKS,
    ),
    Fault(
        "response-id-of-193-characters",
        "The id of the response is longer than it may be when it is sent back.",
        ("items.id_length",),
        on_response(put("/id", lambda id_: f"{id_}{'x' * 193}"[:193])),
        seen=DATABRICKS,
    ),
    Fault(
        "long-ids-refused-when-sent-back",
        "Ids that the endpoint made are refused in the next turn as they are too long.",
        ("items.id_length", "client_requests.item_reference", "clients.ai_sdk", *ALL_ROUND_TRIPS),
        both(on_answer(put("/output/*/id", _longer)), refusing(_has_long_id)),
        seen=DATABRICKS,
    ),
    Fault(
        "id-without-prefix",
        "The ids of output items do not tell their kind.",
        ("items.id_prefix",),
        on_answer(put("/output/*/id", lambda id_: id_.replace("_", "-"))),
    ),
    Fault(
        "response-id-without-prefix",
        "The id of the response is a bare number.",
        ("items.id_prefix",),
        on_response(put("/id", lambda id_: id_.removeprefix("resp_"))),
    ),
    Fault(
        "id-with-a-space",
        "The ids of output items hold a space.",
        ("items.id_shape",),
        on_answer(put("/output/*/id", lambda id_: id_.replace("_", "_ "))),
    ),
)
