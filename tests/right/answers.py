"""JSON exchanges that are right, for the tests of the checks: answers of the reference endpoint, and what it lacks."""

from __future__ import annotations

import json
from typing import Any

from conformance.contract import load
from conformance.reference.answer import answer
from conformance.reference.request import read_request
from conformance.wire.edit import put, without
from conformance.wire.exchange import Exchange, Request
from tests.right.changed import changed

JSON = dict[str, Any]

HEADERS = {"content-type": "application/json", "x-request-id": "req_1"}
ASKED: JSON = {"model": "system.ai.gpt-5-4", "input": "What is a mixture of experts?"}
PLACE = {"city": {"type": "string"}, "unit": {"type": "string", "enum": ["C", "F"]}, "days": {"type": "integer"}}
SCHEMA: JSON = {"type": "object", "properties": PLACE, "required": [*PLACE], "additionalProperties": False}
WEATHER: JSON = {"type": "function", "name": "get_weather", "description": "The weather.", "parameters": SCHEMA}
STRICT: JSON = {**WEATHER, "strict": True}
LOOSE: JSON = {**WEATHER, "name": "get_time", "strict": False}
CUSTOM: JSON = {"type": "custom", "name": "code_exec", "description": "Runs Python.", "format": {"type": "text"}}
FORM: JSON = {"type": "json_schema", "name": "place", "schema": SCHEMA, "strict": True}
ROME = {"type": "approximate", "city": "Rome", "country": None, "region": None, "timezone": None}
SEARCH: JSON = {"type": "web_search", "search_context_size": "low", "user_location": ROME}
MCP: JSON = {
    "type": "mcp",
    "server_label": "dice",
    "server_url": "https://dice.example/mcp",
    "require_approval": "never",
}
UNSET: dict[str, JSON] = {"mcp": dict.fromkeys(("allowed_tools", "headers", "server_description"))}
"""What an answer says of a tool of which the request says nothing."""

ERROR: JSON = {"message": "The model is not known.", "type": "invalid_request_error", "param": "model", "code": None}


def exchange(sent: Any, body: Any, *, status: int = 200, headers: dict[str, str] | None = None) -> Exchange:
    """An exchange of the two bodies."""
    request = Request("POST", "/v1/responses", None if sent is None else json.dumps(sent).encode())
    return Exchange(request, status, HEADERS if headers is None else headers, captured_json=body)


def answered(**settings: Any) -> Exchange:
    """What the reference endpoint answers to a request with these settings."""
    sent = {**ASKED, **settings}
    return exchange(sent, json.loads(json.dumps(answer(read_request(load("databricks"), sent)))))


def echoing(settings: JSON, **members: Any) -> Exchange:
    """A plain answer that repeats settings as they were sent, with other members of its own."""
    return exchange({**ASKED, **settings}, {**answered().json, **settings, **members})


def with_items(tools: list[JSON], *items: JSON, **members: Any) -> Exchange:
    """A plain answer with items before its message, and the tools that they call."""
    body = {**answered().json, "tools": [UNSET.get(tool["type"], {}) | tool for tool in tools]}
    usage = body["usage"]
    written = usage["output_tokens"] + len(json.dumps(items)) // 4
    body["usage"] = usage | {"output_tokens": written, "total_tokens": usage["input_tokens"] + written}
    return exchange({**ASKED, "tools": tools, **members}, {**body, **members, "output": [*items, body["output"][-1]]})


def trusting(headers: Any, **told: Any) -> Exchange:
    """An answer to a request that sends secrets for a server, and what it tells of them."""
    server = {**MCP, "authorization": "t0ken", "headers": {"x-key": "k3y \u00e9", "x-none": ""}}
    found = with_items([server])
    told = {"headers": headers} | told
    return changed(found, without("/tools/0/authorization"), put("/tools/0", lambda tool: tool | told))


def item(id_: str, type_: str, **members: Any) -> JSON:
    return {"id": id_, "type": type_, "status": "completed", **members}


def custom_call(**members: Any) -> JSON:
    return item("ctc_1", "custom_tool_call", call_id="call_c", name="code_exec", input="print(42)") | members


def function_call(**members: Any) -> JSON:
    arguments = json.dumps({"city": "Rome", "unit": "C", "days": 1})
    return item("fc_1", "function_call", call_id="call_f", name="get_weather", arguments=arguments) | members


def mcp_call(**members: Any) -> JSON:
    call = item("mcp_1", "mcp_call", server_label="dice", name="roll", arguments='{"sides": 6}', output="4", error=None)
    return call | {"approval_request_id": None} | members


MCP_LIST: JSON = {"id": "mcpl_1", "type": "mcp_list_tools", "server_label": "dice", "error": None}
MCP_LIST["tools"] = [{"name": "roll", "description": "Rolls.", "input_schema": {"type": "object"}, "annotations": None}]
SHELL_CALL: JSON = item("sh_1", "shell_call", call_id="call_s", action={"commands": ["ls"]}, environment=None)
SHELL_CALL["action"] |= {"max_output_length": None, "timeout_ms": None}
OUTPUT = {"stdout": "a", "stderr": "", "outcome": {"type": "exit", "exit_code": 0}}
SHELL_OUTPUT: JSON = item("sho_1", "shell_call_output", call_id="call_s", max_output_length=None, output=[OUTPUT])
SEARCH_CALL: JSON = item("ws_1", "web_search_call", action={"type": "search", "query": "experts"})
CODE_CALL: JSON = item("ci_1", "code_interpreter_call", code="6 * 7", container_id="cntr_1", outputs=[])
PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGOIAgAAXABb2LRWWgAAAABJRU5ErkJggg=="
"""An image of one pixel."""

