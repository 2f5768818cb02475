"""Checks of text as input."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from conformance.checks.lib.rules import Finding, rule
from conformance.checks.lib.view import View
from conformance.wire.json_values import at, show

LONG: Final = 10_000
"""Characters of a text that is long enough to weigh."""

RUN: Final = re.compile(r"(.)\1{3,}", re.DOTALL)

CHARACTERS: Final = 50
"""More than a token of a text ever stands for, by far."""


def _text(view: View) -> str:
    """The text that was sent as an input, be it in messages, in which no character stands more than thrice in a row.

    A token can stand for a long run of blanks or dashes.
    """
    given = view.asked("input")
    if isinstance(given, str):
        return RUN.sub(r"\1\1\1", given)
    contents = [at(item, "content") for item in given] if isinstance(given, list) else []
    parts = [part for content in contents for part in (content if isinstance(content, list) else [content])]
    texts = [at(part, "text") if isinstance(part, dict) else part for part in parts]
    return RUN.sub(r"\1\1\1", "".join(text for text in texts if isinstance(text, str)))


def _weighed(view: View) -> bool:
    tokens = at(view.response, "usage", "input_tokens")
    is_counted = isinstance(tokens, int) and tokens > 0
    # That nothing is counted is a finding of other rules. What is truncated on request need not be counted.
    return is_counted and at(view.response, "truncation") != "auto" and len(_text(view)) >= LONG


@rule("text_input.counted", when=_weighed)
def counted(view: View) -> Iterator[Finding]:
    """A long text costs input tokens; one that the server drops costs none."""
    characters, tokens = len(_text(view)), view.response["usage"]["input_tokens"]
    if tokens * CHARACTERS < characters:
        expected = f"at least {characters // CHARACTERS}, for {characters} characters"
        yield Finding(view.where("/usage/input_tokens"), expected, show(tokens))
