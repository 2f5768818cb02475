"""The reference endpoint's calls: of each type of tool, what is called when, and what a call holds."""

import base64
import io
import itertools
import json
from typing import Any

import httpx
import pytest
from PIL import Image

from conformance.reference.grammar import compiled
from conformance.wire.sse import decode
from tests.reference.client import (
    FORECAST,
    PERSON_TOOL,
    answered,
    ask,
    called,
    refused,
    text_of,
)

LOCAL = {"type": "local"}
TOOLS: dict[str, dict[str, Any]] = {
    "function": FORECAST,
    "custom": {"type": "custom", "name": "code_exec"},
    "apply_patch": {"type": "apply_patch"},
    "shell": {"type": "shell", "environment": LOCAL},
    "image_generation": {"type": "image_generation", "size": "64x64"},
    "web_search": {"type": "web_search"},
}
CALLS = {"function": "function_call", "custom": "custom_tool_call"}
OUTPUTS: dict[str, dict[str, Any]] = {
    "function": {"output": "18 degrees"},
    "custom": {"output": [{"type": "input_text", "text": "42"}]},
    "apply_patch": {"status": "failed", "output": "no such file"},
    "shell": {"output": [{"stdout": "a.txt", "stderr": "", "outcome": {"type": "exit", "exit_code": 0}}]},
}
SOURCES = "web_search_call.action.sources"


def events_of(client: httpx.Client, tool: dict[str, Any], **body: Any) -> list[dict[str, Any]]:
    """The events of the call of a tool, from its announcement to its end."""
    reply = ask(client, tools=[tool], tool_choice="required", stream=True, **body)
    return [event.json for event in decode(reply.content)[0] if event.json.get("output_index") == 0]


def names(events: list[dict[str, Any]]) -> list[str]:
    """The types of events, each as often as it comes again after another."""
    types = [event["type"].removeprefix("response.") for event in events]
    return [one for number, one in enumerate(types) if number == 0 or types[number - 1] != one]


# --- which tools are called ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", TOOLS)
def test_a_tool_of_any_type_is_called(client: httpx.Client, kind: str) -> None:
    """A tool of each type is called, however it is forced."""
    tool = TOOLS[kind]
    choice = {key: tool[key] for key in ("type", "name") if key in tool}
    choice |= {"type": "web_search_preview"} if kind == "web_search" else {}
    allowed = {"type": "allowed_tools", "mode": "required", "tools": [{k: v for k, v in tool.items() if k in choice}]}
    for wanted in ("required", choice, allowed):
        call = called(client, tool, tool_choice=wanted)[0]
        assert (call["type"], call["status"]) == (CALLS.get(kind, f"{kind}_call"), "completed")
        assert call.get("name") == tool.get("name")


def test_two_tools_at_most_in_the_order_of_their_declaration(client: httpx.Client) -> None:
    """The first two tools are called, or one where one is allowed."""
    tools = list(TOOLS.values())
    for first, second in itertools.pairwise(tools):
        wanted = [CALLS.get(tool["type"], f"{tool['type']}_call") for tool in (first, second)]
        assert [item["type"] for item in called(client, first, second, PERSON_TOOL)][:2] == wanted
        one = called(client, first, second, parallel_tool_calls=False)
        assert [item["type"] for item in one if item["type"] != "message"] == wanted[:1]


def test_the_number_of_hosted_calls_is_limited(client: httpx.Client) -> None:
    """The limit counts calls that the server makes, and no others."""
    tools = [TOOLS["web_search"], TOOLS["image_generation"]]
    assert [item["type"] for item in called(client, *tools, max_tool_calls=2)][1] == "image_generation_call"
    assert [item["type"] for item in called(client, *tools, max_tool_calls=1)] == ["web_search_call", "message"]
    assert len(called(client, FORECAST, PERSON_TOOL, max_tool_calls=1)) == 2
    refused(ask(client, tools=tools, max_tool_calls=0), 400, "max_tool_calls")


