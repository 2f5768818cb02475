"""Defects in what the members of a response object say together: states, counts, times, ids."""

from __future__ import annotations

import dataclasses

from conformance.wire.edit import put, without
from conformance.wire.exchange import Exchange
from tests.defects.lib.answers import JSON, Changes, Copies, is_answer, items_of, of_bodies, of_exchanges, parts_of

# --- counts


@of_bodies("usage", "response")
def _total_wrong(body: JSON, _: JSON) -> Changes:
    if body["usage"]:
        total = body["usage"]["total_tokens"]
        for value in (total + 1, total - 1, 0 if total else 7, total * 2 + 1, -total - 1):
            yield str(value), put("/usage/total_tokens", value)


@of_bodies("usage", "response")
def _part_of_total_wrong(body: JSON, _: JSON) -> Changes:
    if body["usage"]:
        for side in ("input_tokens", "output_tokens"):
            yield side, put(f"/usage/{side}", body["usage"][side] + 3)


@of_bodies("consistency", "usage", "response")
def _details_above_the_whole(body: JSON, _: JSON) -> Changes:
    if body["usage"]:
        usage = body["usage"]
        path = "/usage/input_tokens_details/cached_tokens"
        yield "cached", put(f"{path}", usage["input_tokens"] + 1)
        path = "/usage/output_tokens_details/reasoning_tokens"
        yield "reasoning", put(f"{path}", usage["output_tokens"] + 64)


@of_bodies("usage", "response")
def _usage_of_chat_completions(body: JSON, _: JSON) -> Changes:
    if body["usage"]:
        usage = {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}
        yield "", put("/usage", usage)


@of_bodies("usage", "response")
def _usage_empty(body: JSON, _: JSON) -> Changes:
    if body["usage"]:
        yield "", put("/usage", {})


# --- states

ERROR = {"code": "server_error", "message": "The server had an error."}


def _completed(body: JSON) -> bool:
    return bool(body["status"] == "completed")


@of_bodies("response.completed")
def _completed_with_error(body: JSON, _: JSON) -> Changes:
    if _completed(body):
        yield "", put("/error", ERROR)


@of_bodies("response.completed")
def _completed_with_incomplete_details(body: JSON, _: JSON) -> Changes:
    if _completed(body):
        for reason in ("max_output_tokens", "content_filter"):
            yield reason, put("/incomplete_details", {"reason": reason})


@of_bodies("response.completed")
def _completed_without_output(body: JSON, _: JSON) -> Changes:
    if _completed(body):
        yield "", put("/output", [])


@of_bodies("response")
def _completed_without_usage(body: JSON, _: JSON) -> Changes:
    if _completed(body):
        yield "", put("/usage", None)


@of_bodies("response", "consistency")
def _incomplete_without_details(body: JSON, _: JSON) -> Changes:
    if _completed(body):
        yield "from completed", put("/status", "incomplete")
    if body["status"] == "incomplete":
        yield "null", put("/incomplete_details", None)
        yield "empty", put("/incomplete_details", {})
        yield "reason", put("/incomplete_details/reason", "")
        yield "reason null", put("/incomplete_details/reason", None)


@of_bodies("response", "consistency")
def _cut_off_but_completed(body: JSON, _: JSON) -> Changes:
    if body["status"] == "incomplete":
        yield "", put("/status", "completed")


@of_bodies("response", "consistency")
def _failed_without_error(body: JSON, _: JSON) -> Changes:
    if _completed(body):
        yield "from completed", put("/status", "failed")
    if body["status"] == "failed":
        yield "null", put("/error", None)
        for member in ("code", "message"):
            yield member, without(f"/error/{member}")


@of_bodies("response", "consistency")
def _never_finished(body: JSON, sent: JSON) -> Changes:
    if _completed(body) and sent and sent.get("background") is not True:
        for status in ("in_progress", "queued"):
            yield status, put("/status", status)


@of_bodies("consistency", "response")
def _cancelled_in_the_foreground(body: JSON, sent: JSON) -> Changes:
    if _completed(body) and body.get("completed_at") and sent and sent.get("background") is not True:
        yield "", put("/status", "cancelled")


@of_bodies("consistency", "response")
def _cancelled_but_complete(body: JSON, _: JSON) -> Changes:
    if body["status"] == "cancelled":
        yield "", put("/error", ERROR)


