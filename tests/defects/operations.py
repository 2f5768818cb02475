"""Defects in the answers of other operations than the creation of a response."""

from __future__ import annotations

from conformance.wire.edit import put, without
from tests.defects.lib.answers import JSON, Changes, is_operation, of_bodies, wrong_types


@of_bodies("operations", when=is_operation)
def _operation_member_missing(body: JSON, _: JSON) -> Changes:
    for member in body:
        yield member, without(f"/{member}")


@of_bodies("operations", when=is_operation)
def _operation_member_of_another_type(body: JSON, _: JSON) -> Changes:
    for member, value in body.items():
        for wrong in wrong_types(value):
            yield member, put(f"/{member}", wrong)


@of_bodies("operations", when=is_operation)
def _operation_of_another_kind(body: JSON, _: JSON) -> Changes:
    yield "", put("/object", "chat.completion")


@of_bodies("operations.compaction", when=is_operation)
def _compaction_total_wrong(body: JSON, _: JSON) -> Changes:
    if "usage" in body:
        yield "", put("/usage/total_tokens", body["usage"]["total_tokens"] + 1)


@of_bodies("operations.compaction", when=is_operation)
def _compaction_empty(body: JSON, _: JSON) -> Changes:
    if "output" in body:
        yield "", put("/output", [])


@of_bodies("operations.input_items", when=is_operation)
def _first_or_last_id_wrong(body: JSON, _: JSON) -> Changes:
    for member in ("first_id", "last_id"):
        if member in body:
            yield member, put(f"/{member}", "msg_0000000000")


@of_bodies("operations.deleted", when=is_operation)
def _not_deleted(body: JSON, _: JSON) -> Changes:
    if "deleted" in body:
        yield "", put("/deleted", False)


@of_bodies("operations.response_id", when=is_operation)
def _another_response_deleted(body: JSON, _: JSON) -> Changes:
    if "deleted" in body:
        yield "", put("/id", "resp_0000000000")
