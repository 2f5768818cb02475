"""What is too deep, and too long a number, is decided by the suite and not by Python and its settings."""

from __future__ import annotations

import dataclasses
import io
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from conformance.captured.exchanges import CaptureError, read_captures
from conformance.captured.reading import _cassette
from conformance.checks import judge
from conformance.checks.lib.client_schemas import MAX_LEVELS as SCHEMA_LEVELS
from conformance.checks.lib.client_schemas import _validator, problems
from conformance.contract import load
from conformance.recording import CassetteError, read_cassette
from conformance.recording.body import MAX_LEVELS, to_bytes, to_stored
from conformance.recording.cassette import read_provenance
from conformance.reference.body import MAX_DEPTH as REFERENCE_LEVELS
from conformance.reference.body import read_object
from conformance.reference.generate import NoInstance, instance
from conformance.reference.pattern import MAX_GROUPS, Unsupported, matching
from conformance.reference.refusal import Refusal
from conformance.reference.strict import check_schema
from conformance.wire.json_values import MAX_DEPTH, MAX_NUMBER, Unreadable, nests_deeper, parse_json, read_json
from conformance.wire.schema import unknown_members, violations
from conformance.wire.sse import Event
from tests.right import tool_answers as samples
from tests.right.exchanges import RECORDED, body, exchange, response

CONTRACT = load("openai")


def lists(levels: int) -> str:
    """The text of lists in one another."""
    return "[" * levels + "]" * levels


def digits(count: int) -> str:
    """The text of an integer."""
    return "9" * count


@pytest.fixture(
    params=[(1000, 4300), (1000, 0), (1000, 640), (50_000, 0)],
    ids=["as Python starts", "no limit of digits", "fewest digits", "no limits"],
    autouse=True,
)
def _limits(request: pytest.FixtureRequest) -> Iterator[None]:
    """Runs each test under several limits of the interpreter: depth of calls, digits of an integer (0: any number)."""
    before = sys.getrecursionlimit(), sys.get_int_max_str_digits()
    _validator.cache_clear()
    sys.setrecursionlimit(request.param[0])
    sys.set_int_max_str_digits(request.param[1])
    yield
    sys.setrecursionlimit(before[0])
    sys.set_int_max_str_digits(before[1])