@of_bodies("consistency", "response")
def _message_not_finished(body: JSON, _: JSON) -> Changes:
    if _completed(body):
        for index, _item in items_of(body, "message"):
            for status in ("in_progress", "incomplete"):
                yield status, put(f"/output/{index}/status", status)


@of_bodies("consistency", "response")
def _call_cut_off(body: JSON, _: JSON) -> Changes:
    if _completed(body):
        for index, _item in items_of(body, "function_call", "custom_tool_call"):
            yield "", put(f"/output/{index}/status", "incomplete")


@of_bodies("consistency.call_status", "consistency.results")
def _hosted_call_not_finished(body: JSON, _: JSON) -> Changes:
    for index, item in items_of(body, "mcp_call", "web_search_call") if _completed(body) else ():
        yield f"{item['type']} in_progress", put(f"/output/{index}/status", "in_progress")
        if item["type"] == "mcp_call" and not item.get("error"):
            yield "nothing", put(f"/output/{index}/output", None)
            yield "both", put(f"/output/{index}/error", {"type": "mcp_protocol_error"})


@of_bodies("consistency", "response")
def _message_without_content(body: JSON, _: JSON) -> Changes:
    if _completed(body):
        for index, _item in items_of(body, "message"):
            yield "empty", put(f"/output/{index}/content", [])
            yield "null", put(f"/output/{index}/content", None)


@of_bodies("consistency", "response")
def _content_is_a_string(body: JSON, _: JSON) -> Changes:
    for index, number, part in parts_of(body):
        yield "content", put(f"/output/{index}/content", part["text"])
        yield "part", put(f"/output/{index}/content/{number}", part["text"])


@of_bodies("consistency", "response")
def _hosted_call_without_result(body: JSON, _: JSON) -> Changes:
    members = {"image_generation_call": "result", "code_interpreter_call": "code"}
    for index, item in items_of(body, *members):
        if item.get("status") == "completed" and item.get(members[item["type"]]):
            yield item["type"], put(f"/output/{index}/{members[item['type']]}", None)


@of_bodies("consistency", "response")
def _completed_at_contradicts(body: JSON, _: JSON) -> Changes:
    if "completed_at" in body:
        if _completed(body):
            yield "null", put("/completed_at", None)
            yield "early", put("/completed_at", int(body["created_at"]) - 60)
        else:
            yield "set", put("/completed_at", int(body["created_at"]) + 1)


@of_bodies("consistency", "response")
def _annotation_outside(body: JSON, _: JSON) -> Changes:
    for index, number, part in parts_of(body):
        for place, annotation in enumerate(part["annotations"][:2]):
            path = f"/output/{index}/content/{number}/annotations/{place}"
            if "end_index" in annotation:
                yield "end", put(f"{path}/end_index", len(part["text"]) + 5)
                yield "start", put(f"{path}/start_index", annotation["end_index"] + 1)
            elif "index" in annotation:
                yield "index", put(f"{path}/index", len(part["text"]) + 5)


# --- ids


@of_bodies("items.unique_ids")
def _item_ids_twice(body: JSON, _: JSON) -> Changes:
    if len(body["output"]) > 1:
        yield "", put("/output/1/id", body["output"][0]["id"])


@of_bodies("items.unique_ids")
def _item_twice(body: JSON, _: JSON) -> Changes:
    if body["output"]:
        yield "", put("/output", [*body["output"], body["output"][-1]])


@of_bodies("items", "response")
def _item_id_empty(body: JSON, _: JSON) -> Changes:
    for index, _item in items_of(body):
        yield str(index), put(f"/output/{index}/id", "")


@of_bodies("items", "response")
def _item_id_null(body: JSON, _: JSON) -> Changes:
    for index, _item in items_of(body):
        yield str(index), put(f"/output/{index}/id", None)


@of_bodies("items.id_length")
def _item_id_too_long(body: JSON, _: JSON) -> Changes:
    for index, item in items_of(body):
        for length in (65, 191, 416):
            yield f"{index} {length}", put(f"/output/{index}/id", item["id"].ljust(length, "a"))


KNOWN = ("message", "reasoning", "function_call", "custom_tool_call", "web_search_call", "mcp_call")


