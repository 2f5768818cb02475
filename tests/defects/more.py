"""Defects in single values of a response object, in how its output ends, and in the answers of other operations."""

from __future__ import annotations

from collections.abc import Iterator

from tests.defects.answers import Change, is_operation, items_of, of_bodies, parts_of, put, without, wrong_types
from tests.defects.mutation import JSON

# --- other operations


@of_bodies("operations", when=is_operation)
def _operation_member_missing(body: JSON, _: JSON) -> Iterator[Change]:
    for member in body:
        yield member, without(body, member)


@of_bodies("operations", when=is_operation)
def _operation_member_of_another_type(body: JSON, _: JSON) -> Iterator[Change]:
    for member, value in body.items():
        for wrong in wrong_types(value):
            yield member, put(body, member, to=wrong)


@of_bodies("operations", when=is_operation)
def _operation_of_another_kind(body: JSON, _: JSON) -> Iterator[Change]:
    yield "", put(body, "object", to="chat.completion")


@of_bodies("operations.compaction", when=is_operation)
def _compaction_total_wrong(body: JSON, _: JSON) -> Iterator[Change]:
    if "usage" in body:
        yield "", put(body, "usage", "total_tokens", to=body["usage"]["total_tokens"] + 1)


@of_bodies("operations.compaction", when=is_operation)
def _compaction_empty(body: JSON, _: JSON) -> Iterator[Change]:
    if "output" in body:
        yield "", put(body, "output", to=[])


@of_bodies("operations.input_items", when=is_operation)
def _first_or_last_id_wrong(body: JSON, _: JSON) -> Iterator[Change]:
    for member in ("first_id", "last_id"):
        if member in body:
            yield member, put(body, member, to="msg_0000000000")


@of_bodies("operations.deleted", when=is_operation)
def _not_deleted(body: JSON, _: JSON) -> Iterator[Change]:
    if "deleted" in body:
        yield "", put(body, "deleted", to=False)


@of_bodies("operations.response_id", when=is_operation)
def _another_response_deleted(body: JSON, _: JSON) -> Iterator[Change]:
    if "deleted" in body:
        yield "", put(body, "id", to="resp_0000000000")


# --- ids, times, numbers


@of_bodies("items.id_shape")
def _id_of_another_shape(body: JSON, _: JSON) -> Iterator[Change]:
    yield "response", put(body, "id", to="resp_")
    for index, item in items_of(body, "message", "reasoning", "function_call"):
        prefix = item["id"].partition("_")[0] + "_"
        for tail in ("", " 1", "é", "a/b", "a\n"):
            yield f"{index} {tail!r}", put(body, "output", index, "id", to=prefix + tail)
        if str(item.get("call_id")).startswith("call_"):
            yield f"{index} call", put(body, "output", index, "call_id", to="call_ ")


@of_bodies("consistency.times")
def _time_wrong(body: JSON, _: JSON) -> Iterator[Change]:
    yield "fraction", put(body, "created_at", to=body["created_at"] + 0.25)
    yield "2112", put(body, "created_at", to=4_500_000_000)
    if body.get("completed_at"):
        yield "completed with a fraction", put(body, "completed_at", to=body["completed_at"] + 0.25)
        yield "three years later", put(body, "completed_at", to=body["completed_at"] + 94_608_000)


@of_bodies("response.ranges")
def _number_out_of_range(body: JSON, _: JSON) -> Iterator[Change]:
    wrong = {"temperature": (-3, 2.5), "top_p": (-0.1, 7), "top_logprobs": (-1, 21), "max_output_tokens": (0, -1)}
    wrong |= {"presence_penalty": (-3, 3), "frequency_penalty": (-3, 3)}
    for member, values in wrong.items():
        for value in values:
            if member in body:
                yield f"{member} {value}", put(body, member, to=value)


@of_bodies("response.ranges")
def _nothing_was_read(body: JSON, _: JSON) -> Iterator[Change]:
    if body["usage"] and not any("caller" in item for _, item in items_of(body)):
        details = {"cached_tokens": 0}
        usage = body["usage"] | {"input_tokens": 0, "input_tokens_details": details}
        yield "", put(body, "usage", to=usage | {"total_tokens": usage["output_tokens"]})


# --- texts and items


@of_bodies("consistency.text_characters")
def _character_lost(body: JSON, _: JSON) -> Iterator[Change]:
    for index, number, part in parts_of(body):
        for character in ("\ufffd", "\0"):
            path = ("output", index, "content", number, "text")
            yield f"{character!r}", put(body, *path, to=f"{part['text']}{character}")


@of_bodies("consistency.order")
def _reasoning_at_the_end(body: JSON, _: JSON) -> Iterator[Change]:
    thoughts = [item for _, item in items_of(body, "reasoning")]
    if body["status"] == "completed" and thoughts:
        rest = [item for item in body["output"] if item not in thoughts]
        yield "last", put(body, "output", to=[*rest, *thoughts])
        yield "alone", put(body, "output", to=thoughts)


SOURCES = [{"type": "url", "url": "https://a.example"}]


@of_bodies("obedience.included")
def _included_unasked(body: JSON, sent: JSON) -> Iterator[Change]:
    if sent and not sent.get("include") and not sent.get("top_logprobs"):
        for index, item in items_of(body, "web_search_call"):
            if (item.get("action") or {}).get("type") == "search":
                yield "sources", put(body, "output", index, "action", "sources", to=SOURCES)
        for index, _item in items_of(body, "file_search_call"):
            yield "results", put(body, "output", index, "results", to=[{"file_id": "file-1", "text": "A"}])
        for index, _item in items_of(body, "code_interpreter_call"):
            yield "outputs", put(body, "output", index, "outputs", to=[{"type": "logs", "logs": "42"}])
        for index, number, _part in parts_of(body):
            one = {"token": "A", "bytes": [65], "logprob": -0.5, "top_logprobs": []}
            yield "logprobs", put(body, "output", index, "content", number, "logprobs", to=[one])


@of_bodies("obedience.included")
def _included_left_out(body: JSON, sent: JSON) -> Iterator[Change]:
    members = {"file_search_call": "results", "code_interpreter_call": "outputs"}
    for index, item in items_of(body, *members):
        member = members[item["type"]]
        if f"{item['type']}.{member}" in (sent.get("include") or []) and item["status"] == "completed":
            yield member, put(body, "output", index, member, to=None)
    for index, item in items_of(body, "web_search_call"):
        asked = "web_search_call.action.sources" in (sent.get("include") or [])
        if asked and (item.get("action") or {}).get("sources") and item["status"] == "completed":
            yield "sources", without(body, "output", index, "action", "sources")
