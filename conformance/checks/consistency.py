"""Checks of members that have to agree with one another: states, times, counts, types and ids."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from conformance.checks.lib.ids import PREFIXES, SENT_ONLY
from conformance.checks.lib.marks import LOST
from conformance.checks.lib.parts import OF_REQUESTS, known_by, typed_parts
from conformance.checks.lib.rules import Finding, null_findings, rule
from conformance.checks.lib.view import Place, View
from conformance.checks.lib.written import known, written
from conformance.wire.json_values import MISSING, at, number, pointer, show

SECONDS: Final = (1_000_000_000, 5_000_000_000)
"""Between these lies a time in seconds since 1970; one in milliseconds is far above."""

HOUR, DAY, YEAR_2100 = 3600, 86_400, 4_102_444_800

UNFINISHED: Final = ("queued", "in_progress")

CUT_OFF: Final = ("in_progress", "incomplete", "failed")
"""States of items that a completed response does not leave behind."""

BEGUN: Final[dict[str, tuple[str, ...]]] = {
    "function_call": CUT_OFF,
    "custom_tool_call": CUT_OFF,
    "apply_patch_call": CUT_OFF,
    "shell_call": CUT_OFF,
    "local_shell_call": CUT_OFF,
    "mcp_call": ("in_progress", "calling", "incomplete"),
    "image_generation_call": ("in_progress", "generating", "incomplete"),
    "web_search_call": ("in_progress", "incomplete"),
    "file_search_call": ("in_progress", "searching", "incomplete"),
    "code_interpreter_call": ("in_progress", "interpreting", "incomplete"),
    "computer_call": ("incomplete", "failed"),
    "tool_search_call": CUT_OFF,
    "tool_search_output": CUT_OFF,
    "shell_call_output": CUT_OFF,
    "function_call_output": CUT_OFF,
    "custom_tool_call_output": CUT_OFF,
    "program_output": ("in_progress", "failed"),
}
"""States of calls, and of outputs, that a completed response does not leave behind. What the server does can fail."""

RESULTS: Final[dict[str, tuple[str, ...]]] = {
    "code_interpreter_call": ("code",),
    "computer_call": ("action", "actions"),
    "image_generation_call": ("result",),
    "local_shell_call": ("action",),
    "shell_call": ("action",),
}
"""What a call of each type has when it is completed, by any of these names. A web search need not say what it did."""

# --- times


@rule("consistency.created_at", when=lambda view: number(at(view.response, "created_at")) is not None)
def created_at(view: View) -> Iterator[Finding]:
    """The time of creation is in seconds since 1970."""
    value = view.response["created_at"]
    if not SECONDS[0] <= value <= SECONDS[1]:
        yield Finding(view.where("/created_at"), "a time in seconds since 1970", show(value))


@rule("consistency.completed_at", when=lambda view: isinstance(view.status, str) and "completed_at" in view.response)
def completed_at(view: View) -> Iterator[Finding]:
    """A completed response has the time of its completion, which is not before its creation; no other has one."""
    value, created = view.response["completed_at"], number(at(view.response, "created_at"))
    for step in view.timeline.of("response.created", "response.in_progress"):
        early, status = at(step.json, "response", "completed_at"), at(step.json, "response", "status")
        if number(early) is not None and status in UNFINISHED:
            yield Finding(step.where("/response/completed_at"), f"null, as the status is {show(status)}", show(early))
    if view.status != "completed":
        if value is not None:
            about = view.where("/completed_at"), view.where("/status")
            yield Finding(about[0], f"null, as the status is {show(view.status)}", show(value), about)
    elif number(value) is None:
        yield Finding(view.where("/completed_at"), "a time, as the status is completed", show(value))
    elif value > SECONDS[1]:
        about = view.where("/completed_at"), view.where("/created_at")
        yield Finding(about[0], "a time in seconds since 1970", show(value), about)
    elif created is not None and value < int(created):
        about = view.where("/completed_at"), view.where("/created_at")
        yield Finding(about[0], f"a time from {show(created)} on", show(value), about)


def _time(view: View, member: str) -> float | None:
    """A time in seconds since 1970, or None. What is none breaks another requirement."""
    value = number(at(view.response, member))
    return value if value is not None and SECONDS[0] <= value <= SECONDS[1] else None


def _patience(view: View) -> int:
    """How long an answer takes at most. Who asks in the background, or for research, waits longer."""
    researches = "deep-research" in str(view.response.get("model"))
    return DAY if researches or view.response.get("background") is True else HOUR


@rule("consistency.times", when=lambda view: _time(view, "created_at") is not None)
def times(view: View) -> Iterator[Finding]:
    """Times are whole seconds of this century, and an answer takes an hour, or a day, at most."""
    created, completed = _time(view, "created_at"), _time(view, "completed_at")
    for member, value in (("created_at", created), ("completed_at", completed)):
        if value is not None and (value != int(value) or value >= YEAR_2100):
            yield Finding(view.where(f"/{member}"), "a whole second before the year 2100", show(value))
    if created is not None and completed is not None and completed - created > _patience(view):
        expected = f"at most {_patience(view)} seconds after {show(created)}"
        yield Finding(view.where("/completed_at"), expected, show(completed))


# --- states


@rule("consistency.no_error", when=lambda view: view.status in (*UNFINISHED, "cancelled", "failed"))
def no_error(view: View) -> Iterator[Finding]:
    """Only a failed response has an error, and only an incomplete one has details of what is missing."""
    for member in ("error", "incomplete_details")[view.status == "failed" :]:
        yield from null_findings(view, member)


@rule("consistency.no_usage_yet", when=lambda view: view.status in UNFINISHED)
def no_usage_yet(view: View) -> Iterator[Finding]:
    """A response that is not finished has no usage yet."""
    yield from null_findings(view, "usage")


def _in_completed(view: View, *types: str) -> bool:
    return view.status == "completed" and any(view.items_of(*types))


@rule("consistency.message_status", when=lambda view: _in_completed(view, "message", "reasoning"))
def message_status(view: View) -> Iterator[Finding]:
    """The messages and the reasoning of a completed response are completed."""
    for where, item in view.items_of("message", "reasoning"):
        if item.get("status") in CUT_OFF:
            yield Finding(view.where(f"{where}/status"), '"completed", as the response is', show(item["status"]))


CUTTING: Final = ("max_output_tokens", "content_filter")
"""Reasons for which an answer ends in the middle of what it says."""


def _cut(view: View) -> list[Place]:
    """The item in the middle of which an answer ends, if that is one that tells how it ended."""
    # A stream that ends in another event says two things of the answer, which is the finding of another rule.
    is_told = view.terminal is None or view.terminal[1].type == "response.incomplete"
    is_cut = view.status == "incomplete" and at(view.response, "incomplete_details", "reason") in CUTTING and is_told
    kinds = ("message", "function_call", "custom_tool_call")
    last = view.items[-1:] if is_cut else ()
    return [(where, item) for where, item in last if item.get("type") in kinds and isinstance(item.get("status"), str)]


@rule("consistency.cut_off", when=lambda view: bool(_cut(view)))
def cut_off(view: View) -> Iterator[Finding]:
    """What an answer was cut off in says so."""
    for where, item in _cut(view):
        if item["status"] in ("completed", "in_progress"):
            expected = '"incomplete", as the answer was cut off in it'
            yield Finding(view.where(f"{where}/status"), expected, show(item["status"]))


@rule("consistency.call_status", when=lambda view: _in_completed(view, *BEGUN))
def call_status(view: View) -> Iterator[Finding]:
    """The calls of a completed response are not cut off. One that a program or an agent made can be in progress."""
    for where, item in view.items_of(*BEGUN):
        inner = item.get("caller") or item.get("agent")
        excused = item.get("result") or (inner and item.get("status") == "in_progress")
        if item.get("status") in BEGUN[str(item["type"])] and not excused:
            expected = "a whole call, as the response is completed"
            yield Finding(view.where(f"{where}/status"), expected, show(item["status"]))


@rule("consistency.message_content", when=lambda view: _in_completed(view, "message"))
def message_content(view: View) -> Iterator[Finding]:
    """A message of a completed response has content."""
    for where, item in view.items_of("message"):
        if item.get("content") == []:
            yield Finding(view.where(f"{where}/content"), "at least one part, as the response is completed", "[]")


def _with_results(view: View) -> list[Place]:
    return [(where, item) for where, item in view.items_of(*RESULTS) if item.get("status") == "completed"]


@rule("consistency.results", when=lambda view: bool(_with_results(view)) or any(view.items_of("mcp_call")))
def results(view: View) -> Iterator[Finding]:
    """A call that the server has completed has what it did, or what came of it; one that failed has an error."""
    for where, item in view.items_of("mcp_call"):
        error, output, status = item.get("error"), item.get("output"), item.get("status")
        # A call need not have a status.
        ended = status == "completed" or (status is None and view.status == "completed")
        if status == "failed" and not error:
            yield Finding(view.where(f"{where}/error"), "an error, as the call has failed", show(error))
        elif status == "completed" and error:
            yield Finding(view.where(f"{where}/error"), "null, as the call is completed", show(error))
        elif ended and not error and output is None:
            yield Finding(view.where(f"{where}/output"), "an output, as the call has no error", show(output))
        elif error and output:
            yield Finding(view.where(f"{where}/output"), "null, as the call has an error", show(output))
    for where, item in _with_results(view):
        member, *others = RESULTS[str(item["type"])]
        if all(item.get(name) in (None, "", {}, []) for name in (member, *others)):
            expected = f"a value, as the {item['type']} is completed"
            yield Finding(view.where(f"{where}/{member}"), expected, show(item.get(member, MISSING)))


# --- counts


@rule("consistency.usage_details", when=lambda view: isinstance(at(view.response, "usage"), dict))
def usage_details(view: View) -> Iterator[Finding]:
    """What is counted in detail is a part of what is counted in all."""
    usage = view.response["usage"]
    for side, member in (("input", "cached_tokens"), ("output", "reasoning_tokens")):
        part, whole = number(at(usage, f"{side}_tokens_details", member)), number(at(usage, f"{side}_tokens"))
        if part is not None and whole is not None and not 0 <= part <= max(whole, 0):
            where = view.where(pointer("usage", f"{side}_tokens_details", member))
            yield Finding(where, f"0 to {show(whole)}, the {side}_tokens", show(part))


# --- types


@rule("consistency.item_type", when=lambda view: any(isinstance(item.get("id"), str) for _, item in view.items))
def item_type(view: View) -> Iterator[Finding]:
    """An item whose id begins as those of a type do is of a known type."""
    for where, item in view.items:
        kind, id_ = item.get("type"), item.get("id")
        if isinstance(id_, str) and not (isinstance(kind, str) and kind in (*PREFIXES, *SENT_ONLY)):
            meant = [known for known, prefix in PREFIXES.items() if id_.startswith(prefix)]
            if meant:
                expected = f"{show(meant[0])}, as the id begins with {PREFIXES[meant[0]]}"
                yield Finding(view.where(f"{where}/type"), expected, show(item.get("type", MISSING)))


def _annotations(view: View) -> Iterator[tuple[str, dict[str, Any], str]]:
    """Pointer and value of each annotation of a text, with the text."""
    found = ((where, annotation, part.get("text")) for where, annotation, part in view.annotations())
    return ((where, annotation, text) for where, annotation, text in found if isinstance(text, str))


@rule("consistency.part_type", when=lambda view: any(view.parts()))
def part_type(view: View) -> Iterator[Finding]:
    """What has the members of a text, a refusal or a citation has its type too; a part of a request is none here."""
    for where, value, kinds, closed in typed_parts(view):
        named = value.get("type", MISSING)
        if (kind := known_by(value, kinds)) is not None:
            yield Finding(view.where(f"{where}/type"), show(kind), show(named))
        elif isinstance(named, str) and named.startswith(OF_REQUESTS):
            yield Finding(view.where(f"{where}/type"), " or ".join(map(show, closed)), show(named))


@rule("consistency.annotation_place", when=lambda view: any(_annotations(view)))
def annotation_place(view: View) -> Iterator[Finding]:
    """An annotation stands inside its text, and begins before it ends. A page is cited once at a place."""
    seen: set[tuple[Any, ...]] = set()
    for where, annotation, text in _annotations(view):
        url = annotation.get("url")
        start, end = number(annotation.get("start_index")), number(annotation.get("end_index"))
        index = number(annotation.get("index"))
        place = (where.rpartition("/")[0], url, start, end) if isinstance(url, str) else None
        if place in seen:
            yield Finding(view.where(where), "an annotation that the text has once", show(annotation))
        # Files can be cited twice at a place, as OpenAI's own examples show.
        seen.update([place] if place else [])
        if start is not None and end is not None and not 0 <= start <= end <= len(text):
            expected = f"a place inside the text of {len(text)} characters"
            yield Finding(view.where(where), expected, f"{show(start)} to {show(end)}")
        elif index is not None and not 0 <= index <= len(text):
            yield Finding(view.where(f"{where}/index"), f"0 to {len(text)}, a place inside the text", show(index))


# --- texts


def _name(character: str) -> str:
    return "NUL" if character == "\0" else f"U+{ord(character):04X}"


def _sent(view: View, character: str) -> bool:
    """True if a model may repeat a character, which the request or a tool holds, as itself or escaped."""
    return character in known(view) or f"\\u{ord(character):04x}" in known(view).lower()


@rule("consistency.text_characters", when=lambda view: bool(written(view)))
def text_characters(view: View) -> Iterator[Finding]:
    """A text holds no control code, no half of a character and none that stands for a lost one, unless it was sent."""
    for one in written(view):
        found = next((match for match in LOST.finditer(one.text) if not _sent(view, match.group())), None)
        if found is not None:
            yield Finding(one.where, f"no {_name(found.group())} in the text", f"one at character {found.start()}")


# --- order


@rule("consistency.order", when=lambda view: view.status == "completed" and bool(view.items))
def order(view: View) -> Iterator[Finding]:
    """The output of a completed response does not end while the model thinks."""
    where, last = view.items[-1]
    if last.get("type") == "reasoning":
        expected = "a message, a call or another result at the end, as the response is completed"
        yield Finding(view.where(f"{where}/type"), expected, '"reasoning"')
