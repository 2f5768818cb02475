"""The reference endpoint: what it answers, what it refuses, and that it always answers the same."""

import base64
import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import openai
import pytest

from conformance.__main__ import main
from conformance.contract import Level, Lifecycle, load
from conformance.reference.app import create_app
from conformance.reference.serve import LOOPBACK, listen, running
from conformance.schema import violations

BEARER = {"authorization": "Bearer some-token"}
MODEL = "system.ai.gpt-5-4"
SERVED = [name for name, m in load().models.items() if m.lifecycle in {Lifecycle.ACTIVE, Lifecycle.LISTED}]
PERSON = {
    "type": "object",
    "properties": {
        "name": {"type": "string"},
        "age": {"type": "integer", "minimum": 18},
        "tags": {"type": "array", "items": {"enum": ["a", "b"]}, "minItems": 2},
        "boss": {"anyOf": [{"$ref": "#"}, {"type": "null"}]},
    },
    "required": ["name", "age", "tags", "boss"],
    "additionalProperties": False,
}
FORECAST = {
    "type": "function",
    "name": "forecast",
    "parameters": {"type": "object", "properties": {"day": {"type": "string"}}},
}
PERSON_TOOL = {"type": "function", "name": "hire", "parameters": PERSON, "strict": True}


CHECKOUT = Path(__file__).parent.parent
TOKEN = "s3cret-Tökén"


@pytest.fixture(scope="session")
def guarded() -> Iterator[str]:
    with running(create_app(token=TOKEN)) as url:
        yield url


@pytest.fixture(scope="session")
def client() -> Iterator[httpx.Client]:
    with running(create_app()) as url, httpx.Client(base_url=url, headers=BEARER) as opened:
        yield opened


def ask(client: httpx.Client, **body: Any) -> httpx.Response:
    return client.post("/responses", json={"model": MODEL, "input": "What is a mixture of experts?", **body})


def answered(client: httpx.Client, **body: Any) -> dict[str, Any]:
    reply = ask(client, **body)
    assert reply.status_code == 200, reply.text
    response: dict[str, Any] = reply.json()
    assert list(violations("response", response)) == []
    usage = response["usage"]
    assert usage["total_tokens"] == usage["input_tokens"] + usage["output_tokens"]
    assert usage["output_tokens"] >= usage["output_tokens_details"]["reasoning_tokens"]
    return response


def refused(reply: httpx.Response, status: int, *names: str) -> None:
    """The reply is a refusal in Databricks' envelope, whose message holds these names."""
    assert reply.status_code == status, reply.text
    assert reply.headers["content-type"] == "application/json"
    assert list(violations("errors#/$defs/databricks", reply.json())) == []
    assert reply.json()["message"].strip()
    for name in names:
        assert name in reply.json()["message"]


def text_of(response: dict[str, Any]) -> str:
    text: str = response["output"][-1]["content"][0]["text"]
    return text


# --- the door --------------------------------------------------------------------------------------------------------


def basic(user: str, password: str) -> str:
    return f"Basic {base64.b64encode(f'{user}:{password}'.encode()).decode()}"


