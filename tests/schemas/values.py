"""Values that the schemas accept, and values that they refuse, with the exact place."""

from typing import Any

from conformance.wire.schema import violations

LINK = {"type": "url_citation", "url": "https://a.example", "title": "A", "start_index": 0, "end_index": 2}

TEXT = {"type": "output_text", "text": "42", "logprobs": [], "annotations": [LINK]}

MESSAGE = {"id": "msg_1", "type": "message", "role": "assistant", "status": "completed", "content": [TEXT]}

CALL = {
    "id": "fc_1",
    "type": "function_call",
    "call_id": "call_1",
    "name": "add",
    "arguments": "{}",
    "status": "completed",
}

REASONING = {"id": "rs_1", "type": "reasoning", "summary": [{"type": "summary_text", "text": "Hm."}]}

OUTPUT_ITEMS: dict[str, dict[str, Any]] = {
    "message": MESSAGE,
    "refusal": {**MESSAGE, "content": [{"type": "refusal", "refusal": "No."}]},
    "reasoning": REASONING,
    "encrypted reasoning": {**REASONING, "encrypted_content": "x", "content": None, "status": None},
    "function_call": CALL,
    "custom_tool_call": {"id": "ctc_1", "type": "custom_tool_call", "call_id": "c", "name": "run", "input": "6 * 7"},
    "apply_patch_call": {
        "id": "apc_1",
        "type": "apply_patch_call",
        "call_id": "c",
        "status": "completed",
        "operation": {"type": "create_file", "path": "a.txt", "diff": "+a\n"},
    },
    "shell_call": {
        "id": "sh_1",
        "type": "shell_call",
        "call_id": "c",
        "status": "completed",
        "action": {"commands": ["ls"], "timeout_ms": None, "max_output_length": 100},
        "environment": {"type": "local"},
    },
    "shell_call_output": {
        "id": "sho_1",
        "type": "shell_call_output",
        "call_id": "c",
        "status": "completed",
        "output": [{"stdout": "a", "stderr": "", "outcome": {"type": "exit", "exit_code": 0}}],
    },
    "image_generation_call": {"id": "ig_1", "type": "image_generation_call", "status": "completed", "result": "AAAA"},
    "mcp_list_tools": {
        "id": "mcpl_1",
        "type": "mcp_list_tools",
        "server_label": "docs",
        "tools": [{"name": "ask", "description": None, "input_schema": {}, "annotations": None}],
    },
    "mcp_call": {
        "id": "mcp_1",
        "type": "mcp_call",
        "server_label": "docs",
        "name": "ask",
        "arguments": "{}",
        "output": None,
        "error": {"type": "http_error", "code": 424, "message": "down"},
    },
    "mcp_approval_request": {
        "id": "mcpr_1",
        "type": "mcp_approval_request",
        "server_label": "docs",
        "name": "ask",
        "arguments": "{}",
    },
    "web_search_call": {
        "id": "ws_1",
        "type": "web_search_call",
        "status": "completed",
        "action": {"type": "search", "query": "a", "sources": [{"type": "url", "url": "https://a.example"}]},
    },
    "file_search_call": {"id": "fs_1", "type": "file_search_call", "status": "completed", "queries": ["a"]},
    "code_interpreter_call": {
        "id": "ci_1",
        "type": "code_interpreter_call",
        "status": "completed",
        "code": "1 + 1",
        "container_id": "cntr_1",
        "outputs": [{"type": "logs", "logs": "2"}],
    },
    "computer_call": {
        "id": "cu_1",
        "type": "computer_call",
        "call_id": "c",
        "status": "in_progress",
        "action": {"type": "click", "button": "left", "x": 1, "y": 2},
        "pending_safety_checks": [],
    },
    "compaction": {"id": "cmp_1", "type": "compaction", "encrypted_content": "x"},
}

RESPONSE: dict[str, Any] = {
    "id": "resp_1",
    "object": "response",
    "created_at": 1760000000,
    "status": "completed",
    "error": None,
    "incomplete_details": None,
    "instructions": None,
    "max_output_tokens": 64,
    "metadata": {"run": "1"},
    "model": "gpt-5.4-2026-03-05",
    "output": [REASONING, MESSAGE],
    "parallel_tool_calls": True,
    "previous_response_id": None,
    "reasoning": {"effort": "low", "summary": None},
    "store": False,
    "temperature": 1.0,
    "text": {"format": {"type": "text"}, "verbosity": "medium"},
    "tool_choice": "auto",
    "tools": [{"type": "function", "name": "add", "description": None, "parameters": {}, "strict": True}],
    "top_p": 1,
    "truncation": "disabled",
    "usage": {
        "input_tokens": 25,
        "input_tokens_details": {"cached_tokens": 0},
        "output_tokens": -9,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": 16,
    },
    "user": None,
}

