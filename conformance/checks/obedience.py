"""Checks of obedience: the answer keeps to what the request asked for.

The settings are those of the request, or those that the answer repeats where the request's body was not kept.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any, Final

from conformance.checks.lib.declared import CALLED, CLIENT_CALLS, base_type, name_of, setting
from conformance.checks.lib.fitting import misfits
from conformance.checks.lib.forced_calls import item_types, must_call, only_kind, refuses
from conformance.checks.lib.rules import Finding, rule
from conformance.checks.lib.view import Place, View, parts_of
from conformance.wire.json_values import MISSING, Unreadable, at, at_list, number, pointer, read_json, show

HOSTED: Final = (
    "code_interpreter_call",
    "file_search_call",
    "image_generation_call",
    "mcp_call",
    "web_search_call",
)
"""Calls that the server answers itself."""

PARALLEL: Final = ("function_call", "custom_tool_call")
"""Calls that can come several at once."""

NO_CALLS: Final = ("compaction", "mcp_list_tools", "message", "reasoning")
"""Items that call nothing. Any other, also one of a type that is not known, counts where tools are of several kinds."""

LEAST_TOKENS: Final = 16
"""The smallest max_output_tokens that there is; who takes a smaller one breaks another requirement."""

MAX_FITTED: Final = 16
"""Texts of an answer that are compared with their schema, so that no answer takes for ever."""

EXTRAS: Final[dict[str, tuple[str, ...]]] = {
    "code_interpreter_call": ("outputs",),
    "file_search_call": ("results",),
    "web_search_call": ("action", "sources"),
}
"""Where each type of call has what can be included; ``include`` names it by the type and these members."""

LOGPROBS: Final = "message.output_text.logprobs"


def _completed(view: View) -> bool:
    return view.status == "completed" and isinstance(at(view.response, "output"), list)


# --- the form of the text


def _format(view: View) -> str:
    """The type of the form that the text has to have, or "" where it may have any."""
    kind = setting(view, "text", "format", "type")
    return kind if isinstance(kind, str) else ""


def _awaits_client(view: View) -> bool:
    """True if the client has to answer before the model goes on."""
    searches = (item.get("execution") for _, item in view.items_of("tool_search_call"))
    return "client" in searches or any(view.items_of(*CLIENT_CALLS, "mcp_approval_request"))


def _final_texts(view: View) -> list[tuple[str, str]]:
    """Pointer and text of each part of the final message. A message that something follows is not final."""
    if not _completed(view) or _awaits_client(view):
        return []
    said = [(where, item) for where, item in view.items if item.get("type") not in ("reasoning", "compaction")]
    # Messages without text are real, beside one with text. What a model says on its way is no answer.
    if any(_speaks(item) for _, item in said):
        said = [(where, item) for where, item in said if item.get("type") != "message" or _speaks(item)]
    final = [(where, item) for where, item in said[-1:] if item.get("phase") in (None, "final_answer")]
    return [(where + inside, text) for where, item in final for inside, text in _texts(item)]


def _speaks(item: dict[str, Any]) -> bool:
    return refuses(item) or any(text for _, text in _texts(item))


def _texts(item: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """The texts of a message, each with its pointer in it."""
    found = ((f"{inside}/text", part.get("text")) for inside, part in parts_of(item, "output_text"))
    return ((inside, text) for inside, text in found if isinstance(text, str))


@rule(
    "obedience.json_text",
    when=lambda view: _format(view) in ("json_object", "json_schema") and bool(_final_texts(view)),
)
def json_text(view: View) -> Iterator[Finding]:
    """The text of an answer that has to be JSON can be read, and is an object where an object was asked for."""
    for where, text in _final_texts(view):
        value = read_json(text)
        if isinstance(value, Unreadable):
            received = f"{value.why}: {show(text, 60)}"
            yield Finding(view.where(where), f"JSON, as the format is {_format(view)}", received)
        elif _format(view) == "json_object" and not isinstance(value, dict):
            yield Finding(view.where(where), "a JSON object, as the format is json_object", show(text, 60))


def _misfits(view: View, *, strict: bool) -> list[Finding] | None:
    """What does not fit the schema that was sent, or None where nothing was compared."""
    if _format(view) != "json_schema" or (setting(view, "text", "format", "strict") is not False) is not strict:
        return None
    schema = setting(view, "text", "format", "schema")
    read = ((where, read_json(text)) for where, text in itertools.islice(_final_texts(view), MAX_FITTED))
    compared = ((where, value, schema) for where, value in read if not isinstance(value, Unreadable))
    return misfits(view, "JSON that fits the schema", compared)


@rule("obedience.json_schema", when=lambda view: _misfits(view, strict=True) is not None)
def json_schema(view: View) -> Iterator[Finding]:
    """The text of a completed answer fits the schema of its format."""
    yield from _misfits(view, strict=True) or ()


@rule("obedience.loose_json_schema", when=lambda view: _misfits(view, strict=False) is not None)
def loose_json_schema(view: View) -> Iterator[Finding]:
    """The text fits its schema, also where the request says that it need not."""
    yield from _misfits(view, strict=False) or ()


# --- the choice of tools


@rule(
    "obedience.tool_choice_none",
    when=lambda view: setting(view, "tool_choice") == "none" and isinstance(at(view.response, "output"), list),
)
def tool_choice_none(view: View) -> Iterator[Finding]:
    """No tool is called where the choice is none, but one that was approved before."""
    for where, call in view.items_of(*CALLED):
        if call.get("approval_request_id") is not None:
            continue
        yield Finding(view.where(f"{where}/type"), "no call, as tool_choice is none", show(call.get("type")))


@rule("obedience.tool_choice_required", when=lambda view: must_call(view) and only_kind(view) is None)
def tool_choice_required(view: View) -> Iterator[Finding]:
    """A completed answer calls at least one tool where one has to be called, and tools are of several kinds."""
    if all(item.get("type") in NO_CALLS for _, item in view.items):
        yield Finding(view.where("/output"), "at least one call, as a tool has to be called", item_types(view))


def _chosen(view: View) -> tuple[str, str] | None:
    """Type of call and name of the function or custom tool that is chosen by name."""
    choice = setting(view, "tool_choice")
    name = name_of(choice)
    kind = {"function": "function_call", "custom": "custom_tool_call"}.get(base_type(choice))
    return (kind, name) if kind is not None and name is not None and isinstance(choice, dict) else None


@rule("obedience.tool_choice_named", when=lambda view: _chosen(view) is not None and _completed(view))
def tool_choice_named(view: View) -> Iterator[Finding]:
    """A completed answer calls the tool that was chosen by its name, and no other."""
    kind, name = _chosen(view) or ("", "")
    calls = [*view.items_of(*PARALLEL)]
    if not calls:
        yield Finding(view.where("/output"), f"a call of {show(name)}, as tool_choice names it", item_types(view))
    for where, call in calls:
        if (call.get("type"), call.get("name")) != (kind, name):
            received = f"{show(call.get('type'))} of {show(call.get('name', MISSING))}"
            yield Finding(view.where(where), f"a call of {show(name)} only, as tool_choice names it", received)


def _chosen_types(view: View) -> list[str]:
    """The types of calls that a choice by the type of a tool stands for."""
    choice = setting(view, "tool_choice")
    kind = base_type(choice) if isinstance(choice, dict) else ""
    # The choice of a web search has the name that its tool had at first.
    kinds = {kind, kind.removesuffix("_preview")}
    calls = [call for call, types in CALLED.items() if kinds & {*types}]
    return [] if kind in ("", "function", "custom") else calls


@rule("obedience.tool_choice_hosted", when=lambda view: bool(_chosen_types(view)) and _completed(view))
def tool_choice_hosted(view: View) -> Iterator[Finding]:
    """A completed answer calls a tool of the type that was chosen."""
    if not any(view.items_of(*_chosen_types(view))):
        expected = f"an item of type {' or '.join(_chosen_types(view))}, as tool_choice asks for it"
        yield Finding(view.where("/output"), expected, item_types(view))


def _allowed(view: View) -> list[tuple[str, str | None]] | None:
    """Type and name of each tool that may be called, or None where any may."""
    choice = setting(view, "tool_choice")
    if at(choice, "type") != "allowed_tools" or not isinstance(at(choice, "tools"), list):
        return None
    return [(base_type(tool), name_of(tool)) for tool in choice["tools"]]


@rule(
    "obedience.allowed_tools",
    when=lambda view: _allowed(view) is not None and any(view.items_of(*PARALLEL)),
)
def allowed_tools(view: View) -> Iterator[Finding]:
    """No function and no custom tool is called but those that are allowed."""
    allowed = _allowed(view) or []
    for where, call in view.items_of(*PARALLEL):
        if (CALLED[call["type"]][0], name_of(call)) not in allowed:
            names = show(sorted({name for _, name in allowed if name is not None}))
            received = show(call.get("name", MISSING))
            yield Finding(view.where(f"{where}/name"), f"a tool that tool_choice allows: {names}", received)


# --- numbers


@rule(
    "obedience.parallel_tool_calls",
    when=lambda view: setting(view, "parallel_tool_calls") is False and any(view.items_of(*PARALLEL)),
)
def parallel_tool_calls(view: View) -> Iterator[Finding]:
    """At most one tool of the client's is called at once where parallel calls are switched off."""
    for where, call in [*view.items_of(*PARALLEL)][1:]:
        received = f"a further {show(call.get('type'))}"
        yield Finding(view.where(where), "one call at most, as parallel_tool_calls is false", received)