@pytest.mark.parametrize(
    ("header", "status"),
    [
        pytest.param(f"authorization: Bearer {TOKEN}", 200, id="bearer"),
        pytest.param(f"authorization: bEARER {TOKEN}", 200, id="scheme_in_any_case"),
        pytest.param(f"authorization: {basic('token', TOKEN)}", 200, id="basic"),
        pytest.param(f"authorization: {basic('token', TOKEN).replace('Basic', 'BASIC')}", 200, id="basic_in_any_case"),
        pytest.param("x-nothing: here", 401, id="none"),
        pytest.param("authorization: ", 401, id="empty"),
        pytest.param("authorization: Bearer", 401, id="no_token"),
        pytest.param(f"authorization: {TOKEN}", 401, id="no_scheme"),
        pytest.param(f"api-key: {TOKEN}", 401, id="api_key"),
        pytest.param(f"authorization: Digest {TOKEN}", 401, id="other_scheme"),
        pytest.param("authorization: Basic %%%", 401, id="basic_without_base64"),
        pytest.param(f"authorization: {basic('someone', TOKEN)}", 401, id="basic_other_user"),
        pytest.param(f"authorization: {basic('token', '')}", 401, id="basic_without_password"),
        pytest.param("authorization: Bearer wrong-token", 403, id="wrong"),
        pytest.param(f"authorization: Bearer {TOKEN}-and-more", 403, id="longer"),
        pytest.param(f"authorization: {basic('token', 'wrong-token')}", 403, id="basic_wrong"),
    ],
)
def test_credentials(guarded: str, header: str, status: int) -> None:
    name, _, value = header.encode().partition(b": ")
    reply = httpx.post(f"{guarded}/responses", headers={name: value}, json={"model": MODEL, "input": "hi"})
    assert reply.status_code == status
    if status != 200:
        refused(reply, status)
        assert "s3cret" not in reply.text
        assert "wrong-token" not in reply.text


def test_without_a_token_any_credential_will_do_and_none_will_not(client: httpx.Client) -> None:
    url = f"{client.base_url}responses"
    for authorization in ("Bearer x", basic("token", "y")):
        reply = httpx.post(url, headers={"authorization": authorization}, json={"model": MODEL, "input": "hi"})
        assert reply.status_code == 200
    refused(httpx.post(url, json={"model": MODEL, "input": "hi"}), 401)
    refused(httpx.post(url, headers={"api-key": "x"}, json={"model": MODEL, "input": "hi"}), 401)


def test_the_credential_comes_before_everything_else(client: httpx.Client) -> None:
    refused(httpx.post(f"{client.base_url}responses", content=b"no JSON"), 401)


def test_other_paths_and_methods(client: httpx.Client) -> None:
    for path in ("/", "/responses/", "/responses/resp_1", "/chat/completions"):
        refused(client.post(path, json={}), 404)
    for method in ("GET", "PUT", "DELETE", "PATCH"):
        reply = client.request(method, "/responses")
        refused(reply, 405, "POST")
        assert reply.headers["allow"] == "POST"


# --- the body --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"{", id="cut"),
        pytest.param(b"null", id="null"),
        pytest.param(b'[{"model": "system.ai.gpt-5-4", "input": "hi"}]', id="array"),
        pytest.param(b'"text"', id="string"),
        pytest.param(b'{"model": "system.ai.gpt-5-4", "input": "hi", "temperature": NaN}', id="nan"),
        pytest.param(b'{"model": "system.ai.gpt-5-4", "input": "hi", "temperature": 1e999}', id="infinity"),
        pytest.param(b'{"model": "system.ai.gpt-5-4", "input": "hi", "top_p": ' + b"1" * 5000 + b"}", id="many_digits"),
        pytest.param(b'{"model": "system.ai.gpt-5-4", "input": "\xff"}', id="no_utf8"),
        pytest.param(b'{"model": "system.ai.gpt-5-4", "input": "\\ud800"}', id="half_a_surrogate_pair"),
        pytest.param(b'\xef\xbb\xbf{"model": "system.ai.gpt-5-4", "input": "hi"}', id="byte_order_mark"),
        pytest.param(b"[" * 200 + b"]" * 200, id="deep"),
        pytest.param(b'{"a":' * 100_000 + b"1" + b"}" * 100_000, id="very_deep"),
    ],
)
def test_a_body_that_is_no_json_object(client: httpx.Client, content: bytes) -> None:
    refused(client.post("/responses", content=content, headers={"content-type": "application/json"}), 400)


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "", None])
def test_another_content_type(client: httpx.Client, content_type: str | None) -> None:
    headers = {} if content_type is None else {"content-type": content_type}
    content = json.dumps({"model": MODEL, "input": "hi"}).encode()
    refused(client.post("/responses", content=content, headers=headers), 400, "application/json")


