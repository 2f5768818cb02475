"""Checks of other operations, of single values and of what is included: what keeps each and what breaks it alone."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from conformance.wire.exchange import Exchange
from tests.checks.rules import MORE, broken_by, judged_by, rows
from tests.defects.answers import put, with_body, with_sent
from tests.right import answers as samples
from tests.right.answers import good, operations

GOOD = good() | operations()
TEXT = ("output", -1, "content", 0)


def changed(name: str, *path: str | int, to: Any) -> Exchange:
    """A sample with one value of its answer changed."""
    return with_body(GOOD[name], put(GOOD[name].json, *path, to=to))


def sent(exchange: Exchange, **members: Any) -> Exchange:
    return with_sent(exchange, {**exchange.request.json, **members})


CREATED = GOOD["text"].json["created_at"]
CODE = changed("code", "output", 0, "outputs", to=[{"type": "logs", "logs": "42"}])
WITH_CODE = ["code_interpreter_call.outputs"]

BREAKS = {
    "consistency.order": changed("thinking", "output", to=GOOD["thinking"].json["output"][::-1]),
    "consistency.text_characters": changed("text", *TEXT, "text", to="Caf\ufffd"),
    "consistency.times": changed("text", "completed_at", to=CREATED + 3601),
    "items.id_shape": changed("text", "output", -1, "id", to="msg_"),
    "obedience.included": CODE,
    "operations.compaction": changed("compaction", "usage", "total_tokens", to=1),
    "operations.input_items": changed("input_items", "last_id", to="msg_1"),
    "operations.input_tokens": changed("input_tokens", "input_tokens", to="7"),
    "operations.deleted": changed("deleted", "deleted", to=False),
    "operations.response_id": changed("retrieved", "id", to="resp_other"),
    "response.ranges": changed("text", "presence_penalty", to=3),
}


def test_every_rule_is_broken_here() -> None:
    assert BREAKS.keys() == MORE | rows("operations")


@pytest.mark.parametrize("requirement", BREAKS)
def test_a_rule_is_broken_alone(requirement: str) -> None:
    assert broken_by(BREAKS[requirement]) == {requirement}


@pytest.mark.parametrize("requirement", BREAKS)
def test_a_rule_is_judged_and_kept_by_some_sample(requirement: str) -> None:
    assert any(requirement in judged_by(sample) for sample in GOOD.values())


@pytest.mark.parametrize("name", operations())
@pytest.mark.parametrize("body", [None, [], "x", {}, {"usage": {}}, {"data": [None]}, {"data": [[]], "first_id": []}])
def test_an_operation_may_answer_anything(name: str, body: Any) -> None:
    assert broken_by(with_body(GOOD[name], body))


def test_an_operation_that_is_refused_is_not_judged() -> None:
    for name in operations():
        refused = dataclasses.replace(GOOD[name], status=404, captured_json={"error": samples.ERROR})
        assert not any(requirement.startswith("operations.") for requirement in judged_by(refused))


def test_what_is_included_is_there_where_it_was_asked_for() -> None:
    assert not broken_by(sent(CODE, include=WITH_CODE))
    left_out = changed("code", "output", 0, "outputs", to=None)
    assert not broken_by(left_out)
    assert broken_by(sent(left_out, include=WITH_CODE)) == {"obedience.included"}
    assert "obedience.included" not in judged_by(dataclasses.replace(CODE, request=GOOD["body_not_kept"].request))


def test_research_takes_longer() -> None:
    late = {**GOOD["text"].json, "completed_at": CREATED + 3601}
    assert "consistency.times" not in broken_by(with_body(GOOD["text"], late | {"background": True}))
    assert "consistency.times" not in broken_by(with_body(GOOD["text"], late | {"model": "o3-deep-research"}))


def test_a_character_that_was_sent_may_come_back() -> None:
    assert not broken_by(sent(BREAKS["consistency.text_characters"], input="Why is there \ufffd in it?"))


def test_without_input_tokens_is_only_what_a_program_called() -> None:
    usage = GOOD["text"].json["usage"] | {
        "input_tokens": 0,
        "total_tokens": GOOD["text"].json["usage"]["output_tokens"],
    }
    empty = changed("text", "usage", to=usage)
    assert broken_by(empty) == {"response.ranges"}
    called = put(empty.json, "output", -1, "caller", to={"type": "program", "caller_id": "call_1"})
    assert "response.ranges" not in broken_by(with_body(empty, called))
