"""Checks of the echo: the response object repeats the settings of the request as they were sent."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any, Final

from conformance.checks.lib.declared import base_type, carried, is_namespace, name_of
from conformance.checks.lib.demanded import may_lack
from conformance.checks.lib.difference import path_to_difference
from conformance.checks.lib.model_names import difference
from conformance.checks.lib.rules import Finding, rule
from conformance.checks.lib.schema_meaning import normal_form, same_meaning, same_parameters
from conformance.checks.lib.view import View, shared
from conformance.checks.lib.witness import differ
from conformance.contract import Level
from conformance.wire.json_values import MISSING, at, at_list, pointer, same, show
from conformance.wire.schema import load

VERBATIM: Final[dict[str, tuple[str, ...]]] = {
    "background": ("background",),
    "instructions": ("instructions",),
    "max_output_tokens": ("max_output_tokens",),
    "max_tool_calls": ("max_tool_calls",),
    "metadata": ("metadata",),
    "parallel_tool_calls": ("parallel_tool_calls",),
    "previous_response_id": ("previous_response_id",),
    "prompt_cache_key": ("prompt_cache_key",),
    "prompt_cache_retention": ("prompt_cache_retention",),
    "reasoning_effort": ("reasoning", "effort"),
    "safety_identifier": ("safety_identifier",),
    "store": ("store",),
    "temperature": ("temperature",),
    "tool_choice": ("tool_choice",),
    "top_logprobs": ("top_logprobs",),
    "top_p": ("top_p",),
    "truncation": ("truncation",),
    "user": ("user",),
    "verbosity": ("text", "verbosity"),
}
"""Settings that come back as they were sent in genuine recordings, by the last part of their requirement's id."""

CHOSEN: Final[dict[str, tuple[str, ...]]] = {
    "reasoning_context": ("reasoning", "context"),
    "reasoning_summary": ("reasoning", "summary"),
}
"""Settings that come back as they were sent, but for ``auto``, which comes back as what was chosen."""

DEFAULTS: Final[dict[str, Any]] = {
    "background": False,
    "instructions": None,
    "max_output_tokens": None,
    "metadata": {},
    "parallel_tool_calls": True,
    "previous_response_id": None,
    "temperature": 1,
    "tool_choice": "auto",
    "top_logprobs": 0,
    "truncation": "disabled",
    "user": None,
}
"""What comes back where a setting was left out. Others depend on the model or on the account."""

RESPONSE: Final = load("response")
ALWAYS_THERE: Final = frozenset((*RESPONSE["required"], *RESPONSE["$defs"]["current"]["required"]))
"""Members whose absence is a finding of the response's schema."""

EMPTY: Final = ("instructions", "user")
"""Texts that come back as null or as they were sent where they are empty."""

RENAMED: Final = ("computer", "web_search")
"""Types of tools that have had several names (``computer_use_preview``, ``web_search_preview_2025_03_11``)."""

MASK: Final = re.compile(r"\W*(redacted|masked|filtered|hidden|scrubbed)\W*", re.IGNORECASE)
"""What a capture, or OpenAI itself, puts in the place of a value that nobody is to see."""


@shared
def _is_judged(view: View) -> bool:
    return view.is_create and bool(view.response)