def test_content_type_with_a_parameter(client: httpx.Client) -> None:
    content = json.dumps({"model": MODEL, "input": "hi"}).encode()
    headers = {"content-type": "Application/JSON; charset=utf-8"}
    assert client.post("/responses", content=content, headers=headers).status_code == 200


def test_of_a_duplicate_key_the_last_counts(client: httpx.Client) -> None:
    content = b'{"model": "nothing", "model": "system.ai.gpt-5-4", "input": "hi"}'
    assert client.post("/responses", content=content, headers={"content-type": "application/json"}).status_code == 200


def test_a_body_that_is_too_large(client: httpx.Client) -> None:
    def unannounced() -> Iterator[bytes]:
        for _ in range(21):
            yield b" " * 1_000_000

    headers = {"content-type": "application/json"}
    refused(client.post("/responses", content=b" " * 20_000_001, headers=headers), 413)
    refused(client.post("/responses", content=unannounced(), headers=headers), 413)


def test_an_input_that_does_not_fit_into_the_context(client: httpx.Client) -> None:
    refused(ask(client, input="four" * 400_001), 400, "input")
    assert ask(client, input="four" * 200_000).status_code == 200


# --- models ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SERVED)
def test_each_served_model_answers_under_the_name_of_a_snapshot(client: httpx.Client, name: str) -> None:
    response = answered(client, model=f"system.ai.{name}")
    assert response["model"]
    assert response["model"] not in {name, f"system.ai.{name}"}
    assert [item["type"] for item in response["output"]] == ["reasoning", "message"]


def test_snapshots_differ_between_models(client: httpx.Client) -> None:
    names = {answered(client, model=f"system.ai.{name}")["model"] for name in SERVED}
    assert len(names) == len(SERVED)


@pytest.mark.parametrize(
    ("model", "status"),
    [
        ("gpt-5-4", 404),
        ("databricks-gpt-5-4", 404),
        ("system.ai.databricks-gpt-5-4", 404),
        ("system.ai.", 404),
        ("system.ai.gpt-99", 404),
        ("main.default.my-service", 404),
        ("x" * 10_000, 404),
        ("system.ai.gpt-5-1-codex-max", 404),
        ("system.ai.claude-sonnet-4-5", 400),
        ("system.ai.gpt-oss-120b", 400),
        ("", 400),
        (None, 400),
        (7, 400),
        (["system.ai.gpt-5-4"], 400),
    ],
)
def test_models_that_are_not_served(client: httpx.Client, model: Any, status: int) -> None:
    refused(ask(client, model=model), status, "model")


def test_a_request_without_model_or_input(client: httpx.Client) -> None:
    refused(client.post("/responses", json={"input": "hi"}), 400, "model")
    refused(client.post("/responses", json={"model": MODEL}), 400, "input")
    refused(ask(client, input=None), 400, "input")


# --- parameters ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "value"),
    [
        pytest.param(parameter.name, value.value, id=f"{parameter.name}-{value.id}")
        for parameter in load().parameters.values()
        for value in parameter.values
        if value.level is not Level.MAY
    ],
)
def test_unsupported_parameters(client: httpx.Client, name: str, value: Any) -> None:
    refused(ask(client, **{name: value}), 400, name)
    refused(ask(client, **{name: value}, stream=True), 400, name)
    # The model is looked at first, the rest of the request after it.
    refused(ask(client, **{name: value}, model="unknown"), 404, "model")
    refused(ask(client, **{name: value}, temperature=9), 400, name)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        pytest.param(parameter.name, value.value, id=f"{parameter.name}-{value.id}")
        for parameter in load().parameters.values()
        for value in parameter.values
        if value.level is Level.MAY
    ],
)
def test_values_that_ask_for_nothing_unsupported(client: httpx.Client, name: str, value: Any) -> None:
    response = answered(client, **{name: value})
    assert response["store"] is False
    assert response["background"] is False
    assert response["previous_response_id"] is None
    assert response["service_tier"] == "default"


