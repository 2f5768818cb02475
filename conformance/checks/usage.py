"""The checks of the usage of a response: its numbers add up, and count what was sent."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any, Final

from conformance.checks.lib.declared import name_of, setting
from conformance.checks.lib.rules import Finding, rule
from conformance.checks.lib.sent_items import is_self_contained
from conformance.checks.lib.view import View, shared
from conformance.checks.lib.written import CALL, MESSAGE, of_item
from conformance.wire.json_values import MISSING, Unreadable, at, at_list, number, read_json, show


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
    asked, told = view.asked("truncation"), at(view.response, "truncation")
    is_cut = view.asked("context_management") is not MISSING or "auto" in (asked, told)
    items = at_list(view.body, "input")
    return (
        view.status in ("completed", "incomplete")
        and tokens is not None
        and tokens > 0
        and not is_cut
        and not any(at(item, "type") in CUT for item in items)
    )


@rule("usage.words", when=_counts_words)
def words(view: View) -> Iterator[Finding]:
    """Each word costs a token or more, so that what costs less was not read."""
    sent, tokens = _words(view), view.response["usage"]["input_tokens"]
    if tokens < sent:
        yield Finding(view.where("/usage/input_tokens"), f"at least {sent}, for {sent} words", show(tokens))


# --- what was written

LONGEST: Final = 8
"""Characters of a token in the mean, which no genuine answer exceeds: 6.3 is the most. A repeated one counts once."""

HIDDEN: Final = 1_000
"""Tokens beside those of the request and of the answer: of templates, of headers, of thoughts that are not shown."""

SEVERAL: Final = re.compile(r"(?<![a-z])pro(?![a-z])|deep-research")
"""Models and modes that run several times, and read and write what nobody sees."""


def _runs_once(view: View) -> bool:
    mode, names = at(view.response, "reasoning", "mode"), (view.asked("model"), at(view.response, "model"))
    return mode in (MISSING, None, "standard") and not any(SEVERAL.search(str(name)) for name in names)


_REPEATED: Final = re.compile(r"(.)\1{3,}", re.DOTALL)


def _characters(view: View, *kinds: str) -> int:
    return sum(_counts(view)[kind] for kind in kinds)


@shared
def _counts(view: View) -> Counter[str]:
    """How many characters the items hold, by the kind of text.

    A rule of dashes, or an indentation, is a token or two however long it is.
    """
    # An item that comes twice under one id breaks another rule, and costs nothing more.
    items = {name_of(item, "id") or where: item for where, item in view.items if "caller" not in item}
    counts: Counter[str] = Counter()
    for item in items.values():
        for _, kind, text in of_item(item):
            counts[kind] += len(_REPEATED.sub(r"\1", text))
    return counts


def _output_tokens(view: View) -> float | None:
    """The tokens of the output. Absurd counts, below zero, were seen of OpenAI: nothing can be said of them."""
    tokens = number(at(view.response, "usage", "output_tokens"))
    return tokens if tokens is not None and tokens >= 0 else None


def _has_written(view: View) -> bool:
    ended = view.status in ("completed", "incomplete")
    return ended and _output_tokens(view) is not None and _characters(view, MESSAGE, CALL) > 0


@rule("usage.written", when=_has_written)
def written(view: View) -> Iterator[Finding]:
    """What was written costs tokens: one for eight characters at the least, beside those of the reasoning."""
    tokens, count = _output_tokens(view) or 0, _characters(view, MESSAGE, CALL)
    thought = number(at(view.response, "usage", "output_tokens_details", "reasoning_tokens")) or 0
    least, said = count // LONGEST, _characters(view, MESSAGE)
    if tokens < max(least, 1):
        yield Finding(
            view.where("/usage/output_tokens"), f"at least {max(least, 1)}, for {count} characters", show(tokens)
        )
    elif said and 0 <= tokens - thought < said // (2 * LONGEST):
        expected = f"at most {show(tokens - said // (2 * LONGEST))}, as {said} characters are no reasoning"
        yield Finding(view.where("/usage/output_tokens_details/reasoning_tokens"), expected, show(thought))


SHOWN: Final = ("message", "reasoning", "function_call", "custom_tool_call")
"""Items that show all that was written for them, the thoughts aside."""


def _shows_output(view: View) -> bool:
    whole = view.status == "completed" and bool(view.items) and _runs_once(view)
    return whole and all(item.get("type") in SHOWN for _, item in view.items)


@rule("usage.not_written", when=lambda view: _output_tokens(view) is not None and _shows_output(view))
def not_written(view: View) -> Iterator[Finding]:
    """What was not written costs nothing: a token holds a byte or more."""
    texts = [text for _, item in view.items for _, _, text in of_item(item)]
    size = sum(len(text.encode("utf-8", "surrogatepass")) for text in texts)
    thought = number(at(view.response, "usage", "output_tokens_details", "reasoning_tokens")) or 0
    most = 2 * size + HIDDEN
    tokens = (_output_tokens(view) or 0) - max(thought, 0)
    if tokens > most:
        yield Finding(view.where("/usage/output_tokens"), f"at most {most} beside the reasoning", show(tokens))


OWN_TOOLS: Final = ("function", "custom")
NOT_TEXT: Final = re.compile(r"_image|image_url|input_file|input_audio|encrypted_content|item_reference|compaction")


def _shows_input(view: View) -> bool:
    """True where the request holds all that was read, as text, and no tool of the server's brings more."""
    content = view.exchange.request.content
    own = all(at(tool, "type") in OWN_TOOLS for tool in at_list(view.body, "tools"))
    whole = is_self_contained(view) and content is not None and _runs_once(view)
    return whole and own and not NOT_TEXT.search(json.dumps(view.asked("input"), default=str))


