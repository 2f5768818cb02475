"""The checks of usage."""

from __future__ import annotations

import pytest

from conformance.wire.edit import put, without
from conformance.wire.exchange import Exchange
from tests.checks.rules import found_in
from tests.right.exchanges import exchange, response

BROKEN: dict[str, tuple[Exchange, dict[str, set[str]]]] = {
    "total": (exchange(put("/usage/total_tokens", 1)(response())), {"usage.total": {"/usage/total_tokens"}}),
    "total-missing": (
        exchange(without("/usage/total_tokens")(response())),
        {"usage.total": {"/usage"}, "response.schema": {"/usage"}},
    ),
}


@pytest.mark.parametrize(("broken", "expected"), BROKEN.values(), ids=BROKEN)
def test_broken_exchange(broken: Exchange, expected: dict[str, set[str]]) -> None:
    """A broken exchange is noticed by the requirement that it breaks, at the place, and by no other."""
    assert found_in(broken) == expected
