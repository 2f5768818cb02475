"""Defects that only an earlier exchange of the same capture shows, or what the request says of earlier ones."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Iterator
from typing import Any

from conformance.checks import View
from conformance.checks.lib.memory import Memory
from conformance.checks.lib.sent_items import is_self_contained
from conformance.contract import load
from conformance.wire.edit import put
from conformance.wire.exchange import Exchange
from conformance.wire.json_values import at
from conformance.wire.schema import violations
from tests.defects.lib.answers import JSON, is_answer, items_of
from tests.defects.lib.registry import Mutant, register
from tests.right.changed import asking, changed, sent_of, with_body

CONTRACT = load("openai")
MORE: JSON = {"role": "user", "content": "And then?"}
REFUSAL = {"message": "Invalid value.", "type": "invalid_request_error", "param": "input", "code": "invalid_value"}
OUTPUTS = ("function_call", "custom_tool_call")

Later = Iterator[tuple[str, Exchange] | tuple[str, Exchange, Exchange]]
"""What was done, the exchange that it was done to, and one that came even before the right one."""


def after_itself(*noticed_by: str) -> Callable[[Callable[[Exchange], Later]], Callable[[Exchange], Later]]:
    """Registers a generator of what comes after an answer, in the same capture, and has a defect only beside it."""

    def registered(function: Callable[[Exchange], Later]) -> Callable[[Exchange], Later]:
        def make(exchange: Exchange) -> Iterator[Mutant]:
            if is_answer(exchange) and View(exchange, CONTRACT).is_create and sent_of(exchange):
                for label, later, *before in function(exchange):
                    yield Mutant(label, later, noticed_by, (*before, exchange))

        register(function.__name__, make)
        return function

    return registered


def sent_items(exchange: Exchange) -> list[Any]:
    """What was sent, as a list of items."""
    sent = sent_of(exchange).get("input", [])
    return [{"role": "user", "content": sent}] if isinstance(sent, str) else [*sent]


def other(id_: str) -> str:
    """Another id of the same kind and length."""
    return id_[:-2] + ("zz" if not id_.endswith("zz") else "yy")


def renamed(body: JSON, *kept: str) -> JSON:
    """The body of another answer: with other ids, but for some members, and a second later."""
    text = json.dumps(body)
    ids = {("id", body["id"])} | {
        (name, item[name])
        for _, item in items_of(body)
        for name in ("id", "call_id")
        if isinstance(item.get(name), str) and len(item[name]) > 4
    }
    for name, id_ in ids:
        text = text.replace(json.dumps(id_), json.dumps(other(id_))) if name not in kept else text
    return put("/created_at", lambda time: time + 1 if isinstance(time, int) else time)(json.loads(text))


def next_turn(exchange: Exchange, *kept: str) -> Exchange:
    """What comes next in a conversation, with the same words in new items."""
    later = asking(exchange, input=[*sent_items(exchange), MORE])
    body = renamed(exchange.json, *kept)
    moved = put("/completed_at", lambda time: time + 1 if isinstance(time, int) else time)
    return with_body(later, moved(body) if "completed_at" in body else body)


@after_itself("links.response_id")
def _id_of_another_answer(exchange: Exchange) -> Later:
    yield "", changed(next_turn(exchange), put("/id", exchange.json["id"]))


@after_itself("links.cached")
def _answer_from_a_cache(exchange: Exchange) -> Later:
    yield "more was asked", asking(exchange, input=[*sent_items(exchange), MORE])
    yield "something else was asked", asking(exchange, input="And then?")


@after_itself("links.item_ids")
def _item_ids_of_another_answer(exchange: Exchange) -> Later:
    long = [
        item["id"] for _, item in items_of(exchange.json) if isinstance(item.get("id"), str) and len(item["id"]) > 4
    ]
    if long and exchange.json["id"] not in long:
        body = next_turn(exchange).json
        output = [
            {**item, "id": was.get("id")} if "id" in was else item
            for item, was in zip(body["output"], exchange.json["output"], strict=True)
        ]
        yield "", with_body(next_turn(exchange), {**body, "output": output})


@after_itself("links.input_tokens")
def _fewer_tokens_for_more(exchange: Exchange) -> Later:
    memory = Memory()
    memory.add(View(exchange, CONTRACT), "it")
    usage = exchange.json.get("usage")
    if len(memory.inputs) and usage["input_tokens"] > 1:
        for tokens in {1, usage["input_tokens"] - 1}:
            cached = put("/input_tokens_details", lambda details: details and {**details, "cached_tokens": 0})
            fewer = {**usage, "input_tokens": tokens, "total_tokens": tokens + usage["output_tokens"]}
            yield str(tokens), changed(next_turn(exchange), put("/usage", cached(fewer)))


@after_itself("capture.call_ids")
def _call_id_of_an_earlier_turn(exchange: Exchange) -> Later:
    calls = [item for _, item in items_of(exchange.json, *OUTPUTS) if item.get("call_id")]
    if calls and sent_of(exchange).get("conversation") is None:
        outputs = [{"type": f"{one['type']}_output", "call_id": "call_another", "output": "1"} for one in calls]
        later = asking(next_turn(exchange, "call_id"), input=outputs, previous_response_id=exchange.json["id"])
        yield "", changed(later, put("/previous_response_id", exchange.json["id"]))


@after_itself("capture.given_back")
def _own_items_refused(exchange: Exchange) -> Later:
    body = exchange.json
    if body.get("status") != "completed":
        return
    output = [item for _, item in items_of(body, "message", "reasoning", *OUTPUTS)]
    if len(output) < len(body["output"]) or at(output[-1:], 0, "type") == "reasoning":
        return
    outputs = [
        {"type": f"{one['type']}_output", "call_id": one["call_id"], "output": "1"}
        for one in output
        if "call_id" in one
    ]
    sent = [*sent_items(exchange), *output, *(outputs or [MORE])]
    later = asking(exchange, input=sent)
    if any(violations("request", later.request.json)) or any(f'"{kind}"' in json.dumps(sent) for kind in ADDED):
        return
    place = len(sent_items(exchange))
    for label, message, param in (
        ("invalid", "Invalid value.", "input"),
        ("id", f"Invalid 'input[{place}].id': '{output[0].get('id')}'.", f"input[{place}].id"),
        ("unknown member", f"Unknown parameter: 'input[{place}].status'.", f"input[{place}].status"),
    ):
        error = {**REFUSAL, "message": message, "param": param}
        yield label, dataclasses.replace(with_body(later, {"error": error}), status=400)


ADDED = ("input_file", "input_image", "input_audio", "item_reference")


@after_itself("capture.settings")
def _settings_of_another_request(exchange: Exchange) -> Later:
    """What the request before this one set comes back instead of what this one did."""
    if not is_self_contained(View(exchange, CONTRACT)):
        return
    for name, one, another in (
        ("metadata", {"run": "one"}, {"run": "two"}),
        ("instructions", "Be brief.", "Be kind."),
    ):
        if sent_of(exchange).get(name) is None and exchange.json.get(name) in (None, {}):
            before = asking(changed(exchange, put(f"/{name}", one)), **{name: one})
            before = changed(before, put("/id", "resp_before"), put("/output", []))
            wrong = changed(next_turn(exchange), put(f"/{name}", one))
            yield name, asking(wrong, **{name: another}), before
            yield f"{name}, where none was set", wrong, before
