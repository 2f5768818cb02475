"""The checks of output items: their ids."""

from __future__ import annotations

import pytest

from conformance.checks import judge
from conformance.wire.exchange import Exchange
from tests.checks.rules import found_in
from tests.right.exchanges import DATABRICKS, exchange, items, response

BROKEN: dict[str, tuple[Exchange, dict[str, set[str]]]] = {
    "same-ids": (
        exchange(response(output=[*items(), items()[1]])),
        {"items.unique_ids": {"/output/2/id"}},
    ),
    "long-id": (exchange(response(output=items(id="msg_" + "a" * 61))), {"items.id_length": {"/output/1/id"}}),
    "long-id-of-the-response": (
        exchange(response(id="resp_" + "0" * 60, output=items(id="msg_" + "a" * 61))),
        {"items.id_length": {"/id"}},
    ),
    "id-of-another-kind": (exchange(response(output=items(id="rs_1"))), {"items.id_prefix": {"/output/1/id"}}),
    "id-of-the-response": (exchange(response(id="chatcmpl-1")), {"items.id_prefix": {"/id"}}),
}


@pytest.mark.parametrize(("broken", "expected"), BROKEN.values(), ids=BROKEN)
def test_broken_exchange(broken: Exchange, expected: dict[str, set[str]]) -> None:
    """A broken exchange is noticed by the requirement that it breaks, at the place, and by no other."""
    assert found_in(broken) == expected


def test_long_ids_are_said_once() -> None:
    """However many ids are too long, one finding says so, with the first of them and how many others there are."""
    long = [{**item, "id": f"{item['id']}{'x' * 64}"} for item in response()["output"]]
    answer = exchange(response(id="resp_" + "0" * 188, output=long))
    said = [result.finding for result in judge(answer, DATABRICKS) if result.requirement == "items.id_length"]
    assert len(said) == 1
    assert said[0] is not None
    assert "193: " in said[0].received
    assert f"{len(long)} more" in said[0].received
