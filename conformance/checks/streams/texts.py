"""Checks of the texts of output items that come in pieces: the pieces add up to the whole."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from conformance.checks.lib.difference import apart
from conformance.checks.lib.rules import Finding
from conformance.checks.lib.timeline import Item, Step, Timeline
from conformance.checks.streams.parts import CONTENT, SUMMARY, Parts
from conformance.checks.streams.rule import stream_rule
from conformance.wire.json_values import MISSING, at, pointer, show


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
                expected, received = apart(whole, MISSING if value is None else value)
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
            expected, received = apart(joined, whole)
            yield Finding(done.where(pointer(text.member)), f"{expected}, the pieces joined", received)


def _paired(text: str) -> str:
    """The text with the halves of a character put together that two pieces held."""
    return text if text.isascii() else text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


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
                    for member in ("annotations", "logprobs"):
                        if listed := at(step.json, "part", member):
                            yield Finding(step.where(pointer("part", member)), "[], as they follow", show(listed))


LATE: Final[dict[str, tuple[str, ...]]] = {
    "file_search_call": ("queries", "results"),
    "image_generation_call": ("result",),
    "mcp_call": ("output", "error"),
    "mcp_list_tools": ("tools",),
    "message": ("content",),
    "program_output": ("result",),
    "reasoning": ("summary", "content"),
    "shell_call_output": ("output",),
}
"""What an item of each type has when it is done, and not yet when it is added. It is beside the texts in pieces."""

SERVED: Final = ("code_interpreter_call", "file_search_call", "image_generation_call", "mcp_call", "web_search_call")
"""Calls that the server makes, which are in progress when they are added. Others were seen to be completed then."""


@stream_rule("added_whole", when=lambda t: any(item.added for item in t.items))
def added_whole(t: Timeline) -> Iterator[Finding]:
    """An item is added before it is made: nothing is in it yet that it has when it is done."""
    for item in t.items:
        added = at(item.added.json, "item") if item.added else MISSING
        if not item.added or not isinstance(added, dict):
            continue
        found = [*_whole_texts(item, added)]
        found += [(pointer("item", one), added[one]) for one in LATE.get(str(item.type), ()) if added.get(one)]
        found += [("/item/status", "completed")] * (item.type in SERVED and added.get("status") == "completed")
        # What is in pieces too is the finding of the rule above.
        if found and not any(lane.deltas for text in TEXTS for lane in text.lanes(item).values()):
            where, value = found[0]
            expected = "an item that is still to be made, as it is added"
            yield Finding(item.added.where(where), expected, show(value))


def _whole_texts(item: Item, added: Any) -> Iterator[tuple[str, str]]:
    """The texts that an item has when it is added, but arguments of functions, which another rule wants in pieces."""
    for text in TEXTS:
        if text is not ARGUMENTS and item.has("type", text.item):
            yield from ((where, value) for where, value in text.in_item(added).values() if value)


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
                    expected, received = apart(joined, whole)
                    yield Finding(done.where("/output"), f"{name} {expected}, the pieces joined", received)