@pytest.mark.parametrize("kind", OUTPUTS)
def test_a_tool_that_the_question_names_is_announced_and_called(client: httpx.Client, kind: str) -> None:
    """A tool of the client that the question names is announced and called."""
    tool = TOOLS[kind]
    name = tool.get("name", kind)
    for choice in ("auto", {"type": "allowed_tools", "mode": "auto", "tools": [tool]}):
        message, call = called(client, tool, tool_choice=choice, input=f"Use {name}, please.")
        assert (message["type"], message["phase"], call["type"]) == (
            "message",
            "commentary",
            CALLS.get(kind, f"{kind}_call"),
        )
    for choice, question in (("auto", f"Use {name}s."), ("auto", "Use it."), ("none", f"Use {name}.")):
        (message,) = called(client, tool, tool_choice=choice, input=question)
        assert message["phase"] == "final_answer"


def test_hosted_tools_are_not_called_unless_they_have_to_be(client: httpx.Client) -> None:
    """A hosted tool is not called because it is named."""
    tools = [TOOLS["web_search"], TOOLS["image_generation"]]
    (message,) = called(client, *tools, tool_choice="auto", input="Use web_search and image_generation.")
    assert message["type"] == "message"


@pytest.mark.parametrize("kind", OUTPUTS)
def test_a_round_trip(client: httpx.Client, kind: str) -> None:
    """The output of each call is taken, with or without the items around it."""
    tool = TOOLS[kind]
    question = [{"role": "user", "content": f"Use {tool.get('name', kind)}, please."}]
    first = answered(client, input=question, tools=[tool], include=["reasoning.encrypted_content"])["output"]
    call = first[-1]
    output = {"type": f"{call['type']}_output", "call_id": call["call_id"], **OUTPUTS[kind]}
    bare = [{key: value for key, value in item.items() if key not in ("id", "status")} for item in (call, output)]
    for sent in ([*question, *first, output], [*question, call, output], [*question, *bare[:1], output]):
        (second,) = called(client, tool, tool_choice=None, input=sent)
        assert "1 output of called tools" in second["content"][0]["text"]
        third = called(client, tool, tool_choice=None, input=[*sent, second, {"role": "user", "content": "Thanks."}])
        assert "Thanks" in third[0]["content"][0]["text"]
    refused(ask(client, input=[*question, output]), 400, call["call_id"])
    refused(ask(client, input=[*question, output, call]), 400, call["call_id"])
    refused(ask(client, input=[*question, call, output | {"call_id": "call_other"}]), 400, "call_other")


def test_a_call_behind_a_message_fits_into_the_budget(client: httpx.Client) -> None:
    """A call that does not fit is incomplete, one that cannot be cut is whole or not there."""
    asked = {"input": "Use code_exec.", "tools": [TOOLS["custom"]], "reasoning": {"effort": "low"}}
    response = answered(client, **asked, max_output_tokens=26)
    assert response["status"] == "incomplete"
    assert [item["status"] for item in response["output"][1:]] == ["completed", "incomplete"]
    assert response["usage"]["output_tokens"] == 26
    for kind in ("apply_patch", "shell", "image_generation", "web_search"):
        cut = answered(client, tools=[TOOLS[kind]], tool_choice="required", max_output_tokens=16, input="word " * 40)
        assert all(item["status"] == "completed" for item in cut["output"] if item["type"] != "message")


