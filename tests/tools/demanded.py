"""Which members the official SDK demands: `python -m tests.tools.demanded > conformance/checks/lib/demanded.json`.

Printed is a JSON object. Its names are kinds of objects that a server sends, as `conformance.checks.lib.demanded` names
them. Its values are the members that each object of the kind has to have; any other may be absent or null, for all that
the SDK says.
"""

from __future__ import annotations

import json
import types
import typing
from collections.abc import Iterator
from typing import Any

import pydantic
from openai.types.responses import Response, response_stream_event

RESPONSE = "response"
DEEPEST = 3
"""Objects without a type inside each other that are told; deeper ones repeat themselves."""
SENT_BY_CLIENTS = ("instructions", "prompt")
"""Members of a response that hold what a client has sent, in a looser form."""


def demanded() -> dict[str, list[str]]:
    """The members that have to be there and not null, by the kind of object, sorted."""
    by_kind: dict[str, set[str]] = {}
    seen: set[tuple[str, type]] = set()
    left: list[tuple[str, type[pydantic.BaseModel]]] = [(RESPONSE, Response)]
    for event in _models(response_stream_event.ResponseStreamEvent):
        left += [(event.__name__, event)]
    while left:
        holder, model = left.pop()
        if (holder, model) in seen or holder.count("/") > DEEPEST:
            continue
        seen.add((holder, model))
        fields = {field.alias or name: field for name, field in model.model_fields.items()}
        has = {
            name for name, field in fields.items() if field.is_required() and type(None) not in _kinds(field.annotation)
        }
        for kind in _types(model) or [holder]:
            by_kind[kind] = by_kind.get(kind, has) & has
        left += [
            (RESPONSE if name == RESPONSE else f"{kind}/{name}", inner)
            for name, field in fields.items()
            if name not in SENT_BY_CLIENTS
            for inner in _models(field.annotation)
            for kind in _types(model) or [holder]
        ]
    return {kind: sorted(names) for kind, names in sorted(by_kind.items())}


def _kinds(annotation: Any) -> Iterator[Any]:
    """What a union is made of, without what annotates it."""
    origin = typing.get_origin(annotation)
    if origin is typing.Annotated:
        yield from _kinds(typing.get_args(annotation)[0])
    elif origin in (typing.Union, types.UnionType):
        for one in typing.get_args(annotation):
            yield from _kinds(one)
    else:
        yield annotation


def _models(annotation: Any) -> Iterator[type[pydantic.BaseModel]]:
    """The models that a value of a type can be, or hold as a list."""
    for kind in _kinds(annotation):
        if typing.get_origin(kind) is list:
            yield from _models(typing.get_args(kind)[0])
        elif isinstance(kind, type) and issubclass(kind, pydantic.BaseModel):
            yield kind


def _types(model: type[pydantic.BaseModel]) -> list[str]:
    """The values that ``type`` has in the objects of a model."""
    field = model.model_fields.get("type")
    return [name for name in typing.get_args(field.annotation) if isinstance(name, str)] if field else []


if __name__ == "__main__":
    print(json.dumps(demanded(), indent=1))