def test_a_value_that_the_contract_does_not_name_is_unsupported_too(client: httpx.Client) -> None:
    for name, value in {"store": 0, "background": "no", "service_tier": "scale", "previous_response_id": ""}.items():
        refused(ask(client, **{name: value}), 400, name)


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ({"temperature": 2.1}, "temperature"),
        ({"temperature": "hot"}, "temperature"),
        ({"top_p": -0.1}, "top_p"),
        ({"max_output_tokens": 15}, "max_output_tokens"),
        ({"max_output_tokens": 20.5}, "max_output_tokens"),
        ({"metadata": {"key": 1}}, "metadata.key"),
        ({"instructions": 3}, "instructions"),
        ({"stream": "yes"}, "stream"),
        ({"include": ["everything"]}, "include[0]"),
        ({"input": 7}, "input"),
        ({"input": [{"type": "message", "role": "robot", "content": "hi"}]}, "input[0].role"),
        ({"text": {"format": {"type": "yaml"}}}, "text.format.type"),
        ({"unheard_of": 1}, "unheard_of"),
        ({"max_tokens": 20}, "max_tokens"),
        ({"reasoning": {"effort": "extreme"}}, "reasoning.effort"),
        ({"reasoning": {"effort": "minimal"}}, "reasoning.effort"),
        ({"model": "system.ai.gpt-5-5-pro", "reasoning": {"effort": "low"}}, "reasoning.effort"),
        ({"prompt": {"id": "pmpt_1"}}, "prompt"),
    ],
)
def test_parameters_that_are_wrong(client: httpx.Client, body: dict[str, Any], name: str) -> None:
    reply = ask(client, **body)
    assert 400 <= reply.status_code < 500
    refused(reply, reply.status_code, name)
    assert ask(client, **{"stream": True, **body}).json() == reply.json()


def test_settings_come_back_as_they_were_sent(client: httpx.Client) -> None:
    sent = {
        "instructions": "Be brief.",
        "max_output_tokens": 500,
        "max_tool_calls": 3,
        "metadata": {"run": "7", "größe": "ß"},
        "parallel_tool_calls": False,
        "prompt_cache_key": "key",
        "prompt_cache_retention": "in_memory",
        "safety_identifier": "reader",
        "store": False,
        "temperature": 0.25,
        "tool_choice": "none",
        "top_logprobs": 2,
        "top_p": 0.5,
        "truncation": "auto",
        "user": "me",
    }
    response = answered(client, **sent, reasoning={"effort": "high", "summary": "auto"}, text={"verbosity": "low"})
    assert {name: response[name] for name in sent} == sent
    assert response["reasoning"]["effort"] == "high"
    assert response["reasoning"]["summary"] == "detailed"
    assert response["text"] == {"format": {"type": "text"}, "verbosity": "low"}


def test_settings_that_were_not_sent_have_defaults(client: httpx.Client) -> None:
    response = answered(client)
    assert response["temperature"] == 1.0
    assert response["tool_choice"] == "auto"
    assert response["tools"] == []
    assert response["truncation"] == "disabled"
    assert response["parallel_tool_calls"] is True
    assert response["metadata"] == {}
    assert response["text"] == {"format": {"type": "text"}, "verbosity": "medium"}
    assert response["reasoning"]["summary"] is None
    nothing = dict.fromkeys(
        ("temperature", "top_p", "metadata", "text", "reasoning", "tool_choice", "max_output_tokens")
    )
    assert {**response, **ids_aside(response)} == {**response, **ids_aside(answered(client, **nothing))}


def ids_aside(response: dict[str, Any]) -> dict[str, Any]:
    """The response without what is different between any two requests."""
    output = [
        {k: v for k, v in item.items() if k not in {"id", "call_id", "encrypted_content"}}
        for item in response["output"]
    ]
    return response | {"id": "", "created_at": 0, "completed_at": response["completed_at"] and 0, "output": output}