# --- what is refused -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tools", "place"),
    [
        pytest.param([{"type": "custom"}], "tools[0]", id="custom_without_name"),
        pytest.param([{"type": "function"}], "tools[0]", id="function_without_name"),
        pytest.param([FORECAST, FORECAST], "tools[1].name", id="two_of_a_name"),
        pytest.param([FORECAST, {"type": "custom", "name": "forecast"}], "tools[1].name", id="two_types_of_a_name"),
        pytest.param([{"type": "shell", "environment": {"type": "container_auto"}}], "environment", id="container"),
        pytest.param([{"type": "image_generation", "size": "large"}], "tools[0].size", id="size"),
        pytest.param([{"type": "image_generation", "size": "9999x1"}], "tools[0].size", id="too_large"),
        pytest.param([{"type": "image_generation", "output_format": "bmp"}], "output_format", id="format"),
        pytest.param([{"type": "image_generation", "partial_images": 4}], "partial_images", id="partial_images"),
        pytest.param(
            [{"type": "image_generation", "partial_images": 2.0}], "partial_images", id="partial_images_float"
        ),
    ],
)
def test_tools_that_cannot_be_called(client: httpx.Client, tools: list[dict[str, Any]], place: str) -> None:
    """A tool that is wrong is refused by its place, streamed or not."""
    for stream in (False, True):
        refused(ask(client, tools=tools, stream=stream), 400, place)


@pytest.mark.parametrize(("syntax", "definition"), [("lark", "start: ("), ("lark", "start: x"), ("regex", "([")])
def test_grammars_that_do_not_compile(client: httpx.Client, syntax: str, definition: str) -> None:
    """A grammar that does not compile is refused by its place."""
    refused(ask(client, tools=[grammar_tool(syntax, definition)]), 400, "tools[0].format.definition")


# --- custom ----------------------------------------------------------------------------------------------------------


def grammar_tool(syntax: str, definition: str) -> dict[str, Any]:
    form = {"type": "grammar", "syntax": syntax, "definition": definition}
    return {"type": "custom", "name": "write", "format": form}


@pytest.mark.parametrize(
    ("syntax", "definition"),
    [
        ("lark", 'start: "SELECT " COLUMN ("," COLUMN)* " FROM " /[a-z]+/\nCOLUMN: "a" | "b"'),
        ("lark", 'start: "(" start ")" | "x"'),
        ("lark", 'start: %json {"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]}'),
        ("lark", "start: NAME NAME\nNAME: /[a-z]+/\n%ignore / +/"),
        ("regex", "[A-Z]{3}-\\d{40}"),
        ("regex", "(?i)größe: .{200}"),
        ("regex", "[^\\x00-\\x7f]{3}"),
    ],
)
def test_an_input_of_the_grammar(client: httpx.Client, syntax: str, definition: str) -> None:
    """The input is a text of the grammar."""
    (call,) = called(client, grammar_tool(syntax, definition))
    text = list(call["input"].encode())
    matcher = compiled(syntax, definition)
    assert matcher.try_consume_tokens(text) == len(text)
    assert matcher.is_accepting()


def test_a_grammar_without_a_text(client: httpx.Client) -> None:
    """A grammar that has no text is refused when it has to be used."""
    refused(ask(client, tools=[grammar_tool("lark", 'start: x\nx: x "a"')], tool_choice="required"), 400, "grammar")


def test_the_input_comes_in_pieces(client: httpx.Client) -> None:
    """An input is added, told in pieces and done."""
    events = events_of(client, TOOLS["custom"])
    text = "custom_tool_call_input"
    assert names(events) == ["output_item.added", f"{text}.delta", f"{text}.done", "output_item.done"]


# --- apply_patch and shell -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("question", "kind", "path"),
    [
        ("Delete the file old/notes.md, please.", "delete_file", "old/notes.md"),
        ("Remove it.", "delete_file", "notes.txt"),
        ("Create lib/fib.py.", "create_file", "lib/fib.py"),
        ("A new file with a poem.", "create_file", "notes.txt"),
        ("Rename fib in /etc/fib.py, ../fib.py and src/fib.py.", "update_file", "src/fib.py"),
    ],
)
def test_an_operation_on_the_file_that_the_question_names(
    client: httpx.Client, question: str, kind: str, path: str
) -> None:
    """The question decides operation and path."""
    (call,) = called(client, TOOLS["apply_patch"], input=question)
    operation = call["operation"]
    assert (operation["type"], operation["path"]) == (kind, path)
    lines = operation.get("diff", "").splitlines()
    if kind == "create_file":
        assert lines
        assert all(line.startswith("+") for line in lines)
    elif kind == "update_file":
        assert lines[0] == "@@"
        assert {line[0] for line in lines[1:]} == {" ", "-", "+"}
    else:
        assert "diff" not in operation