@rule("obedience.max_tool_calls", when=lambda view: number(setting(view, "max_tool_calls")) is not None)
def max_tool_calls(view: View) -> Iterator[Finding]:
    """Not more hosted tools are called than the request allows."""
    limit, calls = number(setting(view, "max_tool_calls")), [*view.items_of(*HOSTED)]
    if limit is not None and len(calls) > limit:
        yield Finding(view.where("/output"), f"{show(limit)} calls at most, as max_tool_calls says", str(len(calls)))


def _output_tokens(view: View) -> tuple[float, float] | None:
    """The limit of output tokens and how many there were, where both are known and the limit is one."""
    limit = number(setting(view, "max_output_tokens"))
    spent = number(at(view.response, "usage", "output_tokens"))
    return (limit, spent) if limit is not None and limit >= LEAST_TOKENS and spent is not None else None


@rule("obedience.max_output_tokens", when=lambda view: _output_tokens(view) is not None)
def max_output_tokens(view: View) -> Iterator[Finding]:
    """Not more tokens are spent than the request allows."""
    limit, spent = _output_tokens(view) or (0, 0)
    if spent > limit:
        expected = f"{show(limit)} at most, as max_output_tokens says"
        yield Finding(view.where("/usage/output_tokens"), expected, show(spent))


