"""The reference endpoint: what its answers hold, and that they are always the same."""

import json
from dataclasses import replace
from typing import Any

import httpx
import openai
import pytest

from conformance.contract import load
from conformance.reference.app import create_app
from conformance.reference.serve import running
from conformance.samples import image_input
from tests.reference.client import (
    BEARER,
    FORECAST,
    MODEL,
    PERSON,
    PERSON_TOOL,
    SERVED,
    TOKEN,
    answered,
    ask,
    basic,
    refused,
    text_of,
)

# --- the answer ------------------------------------------------------------------------------------------------------


def test_usage_grows_with_the_input(client: httpx.Client) -> None:
    """Text, instructions, tools and images all cost tokens."""
    image = {"type": "input_image", "image_url": image_input.picture("jpeg"), "detail": "auto"}
    text = {"type": "input_text", "text": "What is this?"}
    costs = [
        answered(client, **body)["usage"]["input_tokens"]
        for body in (
            {"input": "hi"},
            {"input": "hi, how are you today?"},
            {"input": "hi, how are you today?", "instructions": "Be brief."},
            {"input": "hi, how are you today?", "instructions": "Be brief.", "tools": [FORECAST]},
            {"input": [{"role": "user", "content": [text, image]}], "instructions": "Be brief.", "tools": [FORECAST]},
        )
    ]
    assert costs == sorted(set(costs))
    assert costs[-1] < 300


@pytest.mark.parametrize("name", SERVED)
def test_a_short_answer_fits_into_64_tokens(client: httpx.Client, name: str) -> None:
    """With the lowest effort 64 tokens are enough for a message, JSON or a call, on every model."""
    effort = load().models[name].lowest_effort
    for body in (
        {"input": "日本語のとても長い質問です。" * 20},
        {"input": "x" * 500},
        {"input": "hi", "text": {"format": {"type": "json_object"}}},
        {"input": "hi", "tools": [FORECAST], "tool_choice": "required"},
    ):
        response = answered(
            client, model=f"system.ai.{name}", max_output_tokens=64, reasoning={"effort": effort}, **body
        )
        assert response["status"] == "completed"


def test_a_small_budget_cuts_the_message(client: httpx.Client) -> None:
    """A message that does not fit ends early, and the answer is incomplete for that reason."""
    whole = answered(client, text={"verbosity": "high"})
    cut = answered(client, text={"verbosity": "high"}, max_output_tokens=16)
    assert cut["status"] == "incomplete"
    assert cut["incomplete_details"] == {"reason": "max_output_tokens"}
    assert cut["completed_at"] is None
    assert cut["output"][-1]["status"] == "incomplete"
    assert text_of(whole).startswith(text_of(cut))
    assert len(text_of(cut)) < len(text_of(whole))
    assert cut["usage"]["output_tokens"] == 16
    fitting = answered(client, text={"verbosity": "high"}, max_output_tokens=whole["usage"]["output_tokens"])
    assert fitting["status"] == "completed"


def test_reasoning_can_eat_the_whole_budget(client: httpx.Client) -> None:
    """With much effort and few tokens there is nothing but reasoning."""
    response = answered(client, reasoning={"effort": "high"}, max_output_tokens=16)
    assert response["status"] == "incomplete"
    assert [item["type"] for item in response["output"]] == ["reasoning"]
    assert response["usage"]["output_tokens_details"]["reasoning_tokens"] == response["usage"]["output_tokens"] == 16


def test_more_effort_costs_more(client: httpx.Client) -> None:
    """Each effort of a model costs more reasoning than the one before, and none costs nothing."""
    efforts = load().models["gpt-5-4"].efforts
    responses = [answered(client, reasoning={"effort": effort}) for effort in efforts]
    costs = [response["usage"]["output_tokens_details"]["reasoning_tokens"] for response in responses]
    assert costs == sorted(set(costs))
    assert costs[0] == 0


