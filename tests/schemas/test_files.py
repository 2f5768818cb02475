"""The files of the schemas: valid, whole, and open where a server speaks."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from conformance.wire import schema_files
from conformance.wire.schema import SchemaError, load, violations
from conformance.wire.schema_files import BASE
from tests.schemas.files import FILES, OURS, parts, registry


def unions() -> Iterator[Any]:
    for stem in OURS:
        found = (part for part in parts(load(stem)) if "discriminator" in part)
        for number, part in enumerate(found):
            yield pytest.param(stem, part, id=f"{stem}-{number}")


def pinned(stem: str, reference: str, property_name: str) -> set[str]:
    """Return the tags that a branch allows, looking through what it refers to."""
    resolved = registry().resolver(f"{BASE}{stem}.json").lookup(reference).contents
    tag = resolved.get("properties", {}).get(property_name, {})
    if "const" in tag:
        return {tag["const"]}
    if "enum" in tag:
        return set(tag["enum"])
    where = reference.partition("#")[0].removesuffix(".json") or stem
    return pinned(where, resolved["$ref"], property_name)


@pytest.mark.parametrize("stem", FILES)
def test_schemas_are_valid(stem: str) -> None:
    """Each file is a schema of draft 2020-12 with its address and a title."""
    document = load(stem)
    Draft202012Validator.check_schema(document)
    assert document["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert document["$id"] == f"{BASE}{stem}.json"
    assert document["title"]


@pytest.mark.parametrize("stem", FILES)
def test_every_reference_resolves(stem: str) -> None:
    """Each reference leads somewhere."""
    resolver = registry().resolver(f"{BASE}{stem}.json")
    for part in parts(load(stem)):
        if isinstance(part.get("$ref"), str):
            resolver.lookup(part["$ref"])


@pytest.mark.parametrize("stem", OURS)
def test_nothing_is_defined_in_vain(stem: str) -> None:
    """A definition that no schema refers to is one that others ask for by name."""
    used = {
        reference.removeprefix(BASE).removeprefix(f"{stem}.json")
        for other in OURS
        for part in parts(load(other))
        for reference in [part.get("$ref")]
        if isinstance(reference, str) and (other == stem or reference.startswith(f"{stem}.json"))
    }
    asked_for = {"items": {"output_item", "added_item", "input_item"}, "response": {"current"}}.get(stem, set())
    unused = {name for name in load(stem).get("$defs", {}) if f"#/$defs/{name}" not in used} - asked_for
    assert not unused


@pytest.mark.parametrize(("stem", "union"), list(unions()))
def test_discriminators_agree_with_their_branches(stem: str, union: dict[str, Any]) -> None:
    """A tag leads to a branch that allows it, and no branch is without a tag."""
    tags = union["discriminator"]
    default = tags.get("defaultMapping")
    assert {each["$ref"] for each in union["anyOf"]} == {*tags["mapping"].values(), *([default] if default else [])}
    for tag, reference in tags["mapping"].items():
        allowed = pinned(stem, reference, tags["propertyName"])
        assert tag in allowed
        assert all(tags["mapping"].get(other) == reference for other in allowed)
    if default:
        branch = registry().resolver(f"{BASE}{stem}.json").lookup(default).contents
        assert branch["required"] == [tags["propertyName"]]
        tag_schema = branch["properties"][tags["propertyName"]]
        assert tag_schema == {"type": "string", "not": {"enum": list(tags["mapping"])}}


def test_what_a_server_sends_is_never_closed() -> None:
    """No schema of what a server sends forbids new members."""
    for stem in ("errors", "events", "items", "response", "tools"):
        assert not [part for part in parts(load(stem)) if part.get("additionalProperties") is False]


@pytest.mark.parametrize(
    "name", ["nowhere", "items#/$defs/nothing", "items#nothing", "items#/$defs/message/required/9"]
)
def test_names_that_lead_nowhere(name: str) -> None:
    """A name of no schema is told."""
    with pytest.raises(SchemaError):
        violations(name, {})


@pytest.mark.parametrize(
    ("stem", "content"),
    [
        ("broken", b"{"),
        ("array", b"[]"),
        ("foreign", b'{"$ref": "https://elsewhere.example/a.json"}'),
        ("binary", b"\xff"),
    ],
)
def test_files_that_cannot_be_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stem: str, content: bytes) -> None:
    """A file that is broken is told by its name."""
    (tmp_path / f"{stem}.json").write_bytes(content)
    monkeypatch.setattr(schema_files, "SCHEMAS", tmp_path)
    with pytest.raises(SchemaError, match=stem):
        violations(stem, {})
