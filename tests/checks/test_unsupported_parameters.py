"""The checks of parameters that Databricks refuses."""

from __future__ import annotations

from typing import Any

import pytest

from tests.checks.rules import found_in, judged_in
from tests.right.exchanges import OPENAI, body, exchange, refusal, response

ECHO_AT = {"conversation": "/conversation/id"}
SENT: dict[str, Any] = {
    "background": True,
    "store": True,
    "service_tier": "priority",
    "conversation": "conv_1",
    "previous_response_id": "resp_1",
}


@pytest.mark.parametrize("name", SENT)
def test_a_parameter_that_is_answered(name: str) -> None:
    """Its own requirement is broken, and that of the echo as far as it does not come back either."""
    expected = {f"unsupported_parameters.{name}": {"status"}}
    if name != "service_tier":
        # A member that clients can do without has a row of its own for what comes back as nothing.
        echo = "optional_members" if name == "previous_response_id" else name
        expected |= {f"echo.{echo}": {ECHO_AT.get(name, f"/{name}")}}
    assert found_in(exchange(sent=body(**{name: SENT[name]}))) == expected


def test_a_parameter_that_is_refused() -> None:
    """A refusal with 400 is right, one with another status is not, and OpenAI's contract promises none."""
    assert not found_in(exchange(refusal(), status=400, sent=body(store=True, background=True)))
    otherwise = exchange(refusal(), status=422, sent=body(store=True))
    assert found_in(otherwise) == {"unsupported_parameters.store": {"status"}}
    answered = exchange(response(store=True), sent=body(store=True))
    assert not any(name.startswith("unsupported_parameters.") for name in judged_in(answered, OPENAI))


def test_a_boundary_value() -> None:
    """How a value was taken that asks for nothing is observed, under a requirement of its own."""
    assert found_in(exchange(sent=body(store=None))) == {"unsupported_parameters.boundary_values": {"status"}}