# --- the answer ------------------------------------------------------------------------------------------------------


def test_usage_grows_with_the_input(client: httpx.Client) -> None:
    image = {"type": "input_image", "image_url": f"data:image/png;base64,{'A' * 4000}", "detail": "auto"}
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
    response = answered(client, reasoning={"effort": "high"}, max_output_tokens=16)
    assert response["status"] == "incomplete"
    assert [item["type"] for item in response["output"]] == ["reasoning"]
    assert response["usage"]["output_tokens_details"]["reasoning_tokens"] == response["usage"]["output_tokens"] == 16


def test_more_effort_costs_more(client: httpx.Client) -> None:
    efforts = load().models["gpt-5-4"].efforts
    responses = [answered(client, reasoning={"effort": effort}) for effort in efforts]
    costs = [response["usage"]["output_tokens_details"]["reasoning_tokens"] for response in responses]
    assert costs == sorted(set(costs))
    assert costs[0] == 0


def test_reasoning_is_summed_up_and_encrypted_only_on_demand(client: httpx.Client) -> None:
    plain = answered(client)["output"][0]
    assert plain["summary"] == []
    assert "encrypted_content" not in plain
    detailed = answered(client, reasoning={"summary": "detailed"}, include=["reasoning.encrypted_content"])["output"][0]
    assert all(part["type"] == "summary_text" and part["text"] for part in detailed["summary"])
    assert (
        len(detailed["summary"]) > len(answered(client, reasoning={"summary": "concise"})["output"][0]["summary"]) > 0
    )
    assert detailed["encrypted_content"]


def test_logprobs_on_demand(client: httpx.Client) -> None:
    assert answered(client, top_logprobs=3)["output"][-1]["content"][0]["logprobs"] == []
    part = answered(client, top_logprobs=3, include=["message.output_text.logprobs"])["output"][-1]["content"][0]
    assert "".join(entry["token"] for entry in part["logprobs"]) == part["text"]
    assert b"".join(bytes(entry["bytes"]) for entry in part["logprobs"]) == part["text"].encode()
    assert all(len(entry["top_logprobs"]) == 3 for entry in part["logprobs"])
    assert all(entry["logprob"] == entry["top_logprobs"][0]["logprob"] <= 0 for entry in part["logprobs"])


def test_verbosity_changes_the_length(client: httpx.Client) -> None:
    lengths = [len(text_of(answered(client, text={"verbosity": level}))) for level in ("low", "medium", "high")]
    assert lengths == sorted(set(lengths))


def test_json_object(client: httpx.Client) -> None:
    assert isinstance(json.loads(text_of(answered(client, text={"format": {"type": "json_object"}}))), dict)


def test_json_schema(client: httpx.Client) -> None:
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
    form = {"type": "json_schema", "name": "it", "schema": schema, "strict": strict}
    refused(ask(client, text={"format": form}), 400, "text.format.schema")
    tool = {"type": "function", "name": "it", "parameters": schema, "strict": strict}
    refused(ask(client, tools=[tool], tool_choice="required"), 400, "tools")


# --- tools -----------------------------------------------------------------------------------------------------------


def test_declared_tools_come_back_completed(client: httpx.Client) -> None:
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
    (echoed,) = answered(client, tools=[tool])["tools"]
    assert echoed.items() >= tool.items()


def test_the_secrets_of_an_mcp_server_do_not_come_back(client: httpx.Client) -> None:
    tool = {"type": "mcp", "server_label": "wiki", "server_url": "https://example.com/mcp"}
    response = answered(client, tools=[{**tool, "authorization": "s3cret", "headers": {"X-Key": "s3cret"}}])
    assert response["tools"][0].items() >= tool.items()
    assert "s3cret" not in json.dumps(response)


def test_undocumented_tools_are_refused(client: httpx.Client) -> None:
    search = {"type": "file_search", "vector_store_ids": ["vs_1"]}
    for tool in (
        search,
        {"type": "local_shell"},
        {"type": "code_interpreter", "container": {"type": "auto"}},
        {"type": "x"},
    ):
        refused(ask(client, tools=[tool]), 400, "tools[0]")