BEGUN = {**RESPONSE, "status": "in_progress", "output": [], "usage": None}

REQUEST: dict[str, Any] = {
    "model": "gpt-5-4",
    "input": [
        {"role": "user", "content": "6 * 7?"},
        {
            "type": "message",
            "role": "user",
            "content": [
                {"type": "input_text", "text": "and this"},
                {"type": "input_image", "image_url": "data:image/png;base64,AAAA", "detail": "auto"},
            ],
        },
        {"type": "function_call_output", "call_id": "call_1", "output": "42"},
        {"id": "msg_1"},
    ],
    "tools": [
        {"type": "function", "name": "add", "parameters": {"type": "object"}},
        {"type": "custom", "name": "run", "format": {"type": "grammar", "syntax": "lark", "definition": 'start: "a"'}},
        {"type": "mcp", "server_label": "docs", "server_url": "https://a.example", "require_approval": "never"},
    ],
    "tool_choice": {"type": "function", "name": "add"},
    "max_output_tokens": 16,
    "reasoning": {"effort": "low"},
    "text": {"format": {"type": "json_schema", "name": "answer", "schema": {"type": "object"}}},
    "metadata": {"run": "1"},
    "stream": True,
}

TEXT_DELTA = {
    "type": "response.output_text.delta",
    "sequence_number": 4,
    "item_id": "msg_1",
    "output_index": 0,
    "content_index": 0,
    "delta": "4",
    "logprobs": [],
}

OPENAI_ERROR = {"error": {"message": "No.", "type": "invalid_request_error", "param": None, "code": None}}

DATABRICKS_ERROR = {"error_code": "INVALID_PARAMETER_VALUE", "message": "No."}

GOOD: dict[str, tuple[str, Any]] = {
    "response": ("response", RESPONSE),
    "response with news": ("response", {**RESPONSE, "surprise": {"a": 1}, "service_tier": None}),
    "response with a named choice": ("response", {**RESPONSE, "tool_choice": {"type": "function", "name": "add"}}),
    "request": ("request", REQUEST),
    "request with a string": ("request", {"model": "gpt-5-4", "input": "Hi."}),
    "request of a stored prompt": ("request", {"prompt": {"id": "pmpt_1"}}),
    "openai error": ("errors", OPENAI_ERROR),
    "rate limit": ("errors", {"error": {**OPENAI_ERROR["error"], "retry_after": 15}}),
    "databricks error": ("errors", DATABRICKS_ERROR),
    "databricks error with a number": ("errors", {"error_code": 401, "message": "No.", "details": []}),
    "created": ("events", {"type": "response.created", "sequence_number": 0, "response": BEGUN}),
    "completed": ("events", {"type": "response.completed", "response": RESPONSE}),
    "text delta": ("events", TEXT_DELTA),
    "web search added without an action": (
        "events",
        {
            "type": "response.output_item.added",
            "output_index": 0,
            "item": {"id": "ws_1", "type": "web_search_call", "status": "in_progress"},
        },
    ),
    "arguments done without a name": (
        "events",
        {"type": "response.function_call_arguments.done", "item_id": "fc_1", "output_index": 0, "arguments": "{}"},
    ),
    "flat error": ("events", {"type": "error", "message": "No.", "code": None, "param": None}),
    "nested error": ("events", {"type": "error", "sequence_number": 2, **OPENAI_ERROR}),
    "keepalive": ("events", {"type": "keepalive", "sequence_number": 3}),
    "unknown event": ("events", {"type": "response.surprise", "sequence_number": "any"}),
    "unknown item": ("items#/$defs/output_item", {"type": "surprise"}),
    "unknown tool": ("tools#/$defs/tool", {"type": "surprise"}),
    **{f"output {name}": ("items#/$defs/output_item", item) for name, item in OUTPUT_ITEMS.items()},
    **{f"input {name}": ("items#/$defs/input_item", item) for name, item in OUTPUT_ITEMS.items()},
    **{f"added {name}": ("items#/$defs/added_item", item) for name, item in OUTPUT_ITEMS.items()},
}