IMAGE_CALL: JSON = item("ig_1", "image_generation_call", result=PNG, revised_prompt="A cat.")
CITATION: JSON = {"type": "url_citation", "url": "https://a.example", "title": "A", "start_index": 0, "end_index": 4}


def _cited() -> Exchange:
    found = with_items([SEARCH], SEARCH_CALL)
    found.json["output"][-1]["content"][0]["annotations"] = [CITATION]
    return found


def _finished(**members: Any) -> JSON:
    return {**answered().json, "completed_at": None, "usage": None, "output": [], **members}


def _operation(method: str, path: str, body: JSON) -> Exchange:
    return Exchange(Request(method, f"/v1/responses/{path}"), 200, HEADERS, captured_json=body)


def operations() -> dict[str, Exchange]:
    """Exchanges that keep every rule, of other operations than the creation of a response."""
    plain = answered().json
    id_, usage = plain["id"], plain["usage"]
    given: JSON = {"id": "msg_1", "type": "message", "role": "user", "content": [{"type": "input_text", "text": "?"}]}
    shorter: JSON = {"id": "resp_2", "object": "response.compaction", "created_at": plain["created_at"], "usage": usage}
    compacted: JSON = {"id": "cmp_1", "type": "compaction", "encrypted_content": "gAAAAABw"}
    page: JSON = {"object": "list", "data": [given, MCP_LIST], "first_id": "msg_1", "last_id": "mcpl_1"}
    return {
        "compaction": _operation("POST", "compact", shorter | {"output": [given, compacted]}),
        "input_items": _operation("GET", f"{id_}/input_items", page | {"has_more": False}),
        "input_tokens": _operation("POST", "input_tokens", {"object": "response.input_tokens", "input_tokens": 7}),
        "deleted": _operation("DELETE", id_, {"id": id_, "object": "response.deleted", "deleted": True}),
        "retrieved": _operation("GET", id_, plain),
    }


def good() -> dict[str, Exchange]:
    """Exchanges that keep every rule, by name."""
    say = {"instructions": "Be brief.", "metadata": {"team": "tests"}, "temperature": 0.5, "top_p": 0.9, "user": "u"}
    say |= {"max_output_tokens": 2000, "safety_identifier": "s", "prompt_cache_key": "k", "truncation": "auto"}
    say |= {"prompt_cache_retention": "in_memory", "top_logprobs": 2, "parallel_tool_calls": False}
    say |= {"reasoning": {"effort": "high", "summary": "detailed"}, "text": {"verbosity": "low"}}
    say |= {"include": ["reasoning.encrypted_content", "message.output_text.logprobs"]}
    choose: JSON = {"type": "function", "name": "get_weather"}
    stored = {"previous_response_id": "resp_0", "store": False, "background": True, "max_tool_calls": 3}
    prompt = {"id": "pmpt_1", "version": "2", "variables": {"name": "x"}}
    talk = {"id": "conv_1"}
    whole = answered().json["reasoning"]
    failure = {"error": {"code": "server_error", "message": "Oh."}, "status": "failed"}
    return {
        "text": answered(),
        "settings": answered(**say),
        "stored": echoing(stored),
        "conversation": exchange({**ASKED, "conversation": "conv_1"}, {**answered().json, "conversation": talk}),
        "prompt": echoing({"prompt": prompt}),
        "body_not_kept": exchange(None, answered(tools=[STRICT], tool_choice="required").json),
        "calls": answered(tools=[STRICT, LOOSE], tool_choice="required"),
        "call_completed": answered(tools=[WEATHER], tool_choice="required"),
        "named": answered(tools=[STRICT, LOOSE], tool_choice=choose),
        "allowed": answered(
            tools=[STRICT, LOOSE], tool_choice={"type": "allowed_tools", "mode": "required", "tools": [choose]}
        ),
        "none": answered(tools=[STRICT], tool_choice="none"),
        "one": answered(tools=[STRICT, LOOSE], tool_choice="required", parallel_tool_calls=False),
        "custom": with_items([CUSTOM], custom_call()),
        "mixed": with_items([STRICT, CUSTOM], function_call(), custom_call(), tool_choice="required"),
        "json_schema": answered(text={"format": FORM}),
        "json_loose": answered(text={"format": {**FORM, "strict": False}}),
        "json_object": answered(text={"format": {"type": "json_object"}}),
        "thinking": answered(reasoning={"effort": "low"}),
        "summary": answered(reasoning={"effort": "low", "summary": "auto"}),
        "mcp": with_items([MCP], MCP_LIST, mcp_call()),
        "search": _cited(),
        "chosen_search": with_items([SEARCH], SEARCH_CALL, tool_choice={"type": "web_search_preview"}),
        "shell": with_items([{"type": "shell", "environment": None}], SHELL_CALL, SHELL_OUTPUT),
        "included": with_items(
            [{"type": "code_interpreter", "container": {"type": "auto"}}],
            CODE_CALL,
            include=["code_interpreter_call.outputs"],
        ),
        "code": with_items([{"type": "code_interpreter", "container": {"type": "auto"}}], CODE_CALL),
        "image": with_items([{"type": "image_generation", "quality": "low"}], IMAGE_CALL),
        "context": echoing({"reasoning": {"context": "all_turns"}}, reasoning=whole | {"context": "all_turns"}),
        "secrets": trusting(None),
        "cut": answered(max_output_tokens=16),
        "failed": exchange(ASKED, _finished(**failure)),
        "cancelled": exchange({**ASKED, "background": True}, _finished(status="cancelled", background=True)),
        "queued": exchange({**ASKED, "background": True}, _finished(status="queued", background=True)),
        "error": exchange(ASKED, {"error": ERROR}, status=400),
        "databricks_error": exchange(ASKED, {"error_code": "BAD_REQUEST", "message": "No."}, status=400),
    }
