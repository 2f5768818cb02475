"""The schemas know what the types of the `openai` package know, and each difference has its reason.

The package and the schemas are walked together, from the response, the events, the items, the tools and the request
down to every member. A difference is mended, or listed in `package_differences.toml` under a reason. A row that
matches nothing any more fails, too.

The list holds for one version of the package, which it names; under that version every difference counts, and CI meets
it until a newer one comes out. Under any other version of the range in `pyproject.toml` the walk is the same, and what
makes a schema refuse what the package describes still fails: an item, a tool or an event of a type without a schema, a
parameter or a value that is refused, a member that is demanded although it is optional. What cannot fail an exchange
waits until somebody makes the list anew, for unknown members are accepted: a new optional member, a looser kind, a
stale row. So a patch of the package breaks nothing that is right, and a gap that matters is told at once.
"""

import importlib.metadata
import tomllib
import types
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, NotRequired, Required, Union, get_args, get_origin, get_type_hints

import openai.types.responses as package
import pytest
import typing_extensions
from openai.types.responses import response_create_params
from openai.types.shared import ErrorObject
from pydantic import BaseModel

from conformance.wire.schema_files import full, load, target

LIST = tomllib.loads((Path(__file__).parent / "package_differences.toml").read_text(encoding="utf-8"))
INSTALLED = importlib.metadata.version("openai")

ROOTS: list[tuple[str, Any, str]] = [
    ("answer", package.Response, "response"),
    ("answer", package.ResponseStreamEvent, "events"),
    ("answer", package.ResponseOutputItem, "items#/$defs/finished_item"),
    ("answer", package.ResponseItem, "items#/$defs/finished_item"),
    ("begun", package.ResponseOutputItem, "items#/$defs/added_item"),
    ("answer", package.Tool, "tools#/$defs/tool"),
    ("answer", ErrorObject, "errors#/$defs/openai/properties/error"),
    ("request", package.ResponseInputItemParam, "items#/$defs/input_item"),
    ("request", package.ToolParam, "tools#/$defs/request_tool"),
    (
        "request",
        Union[  # noqa: UP007 - classes of TypedDict cannot be joined by a bar
            response_create_params.ResponseCreateParamsNonStreaming,
            response_create_params.ResponseCreateParamsStreaming,
        ],
        "request",
    ),
]
"""What is compared: the side that sends it, the type of the package, the name of the schema.

`begun` is an item that is still being made; nothing is said there about what it has to have.
"""

FINISHED = "items#/$defs/finished_item"
STAND_IN = {"items#/$defs/output_item": FINISHED, "items#/$defs/added_item": FINISHED}
"""Items inside of a response or an event are compared as finished ones; the others are a root of their own."""

SORTS = {
    "tag missing": "the package knows a type that the schema does not: add it to the union in schemas/",
    "tag added": "the schema knows a type that the package does not",
    "member missing": "the package knows a member that the schema does not: add it to the schema as optional",
    "member refused": "the package knows a parameter that the closed schema refuses: add it to schemas/request.json",
    "member added": "the schema knows a member that the package does not",
    "member demanded": "the schema requires what the package calls optional: make it optional in the schema",
    "member spared": "the schema does not require what the package always has",
    "value refused": "the schema refuses a kind or a word that the package allows: allow it in the schema",
    "value added": "the schema allows a kind or a word that the package does not",
    "words closed": "the schema has a list of words where the package takes any: open the schema",
    "words open": "the schema takes any word where the package has a list",
    "null refused": "the schema refuses null for what the package calls optional",
    "null added": "the schema takes null for what the package calls optional, and not nullable",
    "undescribed": "the package describes what is inside, the schema does not: describe it in the schema",
}
REFUSING = {"tag missing", "member refused", "member demanded", "value refused", "words closed"}
"""Differences that would fail an exchange that the package allows: they count under every version of the package."""

SEEN = {
    "items#/$defs/finished_item": (
        "message reasoning function_call web_search_call mcp_list_tools image_generation_call code_interpreter_call "
        "mcp_call compaction tool_search_call file_search_call mcp_approval_request apply_patch_call computer_call "
        "shell_call custom_tool_call local_shell_call"
    ),
    "events": (
        "keepalive response.apply_patch_call_operation_diff.delta response.apply_patch_call_operation_diff.done error "
        "response.shell_call_command.added response.shell_call_command.delta response.shell_call_command.done"
    ),
}
"""Types that recordings of the API hold, whether the package knows them or not."""

# --- both sides ---

