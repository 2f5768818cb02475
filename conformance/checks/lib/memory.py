"""What is kept of earlier exchanges, so that a later one can be held against them. Small, and bounded."""

from __future__ import annotations

import hashlib
import itertools
import json
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from conformance.checks.lib.ids import call_ids, ids
from conformance.checks.lib.sent_items import is_self_contained
from conformance.checks.lib.view import View
from conformance.wire.json_values import MISSING, at, at_list, number

Value = TypeVar("Value")

LIMIT: Final = 10_000
"""How many values of each kind are kept. The oldest ones go first."""

UNCOUNTED: Final = ("input", "stream", "stream_options", "max_output_tokens", "metadata", "include", "store", "user")
"""Settings that add nothing to what the model reads."""

ADDED: Final = (
    MISSING,
    *("message", "reasoning", "function_call", "function_call_output", "custom_tool_call", "custom_tool_call_output"),
)
"""Types of items of an input that are read beside the others. Some bring tools, or stand for what went before."""

RUNNING: Final = (MISSING, "queued", "in_progress")
"""States of a response that has not ended; an error has none."""

COUNTED_ONCE: Final = ("message", "function_call", "custom_tool_call", "reasoning")
"""Types of output of an answer for which the model read its input once. What a server runs is read again."""


class Store(Generic[Value]):
    """Values by their names; beyond a limit the ones that were kept first are forgotten."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._values: OrderedDict[str, Value] = OrderedDict()

    def __len__(self) -> int:
        return len(self._values)

    def get(self, name: Any) -> Value | None:
        """The value of a name, None where there is none (any more)."""
        return self._values.get(name) if isinstance(name, str) else None

    def keep(self, name: str, value: Value) -> None:
        """Keeps a value, unless the name has one."""
        self._values.setdefault(name, value)
        while len(self._values) > self._limit:
            self._values.popitem(last=False)

    def latest(self, number: int) -> Iterator[Value]:
        """The values that were kept last, the last one first."""
        return itertools.islice(reversed(self._values.values()), number)


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer: where it came, digests of what was asked and answered, and which answer it goes on from."""

    name: str
    asked: str
    answered: str
    previous: str | None
    conversation: str | None


@dataclass(frozen=True, slots=True)
class Given:
    """Something with an id that an answer gave: in which exchange, in which answer, of which type."""

    name: str
    response: str
    type: str


@dataclass(frozen=True, slots=True)
class Counted:
    """How many tokens the input of an exchange was counted as."""

    name: str
    tokens: float


class Memory:
    """What is kept of earlier exchanges: digests, ids and counts, never a text. ``limit`` bounds each kind of them."""

    def __init__(self, limit: int = LIMIT) -> None:
        self.answers: Store[Answer] = Store(limit)
        self.items: Store[Given] = Store(limit)
        self.calls: Store[Given] = Store(limit)
        self.inputs: Store[Counted] = Store(limit)
        self.settings: Store[tuple[str, dict[str, str]]] = Store(limit)
        self.stored: Store[Given] = Store(limit)
        self.gone: Store[str] = Store(limit)

    def add(self, view: View, name: str) -> None:
        """Remembers an exchange, of which findings speak by its name."""
        response = view.response.get("id")
        # What runs in the background is kept for a while, whatever is stored: until it was fetched.
        is_fetched = view.exchange.request.method == "GET" and view.response.get("store") is not True
        if view.exchange.request.method == "DELETE" or (is_fetched and view.status not in RUNNING):
            self.gone.keep(last_step(view), name)
        if not view.is_create or not isinstance(response, str):
            return
        if view.response.get("store") is True or view.response.get("background") is True:
            self.stored.keep(response, Given(name, response, "response"))
        conversation = view.asked("conversation")
        conversation = at(conversation, "id") if isinstance(conversation, dict) else conversation
        previous = view.asked("previous_response_id")
        self.answers.keep(
            response,
            Answer(
                name,
                asked_digest(view),
                answered_digest(view),
                previous if isinstance(previous, str) else None,
                conversation if isinstance(conversation, str) else None,
            ),
        )
        for _, kind, value in ids(view):
            if kind != "response":
                self.items.keep(value, Given(name, response, kind))
        for pointer, value in call_ids(view):
            self.calls.keep(value, Given(name, response, str(at(view.response, "output", _index(pointer), "type"))))
        for _, item in view.items_of("reasoning"):
            if isinstance(secret := item.get("encrypted_content"), str):
                self.items.keep(digest(secret), Given(name, response, "reasoning"))
        tokens, prefixes = number(at(view.response, "usage", "input_tokens")), [*input_digests(view)]
        if tokens is not None and prefixes and _is_counted_once(view):
            self.inputs.keep(prefixes[-1], Counted(name, tokens))


def _index(pointer: str) -> int:
    """The index of the output item in a pointer such as ``/output/2/call_id``."""
    return int(pointer.split("/")[2])


def last_step(view: View) -> str:
    """The last step of a path, which is an id where one response is asked for."""
    return view.exchange.request.path.rstrip("/").rpartition("/")[2]


def digest(value: Any) -> str:
    """A short text that is the same for equal JSON values, and in all likelihood for no others."""
    return hashlib.sha256(_AS_TEXT(value).encode()).hexdigest()[:32]


_AS_TEXT: Final = json.JSONEncoder(sort_keys=True, separators=(",", ":"), default=str).encode
"""What `json.dumps` does with an encoder that it would make each time."""


def asked_digest(view: View) -> str:
    """A digest of what was asked, streamed or not; empty where the request was not kept."""
    asked = {name: value for name, value in view.body.items() if name not in ("stream", "stream_options")}
    return digest(asked) if asked else ""


def answered_digest(view: View) -> str:
    """A digest of what an answer is: its id, its time, its output."""
    return digest([view.response.get(name) for name in ("id", "created_at", "output")])


def sent_input(view: View) -> list[Any]:
    """The input as a list of items: a text is one message of the user."""
    sent = view.asked("input")
    return [{"role": "user", "content": sent}] if isinstance(sent, str) else at_list(view.body, "input")


def input_digests(view: View) -> Iterator[str]:
    """A digest of the settings and the first items of the input, for each number of items from one to all.

    None where the request does not show all that the model reads, or where that depends on what else is there.
    """
    if not is_self_contained(view) or view.asked("truncation") == "auto" or "context_management" in view.body:
        return
    if any(
        at(tool, "type") not in ("function", "custom") or "defer_loading" in tool
        for tool in at_list(view.body, "tools")
    ):
        return
    if any(at(item, "type") not in ADDED for item in sent_input(view)):
        return
    settings = {name: value for name, value in view.body.items() if name not in UNCOUNTED and value is not None}
    # Choosing between tools leaves the declarations of the tools as they are; choosing none may not.
    if settings.get("tool_choice") in ("auto", "required"):
        del settings["tool_choice"]
    so_far = digest(settings)
    for item in sent_input(view):
        so_far = digest([so_far, item])
        yield so_far


def _is_counted_once(view: View) -> bool:
    """True if the input of a request was read once, and all of it will be read again where it is sent again."""
    # Reasoning of turns that are over is not read again.
    thoughts = any(at(item, "type") == "reasoning" for item in sent_input(view))
    return not thoughts and all(item.get("type") in COUNTED_ONCE for _, item in view.items)


def known_ids(view: View) -> set[str]:
    """The ids of the items in the input, those of their calls, and that of the response before."""
    found = [at(item, member) for item in at_list(view.body, "input") for member in ("id", "call_id")]
    return {id_ for id_ in (*found, view.asked("previous_response_id")) if isinstance(id_, str) and id_}
