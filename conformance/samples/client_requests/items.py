"""Shapes of the items of an input: of messages, of what comes back, and of whole histories."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Final

from conformance.samples.client_requests.writing import Body, Item, Shape, Written, of_body

SDK_MEMBERS: Final = {"async_", "parsed", "parsed_arguments"}
"""Members that only the objects of the official SDK have, which come along when they are sent back whole."""

OWN_IDS: Final = {"message": "msg_resp_", "function_call": "fc_call_"}
"""How ids begin that clients make of the id of an answer or of a call."""

FOREIGN: Final = "gAAAAABforeignreasoning" + "A" * 120
"""Encrypted content that no endpoint of this API has made."""

LONG: Final = 40
"""Items of a long history, and how many of the last ones are kept of it."""
KEPT: Final = 12


def _of_items(edit: Callable[[Body], Body | None]) -> Callable[[Written], Written]:
    """Edits the items of the input one by one; what becomes None is left out."""
    return _of_input(lambda items: [made for item in items if (made := edit(item)) is not None])


def _of_input(edit: Callable[[list[Body]], list[Body]]) -> Callable[[Written], Written]:
    def edited(body: Body) -> Body:
        items = body.get("input")
        if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
            return body
        made = edit(items)
        return body if made == items else {**body, "input": made}

    return of_body(edited)


def _is(item: Item, *kinds: str) -> bool:
    return item.get("type", "message") in kinds


def _as_text(item: Body) -> Body:
    """Writes a message that is typed parts of text as one text."""
    parts = item.get("content")
    if not _is(item, "message") or not isinstance(parts, list) or not parts:
        return item
    if any(not isinstance(part, dict) or part.get("type") != "input_text" for part in parts):
        return item
    return {**item, "content": "\n".join(str(part.get("text")) for part in parts)}


def _untyped(item: Body) -> Body:
    if item.get("type") == "message" and isinstance(item.get("content"), str):
        return {name: value for name, value in item.items() if name != "type"}
    return item


def _of_parts(item: Body, edit: Callable[[Body], Body]) -> Body:
    parts = item.get("content")
    if not isinstance(parts, list):
        return item
    return {**item, "content": [edit(part) if isinstance(part, dict) else part for part in parts]}


def _annotated(item: Body) -> Body:
    def edit(part: Body) -> Body:
        whole: Body = {"annotations": [], "logprobs": []}
        return part | {name: value for name, value in whole.items() if part.get(name) is None}

    return _of_parts(item, lambda part: edit(part) if part.get("type") == "output_text" else part)


def _without_own_id(item: Body) -> Body:
    begins = OWN_IDS.get(str(item.get("type", "message")))
    own = begins is not None and str(item.get("id")).startswith(begins)
    return {name: value for name, value in item.items() if name != "id"} if own else item


def _without_status(item: Body) -> Body:
    written = str(item.get("type")) == "function_call_output" or item.get("role") in ("user", "system", "developer")
    return {name: value for name, value in item.items() if name != "status"} if written else item


def _without_null(item: Body) -> Body:
    return {name: value for name, value in item.items() if value is not None or name in SDK_MEMBERS}


def _without_sdk_members(item: Body) -> Body:
    def cleaned(one: Body) -> Body:
        return {name: value for name, value in one.items() if name not in SDK_MEMBERS}

    return _of_parts(cleaned(item), cleaned)


def _without_bare_reasoning(item: Body) -> Body | None:
    return None if _is(item, "reasoning") and not item.get("encrypted_content") else item


def _with_content(item: Body) -> Body:
    is_meant = _is(item, "reasoning") and item.get("encrypted_content") and "content" not in item
    return {**item, "content": []} if is_meant else item


def _without_phase(item: Body) -> Body:
    return {name: value for name, value in item.items() if name != "phase"}


def _without_reference(item: Body) -> Body | None:
    return None if _is(item, "item_reference") else item


def _without_foreign(item: Body) -> Body | None:
    return None if item.get("encrypted_content") == FOREIGN else item


def _whole(item: Body) -> Body | None:
    return None if item.get("role") == "assistant" and item.get("status") == "incomplete" else item


def _once(items: list[Body]) -> list[Body]:
    """Leaves out a call that stands there already, but for its id."""
    seen: set[object] = set()
    kept = []
    for item in items:
        call = item.get("call_id") if str(item.get("type")).endswith("_call") else None
        if call is None or call not in seen:
            kept.append(item)
        seen.add(call)
    return kept


def _is_output(item: Item) -> bool:
    return str(item.get("type")).endswith("_call_output")


def _rounds(items: list[Body]) -> Iterator[tuple[bool, list[Body]]]:
    """The items in groups: those of calls and their outputs, which a model and a client make in turn, and others."""

    def is_of_round(item: Item) -> bool:
        return _is(item, "reasoning") or str(item.get("type")).endswith(("_call", "_call_output"))

    return ((among, list(group)) for among, group in itertools.groupby(items, is_of_round))


def _blocks(group: list[Body]) -> list[list[Body]]:
    """The rounds of a group: each ends with the last of its outputs."""
    blocks: list[list[Body]] = [[]]
    for item in group:
        if blocks[-1] and _is_output(blocks[-1][-1]) and not _is_output(item):
            blocks.append([])
        blocks[-1].append(item)
    return blocks


def _last_round(items: list[Body]) -> list[Body]:
    groups = list(_rounds(items))
    blocks = [block for among, group in groups if among for block in _blocks(group) if _is_output(block[-1])]
    if len(blocks) < 2:
        return items
    dropped = {id(item) for block in blocks[:-1] for item in block}
    return [item for item in items if id(item) not in dropped]


def _in_order(items: list[Body]) -> list[Body]:
    """Puts outputs that stand side by side into the order of their calls."""
    calls = [item.get("call_id") for item in items if str(item.get("type")).endswith("_call")]
    made: list[Body] = []
    for is_output, group in itertools.groupby(items, _is_output):
        one = list(group)
        known = is_output and all(item.get("call_id") in calls for item in one)
        made += sorted(one, key=lambda item: calls.index(item.get("call_id"))) if known else one
    return made


def _short(items: list[Body]) -> list[Body]:
    if len(items) <= LONG:
        return items
    kept = items[-KEPT:]
    while len(kept) > 1 and kept[0].get("role") != "user":
        kept = kept[1:]
    return kept


ENCRYPTED: Final = (
    'reasoning goes back only as encrypted content: ask for it with include ["reasoning.encrypted_content"], or let '
    "the client leave reasoning out"
)

SHAPES: Final = (
    Shape("long_history", _of_input(_short)),
    Shape("two_rounds", _of_input(_last_round)),
    Shape("outputs_in_other_order", _of_input(_in_order)),
    Shape("interrupted_turn", _of_items(_whole)),
    Shape("repeated_call", _of_input(_once), "send each call back once"),
    Shape("item_reference", _of_items(_without_reference), "send the items themselves: nothing is stored"),
    Shape("foreign_reasoning", _of_items(_without_foreign), "leave out reasoning that another endpoint gave"),
    Shape("bare_reasoning", _of_items(_without_bare_reasoning), ENCRYPTED),
    Shape("reasoning_without_content", _of_items(_with_content)),
    Shape("sdk_members", _of_items(_without_sdk_members), "send back only what the answer held"),
    Shape("null_members", _of_items(_without_null)),
    Shape("client_ids", _of_items(_without_own_id)),
    Shape("client_status", _of_items(_without_status)),
    Shape("phase", _of_items(_without_phase)),
    Shape("typed_parts", _of_items(_as_text)),
    Shape("typed_messages", _of_items(_untyped)),
    Shape("bare_output_text", _of_items(_annotated)),
)
