"""Defects in what a response object repeats of the request."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.wire.edit import put, without
from tests.defects.lib.answers import JSON, Changes, another, of_bodies

SETTINGS = ["background", "instructions", "max_output_tokens", "max_tool_calls", "metadata", "parallel_tool_calls"]
SETTINGS += ["previous_response_id", "prompt_cache_key", "prompt_cache_retention", "safety_identifier", "store"]
SETTINGS += ["temperature", "top_logprobs", "top_p", "user"]


def _is_hidden(value: object) -> bool:
    return isinstance(value, str) and "REDACTED" in value


def _changed(name: str) -> None:
    @of_bodies(f"echo.{name}", "echo.optional_members", "response", name=f"echo_of_{name}_changed")
    def generate(body: JSON, sent: JSON) -> Changes:
        if sent.get(name) is not None and not _is_hidden(sent[name]):
            yield "another", put(f"/{name}", another(sent[name]))
            yield "null", put(f"/{name}", None)
            yield "dropped", without(f"/{name}")

    @of_bodies(f"echo.{name}", "echo.optional_members", "response", "obedience", name=f"sent_{name}_ignored")
    def ignore(body: JSON, sent: JSON) -> Changes:
        """The default comes back instead of what was sent."""
        defaults = {"background": False, "parallel_tool_calls": True, "store": True, "metadata": {}, "top_logprobs": 0}
        defaults |= {"temperature": 1.0, "top_p": 1.0}
        value = defaults.get(name)
        if sent.get(name) is not None and sent[name] != value and not _is_hidden(sent[name]):
            yield "", put(f"/{name}", value)


for _name in SETTINGS:
    _changed(_name)


@of_bodies("echo.truncation", "response")
def _echo_of_truncation_changed(body: JSON, sent: JSON) -> Changes:
    if sent.get("truncation"):
        yield "", put("/truncation", "disabled" if sent["truncation"] == "auto" else "auto")


@of_bodies("echo.tool_choice", "response")
def _echo_of_tool_choice_changed(body: JSON, sent: JSON) -> Changes:
    if sent.get("tool_choice"):
        for value in ("auto", "required", "none", {"type": "function", "name": "another"}, None):
            if value != sent["tool_choice"]:
                yield str(value), put("/tool_choice", value)


@of_bodies("echo.reasoning_effort", "echo.optional_members", "response")
def _echo_of_effort_changed(body: JSON, sent: JSON) -> Changes:
    effort = (sent.get("reasoning") or {}).get("effort")
    for value in ("low", "high", None):
        if effort is not None and value != effort:
            yield str(value), put("/reasoning/effort", value)


@of_bodies("echo.reasoning_summary", "response")
def _echo_of_summary_changed(body: JSON, sent: JSON) -> Changes:
    summary = (sent.get("reasoning") or {}).get("summary")
    if summary is not None:
        yield "null", put("/reasoning/summary", None)
        if summary != "auto":
            yield "another", put("/reasoning/summary", "concise" if summary == "detailed" else "detailed")


@of_bodies("echo.verbosity", "response")
def _echo_of_verbosity_changed(body: JSON, sent: JSON) -> Changes:
    verbosity = (sent.get("text") or {}).get("verbosity")
    if verbosity is not None:
        yield "", put("/text/verbosity", "low" if verbosity != "low" else "high")


@of_bodies("echo.text_format", "response")
def _echo_of_format_changed(body: JSON, sent: JSON) -> Changes:
    form = (sent.get("text") or {}).get("format")
    if not form:
        return
    if form["type"] != "text":
        yield "text", put("/text/format", {"type": "text"})
    if form["type"] == "json_schema":
        yield "json_object", put("/text/format", {"type": "json_object"})
        yield "name", put("/text/format/name", form["name"] + "x")
        yield "strict", put("/text/format/strict", not body["text"]["format"]["strict"])
        yield "schema", put("/text/format/schema", {"type": "object", "properties": {}})
        properties = {**(form["schema"].get("properties") or {}), "one_more": {"type": "string"}}
        yield "property", put("/text/format/schema/properties", properties)


@of_bodies("echo.text_format", "echo.defaults", "response", "obedience")
def _format_that_nobody_asked_for(body: JSON, sent: JSON) -> Changes:
    if sent and not (sent.get("text") or {}).get("format") and not sent.get("prompt"):
        yield "", put("/text/format/type", "json_object")


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
def _setting_that_nobody_sent(body: JSON, sent: JSON) -> Changes:
    for name, value in DEFAULTS.items():
        if sent and sent.get(name) is None and not sent.get("prompt"):
            yield name, put(f"/{name}", value)


@of_bodies("echo.model", "response")
def _another_model(body: JSON, sent: JSON) -> Changes:
    asked = sent.get("model", "").removeprefix("system.ai.")
    if asked.startswith(("gpt-", "o1", "o3", "o4")):
        for model in ("gpt-3.5-turbo", "o9", "gpt-5.4" if "nano" in asked else f"{asked}-nano"):
            yield model, put("/model", model)


# --- tools


def _comparable(body: JSON, sent: JSON) -> bool:
    return bool(sent.get("tools")) and bool(body["tools"])


@of_bodies("echo.tools")
def _declared_tools_gone(body: JSON, sent: JSON) -> Changes:
    if _comparable(body, sent):
        yield "all", put("/tools", [])
        if len(sent["tools"]) > 1 and body["tools"][-1].get("type") != "namespace":
            yield "last", put("/tools", body["tools"][:-1])


@of_bodies("echo.tools")
def _tool_that_nobody_declared(body: JSON, sent: JSON) -> Changes:
    if sent and not sent.get("prompt") and not sent.get("conversation"):
        tool = {"type": "function", "name": "extra", "description": None, "parameters": {}, "strict": True}
        yield "function", put("/tools", [*body["tools"], tool])
        if body["tools"] and body["tools"][0].get("type") != "namespace":
            yield "twice", put("/tools", [*body["tools"], body["tools"][0]])


@of_bodies("echo.tools", "response")
def _tool_renamed(body: JSON, sent: JSON) -> Changes:
    for index, tool in enumerate(body["tools"] if _comparable(body, sent) else ()):
        if tool.get("type") in ("function", "custom"):
            yield tool["type"], put(f"/tools/{index}/name", f"{tool.get('name')}_x")


@of_bodies("echo.tools", "response")
def _tool_of_other_type(body: JSON, sent: JSON) -> Changes:
    for index, tool in enumerate(body["tools"] if _comparable(body, sent) else ()):
        if tool.get("type") != "namespace":
            other = "custom" if tool["type"] != "custom" else "function"
            yield tool["type"], put(f"/tools/{index}/type", other)


def _functions(body: JSON, sent: JSON) -> Iterator[tuple[int, JSON, JSON]]:
    names = [tool.get("name") for tool in sent.get("tools") or ()]
    for index, tool in enumerate(body["tools"]):
        if tool.get("type") == "function" and names.count(tool.get("name")) == 1 and tool.get("name"):
            yield index, tool, sent["tools"][names.index(tool["name"])]


@of_bodies("echo.function_tools", "response")
def _parameters_changed(body: JSON, sent: JSON) -> Changes:
    for index, tool, _one in _functions(body, sent):
        properties = (tool["parameters"] or {}).get("properties") or {}
        yield "empty", put(f"/tools/{index}/parameters", {"type": "object", "properties": {"other": {}}})
        more = {**(tool["parameters"] or {}), "properties": {**properties, "one_more": {"type": "string"}}}
        yield "more", put(f"/tools/{index}/parameters", more)
        if properties:
            yield "null", put(f"/tools/{index}/parameters", None)


@of_bodies("echo.function_tools", "response")
def _strict_changed(body: JSON, sent: JSON) -> Changes:
    for index, tool, one in _functions(body, sent):
        if one.get("strict") is not None:
            yield "", put(f"/tools/{index}/strict", not tool["strict"])


@of_bodies("echo.function_tools", "response")
def _description_changed(body: JSON, sent: JSON) -> Changes:
    for index, _tool, one in _functions(body, sent):
        if one.get("description"):
            yield "text", put(f"/tools/{index}/description", "Another.")
            yield "null", put(f"/tools/{index}/description", None)