def test_reasoning_is_summed_up_and_encrypted_only_on_demand(client: httpx.Client) -> None:
    """Summary and encrypted content are there if they were asked for, and only then."""
    plain, concise, detailed = (
        answered(client, reasoning={"effort": "low", "summary": summary}, include=include)["output"][0]
        for summary, include in ((None, []), ("concise", []), ("detailed", ["reasoning.encrypted_content"]))
    )
    assert plain["summary"] == []
    assert "encrypted_content" not in plain
    assert all(part["type"] == "summary_text" and part["text"] for part in detailed["summary"])
    assert len(detailed["summary"]) > len(concise["summary"]) > 0
    assert detailed["encrypted_content"]


def test_nobody_reasons_at_no_effort_and_nothing_is_summed_up_that_cost_nothing(client: httpx.Client) -> None:
    """At effort none there is no reasoning item, at minimal one without a summary."""
    asked = {"summary": "detailed"}
    silent = answered(client, reasoning={"effort": "none", **asked})
    assert [item["type"] for item in silent["output"]] == ["message"]
    (thought, message) = answered(client, model="system.ai.gpt-5", reasoning={"effort": "minimal", **asked})["output"]
    assert (thought["type"], thought["summary"], message["type"]) == ("reasoning", [], "message")


def test_a_model_thinks_again_behind_a_search(client: httpx.Client) -> None:
    """Between a search and the text stands a second reasoning item."""
    asked = {"tools": [{"type": "web_search"}], "tool_choice": "required", "reasoning": {"effort": "low"}}
    output = answered(client, **asked)["output"]
    assert [item["type"] for item in output] == ["reasoning", "web_search_call", "reasoning", "message"]
    assert output[0]["id"] != output[2]["id"]


def test_logprobs_on_demand(client: httpx.Client) -> None:
    """Logprobs spell the text, with as many alternatives as were asked for."""
    assert answered(client, top_logprobs=3)["output"][-1]["content"][0]["logprobs"] == []
    part = answered(client, top_logprobs=3, include=["message.output_text.logprobs"])["output"][-1]["content"][0]
    assert "".join(entry["token"] for entry in part["logprobs"]) == part["text"]
    assert b"".join(bytes(entry["bytes"]) for entry in part["logprobs"]) == part["text"].encode()
    assert all(len(entry["top_logprobs"]) == 3 for entry in part["logprobs"])
    assert all(entry["logprob"] == entry["top_logprobs"][0]["logprob"] <= 0 for entry in part["logprobs"])


def test_verbosity_changes_the_length(client: httpx.Client) -> None:
    """The more verbose, the longer is the text."""
    lengths = [len(text_of(answered(client, text={"verbosity": level}))) for level in ("low", "medium", "high")]
    assert lengths == sorted(set(lengths))


def test_json_object(client: httpx.Client) -> None:
    """A JSON object is what the text is where one is asked for."""
    assert isinstance(json.loads(text_of(answered(client, text={"format": {"type": "json_object"}}))), dict)


def test_json_schema(client: httpx.Client) -> None:
    """The text is an instance of the schema, and the form comes back completed."""
    form = {"type": "json_schema", "name": "person", "schema": PERSON, "strict": True}
    response = answered(client, text={"format": form})
    person = json.loads(text_of(response))
    assert person["age"] >= 18
    assert len(person["tags"]) == 2
    assert response["text"]["format"] == form | {"description": None}


@pytest.mark.parametrize(
    ("schema", "strict"),
    [
        pytest.param({"type": "objekt"}, None, id="unknown_type"),
        pytest.param({"type": "object", "properties": []}, None, id="no_properties"),
        pytest.param({"type": "object", "properties": {"a": {}}, "required": ["a"]}, True, id="open"),
        pytest.param({"type": "object", "properties": {"a": {}}, "additionalProperties": False}, True, id="optional"),
        pytest.param({"type": "string"}, True, id="no_object"),
        pytest.param({"type": "object", "required": ["a"], "properties": {"a": False}}, None, id="impossible"),
        pytest.param({"$ref": "https://example.com/schema"}, None, id="reference_elsewhere"),
    ],
)
def test_json_schemas_that_are_refused(client: httpx.Client, schema: dict[str, Any], strict: bool | None) -> None:
    """A schema that is wrong, or not strict where it has to be, is refused in a form and in a tool."""
    form = {"type": "json_schema", "name": "it", "schema": schema, "strict": strict}
    refused(ask(client, text={"format": form}), 400, "text.format.schema")
    tool = {"type": "function", "name": "it", "parameters": schema, "strict": strict}
    refused(ask(client, tools=[tool], tool_choice="required"), 400, "tools")


