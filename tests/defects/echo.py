"""Defects in what a response object repeats of the request, and in the bodies of errors."""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Iterator

from conformance.wire.exchange import Exchange
from tests.defects.answers import (
    Change,
    another,
    is_error,
    of_bodies,
    of_errors,
    of_exchanges,
    put,
    with_body,
    without,
    wrong_types,
)
from tests.defects.members import whole_bodies
from tests.defects.mutation import JSON

SETTINGS = ["background", "instructions", "max_output_tokens", "max_tool_calls", "metadata", "parallel_tool_calls"]
SETTINGS += ["previous_response_id", "prompt_cache_key", "prompt_cache_retention", "safety_identifier", "store"]
SETTINGS += ["temperature", "top_logprobs", "top_p", "user"]


def _is_hidden(value: object) -> bool:
    return isinstance(value, str) and "REDACTED" in value


def _changed(name: str) -> None:
    @of_bodies(f"echo.{name}", "response.schema", name=f"echo_of_{name}_changed")
    def generate(body: JSON, sent: JSON) -> Iterator[Change]:
        if sent.get(name) is not None and not _is_hidden(sent[name]):
            yield "another", put(body, name, to=another(sent[name]))
            yield "null", put(body, name, to=None)
            yield "dropped", without(body, name)

    @of_bodies(f"echo.{name}", "response", "obedience", name=f"sent_{name}_ignored")
    def ignore(body: JSON, sent: JSON) -> Iterator[Change]:
        """The default comes back instead of what was sent."""
        defaults = {"background": False, "parallel_tool_calls": True, "store": True, "metadata": {}, "top_logprobs": 0}
        defaults |= {"temperature": 1.0, "top_p": 1.0}
        value = defaults.get(name)
        if sent.get(name) is not None and sent[name] != value and not _is_hidden(sent[name]):
            yield "", put(body, name, to=value)


for _name in SETTINGS:
    _changed(_name)


@of_bodies("echo.truncation", "response.schema")
def _echo_of_truncation_changed(body: JSON, sent: JSON) -> Iterator[Change]:
    if sent.get("truncation"):
        yield "", put(body, "truncation", to="disabled" if sent["truncation"] == "auto" else "auto")


@of_bodies("echo.tool_choice", "response.schema")
def _echo_of_tool_choice_changed(body: JSON, sent: JSON) -> Iterator[Change]:
    if sent.get("tool_choice"):
        for value in ("auto", "required", "none", {"type": "function", "name": "another"}, None):
            if value != sent["tool_choice"]:
                yield str(value), put(body, "tool_choice", to=value)


@of_bodies("echo.reasoning_effort", "response.schema")
def _echo_of_effort_changed(body: JSON, sent: JSON) -> Iterator[Change]:
    effort = (sent.get("reasoning") or {}).get("effort")
    for value in ("low", "high", None):
        if effort is not None and value != effort:
            yield str(value), put(body, "reasoning", "effort", to=value)


@of_bodies("echo.reasoning_summary", "response.schema")
def _echo_of_summary_changed(body: JSON, sent: JSON) -> Iterator[Change]:
    summary = (sent.get("reasoning") or {}).get("summary")
    if summary is not None:
        yield "null", put(body, "reasoning", "summary", to=None)
        if summary != "auto":
            yield "another", put(body, "reasoning", "summary", to="concise" if summary == "detailed" else "detailed")


@of_bodies("echo.verbosity", "response")
def _echo_of_verbosity_changed(body: JSON, sent: JSON) -> Iterator[Change]:
    verbosity = (sent.get("text") or {}).get("verbosity")
    if verbosity is not None:
        yield "", put(body, "text", "verbosity", to="low" if verbosity != "low" else "high")


@of_bodies("echo.text_format", "response.schema")
def _echo_of_format_changed(body: JSON, sent: JSON) -> Iterator[Change]:
    form = (sent.get("text") or {}).get("format")
    if not form:
        return
    if form["type"] != "text":
        yield "text", put(body, "text", "format", to={"type": "text"})
    if form["type"] == "json_schema":
        yield "json_object", put(body, "text", "format", to={"type": "json_object"})
        yield "name", put(body, "text", "format", "name", to=form["name"] + "x")
        yield "strict", put(body, "text", "format", "strict", to=not body["text"]["format"]["strict"])
        yield "schema", put(body, "text", "format", "schema", to={"type": "object", "properties": {}})
        properties = {**(form["schema"].get("properties") or {}), "one_more": {"type": "string"}}
        yield "property", put(body, "text", "format", "schema", "properties", to=properties)