@of_bodies("consistency.cut_off")
def _cut_off_called_completed(body: JSON, _: JSON) -> Changes:
    """What an answer was cut off in is not said to be incomplete."""
    reason = (body.get("incomplete_details") or {}).get("reason")
    for index, item in list(items_of(body))[-1:]:
        kinds = ("message", "function_call", "custom_tool_call")
        if body["status"] == "incomplete" and reason == "max_output_tokens" and item["type"] in kinds:
            for status in ("completed", "in_progress"):
                yield f"{index} {status}", put(f"/output/{index}/status", status)


@of_bodies("items.id_prefix")
def _item_id_prefix_wrong(body: JSON, _: JSON) -> Changes:
    for index, item in items_of(body, *KNOWN):
        for prefix in ("item_", "call_", "", "chatcmpl-"):
            yield f"{index} {prefix}", put(f"/output/{index}/id", prefix + item["id"].partition("_")[2])


@of_bodies("items.id_prefix")
def _item_ids_of_other_types(body: JSON, _: JSON) -> Changes:
    kinds = {item["type"] for _, item in items_of(body, *KNOWN)}
    for index, item in items_of(body, *KNOWN):
        prefix = "rs_" if item["type"] != "reasoning" else "msg_"
        if kinds:
            yield str(index), put(f"/output/{index}/id", prefix + item["id"].partition("_")[2])


@of_bodies("items.id_prefix", "response")
def _response_id_wrong(body: JSON, _: JSON) -> Changes:
    for value in ("chatcmpl-abc", "msg_" + body["id"], body["id"].removeprefix("resp_"), "12345"):
        yield value[:12], put("/id", value)


@of_bodies("items.id_shape")
def _id_of_another_shape(body: JSON, _: JSON) -> Changes:
    yield "response", put("/id", "resp_")
    for index, item in items_of(body, "message", "reasoning", "function_call"):
        prefix = item["id"].partition("_")[0] + "_"
        for tail in ("", " 1", "é", "a/b", "a\n"):
            yield f"{index} {tail!r}", put(f"/output/{index}/id", prefix + tail)
        if str(item.get("call_id")).startswith("call_"):
            yield f"{index} call", put(f"/output/{index}/call_id", "call_ ")


@of_bodies("consistency.times")
def _time_wrong(body: JSON, _: JSON) -> Changes:
    yield "fraction", put("/created_at", body["created_at"] + 0.25)
    yield "2112", put("/created_at", 4_500_000_000)
    if body.get("completed_at"):
        yield "completed with a fraction", put("/completed_at", body["completed_at"] + 0.25)
        yield "three years later", put("/completed_at", body["completed_at"] + 94_608_000)


# --- texts and order


@of_bodies("consistency.text_characters")
def _character_lost(body: JSON, _: JSON) -> Changes:
    for index, number, part in parts_of(body):
        for character in ("\ufffd", "\0"):
            path = f"/output/{index}/content/{number}/text"
            yield f"{character!r}", put(f"{path}", f"{part['text']}{character}")


@of_bodies("consistency.order")
def _reasoning_at_the_end(body: JSON, _: JSON) -> Changes:
    thoughts = [item for _, item in items_of(body, "reasoning")]
    if body["status"] == "completed" and thoughts:
        rest = [item for item in body["output"] if item not in thoughts]
        yield "last", put("/output", [*rest, *thoughts])
        yield "alone", put("/output", thoughts)


# --- headers


@of_exchanges("response.content_type", "errors.content_type")
def _content_type_wrong(exchange: Exchange) -> Copies:
    if (is_answer(exchange) or exchange.status >= 400) and exchange.headers and not exchange.is_stream:
        for value in ("text/plain", "text/html; charset=utf-8", "application/octet-stream", "text/event-stream", ""):
            headers = {**exchange.headers, "content-type": value}
            yield value, dataclasses.replace(exchange, headers=headers)


@of_exchanges("response.content_type", "errors.content_type")
def _content_type_missing(exchange: Exchange) -> Copies:
    if (is_answer(exchange) or exchange.status >= 400) and exchange.headers and not exchange.is_stream:
        headers = {name: value for name, value in exchange.headers.items() if name != "content-type"}
        yield "", dataclasses.replace(exchange, headers=headers or {"server": "x"})
