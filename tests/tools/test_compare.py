"""The comparison of two sets of exchanges: equal sets say nothing, a planted difference is named from both sides."""

from __future__ import annotations

import dataclasses
import functools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from conformance.captured.exchanges import Captured
from conformance.wire.edit import put, without
from conformance.wire.exchange import Exchange
from conformance.wire.sse import Event
from tests import ROOT
from tests.right import streams
from tests.right.answers import ERROR, answered, exchange
from tests.right.changed import with_body
from tests.tools.compare import ENOUGH, Difference, differences, main, shape_of

TOOL = {"type": "web_search"}
SUMMARY = [{"type": "summary_text", "text": "It was read."}]
Planted = Callable[[Exchange], Exchange]


@functools.cache
def _each() -> tuple[Exchange, ...]:
    return (
        answered(),
        answered(reasoning={"effort": "low"}, include=["reasoning.encrypted_content"]),
        answered(tools=[TOOL], tool_choice="required"),
        answered(max_output_tokens=16),
        exchange({}, {"error": ERROR}, status=400),
        streams.raw(streams.wire(streams.good()["text"].sent)),
        streams.raw(streams.wire(streams.good()["function_call"].sent)),
    )


def usual() -> list[Exchange]:
    """A few of each kind of exchange."""
    return [*_each()] * ENOUGH


def captured(exchanges: list[Exchange]) -> list[Captured]:
    return [Captured(f"exchange {number}", one) for number, one in enumerate(exchanges)]


def found(a: list[Exchange], b: list[Exchange]) -> list[Difference]:
    return [*differences(shape_of(captured(a)), shape_of(captured(b)))]


def in_body(*edits: Callable[[Any], Any]) -> Planted:
    """Plants something in each JSON answer."""

    def plant(one: Exchange) -> Exchange:
        if one.is_stream or one.status >= 400:
            return one
        body = one.json
        for edit in edits:
            body = edit(body)
        return with_body(one, body)

    return plant


def in_events(change: Callable[[list[Any]], list[Any]]) -> Planted:
    """Plants something in each stream."""

    def plant(one: Exchange) -> Exchange:
        if not one.is_stream:
            return one
        events = change([event.json for event in one.events])
        told = tuple(Event(event["type"], json.dumps(event)) for event in events)
        return dataclasses.replace(one, content=None, captured_events=told)

    return plant


def in_errors(**members: Any) -> Planted:
    """Plants something in each error."""

    def plant(one: Exchange) -> Exchange:
        body = {"error": {**ERROR, **members}}
        return dataclasses.replace(one, captured_json=body) if one.status >= 400 else one

    return plant


def items(kind: str, path: str, made: Any) -> Planted:
    """Plants something in all items of a type."""
    return in_body(put("/output/*", lambda item: put(path, made)(item) if item["type"] == kind else item))


def without_event(kind: str) -> Planted:
    return in_events(lambda events: [event for event in events if event["type"] != kind])


def twice(kind: str) -> Planted:
    return in_events(lambda events: [one for event in events for one in [event] * (1 + (event["type"] == kind))])


def swapped(events: list[Any]) -> list[Any]:
    return [events[1], events[0], *events[2:]]


THOUGHT = {"id": f"rs_{0:050}", "type": "reasoning", "summary": []}
PLANTED: dict[str, tuple[Planted, str]] = {
    "a member more": (in_body(put("/surprise", 1)), "response: members: surprise"),
    "a member less": (in_body(without("/usage/input_tokens_details")), "response.usage: members: input_tokens_details"),
    "another type of a value": (in_body(put("/created_at", "now")), "response.created_at: is: string"),
    "another word": (items("message", "/phase", "thinking"), "message.phase: value: thinking"),
    "a longer id": (items("message", "/id", lambda id_: f"{id_}00"), "message.id: length: 56"),
    "another prefix": (items("message", "/id", lambda id_: f"m{id_[3:]}"), "message.id: begins: m"),
    "other letters in ids": (items("message", "/id", lambda id_: f"{id_[:-1]}-"), "message.id: characters: others"),
    "reasoning at no effort": (
        in_body(put("/output", lambda output: output if output[0]["type"] == "reasoning" else [THOUGHT, *output])),
        "reasoning at effort none: an item",
    ),
    "a summary unasked": (
        items("reasoning", "/summary", SUMMARY),
        "reasoning with some tokens, summary not asked for: a summary",
    ),
    "no encrypted content": (
        items("reasoning", "/encrypted_content", None),
        "reasoning with include: encrypted: no content",
    ),
    "tokens at no effort": (
        in_body(put("/usage/output_tokens_details/reasoning_tokens", 7)),
        "reasoning at effort none: tokens: some tokens",
    ),
    "an item of an unknown type": (items("web_search_call", "/type", "guess"), "items: guess"),
    "an event less": (
        without_event("response.output_text.done"),
        "event behind response.output_text.delta in a message: response.content_part.done",
    ),
    "an event twice": (
        twice("response.output_text.done"),
        "number in a message of response.output_text.done: 2",
    ),
    "an event begun twice": (twice("response.created"), "number in a stream of response.created: 2"),
    "events in another order": (in_events(swapped), "event behind begin in a stream: response.in_progress"),
    "a member of an event": (
        in_events(lambda events: [{**event, "extra": 1} for event in events]),
        "event response.output_text.delta: members: extra",
    ),
    "another end": (in_events(lambda events: events[:-1]), "event that is last: response.output_item.done"),
    "another status": (
        lambda one: dataclasses.replace(one, status=422) if one.status == 400 else one,
        "error: status: 422",
    ),
    "another code": (in_errors(code="surprise"), "error at model: code: surprise"),
    "another member of an error": (in_errors(hint=None), "error: members: hint"),
    "another content type": (
        lambda one: dataclasses.replace(one, headers={"content-type": "text/plain"}),
        "content type of JSON: text/plain",
    ),
}


