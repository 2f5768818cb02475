"""The checks of texts: what stands in them is told, what a model may repeat is not."""

from __future__ import annotations

import json
from typing import Any

import pytest

from conformance.wire.edit import put
from conformance.wire.exchange import Exchange
from tests.checks.rules import found_in, judged_in
from tests.right import answers, streams
from tests.right.answers import CUSTOM, custom_call, with_items
from tests.right.changed import changed
from tests.right.exchanges import ERROR, body, exchange, items, part, refusal, response, unfinished

SPENT = {"input_tokens": 400, "input_tokens_details": {"cached_tokens": 0}, "output_tokens": 400}
SPENT |= {"output_tokens_details": {"reasoning_tokens": 0}, "total_tokens": 800}


def said(text: str, sent: str = "What is that?", **more: Any) -> Exchange:
    """An answer with a text."""
    return exchange(response(output=items(content=[part(text)]), usage=SPENT), sent=body(input=sent, **more))


WRONG = {
    "chatml": ("Well.<|im_end|>", "texts.template_marks"),
    "llama": ("Well.<|eot_id|>", "texts.template_marks"),
    "mistral": ("[INST] Well.", "texts.template_marks"),
    "gemma": ("Well.<end_of_turn>", "texts.template_marks"),
    "sentence-piece": ("Well.</s>", "texts.template_marks"),
    "halves-of-marks": ("<|channel>\nI think.<channel|>\nWell.", "texts.template_marks"),
    "bytes": ("Well <0xF0>.", "texts.template_marks"),
    "think": ("<think>I think.</think>Well.", "texts.thinking"),
    "only-the-end": ("I think.</think>\n\nWell.", "texts.thinking"),
    "harmony-without-marks": ("analysisWe have to answer.assistantfinalWell.", "texts.thinking"),
    "hermes": ('<tool_call>{"name": "x"}</tool_call>', "texts.calls"),
    "harmony-call": ("<|channel|>commentary to=functions.x<|message|>{}", "texts.calls"),
    "xml-call": ("<function=x><parameter=y>1</parameter></function>", "texts.calls"),
    "role": ("Assistant: Well.", "texts.role_label"),
    "latin-1": ("Caf\u00c3\u00a9.", "texts.mojibake"),
    "windows": ("It\u00e2\u20ac\u2122s.", "texts.mojibake"),
    "emoji": ("Well \u00f0\u0178\u02dc\u20ac.", "texts.mojibake"),
    "escape": ("\x1b[1mWell.", "consistency.text_characters"),
    "half": ("Well \ud83d.", "consistency.text_characters"),
    "lost": ("Well \ufffd.", "consistency.text_characters"),
    "same-halves": ("It is a mixture of experts. " * 2, "texts.repeated"),
}


@pytest.mark.parametrize(("text", "requirement"), WRONG.values(), ids=WRONG)
def test_what_no_text_holds(text: str, requirement: str) -> None:
    """A mark is told by one requirement, in its place; where the request holds it, nothing is said."""
    assert found_in(said(text)) == {
        requirement: {"/output/1/content/0/text" if requirement != "texts.repeated" else "/output/1"}
    }
    assert found_in(said(text, sent=f"Say this: {text} And: Assistant")).keys() <= {"usage.words"}


RIGHT = {
    "quoted": "The mark is `<|im_end|>`.\n```\n<think>\n```",
    "operators": "In F#, x <| f |> g and a || b.",
    "struck": "It is <s>five</s>",
    "french": "\u00ab CAF\u00c9\u00bb, touch\u00e9\u201d\u2026 S\u00c3O \u2013 \u00c2ngelo",
    "label": "Model: X. Assistant professors: 3.",
    "controls": "a\tb\r\nc\x0c",
    "short-twice": "ha ha",
    "dashes": "-" * 80,
    "pair": "\U0001f600",
}


