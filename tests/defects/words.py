"""Defects in words of which there are only so many: one that nobody knows, in each place that has such a list."""

from __future__ import annotations

from conformance.checks.lib.words import CLOSED, STATUSES, places
from conformance.wire.edit import put
from tests.defects.lib.answers import JSON, Changes, items_of, of_bodies
from tests.defects.lib.streams import Changes as EventChanges
from tests.defects.lib.streams import Events, of_streams, of_type

UNKNOWN = ("other", "Default", "")
OF_OTHERS = {
    "/incomplete_details/reason": ("length", "max_tokens", "stop", "token_limit"),
    "/output/*<apply_patch_call>/operation/type": ("modify_file", "edit_file", "rename_file"),
    "/reasoning/effort": ("ultra", "medium "),
    "/service_tier": ("on_demand", "standard"),
    "/text/format/type": ("json", "markdown"),
}
"""Words of other interfaces, beside those that nobody uses."""


def _of(requirement: str) -> None:
    @of_bodies(f"words.{requirement}", "response", "echo", name=f"word_of_{requirement}")
    def generate(body: JSON, _: JSON) -> Changes:
        for path in CLOSED[requirement] if requirement != STATUSES else ():
            for where, value in places(body, path):
                for word in (*OF_OTHERS.get(path, ()), *UNKNOWN) if isinstance(value, str) else ():
                    yield f"{where} {word!r}", put(where, word), (f"words.{requirement}", "echo")


for _requirement in CLOSED:
    if _requirement != STATUSES:
        _of(_requirement)


@of_bodies("words.item_status")
def _item_failed_in_part(body: JSON, _: JSON) -> Changes:
    """What the model makes itself is whole or not, and does not fail."""
    for index, item in (
        items_of(body, "message", "reasoning", "function_call") if body["status"] == "incomplete" else ()
    ):
        if isinstance(item.get("status"), str):
            yield item["type"], put(f"/output/{index}/status", "failed")


@of_bodies("consistency.call_status")
def _code_still_runs(body: JSON, _: JSON) -> Changes:
    for index, _item in items_of(body, "code_interpreter_call") if body["status"] == "completed" else ():
        for status in ("interpreting", "in_progress"):
            yield status, put(f"/output/{index}/status", status)


@of_bodies("consistency.part_type", "words.parts")
def _part_that_nobody_knows(body: JSON, _: JSON) -> Changes:
    """A part of a message, or a note on its text, of a type that no client reads."""
    for index, item in items_of(body, "message"):
        for type_ in ("input_text", "text", "output_image", "thinking"):
            yield type_, put(f"/output/{index}/content", [*item["content"], {"type": type_, type_: "x"}])


@of_streams("begun")
def _queued_in_the_foreground(events: Events) -> EventChanges:
    for index, event in of_type(events, "response.created"):
        if event["response"].get("background") is not True and not any(of_type(events, "response.queued")):
            yield "queued", put(f"/{index}/response/status", "queued"), ("words.begun",)
