"""The checks of text as input."""

from __future__ import annotations

import pytest

from conformance.wire.exchange import Exchange
from tests.checks.rules import found_in, judged_in
from tests.right.exchanges import body, exchange, response

LONG = "A few words more. " * 1_000


def answered(given: object, tokens: int, **members: object) -> Exchange:
    """The answer to an input that was counted so."""
    usage = response()["usage"]
    usage |= {"input_tokens": tokens, "total_tokens": tokens + usage["output_tokens"]}
    return exchange(response(usage=usage, **members), sent=body(input=given))


FORMS = {
    "string": LONG,
    "message": [{"role": "user", "content": LONG}],
    "parts": [{"role": "user", "content": [{"type": "input_text", "text": LONG}, {"type": "input_text", "text": "!"}]}],
}


@pytest.mark.parametrize("given", FORMS.values(), ids=FORMS)
def test_a_long_text_is_counted(given: object) -> None:
    """It costs tokens in each form; next to none is noticed, and only where nothing was cut on request."""
    right, wrong = answered(given, 4_000), answered(given, 1)
    assert "text_input.counted" in judged_in(right)
    assert found_in(right) == {}
    assert found_in(wrong) == {"text_input.counted": {"/usage/input_tokens"}}
    assert "text_input.counted" not in judged_in(answered(given, 1, truncation="auto"))


def test_a_short_text_is_not_weighed() -> None:
    """A short text is left to the tokens of its model."""
    assert "text_input.counted" not in judged_in(answered("Hello.", 1))
    assert "text_input.counted" not in judged_in(answered("A title\n" + "=" * 50_000 + "\n" * 50_000, 30))
