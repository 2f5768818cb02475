"""Defects in what the members of a response object say together: states, counts, times, ids."""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Iterator

from conformance.wire.exchange import Exchange
from tests.defects.answers import Change, is_answer, items_of, of_bodies, of_exchanges, parts_of, put, without
from tests.defects.mutation import JSON

# --- counts


@of_bodies("usage", "response")
def _total_wrong(body: JSON, _: JSON) -> Iterator[Change]:
    if body["usage"]:
        total = body["usage"]["total_tokens"]
        for value in (total + 1, total - 1, 0 if total else 7, total * 2 + 1, -total - 1):
            yield str(value), put(body, "usage", "total_tokens", to=value)


@of_bodies("usage", "response")
def _part_of_total_wrong(body: JSON, _: JSON) -> Iterator[Change]:
    if body["usage"]:
        for side in ("input_tokens", "output_tokens"):
            yield side, put(body, "usage", side, to=body["usage"][side] + 3)


@of_bodies("consistency", "usage", "response")
def _details_above_the_whole(body: JSON, _: JSON) -> Iterator[Change]:
    if body["usage"]:
        usage = body["usage"]
        path = ("usage", "input_tokens_details", "cached_tokens")
        yield "cached", put(body, *path, to=usage["input_tokens"] + 1)
        path = ("usage", "output_tokens_details", "reasoning_tokens")
        yield "reasoning", put(body, *path, to=usage["output_tokens"] + 64)


@of_bodies("usage", "response")
def _usage_of_chat_completions(body: JSON, _: JSON) -> Iterator[Change]:
    if body["usage"]:
        usage = {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}
        yield "", put(body, "usage", to=usage)


@of_bodies("usage", "response")
def _usage_empty(body: JSON, _: JSON) -> Iterator[Change]:
    if body["usage"]:
        yield "", put(body, "usage", to={})


# --- states

ERROR = {"code": "server_error", "message": "The server had an error."}


def _completed(body: JSON) -> bool:
    return bool(body["status"] == "completed")


@of_bodies("response.completed")
def _completed_with_error(body: JSON, _: JSON) -> Iterator[Change]:
    if _completed(body):
        yield "", put(body, "error", to=ERROR)


@of_bodies("response.completed")
def _completed_with_incomplete_details(body: JSON, _: JSON) -> Iterator[Change]:
    if _completed(body):
        for reason in ("max_output_tokens", "content_filter"):
            yield reason, put(body, "incomplete_details", to={"reason": reason})


@of_bodies("response.completed")
def _completed_without_output(body: JSON, _: JSON) -> Iterator[Change]:
    if _completed(body):
        yield "", put(body, "output", to=[])


@of_bodies("response")
def _completed_without_usage(body: JSON, _: JSON) -> Iterator[Change]:
    if _completed(body):
        yield "", put(body, "usage", to=None)


@of_bodies("response", "consistency")
def _incomplete_without_details(body: JSON, _: JSON) -> Iterator[Change]:
    if _completed(body):
        yield "from completed", put(body, "status", to="incomplete")
    if body["status"] == "incomplete":
        yield "null", put(body, "incomplete_details", to=None)
        yield "empty", put(body, "incomplete_details", to={})
        yield "reason", put(body, "incomplete_details", "reason", to="")
        yield "reason null", put(body, "incomplete_details", "reason", to=None)


@of_bodies("response", "consistency")
def _cut_off_but_completed(body: JSON, _: JSON) -> Iterator[Change]:
    if body["status"] == "incomplete":
        yield "", put(body, "status", to="completed")


@of_bodies("response", "consistency")
def _failed_without_error(body: JSON, _: JSON) -> Iterator[Change]:
    if _completed(body):
        yield "from completed", put(body, "status", to="failed")
    if body["status"] == "failed":
        yield "null", put(body, "error", to=None)
        for member in ("code", "message"):
            yield member, without(body, "error", member)


@of_bodies("response", "consistency")
def _never_finished(body: JSON, sent: JSON) -> Iterator[Change]:
    if _completed(body) and sent and sent.get("background") is not True:
        for status in ("in_progress", "queued"):
            yield status, put(body, "status", to=status)


@of_bodies("consistency", "response")
def _cancelled_in_the_foreground(body: JSON, sent: JSON) -> Iterator[Change]:
    if _completed(body) and body.get("completed_at") and sent and sent.get("background") is not True:
        yield "", put(body, "status", to="cancelled")


@of_bodies("consistency", "response")
def _cancelled_but_complete(body: JSON, _: JSON) -> Iterator[Change]:
    if body["status"] == "cancelled":
        yield "", put(body, "error", to=ERROR)


@of_bodies("consistency", "response")
def _message_not_finished(body: JSON, _: JSON) -> Iterator[Change]:
    if _completed(body):
        for index, _item in items_of(body, "message"):
            for status in ("in_progress", "incomplete"):
                yield status, put(body, "output", index, "status", to=status)


@of_bodies("consistency", "response")
def _call_cut_off(body: JSON, _: JSON) -> Iterator[Change]:
    if _completed(body):
        for index, _item in items_of(body, "function_call", "custom_tool_call"):
            yield "", put(body, "output", index, "status", to="incomplete")


@of_bodies("consistency.call_status", "consistency.results")
def _hosted_call_not_finished(body: JSON, _: JSON) -> Iterator[Change]:
    for index, item in items_of(body, "mcp_call", "web_search_call") if _completed(body) else ():
        yield f"{item['type']} in_progress", put(body, "output", index, "status", to="in_progress")
        if item["type"] == "mcp_call" and not item.get("error"):
            yield "nothing", put(body, "output", index, "output", to=None)
            yield "both", put(body, "output", index, "error", to={"type": "mcp_protocol_error"})


