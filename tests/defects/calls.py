"""Defects in calls, and answers that do not obey."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

from conformance.wire.exchange import Exchange
from tests.defects.answers import (
    Change,
    is_answer,
    items_of,
    of_bodies,
    of_exchanges,
    parts_of,
    put,
    sent_of,
    with_body,
    with_sent,
    without,
)
from tests.defects.mutation import JSON

CLIENT = ("function_call", "custom_tool_call", "computer_call", "shell_call", "local_shell_call", "apply_patch_call")
CALLED = ("function_call", "custom_tool_call")
CHAPTERS = ("function_tools", "custom_tools", "apply_patch", "shell", "image_generation", "mcp", "web_search")
CALLED_ROWS = tuple(f"{chapter}.called" for chapter in CHAPTERS)
"""The requirements that judge whether a call was made where all tools are of one kind."""

MESSAGE = {"id": "msg_0", "type": "message", "status": "completed", "role": "assistant"}


def message(text: str) -> JSON:
    part = {"type": "output_text", "text": text, "annotations": [], "logprobs": []}
    return {**MESSAGE, "content": [part]}


def function_call(name: str = "get_weather", arguments: str = "{}", number: int = 0) -> JSON:
    call = {"id": f"fc_0{number}", "type": "function_call", "status": "completed", "call_id": f"call_0{number}"}
    return {**call, "name": name, "arguments": arguments}


# --- names


@of_bodies("calls.declared_function", "calls.declared_custom_tool", "calls.loaded_function")
def _undeclared_tool(body: JSON, sent: JSON) -> Iterator[Change]:
    earlier = sent.get("previous_response_id") or not sent
    for index, item in items_of(body, *CALLED):
        if earlier and item.get("namespace"):
            continue
        for name in ("no_such_tool", item["name"] + "_", item["name"].upper() + "X"):
            yield name, put(body, "output", index, "name", to=name)


@of_bodies("calls.declared_function")
def _call_without_any_tool(body: JSON, sent: JSON) -> Iterator[Change]:
    if sent and not body["tools"] and body["status"] == "completed":
        yield "", put(body, "output", to=[*body["output"], function_call()])


@of_bodies("calls", "response")
def _name_empty(body: JSON, _: JSON) -> Iterator[Change]:
    for index, _item in items_of(body, *CALLED):
        yield "", put(body, "output", index, "name", to="")


@of_bodies("calls.declared_server", "response")
def _other_server(body: JSON, _: JSON) -> Iterator[Change]:
    for index, item in items_of(body, "mcp_call", "mcp_list_tools", "mcp_approval_request"):
        yield item["type"], put(body, "output", index, "server_label", to="elsewhere")


@of_bodies("calls.listed_tool")
def _tool_that_the_server_lacks(body: JSON, _: JSON) -> Iterator[Change]:
    listed = [item["server_label"] for _, item in items_of(body, "mcp_list_tools")]
    for index, item in items_of(body, "mcp_call", "mcp_approval_request"):
        if item["server_label"] in listed:
            yield item["type"], put(body, "output", index, "name", to="no_such_tool")


@of_bodies("calls.declared_hosted_tool")
def _hosted_call_undeclared(body: JSON, sent: JSON) -> Iterator[Change]:
    types = [tool.get("type") for tool in [*body["tools"], *(sent.get("tools") or [])]]
    hidden = sent.get("prompt") or sent.get("conversation")
    if sent and not hidden and not any("web_search" in str(type_) for type_ in types) and body["output"]:
        action = {"type": "search", "query": "x"}
        call = {"id": "ws_0", "type": "web_search_call", "status": "completed", "action": action}
        yield "", put(body, "output", to=[call, *body["output"]])


# --- arguments


@of_bodies("calls.arguments_json", "response")
def _arguments_not_json(body: JSON, _: JSON) -> Iterator[Change]:
    for index, item in items_of(body, "function_call", "mcp_call", "mcp_approval_request"):
        if item.get("status") != "incomplete" and body["status"] == "completed":
            text = item["arguments"]
            for value in (text[:-1], text + "}", "", "not json", text.replace('"', "'") if '"' in text else "{a}"):
                yield repr(value)[:30], put(body, "output", index, "arguments", to=value)


@of_bodies("calls.arguments_json", "response")
def _arguments_no_object(body: JSON, _: JSON) -> Iterator[Change]:
    for index, item in items_of(body, "function_call"):
        if item.get("status") != "incomplete" and body["status"] == "completed":
            for value in ("[]", "null", "7", json.dumps(item["arguments"])):
                yield value[:20], put(body, "output", index, "arguments", to=value)


@of_bodies("calls", "response")
def _arguments_as_object(body: JSON, _: JSON) -> Iterator[Change]:
    for index, item in items_of(body, "function_call"):
        if item.get("status") != "incomplete" and body["status"] == "completed":
            yield "", put(body, "output", index, "arguments", to=json.loads(item["arguments"]))


def _parameters(body: JSON, name: str) -> JSON:
    for tool in body["tools"]:
        if tool.get("type") == "function" and tool.get("name") == name:
            return tool.get("parameters") or {}
    return {}


def _misfits(arguments: JSON, schema: JSON) -> Iterator[tuple[str, Any]]:
    """Values that do not fit a schema, each wrong in one thing."""
    properties = schema.get("properties") or {}
    for name in schema.get("required") or ():
        if name in arguments:
            yield f"without {name}", {key: value for key, value in arguments.items() if key != name}
    for name, part in properties.items():
        if name in arguments and part.get("type") in ("string", "number", "integer", "boolean"):
            wrong = {"string": 7, "number": "x", "integer": "x", "boolean": "x"}[part["type"]]
            yield f"{name} of a wrong type", {**arguments, name: wrong}
        if name in arguments and "enum" in part:
            yield f"{name} not in its enum", {**arguments, name: "none of them"}
    if schema.get("additionalProperties") is False:
        yield "one member more", {**arguments, "one_more_member": 1}


@of_bodies("calls.strict_arguments", "calls.strict_parallel_arguments", "calls.arguments_fit")
def _arguments_do_not_fit(body: JSON, _: JSON) -> Iterator[Change]:
    for index, item in items_of(body, "function_call"):
        if item.get("status") != "incomplete" and body["status"] == "completed" and "namespace" not in item:
            arguments = json.loads(item["arguments"])
            for label, value in _misfits(arguments, _parameters(body, item["name"])):
                yield label, put(body, "output", index, "arguments", to=json.dumps(value))


@of_bodies("response")
def _input_no_string(body: JSON, _: JSON) -> Iterator[Change]:
    for index, item in items_of(body, "custom_tool_call"):
        for value in ({"code": item["input"]}, None, [item["input"]]):
            yield repr(value)[:20], put(body, "output", index, "input", to=value)


# --- call ids


@of_bodies("calls.call_id", "response")
def _call_id_missing(body: JSON, _: JSON) -> Iterator[Change]:
    for index, item in items_of(body, *CLIENT):
        yield item["type"], without(body, "output", index, "call_id")


@of_bodies("calls.call_id", "response")
def _call_id_empty(body: JSON, _: JSON) -> Iterator[Change]:
    for index, item in items_of(body, *CLIENT):
        yield f"{item['type']} empty", put(body, "output", index, "call_id", to="")
        yield f"{item['type']} null", put(body, "output", index, "call_id", to=None)


@of_bodies("calls.call_id_length")
def _call_id_too_long(body: JSON, _: JSON) -> Iterator[Change]:
    for index, item in items_of(body, *CLIENT):
        for length in (65, 416):
            yield item["type"], put(body, "output", index, "call_id", to=item["call_id"].ljust(length, "a"))


@of_bodies("calls.call_id_prefix")
def _call_id_prefix_wrong(body: JSON, _: JSON) -> Iterator[Change]:
    for index, item in items_of(body, *CLIENT):
        for value in (item["id"], "toolu_01abc", "0"):
            yield f"{item['type']} {value[:6]}", put(body, "output", index, "call_id", to=value)


@of_bodies("calls.unique_call_ids")
def _call_ids_twice(body: JSON, _: JSON) -> Iterator[Change]:
    for index, item in items_of(body, *CLIENT):
        again = {**copy.deepcopy(item), "id": item["id"][:-3] + "zzz"}
        yield str(index), put(body, "output", to=[*body["output"], again])


@of_bodies("calls.output_of_call")
def _output_of_no_call(body: JSON, sent: JSON) -> Iterator[Change]:
    if sent and not sent.get("previous_response_id") and not sent.get("conversation"):
        for index, item in items_of(body, "shell_call_output", "program_output"):
            yield item["type"], put(body, "output", index, "call_id", to="call_of_nobody")


# --- obedience


def _final(body: JSON) -> list[tuple[int, int, JSON]]:
    if body["status"] != "completed" or any(items_of(body, *CALLED)):
        return []
    last = [index for index, item in items_of(body, "message") if item.get("phase") != "commentary"][-1:]
    return [(index, number, part) for index, number, part in parts_of(body) if index in last]


def _format(body: JSON) -> JSON:
    form = body["text"]["format"]
    return form if isinstance(form, dict) else {}


@of_bodies("obedience.json_text")
def _json_text_broken(body: JSON, _: JSON) -> Iterator[Change]:
    for index, number, part in _final(body) if _format(body).get("type") in ("json_schema", "json_object") else ():
        text = part["text"]
        for value in (text[:-1], f"```json\n{text}\n```", "Sure! " + text, "", text + "}"):
            yield repr(value)[:20], put(body, "output", index, "content", number, "text", to=value)


@of_bodies("obedience.json_schema", "obedience.loose_json_schema")
def _json_text_does_not_fit(body: JSON, _: JSON) -> Iterator[Change]:
    for index, number, part in _final(body) if _format(body).get("type") == "json_schema" else ():
        value = json.loads(part["text"])
        if isinstance(value, dict):
            for label, wrong in [
                *_misfits(value, _format(body)["schema"]),
                ("list", [value]),
                ("string", part["text"]),
            ]:
                yield label, put(body, "output", index, "content", number, "text", to=json.dumps(wrong))


@of_bodies("obedience.json_text")
def _json_object_that_is_none(body: JSON, _: JSON) -> Iterator[Change]:
    for index, number, _part in _final(body) if _format(body).get("type") == "json_object" else ():
        for text in ("[]", '"text"', "7"):
            yield text, put(body, "output", index, "content", number, "text", to=text)


Asked = Iterator[tuple[str, Exchange]]


def _as_if_asked(exchange: Exchange, **settings: Any) -> Exchange:
    """The exchange, with settings that were sent and came back, so that only the obedience is wrong."""
    body = {**exchange.json, **settings}
    return with_body(with_sent(exchange, {**sent_of(exchange), **settings}), body)


def _is_plain(exchange: Exchange) -> bool:
    return is_answer(exchange) and exchange.json["status"] == "completed" and bool(sent_of(exchange))


@of_exchanges("obedience.tool_choice_none")
def _call_though_none(exchange: Exchange) -> Asked:
    if _is_plain(exchange) and any(item["type"].endswith("_call") for _, item in items_of(exchange.json)):
        yield "", _as_if_asked(exchange, tool_choice="none")


@of_exchanges("obedience.tool_choice_required", *CALLED_ROWS)
def _no_call_though_required(exchange: Exchange) -> Asked:
    if _is_plain(exchange):
        choice = exchange.json["tool_choice"]
        called = [item for _, item in items_of(exchange.json) if "call" in item["type"] or "mcp" in item["type"]]
        if not called:
            yield "asked", _as_if_asked(exchange, tool_choice="required")
        if choice == "required" or (isinstance(choice, dict) and choice.get("mode") == "required"):
            yield "answered", with_body(exchange, {**exchange.json, "output": [message("No.")]})


@of_exchanges("obedience.tool_choice_named", "obedience.tool_choice_hosted")
def _other_call_than_named(exchange: Exchange) -> Asked:
    if not _is_plain(exchange):
        return
    calls = [*items_of(exchange.json, "function_call")]
    for _, item in calls[:1]:
        other = {"type": "function", "name": item["name"] + "_other"}
        yield "asked", _as_if_asked(exchange, tool_choice=other)
    choice = exchange.json["tool_choice"]
    if isinstance(choice, dict) and choice.get("type") != "allowed_tools":
        yield "answered", with_body(exchange, {**exchange.json, "output": [message("No.")]})
    if not calls:
        yield "no call", _as_if_asked(exchange, tool_choice={"type": "function", "name": "get_weather"})


@of_exchanges("obedience.allowed_tools")
def _tool_not_allowed(exchange: Exchange) -> Asked:
    if _is_plain(exchange) and any(items_of(exchange.json, *CALLED)):
        allowed = [{"type": "function", "name": "another"}]
        yield "", _as_if_asked(exchange, tool_choice={"type": "allowed_tools", "mode": "auto", "tools": allowed})


@of_exchanges("obedience.parallel_tool_calls")
def _two_calls_at_once(exchange: Exchange) -> Asked:
    if _is_plain(exchange):
        calls = [item for _, item in items_of(exchange.json, *CALLED)]
        if calls:
            again = {**copy.deepcopy(calls[0]), "id": calls[0]["id"][:-2] + "zz", "call_id": "call_zz"}
            output = [*exchange.json["output"], again]
            yield "", _as_if_asked(exchange, parallel_tool_calls=False, output=output)


@of_exchanges("obedience.max_output_tokens")
def _more_tokens_than_allowed(exchange: Exchange) -> Asked:
    if _is_plain(exchange) and exchange.json["usage"]["output_tokens"] > 1:
        yield "asked", _as_if_asked(exchange, max_output_tokens=exchange.json["usage"]["output_tokens"] - 1)


@of_exchanges("obedience.max_tool_calls")
def _more_calls_than_allowed(exchange: Exchange) -> Asked:
    hosted = ("web_search_call", "file_search_call", "code_interpreter_call", "mcp_call", "image_generation_call")
    if _is_plain(exchange):
        number = len([*items_of(exchange.json, *hosted)])
        if number:
            yield "", _as_if_asked(exchange, max_tool_calls=number - 1)


@of_bodies("obedience.encrypted_reasoning")
def _encrypted_content_missing(body: JSON, sent: JSON) -> Iterator[Change]:
    if "reasoning.encrypted_content" in (sent.get("include") or ()) and body["status"] == "completed":
        for index, _item in items_of(body, "reasoning"):
            yield "missing", without(body, "output", index, "encrypted_content")
            yield "empty", put(body, "output", index, "encrypted_content", to="")


@of_bodies("obedience.logprobs")
def _logprobs_missing(body: JSON, sent: JSON) -> Iterator[Change]:
    if "message.output_text.logprobs" in (sent.get("include") or ()) and body["status"] == "completed":
        for index, number, part in parts_of(body):
            if part["text"] and part.get("logprobs"):
                yield "", put(body, "output", index, "content", number, "logprobs", to=[])
