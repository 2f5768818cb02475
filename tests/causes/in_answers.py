"""Defects in JSON answers, one in each exchange."""

from __future__ import annotations

import dataclasses
from typing import Any

from conformance.wire.edit import put, without
from conformance.wire.exchange import Exchange
from tests.causes.planting import as_exchange, in_answer

# --- a member is gone, or is of another kind

in_answer("output_missing", "calls", without("/output"), cause="response.schema", says="output")
in_answer("usage_missing", "text", without("/usage"), cause="response.optional_members", says="usage")
in_answer("status_missing", "calls", without("/status"), cause="response.optional_members", says="status")
in_answer("id_missing", "settings", without("/id"), cause="response.schema", says="id")
in_answer("tools_missing", "named", without("/tools"), cause="response.schema", says="tools")
in_answer("tool_choice_missing", "named", without("/tool_choice"), cause="response.schema", says="tool_choice")
in_answer(
    "temperature_missing", "settings", without("/temperature"), cause="response.optional_members", says="temperature"
)
in_answer("metadata_missing", "settings", without("/metadata"), cause="response.optional_members", says="metadata")
in_answer("text_missing", "json_schema", without("/text"), cause="response.optional_members", says="text")
in_answer(
    "truncation_missing", "settings", without("/truncation"), cause="response.optional_members", says="truncation"
)
in_answer(
    "created_at_is_a_string", "text", put("/created_at", "1790000000"), cause="response.schema", says="created_at"
)
in_answer(
    "temperature_is_a_string", "settings", put("/temperature", "0.5"), cause="response.schema", says="temperature"
)
in_answer("top_p_is_a_string", "settings", put("/top_p", "0.9"), cause="response.schema", says="top_p")
in_answer("output_is_an_object", "calls", put("/output", lambda old: {"items": old}), cause="response.schema")
in_answer("output_is_null", "calls", put("/output", None), cause="response.schema", says="output")
in_answer("metadata_is_a_list", "settings", put("/metadata", []), cause="response.schema", says="metadata")
in_answer("status_misspelt", "text", put("/status", "complete"), cause="response.schema", says="status")
in_answer("usage_count_is_a_string", "text", put("/usage/total_tokens", "12"), cause="response.schema", says="usage")
in_answer("usage_count_missing", "text", without("/usage/input_tokens"), cause="response.schema", says="input_tokens")
in_answer(
    "usage_details_missing", "text", without("/usage/output_tokens_details"), cause="response.schema", says="details"
)
in_answer("tools_is_null", "named", put("/tools", None), cause="response.schema", says="tools")
in_answer(
    "a_setting_lost_in_a_cassette", "text_input/instructions/gpt-5-4-nano", without("/model"), cause="response.schema"
)

# --- items

in_answer("item_id_missing", "calls", without("/output/0/id"), cause="response.optional_members", says="/output/0")
in_answer("item_type_missing", "calls", without("/output/0/type"), cause="response.schema", says="/output/0")
in_answer("item_type_misspelt", "named", put("/output/0/type", "function_cal"), cause="consistency.item_type")
in_answer("message_type_misspelt", "text", put("/output/0/type", "mesage"), cause="consistency.item_type")
in_answer("role_is_user", "text", put("/output/0/role", "user"), cause="response.schema", says="role")
in_answer("content_is_a_string", "text", put("/output/0/content", "Hello."), cause="response.schema", says="content")
in_answer("content_is_gone", "text", without("/output/0/content"), cause="response.schema", says="content")
in_answer("part_is_a_string", "text", put("/output/0/content/0", "Hello."), cause="response.schema", says="content/0")
in_answer("part_type_misspelt", "text", put("/output/0/content/0/type", "output_txt"), cause="consistency.part_type")
in_answer("part_of_the_input", "text", put("/output/0/content/0/type", "text"), cause="consistency.part_type")
in_answer("text_is_null", "text", put("/output/0/content/0/text", None), cause="response.schema", says="text")
in_answer("text_is_gone", "json_schema", without("/output/0/content/0/text"), cause="response.schema", says="text")
in_answer("arguments_as_object", "named", put("/output/0/arguments", {"city": "Rome"}), cause="response.schema")
in_answer("arguments_cut", "named", put("/output/0/arguments", '{"city": "Ro'), cause="calls.arguments_json")
in_answer("arguments_are_a_list", "named", put("/output/0/arguments", '["Rome"]'), cause="calls.arguments_json")
in_answer("arguments_empty", "named", put("/output/0/arguments", ""), cause="calls.arguments_json")
in_answer("call_without_name", "named", without("/output/0/name"), cause="response.schema", says="name")
in_answer("call_of_nothing_declared", "named", put("/output/0/name", "get_tide"), cause="calls.declared_function")
in_answer("call_id_missing", "named", without("/output/0/call_id"), cause="calls.call_id", says="call_id")
in_answer("call_id_empty", "named", put("/output/0/call_id", ""), cause="calls.call_id")
in_answer("call_ids_alike", "calls", put("/output/*/call_id", "call_1"), cause="calls.unique_call_ids")
in_answer("item_ids_alike", "calls", put("/output/*/id", "fc_1"), cause="items.unique_ids")
in_answer("item_twice", "text", put("/output", lambda old: [old[0], old[0]]), cause="items.unique_ids")
in_answer("call_twice", "named", put("/output", lambda old: [old[0], old[0]]), cause="items.unique_ids")
in_answer("input_as_object", "forced_custom", put("/output/0/input", {"code": "6 * 7"}), cause="response.schema")
in_answer("custom_call_as_function_call", "custom", put("/output/0", lambda old: _as_function(old)), cause="calls.kind")
in_answer("item_is_null", "calls", put("/output/1", None), cause="response.schema", says="/output/1")
in_answer(
    "summary_is_a_string", "summary", put("/output/0/summary", "I think."), cause="response.schema", says="summary"
)
in_answer("item_still_in_progress", "text", put("/output/0/status", "in_progress"), cause="consistency.message_status")
in_answer("item_status_done", "text", put("/output/0/status", "done"), cause="response.schema", says="status")