@of_bodies("consistency", "response")
def _message_without_content(body: JSON, _: JSON) -> Iterator[Change]:
    if _completed(body):
        for index, _item in items_of(body, "message"):
            yield "empty", put(body, "output", index, "content", to=[])
            yield "null", put(body, "output", index, "content", to=None)


@of_bodies("consistency", "response")
def _content_is_a_string(body: JSON, _: JSON) -> Iterator[Change]:
    for index, number, part in parts_of(body):
        yield "content", put(body, "output", index, "content", to=part["text"])
        yield "part", put(body, "output", index, "content", number, to=part["text"])


@of_bodies("consistency", "response")
def _hosted_call_without_result(body: JSON, _: JSON) -> Iterator[Change]:
    members = {"image_generation_call": "result", "code_interpreter_call": "code", "web_search_call": "action"}
    for index, item in items_of(body, *members):
        if item.get("status") == "completed" and item.get(members[item["type"]]):
            yield item["type"], put(body, "output", index, members[item["type"]], to=None)


@of_bodies("consistency", "response")
def _completed_at_contradicts(body: JSON, _: JSON) -> Iterator[Change]:
    if "completed_at" in body:
        if _completed(body):
            yield "null", put(body, "completed_at", to=None)
            yield "early", put(body, "completed_at", to=int(body["created_at"]) - 60)
        else:
            yield "set", put(body, "completed_at", to=int(body["created_at"]) + 1)


@of_bodies("consistency", "response")
def _annotation_outside(body: JSON, _: JSON) -> Iterator[Change]:
    for index, number, part in parts_of(body):
        for place, annotation in enumerate(part["annotations"][:2]):
            path = ("output", index, "content", number, "annotations", place)
            if "end_index" in annotation:
                yield "end", put(body, *path, "end_index", to=len(part["text"]) + 5)
                yield "start", put(body, *path, "start_index", to=annotation["end_index"] + 1)
            elif "index" in annotation:
                yield "index", put(body, *path, "index", to=len(part["text"]) + 5)


# --- ids


@of_bodies("items.unique_ids")
def _item_ids_twice(body: JSON, _: JSON) -> Iterator[Change]:
    if len(body["output"]) > 1:
        yield "", put(body, "output", 1, "id", to=body["output"][0]["id"])


@of_bodies("items.unique_ids")
def _item_twice(body: JSON, _: JSON) -> Iterator[Change]:
    if body["output"]:
        yield "", put(body, "output", to=[*body["output"], copy.deepcopy(body["output"][-1])])


@of_bodies("items", "response")
def _item_id_empty(body: JSON, _: JSON) -> Iterator[Change]:
    for index, _item in items_of(body):
        yield str(index), put(body, "output", index, "id", to="")


@of_bodies("items", "response")
def _item_id_null(body: JSON, _: JSON) -> Iterator[Change]:
    for index, _item in items_of(body):
        yield str(index), put(body, "output", index, "id", to=None)


@of_bodies("items.id_length")
def _item_id_too_long(body: JSON, _: JSON) -> Iterator[Change]:
    for index, item in items_of(body):
        for length in (65, 191, 416):
            yield f"{index} {length}", put(body, "output", index, "id", to=item["id"].ljust(length, "a"))


KNOWN = ("message", "reasoning", "function_call", "custom_tool_call", "web_search_call", "mcp_call")


@of_bodies("items.id_prefix")
def _item_id_prefix_wrong(body: JSON, _: JSON) -> Iterator[Change]:
    for index, item in items_of(body, *KNOWN):
        for prefix in ("item_", "call_", "", "chatcmpl-"):
            yield f"{index} {prefix}", put(body, "output", index, "id", to=prefix + item["id"].partition("_")[2])


@of_bodies("items.id_prefix")
def _item_ids_of_other_types(body: JSON, _: JSON) -> Iterator[Change]:
    kinds = {item["type"] for _, item in items_of(body, *KNOWN)}
    for index, item in items_of(body, *KNOWN):
        prefix = "rs_" if item["type"] != "reasoning" else "msg_"
        if kinds:
            yield str(index), put(body, "output", index, "id", to=prefix + item["id"].partition("_")[2])


@of_bodies("items.id_prefix", "response")
def _response_id_wrong(body: JSON, _: JSON) -> Iterator[Change]:
    for value in ("chatcmpl-abc", "msg_" + body["id"], body["id"].removeprefix("resp_"), "12345"):
        yield value[:12], put(body, "id", to=value)


# --- headers


@of_exchanges("response.content_type", "errors.content_type")
def _content_type_wrong(exchange: Exchange) -> Iterator[tuple[str, Exchange]]:
    if (is_answer(exchange) or exchange.status >= 400) and exchange.headers and not exchange.is_stream:
        for value in ("text/plain", "text/html; charset=utf-8", "application/octet-stream", "text/event-stream", ""):
            headers = {**exchange.headers, "content-type": value}
            yield value, dataclasses.replace(exchange, headers=headers)


@of_exchanges("response.content_type", "errors.content_type")
def _content_type_missing(exchange: Exchange) -> Iterator[tuple[str, Exchange]]:
    if (is_answer(exchange) or exchange.status >= 400) and exchange.headers and not exchange.is_stream:
        headers = {name: value for name, value in exchange.headers.items() if name != "content-type"}
        yield "", dataclasses.replace(exchange, headers=headers or {"server": "x"})