# --- tools -----------------------------------------------------------------------------------------------------------


def test_declared_tools_come_back_completed(client: httpx.Client) -> None:
    """Strict is the default, and strict parameters come back complete."""
    loose = {"type": "function", "name": "loose", "strict": False, "parameters": {"type": "object", "properties": {}}}
    echoed = answered(client, tools=[FORECAST, PERSON_TOOL, loose, {"type": "function", "name": "bare"}])["tools"]
    assert [tool["strict"] for tool in echoed] == [True, True, False, True]
    completed = {"type": "object", "properties": {"day": {"type": "string"}}, "additionalProperties": False}
    assert echoed[0]["parameters"] == completed | {"required": ["day"]}
    assert echoed[1]["parameters"] == PERSON
    assert echoed[2]["parameters"] == loose["parameters"]


@pytest.mark.parametrize(
    "tool",
    [
        {"type": "custom", "name": "code_exec"},
        {"type": "custom", "name": "sum", "format": {"type": "grammar", "syntax": "regex", "definition": "[0-9]+"}},
        {"type": "apply_patch"},
        {"type": "shell", "environment": {"type": "local"}},
        {"type": "image_generation"},
        {"type": "web_search"},
    ],
    ids=lambda tool: tool.get("name", tool["type"]),
)
def test_documented_tools_are_accepted(client: httpx.Client, tool: dict[str, Any]) -> None:
    """Every tool of the documentation page comes back as it was declared."""
    (echoed,) = answered(client, tools=[tool])["tools"]
    assert echoed.items() >= tool.items()


def test_undocumented_tools_are_refused(client: httpx.Client) -> None:
    """Tools that the documentation page does not name are refused by their place."""
    search = {"type": "file_search", "vector_store_ids": ["vs_1"]}
    for tool in (
        search,
        {"type": "local_shell"},
        {"type": "code_interpreter", "container": {"type": "auto"}},
        {"type": "x"},
    ):
        refused(ask(client, tools=[tool]), 400, "tools[0]")


def test_required_calls_a_function_with_arguments_of_its_schema(client: httpx.Client) -> None:
    """A forced call has arguments that are an instance of its schema."""
    for choice in ("required", {"type": "function", "name": "hire"}):
        (call,) = answered(client, tools=[PERSON_TOOL], tool_choice=choice)["output"]
        assert (call["type"], call["name"], call["status"]) == ("function_call", "hire", "completed")
        assert call["id"].startswith("fc_")
        assert call["call_id"].startswith("call_")
        assert json.loads(call["arguments"])["age"] >= 18
    (bare,) = answered(client, tools=[{"type": "function", "name": "bare"}], tool_choice="required")["output"]
    assert json.loads(bare["arguments"]) == {}


def test_parallel_calls_only_where_they_are_allowed(client: httpx.Client) -> None:
    """Two functions are called at once unless that is forbidden or one is chosen."""
    tools = [FORECAST, PERSON_TOOL]
    both = answered(client, tools=tools, tool_choice="required")["output"]
    assert [call["name"] for call in both] == ["forecast", "hire"]
    assert len({call["call_id"] for call in both} | {call["id"] for call in both}) == 4
    assert len(answered(client, tools=tools, tool_choice="required", parallel_tool_calls=False)["output"]) == 1
    chosen = answered(client, tools=tools, tool_choice={"type": "function", "name": "hire"})["output"]
    assert [call["name"] for call in chosen] == ["hire"]


def test_allowed_tools(client: httpx.Client) -> None:
    """Only an allowed tool is called, if one has to be."""

    def choice(mode: str, name: str) -> dict[str, Any]:
        return {"type": "allowed_tools", "mode": mode, "tools": [{"type": "function", "name": name}]}

    tools = [FORECAST, PERSON_TOOL]
    called = answered(client, tools=tools, tool_choice=choice("required", "hire"))["output"]
    assert [call["name"] for call in called] == ["hire"]
    assert answered(client, tools=tools, tool_choice=choice("auto", "hire"))["output"][-1]["type"] == "message"
    refused(ask(client, tools=tools, tool_choice=choice("auto", "fire")), 400, "tool_choice")