@pytest.mark.parametrize("text", RIGHT.values(), ids=RIGHT)
def test_what_a_text_may_hold(text: str) -> None:
    """What looks like a mark and is none is let pass."""
    assert found_in(said(text)) == {}
    assert {"texts.template_marks", "texts.calls", "texts.mojibake"} <= judged_in(said(text))


def test_a_call_of_a_declared_tool_as_text() -> None:
    """The JSON of a call is one where a tool of its name was declared."""
    call = json.dumps({"name": "get_weather", "arguments": {"city": "Rome"}})
    answer = answers.answered(tools=[answers.WEATHER], tool_choice="none")
    for text in (call, f"```json\n{call}\n```", f"[{call}]", "get_weather(city='Rome')"):
        wrong = changed(answer, put("/output/*/content/*/text", text))
        assert found_in(wrong).keys() == {"texts.calls"}
        plain = changed(answers.answered(), put("/output/*/content/*/text", text))
        assert "texts.calls" not in found_in(plain)


def test_a_mark_in_the_name_of_a_call() -> None:
    """A server reads Harmony's marks as part of a name."""
    wrong = changed(answers.good()["named"], put("/output/0/name", "get_weather<|channel|>commentary"))
    assert found_in(wrong)["texts.template_marks"] == {"/output/0/name"}


def test_marks_in_a_stream_that_does_not_end() -> None:
    """What was streamed is looked at too, where the pieces are cut anywhere."""
    stream = streams.Stream().text("Well.<|im_", "end|>").sent
    assert [*found_in(streams.captured(stream))["texts.template_marks"]] != []


def test_a_message_that_comes_again() -> None:
    """A message that repeats or prolongs another one is told, unless it is of another phase."""
    [thought, first] = items(content=[part("It is a mixture of experts.")])
    again = first | {"id": "msg_2"}
    longer = again | {"content": [part("It is a mixture of experts. And more.")]}
    for second in (again, longer):
        wrong = exchange(response(output=[thought, first, second], usage=SPENT))
        assert found_in(wrong) == {"texts.repeated": {"/output/2"}}
    phases = [first | {"phase": "commentary"}, again | {"phase": "final_answer"}]
    assert found_in(exchange(response(output=[thought, *phases], usage=SPENT))) == {}


@pytest.mark.parametrize("text", ["", '{"input": "print(42)"}', '{"code": "print(42)"}'])
def test_the_input_of_a_free_tool(text: str) -> None:
    """Free text is neither lost nor wrapped; a tool that speaks of JSON may want it."""
    wrong = with_items([CUSTOM], custom_call(input=text))
    assert found_in(wrong) == {"texts.free_input": {"/output/0/input"}}
    of_json = CUSTOM | {"description": "Takes JSON."}
    assert found_in(with_items([of_json], custom_call(input=text))) == {}


TELLING = (
    "Traceback (most recent call last):",
    "x\n    at f (/a/b.js:1:2)",
    "key sk-abcdefghijklmnopqrstuvwx is wrong",
)


@pytest.mark.parametrize("text", TELLING)
def test_what_an_error_does_not_tell(text: str) -> None:
    """A trace or a key in a message is told, in an error and in a response that failed; a key is not shown."""
    assert found_in(exchange(refusal(message=text), status=400)) == {"texts.error_message": {"/error/message"}}
    failed = unfinished("failed", error=ERROR | {"message": text}, output=[], usage=None)
    assert found_in(exchange(failed)) == {"texts.error_message": {"/error/message"}}
    assert found_in(exchange(refusal(message=text), status=400, sent=body(input=f"Why {text}"))) == {}


def test_what_an_error_may_tell() -> None:
    """A shortened key, and a place in the request, are no secrets."""
    for text in ("Incorrect API key provided: sk-inval****-key.", "Invalid 'input[0].content': at position 3."):
        assert found_in(exchange(refusal(message=text), status=400)) == {}
