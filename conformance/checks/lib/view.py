"""An exchange as the checks look at it: the request's settings, the response object, where it stands."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cached_property, lru_cache
from typing import Any, Concatenate, Final, ParamSpec, TypeVar

from conformance.checks.lib.images import Pictures
from conformance.checks.lib.timeline import TERMINAL, Item, Timeline
from conformance.contract import Contract
from conformance.wire.exchange import Exchange
from conformance.wire.json_values import MISSING, at, at_list
from conformance.wire.schema import Violation, violations
from conformance.wire.sse import Event

ERRORS: Final = ("error", "errors", "detail")
"""Members by which servers of this API, and the frameworks that they are made with, tell an error."""

Place = tuple[str, dict[str, Any]]
"""Something in a response object: its pointer, and its value."""

Beside = ParamSpec("Beside")
Found = TypeVar("Found")


class View:
    """Looks at one exchange under one contract. Everything here is derived, nothing raises, whatever was sent."""

    def __init__(self, exchange: Exchange, contract: Contract) -> None:
        self.exchange = exchange
        self.contract = contract
        self.found: dict[Any, Any] = {}

    @staticmethod
    def of(exchange: Exchange, contract: Contract) -> View:
        """The view of an exchange. Who judges one after another shares what was derived."""
        return _last(_Same(exchange), _Same(contract))

    @cached_property
    def is_create(self) -> bool:
        """True for a request that creates a response."""
        request = self.exchange.request
        return request.method == "POST" and request.path.rstrip("/").endswith("/responses")

    @cached_property
    def promises_response(self) -> bool:
        """True where a success has to carry a response object: it was created, retrieved or cancelled."""
        request = self.exchange.request
        steps = request.path.strip("/").split("/")
        retrieved = request.method == "GET" and steps[-2:-1] == ["responses"]
        cancelled = request.method == "POST" and steps[-3:-2] == ["responses"] and steps[-1] == "cancel"
        return self.is_create or retrieved or cancelled

    @property
    def is_error(self) -> bool:
        """True for an answer with a status of 400 or more."""
        return self.exchange.status >= 400

    @cached_property
    def is_hidden_error(self) -> bool:
        """True for an error under the status of a success: an envelope of errors, and no response object."""
        body = self.exchange.json
        is_response = at(body, "object") == "response" or at(body, "output") is not MISSING
        told = MISSING if is_response else next((e for name in ERRORS if (e := at(body, name))), MISSING)
        of_databricks = at(body, "object") is MISSING and all(
            isinstance(at(body, name), str) for name in ("error_code", "message")
        )
        return not self.is_error and (of_databricks or (isinstance(told, dict | list | str) and bool(told)))

    @property
    def is_answered(self) -> bool:
        """True for an answer that has what a success promises, whatever its status is: a stream, or a response."""
        return self.exchange.is_stream or at(self.exchange.json, "object") == "response"

    @cached_property
    def body(self) -> dict[str, Any]:
        """The settings of the request. Empty where the body was not kept or is not an object."""
        body = self.exchange.request.json
        return body if isinstance(body, dict) else {}

    def asked(self, name: str, *path: str | int) -> Any:
        """A value of the request, `MISSING` where it is absent. `null` counts as absent: it asks for the default."""
        value = at(self.body, name, *path) if path else self.body.get(name)
        return MISSING if value is None else value

    @cached_property
    def terminal(self) -> tuple[int, Event] | None:
        """Index and event of the first terminal event of a stream."""
        return next(
            ((index, event) for index, event in enumerate(self.exchange.events) if event.type in TERMINAL),
            None,
        )

    @cached_property
    def timeline(self) -> Timeline:
        """The events of a stream and the life of its items; empty for an answer that is no stream."""
        return Timeline(self.exchange)

    @cached_property
    def answer(self) -> Any:
        """What has to be a response object: the body of a JSON answer or what the terminal event of a stream carries.

        `MISSING` for an error and for an answer that need not carry one. What another status than 200 is worth is said
        of the status: nothing more is demanded of a body that is no response object.
        """
        if self.is_error or self.is_hidden_error or not self.promises_response:
            return MISSING
        if self.exchange.status != 200 and not (self.exchange.status < 300 and self.is_answered):
            return MISSING
        if self.exchange.is_stream:
            return at(self.terminal[1].json, "response") if self.terminal else MISSING
        return self.exchange.json

    @cached_property
    def response(self) -> dict[str, Any]:
        """The response object; empty where there is none."""
        return self.answer if isinstance(self.answer, dict) else {}

    @cached_property
    def pictures(self) -> Pictures:
        """The images in the answer. Only a capture can hold one that somebody has shortened."""
        return Pictures(shortened=self.exchange.content is None)

    @cached_property
    def status(self) -> Any:
        """The ``status`` of the response object."""
        return at(self.response, "status")

    def where(self, pointer: str) -> str:
        """A pointer into the response object, with the event that carries it if there is one."""
        if self.exchange.is_stream and self.terminal:
            if self._streamed and (found := re.match(r"/output/(\d+)", pointer)):
                step = self._streamed[int(found[1])].ends[-1]
                return step.where(f"/item{pointer[found.end() :]}")
            index, event = self.terminal
            return f"event {index} {event.type} /response{pointer}"
        return pointer

    @cached_property
    def _streamed(self) -> list[Item]:
        """The items of a stream whose last event has a response without any, which a finding says of that event."""
        is_lacking = self.exchange.is_stream and bool(self.response) and not at(self.response, "output")
        return [item for item in self.timeline.items if item.done] if is_lacking else []

    @cached_property
    def misshapen(self) -> tuple[Violation, ...]:
        """What breaks the schema of the response object. It can be long to find, and several rules ask for it."""
        return () if self.answer is MISSING else tuple(violations("response", self.answer))

    @cached_property
    def items(self) -> tuple[Place, ...]:
        """The output items that are objects, each with its pointer in the response object.

        Where the last event of a stream has none they are those that were streamed.
        """
        output = [item.final for item in self._streamed] or at(self.response, "output")
        if not isinstance(output, list):
            return ()
        return tuple((f"/output/{index}", item) for index, item in enumerate(output) if isinstance(item, dict))

    def items_of(self, *types: str) -> Iterator[Place]:
        """The output items of some types, each with its pointer."""
        return ((pointer, item) for pointer, item in self.items if item.get("type") in types)

    def parts(self, *types: str) -> Iterator[Place]:
        """The parts of all messages, of some types or of any, each with its pointer."""
        for pointer, item in self.items_of("message"):
            yield from ((pointer + inside, part) for inside, part in parts_of(item, *types))

    def texts(self) -> Iterator[tuple[str, str]]:
        """What the messages say: each text and each refusal with its pointer."""
        for pointer, part in self.parts():
            said = ((f"{pointer}/{member}", part.get(member)) for member in ("text", "refusal"))
            yield from ((where, text) for where, text in said if isinstance(text, str))

    def annotations(self) -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
        """The annotations of all parts, each with its pointer and with its part."""
        for pointer, part in self.parts():
            for index, annotation in enumerate(at_list(part, "annotations")):
                if isinstance(annotation, dict):
                    yield f"{pointer}/annotations/{index}", annotation, part


class _Same:
    """A key that is equal to another one of the very same object."""

    __slots__ = ("it",)

    def __init__(self, it: Any) -> None:
        self.it = it

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.it is other.it

    def __hash__(self) -> int:
        return id(self.it)


@lru_cache(maxsize=1)
def _last(exchange: _Same, contract: _Same) -> View:
    return View(exchange.it, contract.it)


def shared(function: Callable[Concatenate[View, Beside], Found]) -> Callable[Concatenate[View, Beside], Found]:
    """Keeps what a function finds on a view, for all that ask the same: whether a rule applies, the rule, and others.

    What is beside the view has to be hashable, and nobody may change what was found.
    """

    def find(view: View, /, *beside: Beside.args, **named: Beside.kwargs) -> Found:
        key = function, beside, *named.items()
        if key not in view.found:
            view.found[key] = function(view, *beside, **named)
        found: Found = view.found[key]
        return found

    return find


def parts_of(item: object, *types: str) -> Iterator[Place]:
    """The parts of a message, of some types or of any, each with its pointer in it; none of any other item."""
    content = at_list(item, "content") if at(item, "type") == "message" else ()
    parts = ((f"/content/{index}", part) for index, part in enumerate(content) if isinstance(part, dict))
    return ((pointer, part) for pointer, part in parts if not types or part.get("type") in types)