def test_equal_sets_say_nothing() -> None:
    assert found(usual(), usual()) == []
    some = usual()[:-1] + [answered(user=str(number)) for number in range(3)]
    assert found(some, usual()) == []


@pytest.mark.parametrize(("plant", "name"), PLANTED.values(), ids=PLANTED)
def test_a_planted_difference_is_named(plant: Planted, name: str) -> None:
    """What A alone has is told with an example, and so is what B alone has always."""
    planted = [plant(one) for one in usual()]
    here = {one.name: one for one in found(planted, usual())}
    assert name in here
    assert here[name].example.startswith(("exchange", "cassettes"))
    assert found(usual(), planted)


def test_what_merely_comes_less_often_is_no_difference() -> None:
    plant, _ = PLANTED["a member more"]
    mostly = [plant(one) if number % 3 else one for number, one in enumerate(usual())]
    rarely = [one if number % 3 else plant(one) for number, one in enumerate(usual())]
    assert found(mostly, rarely) == found(rarely, mostly) == []


def test_of_a_few_objects_nothing_is_said() -> None:
    few = [answered()] * (ENOUGH - 1)
    assert found(usual()[:1] * ENOUGH, few) == []
    assert found([PLANTED["a member more"][0](one) for one in few], few) == []


def test_what_repeats_the_request_is_no_difference() -> None:
    sent = [answered(temperature=1, max_output_tokens=400, safety_identifier="somebody")] * ENOUGH
    assert found([*usual(), *sent], usual()) == []


def test_an_item_that_is_rare_everywhere_is_not_missed_at_one_effort() -> None:
    search = answered(tools=[TOOL], tool_choice="required")
    many = [answered(reasoning={"effort": "low"})] * 10
    a = [*usual(), answered(tools=[TOOL], tool_choice="required", reasoning={"effort": "low"})]
    assert [one.name for one in found([*a, *many], [search, *many]) if one.place.startswith("items at")] == []
    told = found([*a, *many], [*([search] * 10), *many])
    assert "items at effort low: web_search_call" in [one.name for one in told]


# --- the command


def written(path: Path, exchanges: list[Exchange]) -> Path:
    lines = [
        {
            "id": str(number),
            "request": {"method": "POST", "path": "/v1/responses", "body": one.request.json},
            "response": {"status": one.status, "headers": dict(one.headers), "json": one.json},
            "tags": {"created_at": number},
        }
        for number, one in enumerate(exchanges)
        if not one.is_stream
    ]
    path.write_text("\n".join(map(json.dumps, lines)))
    return path


def test_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A folder is measured by a file; what is explained is no difference, and what explains nothing is told."""
    (tmp_path / "folder").mkdir()
    a = written(tmp_path / "folder" / "a.jsonl", [PLANTED["a member more"][0](one) for one in usual()]).parent
    b, reasons = written(tmp_path / "b.jsonl", usual()), tmp_path / "reasons.toml"
    asked = [str(a), str(b), f"--explained={reasons}"]
    reasons.write_text("")
    assert main(asked) == 1
    told = capsys.readouterr().out
    assert "response: members\n  surprise" in told
    assert "A 20 of 20 " in told
    assert "B 0 of 20 " in told
    reasons.write_text(
        '[[explained]]\nplace = "response: members: sur*"\nreason = "It is meant."\n'
        '[[explained]]\nplace = "message[x]: *"\nreason = "It was meant."\n'
    )
    assert main(asked) == 0
    told = capsys.readouterr().out
    assert "explains nothing any more: message[x]: *" in told
    assert "0 differences, 1 more explained" in told
    assert main([*asked, "--all"]) == 0
    assert "It is meant." in capsys.readouterr().out
    assert main([str(b), str(b), f"--explained={reasons}", "--since=30"]) == 0


@pytest.mark.parametrize("text", ["x", "[[explained]]\nplace = 'a'", "explained = 7"])
def test_what_cannot_be_read(tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str) -> None:
    b, reasons = written(tmp_path / "b.jsonl", usual()), tmp_path / "reasons.toml"
    reasons.write_text(text)
    assert main([str(b), str(b), f"--explained={reasons}"]) == 2
    assert capsys.readouterr().err.startswith(str(reasons))
    assert main([str(b), str(tmp_path / "nowhere")]) == 2


def test_the_explanations_of_the_project_can_be_read(capsys: pytest.CaptureFixture[str]) -> None:
    cassettes = str(ROOT / "cassettes" / "reference" / "supported_models")
    assert main([cassettes, cassettes]) == 0
    assert "0 differences, 0 more explained" in capsys.readouterr().out