# --- what has to be included


def _includes(view: View, what: str) -> bool:
    return _completed(view) and what in at_list(view.body, "include")


@rule(
    "obedience.encrypted_reasoning",
    when=lambda view: _includes(view, "reasoning.encrypted_content") and any(view.items_of("reasoning")),
)
def encrypted_reasoning(view: View) -> Iterator[Finding]:
    """Reasoning comes with its encrypted content where that was asked for: without, it cannot be sent back."""
    for where, item in view.items_of("reasoning"):
        content = item.get("encrypted_content", MISSING)
        if not isinstance(content, str) or not content:
            yield Finding(view.where(f"{where}/encrypted_content"), "a text, as include asks for it", show(content))


def _effort(view: View) -> Any:
    """The effort that was asked for, or the one that the answer says it was by default."""
    asked = view.asked("reasoning", "effort")
    return at(view.response, "reasoning", "effort") if asked is MISSING else asked


@rule("obedience.no_reasoning", when=lambda view: _effort(view) == "none" and _completed(view))
def no_reasoning(view: View) -> Iterator[Finding]:
    """Nobody reasons at no effort."""
    for where, _ in view.items_of("reasoning"):
        yield Finding(view.where(f"{where}/type"), "no reasoning, as the effort is none", '"reasoning"')


def _asks_summary(view: View) -> bool:
    """True where reasoning may be summed up. What a stored prompt asks for is not known."""
    words = (setting(view, "reasoning", name) for name in ("summary", "generate_summary"))
    return view.asked("prompt") is not MISSING or any(word is not MISSING for word in words)


@rule("obedience.unasked_summary", when=lambda view: not _asks_summary(view) and any(view.items_of("reasoning")))
def unasked_summary(view: View) -> Iterator[Finding]:
    """Reasoning has a summary only where one was asked for."""
    for where, item in view.items_of("reasoning"):
        if item.get("summary") not in (None, MISSING, []):
            received = show(item["summary"])
            yield Finding(view.where(f"{where}/summary"), "[], as no summary was asked for", received)


def _spoken(view: View) -> list[Place]:
    """The texts that are not empty."""
    return [(where, part) for where, part in view.parts("output_text") if part.get("text")]


@rule(
    "obedience.logprobs",
    when=lambda view: _includes(view, LOGPROBS) and bool(_spoken(view)),
)
def logprobs(view: View) -> Iterator[Finding]:
    """A text comes with the probabilities of its tokens where these were asked for."""
    for where, part in _spoken(view):
        value = part.get("logprobs", MISSING)
        if not isinstance(value, list) or not value:
            yield Finding(view.where(f"{where}/logprobs"), "one for each token, as include asks for it", show(value))


def _extras(view: View) -> Iterator[tuple[str, str, Any, bool]]:
    """What can be included: the word that asks for it, its pointer, its value, and if it is due where it was asked.

    That a text has its logprobs where they were asked for is a requirement of its own.
    """
    for where, item in view.items_of(*EXTRAS):
        path = EXTRAS[item["type"]]
        if item["type"] != "web_search_call" or at(item, "action", "type") == "search":
            due = view.status == "completed" and item.get("status") == "completed"
            yield ".".join((item["type"], *path)), where + pointer(*path), at(item, *path), due
    for where, part in view.parts("output_text"):
        yield LOGPROBS, f"{where}/logprobs", part.get("logprobs", MISSING), False


def _included(view: View) -> list[Any]:
    """The words of ``include``, with what other settings ask for."""
    return [*at_list(view.body, "include"), *([LOGPROBS] if view.asked("top_logprobs") else [])]


@rule("obedience.included", when=lambda view: view.is_create and bool(view.body) and any(_extras(view)))
def included(view: View) -> Iterator[Finding]:
    """What include asks for is there, and what it does not ask for is not."""
    asked = _included(view)
    for word, where, value, due in _extras(view):
        if word in asked:
            if due and not isinstance(value, list):
                yield Finding(view.where(where), f"a list, as include asks for {word}", show(value))
        elif value not in (None, MISSING, []):
            yield Finding(view.where(where), f"nothing, as include does not ask for {word}", show(value))
