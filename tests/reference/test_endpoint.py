"""The reference endpoint: whom it lets in, what it refuses, and what of a request it repeats."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from conformance.contract import Level, load
from tests.reference.client import MODEL, SERVED, TOKEN, answered, ask, basic, ids_aside, refused

# --- the door --------------------------------------------------------------------------------------------------------


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
        pytest.param(f"authorization: Bearer {TOKEN} {TOKEN}", 401, id="two_tokens"),
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
    """The right credential is answered in each form, any other is refused, and no secret is repeated."""
    name, _, value = header.encode().partition(b": ")
    reply = httpx.post(f"{guarded}/responses", headers={name: value}, json={"model": MODEL, "input": "hi"})
    assert reply.status_code == status
    if status != 200:
        refused(reply, status)
        assert "s3cret" not in reply.text
        assert "wrong-token" not in reply.text


def test_without_a_token_any_credential_will_do_and_none_will_not(client: httpx.Client) -> None:
    """An endpoint without a token wants a credential of the right form, whatever it is."""
    url = f"{client.base_url}responses"
    for authorization in ("Bearer x", "bearer x", basic("token", "y")):
        reply = httpx.post(url, headers={"authorization": authorization}, json={"model": MODEL, "input": "hi"})
        assert reply.status_code == 200
    refused(httpx.post(url, json={"model": MODEL, "input": "hi"}), 401)
    refused(httpx.post(f"{url}?access_token=x&token=x", json={"model": MODEL, "input": "hi"}), 401)
    for name, value in {"api-key": "x", "authorization": basic("someone", "x"), "Authorization": "Bearer"}.items():
        refused(httpx.post(url, headers={name: value}, json={"model": MODEL, "input": "hi"}), 401)


def test_the_credential_comes_before_everything_else(client: httpx.Client) -> None:
    """Without a credential nothing else of the request is looked at."""
    for content in (b"no JSON", b" " * 20_000_001):
        refused(httpx.post(f"{client.base_url}responses", content=content), 401)


def test_other_paths_and_methods(client: httpx.Client) -> None:
    """Other paths are not found, and other methods are told which one there is."""
    for path in ("/", "/responses/", "/responses/resp_1", "/chat/completions"):
        refused(client.post(path, json={}), 404)
    refused(client.get("/responses/resp_1"), 404)
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
        pytest.param(b'{"input": [%b0]}' % (b"0," * 5_000_000), id="too_many_values"),
    ],
)
def test_a_body_that_is_no_json_object(client: httpx.Client, content: bytes) -> None:
    """A body that is no JSON object is refused."""
    refused(client.post("/responses", content=content, headers={"content-type": "application/json"}), 400)


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "", None])
def test_another_content_type(client: httpx.Client, content_type: str | None) -> None:
    """A body of another content type is refused."""
    headers = {} if content_type is None else {"content-type": content_type}
    content = json.dumps({"model": MODEL, "input": "hi"}).encode()
    refused(client.post("/responses", content=content, headers=headers), 400, "application/json")


def test_content_type_with_a_parameter(client: httpx.Client) -> None:
    """Letters and parameters of the content type mean nothing."""
    content = json.dumps({"model": MODEL, "input": "hi"}).encode()
    headers = {"content-type": "Application/JSON; charset=utf-8"}
    assert client.post("/responses", content=content, headers=headers).status_code == 200


def test_of_a_duplicate_key_the_last_counts(client: httpx.Client) -> None:
    """A member that comes twice counts as it came last."""
    content = b'{"model": "nothing", "model": "system.ai.gpt-5-4", "input": "hi"}'
    assert client.post("/responses", content=content, headers={"content-type": "application/json"}).status_code == 200


def test_a_body_that_is_too_large(client: httpx.Client) -> None:
    """A body over the limit is refused, announced or not."""

    def unannounced() -> Iterator[bytes]:
        for _ in range(21):
            yield b" " * 1_000_000

    headers = {"content-type": "application/json"}
    refused(client.post("/responses", content=b" " * 20_000_001, headers=headers), 413)
    refused(client.post("/responses", content=unannounced(), headers=headers), 413)


def test_an_input_that_does_not_fit_into_the_context(client: httpx.Client) -> None:
    """An input over the context is refused, one below is answered."""
    refused(ask(client, input="four " * 400_001), 400, "input")
    assert ask(client, input="four " * 200_000).status_code == 200


# --- models ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SERVED)
def test_each_served_model_answers_under_the_name_of_a_snapshot(client: httpx.Client, name: str) -> None:
    """Every model answers, under a name that nobody sent."""
    response = answered(client, model=f"system.ai.{name}")
    assert response["model"]
    assert response["model"] not in {name, f"system.ai.{name}"}
    thoughts = [] if response["reasoning"]["effort"] == "none" else ["reasoning"]
    assert [item["type"] for item in response["output"]] == [*thoughts, "message"]


def test_a_model_answers_under_its_name_on_serving_endpoints(client: httpx.Client) -> None:
    names = {answered(client, model=f"{before}gpt-5-4")["model"] for before in ("system.ai.", "databricks-")}
    assert len(names) == 1


def test_snapshots_differ_between_models(client: httpx.Client) -> None:
    """No two models have the same snapshot."""
    names = {answered(client, model=f"system.ai.{name}")["model"] for name in SERVED}
    assert len(names) == len(SERVED)


@pytest.mark.parametrize(
    ("model", "status"),
    [
        ("gpt-5-4", 404),
        ("databricks-gpt-99", 404),
        ("databricks-gpt-oss-120b", 400),
        ("system.ai.gpt-6-2-sol", 404),
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
    """Other models are refused with the status that their kind has."""
    refused(ask(client, model=model), status, "model")


def test_a_request_without_model_or_input(client: httpx.Client) -> None:
    """A request without model or input is refused by what it lacks."""
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
    """A parameter that is not supported is refused right behind the model."""
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
    """A value that asks for nothing is answered with the defaults."""
    response = answered(client, **{name: value})
    assert response["store"] is False
    assert response["background"] is False
    assert response["previous_response_id"] is None
    assert response["service_tier"] == "default"


def test_a_value_that_the_contract_does_not_name_is_unsupported_too(client: httpx.Client) -> None:
    """Other values of such parameters are refused too."""
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
    """A wrong parameter is refused by its name, streamed or not."""
    reply = ask(client, **body)
    assert 400 <= reply.status_code < 500
    refused(reply, reply.status_code, name)
    assert ask(client, **{"stream": True, **body}).json() == reply.json()


def test_settings_come_back_as_they_were_sent(client: httpx.Client) -> None:
    """All settings of one request come back."""
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
    """What was not sent comes back as the default."""
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