def test_an_update_is_of_the_lines_that_the_question_shows(client: httpx.Client) -> None:
    """An update changes lines that the question holds."""
    (call,) = called(client, TOOLS["apply_patch"], input="Greet twice in hi.py, which holds:\n\ndef f():\n    hi()\n")
    assert call["operation"]["diff"] == "@@\n def f():\n-    hi()\n+    hi()\n+    hi()\n"


def test_a_diff_comes_in_pieces(client: httpx.Client) -> None:
    """A diff is told in pieces, and a deletion has none."""
    text = "apply_patch_call_operation_diff"
    events = events_of(client, TOOLS["apply_patch"], input="Create a.txt")
    assert names(events) == ["output_item.added", f"{text}.delta", f"{text}.done", "output_item.done"]
    assert events[0]["item"]["operation"]["diff"] == ""
    assert names(events_of(client, TOOLS["apply_patch"], input="Delete it")) == [
        "output_item.added",
        "output_item.done",
    ]


def test_commands_come_in_pieces_and_name_no_item(client: httpx.Client) -> None:
    """Each command is added, told in pieces and done, without the id of its item."""
    for tool in (TOOLS["shell"], {"type": "shell"}):
        events = events_of(client, tool)
        one = [f"shell_call_command.{end}" for end in ("added", "delta", "done")]
        action = events[-1]["item"]["action"]
        assert names(events) == ["output_item.added", *one * len(action["commands"]), "output_item.done"]
        assert not any("item_id" in event for event in events)
        assert (action["timeout_ms"], action["max_output_length"]) == (None, None)


# --- image_generation ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["png", "jpeg", "webp"])
@pytest.mark.parametrize("size", ["1024x1024", "1536x1024", "100x7"])
def test_an_image_of_the_form_that_was_asked_for(client: httpx.Client, form: str, size: str) -> None:
    """The image has the size and format that were asked for, and is small."""
    tool = {"type": "image_generation", "size": size, "output_format": form, "quality": "low"}
    call, message = called(client, tool)
    data = base64.b64decode(call["result"], validate=True)
    with Image.open(io.BytesIO(data)) as image:
        image.load()
        assert (image.format, "x".join(map(str, image.size))) == (form.upper(), size)
    assert len(data) < 8_000
    assert (call["size"], call["output_format"], call["quality"]) == (size, form, "low")
    assert message["content"][0]["text"] == ""


def test_the_settings_of_an_image_that_are_left_open(client: httpx.Client) -> None:
    """What was left open is told as what was chosen."""
    for tool in ({"type": "image_generation"}, {"type": "image_generation", "size": "auto", "background": "auto"}):
        call = called(client, tool)[0]
        settings = [call[name] for name in ("size", "output_format", "background", "quality")]
        assert settings == ["1024x1024", "png", "opaque", "medium"]


@pytest.mark.parametrize("form", ["png", "webp"])
def test_a_transparent_image(client: httpx.Client, form: str) -> None:
    """A transparent image can be seen through, and is refused as JPEG."""
    tool = {"type": "image_generation", "background": "transparent", "output_format": form}
    call = called(client, tool)[0]
    with Image.open(io.BytesIO(base64.b64decode(call["result"]))) as image:
        assert image.convert("RGBA").getchannel("A").getextrema()[0] == 0
    refused(ask(client, tools=[tool | {"output_format": "jpeg"}]), 400, "background")


