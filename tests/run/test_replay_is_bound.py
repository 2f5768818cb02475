"""A replay is bound to its requests: a recorded answer goes to the request that it was recorded for, to no other."""

from __future__ import annotations

import pytest

from tests.run.checkout import Checkout

ALTERED = """

import conformance.run.ask
import conformance.run.judged

_encoded = conformance.run.judged.encoded


def _altered(body):
    return _encoded({alteration})


conformance.run.ask.encoded = conformance.run.judged.encoded = _altered
"""

CHARACTER = "input=[*body['input'][:-1], body['input'][-1] | dict(content='?')] if isinstance(body['input'], list) else"


@pytest.mark.parametrize(
    "alteration",
    [
        "{**body, 'metadata': {**(body.get('metadata') or {}), 'altered': 'yes'}}",
        f"dict(body, {CHARACTER} body['input'][:-1] + '!')",
        "dict(body, max_output_tokens=body['max_output_tokens'] + 1)",
        "{name: value for name, value in body.items() if name != 'reasoning'}",
    ],
    ids=["a member more", "another character", "a number one higher", "a member less"],
)
def test_an_altered_request_fails_in_every_test(checkout: Checkout, alteration: str) -> None:
    """With each body altered a little before it is sent, no replayed test passes."""
    conftest = checkout.path / "conftest.py"
    conftest.write_text(conftest.read_text() + ALTERED.replace("{alteration}", alteration))
    result = checkout.run("--models", "gpt-5-4", "-q")
    outcomes = result.parseoutcomes()
    assert result.ret == 1
    assert outcomes.keys() <= {"failed", "skipped"}
    assert outcomes["failed"] > 10
    assert result.stdout.str().count("record it:") >= outcomes["failed"]