def _as_function(call: dict[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in call.items() if name != "input"}
    return {**kept, "type": "function_call", "id": "fc_1", "arguments": '{"input": "print(1)"}'}


# --- state, settings, numbers

in_answer("no_output", "calls", put("/output", []), cause="response.completed", says="/output")
in_answer("no_output_of_a_text", "json_schema", put("/output", []), cause="response.completed", says="/output")
in_answer("usage_is_null", "text", put("/usage", None), cause="response.optional_members", says="usage")
in_answer("total_is_wrong", "text", put("/usage/total_tokens", lambda old: old + 5), cause="usage.total")
in_answer(
    "an_error_in_what_is_completed", "text", put("/error", {"code": "x", "message": "Oh."}), cause="response.completed"
)
in_answer(
    "a_reason_in_what_is_completed",
    "text",
    put("/incomplete_details", {"reason": "max_output_tokens"}),
    cause="response.completed",
)
in_answer("incomplete_without_reason", "cut", put("/incomplete_details", None), cause="response.incomplete")
in_answer("never_finished", "text", put("/status", "in_progress"), cause="response.finished")
in_answer("queued_in_the_foreground", "text", put("/status", "queued"), cause="response.finished")
in_answer("failed_without_error", "failed", put("/error", None), cause="response.failed")
in_answer("temperature_ignored", "settings", put("/temperature", 1.0), cause="echo.temperature")
in_answer("instructions_ignored", "settings", put("/instructions", None), cause="echo.optional_members")
in_answer("another_tool_choice", "named", put("/tool_choice", "auto"), cause="echo.tool_choice")
in_answer("tools_not_echoed", "named", put("/tools", []), cause="echo.tools")
in_answer("tool_renamed", "call_completed", put("/tools/0/name", "weather"), cause="echo.tools")
in_answer(
    "created_at_in_milliseconds", "text", put("/created_at", lambda old: old * 1000), cause="consistency.created_at"
)
in_answer("answer_of_another_maker", "text", put("/model", "claude-sonnet-4-6"), cause="echo.model")
in_answer("format_broken", "json_schema", put("/output/0/content/0/text", "Certainly! {"), cause="obedience.json_text")
in_answer("called_though_none", "none", put("/output/0", lambda _: _CALL), cause="obedience.tool_choice_none")
in_answer("long_item_id", "text", put("/output/0/id", "msg_" + "a" * 300), cause="items.id_length")
in_answer("object_misspelt", "text", put("/object", "responses"), cause="response.schema", says="object")

_CALL = {
    "id": "fc_1",
    "type": "function_call",
    "status": "completed",
    "name": "get_weather",
    "call_id": "call_1",
    "arguments": '{"city": "Rome", "unit": "C", "days": 1}',
}

# --- another object altogether, an error, or no JSON

COMPLETION = {
    "id": "chatcmpl-1",
    "object": "chat.completion",
    "created": 1790000000,
    "model": "gpt-5.4-2026-03-05",
    "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "Hello."}}],
    "usage": {"prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 7},
}
DETAIL = {
    "detail": [
        {
            "type": "missing",
            "loc": ["body", "messages", "a_member_with_a_long_name", "of_a_model_that_nobody_sent"],
            "msg": "Field required: the last word is the reason",
            "input": {"model": "gpt-5.4", "input": "Say hello." * 20},
        }
    ]
}

in_answer("a_chat_completion", "calls", put("", COMPLETION), cause="response.schema", says="chat.completion")
in_answer("a_list", "named", put("", lambda old: [old]), cause="response.schema", says="list")
in_answer("wrapped", "named", put("", lambda old: {"response": old}), cause="response.schema", says="response")
in_answer("a_string", "settings", put("", "Hello."), cause="response.schema", says="Hello.")
in_answer("null", "settings", put("", None), cause="response.schema", says="null")
in_answer("an_empty_object", "settings", put("", {}), cause="response.schema", says="{}")
in_answer(
    "an_error_under_200",
    "named",
    put("", {"error": {"message": "Out of memory.", "type": "server_error", "param": None, "code": "oom"}}),
    cause="http.error_status",
    says="Out of memory.",
)
in_answer("a_detail_under_200", "named", put("", DETAIL), cause="http.error_status", says="the last word is the reason")


def _content(exchange: Exchange, content: bytes, kind: str = "application/json", status: int = 200) -> Exchange:
    return dataclasses.replace(
        exchange, content=content, captured_json=None, headers={"content-type": kind}, status=status
    )


PAGE = b"<!DOCTYPE html><html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>"

as_exchange("a_page", "named", lambda one: _content(one, PAGE, "text/html"), cause="response.schema", says="HTML")
as_exchange("nothing", "named", lambda one: _content(one, b""), cause="response.schema", says="empty")
as_exchange(
    "json_cut", "named", lambda one: _content(one, b'{"id": "resp_1", "object": "resp'), cause="response.schema"
)
as_exchange(
    "an_error_page", "named", lambda one: _content(one, PAGE, "text/html", 404), cause="errors.body", says="HTML"
)
as_exchange("status_201", "named", lambda one: dataclasses.replace(one, status=201), cause="http.success", says="201")