BROKEN: dict[str, tuple[str, Any, tuple[str, str, str]]] = {
    "no response": ("response", None, ("", "an object", "null")),
    "missing member": (
        "response",
        {key: value for key, value in RESPONSE.items() if key != "usage"},
        ("", 'the member "usage"', "nothing"),
    ),
    "wrong object": ("response", {**RESPONSE, "object": "list"}, ("/object", '"response"', '"list"')),
    "wrong status": (
        "response",
        {**RESPONSE, "status": "done"},
        (
            "/status",
            'one of "completed", "failed", "in_progress", "cancelled", "queued", "incomplete"',
            '"done"',
        ),
    ),
    "true is no integer": (
        "response",
        {**RESPONSE, "max_output_tokens": True},
        ("/max_output_tokens", "an integer or null", "true"),
    ),
    "deep in a union": (
        "response",
        {
            **RESPONSE,
            "output": [REASONING, {**MESSAGE, "content": [{**TEXT, "annotations": [{**LINK, "end_index": "2"}]}]}],
        },
        ("/output/1/content/0/annotations/0/end_index", "an integer", '"2"'),
    ),
    "metadata": (
        "response",
        {**RESPONSE, "metadata": {"a/b~c": 1}},
        ("/metadata/a~1b~0c", "a string", "1"),
    ),
    "tool choice": (
        "response",
        {**RESPONSE, "tool_choice": 5},
        ("/tool_choice", "a string or an object", "5"),
    ),
    "custom input that is no string": (
        "items#/$defs/output_item",
        {**OUTPUT_ITEMS["custom_tool_call"], "input": {"code": "6 * 7"}},
        ("/input", "a string", '{"code": "6 * 7"}'),
    ),
    "item without a type": ("items#/$defs/output_item", {"id": "x"}, ("", 'the member "type"', "nothing")),
    "item with a type that is no string": (
        "items#/$defs/output_item",
        {"type": 7},
        ("/type", "a string", "7"),
    ),
    "event without a type": ("events", {"delta": "a"}, ("", 'the member "type"', "nothing")),
    "negative index": (
        "events",
        {**TEXT_DELTA, "output_index": -1},
        ("/output_index", "a number of at least 0", "-1"),
    ),
    "created when it is over": (
        "events",
        {"type": "response.created", "response": {**BEGUN, "status": "completed"}},
        ("/response/status", 'one of "in_progress", "queued"', '"completed"'),
    ),
    "neither envelope": ("errors", {}, ("", 'the member "error" or "error_code"', "nothing")),
    "both envelopes": (
        "errors",
        {**OPENAI_ERROR, "error_code": "X"},
        ("/error_code", "no such member", '"X"'),
    ),
    "three of four members": (
        "errors",
        {"error": {"message": "No.", "type": "x", "param": None}},
        ("/error", 'the member "code"', "nothing"),
    ),
    "empty message": (
        "errors",
        {**DATABRICKS_ERROR, "message": ""},
        ("/message", "a string of at least 1 character", '""'),
    ),
    "unknown parameter": ("request", {**REQUEST, "stop": ["a"]}, ("/stop", "no such member", '["a"]')),
    "no model": ("request", {"input": "Hi."}, ("", 'the member "model"', "nothing")),
    "no input": ("request", {"model": "m"}, ("", 'the member "input"', "nothing")),
    "few tokens": (
        "request",
        {**REQUEST, "max_output_tokens": 10},
        ("/max_output_tokens", "a number of at least 16", "10"),
    ),
    "unknown role": (
        "request",
        {**REQUEST, "input": [{"role": "tool", "content": "a"}]},
        ("/input/0/role", 'one of "user", "assistant", "system", "developer"', '"tool"'),
    ),
    "image from nowhere": (
        "request",
        {**REQUEST, "input": [{"role": "user", "content": [{"type": "input_image"}]}]},
        ("/input/0/content/0", 'the member "image_url" or "file_id"', "nothing"),
    ),
    "function name": (
        "request",
        {**REQUEST, "tools": [{"type": "function", "name": "add\n"}]},
        ("/tools/0/name", "a string that matches ^[a-zA-Z0-9_-]{1,128}$", '"add\\n"'),
    ),
    "tool without a name": (
        "request",
        {**REQUEST, "tools": [{"type": "custom"}]},
        ("/tools/0", 'the member "name"', "nothing"),
    ),
    "unknown format": (
        "request",
        {**REQUEST, "text": {"format": {"type": "yaml"}}},
        ("/text/format/type", 'one of "text", "json_object", "json_schema"', '"yaml"'),
    ),
    "long metadata": (
        "request",
        {**REQUEST, "metadata": {"k" * 65: "v"}},
        ("/metadata/" + "k" * 65, "as the name of a member, a string of at most 64 characters", f'"{"k" * 65}"'),
    ),
}


def accepted(name: str, value: object) -> bool:
    return not list(violations(name, value))
