"""Checks of the parts and texts of output items: opened and closed in pairs, and pieces that add up to the whole."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from conformance.checks.lib.rules import Finding
from conformance.checks.lib.timeline import Item, Step, Timeline
from conformance.checks.streams import stream_rule
from conformance.wire.json_values import MISSING, at, pointer, show

ANNOTATION: Final = "response.output_text.annotation.added"


@dataclass(frozen=True, slots=True)
class Parts:
    """A kind of part: its events, the member that numbers it, the list of the item that holds it, and what is in it."""

    prefix: str
    key: str
    path: str
    inside: tuple[str, ...]

    def sent(self, item: Item, end: str) -> dict[int | None, Step]:
        """The events that open (``added``) or close (``done``) parts of an item, by the number of the part."""
        found: dict[int | None, Step] = {}
        for step in item.of(f"{self.prefix}.{end}"):
            found.setdefault(step.number(self.key), step)
        return found

    def known(self, item: Item) -> set[int | None]:
        """The numbers of the parts of an item."""
        return {*self.sent(item, "added"), *self.sent(item, "done")}

    def meant(self, known: set[int | None], step: Step) -> int | None:
        """The number of the part that an event means: its own, or that of the only known part where it has another."""
        number = step.number(self.key)
        return next(iter(known)) if number not in known and len(known) == 1 else number


CONTENT: Final = Parts(
    prefix="response.content_part",
    key="content_index",
    path="content",
    inside=(
        "response.output_text.delta",
        "response.output_text.done",
        "response.refusal.delta",
        "response.refusal.done",
        ANNOTATION,
    ),
)
SUMMARY: Final = Parts(
    prefix="response.reasoning_summary_part",
    key="summary_index",
    path="summary",
    inside=("response.reasoning_summary_text.delta", "response.reasoning_summary_text.done"),
)


@dataclass(frozen=True, slots=True)
class Text:
    """A text that is streamed in pieces, by the events ``response.<name>.delta`` and ``response.<name>.done``.

    ``member`` holds it in the done event, ``path`` in an item of the type ``item``; ``*`` stands for the number that
    the member ``key`` of the events gives. ``parts`` are those that announce it. An item of the type ``also`` can hold
    it too.
    """

    name: str
    member: str
    item: str
    path: tuple[str, ...]
    key: str | None = None
    parts: Parts | None = None
    also: str = ""

    @property
    def done(self) -> str:
        """The type of the event with the whole text."""
        return f"response.{self.name}.done"

    def fits(self, item: Item) -> bool:
        """True if an item is one that holds these texts."""
        return item.has("type", self.item) or (self.done in item.steps and item.has("type", self.also))

    def in_item(self, value: Any) -> dict[int | None, tuple[str, str]]:
        """These texts in an item by their number, each with its pointer in the event that carries the item."""
        paths: dict[int | None, tuple[str | int, ...]] = {None: self.path}
        if "*" in self.path:
            star = self.path.index("*")
            texts = at(value, *self.path[:star])
            count = len(texts) if isinstance(texts, list) else 0
            paths = {number: (*self.path[:star], number, *self.path[star + 1 :]) for number in range(count)}
        found = {number: (pointer("item", *path), at(value, *path)) for number, path in paths.items()}
        return {number: (where, text) for number, (where, text) in found.items() if isinstance(text, str)}

    def lanes(self, item: Item) -> dict[int | None, Lane]:
        """The events of these texts in an item, by their number."""
        lanes: dict[int | None, Lane] = {}
        known = self.parts.known(item) if self.parts else set()
        for end in ("delta", "done"):
            for step in item.of(f"response.{self.name}.{end}"):
                number = self.parts.meant(known, step) if self.parts else step.number(self.key) if self.key else None
                lane = lanes.setdefault(number, Lane())
                (lane.deltas if end == "delta" else lane.dones).append(step)
        return lanes


@dataclass(slots=True)
class Lane:
    """The events of one text: its pieces, and the one with the whole of it."""

    deltas: list[Step] = field(default_factory=list)
    dones: list[Step] = field(default_factory=list)


TEXTS: Final = (
    Text("output_text", "text", "message", ("content", "*", "text"), "content_index", CONTENT),
    Text("refusal", "refusal", "message", ("content", "*", "refusal"), "content_index", CONTENT),
    Text("reasoning_text", "text", "reasoning", ("content", "*", "text"), "content_index"),
    Text("reasoning_summary_text", "text", "reasoning", ("summary", "*", "text"), "summary_index", SUMMARY),
    Text("function_call_arguments", "arguments", "function_call", ("arguments",)),
    Text("mcp_call_arguments", "arguments", "mcp_call", ("arguments",), also="mcp_approval_request"),
    Text("custom_tool_call_input", "input", "custom_tool_call", ("input",)),
    Text("code_interpreter_call_code", "code", "code_interpreter_call", ("code",)),
    Text("apply_patch_call_operation_diff", "diff", "apply_patch_call", ("operation", "diff")),
    Text("shell_call_command", "command", "shell_call", ("action", "commands", "*"), "command_index"),
)
"""Every text that is streamed in pieces; the requirement of each is ``streams.<name>``."""

ARGUMENTS: Final = next(text for text in TEXTS if text.name == "function_call_arguments")


# --- parts


def _check_parts(parts: Parts, t: Timeline) -> Iterator[Finding]:
    for item in t.seen_whole():
        added, done = parts.sent(item, "added"), parts.sent(item, "done")
        where = pointer(parts.key)
        for end, first in (("added", added), ("done", done)):
            for step in item.of(f"{parts.prefix}.{end}"):
                if first[step.number(parts.key)] is not step:
                    yield Finding(step.where(where), f"{step.type} once for each part", "another one")
        for number, step in added.items():
            if number not in done and item.is_whole:
                yield Finding(step.where(where), f"a {parts.prefix}.done for the part", "none")
        for number, step in done.items():
            if number not in added or added[number].index > step.index:
                yield Finding(step.where(where), f"a {parts.prefix}.added for the part before it", "none")
        for step in (step for type_ in parts.inside for step in item.of(type_) if parts.key in step.json):
            number = step.number(parts.key)
            if number not in added and number not in done:
                received = show(step.json[parts.key])
                yield Finding(step.where(where), "the number of a part that was added", received)
            elif item.holds(step) and not _between(added.get(number), step, done.get(number)):
                yield Finding(step.where(), "a place between the added and the done of its part", f"event {step.index}")


def _between(before: Step | None, step: Step, after: Step | None) -> bool:
    return (before is None or before.index < step.index) and (after is None or step.index < after.index)


def _has_parts(parts: Parts, t: Timeline) -> bool:
    types = (f"{parts.prefix}.added", f"{parts.prefix}.done", *parts.inside)
    return any(type_ in item.steps for item in t.items for type_ in types)


@stream_rule("content_parts", when=lambda t: _has_parts(CONTENT, t) or any(_contents(t)))
def content_parts(t: Timeline) -> Iterator[Finding]:
    """Parts of content are opened and closed in pairs, what happens to one lies between, a message holds no other."""
    yield from _check_parts(CONTENT, t)
    for item, content in _contents(t):
        announced = CONTENT.known(item)
        for number in range(len(content)):
            if number not in announced and item.done:
                where = item.done.where(pointer("item", "content", number))
                yield Finding(where, f"a part that {CONTENT.prefix}.added announced", show(content[number]))


def _contents(t: Timeline) -> Iterator[tuple[Item, list[Any]]]:
    """The messages that are done, each with its content."""
    for item in t.seen_whole():
        content = at(item.final, "content")
        if item.has("type", "message") and isinstance(content, list) and content:
            yield item, content


@stream_rule("summary_parts", when=lambda t: _has_parts(SUMMARY, t))
def summary_parts(t: Timeline) -> Iterator[Finding]:
    """Parts of a reasoning summary are opened and closed in pairs, and what happens to one lies between."""
    yield from _check_parts(SUMMARY, t)


@stream_rule("part_values", when=lambda t: _has_parts(CONTENT, t) or _has_parts(SUMMARY, t))
def part_values(t: Timeline) -> Iterator[Finding]:
    """What a part holds is the same in the event that closes the part and in the one that closes the item."""
    for item in t.items:
        for parts in (CONTENT, SUMMARY):
            added = parts.sent(item, "added")
            for number, step in parts.sent(item, "done").items():
                before = at(added[number].json, "part", "type") if number in added else MISSING
                after = at(step.json, "part", "type")
                if MISSING not in (before, after) and before != after:
                    yield Finding(step.where("/part/type"), f"{show(before)}, as the part was added", show(after))
                part = at(item.final, parts.path, -1 if number is None else number)
                for member in ("text", "refusal", "annotations") if isinstance(part, dict) else ():
                    text, whole = at(step.json, "part", member), at(part, member)
                    if text is not MISSING and text != whole:
                        expected, received = _apart(whole, text)
                        yield Finding(step.where(pointer("part", member)), expected, received)


# --- texts


def _check_text(text: Text, t: Timeline) -> Iterator[Finding]:
    for item in t.seen_whole():
        lanes = text.lanes(item)
        fits = text.fits(item)
        final = text.in_item(item.final) if fits else {}
        first = text.in_item(at(item.added.json, "item")) if fits and item.added else {}
        for number in {**lanes, **final}:
            lane = lanes.get(number, Lane())
            if text is ARGUMENTS and not (lane.deltas and lane.dones):
                continue  # the rule of arguments_events says so
            where, value = final.get(number, ("/item", None))
            if not lane.dones:
                owed = lane.deltas or (value and (where, value) != first.get(number))
                if owed and item.done and item.is_whole:
                    yield Finding(item.done.where(where), f"a {text.done} before it", "none")
                continue
            yield from _check_lane(text, item, lane)
            done = lane.dones[0]
            whole = done.json.get(text.member)
            if item.done and isinstance(whole, str) and whole != value:
                expected, received = _apart(whole, MISSING if value is None else value)
                yield Finding(item.done.where(where), f"{expected}, as in event {done.index}", received)


def _check_lane(text: Text, item: Item, lane: Lane) -> Iterator[Finding]:
    done, *repeated = lane.dones
    for step in repeated if text is not ARGUMENTS else ():
        yield Finding(step.where(), f"one {text.done}", "another one")
    for step in lane.deltas:
        if step.index > done.index and item.holds(step) and item.holds(done):
            yield Finding(step.where(), f"no piece after event {done.index} {text.done}", f"event {step.index}")
    pieces, whole = [step.json.get("delta") for step in lane.deltas], done.json.get(text.member)
    if isinstance(whole, str) and all(isinstance(piece, str) for piece in pieces):
        joined = _paired("".join(str(piece) for piece in pieces))
        if joined != _paired(whole):
            expected, received = _apart(joined, whole)
            yield Finding(done.where(pointer(text.member)), f"{expected}, the pieces joined", received)


def _paired(text: str) -> str:
    """The text with the halves of a character put together that two pieces held."""
    return text if text.isascii() else text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _apart(expected: Any, received: Any) -> tuple[str, str]:
    """Two values shown around the place where they differ."""
    if not (isinstance(expected, str) and isinstance(received, str)):
        return show(expected, 60), show(received, 60)
    shorter = min(len(expected), len(received))
    place = next((n for n in range(shorter) if expected[n] != received[n]), shorter)
    start = max(place - 20, 0)
    cut = f" at character {start}" if start else ""
    return f"{show(expected[start:], 60)}{cut}", f"{show(received[start:], 60)}{cut}"


def _register(text: Text) -> None:
    types = (f"response.{text.name}.delta", text.done)

    @stream_rule(
        text.name,
        when=lambda t: (
            any(type_ in item.steps for item in t.items for type_ in types)
            or any(text.in_item(item.final) for item in t.items if item.has("type", text.item))
        ),
    )
    def check(t: Timeline) -> Iterator[Finding]:
        return _check_text(text, t)


for _text in TEXTS:
    _register(_text)


@stream_rule("arguments_events", when=lambda t: any(item.done and item.has("type", ARGUMENTS.item) for item in t.items))
def arguments_events(t: Timeline) -> Iterator[Finding]:
    """A function call has at least one delta of its arguments and exactly one done."""
    for item in t.seen_whole():
        if item.done is None or not item.has("type", ARGUMENTS.item):
            continue
        lane = ARGUMENTS.lanes(item).get(None, Lane())
        if not lane.deltas and (lane.dones or item.is_whole):
            yield Finding(item.done.where(), f"a response.{ARGUMENTS.name}.delta before it", "none")
        if not lane.dones and item.is_whole:
            yield Finding(item.done.where(), f"a {ARGUMENTS.done} before it", "none")
        for step in lane.dones[1:]:
            yield Finding(step.where(), f"one {ARGUMENTS.done}", "another one")


@stream_rule("added_empty", when=lambda t: any(text.lanes(item) for item in t.items for text in TEXTS))
def added_empty(t: Timeline) -> Iterator[Finding]:
    """What comes in pieces is not yet in output_item.added: a client that adds the pieces up would have it twice."""
    for item in t.items:
        for text in TEXTS if item.added else ():
            if item.added and item.has("type", text.item) and any(lane.deltas for lane in text.lanes(item).values()):
                for where, value in text.in_item(at(item.added.json, "item")).values():
                    if value:
                        yield Finding(item.added.where(where), "an empty text, as its pieces follow", show(value))
                for step in text.parts.sent(item, "added").values() if text.parts else ():
                    if at(step.json, "part", text.member) not in ("", None, MISSING):
                        where, value = pointer("part", text.member), show(at(step.json, "part", text.member))
                        yield Finding(step.where(where), "an empty text, as its pieces follow", value)


# --- annotations


@stream_rule(
    "annotations",
    when=lambda t: any(ANNOTATION in item.steps or any(_annotations(item.final)) for item in t.items),
)
def announced_annotations(t: Timeline) -> Iterator[Finding]:
    """Every annotation of a text was announced, as it is and at its annotation_index."""
    for item in t.seen_whole():
        announced = _announced(item)
        for part, number, annotation in _annotations(item.final):
            said = announced.get((part, number))
            if said is None and item.done:
                where = item.done.where(pointer("item", "content", part, "annotations", number))
                yield Finding(where, f"an annotation that {ANNOTATION} announced", show(annotation))
            elif said and said.json.get("annotation") != annotation:
                received = show(said.json.get("annotation", MISSING))
                yield Finding(said.where("/annotation"), f"{show(annotation)}, as in output_item.done", received)


@stream_rule("annotations_kept", when=lambda t: any(ANNOTATION in item.steps and item.done for item in t.items))
def kept_annotations(t: Timeline) -> Iterator[Finding]:
    """Every annotation that was announced is announced once, and is in the text."""
    for item in t.seen_whole():
        announced = _announced(item)
        first = {id(step) for step in announced.values()}
        final = {(part, number) for part, number, _ in _annotations(item.final)}
        for step in item.of(ANNOTATION) if item.done else ():
            if id(step) not in first:
                yield Finding(step.where("/annotation_index"), "one event for each annotation", "another one")
        for place, step in announced.items() if item.done else ():
            if place not in final:
                received = show(step.json.get("annotation_index", MISSING))
                yield Finding(step.where("/annotation_index"), "the index of an annotation of the text", received)


def _announced(item: Item) -> dict[tuple[int | None, int | None], Step]:
    """The events that announce annotations, by the numbers of the part and of the annotation."""
    known = CONTENT.known(item)
    announced: dict[tuple[int | None, int | None], Step] = {}
    for step in item.of(ANNOTATION):
        announced.setdefault((CONTENT.meant(known, step), step.number("annotation_index")), step)
    return announced


def _annotations(final: Any) -> Iterator[tuple[int, int, Any]]:
    """The annotations of a message: number of the part, number of the annotation, annotation."""
    content = at(final, "content")
    for part, value in enumerate(content if isinstance(content, list) else ()):
        found = at(value, "annotations")
        for number, annotation in enumerate(found if isinstance(found, list) else ()):
            yield part, number, annotation


SHELL_OUTPUT: Final = "response.shell_call_output_content"


@stream_rule("shell_output", when=lambda t: any(t.of(f"{SHELL_OUTPUT}.done")))
def shell_output(t: Timeline) -> Iterator[Finding]:
    """What a command printed is the same in its pieces and in the event with the whole of it."""
    for item in t.seen_whole():
        for done in item.of(f"{SHELL_OUTPUT}.done"):
            outputs = done.json.get("output")
            if not isinstance(outputs, list):
                continue
            for name in ("stdout", "stderr"):
                pieces = [
                    at(step.json, "delta", name)
                    for step in item.of(f"{SHELL_OUTPUT}.delta")
                    if step.number("command_index") == done.number("command_index")
                ]
                joined = "".join(piece for piece in pieces if isinstance(piece, str))
                whole = "".join(text for output in outputs if isinstance(text := at(output, name), str))
                if joined != whole:
                    expected, received = _apart(joined, whole)
                    yield Finding(done.where("/output"), f"{name} {expected}, the pieces joined", received)
