"""What defects in JSON answers are made of: answers that hold a response object, errors, and whole exchanges.

A generator takes the body of an answer and what was sent, and yields changes of the body. It changes nothing in place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from conformance.wire.edit import put
from conformance.wire.exchange import Exchange
from tests.defects.lib.registry import Change, Mutant, register
from tests.right.changed import changed, sent_of

JSON = dict[str, Any]
Changes = Iterator[Change]
Generator = Callable[[JSON, JSON], Changes]
Copies = Iterator[tuple[str, Exchange]]


def is_answer(exchange: Exchange) -> bool:
    """True for an answer that holds a response object."""
    return isinstance(exchange.json, dict) and exchange.status < 400 and exchange.json.get("object") == "response"


def is_operation(exchange: Exchange) -> bool:
    """True for the answer of an operation that gives no response object."""
    kinds = ("response.compaction", "list", "response.input_tokens", "response.deleted")
    return isinstance(exchange.json, dict) and exchange.status < 400 and exchange.json.get("object") in kinds


def is_error(exchange: Exchange) -> bool:
    """True for an error that is a JSON object."""
    return isinstance(exchange.json, dict) and exchange.status >= 400


def of_bodies(
    *noticed_by: str, name: str | None = None, when: Callable[[Exchange], bool] = is_answer
) -> Callable[[Generator], Generator]:
    """Registers a generator for the answers that hold a response object, by the name of its function."""

    def registered(function: Generator) -> Generator:
        def make(exchange: Exchange) -> Iterator[Mutant]:
            if when(exchange):
                for label, made, *named in function(exchange.json, sent_of(exchange)):
                    yield Mutant(label, changed(exchange, put("", made)), *(named or [noticed_by]))

        register(name or function.__name__, make)
        return function

    return registered


def of_errors(*noticed_by: str, name: str | None = None) -> Callable[[Generator], Generator]:
    """Registers a generator for the bodies of errors in OpenAI's envelope."""
    return of_bodies(*noticed_by, name=name, when=lambda exchange: is_error(exchange) and "error" in exchange.json)


def of_exchanges(*noticed_by: str) -> Callable[[Callable[[Exchange], Copies]], Callable[[Exchange], Copies]]:
    """Registers a generator that changes the exchange itself: its headers, its status, what was sent."""

    def registered(function: Callable[[Exchange], Copies]) -> Callable[[Exchange], Copies]:
        def make(exchange: Exchange) -> Iterator[Mutant]:
            return (Mutant(label, copy, noticed_by) for label, copy in function(exchange))

        register(function.__name__, make)
        return function

    return registered


def wrong_types(value: Any) -> list[Any]:
    """Values of other types than this one's, null aside."""
    match value:
        case bool():
            return ["true", 7]
        case int() | float():
            return [str(value), [value]]
        case str():
            return [7, {"value": value}]
        case list():
            return ["none", {"items": value}]
        case dict():
            return ["none", [value]]
    return [{"a": [7]}] if value is None else []


def another(value: Any) -> Any:
    """Another value of the same type."""
    match value:
        case bool():
            return not value
        case int() | float():
            return value + 1
        case str():
            return f"{value}x"
        case list():
            return value[:-1] if value else ["x"]
        case dict():
            return {**value, "one_more": "x"}
    return "x"


def items_of(body: JSON, *types: str) -> Iterator[tuple[int, JSON]]:
    """The output items of some types, or of all, each with its index."""
    for index, item in enumerate(body["output"] if isinstance(body["output"], list) else ()):
        if not types or item.get("type") in types:
            yield index, item


def parts_of(body: JSON, type_: str = "output_text") -> Iterator[tuple[int, int, JSON]]:
    """The parts of messages that have a type, each with the index of its item and its own."""
    for index, item in items_of(body, "message"):
        for number, part in enumerate(item["content"]):
            if part["type"] == type_:
                yield index, number, part
