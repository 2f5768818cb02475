"""The checks of an answer against earlier ones, and what is remembered of these."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from conformance.checks import LINKS, Memory, View, judge_links
from conformance.checks.lib.links import link_rule
from conformance.checks.lib.memory import Store
from conformance.wire.exchange import Exchange
from tests.checks.rules import MODEL
from tests.right.exchanges import DATABRICKS, body, exchange, items, response

MORE = {"role": "user", "content": "And then?"}
FIRST = {"role": "user", "content": "Hello"}


def turn(number: int, *, sent: dict[str, Any] | None = None, **members: Any) -> Exchange:
    """A right exchange of a conversation, with ids of its own."""
    output = [{**item, "id": f"{item['id'][:-2]}{number:02}"} for item in items()]
    answer = {"id": f"resp_{number:048}", "output": output, "created_at": response()["created_at"] + number}
    return exchange(response(**{**answer, **members}), sent=sent or body(input=[FIRST, *[MORE] * number]))


def found(*exchanges: Exchange, redacted: bool = False, memory: Memory | None = None) -> dict[str, str]:
    """What is found on the last of some exchanges, by requirement; of those before it nothing may be."""
    memory, contract = memory or Memory(), replace(DATABRICKS, redacted=redacted)
    results = []
    for number, one in enumerate(exchanges, 1):
        assert not any(result.finding for result in results)
        results = judge_links(one, contract, memory, name=f"request {number}", model=MODEL)
    return {result.requirement: result.finding.text for result in results if result.finding}


def test_right_turns() -> None:
    """A conversation with ids of its own breaks nothing, and every rule judges it."""
    memory, judged = Memory(), set()
    for number in range(3):
        results = judge_links(turn(number), DATABRICKS, memory, name=str(number), model=MODEL)
        assert not any(result.finding for result in results)
        judged |= {result.requirement for result in results}
    assert judged == LINKS.keys()


def test_the_first_exchange_is_held_against_nothing() -> None:
    """Nothing is judged where there is nothing to hold an answer against."""
    assert judge_links(turn(0), DATABRICKS, Memory(), name="one", model=MODEL) == []


FEWER = {**response()["usage"], "input_tokens": 1, "total_tokens": 1 + response()["usage"]["output_tokens"]}
BROKEN: dict[str, tuple[list[Exchange], str, str]] = {
    "the id of another answer": (
        [turn(0), turn(1), turn(2, id=turn(0).json["id"])],
        "links.response_id",
        "the id of the answer in request 1",
    ),
    "a cached answer": (
        [turn(0), turn(1, **{name: turn(0).json[name] for name in ("id", "created_at", "output")})],
        "links.cached",
        "that of request 1, with its id, its created_at and its output",
    ),
    "the ids of other items": (
        [turn(0), turn(1, output=turn(0).json["output"])],
        "links.item_ids",
        "the id of a reasoning in request 1; 1 more ids are not new",
    ),
    "fewer tokens for more": (
        [turn(0), turn(1, usage=FEWER)],
        "links.input_tokens",
        "as the input of request 1 is the beginning of this one, received 1",
    ),
}


@pytest.mark.parametrize(("exchanges", "requirement", "told"), BROKEN.values(), ids=BROKEN)
def test_broken(exchanges: list[Exchange], requirement: str, told: str) -> None:
    """What an earlier exchange shows to be wrong is one finding, which names that exchange."""
    texts = found(*exchanges)
    assert texts.keys() == {requirement}
    assert told in texts[requirement]


def test_a_redacted_capture_says_nothing_of_ids() -> None:
    """Where ids were replaced they are compared with nothing, and counts still are."""
    for exchanges, requirement, _ in BROKEN.values():
        by_ids = requirement != "links.input_tokens"
        assert (found(*exchanges, redacted=True) == {}) is by_ids
    hidden = [turn(number, id="resp_REDACTED_1", output=items(id="msg_REDACTED_1")[1:]) for number in (0, 1)]
    assert found(*hidden) == {}


def test_the_same_twice_is_no_finding() -> None:
    """A row of a log that comes twice, and a request that is sent again, streamed or not, are no links."""
    streamed = turn(0, sent=body(input=[FIRST], stream=True))
    assert found(turn(0, sent=body(input=[FIRST])), turn(0, sent=body(input=[FIRST])), streamed) == {}


TOOL = {"type": "web_search"}
UNCOMPARED: dict[str, tuple[Exchange, Exchange]] = {
    "other instructions": (turn(0), turn(1, usage=FEWER, sent=body(input=[FIRST, MORE], instructions="Be brief."))),
    "another beginning": (turn(0), turn(1, usage=FEWER, sent=body(input=[MORE, FIRST, MORE]))),
    "the same input": (turn(0), turn(1, usage=FEWER, sent=body(input=[FIRST]))),
    "state elsewhere": (turn(0), turn(1, usage=FEWER, sent=body(input=[FIRST, MORE], previous_response_id="resp_1"))),
    "a tool that reads again": (
        turn(0, sent=body(input=[FIRST], tools=[TOOL])),
        turn(1, usage=FEWER, sent=body(input=[FIRST, MORE], tools=[TOOL])),
    ),
    "reasoning that is over": (
        turn(0, sent=body(input=[FIRST, items()[0]])),
        turn(1, usage=FEWER, sent=body(input=[FIRST, items()[0], MORE])),
    ),
    "tools that come late": (
        turn(0),
        turn(1, usage=FEWER, sent=body(input=[FIRST, {"type": "additional_tools", "tools": []}, MORE])),
    ),
    "what is cut off": (
        turn(0, sent=body(input=[FIRST], truncation="auto")),
        turn(1, usage=FEWER, sent=body(input=[FIRST, MORE], truncation="auto")),
    ),
}


@pytest.mark.parametrize("turns", UNCOMPARED.values(), ids=UNCOMPARED)
def test_counts_that_say_nothing(turns: tuple[Exchange, Exchange]) -> None:
    """Counts are compared only where all of an earlier input is read again."""
    assert found(*turns) == {}


def test_a_text_is_a_message_of_the_user() -> None:
    """An input that was a text is the beginning of one that holds it as a message."""
    assert "links.input_tokens" in found(turn(0, sent=body(input="Hello")), turn(1, usage=FEWER))


def test_memory_is_bounded() -> None:
    """Beyond its limit a memory forgets what it learnt first, and keeps the rest."""
    memory = Memory(limit=3)
    for number in range(10):
        memory.add(View(turn(number), DATABRICKS), str(number))
    stores = (memory.answers, memory.items, memory.calls, memory.inputs, memory.settings)
    assert max(map(len, stores)) == 3
    assert memory.answers.get(turn(0).json["id"]) is None
    assert memory.answers.get(turn(9).json["id"]) is not None
    store: Store[int] = Store(2)
    for number in range(4):
        store.keep(str(number), number)
    assert [*store.latest(9)] == [3, 2]


def test_nothing_makes_it_raise() -> None:
    """Whatever an exchange holds, it is judged and remembered."""
    odd: list[Any] = [None, 7, "x", [], {}, {"id": 7, "output": [{"id": [], "call_id": {}}], "usage": 1}]
    memory = Memory()
    for sent in odd:
        for answer in odd:
            made = exchange(
                content=json.dumps(answer).encode(), sent={"input": sent, "tools": sent, "conversation": sent}
            )
            judge_links(made, DATABRICKS, memory, name="it")


def test_a_requirement_has_one_check() -> None:
    """A second check of a requirement is refused."""
    register = link_rule("links.cached", when=lambda *_: True)
    with pytest.raises(ValueError, match="has two checks"):
        register(lambda *_: iter(()))
