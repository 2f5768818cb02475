"""The checks of what every model answers."""

from __future__ import annotations

import pytest

from conformance.wire.exchange import Exchange
from tests.checks.rules import found_in
from tests.right.exchanges import exchange, items, part, response

BROKEN: dict[str, tuple[Exchange, dict[str, set[str]]]] = {
    "no-text": (
        exchange(response(output=items()[:1])),
        {"supported_models.text": {"/output"}, "consistency.order": {"/output/0/type"}},
    ),
    "empty-text": (exchange(response(output=items(content=[part("")]))), {"supported_models.text": {"/output"}}),
}


@pytest.mark.parametrize(("broken", "expected"), BROKEN.values(), ids=BROKEN)
def test_broken_exchange(broken: Exchange, expected: dict[str, set[str]]) -> None:
    """A broken exchange is noticed by the requirement that it breaks, at the place, and by no other."""
    assert found_in(broken) == expected