def test_required_calls_a_function_with_arguments_of_its_schema(client: httpx.Client) -> None:
    for choice in ("required", {"type": "function", "name": "hire"}):
        reasoning, call = answered(client, tools=[PERSON_TOOL], tool_choice=choice)["output"]
        assert reasoning["type"] == "reasoning"
        assert (call["type"], call["name"], call["status"]) == ("function_call", "hire", "completed")
        assert call["id"].startswith("fc_")
        assert call["call_id"].startswith("call_")
        assert json.loads(call["arguments"])["age"] >= 18
    assert (
        json.loads(
            answered(client, tools=[{"type": "function", "name": "bare"}], tool_choice="required")["output"][1][
                "arguments"
            ]
        )
        == {}
    )


def test_parallel_calls_only_where_they_are_allowed(client: httpx.Client) -> None:
    tools = [FORECAST, PERSON_TOOL]
    both = answered(client, tools=tools, tool_choice="required")["output"][1:]
    assert [call["name"] for call in both] == ["forecast", "hire"]
    assert len({call["call_id"] for call in both} | {call["id"] for call in both}) == 4
    assert len(answered(client, tools=tools, tool_choice="required", parallel_tool_calls=False)["output"]) == 2
    chosen = answered(client, tools=tools, tool_choice={"type": "function", "name": "hire"})["output"][1:]
    assert [call["name"] for call in chosen] == ["hire"]


def test_allowed_tools(client: httpx.Client) -> None:
    def choice(mode: str, name: str) -> dict[str, Any]:
        return {"type": "allowed_tools", "mode": mode, "tools": [{"type": "function", "name": name}]}

    tools = [FORECAST, PERSON_TOOL]
    called = answered(client, tools=tools, tool_choice=choice("required", "hire"))["output"][1:]
    assert [call["name"] for call in called] == ["hire"]
    assert answered(client, tools=tools, tool_choice=choice("auto", "hire"))["output"][-1]["type"] == "message"
    refused(ask(client, tools=tools, tool_choice=choice("auto", "fire")), 400, "tool_choice")


@pytest.mark.parametrize("choice", ["required", {"type": "function", "name": "other"}, {"type": "shell"}])
def test_a_choice_of_a_tool_that_was_not_declared(client: httpx.Client, choice: Any) -> None:
    refused(ask(client, tool_choice=choice), 400, "tool_choice")
    if choice != "required":
        refused(ask(client, tools=[FORECAST], tool_choice=choice), 400, "tool_choice")


def test_a_small_budget_cuts_the_arguments(client: httpx.Client) -> None:
    long = {f"member_{number}": {"type": "string"} for number in range(40)}
    tool = {"type": "function", "name": "many", "parameters": {"type": "object", "properties": long}}
    response = answered(client, tools=[tool, FORECAST], tool_choice="required", max_output_tokens=32)
    assert response["status"] == "incomplete"
    assert [item.get("status") for item in response["output"]] == [None, "incomplete"]


def test_a_round_trip_takes_every_output_item_back(client: httpx.Client) -> None:
    first = answered(client, tools=[FORECAST], tool_choice="required", include=["reasoning.encrypted_content"])
    result = {"type": "function_call_output", "call_id": first["output"][1]["call_id"], "output": "sunny all day"}
    conversation = [{"role": "user", "content": "What is the weather?"}, *first["output"], result]
    second = answered(client, input=conversation, tools=[FORECAST])
    assert "sunny all day" in text_of(second)
    third = answered(client, input=[*conversation, *second["output"], {"role": "user", "content": "Thank you."}])
    assert "Thank you" in text_of(third)


# --- always the same -------------------------------------------------------------------------------------------------


