"""The files of the schemas, for the tests of them."""

from collections.abc import Iterator
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from conformance.wire.schema import load
from conformance.wire.schema_files import BASE, SCHEMAS

FILES = sorted(path.stem for path in SCHEMAS.glob("*.json"))
OURS = ["errors", "events", "items", "request", "response", "tools"]


@cache
def registry() -> Registry[Any]:
    """All files by their address."""
    return Registry().with_resources((f"{BASE}{stem}.json", Resource.from_contents(load(stem))) for stem in FILES)


@cache
def plain(name: str) -> Draft202012Validator:
    """Return jsonschema's own validator of the named schema, which knows nothing of discriminators."""
    stem, _, fragment = name.partition("#")
    return Draft202012Validator({"$ref": f"{BASE}{stem}.json#{fragment}"}, registry=registry())


def parts(node: Any) -> Iterator[dict[str, Any]]:
    """Yield every object in a schema."""
    if isinstance(node, dict):
        yield node
        for each in node.values():
            yield from parts(each)
    elif isinstance(node, list):
        for each in node:
            yield from parts(each)