@rule(
    "usage.not_sent",
    when=lambda view: number(at(view.response, "usage", "input_tokens")) is not None and _shows_input(view),
)
def not_sent(view: View) -> Iterator[Finding]:
    """What was not sent costs nothing: a token holds a byte or more."""
    tokens, most = view.response["usage"]["input_tokens"], 2 * len(view.exchange.request.content or b"") + HIDDEN
    if tokens > most:
        size = len(view.exchange.request.content or b"")
        yield Finding(view.where("/usage/input_tokens"), f"at most {most}, for {size} bytes", show(tokens))


# --- the limit

LEAST_LIMIT: Final = 16
"""The smallest limit that there is."""

_END: Final = re.compile(r"[^\w\s]\s*\Z")
"""How a text ends that comes to its end: no letter and no digit is the last of it."""


def _limit(view: View) -> float | None:
    limit = number(setting(view, "max_output_tokens"))
    return limit if limit is not None and limit >= LEAST_LIMIT and _output_tokens(view) is not None else None


def _ending(view: View) -> str | None:
    """The text of the last message, where it is what the answer ends with."""
    item = view.items[-1][1] if view.items else {}
    texts = [text for _, kind, text in of_item(item) if kind == MESSAGE]
    return texts[-1] if texts else None


@rule("usage.cut_at_limit", when=lambda view: view.status == "completed" and _limit(view) is not None)
def cut_at_limit(view: View) -> Iterator[Finding]:
    """A completed answer that took all tokens that it might has come to its end, and is not cut off."""
    limit, tokens, text = _limit(view) or 0, _output_tokens(view) or 0, _ending(view)
    if tokens < limit or text is None:
        return
    is_json = setting(view, "text", "format", "type") in ("json_object", "json_schema")
    is_cut = isinstance(read_json(text), Unreadable) if is_json else not _END.search(text)
    if is_cut:
        expected = f"incomplete, as all {show(limit)} tokens were used and the text breaks off"
        yield Finding(view.where("/status"), expected, f'"completed", with a text that ends in {show(text[-30:])}')


def _cut_off(view: View) -> bool:
    reason = at(view.response, "incomplete_details", "reason")
    return view.status == "incomplete" and reason == "max_output_tokens" and _limit(view) is not None


@rule("usage.cut_early", when=_cut_off)
def cut_early(view: View) -> Iterator[Finding]:
    """An answer that was cut off for its tokens has used them."""
    limit, tokens = _limit(view) or 0, _output_tokens(view) or 0
    if tokens < limit // 2:
        expected = f"about {show(limit)}, as the answer was cut off there"
        yield Finding(view.where("/usage/output_tokens"), expected, show(tokens))
