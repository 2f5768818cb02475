"""Defects in the members of a response object: dropped, of a wrong type, of a wrong value."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from conformance.wire.edit import put, without
from conformance.wire.exchange import Exchange
from tests.defects.lib.answers import JSON, Changes, Copies, items_of, of_bodies, of_exchanges, parts_of, wrong_types
from tests.right.changed import with_body

ALWAYS = ["id", "object", "created_at", "status", "error", "incomplete_details", "instructions", "max_output_tokens"]
ALWAYS += ["metadata", "model", "output", "parallel_tool_calls", "previous_response_id", "reasoning", "store"]
ALWAYS += ["temperature", "text", "tool_choice", "tools", "top_p", "truncation", "usage", "user"]
LATER = ["background", "max_tool_calls", "prompt_cache_key", "safety_identifier", "service_tier", "top_logprobs"]
NULLABLE = ["error", "incomplete_details", "instructions", "max_output_tokens", "previous_response_id", "usage", "user"]


def _dropped(member: str) -> None:
    @of_bodies("response", "echo", name=f"{member}_dropped")
    def generate(body: JSON, _: JSON) -> Changes:
        if member in body:
            yield "", without(f"/{member}")


def _of_wrong_type(member: str) -> None:
    @of_bodies("response", "echo", name=f"{member}_of_wrong_type")
    def generate(body: JSON, _: JSON) -> Changes:
        for value in wrong_types(body[member]) if member in body else ():
            yield repr(value)[:40], put(f"/{member}", value)


def _null(member: str) -> None:
    @of_bodies("response", "usage", "echo", name=f"{member}_null")
    def generate(body: JSON, _: JSON) -> Changes:
        if body.get(member) is not None:
            yield "", put(f"/{member}", None)


for _member in ALWAYS + LATER:
    _dropped(_member)
for _member in [*ALWAYS, "background", "service_tier", "top_logprobs"]:
    _of_wrong_type(_member)
for _member in ALWAYS:
    if _member not in NULLABLE:
        _null(_member)

# What stands in a response object, by the path to it: "*" is any index.
INNER = {
    "/usage/input_tokens": "usage",
    "/usage/output_tokens": "usage",
    "/usage/total_tokens": "usage",
    "/usage/input_tokens_details": "response",
    "/usage/input_tokens_details/cached_tokens": "response",
    "/usage/output_tokens_details": "response",
    "/usage/output_tokens_details/reasoning_tokens": "response",
    "/text/format": "response",
    "/text/format/type": "response",
    "/text/verbosity": "response",
    "/reasoning/effort": "response",
    "/reasoning/summary": "response",
    "/output/*/id": "response",
    "/output/*/type": "response",
    "/output/*/role": "response",
    "/output/*/status": "response",
    "/output/*/content": "response",
    "/output/*/summary": "response",
    "/output/*/name": "response",
    "/output/*/arguments": "response",
    "/output/*/call_id": "response",
    "/output/*/content/*/type": "response",
    "/output/*/content/*/text": "response",
    "/output/*/content/*/annotations": "response",
    "/output/*/content/*/logprobs": "response",
    "/output/*/content/*/annotations/*/type": "response",
    "/output/*/content/*/annotations/*/url": "response",
    "/tools/*/type": "response",
    "/tools/*/name": "response",
    "/tools/*/parameters": "response",
    "/tools/*/strict": "response",
}


class Place(NamedTuple):
    """A member: the path to it, its name, the object that it stands in, and its value."""

    path: str
    name: str
    holder: JSON
    value: Any


def places(value: Any, pattern: str, path: str = "") -> Iterator[Place]:
    """The members that a pattern leads to, in no more than three elements of a list."""
    step, _, rest = pattern.removeprefix("/").partition("/")
    if step == "*":
        for index, inner in enumerate(value[:3] if isinstance(value, list) else ()):
            yield from places(inner, rest, f"{path}/{index}")
    elif isinstance(value, dict) and step in value:
        if rest:
            yield from places(value[step], rest, f"{path}/{step}")
        else:
            yield Place(f"{path}/{step}", step, value, value[step])


def _name(pattern: str) -> str:
    return pattern.removeprefix("/").replace("/*/", "_").replace("/", "_")


# Members that some types of items, or clients that are older, do without.
OPTIONAL = ("summary", "phase", "status", "strict", "call_id")
SERVER_SIDE = ("tool_search_call", "tool_search_output", "mcp_call", "shell_call_output", "custom_tool_call")


def _inner(pattern: str, chapter: str) -> None:
    name = _name(pattern)
    noticed_by = (chapter, "response", "echo", "items", "calls", "consistency")

    @of_bodies(*noticed_by, name=f"{name}_dropped")
    def drop(body: JSON, _: JSON) -> Changes:
        for place in places(body, pattern):
            kind = place.holder.get("type")
            if (kind, place.name) in (("reasoning", "content"), ("reasoning", "status")):
                continue
            if not (place.name in OPTIONAL and kind in SERVER_SIDE):
                yield place.path, without(place.path)

    @of_bodies(*noticed_by, name=f"{name}_of_wrong_type")
    def change(body: JSON, _: JSON) -> Changes:
        for place in places(body, pattern):
            for value in wrong_types(place.value) if place.value is not None else ():
                yield f"{place.path} {value!r}"[:60], put(place.path, value)


def _inner_null(pattern: str, chapter: str) -> None:
    @of_bodies(chapter, "response", "echo", "items", "calls", "consistency", name=f"{_name(pattern)}_null")
    def change(body: JSON, _: JSON) -> Changes:
        for place in places(body, pattern):
            kind = place.holder.get("type")
            optional = kind in ("reasoning", "tool_search_call", "tool_search_output") or kind not in KNOWN
            if place.value is not None and not (optional and place.name in ("content", "call_id", "status")):
                yield place.path, put(place.path, None)


KNOWN = ("message", "reasoning", "function_call", "custom_tool_call", None)
CAN_BE_NULL = ("/text/verbosity", "/reasoning/effort", "/reasoning/summary", "/tools/*/parameters")

for _pattern, _chapter in INNER.items():
    _inner(_pattern, _chapter)
    if _pattern not in CAN_BE_NULL:
        _inner_null(_pattern, _chapter)


# --- wrong constants


def _constant(name: str, pattern: str, *values: Any, noticed_by: tuple[str, ...] = ("response.schema",)) -> None:
    @of_bodies(*noticed_by, name=name)
    def generate(body: JSON, _: JSON) -> Changes:
        for place in places(body, pattern):
            for value in values:
                if value != place.value:
                    yield f"{place.path} {value!r}", put(place.path, value)


_constant("object_wrong", "/object", "chat.completion", "Response", "responses", "")
_constant("status_wrong", "/status", "done", "complete", "COMPLETED", "success", "")
_constant("truncation_wrong", "/truncation", "none", "on", "")
_constant("item_status_wrong", "/output/*/status", "done", "finished", "Completed", "")
_constant("id_empty", "/id", "", noticed_by=("response",))
_constant("model_empty", "/model", "", noticed_by=("response", "echo"))
_constant("created_at_in_milliseconds", "/created_at", 1_760_000_000_123, noticed_by=("consistency", "response"))
_constant("created_at_zero_or_less", "/created_at", 0, -5, noticed_by=("consistency", "response"))


@of_bodies("response", "echo")
def _text_format_type_wrong(body: JSON, sent: JSON) -> Changes:
    """New types are no fault, but nobody asked for this one."""
    if sent and not sent.get("prompt"):
        for value in ("plain", "TEXT", ""):
            yield value, put("/text/format/type", value)


@of_bodies("response", "consistency")
def _role_wrong(body: JSON, _: JSON) -> Changes:
    for index, _item in items_of(body, "message"):
        for role in ("user", "system", "tool", ""):
            yield role, put(f"/output/{index}/role", role)


@of_bodies("response", "items", "consistency")
def _item_type_wrong(body: JSON, _: JSON) -> Changes:
    """An item has a type that no item has, or that of another item."""
    for index, item in items_of(body, "message", "function_call", "reasoning"):
        for type_ in ("text", f"{item['type']}s", item["type"].upper(), "tool_call", ""):
            yield f"{index} {type_}", put(f"/output/{index}/type", type_)
        for type_ in ("message", "function_call", "web_search_call"):
            if type_ != item["type"]:
                yield f"{index} {type_}", put(f"/output/{index}/type", type_)


@of_bodies("response", "consistency")
def _part_type_wrong(body: JSON, _: JSON) -> Changes:
    for index, number, _part in parts_of(body):
        for type_ in ("text", "input_text", "refusal", "output_texts", ""):
            yield type_, put(f"/output/{index}/content/{number}/type", type_)


@of_bodies("response", "consistency")
def _annotation_type_wrong(body: JSON, _: JSON) -> Changes:
    for index, number, part in parts_of(body):
        for place, annotation in enumerate(part["annotations"][:2]):
            for type_ in ("citation", "url", "file_path_citation"):
                if type_ != annotation["type"]:
                    yield type_, put(f"/output/{index}/content/{number}/annotations/{place}/type", type_)


@of_bodies("response.schema")
def _item_that_is_no_object(body: JSON, _: JSON) -> Changes:
    for value in ("text", None, 7, []):
        yield repr(value), put("/output", [*body["output"], value])


# --- numbers out of range


@of_bodies("response.ranges")
def _number_out_of_range(body: JSON, _: JSON) -> Changes:
    wrong = {"temperature": (-3, 2.5), "top_p": (-0.1, 7), "top_logprobs": (-1, 21), "max_output_tokens": (0, -1)}
    wrong |= {"presence_penalty": (-3, 3), "frequency_penalty": (-3, 3)}
    for member, values in wrong.items():
        for value in values:
            if member in body:
                yield f"{member} {value}", put(f"/{member}", value)


@of_bodies("response.ranges")
def _nothing_was_read(body: JSON, _: JSON) -> Changes:
    if body["usage"] and not any("caller" in item for _, item in items_of(body)):
        details = {"cached_tokens": 0}
        usage = body["usage"] | {"input_tokens": 0, "input_tokens_details": details}
        yield "", put("/usage", usage | {"total_tokens": usage["output_tokens"]})


# --- the body as a whole


@of_exchanges("response.schema")
def _body_that_is_no_response(exchange: Exchange) -> Copies:
    for label, body in whole_bodies():
        if exchange.status < 400 and not exchange.is_stream:
            yield label, with_body(exchange, body)


@of_bodies("response.schema")
def _body_wrapped(body: JSON, _: JSON) -> Changes:
    yield "response", {"response": body}
    yield "data", {"data": body, "status": "ok"}
    yield "list", [body]


@of_bodies("response.schema")
def _body_of_chat_completions(body: JSON, _: JSON) -> Changes:
    message = {"role": "assistant", "content": "Hello."}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    yield "", {"id": "chatcmpl-1", "object": "chat.completion", "created": body["created_at"], "choices": [choice]}


def whole_bodies() -> Iterator[tuple[str, Any]]:
    """Bodies that are no object of any kind, each with what it is."""
    yield from {"null": None, "list": [], "empty": "", "string": "ok", "object": {}, "number": 7, "true": True}.items()
