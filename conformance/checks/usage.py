"""The checks of the usage of a response: its numbers add up, and count what was sent."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from conformance.checks.lib.rules import Finding, rule
from conformance.checks.lib.view import View
from conformance.wire.json_values import MISSING, at, at_list, number, show


@rule("usage.total", when=lambda view: isinstance(at(view.response, "usage"), dict))
def total(view: View) -> Iterator[Finding]:
    """The total is the sum of input and output tokens."""
    usage = view.response["usage"]
    parts = [usage.get(name) for name in ("input_tokens", "output_tokens", "total_tokens")]
    if any(number(part) is None for part in parts):
        yield Finding(view.where("/usage"), "numbers of input, output and total tokens", show(usage))
    elif parts[2] != parts[0] + parts[1]:
        yield Finding(
            view.where("/usage/total_tokens"), f"{parts[0]} + {parts[1]} = {parts[0] + parts[1]}", show(parts[2])
        )


CUT: Final = ("compaction", "item_reference")
"""Items after which nobody knows what was read of the items before."""


def _texts(value: Any) -> Iterator[str]:
    """The texts in the content of a message, or in the output of a tool."""
    if isinstance(value, str):
        yield value
    for part in value if isinstance(value, list) else ():
        text = part if isinstance(part, str) else at(part, "text")
        if isinstance(text, str):
            yield text


def _words(view: View) -> int:
    """How many words were sent that a model has to read. What is no word, such as a rule of dashes, is left out.

    Arguments of calls, reasoning and what the server's own tools found may be left out of what a model reads.
    """
    given = view.asked("input")
    texts = [*_texts(view.asked("instructions")), *_texts(given if isinstance(given, str) else None)]
    for item in given if isinstance(given, list) else ():
        texts += [text for name in ("content", "output") for text in _texts(at(item, name)) if _is_read(item)]
    return sum(any(map(str.isalnum, word)) for text in texts for word in text.split())


def _is_read(item: Any) -> bool:
    kind = at(item, "type")
    is_message = "role" in item and kind in (MISSING, None, "message")
    return is_message or (isinstance(kind, str) and kind.endswith("_call_output"))


def _counts_words(view: View) -> bool:
    """True where all that was sent has to be counted. What is cut on request, or kept by the server, need not be."""
    tokens = number(at(view.response, "usage", "input_tokens"))
    is_cut = view.asked("context_management") is not MISSING or at(view.response, "truncation") == "auto"
    items = at_list(view.body, "input")
    return tokens is not None and tokens > 0 and not is_cut and not any(at(item, "type") in CUT for item in items)


@rule("usage.words", when=_counts_words)
def words(view: View) -> Iterator[Finding]:
    """Each word costs a token or more, so that what costs less was not read."""
    sent, tokens = _words(view), view.response["usage"]["input_tokens"]
    if tokens < sent:
        yield Finding(view.where("/usage/input_tokens"), f"at least {sent}, for {sent} words", show(tokens))
