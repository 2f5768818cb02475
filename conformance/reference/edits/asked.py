"""What was asked, as tests of an answer: a fault shows on answers to some requests only."""

import itertools
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from conformance.contract import load
from conformance.reference.reply import Reply, encoded

Test = Callable[[Reply], bool]
Item = Mapping[str, Any]

OUTPUT: Final = "_output"
NOWHERE: Final = ".invalid"
"""How the name of a server ends that cannot be reached."""

BARE: Final = {"model", "input", "max_output_tokens", "reasoning", "stream", "stream_options", "include"}
ENCRYPTED: Final = "reasoning.encrypted_content"
SHORT: Final = 200


def tools(reply: Reply, kind: str | None = None) -> list[Item]:
    """The tools that were declared, all of them or those of a type."""
    return _objects(reply.asked.get("tools"), kind)


def input_items(reply: Reply, kind: str | None = None) -> list[Item]:
    """The items of the input, all of them or those of a type. A text holds none."""
    return _objects(reply.asked.get("input"), kind)


def parts(reply: Reply, kind: str) -> list[Item]:
    """The parts of the messages that are of a type."""
    return [part for item in input_items(reply) for part in _objects(item.get("content"), kind)]


def _objects(value: Any, kind: str | None) -> list[Item]:
    """The objects in a list, all of them or those of a type."""
    found = value if isinstance(value, list) else []
    return [one for one in found if isinstance(one, dict) and kind in (None, one.get("type"))]


def sent(reply: Reply, path: str) -> Any:
    """The setting at a path such as ``/text/format``, or None."""
    value: Any = reply.asked
    for step in path.split("/")[1:]:
        value = value.get(step) if isinstance(value, Mapping) else None
    return value


def all_of(*tests: Test) -> Test:
    """True where all tests are."""
    return lambda reply: all(test(reply) for test in tests)


def begins(reply: Reply) -> bool:
    """True for the first turn: nothing that a tool gave out is sent back."""
    return not any(str(item.get("type")).endswith(OUTPUT) for item in input_items(reply))


def includes_nothing(reply: Reply) -> bool:
    """True where nothing is to be included but what is needed to send reasoning back."""
    return reply.asked.get("include") in (None, [ENCRYPTED])


def is_question(reply: Reply) -> bool:
    """True where nothing is asked but a short question: one text, or messages of the system and the user."""
    messages = input_items(reply) or [{"role": "user", "content": reply.asked.get("input")}]
    short = all(isinstance(text := one.get("content"), str) and 0 < len(text) < SHORT for one in messages)
    simple = all(one.get("role") in ("system", "user") for one in messages)
    effort = sent(reply, "/reasoning/effort")
    return (
        reply.asked.keys() <= BARE
        and includes_nothing(reply)
        and short
        and simple
        and effort in (None, "none", "minimal")
    )


def streams(reply: Reply) -> bool:
    """True where a stream was asked for."""
    return reply.asked.get("stream") is True


def no_tools(reply: Reply) -> bool:
    """True where no tools were declared."""
    return not tools(reply)


def declares(kind: str, **members: Any) -> Test:
    """True where a tool of this type with these members was declared."""
    return lambda reply: any(_has(tool, members) for tool in tools(reply, kind))


def sends_back(kind: str | None = None, **members: Any) -> Test:
    """True where the input holds an item of this type with these members; ``...`` stands for any value."""
    return lambda reply: any(_has(item, members) for item in input_items(reply, kind))


def asks(path: str, *values: Any) -> Test:
    """True where the setting at a path was sent, with one of these values if any are given."""

    def test(reply: Reply) -> bool:
        value = sent(reply, path)
        return value is not None and (not values or value in values)

    return test


def refused_for(name: str) -> Test:
    """True where a request is refused for what stands in a parameter."""
    return lambda reply: reply.status == 400 and f"Invalid '{name}".encode() in encoded(reply.content)


def chooses(*choices: str | None) -> Test:
    """True where tool_choice is one of these words, or of one of these types. None: where it is left out."""

    def test(reply: Reply) -> bool:
        choice = reply.asked.get("tool_choice")
        return (choice.get("type") if isinstance(choice, dict) else choice) in choices

    return test


def _has(value: Any, members: Mapping[str, Any]) -> bool:
    return all(name in value and (wanted is ... or value[name] == wanted) for name, wanted in members.items())


def neighbours(reply: Reply) -> Iterator[tuple[Item, Item]]:
    """The items of the input, each with the one that comes next."""
    return itertools.pairwise(input_items(reply))


def names_unsupported(reply: Reply) -> bool:
    """True where a parameter was sent that is not supported."""
    return not reply.asked.keys().isdisjoint(load("databricks").parameters)


NEEDS_NO_APPROVAL: Final = declares("mcp", require_approval="never")
"""True where a server was declared whose tools need no approval."""
