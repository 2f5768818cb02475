"""What the input of a request holds: the items of the turns before."""

from __future__ import annotations

import itertools
from typing import Any, Final

from conformance.checks.lib.view import View, shared
from conformance.wire.json_values import MISSING, at, at_list

ELSEWHERE: Final = ("previous_response_id", "conversation", "prompt")
"""Settings that bring what the request does not show."""


def sent_items(view: View, *types: str) -> list[dict[str, Any]]:
    """The items of some types in the input."""
    return [item for item in at_list(view.body, "input") if at(item, "type") in types]


@shared
def is_self_contained(view: View) -> bool:
    """True if the body of the request was kept, and names nothing that is kept elsewhere."""
    return bool(view.body) and all(view.asked(name) is MISSING for name in ELSEWHERE)


@shared
def shows_all(view: View) -> bool:
    """True if the request holds all that went before: nothing is kept elsewhere, and no item is named by its id."""
    return is_self_contained(view) and not sent_items(view, "item_reference")


@shared
def decided(view: View, *, approve: bool) -> list[str]:
    """The requests for approval that the end of the input approves, or refuses. What stands before is settled."""
    last = reversed(at_list(view.body, "input"))
    responses = itertools.takewhile(lambda item: at(item, "type") == "mcp_approval_response", last)
    ids = [item.get("approval_request_id") for item in responses if item.get("approve") is approve]
    return [id_ for id_ in reversed(ids) if isinstance(id_, str)]
