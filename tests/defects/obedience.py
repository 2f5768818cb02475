"""Defects in what a response object does not obey."""

from __future__ import annotations

import json
from typing import Any

from conformance.wire.edit import put, without
from conformance.wire.exchange import Exchange
from tests.defects.calls import CALLED, CALLED_ROWS, misfits
from tests.defects.lib.answers import JSON, Changes, Copies, is_answer, items_of, of_bodies, of_exchanges, parts_of
from tests.right.changed import asked, changed, sent_of

MESSAGE = {"id": "msg_0", "type": "message", "status": "completed", "role": "assistant"}


def message(text: str) -> JSON:
    part = {"type": "output_text", "text": text, "annotations": [], "logprobs": []}
    return {**MESSAGE, "content": [part]}


def _final(body: JSON) -> list[tuple[int, int, JSON]]:
    if body["status"] != "completed" or any(items_of(body, *CALLED)):
        return []
    last = [index for index, item in items_of(body, "message") if item.get("phase") != "commentary"][-1:]
    return [(index, number, part) for index, number, part in parts_of(body) if index in last]


def _format(body: JSON) -> JSON:
    form = body["text"]["format"]
    return form if isinstance(form, dict) else {}


@of_bodies("obedience.json_text")
def _json_text_broken(body: JSON, _: JSON) -> Changes:
    for index, number, part in _final(body) if _format(body).get("type") in ("json_schema", "json_object") else ():
        text = part["text"]
        for value in (text[:-1], f"```json\n{text}\n```", "Sure! " + text, "", text + "}"):
            yield repr(value)[:20], put(f"/output/{index}/content/{number}/text", value)


@of_bodies("obedience.json_schema", "obedience.loose_json_schema")
def _json_text_does_not_fit(body: JSON, _: JSON) -> Changes:
    for index, number, part in _final(body) if _format(body).get("type") == "json_schema" else ():
        value = json.loads(part["text"])
        if isinstance(value, dict):
            for label, wrong in [
                *misfits(value, _format(body)["schema"]),
                ("list", [value]),
                ("string", part["text"]),
            ]:
                yield label, put(f"/output/{index}/content/{number}/text", json.dumps(wrong))


@of_bodies("obedience.json_text")
def _json_object_that_is_none(body: JSON, _: JSON) -> Changes:
    for index, number, _part in _final(body) if _format(body).get("type") == "json_object" else ():
        for text in ("[]", '"text"', "7"):
            yield text, put(f"/output/{index}/content/{number}/text", text)


def _as_if_asked(exchange: Exchange, **settings: Any) -> Exchange:
    """The exchange, with settings that were sent and came back, so that only the obedience is wrong."""
    edits = [put(f"/{name}", value) for name, value in settings.items()]
    return changed(asked(exchange, *edits), *edits)


def _is_plain(exchange: Exchange) -> bool:
    return is_answer(exchange) and exchange.json["status"] == "completed" and bool(sent_of(exchange))


@of_exchanges("obedience.tool_choice_none")
def _call_though_none(exchange: Exchange) -> Copies:
    if _is_plain(exchange) and any(item["type"].endswith("_call") for _, item in items_of(exchange.json)):
        yield "", _as_if_asked(exchange, tool_choice="none")


@of_exchanges("obedience.tool_choice_required", *CALLED_ROWS)
def _no_call_though_required(exchange: Exchange) -> Copies:
    if _is_plain(exchange):
        choice = exchange.json["tool_choice"]
        called = [item for _, item in items_of(exchange.json) if "call" in item["type"] or "mcp" in item["type"]]
        if not called:
            yield "asked", _as_if_asked(exchange, tool_choice="required")
        if choice == "required" or (isinstance(choice, dict) and choice.get("mode") == "required"):
            yield "answered", changed(exchange, put("/output", [message("No.")]))


@of_exchanges("obedience.tool_choice_named", "obedience.tool_choice_hosted")
def _other_call_than_named(exchange: Exchange) -> Copies:
    if not _is_plain(exchange):
        return
    calls = [*items_of(exchange.json, "function_call")]
    for _, item in calls[:1]:
        other = {"type": "function", "name": item["name"] + "_other"}
        yield "asked", _as_if_asked(exchange, tool_choice=other)
    choice = exchange.json["tool_choice"]
    if isinstance(choice, dict) and choice.get("type") != "allowed_tools":
        yield "answered", changed(exchange, put("/output", [message("No.")]))
    if not calls:
        yield "no call", _as_if_asked(exchange, tool_choice={"type": "function", "name": "get_weather"})


@of_exchanges("obedience.allowed_tools")
def _tool_not_allowed(exchange: Exchange) -> Copies:
    if _is_plain(exchange) and any(items_of(exchange.json, *CALLED)):
        allowed = [{"type": "function", "name": "another"}]
        yield "", _as_if_asked(exchange, tool_choice={"type": "allowed_tools", "mode": "auto", "tools": allowed})