def _is_masked(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= 40 and MASK.fullmatch(value) is not None


def _sent(view: View, *path: str) -> Any:
    """A setting of the request, `MISSING` where it asks for nothing."""
    value = view.asked(*path)
    return MISSING if value == "" and path[0] in EMPTY else value


def _is_told(view: View, path: tuple[str, ...]) -> bool:
    # That a member is not there at all is said by the schema of the response, once for all settings.
    return path[0] in ALWAYS_THERE and at(view.response, path[0]) is MISSING


def _is_lost(view: View, requirement: str, path: tuple[str, ...]) -> bool:
    """True for a setting that has to come back, and comes back as nothing where clients are ready for that."""
    is_nothing = at(view.response, *path) in (None, MISSING)
    return is_nothing and may_lack(*path) and view.contract.level(requirement) is Level.MUST


def _check(requirement: str, path: tuple[str, ...], *, auto: bool = False) -> None:
    def is_asked(view: View) -> bool:
        if not _is_judged(view) or (sent := _sent(view, *path)) is MISSING:
            return False
        is_masked = _is_masked(sent) or _is_masked(at(view.response, *path))
        return not (is_masked or _is_told(view, path) or _is_lost(view, requirement, path))

    @rule(requirement, when=is_asked)
    def echoed(view: View) -> Iterator[Finding]:
        sent, received = _sent(view, *path), at(view.response, *path)
        if auto and sent == "auto":
            if not isinstance(received, str) or not received:
                yield Finding(view.where(pointer(*path)), "what auto has chosen", show(received))
        elif not same(_undated(sent), _undated(received)):
            yield Finding(view.where(pointer(*path)), f"{show(sent)}, as it was sent", show(received))


def _kind(tool: Any) -> str:
    """The type of a tool, the same for all names and dates that it was given."""
    kind = base_type(tool).replace("-", "_")
    return next((known for known in RENAMED if kind.startswith(known)), kind)


def _undated(value: Any) -> Any:
    """A setting; a choice of a tool by its type without that type's name or date."""
    return {**value, "type": _kind(value)} if isinstance(value, dict) and base_type(value) else value


for _name, _path in VERBATIM.items():
    _check(f"echo.{_name}", _path)
for _name, _path in CHOSEN.items():
    _check(f"echo.{_name}", _path, auto=True)


@shared
def _to_come_back(view: View) -> list[tuple[str, tuple[str, ...], Any]]:
    """The requirement, the path and the value of each setting that was sent and that clients can do without."""
    sent = [(f"echo.{name}", path, _sent(view, *path)) for name, path in VERBATIM.items() if may_lack(*path)]
    if at(view.response, "text", "format", "type") == "json_schema":
        strict = ("text", "format", "strict")
        sent.append(("echo.text_format", strict, view.asked(*strict)))
    return [one for one in sent if one[2] is not MISSING and one[2] is not None]


@rule("echo.optional_members", when=lambda view: _is_judged(view) and bool(_to_come_back(view)))
def optional_members(view: View) -> Iterator[Finding]:
    """A setting comes back as something, also where the SDK types its member as optional."""
    for requirement, path, sent in _to_come_back(view):
        if _is_lost(view, requirement, path) and not _is_told(view, path):
            yield Finding(view.where(pointer(*path)), f"{show(sent)}, as it was sent", show(at(view.response, *path)))


@rule("echo.defaults", when=lambda view: _is_judged(view) and bool(view.body) and view.asked("prompt") is MISSING)
def defaults(view: View) -> Iterator[Finding]:
    """What the request leaves out comes back as its default."""
    for name, default in DEFAULTS.items():
        received = at(view.response, name)
        is_default = received is MISSING or _is_masked(received) or same(default, received)
        is_empty = received == "" and at(view.body, name) == ""
        if _sent(view, name) is MISSING and not is_default and not is_empty:
            yield Finding(view.where(f"/{name}"), f"{show(default)}, as nothing was sent", show(received))
    kind = at(view.response, "text", "format", "type")
    if view.asked("text", "format") is MISSING and kind not in (MISSING, "text"):
        yield Finding(view.where("/text/format/type"), '"text", as nothing was sent', show(kind))


# --- objects that come back completed


def _kept(sent: Any, received: Any, unlike: Callable[[str], bool] = lambda _: False) -> bool:
    """True if all that was sent is in what was received, which may have more members. null asks for the default."""
    pairs = [(sent, received)]
    while pairs:
        one, other = pairs.pop()
        if isinstance(one, dict) and isinstance(other, dict):
            pairs += [(value, other.get(name, MISSING)) for name, value in one.items() if not unlike(name)]
        elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
            pairs += zip(one, other, strict=True)
        elif one is not None and not same(one, other) and not _is_hidden(other):
            return False
    return True


def _is_hidden(value: Any) -> bool:
    # OpenAI puts <redacted> in the place of what can hold a secret.
    return isinstance(value, str) and "redacted" in value.lower()


def _text_format(view: View) -> Any:
    sent = view.asked("text", "format")
    return sent if isinstance(sent, dict) else MISSING


def _echoes_format(view: View) -> bool:
    # Where there is no text at all, that is said by the schema of the response.
    return _is_judged(view) and _text_format(view) is not MISSING and at(view.response, "text") is not MISSING


@rule("echo.text_format", when=_echoes_format)
def text_format(view: View) -> Iterator[Finding]:
    """The form of the text comes back with its type, and a JSON schema with its name and its schema."""
    sent, received = _text_format(view), at(view.response, "text", "format")
    for name in ("type", "name", "schema", "strict"):
        value, other = sent.get(name), at(received, name)
        if name == "schema" and sent.get("strict") is None and at(received, "strict") is True:
            # A schema that becomes strict is completed.
            kept = _names(value) == _names(other)
        elif name == "schema":
            kept = value is None or not differ(value, other)
        elif name == "strict" and at(received, "type") == "json_schema" and other in (None, MISSING):
            continue
        else:
            kept = value is None or same(value, other)
        if not kept:
            yield Finding(view.where(f"/text/format/{name}"), f"{show(value)}, as it was sent", show(other))


def _schemas(view: View) -> tuple[Any, Any]:
    """The schema of a format as it was sent and as it came back, each `MISSING` where it is no object or completed."""
    sent, received = _text_format(view), at(view.response, "text", "format")
    is_completed = at(sent, "strict") in (None, MISSING) and at(received, "strict") is True
    pair = at(sent, "schema"), at(received, "schema")
    return pair if all(isinstance(each, dict) for each in pair) and not is_completed else (MISSING, MISSING)


@rule("echo.schema_words", when=lambda view: _is_judged(view) and _schemas(view)[0] is not MISSING)
def schema_words(view: View) -> Iterator[Finding]:
    """A JSON schema comes back in words that are known to mean the same."""
    one, other = _schemas(view)
    if not same_meaning(one, other) and not differ(one, other):
        one, other = normal_form(one), normal_form(other)
        path = path_to_difference(one, other)
        expected = f"{show(at(one, *path))} at {pointer(*path)} of the schema, or what means the same"
        yield Finding(view.where("/text/format/schema"), expected, show(at(other, *path)))


def _names(schema: Any) -> Any:
    properties = at(schema, "properties")
    return sorted(properties) if isinstance(properties, dict) else []


@rule("echo.prompt", when=lambda view: _is_judged(view) and isinstance(view.asked("prompt"), dict))
def prompt(view: View) -> Iterator[Finding]:
    """A stored prompt comes back with its id, its version and the names of its variables."""
    sent, received = view.asked("prompt"), at(view.response, "prompt")
    for name in ("id", "version"):
        value, other = sent.get(name), at(received, name)
        if value is not None and value != other:
            yield Finding(view.where(f"/prompt/{name}"), f"{show(value)}, as it was sent", show(other))
    variables, others = sent.get("variables"), at(received, "variables")
    if isinstance(variables, dict) and not (isinstance(others, dict) and variables.keys() == others.keys()):
        yield Finding(view.where("/prompt/variables"), f"{show(variables)}, as they were sent", show(others))


def _conversation(value: Any) -> Any:
    return value if isinstance(value, str) else at(value, "id")


@rule(
    "echo.conversation",
    when=lambda view: _is_judged(view) and isinstance(_conversation(view.asked("conversation")), str),
)
def conversation(view: View) -> Iterator[Finding]:
    """The conversation that the answer belongs to is the one that was named."""
    sent, received = _conversation(view.asked("conversation")), at(view.response, "conversation", "id")
    if sent != received:
        yield Finding(view.where("/conversation/id"), f"{show(sent)}, as it was sent", show(received))


@shared
def _differs(view: View) -> str | None:
    """Why the model that answered cannot be the one that was asked, "" where it can be, None where nobody knows."""
    names = view.asked("model"), at(view.response, "model")
    return None if any(map(_is_masked, names)) else difference(*names)


@rule("echo.model", when=lambda view: _is_judged(view) and _differs(view) is not None)
def model(view: View) -> Iterator[Finding]:
    """The model that answered is of the maker and the family that was asked: not a larger or smaller one."""
    if why := _differs(view):
        received = f"{show(at(view.response, 'model'))}, {why}"
        yield Finding(view.where("/model"), f"a snapshot of {show(view.asked('model'))}", received)


# --- tools


def _key(tool: dict[str, Any]) -> tuple[str, str | None]:
    """What tells tools apart: their type and their name or their server."""
    return _kind(tool), name_of(tool) or name_of(tool, "server_label")


def _objects(value: Any) -> list[dict[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _asks_for_tools(view: View) -> bool:
    return _is_judged(view) and bool(view.body) and isinstance(at(view.response, "tools"), list)


def _loaded(view: View) -> list[dict[str, Any]]:
    """The tools of the answer that stand in a namespace: what was loaded late comes back there."""
    groups = [tool for tool in _objects(at(view.response, "tools")) if is_namespace(tool)]
    return [tool for group in groups for tool in _objects(group.get("tools"))]


@rule("echo.tools", when=_asks_for_tools)
def declared_tools(view: View) -> Iterator[Finding]:
    """The tools that were declared come back, by type and name in any order, and no others."""
    sent, received = _objects(view.asked("tools")), _objects(at(view.response, "tools"))
    found = Counter(map(_key, received)) + Counter(map(_key, _loaded(view)))
    for key in Counter(map(_key, sent)) - found:
        # A tool of the server's that was declared twice need come back but once.
        if key not in found or key[0] in ("function", "custom"):
            yield Finding(view.where("/tools"), f"the tool {show([*key])}, as it was declared", "none such")
    if view.asked("prompt") is MISSING and view.asked("conversation") is MISSING:
        for kind, name in Counter(map(_key, received)) - (Counter(map(_key, sent)) | Counter(map(_key, carried(view)))):
            if kind != "namespace":
                yield Finding(view.where("/tools"), "only tools that were declared", show([kind, name]))


@shared
def _pairs(view: View, *, custom: bool) -> list[tuple[int, dict[str, Any], dict[str, Any]]]:
    """The index of each tool in the answer that was declared once, with the tool as it was sent and as it came back."""
    sent, received = _objects(view.asked("tools")), at_list(view.response, "tools")
    counts = Counter(map(_key, sent)) | Counter(map(_key, _objects(received)))
    once = {_key(tool): tool for tool in sent if counts[_key(tool)] == 1}
    return [
        (index, once[_key(tool)], tool)
        for index, tool in enumerate(received)
        if isinstance(tool, dict) and _key(tool) in once and (base_type(tool) in ("function", "custom")) is custom
    ]


@rule("echo.function_tools", when=lambda view: _asks_for_tools(view) and bool(_pairs(view, custom=True)))
def function_tools(view: View) -> Iterator[Finding]:
    """A function comes back with its description and parameters, and strict where that was sent."""
    for index, one, other in _pairs(view, custom=True):
        completed = one.get("strict") is None and other.get("strict") is True
        for name in ("description", "parameters", "strict", "format"):
            value, received = one.get(name), other.get(name, MISSING)
            if name == "parameters" and completed:
                kept = _names(value) == _names(received)
            elif name == "parameters":
                kept = value is None or same_parameters(value, received)
            elif name == "format":
                kept = _kept(value, received)
            else:
                # An empty description is none.
                kept = value in (None, "") or same(value, received)
            if not kept:
                yield Finding(view.where(f"/tools/{index}/{name}"), f"{show(value)}, as it was sent", show(received))


FREE: Final = ("authorization", "defer_loading", "description", "headers", "model", "server_url", "tools", "type")
"""Members of tools that come back changed, hidden or not at all."""


@rule("echo.hosted_tools", when=lambda view: _asks_for_tools(view) and bool(_pairs(view, custom=False)))
def hosted_tools(view: View) -> Iterator[Finding]:
    """What comes back of the settings of any other tool is what was sent, completed."""
    for index, one, other in _pairs(view, custom=False):
        for name, value in one.items():
            if name in FREE or name not in other or _kept(value, other[name]):
                continue
            where = view.where(pointer("tools", index, name))
            yield Finding(where, f"{show(value)}, as it was sent", show(other[name]))


def _secrets(tool: dict[str, Any]) -> list[str]:
    """What a tool of an MCP server was given for the server alone."""
    headers = tool.get("headers")
    sent = [tool.get("authorization"), *(headers.values() if isinstance(headers, dict) else ())]
    return [secret for secret in sent if isinstance(secret, str) and secret.strip() and not _is_hidden(secret)]


@shared
def _trusted(view: View) -> list[tuple[int, list[str], dict[str, Any]]]:
    """The index of each tool that was sent with secrets, with these, as it came back."""
    pairs = [(index, _secrets(one), other) for index, one, other in _pairs(view, custom=False)]
    return [(index, secrets, other) for index, secrets, other in pairs if secrets]


@rule("echo.tool_secrets", when=lambda view: _asks_for_tools(view) and bool(_trusted(view)))
def tool_secrets(view: View) -> Iterator[Finding]:
    """What was sent for an MCP server alone does not come back: answers are stored and shown."""
    for index, secrets, other in _trusted(view):
        for member in ("authorization", "headers"):
            received = json.dumps(other.get(member), ensure_ascii=False)
            if any(json.dumps(secret, ensure_ascii=False)[1:-1] in received for secret in secrets):
                where = view.where(pointer("tools", index, member))
                yield Finding(where, "nothing of what was sent, or <redacted>", "what was sent")