@pytest.mark.parametrize("choice", ["required", {"type": "function", "name": "other"}, {"type": "shell"}])
def test_a_choice_of_a_tool_that_was_not_declared(client: httpx.Client, choice: Any) -> None:
    """A choice of what was not declared is refused."""
    refused(ask(client, tool_choice=choice), 400, "tool_choice")
    if choice != "required":
        refused(ask(client, tools=[FORECAST], tool_choice=choice), 400, "tool_choice")


def test_a_small_budget_cuts_the_arguments(client: httpx.Client) -> None:
    """Arguments that do not fit end early, and the call is incomplete."""
    long = {f"member_{number}": {"type": "string"} for number in range(40)}
    tool = {"type": "function", "name": "many", "parameters": {"type": "object", "properties": long}}
    response = answered(client, tools=[tool, FORECAST], tool_choice="required", max_output_tokens=32)
    assert response["status"] == "incomplete"
    assert [item.get("status") for item in response["output"]] == ["incomplete"]


def test_a_round_trip_takes_every_output_item_back(client: httpx.Client) -> None:
    """All items of an answer can be sent back, and the output of a call is heard."""
    thinking = {"reasoning": {"effort": "low"}, "include": ["reasoning.encrypted_content"]}
    first = answered(client, tools=[FORECAST], tool_choice="required", **thinking)
    result = {"type": "function_call_output", "call_id": first["output"][1]["call_id"], "output": "sunny all day"}
    conversation = [{"role": "user", "content": "What is the weather?"}, *first["output"], result]
    second = answered(client, input=conversation, tools=[FORECAST], **thinking)
    assert "sunny all day" in text_of(second)
    third = answered(client, input=[*conversation, *second["output"], {"role": "user", "content": "Thank you."}])
    assert "Thank you" in text_of(third)


# --- always the same -------------------------------------------------------------------------------------------------


def test_equal_requests_have_equal_answers_whoever_asks_where(client: httpx.Client, guarded: str) -> None:
    """The answer depends on the body alone."""
    body = {"model": MODEL, "input": "What is a mixture of experts?"}
    there = httpx.post(f"{guarded}/responses", json=body, headers={"authorization": basic("token", TOKEN)})
    here = ask(client)
    assert here.content == there.content
    assert here.headers["x-request-id"] == there.headers["x-request-id"]
    assert here.headers["x-conformance-target"].startswith("reference endpoint/")


def test_different_requests_have_different_ids(client: httpx.Client) -> None:
    """Ids are never the same for two requests, and short; times are those of one year."""
    responses = [answered(client, user=str(number)) for number in range(20)]
    ids = [response["id"] for response in responses] + [item["id"] for r in responses for item in r["output"]]
    assert len(set(ids)) == len(ids)
    assert all(len(one) <= 64 for one in ids)
    assert all(1767225600 <= r["created_at"] == r["completed_at"] - 1 < 1798761600 for r in responses)


def test_a_change_is_applied_to_each_reply_just_before_it_is_sent() -> None:
    """A change sees answers and errors whole, and what it makes of them is sent."""

    def teapot(reply: Any) -> Any:
        return replace(reply, status=418, content={"was": reply.status}, headers={**reply.headers, "x-changed": "yes"})

    with running(create_app(reply_edit=teapot)) as url:
        for body, status in (({"model": MODEL, "input": "hi"}, 200), ({}, 400)):
            reply = httpx.post(f"{url}/responses", json=body, headers=BEARER)
            assert (reply.status_code, reply.json(), reply.headers["x-changed"]) == (418, {"was": status}, "yes")


def test_openai_client(client: httpx.Client) -> None:
    """The official library understands answers and errors."""
    with openai.OpenAI(base_url=str(client.base_url), api_key="any", max_retries=0) as library:
        response = library.responses.create(model=MODEL, input="hi", max_output_tokens=256)
        assert "reference endpoint" in response.output_text
        with pytest.raises(openai.BadRequestError):
            library.responses.create(model=MODEL, input="hi", store=True)
        with pytest.raises(openai.NotFoundError):
            library.responses.create(model="gpt-5", input="hi")