@of_bodies("echo.text_format", "echo.defaults", "response.schema", "obedience")
def _format_that_nobody_asked_for(body: JSON, sent: JSON) -> Iterator[Change]:
    if sent and not (sent.get("text") or {}).get("format") and not sent.get("prompt"):
        yield "", put(body, "text", "format", "type", to="json_object")


DEFAULTS = {
    "background": True,
    "instructions": "Be brief.",
    "max_output_tokens": 16,
    "metadata": {"a": "b"},
    "parallel_tool_calls": False,
    "previous_response_id": "resp_0",
    "tool_choice": "required",
    "temperature": 0.2,
    "top_logprobs": 5,
    "truncation": "auto",
    "user": "somebody",
}


@of_bodies("echo.defaults")
def _setting_that_nobody_sent(body: JSON, sent: JSON) -> Iterator[Change]:
    for name, value in DEFAULTS.items():
        if sent and sent.get(name) is None and not sent.get("prompt"):
            yield name, put(body, name, to=value)


@of_bodies("echo.model", "response.schema")
def _another_model(body: JSON, sent: JSON) -> Iterator[Change]:
    asked = sent.get("model", "").removeprefix("system.ai.")
    if asked.startswith(("gpt-", "o1", "o3", "o4")):
        for model in ("gpt-3.5-turbo", "o9", "gpt-5.4" if "nano" in asked else f"{asked}-nano"):
            yield model, put(body, "model", to=model)


# --- tools


def _comparable(body: JSON, sent: JSON) -> bool:
    return bool(sent.get("tools")) and bool(body["tools"])


@of_bodies("echo.tools")
def _declared_tools_gone(body: JSON, sent: JSON) -> Iterator[Change]:
    if _comparable(body, sent):
        yield "all", put(body, "tools", to=[])
        if len(sent["tools"]) > 1 and body["tools"][-1].get("type") != "namespace":
            yield "last", put(body, "tools", to=body["tools"][:-1])


@of_bodies("echo.tools")
def _tool_that_nobody_declared(body: JSON, sent: JSON) -> Iterator[Change]:
    if sent and not sent.get("prompt") and not sent.get("conversation"):
        tool = {"type": "function", "name": "extra", "description": None, "parameters": {}, "strict": True}
        yield "function", put(body, "tools", to=[*body["tools"], tool])
        if body["tools"] and body["tools"][0].get("type") != "namespace":
            yield "twice", put(body, "tools", to=[*body["tools"], copy.deepcopy(body["tools"][0])])


@of_bodies("echo.tools", "response")
def _tool_renamed(body: JSON, sent: JSON) -> Iterator[Change]:
    for index, tool in enumerate(body["tools"] if _comparable(body, sent) else ()):
        if tool.get("type") in ("function", "custom"):
            yield tool["type"], put(body, "tools", index, "name", to=f"{tool.get('name')}_x")


@of_bodies("echo.tools", "response")
def _tool_of_other_type(body: JSON, sent: JSON) -> Iterator[Change]:
    for index, tool in enumerate(body["tools"] if _comparable(body, sent) else ()):
        if tool.get("type") != "namespace":
            yield (
                tool["type"],
                put(body, "tools", index, "type", to="custom" if tool["type"] != "custom" else "function"),
            )


def _functions(body: JSON, sent: JSON) -> Iterator[tuple[int, JSON, JSON]]:
    names = [tool.get("name") for tool in sent.get("tools") or ()]
    for index, tool in enumerate(body["tools"]):
        if tool.get("type") == "function" and names.count(tool.get("name")) == 1 and tool.get("name"):
            yield index, tool, sent["tools"][names.index(tool["name"])]