@of_exchanges("obedience.parallel_tool_calls")
def _two_calls_at_once(exchange: Exchange) -> Copies:
    if _is_plain(exchange):
        calls = [item for _, item in items_of(exchange.json, *CALLED)]
        if calls:
            again = {**calls[0], "id": calls[0]["id"][:-2] + "zz", "call_id": "call_zz"}
            both = changed(exchange, put("/output", [*exchange.json["output"], again]))
            yield "", _as_if_asked(both, parallel_tool_calls=False)


@of_exchanges("obedience.max_output_tokens")
def _more_tokens_than_allowed(exchange: Exchange) -> Copies:
    if _is_plain(exchange) and exchange.json["usage"]["output_tokens"] > 1:
        yield "asked", _as_if_asked(exchange, max_output_tokens=exchange.json["usage"]["output_tokens"] - 1)


@of_exchanges("obedience.max_tool_calls")
def _more_calls_than_allowed(exchange: Exchange) -> Copies:
    hosted = ("web_search_call", "file_search_call", "code_interpreter_call", "mcp_call", "image_generation_call")
    if _is_plain(exchange):
        number = len([*items_of(exchange.json, *hosted)])
        if number:
            yield "", _as_if_asked(exchange, max_tool_calls=number - 1)


@of_bodies("obedience.encrypted_reasoning")
def _encrypted_content_missing(body: JSON, sent: JSON) -> Changes:
    if "reasoning.encrypted_content" in (sent.get("include") or ()) and body["status"] == "completed":
        for index, _item in items_of(body, "reasoning"):
            yield "missing", without(f"/output/{index}/encrypted_content")
            yield "empty", put(f"/output/{index}/encrypted_content", "")


@of_bodies("obedience.no_reasoning")
def _reasoning_at_no_effort(body: JSON, sent: JSON) -> Changes:
    effort = (sent.get("reasoning") or {}).get("effort") or (body.get("reasoning") or {}).get("effort")
    if effort == "none" and body["status"] == "completed":
        yield "", put("/output", lambda output: [{"id": f"rs_{0:050}", "type": "reasoning", "summary": []}, *output])


@of_bodies("obedience.unasked_summary")
def _summary_unasked(body: JSON, sent: JSON) -> Changes:
    asked = (sent or body).get("reasoning") or {}
    if not (asked.get("summary") or asked.get("generate_summary") or sent.get("prompt")):
        for index, item in items_of(body, "reasoning"):
            if not item["summary"]:
                yield "", put(f"/output/{index}/summary", [{"type": "summary_text", "text": "It was read."}])


@of_bodies("obedience.logprobs")
def _logprobs_missing(body: JSON, sent: JSON) -> Changes:
    if "message.output_text.logprobs" in (sent.get("include") or ()) and body["status"] == "completed":
        for index, number, part in parts_of(body):
            if part["text"] and part.get("logprobs"):
                yield "", put(f"/output/{index}/content/{number}/logprobs", [])


SOURCES = [{"type": "url", "url": "https://a.example"}]


@of_bodies("obedience.included")
def _included_unasked(body: JSON, sent: JSON) -> Changes:
    if sent and not sent.get("include") and not sent.get("top_logprobs"):
        for index, item in items_of(body, "web_search_call"):
            if (item.get("action") or {}).get("type") == "search":
                yield "sources", put(f"/output/{index}/action/sources", SOURCES)
        for index, _item in items_of(body, "file_search_call"):
            yield "results", put(f"/output/{index}/results", [{"file_id": "file-1", "text": "A"}])
        for index, _item in items_of(body, "code_interpreter_call"):
            yield "outputs", put(f"/output/{index}/outputs", [{"type": "logs", "logs": "42"}])
        for index, number, _part in parts_of(body):
            one = {"token": "A", "bytes": [65], "logprob": -0.5, "top_logprobs": []}
            yield "logprobs", put(f"/output/{index}/content/{number}/logprobs", [one])


@of_bodies("obedience.included")
def _included_left_out(body: JSON, sent: JSON) -> Changes:
    members = {"file_search_call": "results", "code_interpreter_call": "outputs"}
    for index, item in items_of(body, *members):
        member = members[item["type"]]
        if f"{item['type']}.{member}" in (sent.get("include") or []) and item["status"] == "completed":
            yield member, put(f"/output/{index}/{member}", None)
    for index, item in items_of(body, "web_search_call"):
        asked = "web_search_call.action.sources" in (sent.get("include") or [])
        if asked and (item.get("action") or {}).get("sources") and item["status"] == "completed":
            yield "sources", without(f"/output/{index}/action/sources")
