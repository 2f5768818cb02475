"""Checks of the texts in an answer: they are what the model says, and not how a server reads or writes it.

Nothing is said of a mark that the request holds, or that a tool gave out: a model may repeat it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, Final

from conformance.checks.lib.declared import called_tool, declared, finished, name_of
from conformance.checks.lib.marks import CALLS, MOJIBAKE, ROLE, SECRET, TEMPLATE, THINKING, TRACE, unquoted
from conformance.checks.lib.rules import Finding, rule
from conformance.checks.lib.view import View, shared
from conformance.checks.lib.written import CALL, MESSAGE, REASONING, Written, holds, known, of_item, written
from conformance.wire.json_values import MISSING, at, printable, read_json, show

AROUND: Final = 30
"""Characters that a finding shows on either side of what it means."""

SHORT: Final = 24
"""Characters of a text that may well be said twice."""

MAX_SAID: Final = 100
"""Messages of an answer that are compared with one another."""

CALL_MEMBERS: Final = ("arguments", "parameters", "input", "args")
"""What a call that is written as JSON has beside the name of a tool."""

WRAPPERS: Final = (
    "input",
    "code",
    "text",
    "content",
    "command",
    "cmd",
    "patch",
    "query",
    "script",
    "source",
    "arguments",
)
"""The names under which free text is wrapped by who knows functions only."""


def _excerpt(text: str, start: int, end: int) -> str:
    """What stands in a text at a place, with a little of what is around it."""
    before, after = max(0, start - AROUND), end + AROUND
    shown = ("…" if before else "") + text[before:after] + ("…" if after < len(text) else "")
    return f"{show(text[start:end], 40)} at character {start}, in {show(shown)}"


def _found(view: View, one: Written, pattern: re.Pattern[str], text: str | None = None) -> re.Match[str] | None:
    """The first place of a pattern in a text, unless a model may have repeated it."""
    matches = pattern.finditer(one.text if text is None else text)
    return next((match for match in matches if not any(holds(view, said) for said in _pieces(match.group()))), None)


def _pieces(said: str) -> tuple[str, ...]:
    """What a model may have repeated of a place: all of it, or of two odd characters the first, which it quotes."""
    return (said, said[0]) if len(said) == 2 and not said.isascii() else (said,)


def _is_struck(text: str, mark: str) -> bool:
    """True for a mark of HTML's: what it encloses is struck out."""
    return mark in ("<s>", "</s>") and "<s>" in text and "</s>" in text


@shared
def _marked(view: View) -> list[tuple[str, Written, re.Match[str]]]:
    """The texts that hold marks, each with the first one and with what it is: a call, a thought, a template."""
    found = []
    for one in written(view):
        # What calls bring may be a program that knows such marks; a server's own tokens have no place in it either.
        text = unquoted(one.text) if one.kind in (MESSAGE, REASONING) else one.text
        for name, pattern in (("calls", CALLS), ("thinking", THINKING), ("template_marks", TEMPLATE)):
            if one.kind == CALL and name != "template_marks":
                continue
            match = _found(view, one, pattern, text)
            if match is not None and not _is_struck(text, match.group()):
                found.append((name, one, match))
                break
    return found


def _has_texts(view: View) -> bool:
    return bool(written(view))


@rule("texts.template_marks", when=_has_texts)
def template_marks(view: View) -> Iterator[Finding]:
    """No text and no name holds a special token of a model."""
    for name, one, match in _marked(view):
        if name == "template_marks":
            yield Finding(one.where, "no mark of a model's template", _excerpt(one.text, *match.span()))


@rule("texts.thinking", when=_has_texts)
def thinking(view: View) -> Iterator[Finding]:
    """No message holds what marks the thoughts of a model: these are reasoning items."""
    for name, one, match in _marked(view):
        if name == "thinking":
            yield Finding(one.where, "no mark of where thoughts begin or end", _excerpt(one.text, *match.span()))


@rule("texts.calls", when=_has_texts)
def calls(view: View) -> Iterator[Finding]:
    """No message holds a call of a tool as text: calls are items."""
    marked = set()
    for name, one, match in _marked(view):
        marked.add(one.where)
        if name == "calls":
            yield Finding(one.where, "no call of a tool as text", _excerpt(one.text, *match.span()))
    for one in written(view, MESSAGE):
        if one.where not in marked and (tool := _written_call(view, one.text)) is not None:
            yield Finding(one.where, "no call of a tool as text", f"a call of {show(tool)}: {show(one.text, 60)}")


def _names(view: View) -> list[str]:
    """The names of the declared functions and custom tools."""
    found = [name_of(tool) for kind in ("function", "custom") for tool in declared(view, kind)]
    return [name for name in found if name]


def _written_call(view: View, text: str) -> str | None:
    """The declared tool that a text is a call of, as a whole, or None."""
    names = _names(view)
    if not names or len(text) > 20_000 or at(view.response, "text", "format", "type") not in ("text",):
        return None
    bare = re.sub(r"\A\s*```\w*\n|```\s*\Z", "", text).strip()
    called = re.fullmatch(r"\[?(\w+)\(.*\)\]?", bare, re.DOTALL)
    if called and called.group(1) in names:
        return called.group(1)
    value = read_json(bare) if bare.startswith(("{", "[")) else None
    value = value[0] if isinstance(value, list) and value else value
    value = at(value, "function") if isinstance(at(value, "function"), dict) else value
    name = name_of(value)
    return name if name in names and any(at(value, member) is not MISSING for member in CALL_MEMBERS) else None