def test_images_are_counted(client: httpx.Client) -> None:
    """The tokens of images add up."""
    usage = answered(client, tools=[TOOLS["image_generation"]], tool_choice="required")["tool_usage"]["image_gen"]
    assert usage["total_tokens"] == usage["input_tokens"] + usage["output_tokens"] > 0
    assert usage["output_tokens_details"]["image_tokens"] == usage["output_tokens"]


def test_partial_images_as_many_as_were_asked_for(client: httpx.Client) -> None:
    """As many partial images come as were asked for, each of them an image."""
    for count in (0, 1, 3):
        events = events_of(client, TOOLS["image_generation"] | {"partial_images": count})
        shown = [event for event in events if event["type"].endswith("partial_image")]
        assert [event["partial_image_index"] for event in shown] == list(range(count))
        assert all(base64.b64decode(event["partial_image_b64"], validate=True) for event in shown)
        states = [f"image_generation_call.{state}" for state in ("in_progress", "generating", "partial_image")]
        ends = ["image_generation_call.completed", "output_item.done"]
        assert names(events) == ["output_item.added", *states[: 2 + (count > 0)], *ends]


def test_an_image_does_not_speak_where_json_is_asked_for(client: httpx.Client) -> None:
    """Beside an image the text is JSON where that was asked for."""
    _, message = called(client, TOOLS["image_generation"], text={"format": {"type": "json_object"}})
    assert isinstance(json.loads(message["content"][0]["text"]), dict)


# --- web_search ------------------------------------------------------------------------------------------------------


def test_a_search_is_cited(client: httpx.Client) -> None:
    """A search is cited at the place in the text that holds its address."""
    call, message = called(client, TOOLS["web_search"], input="Größe der Erde 🌍?")
    assert call["action"]["type"] == "search"
    assert call["action"]["queries"] == [call["action"]["query"]]
    assert "sources" not in call["action"]
    text, (citation,) = message["content"][0]["text"], message["content"][0]["annotations"]
    assert citation["url"] in text[citation["start_index"] : citation["end_index"]]
    assert citation["title"]
    response = answered(client, tools=[TOOLS["web_search"]], tool_choice="required")
    assert response["tool_usage"]["web_search"] == {"num_requests": 1}


def test_sources_where_they_are_asked_for(client: httpx.Client) -> None:
    """Sources that are asked for are those that are cited."""
    call, message = called(client, TOOLS["web_search"], include=[SOURCES])
    assert [source["url"] for source in call["action"]["sources"]] == [
        annotation["url"] for annotation in message["content"][0]["annotations"]
    ]


def test_the_events_of_a_search(client: httpx.Client) -> None:
    """A search tells its progress in order."""
    events = events_of(client, TOOLS["web_search"])
    states = [f"web_search_call.{state}" for state in ("in_progress", "searching", "completed")]
    assert names(events) == ["output_item.added", *states, "output_item.done"]
    assert "action" not in events[0]["item"]


def test_json_is_not_cited(client: httpx.Client) -> None:
    """Text that is JSON holds no citations."""
    _, message = called(client, TOOLS["web_search"], text={"format": {"type": "json_object"}})
    assert message["content"][0]["annotations"] == []
    assert isinstance(json.loads(message["content"][0]["text"]), dict)


# --- the echo --------------------------------------------------------------------------------------------------------


def test_settings_inside_tools_come_back_completed(client: httpx.Client) -> None:
    """What a tool leaves open comes back as null."""
    place = {"type": "approximate", "city": "Rome"}
    (echoed,) = answered(client, tools=[{"type": "web_search", "user_location": place}])["tools"]
    assert echoed["user_location"] == {**place, "country": None, "region": None, "timezone": None}


def test_a_long_budget_changes_nothing(client: httpx.Client) -> None:
    """With tokens to spare the same items come."""
    for tool in TOOLS.values():
        items = called(client, tool, max_output_tokens=5000)
        assert [item["type"] for item in items] == [item["type"] for item in called(client, tool)]
    assert text_of(answered(client))