BAD = {
    "a level too many": (lists(MAX_DEPTH + 1), "nested deeper than 128 levels"),
    "thousands of levels": (lists(5_000), "nested deeper than 128 levels"),
    "objects": ('{"a":' * 5_000 + "1" + "}" * 5_000, "nested deeper than 128 levels"),
    "a million open lists": ("[" * 1_000_000, "nested deeper than 128 levels"),
    "after a string": ('["\\\\", "\\"",' + lists(MAX_DEPTH) + "]", "nested deeper than 128 levels"),
    "a digit too many": (digits(MAX_NUMBER + 1), "a number of more than 640 characters"),
    "thousands of digits": (digits(10_000), "a number of more than 640 characters"),
    "a long fraction": (f"0.{digits(MAX_NUMBER)}", "a number of more than 640 characters"),
    "a long exponent": (f"1e{digits(MAX_NUMBER)}", "a number of more than 640 characters"),
    "in an object": (f'{{"a": [-{digits(MAX_NUMBER)}]}}', "a number of more than 640 characters"),
}
GOOD = {
    "the last level": lists(MAX_DEPTH),
    "many lists beside one another": "[" + ",".join(["[[]]"] * 1000) + "]",
    "brackets in a string": json.dumps(["[" * 10_000, '\\"[{' * 1000]),
    "the last digit": digits(MAX_NUMBER),
    "the last digit of a fraction": f"0.{digits(MAX_NUMBER - 2)}",
    "digits in a string": json.dumps({digits(10_000): digits(10_000)}),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_beyond_a_bound_is_not_read(name: str) -> None:
    """A text that is too deep, or holds too long a number, is unreadable in the words of the suite."""
    content, why = BAD[name]
    value = read_json(content)
    assert isinstance(value, Unreadable)
    assert why in value.why


@pytest.mark.parametrize("name", GOOD)
def test_what_is_within_the_bounds_is_read(name: str) -> None:
    """A text just within the bounds is read, shown, stored and written; what strings hold does not count."""
    value = read_json(GOOD[name])
    assert not isinstance(value, Unreadable)
    assert json.loads(json.dumps(value, indent=1)) == value
    assert to_bytes(to_stored(GOOD[name].encode())) == GOOD[name].encode()


def test_a_value_is_as_deep_as_its_text() -> None:
    """The depth of a value and that of its text are counted alike."""
    for levels in (1, 5, MAX_DEPTH):
        value = parse_json(lists(levels), levels=levels)
        assert nests_deeper(value, levels - 1)
        assert not nests_deeper(value, levels)
        with pytest.raises(ValueError, match="nested deeper"):
            parse_json(lists(levels), levels=levels - 1)


def findings(**replaced: Any) -> set[str]:
    """The requirements that an exchange breaks."""
    found = judge(exchange(**replaced), CONTRACT)
    return {result.requirement for result in found if result.finding is not None}


def test_requests_and_answers() -> None:
    """A request that is too deep says nothing, an answer that is too deep or holds too long a number is no JSON."""
    for text in (lists(5_000), digits(5_000)):
        assert findings(content=f'{{"object": "response", "x": {text}}}'.encode()) == {"response.schema"}
        made = exchange()
        unread = dataclasses.replace(
            made, request=dataclasses.replace(made.request, content=f'{{"x": {text}}}'.encode())
        )
        assert isinstance(unread.request.json, Unreadable)
        judge(unread, CONTRACT)
    sent = body(metadata=json.loads(lists(MAX_DEPTH - 4)))
    answer = response(metadata=sent["metadata"], tools=[{"type": "function", "parameters": {"x": sent["metadata"]}}])
    judge(exchange(answer, sent=sent), CONTRACT)


@pytest.mark.parametrize("text", [lists(5_000), digits(5_000)])
def test_data_of_events(text: str) -> None:
    """The data of an event is no JSON where it is too deep or holds too long a number."""
    assert isinstance(Event(None, f'{{"type": {text}}}').json, Unreadable)


@pytest.mark.parametrize("text", [lists(5_000), digits(5_000)])
def test_arguments_of_calls(text: str) -> None:
    """Arguments that are too deep, or hold too long a number, are not the text of a JSON object."""
    made = samples.with_items([samples.MCP], samples.MCP_LIST, samples.mcp_call(arguments=f'{{"sides": {text}}}'))
    broken = {result.requirement for result in judge(made, CONTRACT) if result.finding is not None}
    assert "calls.arguments_json" in broken


@pytest.mark.parametrize("text", [lists(MAX_LEVELS + 1), lists(5_000), digits(641), digits(5_000)])
def test_bodies_that_are_kept_as_text(text: str) -> None:
    """A body, or the data of an event, that is too deep or holds too long a number is stored as text."""
    assert to_stored(text.encode()) == {"text": text}
    stream = f'data: {text}\n\ndata: {{"a":1}}\n\n'
    stored = to_stored(stream.encode())
    assert stored["events"][0] == {"text": text}
    assert to_bytes(stored) == stream.encode()


def cassette(text: str, *, of: str) -> str:
    """The text of a cassette with a JSON body of some text."""
    exchange_ = json.loads(json.dumps(RECORDED))
    exchange_[of]["body"] = {"json": "BODY", "style": "compact"}
    provenance = {"target": "reference endpoint/0", "recorded": "2026-01-01", "contract": "1"}
    table = {"format": 2, "provenance": provenance, "exchanges": [exchange_]}
    return json.dumps(table).replace('"BODY"', text)


@pytest.mark.parametrize("of", ["request", "response"])
def test_cassettes(tmp_path: Path, of: str) -> None:
    """A replay and the judge read a cassette with the deepest body that is stored as JSON, and refuse the same ones."""
    file = tmp_path / "it.json"
    file.write_text(cassette(lists(MAX_LEVELS), of=of))
    assert len(read_cassette(file).exchanges) == 1
    assert read_provenance(file) is not None
    assert len(list(_cassette(file.read_bytes(), "it"))) == 1
    for text in (lists(MAX_DEPTH), lists(5_000), digits(641), digits(5_000)):
        file.write_text(cassette(text, of=of))
        assert read_provenance(file) is None
        with pytest.raises(CassetteError, match=r"nested deeper|a number of more than"):
            read_cassette(file)
        with pytest.raises(CaptureError, match=r"nested deeper|a number of more than"):
            list(_cassette(file.read_bytes(), "it"))


@pytest.mark.parametrize("text", [lists(5_000), digits(5_000)])
def test_captured_exchanges(text: str) -> None:
    """A captured line that is too deep or holds too long a number is refused."""
    line = {"id": "x", "request": {"method": "POST", "path": "/"}, "response": {"status": 200, "json": "BODY"}}
    content = json.dumps(line).replace('"BODY"', text).encode()
    with pytest.raises(CaptureError, match=r"nested deeper|a number of more than"):
        list(read_captures(io.BytesIO(content)))


def nested(levels: int, name: str, inner: Any) -> Any:
    """A value in members of a name, in one another."""
    for _ in range(levels):
        inner = {name: inner}
    return inner


def test_schemas_of_clients() -> None:
    """A schema of a client is applied up to a depth, and one that leads in circles up to a number of turns."""
    value = json.loads(lists(100))
    assert problems(nested(SCHEMA_LEVELS - 1, "items", {"type": "integer"}), value)
    assert problems(nested(SCHEMA_LEVELS, "items", {"type": "integer"}), value) is None
    for dialect in ({}, {"$schema": "http://json-schema.org/draft-07/schema#"}):
        assert problems({"items": {"$ref": "#"}, "maxItems": 0, **dialect}, json.loads(lists(30)))
        assert problems({"items": {"$ref": "#"}, "type": "array", **dialect}, json.loads(lists(60))) is None
        assert problems({"$ref": "#", **dialect}, value) is None
    assert problems({"properties": {"a": {"$schema": "http://json-schema.org/draft-07/schema#"}}}, {}) is None
    assert problems({"properties": {"$schema": {"type": "string"}}}, {"$schema": 1})
    groups = 20 * "(" + "a" + 20 * ")"
    assert problems({"pattern": groups}, "b")
    assert problems({"pattern": f"({groups})"}, "b") == []


def test_own_schemas_that_refer_to_themselves() -> None:
    """A value that leads through a schema of the suite too often is told as nested too deeply."""
    filters: Any = {"type": "eq", "key": "a", "value": 1}
    told = []
    for _ in range(60):
        filters = {"type": "and", "filters": [filters]}
        tool = {"type": "file_search", "vector_store_ids": [], "filters": filters}
        assert list(unknown_members("tools#/$defs/tool", tool)) == []
        told.append([violation.expected for violation in violations("tools#/$defs/tool", tool)])
    first = told.index(["a value that is nested less deeply"])
    assert first == 30
    assert told == [[]] * first + [["a value that is nested less deeply"]] * (len(told) - first)


def test_the_reference_endpoint() -> None:
    """The reference endpoint refuses the same bodies, schemas and expressions whatever the limits are."""
    read_object("application/json", f'{{"a": {lists(REFERENCE_LEVELS - 1)}}}'.encode())
    for text, why in ((lists(REFERENCE_LEVELS), "deeper than 100 levels"), (digits(641), "more than 640 characters")):
        with pytest.raises(Refusal, match=why):
            read_object("application/json", f'{{"a": {text}}}'.encode())
    for strict in (True, False):
        with pytest.raises(Refusal, match="nested deeper than 48 levels"):
            check_schema("x", nested(48, "items", {}), "invalid", strict=strict)
    check_schema("x", {"type": "object", "not": nested(46, "items", {})}, "invalid", strict=False)
    with pytest.raises(NoInstance):
        instance({"$ref": "#"})
    assert matching("(" * MAX_GROUPS + "a" + ")" * MAX_GROUPS) == "a"
    with pytest.raises(Unsupported):
        matching("(" * (MAX_GROUPS + 1) + "a" + ")" * (MAX_GROUPS + 1))