def _names_in(view: View) -> list[str]:
    """The words of the request that begin with a capital letter."""
    return re.findall(r"\b[A-Z]\w*", known(view))


@rule("texts.role_label", when=lambda view: bool(written(view, MESSAGE)))
def role_label(view: View) -> Iterator[Finding]:
    """No message begins with the name of who speaks."""
    for one in written(view, MESSAGE):
        match = _found(view, one, ROLE)
        # Who asks for a dialogue names who speaks in it. The roles of messages are written small.
        if match is not None and (name := match.group().strip("* \n:")) not in _names_in(view):
            expected = f"a text without {show(name)}, the name of who speaks,"
            yield Finding(one.where, expected, show(one.text, 60))


@rule("texts.mojibake", when=_has_texts)
def mojibake(view: View) -> Iterator[Finding]:
    """No text was read in another encoding than it was written in."""
    for one in written(view, MESSAGE, REASONING, CALL):
        # Each of its forms has characters that ASCII has not.
        match = None if one.text.isascii() else _found(view, one, MOJIBAKE)
        if match is not None:
            yield Finding(one.where, "UTF-8 that was read as UTF-8", _excerpt(one.text, *match.span()))


# --- what is said twice


@shared
def _said(view: View) -> list[tuple[str, dict[str, Any], str]]:
    """Pointer, message and text of each message that is long enough to tell."""
    found = []
    for where, item in view.items_of("message"):
        text = "".join(text for _, kind, text in of_item(item) if kind == MESSAGE).strip()
        if len(text) >= SHORT:
            found.append((where, item, text))
    return found


def _repeats(item: dict[str, Any], text: str, other: dict[str, Any], said: str) -> bool:
    """True if a message says what another one says, and more perhaps. Two of one id are another matter."""
    id_ = item.get("id")
    return text.startswith(said) and item.get("phase") == other.get("phase") and (id_ is None or id_ != other.get("id"))


@rule("texts.repeated", when=lambda view: bool(_said(view)))
def repeated(view: View) -> Iterator[Finding]:
    """No message says again what an earlier one, or its own first half, or the reasoning says as a whole."""
    thoughts = {one.text.strip(): one.where for one in written(view, REASONING)}
    before: list[tuple[str, dict[str, Any], str]] = []
    for where, item, text in _said(view)[:MAX_SAID]:
        half, rest = text[: len(text) // 2].strip(), text[len(text) // 2 :].strip()
        twice = len(half) >= SHORT and half == rest and len(set(half)) > 4
        again = next((one for one, other, said in before if _repeats(item, text, other, said)), None)
        if again is not None:
            yield Finding(view.where(where), f"a message of its own, not that of {again} again", show(text, 60))
        elif twice and not holds(view, half):
            yield Finding(view.where(where), "a message that is said once", f"twice {show(half, 60)}")
        elif text in thoughts:
            expected = f"an answer, not the reasoning of {thoughts[text]} again"
            yield Finding(view.where(where), expected, show(text, 60))
        before.append((where, item, text))


# --- what custom tools are called with


def _free_inputs(view: View) -> list[tuple[str, str]]:
    """Pointer and input of each finished call of a custom tool whose input may be any text."""
    calls_ = [(where, call, called_tool(view, call)) for where, call in finished(view, "custom_tool_call")]
    return [
        (f"{where}/input", call["input"])
        for where, call, tool in calls_
        if isinstance(call.get("input"), str) and tool is not None and at(tool, "format", "type") != "grammar"
        if "json" not in json.dumps([tool, view.asked("instructions")], default=str).lower()
    ]


@rule("texts.free_input", when=lambda view: bool(_free_inputs(view)))
def free_input(view: View) -> Iterator[Finding]:
    """A custom tool of free text is called with the text itself: not with none, nor with an object around it."""
    for where, text in _free_inputs(view):
        value = read_json(text) if text.lstrip().startswith("{") else None
        if not text.strip():
            yield Finding(view.where(where), "a text, as the tool is called with nothing else", show(text))
        elif isinstance(value, dict) and len(value) == 1:
            [(wrapper, wrapped)] = value.items()
            if wrapper in WRAPPERS and isinstance(wrapped, str):
                yield Finding(view.where(where), f"the text alone, without {show(wrapper)} around it", show(text, 80))


# --- what errors say


def _messages(view: View) -> Iterator[tuple[str, str]]:
    """Pointer and text of each message of an error. What a server of MCP says of itself is not the endpoint's."""
    places: list[tuple[str, Any]] = [(view.where("/error/message"), at(view.response, "error", "message"))]
    if view.is_error:
        body = view.exchange.json
        places += [("/error/message", at(body, "error", "message")), ("/message", at(body, "message"))]
        places += [("/error", at(body, "error")), ("/detail", at(body, "detail"))]
    for step in view.timeline.of("error"):
        places += [(step.where("/message"), step.json.get("message"))]
        places += [(step.where("/error/message"), at(step.json, "error", "message"))]
    return ((where, text) for where, text in places if isinstance(text, str) and text)


@rule("texts.error_message", when=lambda view: any(_messages(view)))
def error_message(view: View) -> Iterator[Finding]:
    """The message of an error tells nothing of the program that failed, and no key."""
    for where, text in _messages(view):
        trace = next((found for found in TRACE.finditer(text) if not holds(view, found.group().strip())), None)
        secret = next((found for found in SECRET.finditer(text) if not holds(view, found.group())), None)
        if secret is not None:
            yield Finding(where, "no key and no token", f"one that begins with {printable(secret.group()[:5])}")
        elif trace is not None:
            yield Finding(where, "a message without the place in a program", _excerpt(text, *trace.span()))