ANY = frozenset({"string", "integer", "number", "boolean", "object", "array", "null"})
KINDS = {
    str: frozenset({"string"}),
    bool: frozenset({"boolean"}),
    int: frozenset({"integer"}),
    float: frozenset({"integer", "number"}),
    type(None): frozenset({"null"}),
}


@dataclass(frozen=True)
class Thing:
    """One form of an object: its members, each with its annotation or with the schemas that hold for it together.

    The key tells it from others; the name is what it is called in a difference. What is closed takes no other member.
    """

    key: Any
    name: str
    members: dict[str, tuple[Any, ...]]
    required: frozenset[str]
    closed: bool = False


@dataclass
class Value:
    """What a place can hold: kinds, the words that a string can be (None: any), and what is inside.

    Inside are the forms of objects, the elements of arrays, and the values of objects whose names are free.
    What is free is not described any further, on purpose.
    """

    kinds: frozenset[str] = frozenset()
    words: frozenset[str] | None = frozenset()
    things: list[Thing] = field(default_factory=list)
    inside: list[Any] = field(default_factory=list)
    named: list[Any] = field(default_factory=list)
    free: bool = False

    def add(self, other: "Value") -> None:
        self.kinds |= other.kinds
        self.words = None if self.words is None or other.words is None else self.words | other.words
        self.things += other.things
        self.inside += other.inside
        self.named += other.named
        self.free |= other.free


# --- the package ---


