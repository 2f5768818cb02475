"""An item of the answer before it is known whether it fits into the budget of tokens."""

from dataclasses import dataclass
from typing import Any

from conformance.reference.text import pieces


@dataclass(frozen=True, slots=True)
class Made:
    """An output item, and the text in it that costs tokens.

    ``member`` holds that text in an item that can be cut off in the middle; any other is there whole or not at all.
    """

    item: dict[str, Any]
    text: str
    member: str | None = None


def fitting(made: list[Made], budget: int | None) -> tuple[list[dict[str, Any]], int, bool]:
    """The items that fit into the budget, the tokens that they cost, and whether all of them fitted."""
    items: list[dict[str, Any]] = []
    tokens = 0
    for one in made:
        wanted = pieces(one.text)
        said = wanted if budget is None else wanted[: budget - tokens]
        tokens += len(said)
        if len(said) == len(wanted):
            items.append(one.item)
            continue
        if said and one.member is not None:
            items.append(one.item | {"status": "incomplete", one.member: "".join(said)})
        return items, tokens, False
    return items, tokens, True
