"""Defects, one at a time, in JSON answers that are right: how they are made and when one counts as noticed.

A generator takes the body of an answer and what was sent, and yields copies of the body with one defect each, with the
requirements of which at least one has to notice (a chapter alone stands for all of its requirements).
"""

from __future__ import annotations

import copy
import dataclasses
import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from conformance.checks import judge
from conformance.contract import Contract
from conformance.wire.exchange import Exchange
from tests.defects.mutation import JSON, Kind, Mutant

KINDS: dict[str, Kind] = {}
"""Every kind of defect in a JSON answer, by its name."""

Change = tuple[str, Any] | tuple[str, Any, tuple[str, ...]]
Generator = Callable[[JSON, JSON], Iterator[Change]]
Found = set[tuple[str, str]]


def _register(name: str, function: Callable[[Exchange], Iterator[Mutant]]) -> None:
    if name in KINDS:
        raise ValueError(f"{name} is the name of two kinds")
    KINDS[name] = Kind(name, function)


def with_body(exchange: Exchange, body: Any) -> Exchange:
    """The exchange with another body of the answer."""
    return dataclasses.replace(exchange, content=None, captured_json=body)


def with_sent(exchange: Exchange, sent: Any) -> Exchange:
    """The exchange with another body of the request."""
    return dataclasses.replace(
        exchange, request=dataclasses.replace(exchange.request, content=json.dumps(sent).encode())
    )


def sent_of(exchange: Exchange) -> JSON:
    return exchange.request.json if isinstance(exchange.request.json, dict) else {}


def is_answer(exchange: Exchange) -> bool:
    return isinstance(exchange.json, dict) and exchange.status < 400 and exchange.json.get("object") == "response"


def is_operation(exchange: Exchange) -> bool:
    """True for the answer of an operation that gives no response object."""
    kinds = ("response.compaction", "list", "response.input_tokens", "response.deleted")
    return isinstance(exchange.json, dict) and exchange.status < 400 and exchange.json.get("object") in kinds


def is_error(exchange: Exchange) -> bool:
    return isinstance(exchange.json, dict) and exchange.status >= 400


def of_bodies(
    *noticed_by: str, name: str | None = None, when: Callable[[Exchange], bool] = is_answer
) -> Callable[[Generator], Generator]:
    """Registers a generator for the answers that hold a response object, by the name of its function."""

    def register(function: Generator) -> Generator:
        def make(exchange: Exchange) -> Iterator[Mutant]:
            if not when(exchange):
                return
            for label, body, *named in function(copy.deepcopy(exchange.json), sent_of(exchange)):
                yield Mutant(label, with_body(exchange, body), *(named or [noticed_by]))

        _register(name or function.__name__.removeprefix("_"), make)
        return function

    return register


def of_errors(*noticed_by: str, name: str | None = None) -> Callable[[Generator], Generator]:
    """Registers a generator for the bodies of errors."""
    return of_bodies(*noticed_by, name=name, when=is_error)


def of_exchanges(
    *noticed_by: str,
) -> Callable[[Callable[[Exchange], Iterator[tuple[str, Exchange]]]], Callable[..., Any]]:
    """Registers a generator that changes the exchange itself: its headers, its status, what was sent."""

    def register(function: Callable[[Exchange], Iterator[tuple[str, Exchange]]]) -> Callable[..., Any]:
        def make(exchange: Exchange) -> Iterator[Mutant]:
            for label, mutant in function(exchange):
                yield Mutant(label, mutant, noticed_by)

        _register(function.__name__.removeprefix("_"), make)
        return function

    return register


# --- copies with one change


def put(body: Any, *path: str | int, to: Any) -> Any:
    """A copy with one value changed."""
    changed = value = copy.deepcopy(body)
    for step in path[:-1]:
        value = value[step]
    value[path[-1]] = to
    return changed


def without(body: Any, *path: str | int) -> Any:
    """A copy that lacks one member."""
    changed = value = copy.deepcopy(body)
    for step in path[:-1]:
        value = value[step]
    del value[path[-1]]
    return changed


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
    for index, item in enumerate(body["output"] if isinstance(body["output"], list) else ()):
        if not types or item.get("type") in types:
            yield index, item


def parts_of(body: JSON, type_: str = "output_text") -> Iterator[tuple[int, int, JSON]]:
    for index, item in items_of(body, "message"):
        for number, part in enumerate(item["content"]):
            if part["type"] == type_:
                yield index, number, part


# --- noticing


def broken(exchange: Exchange, contract: Contract) -> Found:
    """The requirements that are broken, and where."""
    return {(result.requirement, result.finding.where) for result in judge(exchange, contract) if result.finding}


def noticed(mutant: Mutant, before: Found, contract: Contract) -> bool:
    """True if there is a finding that the original does not have, under a requirement that may notice the defect."""
    found = {requirement for requirement, _ in broken(mutant.exchange, contract) - before}
    return any(name == wanted or name.startswith(f"{wanted}.") for name in found for wanted in mutant.noticed_by)


def first(changes: Iterable[Change]) -> Iterator[Change]:
    """Only the first change, where more of them would say nothing new."""
    for change in changes:
        yield change
        return