def described(annotation: Any) -> Value:
    """Return what an annotation of the package allows."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin in (Annotated, Required, NotRequired, typing_extensions.Required, typing_extensions.NotRequired):
        return described(arguments[0])
    if origin in (Union, types.UnionType):
        value = Value()
        for each in arguments:
            value.add(described(each))
        return value
    if origin is Literal:
        kinds = frozenset[str]().union(*(KINDS[type(each)] for each in arguments))
        return Value(kinds, frozenset(each for each in arguments if isinstance(each, str)))
    if annotation is object or annotation is Any:
        return Value(ANY, None, free=True)
    if annotation in KINDS:
        return Value(KINDS[annotation], None if annotation is str else frozenset())
    if origin is not None and isinstance(origin, type):
        if issubclass(origin, Mapping):
            return Value(frozenset({"object"}), named=[arguments[1]], free=True)
        if issubclass(origin, Iterable):
            return Value(frozenset({"array"}), inside=[arguments[0]])
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return Value(frozenset({"object"}), things=[model(annotation)])
    if typing_extensions.is_typeddict(annotation):
        return Value(frozenset({"object"}), things=[typed_dict(annotation)])
    raise AssertionError(f"{annotation!r} is a form of annotation that this test cannot read yet")


@cache
def model(cls: type[BaseModel]) -> Thing:
    members = {info.alias or name: (info.annotation,) for name, info in cls.model_fields.items()}
    required = {info.alias or name for name, info in cls.model_fields.items() if info.is_required()}
    return Thing(cls, cls.__name__, members, frozenset(required))


@cache
def typed_dict(cls: Any) -> Thing:
    # The package's own set of required keys is wrong where annotations are kept as strings.
    hints = get_type_hints(cls, include_extras=True)
    required = {
        name
        for name, hint in hints.items()
        if get_origin(hint) in (Required, typing_extensions.Required)
        or (cls.__total__ and get_origin(hint) not in (NotRequired, typing_extensions.NotRequired))
    }
    return Thing(cls, cls.__name__, {name: (hint,) for name, hint in hints.items()}, frozenset(required))


# --- the schemas ---


@dataclass
class Form:
    """One of the forms that a schema allows: the keywords of all its parts together."""

    kinds: frozenset[str] = ANY
    words: frozenset[str] | None = None
    members: dict[str, list[Any]] = field(default_factory=dict)
    required: frozenset[str] = frozenset()
    items: list[Any] = field(default_factory=list)
    named: list[Any] = field(default_factory=list)
    parts: tuple[int, ...] = ()
    closed: bool = False

    def __and__(self, other: "Form") -> "Form":
        words = self.words if other.words is None else other.words if self.words is None else self.words & other.words
        members = {name: [*each] for name, each in self.members.items()}
        for name, each in other.members.items():
            members.setdefault(name, []).extend(each)
        return Form(
            self.kinds & other.kinds,
            words,
            members,
            self.required | other.required,
            self.items + other.items,
            self.named + other.named,
            self.parts + other.parts,
            self.closed or other.closed,
        )


def forms(schema: Any) -> list[Form]:
    """Return the forms that a schema allows. Conditions are not looked at: each branch is possible."""
    if isinstance(schema, bool):
        return [Form()] if schema else []
    kinds, words = ANY, None
    if "type" in schema:
        kinds = frozenset([schema["type"]] if isinstance(schema["type"], str) else schema["type"])
        if "number" in kinds:
            kinds |= {"integer"}
    if "const" in schema or "enum" in schema:
        values = schema.get("enum", [schema.get("const")])
        kinds &= frozenset[str]().union(*(KINDS[type(each)] for each in values))
        words = frozenset(each for each in values if isinstance(each, str))
    if "not" in schema and schema["not"].get("type") == "null":
        kinds -= {"null"}
    found = [
        Form(
            kinds,
            words,
            {name: [each] for name, each in schema.get("properties", {}).items()},
            frozenset(schema.get("required", ())),
            [schema["items"]] if "items" in schema else [],
            [schema["additionalProperties"]] if isinstance(schema.get("additionalProperties"), dict) else [],
            (id(schema),),
            schema.get("additionalProperties") is False,
        )
    ]
    parts = [forms(each) for each in schema.get("allOf", ())]
    if "$ref" in schema:
        parts.append(forms(target(full(STAND_IN.get(schema["$ref"], schema["$ref"])))))
    if "anyOf" in schema and not all(list(each) == ["required"] for each in schema["anyOf"]):
        parts.append([form for each in schema["anyOf"] for form in forms(each)])
    if "if" in schema:
        parts.append([*forms(schema.get("then", True)), *forms(schema.get("else", True))])
    for part in parts:
        found = [one & other for one in found for other in part]
    return [form for form in found if form.kinds]


def ours(places: Iterable[tuple[Any, ...]]) -> Value:
    """Return what any of the places takes; each is the list of the schemas that hold there together."""
    value = Value()
    for schemas in places:
        for form in forms({"allOf": list(schemas)}):
            members = {name: tuple(each) for name, each in form.members.items() if False not in each}
            value.add(
                Value(
                    form.kinds,
                    form.words if "string" in form.kinds else frozenset(),
                    [Thing(form.parts[1:], "", members, form.required, form.closed)] if "object" in form.kinds else [],
                    [tuple(form.items)] if "array" in form.kinds and form.items else [],
                    [tuple(form.named)] if "object" in form.kinds and form.named else [],
                )
            )
    return value


# --- comparing ---


def package_tags(thing: Thing) -> Iterable[str]:
    return described(thing.members["type"][0]).words or () if "type" in thing.members else ()


def our_tags(thing: Thing) -> Iterable[str] | None:
    """Return the types of a form; None for the one that takes all types that are not known."""
    if "type" not in thing.members:
        return ()
    if any("not" in each for each in thing.members["type"]):
        return None
    return ours([thing.members["type"]]).words or ()


def by_tag(things: list[Thing], tags: Callable[[Thing], Iterable[str] | None]) -> dict[str, list[Thing]]:
    """Group things by their types. Under "" are those without one."""
    found: dict[str, dict[Any, Thing]] = {}
    for thing in things:
        words = tags(thing)
        for tag in [] if words is None else [*words] or [""]:
            found.setdefault(tag, {})[thing.key] = thing
    return {tag: list(each.values()) for tag, each in found.items()}


class Comparison:
    """All differences between the package and the schemas, each as side, sort, and place with what is different."""

    def __init__(self, roots: Iterable[tuple[str, Any, Any]]) -> None:
        self.found: dict[tuple[str, str, str], None] = {}
        self.types: set[Any] = set()
        self.members_seen: set[tuple[Any, str]] = set()
        self.done: set[Any] = set()
        for self.root, annotation, schema in roots:
            self.side = "request" if self.root == "request" else "answer"
            name = schema if isinstance(schema, str) else ""
            self.values(name, described(annotation), ours([(target(full(name)) if name else schema,)]))

    def note(self, sort: str, place: str, detail: str = "") -> None:
        self.found[self.side, sort, f"{place} {detail}".rstrip()] = None

    def values(self, place: str, theirs: Value, mine: Value, *, optional: bool = False, tagged: bool = False) -> None:
        if theirs.free and theirs.kinds == ANY:
            return
        for kind in sorted(theirs.kinds - mine.kinds):
            # For what a server sends, the package writes "optional" and "nullable" alike.
            vague = kind == "null" and optional and self.side == "answer"
            self.note("null refused" if vague else "value refused", place, kind)
        for kind in sorted(mine.kinds - theirs.kinds):
            self.note("null added" if kind == "null" and optional else "value added", place, kind)
        if not tagged:
            self.words(place, theirs, mine)
        self.inner(f"{place}.each", theirs.inside if "array" in mine.kinds else [], mine.inside)
        self.inner(f"{place}.any", theirs.named if "object" in mine.kinds else [], mine.named)
        if theirs.things and "object" in mine.kinds:
            self.things(place, theirs.things, mine.things)

    def inner(self, place: str, theirs: list[Any], mine: list[Any]) -> None:
        value = Value()
        for each in theirs:
            value.add(described(each))
        if theirs and mine:
            self.values(place, value, ours(mine))
        elif theirs and not value.free:
            self.note("undescribed", place)

    def words(self, place: str, theirs: Value, mine: Value) -> None:
        if theirs.words is None or mine.words is None:
            if theirs.words is None and mine.words:
                self.note("words closed", place)
            elif mine.words is None and theirs.words:
                self.note("words open", place)
            return
        for word in sorted(theirs.words - mine.words):
            self.note("value refused", place, repr(word))
        for word in sorted(mine.words - theirs.words):
            self.note("value added", place, repr(word))

    def things(self, place: str, theirs: list[Thing], mine: list[Thing]) -> None:
        if not any(each.members.keys() - {"type"} for each in mine):
            if any(each.members.keys() - {"type"} for each in theirs):
                self.note("undescribed", place)
            return
        tagged, known = by_tag(theirs, package_tags), by_tag(mine, our_tags)
        for tag, group in tagged.items():
            if tag in known:
                self.members(group, known[tag], tagged=True)
            elif tag and "" not in known:
                self.note("tag missing", place, tag)
        # A form that does not tell its type stands for all that have no form of their own.
        rest = {each.key: each for tag, group in tagged.items() if not tag or tag not in known for each in group}
        if rest and ("" in known or "" in tagged):
            self.members(list(rest.values()), known.get("") or mine)
        for tag in known if "" not in tagged else ():
            if tag and tag not in tagged:
                self.note("tag added", place, tag)

    def members(self, theirs: list[Thing], mine: list[Thing], *, tagged: bool = False) -> None:
        key = (*(each.key for each in theirs), *(each.key for each in mine), self.root)
        if key in self.done:
            return
        self.done.add(key)
        self.types |= {each.key for each in theirs}
        place = "+".join(sorted({each.name for each in theirs}))
        names = dict.fromkeys(name for each in theirs for name in each.members)
        for name in dict.fromkeys(name for each in mine for name in each.members):
            if name not in names:
                self.note("member added", f"{place}.{name}")
        for name in names:
            where = f"{place}.{name}"
            self.members_seen |= {(each.key, name) for each in theirs if name in each.members}
            described_here = [each.members[name] for each in mine if name in each.members]
            if not described_here:
                self.note("member refused" if all(each.closed for each in mine) else "member missing", where)
                continue
            needed = all(name in each.required for each in theirs)
            demanded = all(name in each.required for each in mine)
            if self.root != "begun" and needed != demanded:
                self.note("member demanded" if demanded else "member spared", where)
            value = Value()
            for each in theirs:
                for annotation in each.members.get(name, ()):
                    value.add(described(annotation))
            choice = tagged and name == "type"
            self.values(where, value, ours(described_here), optional=not needed, tagged=choice)


@cache
def comparison() -> Comparison:
    return Comparison(ROOTS)


def matches(rule: dict[str, Any], pattern: str, difference: tuple[str, str, str]) -> bool:
    side, sort, place = difference
    return rule["sort"] == sort and rule.get("side", side) == side and fnmatchcase(place, pattern)


def unlisted(found: Iterable[tuple[str, str, str]]) -> list[tuple[str, str, str]]:
    rules = LIST["rule"]
    return [
        each for each in found if not any(matches(rule, pattern, each) for rule in rules for pattern in rule["places"])
    ]


def advice() -> str:
    text = "Mend schemas/, or list the difference with its reason in tests/schemas/package_differences.toml."
    if LIST["compared"] == INSTALLED:
        return text
    return f"{text} That list was made for openai {LIST['compared']}: look through it and write {INSTALLED} there."


# --- tests ---


def test_every_difference_is_mended_or_listed() -> None:
    """Schemas and package know the same, but for what the list names."""
    found = [each for each in comparison().found if LIST["compared"] == INSTALLED or each[1] in REFUSING]
    news = [f"{place} ({side}): {SORTS[sort]}" for side, sort, place in sorted(unlisted(found))]
    assert not news, "\n".join([f"openai {INSTALLED} differs from the schemas.", *news, advice()])


def test_no_row_of_the_list_is_stale() -> None:
    """Each row of the list has a reason and still matches a difference."""
    for rule in LIST["rule"]:
        assert set(rule) <= {"sort", "side", "places", "reason"}
        assert rule["sort"] in SORTS
        assert len(rule["reason"].split()) > 3
        for pattern in rule["places"] if LIST["compared"] == INSTALLED else ():
            assert any(matches(rule, pattern, each) for each in comparison().found), (
                f"nothing matches {pattern!r} ({rule['sort']}) any more: take it out of package_differences.toml"
            )


def test_the_walk_reaches_what_it_should() -> None:
    """A walk that stops early finds no difference, so what it reached is counted."""
    done = comparison()
    assert len(done.types) >= 500
    assert len(done.members_seen) >= 1900
    deep = {"ResponseOutputRefusal", "ActionScroll", "LogprobTopLogprob", "InlineSkillSourceParam", "CompoundFilter"}
    assert deep <= {each.__name__ for each in done.types}
    for union in (
        package.ResponseStreamEvent,
        package.ResponseOutputItem,
        package.Tool,
        package.ResponseInputItemParam,
    ):
        missed = {thing.name for thing in described(union).things if thing.key not in done.types}
        assert not missed


@pytest.mark.parametrize("name", SEEN)
def test_what_recordings_hold_is_described(name: str) -> None:
    """Each type that was seen in recordings is known."""
    stem, _, fragment = name.partition("#/$defs/")
    union = load(stem)["$defs"][fragment] if fragment else load(stem)
    assert set(SEEN[name].split()) <= set(union["discriminator"]["mapping"])


class Sample(BaseModel):
    """What the walk is tried on."""

    type: Literal["sample"]
    word: Literal["a", "b"]
    number: float
    names: list[str] | None = None
    counts: dict[str, int] | None = None


def sample(required: Sequence[str] = ("type", "word", "number"), **members: Any) -> dict[str, Any]:
    properties = {
        "type": {"const": "sample"},
        "word": {"enum": ["a", "b"]},
        "number": {"type": "number"},
        "names": {"type": ["array", "null"], "items": {"type": "string"}},
        "counts": {"type": ["object", "null"], "additionalProperties": {"type": "integer"}},
        **members,
    }
    kept = {name: each for name, each in properties.items() if each is not None}
    return {"type": "object", "properties": kept, "required": list(required)}


PLANTED: dict[str, tuple[dict[str, Any], list[tuple[str, str]]]] = {
    "none": (sample(), []),
    "type": (sample(type={"const": "other"}), [("tag added", "other"), ("tag missing", "sample")]),
    "member": (sample(number=None), [("member missing", "Sample.number")]),
    "closed": (
        {**sample(number=None), "additionalProperties": False},
        [("member refused", "Sample.number")],
    ),
    "another member": (sample(more={}), [("member added", "Sample.more")]),
    "demanded": (sample(["type", "word", "number", "names"]), [("member demanded", "Sample.names")]),
    "spared": (sample(["type", "word"]), [("member spared", "Sample.number")]),
    "kind": (sample(number={"type": "integer"}), [("value refused", "Sample.number number")]),
    "another kind": (sample(number={"type": ["number", "boolean"]}), [("value added", "Sample.number boolean")]),
    "word": (sample(word={"const": "a"}), [("value refused", "Sample.word 'b'")]),
    "another word": (sample(word={"enum": ["a", "b", "c"]}), [("value added", "Sample.word 'c'")]),
    "any word": (sample(word={"type": "string"}), [("words open", "Sample.word")]),
    "words of an element": (
        sample(names={"type": ["array", "null"], "items": {"enum": ["a"]}}),
        [("words closed", "Sample.names.each")],
    ),
    "no null": (sample(names={"type": "array", "items": {"type": "string"}}), [("null refused", "Sample.names null")]),
    "elements": (sample(names={"type": ["array", "null"]}), [("undescribed", "Sample.names.each")]),
    "values": (
        sample(counts={"type": ["object", "null"], "additionalProperties": {"type": "string"}}),
        [("value added", "Sample.counts.any string"), ("value refused", "Sample.counts.any integer")],
    ),
    "split": ({"allOf": [sample(number={}), sample()]}, []),
    "branches": ({"if": {}, "then": sample(number={"type": "integer"}), "else": sample()}, []),
}


@pytest.mark.parametrize(("schema", "expected"), PLANTED.values(), ids=PLANTED)
def test_the_walk_notices_each_sort_of_difference(schema: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    """A difference of each sort is found, under its name and at its place."""
    found = Comparison([("answer", Sample, schema)]).found
    assert sorted((sort, place.strip()) for _, sort, place in found) == expected