@of_bodies("echo.function_tools", "response")
def _parameters_changed(body: JSON, sent: JSON) -> Iterator[Change]:
    for index, tool, _one in _functions(body, sent):
        properties = (tool["parameters"] or {}).get("properties") or {}
        yield "empty", put(body, "tools", index, "parameters", to={"type": "object", "properties": {"other": {}}})
        more = {**(tool["parameters"] or {}), "properties": {**properties, "one_more": {"type": "string"}}}
        yield "more", put(body, "tools", index, "parameters", to=more)
        if properties:
            yield "null", put(body, "tools", index, "parameters", to=None)


@of_bodies("echo.function_tools", "response")
def _strict_changed(body: JSON, sent: JSON) -> Iterator[Change]:
    for index, tool, one in _functions(body, sent):
        if one.get("strict") is not None:
            yield "", put(body, "tools", index, "strict", to=not tool["strict"])


@of_bodies("echo.function_tools", "response")
def _description_changed(body: JSON, sent: JSON) -> Iterator[Change]:
    for index, _tool, one in _functions(body, sent):
        if one.get("description"):
            yield "text", put(body, "tools", index, "description", to="Another.")
            yield "null", put(body, "tools", index, "description", to=None)


# --- errors


def _errors_member(member: str) -> None:
    @of_errors("errors.body", name=f"error_{member}_dropped")
    def drop(body: JSON, _: JSON) -> Iterator[Change]:
        if member in body.get("error", {}):
            yield "", without(body, "error", member)

    @of_errors("errors.body", name=f"error_{member}_of_wrong_type")
    def change(body: JSON, _: JSON) -> Iterator[Change]:
        for value in wrong_types(body["error"][member]) if member in body.get("error", {}) else ():
            yield repr(value)[:30], put(body, "error", member, to=value)


for _member in ("message", "type", "param", "code"):
    _errors_member(_member)


@of_errors("errors.body")
def _error_message_empty(body: JSON, _: JSON) -> Iterator[Change]:
    yield "empty", put(body, "error", "message", to="")
    yield "null", put(body, "error", "message", to=None)


@of_errors("errors.body")
def _error_type_null(body: JSON, _: JSON) -> Iterator[Change]:
    yield "", put(body, "error", "type", to=None)


@of_errors("errors.body")
def _error_null_or_empty(body: JSON, _: JSON) -> Iterator[Change]:
    for value in (None, {}, [], True):
        yield repr(value), put(body, "error", to=value)


@of_errors("errors.body", "errors.envelope")
def _error_in_another_envelope(body: JSON, _: JSON) -> Iterator[Change]:
    text = body["error"]["message"]
    yield "string", {"error": text}
    yield "bare", body["error"]
    yield "detail", {"detail": text}
    yield "list", {"errors": [body["error"]]}
    yield "in a list", [body]
    yield "both", {**body, "error_code": "BAD_REQUEST", "message": text}
    yield "nested", {"error": body}


@of_errors("errors.body")
def _error_of_databricks_broken(body: JSON, _: JSON) -> Iterator[Change]:
    right = {"error_code": "BAD_REQUEST", "message": body["error"]["message"]}
    for member in right:
        yield f"without {member}", without(right, member)
        yield f"{member} null", put(right, member, to=None)
    yield "message empty", put(right, "message", to="")


@of_exchanges("errors.body")
def _error_that_is_no_object(exchange: Exchange) -> Iterator[tuple[str, Exchange]]:
    for label, body in whole_bodies() if is_error(exchange) else ():
        yield label, with_body(exchange, body)


@of_exchanges("errors.body", "errors.content_type")
def _error_page(exchange: Exchange) -> Iterator[tuple[str, Exchange]]:
    if is_error(exchange):
        for content in (
            b"<html><body>Bad Request</body></html>",
            b"Bad Request",
            b"",
            b'{"error": {"mess',
            b"\xff\xfe",
        ):
            yield repr(content)[:20], dataclasses.replace(exchange, captured_json=None, content=content)


@of_exchanges("response.schema")
def _error_with_200(exchange: Exchange) -> Iterator[tuple[str, Exchange]]:
    if is_error(exchange) and exchange.request.method == "POST" and exchange.request.path.endswith("/responses"):
        yield "", dataclasses.replace(exchange, status=200)
