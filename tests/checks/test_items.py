"""The checks of output items: their ids."""

from __future__ import annotations

import pytest

from conformance.wire.exchange import Exchange
from tests.checks.rules import found_in
from tests.right.exchanges import exchange, items, response

BROKEN: dict[str, tuple[Exchange, dict[str, set[str]]]] = {
    "same-ids": (
        exchange(response(output=[items()[1], items()[1]])),
        {"items.unique_ids": {"/output/1/id"}},
    ),
    "long-id": (exchange(response(output=items(id="msg_" + "a" * 61))), {"items.id_length": {"/output/1/id"}}),
    "id-of-another-kind": (exchange(response(output=items(id="rs_1"))), {"items.id_prefix": {"/output/1/id"}}),
    "id-of-the-response": (exchange(response(id="chatcmpl-1")), {"items.id_prefix": {"/id"}}),
}


@pytest.mark.parametrize(("broken", "expected"), BROKEN.values(), ids=BROKEN)
def test_broken_exchange(broken: Exchange, expected: dict[str, set[str]]) -> None:
    """A broken exchange is noticed by the requirement that it breaks, at the place, and by no other."""
    assert found_in(broken) == expected
