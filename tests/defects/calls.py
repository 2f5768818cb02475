"""Defects in calls: names, arguments, ids."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from conformance.wire.edit import put, without
from tests.defects.lib.answers import JSON, Changes, items_of, of_bodies

CLIENT = ("function_call", "custom_tool_call", "computer_call", "shell_call", "local_shell_call", "apply_patch_call")
CALLED = ("function_call", "custom_tool_call")
CHAPTERS = ("function_tools", "custom_tools", "apply_patch", "shell", "image_generation", "mcp", "web_search")
CALLED_ROWS = tuple(f"{chapter}.called" for chapter in CHAPTERS)
"""The requirements that judge whether a call was made where all tools are of one kind."""


def function_call(name: str = "get_weather", arguments: str = "{}", number: int = 0) -> JSON:
    call = {"id": f"fc_0{number}", "type": "function_call", "status": "completed", "call_id": f"call_0{number}"}
    return {**call, "name": name, "arguments": arguments}


# --- names


@of_bodies("calls.declared_function", "calls.declared_custom_tool", "calls.loaded_function")
def _undeclared_tool(body: JSON, sent: JSON) -> Changes:
    earlier = sent.get("previous_response_id") or not sent
    for index, item in items_of(body, *CALLED):
        if earlier and item.get("namespace"):
            continue
        for name in ("no_such_tool", item["name"] + "_", item["name"].upper() + "X"):
            yield name, put(f"/output/{index}/name", name)


@of_bodies("calls.declared_function")
def _call_without_any_tool(body: JSON, sent: JSON) -> Changes:
    if sent and not body["tools"] and body["status"] == "completed":
        yield "", put("/output", [*body["output"], function_call()])


@of_bodies("calls", "response")
def _name_empty(body: JSON, _: JSON) -> Changes:
    for index, _item in items_of(body, *CALLED):
        yield "", put(f"/output/{index}/name", "")


@of_bodies("calls.declared_server", "response")
def _other_server(body: JSON, _: JSON) -> Changes:
    for index, item in items_of(body, "mcp_call", "mcp_list_tools", "mcp_approval_request"):
        yield item["type"], put(f"/output/{index}/server_label", "elsewhere")


@of_bodies("calls.listed_tool")
def _tool_that_the_server_lacks(body: JSON, _: JSON) -> Changes:
    listed = [item["server_label"] for _, item in items_of(body, "mcp_list_tools")]
    for index, item in items_of(body, "mcp_call", "mcp_approval_request"):
        if item["server_label"] in listed:
            yield item["type"], put(f"/output/{index}/name", "no_such_tool")


@of_bodies("calls.declared_hosted_tool")
def _hosted_call_undeclared(body: JSON, sent: JSON) -> Changes:
    types = [tool.get("type") for tool in [*body["tools"], *(sent.get("tools") or [])]]
    hidden = sent.get("prompt") or sent.get("conversation")
    if sent and not hidden and not any("web_search" in str(type_) for type_ in types) and body["output"]:
        action = {"type": "search", "query": "x"}
        call = {"id": "ws_0", "type": "web_search_call", "status": "completed", "action": action}
        yield "", put("/output", [call, *body["output"]])


# --- arguments


@of_bodies("calls.arguments_json", "response")
def _arguments_not_json(body: JSON, _: JSON) -> Changes:
    for index, item in items_of(body, "function_call", "mcp_call", "mcp_approval_request"):
        if item.get("status") != "incomplete" and body["status"] == "completed":
            text = item["arguments"]
            for value in (text[:-1], text + "}", "", "not json", text.replace('"', "'") if '"' in text else "{a}"):
                yield repr(value)[:30], put(f"/output/{index}/arguments", value)


@of_bodies("calls.arguments_json", "response")
def _arguments_no_object(body: JSON, _: JSON) -> Changes:
    for index, item in items_of(body, "function_call"):
        if item.get("status") != "incomplete" and body["status"] == "completed":
            for value in ("[]", "null", "7", json.dumps(item["arguments"])):
                yield value[:20], put(f"/output/{index}/arguments", value)


@of_bodies("calls", "response")
def _arguments_as_object(body: JSON, _: JSON) -> Changes:
    for index, item in items_of(body, "function_call"):
        if item.get("status") != "incomplete" and body["status"] == "completed":
            yield "", put(f"/output/{index}/arguments", json.loads(item["arguments"]))


def _parameters(body: JSON, name: str) -> JSON:
    for tool in body["tools"]:
        if tool.get("type") == "function" and tool.get("name") == name:
            return tool.get("parameters") or {}
    return {}


def misfits(arguments: JSON, schema: JSON) -> Iterator[tuple[str, Any]]:
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
def _arguments_do_not_fit(body: JSON, _: JSON) -> Changes:
    for index, item in items_of(body, "function_call"):
        if item.get("status") != "incomplete" and body["status"] == "completed" and "namespace" not in item:
            arguments = json.loads(item["arguments"])
            for label, value in misfits(arguments, _parameters(body, item["name"])):
                yield label, put(f"/output/{index}/arguments", json.dumps(value))


@of_bodies("response")
def _input_no_string(body: JSON, _: JSON) -> Changes:
    for index, item in items_of(body, "custom_tool_call"):
        for value in ({"code": item["input"]}, None, [item["input"]]):
            yield repr(value)[:20], put(f"/output/{index}/input", value)


# --- call ids


@of_bodies("calls.call_id", "response")
def _call_id_missing(body: JSON, _: JSON) -> Changes:
    for index, item in items_of(body, *CLIENT):
        yield item["type"], without(f"/output/{index}/call_id")


@of_bodies("calls.call_id", "response")
def _call_id_empty(body: JSON, _: JSON) -> Changes:
    for index, item in items_of(body, *CLIENT):
        yield f"{item['type']} empty", put(f"/output/{index}/call_id", "")
        yield f"{item['type']} null", put(f"/output/{index}/call_id", None)


@of_bodies("calls.call_id_length")
def _call_id_too_long(body: JSON, _: JSON) -> Changes:
    for index, item in items_of(body, *CLIENT):
        for length in (65, 416):
            yield item["type"], put(f"/output/{index}/call_id", item["call_id"].ljust(length, "a"))


@of_bodies("calls.call_id_prefix")
def _call_id_prefix_wrong(body: JSON, _: JSON) -> Changes:
    for index, item in items_of(body, *CLIENT):
        for value in (item["id"], "toolu_01abc", "0"):
            yield f"{item['type']} {value[:6]}", put(f"/output/{index}/call_id", value)


@of_bodies("calls.unique_call_ids")
def _call_ids_twice(body: JSON, _: JSON) -> Changes:
    for index, item in items_of(body, *CLIENT):
        again = {**item, "id": item["id"][:-3] + "zzz"}
        yield str(index), put("/output", [*body["output"], again])


@of_bodies("calls.output_of_call")
def _output_of_no_call(body: JSON, sent: JSON) -> Changes:
    if sent and not sent.get("previous_response_id") and not sent.get("conversation"):
        for index, item in items_of(body, "shell_call_output", "program_output"):
            yield item["type"], put(f"/output/{index}/call_id", "call_of_nobody")
