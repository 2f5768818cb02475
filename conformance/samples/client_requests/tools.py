"""Shapes of tools and of the schemas of a request."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from conformance.samples.client_requests.writing import Body, Shape, Written, but, of_body

ANNOTATIONS: Final = {"$schema", "title", "default", "examples", "$comment"}
"""Keywords of a schema that change no validation, as libraries write them."""

BARE: Final[dict[str, Body]] = {
    "web_search": {"search_context_size": "low"},
    "image_generation": {"size": "1024x1024", "quality": "low", "output_format": "png"},
}
"""Hosted tools that can stand with nothing but their type, and what the suite says of them."""

FEW: Final = 2
"""Tools that a request of the suite declares at most."""


def _of_tools(edit: Callable[[Body], Body], *kinds: str) -> Callable[[Written], Written]:
    def edited(body: Body) -> Body:
        tools = body.get("tools")
        if not isinstance(tools, list) or not tools:
            return body
        made = [edit(tool) if not kinds or tool.get("type") in kinds else tool for tool in tools]
        return body if made == tools else {**body, "tools": made}

    return of_body(edited)


def _named_strict(tool: Body) -> Body:
    return tool if "strict" in tool or not tool.get("parameters") else {**tool, "strict": False}


def _strict_told(tool: Body) -> Body:
    return {**tool, "strict": False} if tool.get("strict", ...) is None else tool


def _without_null_members(tool: Body) -> Body:
    return {name: value for name, value in tool.items() if value is not None or name == "strict"}


def _full(tool: Body) -> Body:
    return {**tool, **BARE[tool["type"]]} if tool.keys() == {"type"} and tool["type"] in BARE else tool


def _few(body: Body) -> Body:
    tools = body.get("tools")
    return {**body, "tools": tools[:FEW]} if isinstance(tools, list) and len(tools) > FEW else body


def _of_schemas(edit: Callable[[Any], Any]) -> Callable[[Written], Written]:
    """Edits the schemas of a request: the parameters of functions and the schema of its format."""

    def in_format(body: Body) -> Body:
        text = body.get("text")
        form = text.get("format") if isinstance(text, dict) else None
        if not isinstance(text, dict) or not isinstance(form, dict) or "schema" not in form:
            return body
        made = edit(form["schema"])
        return body if made == form["schema"] else {**body, "text": {**text, "format": {**form, "schema": made}}}

    def in_tool(tool: Body) -> Body:
        return {**tool, "parameters": edit(tool["parameters"])} if isinstance(tool.get("parameters"), dict) else tool

    return lambda request: _of_tools(in_tool, "function")(of_body(in_format)(request))


def _subschemas(schema: Body, edit: Callable[[Any], Any]) -> Body:
    """A schema with the schemas right below it edited."""
    made = dict(schema)
    for keyword in ("properties", "$defs", "definitions"):
        if isinstance(made.get(keyword), dict):
            made[keyword] = {name: edit(one) for name, one in made[keyword].items()}
    for keyword in ("anyOf", "oneOf", "allOf", "prefixItems"):
        if isinstance(made.get(keyword), list):
            made[keyword] = [edit(one) for one in made[keyword]]
    for keyword in ("items", "additionalProperties"):
        if isinstance(made.get(keyword), (dict, bool)) and made[keyword] is not False:
            made[keyword] = edit(made[keyword])
    return made


def _unannotated(schema: Any) -> Any:
    if not isinstance(schema, dict):
        return schema
    return _subschemas({name: value for name, value in schema.items() if name not in ANNOTATIONS}, _unannotated)


def _no_booleans(schema: Any) -> Any:
    if schema is True:
        return {}
    return _subschemas(schema, _no_booleans) if isinstance(schema, dict) else schema


def _in_place(schema: Any) -> Any:
    """A schema with what it refers to in place of the references."""
    named = {} if not isinstance(schema, dict) else schema.get("$defs", {})

    def put(one: Any, depth: int = 0) -> Any:
        if not isinstance(one, dict):
            return one
        name = str(one.get("$ref", "")).removeprefix("#/$defs/")
        if name in named and depth < len(named):
            return put(named[name], depth + 1)
        return _subschemas({key: value for key, value in one.items() if key != "$defs"}, lambda each: put(each, depth))

    return put(schema) if named else schema


def _closed(tool: Body) -> Body:
    parameters = tool.get("parameters")
    if not isinstance(parameters, dict) or "additionalProperties" in parameters or "properties" not in parameters:
        return tool
    return {**tool, "parameters": {**parameters, "additionalProperties": False}}


def _described(tool: Body) -> Body:
    return tool if "description" in tool else {**tool, "description": "A function."}


SHAPES: Final = (
    Shape("empty_tools", but("tools", lambda body: body["tools"] == [])),
    Shape("many_tools", of_body(_few)),
    Shape("bare_tool", _of_tools(_full)),
    Shape("null_tool_members", _of_tools(_without_null_members)),
    Shape("strict_left_out", _of_tools(_named_strict, "function")),
    Shape("strict_null", _of_tools(_strict_told, "function")),
    Shape("no_description", _of_tools(_described, "function")),
    Shape("open_parameters", _of_tools(_closed, "function")),
    Shape("schema_annotations", _of_schemas(_unannotated)),
    Shape("boolean_schemas", _of_schemas(_no_booleans)),
    Shape("schema_references", _of_schemas(_in_place)),
)