def test_equal_requests_have_equal_answers_whoever_asks_where(client: httpx.Client, guarded: str) -> None:
    body = {"model": MODEL, "input": "What is a mixture of experts?"}
    there = httpx.post(f"{guarded}/responses", json=body, headers={"authorization": basic("token", TOKEN)})
    here = ask(client)
    assert here.content == there.content
    assert here.headers["x-request-id"] == there.headers["x-request-id"]
    assert here.headers["x-conformance-target"].startswith("reference endpoint/")


def test_different_requests_have_different_ids(client: httpx.Client) -> None:
    responses = [answered(client, user=str(number)) for number in range(20)]
    ids = [response["id"] for response in responses] + [item["id"] for r in responses for item in r["output"]]
    assert len(set(ids)) == len(ids)
    assert all(len(one) <= 64 for one in ids)
    assert all(1767225600 <= r["created_at"] == r["completed_at"] - 1 < 1798761600 for r in responses)


def test_a_change_is_applied_to_each_reply_just_before_it_is_sent() -> None:
    def teapot(reply: Any) -> Any:
        return replace(reply, status=418, content={"was": reply.status}, headers={**reply.headers, "x-changed": "yes"})

    with running(create_app(change=teapot)) as url:
        for body, status in (({"model": MODEL, "input": "hi"}, 200), ({}, 400)):
            reply = httpx.post(f"{url}/responses", json=body, headers=BEARER)
            assert (reply.status_code, reply.json(), reply.headers["x-changed"]) == (418, {"was": status}, "yes")


def test_openai_client(client: httpx.Client) -> None:
    with openai.OpenAI(base_url=str(client.base_url), api_key="any", max_retries=0) as library:
        response = library.responses.create(model=MODEL, input="hi", max_output_tokens=256)
        assert "reference endpoint" in response.output_text
        with pytest.raises(openai.BadRequestError):
            library.responses.create(model=MODEL, input="hi", store=True)
        with pytest.raises(openai.NotFoundError):
            library.responses.create(model="gpt-5", input="hi")


# --- the command line ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "arguments",
    [
        "",
        "judgement",
        "serve",
        "serve --port 65536",
        "serve --port -1",
        "serve --port eighty",
        "serve --port 0 --delay soon",
        "serve --port 0 --delay nan",
        "serve --port 0 --delay -1",
        "serve --port 0 --chunk-bytes 0",
        "serve --port 0 --unheard-of",
    ],
)
def test_wrong_arguments_are_said_in_one_sentence(arguments: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(arguments.split())
    assert left.value.code == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_a_port_in_use(capsys: pytest.CaptureFixture[str]) -> None:
    with listen(LOOPBACK, 0) as taken:
        port = taken.getsockname()[1]
        assert main(["serve", "--port", str(port)]) == 1
    assert f"cannot listen on 127.0.0.1 port {port}" in capsys.readouterr().err


@pytest.mark.parametrize("package", ["starlette", "uvicorn"])
def test_a_missing_package(package: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    for name in [name for name in sys.modules if name.startswith("conformance.reference.")]:
        monkeypatch.delitem(sys.modules, name)
    for name in [name for name in sys.modules if name.partition(".")[0] == package]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, package, None)
    assert main(["serve", "--port", "0"]) == 1
    assert f"package {package} is missing" in capsys.readouterr().err


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_serve_says_where_answers_the_same_and_ends_quietly(client: httpx.Client, stop: signal.Signals) -> None:
    command = [sys.executable, "-m", "conformance", "serve", "--port", "0", "--token", "abc"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=CHECKOUT) as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        assert url.startswith("http://127.0.0.1:")
        assert url.endswith("/ai-gateway/mlflow/v1")
        body = {"model": MODEL, "input": "What is a mixture of experts?"}
        reply = httpx.post(f"{url}/responses", json=body, headers={"authorization": "Bearer abc"})
        process.send_signal(stop)
        output, errors = process.communicate(timeout=10)
    assert reply.content == ask(client).content
    assert (output, errors, process.returncode) == ("", "", 0)
