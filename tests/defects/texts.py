"""Defects in what the texts of an answer hold: marks, calls as text, wrong encodings, what is said twice."""

from __future__ import annotations

import json
from collections.abc import Iterator

from conformance.wire.edit import put
from tests.defects.lib.answers import JSON, Changes, items_of, of_bodies, of_errors, parts_of
from tests.defects.lib.streams import Changes as EventChanges
from tests.defects.lib.streams import Events, of_streams, of_type

MARKED = {
    "texts.template_marks": (
        "{}<|im_end|>",
        "{}<|eot_id|>",
        "<|start|>assistant<|channel|>final<|message|>{}",
        "{}<|return|>",
        "[INST] {} [/INST]",
        "{}</s>",
        "<s>{}",
        "{}<end_of_turn>",
        "{}<\uff5cend\u2581of\u2581sentence\uff5c>",
        "<0xF0><0x9F>{}",
    ),
    "texts.thinking": (
        "<think>\nI have to answer.\n</think>\n{}",
        "I have to answer.\n</think>\n\n{}",
        "<thinking>Well.</thinking>{}",
        "[THINK]Well.[/THINK]{}",
        "analysisWe need to answer.assistantfinal{}",
        "<|channel|>analysis<|message|>Well.<|end|>{}",
    ),
    "texts.calls": (
        '<tool_call>\n{{"name": "look", "arguments": {{}}}}\n</tool_call>',
        "<function=look>\n<parameter=what>\nit\n</parameter>\n</function>",
        '[TOOL_CALLS][{{"name": "look", "arguments": {{}}}}]',
        "<|channel|>commentary to=functions.look <|message|>{{}}<|call|>",
        '<invoke name="look"></invoke>',
    ),
    "texts.role_label": ("Assistant: {}", "assistant\n{}", "AI: {}"),
    "texts.mojibake": (
        "{} caf\u00c3\u00a9",
        "{} it\u00e2\u20ac\u2122s",
        "{} \u00f0\u0178\u02dc\u20ac",
        "\u00ef\u00bb\u00bf{}",
    ),
    "consistency.text_characters": ("{}\x1b[0m", "{}\x07", "{} \ud83d", "{}\ufffd", "\ufeff{}", "{}\x85"),
}
"""What stands around a text, or in its place, by who has to notice it."""


def _texts(body: JSON) -> Iterator[tuple[str, str]]:
    """Pointer and text of each part of a message, and of each summary."""
    for index, number, part in parts_of(body):
        yield f"/output/{index}/content/{number}/text", part["text"]
    for index, item in items_of(body, "reasoning"):
        for number, part in enumerate(item.get("summary") or ()):
            yield f"/output/{index}/summary/{number}/text", part["text"]


def _registered() -> None:
    for requirement, forms in MARKED.items():
        _answers(requirement, forms)


def _answers(requirement: str, forms: tuple[str, ...]) -> None:
    name = requirement.partition(".")[2]

    @of_bodies(requirement, name=f"text_with_{name}")
    def generate(body: JSON, _: JSON) -> Changes:
        for where, text in _texts(body):
            if requirement == "texts.role_label" and "/summary/" in where:
                continue
            for form in forms:
                yield f"{where} {form!r}", put(where, form.format(text))


_registered()


@of_streams()
def _streamed_text_marked(events: Events) -> EventChanges:
    """The marks stand in what was streamed, wherever the pieces were cut."""
    for requirement, forms in MARKED.items():
        for index, event in of_type(events, "response.output_text.done") if requirement.startswith("texts.") else ():
            for form in forms:
                if event["text"] and "{}" in form.replace("{{}}", ""):
                    yield f"{requirement} {form!r}", put(f"/{index}/text", form.format(event["text"])), (requirement,)


@of_bodies("texts.template_marks", "calls")
def _name_of_a_call_marked(body: JSON, _: JSON) -> Changes:
    """What Harmony's parser left in the name of a function."""
    for index, item in items_of(body, "function_call"):
        for mark in ("<|channel|>commentary", "<|constrain|>json"):
            yield mark, put(f"/output/{index}/name", item["name"] + mark), ("texts.template_marks",)


@of_bodies("texts.calls")
def _call_of_a_declared_function_as_text(body: JSON, sent: JSON) -> Changes:
    """The call of a function comes as the text of a message."""
    names = [tool["name"] for tool in sent.get("tools") or () if tool.get("type") in ("function", "custom")]
    kind = body["text"]["format"]["type"]
    for index, number, _part in parts_of(body) if names and kind == "text" else ():
        where = f"/output/{index}/content/{number}/text"
        for text in (
            json.dumps({"name": names[0], "arguments": {"a": 1}}),
            "```json\n" + json.dumps({"name": names[0], "parameters": {}}) + "\n```",
            json.dumps([{"type": "function", "function": {"name": names[0], "arguments": "{}"}}]),
            f"[{names[0]}(city='Rome')]",
        ):
            yield text, put(where, text)


@of_bodies("texts.repeated")
def _said_twice(body: JSON, sent: JSON) -> Changes:
    """A message comes again, alone or with more behind it, or its text is sent twice."""
    said = [(index, item) for index, item in items_of(body, "message") if len(str(item["content"])) > 200]
    for index, item in said if "max_output_tokens" not in sent else ():
        again = {**item, "id": f"{item['id']}2"}
        yield "again", put("/output", [*body["output"], again])
        if len(item["content"]) == 1 and item["content"][0].get("text"):
            where, text = f"/output/{index}/content/0/text", item["content"][0]["text"]
            yield "twice", put(where, text + text)
            yield "twice with a line", put(where, f"{text}\n{text}")
            longer = put("/content/0/text", text + " And more.")(again)
            yield "grown", put("/output", [*body["output"], longer])


@of_bodies("texts.free_input")
def _free_input_wrapped(body: JSON, sent: JSON) -> Changes:
    """A bridge that knows functions only gives the text as the argument of one, or loses it."""
    free = [tool["name"] for tool in sent.get("tools") or () if (tool.get("format") or {}).get("type") == "text"]
    for index, item in items_of(body, "custom_tool_call"):
        if item["name"] in free:
            for member in ("input", "code", "patch", "command"):
                yield member, put(f"/output/{index}/input", json.dumps({member: item["input"]}))
            yield "empty", put(f"/output/{index}/input", "")


TELLING = (
    "Traceback (most recent call last):\n  File \"/app/server.py\", line 12, in create\nKeyError: 'x'",
    "TypeError: x is undefined\n    at respond (/srv/app/index.js:10:5)",
    "panicked at src/main.rs:10:5",
    "1 validation error for Response. For further information visit https://errors.pydantic.dev/2.11/v/missing",
    "Incorrect API key provided: sk-proj-abcdefghijklmnopqrstuvwx0123456789.",
    "Upstream refused Bearer abcdefghijklmnopqrstuvwxyz012345.",
    "dapi0123456789abcdef0123456789abcdef is not known.",
)


@of_errors("texts.error_message")
def _error_tells_too_much(body: JSON, _: JSON) -> Changes:
    for text in TELLING:
        yield text, put("/error/message", text)


@of_bodies("texts.error_message")
def _failure_tells_too_much(body: JSON, _: JSON) -> Changes:
    for text in TELLING if body["status"] == "failed" else ():
        yield text, put("/error/message", text)
