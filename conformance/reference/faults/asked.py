"""What was asked, as tests of an answer: a fault shows on answers to some requests only."""

import itertools
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from conformance.reference.reply import Reply

Test = Callable[[Reply], bool]
Item = Mapping[str, Any]

OUTPUT: Final = "_output"
NOWHERE: Final = ".invalid"
"""How the name of a server ends that cannot be reached."""


def tools(reply: Reply, kind: str | None = None) -> list[Item]:
    """The tools that were declared, all of them or those of a type."""
    return [tool for tool in reply.asked.get("tools") or () if kind in (None, tool.get("type"))]


def given(reply: Reply, kind: str | None = None) -> list[Item]:
    """The items of the input, all of them or those of a type. A text holds none."""
    value = reply.asked.get("input")
    items = value if isinstance(value, list) else []
    return [item for item in items if isinstance(item, dict) and kind in (None, item.get("type"))]


def every(*tests: Test) -> Test:
    """True where all tests are."""
    return lambda reply: all(test(reply) for test in tests)


def begins(reply: Reply) -> bool:
    """True for the first turn: nothing that a tool gave out is sent back."""
    return not any(str(item.get("type")).endswith(OUTPUT) for item in given(reply))


def includes_nothing(reply: Reply) -> bool:
    """True where nothing was asked for that answers leave out else."""
    return "include" not in reply.asked


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
    return lambda reply: any(_has(item, members) for item in given(reply, kind))


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
    return itertools.pairwise(given(reply))
