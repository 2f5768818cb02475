"""The files of ``schemas/``: loaded by their stems, their references linked, found by name."""

import json
from functools import cache
from typing import Any
from urllib.parse import unquote

from conformance import layout

SCHEMAS = layout.data("schemas")
BASE = "https://responses-conformance.example/schemas/"


class SchemaError(Exception):
    """A schema file is missing or unreadable, or a name or a reference leads nowhere."""


@cache
def load(stem: str) -> dict[str, Any]:
    """Return the schema file ``stem`` as it is written. Raise SchemaError if it cannot be read."""
    path = SCHEMAS / f"{stem}.json"
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SchemaError(f"schema {stem!r} cannot be read from {path}: {error}") from error
    if not isinstance(document, dict):
        raise SchemaError(f"schema {stem!r} in {path} is no object")
    return document


@cache
def _linked(stem: str) -> dict[str, Any]:
    """Return the schema file with its references in the form of names, so that following one takes a single look-up."""
    document = _link(load(stem), stem)
    assert isinstance(document, dict)
    return document


def _link(node: Any, stem: str) -> Any:
    if isinstance(node, list):
        return [_link(each, stem) for each in node]
    if not isinstance(node, dict):
        return node
    linked = {key: _link(value, stem) for key, value in node.items()}
    if isinstance(node.get("$ref"), str):
        linked["$ref"] = _name(node["$ref"], stem)
    tags = node.get("discriminator")
    if isinstance(tags, dict) and isinstance(tags.get("mapping"), dict):
        linked["discriminator"]["mapping"] = {tag: _name(target, stem) for tag, target in tags["mapping"].items()}
        if "defaultMapping" in tags:
            linked["discriminator"]["defaultMapping"] = _name(tags["defaultMapping"], stem)
    return linked


def _name(reference: str, stem: str) -> str:
    """Turn ``#/a``, ``items.json#/a`` or the absolute form of it into a name."""
    path, _, fragment = reference.removeprefix(BASE).partition("#")
    if path and ("/" in path or not path.endswith(".json")):
        raise SchemaError(f"schema {stem!r} refers to {reference!r}, which is no file of {SCHEMAS}")
    return f"{path.removesuffix('.json') or stem}#{fragment}"


@cache
def target(name: str) -> Any:
    """Return the schema that a name leads to."""
    stem, _, fragment = name.partition("#")
    node: Any = _linked(stem)
    for step in fragment.split("/")[1:]:
        key = unquote(step).replace("~1", "/").replace("~0", "~")
        if isinstance(node, list) and key.isdecimal() and int(key) < len(node):
            node = node[int(key)]
        elif isinstance(node, dict) and key in node:
            node = node[key]
        else:
            raise SchemaError(f"schema {name!r} does not exist: {stem}.json has no {step!r} there")
    if fragment and not fragment.startswith("/"):
        raise SchemaError(f"schema {name!r} is no file with a JSON pointer")
    return node


def full(name: str) -> str:
    return name if "#" in name else f"{name}#"
