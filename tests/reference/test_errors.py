"""The errors of the reference endpoint: their envelope, and that they are the same whatever was asked beside them."""

import json
import threading
from typing import Any

import httpx
import pytest

from conformance.reference.app import create_app
from conformance.reference.reply import Reply, like_databricks
from conformance.reference.serve import running
from conformance.wire.schema import violations
from tests.reference.client import BEARER, FORECAST, MODEL, TOKEN, accepted, answered, ask, refused

QUESTION = {"role": "user", "content": "What is a mixture of experts?"}
GRAMMAR = "start: a a a a a a a a\na: /[a-z]{3,9}/ b\nb: a 'q' | b 'z'".replace("'", '"')
"""It takes seconds to find a text of this one."""
INVALID = "invalid_value"
ERRORS: dict[str, tuple[dict[str, Any], int, str | None, str | None]] = {
    "no model": ({"model": None}, 400, "model", "missing_required_parameter"),
    "model of another type": ({"model": 7}, 400, "model", INVALID),
    "no input": ({"input": None}, 400, "input", "missing_required_parameter"),
    "input of another type": ({"input": 7}, 400, "input", INVALID),
    "input without items": ({"input": []}, 400, "input", INVALID),
    "unknown model": ({"model": "system.ai.gpt-99"}, 404, "model", "model_not_found"),
    "prefixed model": ({"model": "system.ai.databricks-gpt-5-4"}, 404, "model", "model_not_found"),
    "retired model": ({"model": "system.ai.gpt-5-1-codex-max"}, 404, "model", "model_not_found"),
    "Claude": ({"model": "system.ai.claude-sonnet-4-5"}, 400, "model", "unsupported_value"),
    "Llama": ({"model": "system.ai.llama-4-maverick"}, 400, "model", "unsupported_value"),
    "gpt-oss": ({"model": "system.ai.gpt-oss-120b"}, 400, "model", "unsupported_value"),
    "store": ({"store": True}, 400, "store", "unsupported_parameter"),
    "too few tokens": ({"max_output_tokens": 15}, 400, "max_output_tokens", "integer_below_min_value"),
    "too cold": ({"temperature": -1}, 400, "temperature", "decimal_below_min_value"),
    "too hot": ({"temperature": 2.5}, 400, "temperature", "decimal_above_max_value"),
    "too long": ({"input": "four " * 400_001}, 400, "input", "context_length_exceeded"),
    "no schema": (
        {"text": {"format": {"type": "json_schema", "name": "it", "schema": {"type": "strin"}}}},
        400,
        "text.format.schema",
        "invalid_json_schema",
    ),
    "no parameters": (
        {"tools": [FORECAST | {"parameters": {"type": "strin"}}]},
        400,
        "tools[0].parameters",
        "invalid_function_parameters",
    ),
    "no name": ({"tools": [{"type": "function"}]}, 400, "tools[0].name", "missing_required_parameter"),
    "unknown parameter": ({"max_tokens": 20}, 400, "max_tokens", "unknown_parameter"),
    "effort": ({"reasoning": {"effort": "minimal"}}, 400, "reasoning.effort", "unsupported_value"),
    "prompt": ({"prompt": {"id": "pmpt_1"}}, 404, "prompt", None),
    "no tool allowed": (
        {"tools": [FORECAST], "tool_choice": {"type": "allowed_tools", "mode": "required", "tools": []}},
        400,
        "tool_choice.tools",
        INVALID,
    ),
}


@pytest.mark.parametrize("name", ERRORS)
def test_the_envelope(client: httpx.Client, name: str) -> None:
    """Each error has its status, param and code, streamed or not."""
    body, status, param, code = ERRORS[name]
    replies = [ask(client, **body, stream=stream) for stream in (False, True)]
    for reply in replies:
        refused(reply, status)
        accepted(reply)
        assert (reply.json()["error"]["param"], reply.json()["error"]["code"]) == (param, code)
    assert replies[0].json() == replies[1].json()


@pytest.mark.parametrize("missing", ["model", "input"])
def test_a_member_that_is_left_out_is_missed(client: httpx.Client, missing: str) -> None:
    """A required member that is gone has a code of its own."""
    body = {"model": MODEL, "input": "hi"}
    del body[missing]
    error = client.post("/responses", json=body).json()["error"]
    assert (error["param"], error["code"]) == (missing, "missing_required_parameter")


def test_other_models_of_those_makers(client: httpx.Client) -> None:
    """Models that have no Responses API are refused by their name."""
    for stream in (False, True):
        for name in ("claude-haiku", "meta-llama-3-3-70b-instruct", "gpt-oss-20b"):
            refused(ask(client, model=f"system.ai.{name}", stream=stream), 400, name)


def test_ten_megabytes_are_answered_or_refused(client: httpx.Client) -> None:
    """A long input is refused and a long setting comes back."""
    refused(ask(client, input="a" * 10_000_000), 400, "input")
    assert len(answered(client, user="a" * 10_000_000)["user"]) == 10_000_000


def test_no_answer_repeats_a_token() -> None:
    """No error repeats a credential, whatever its form."""
    wrong = "another-s3cret-of-some-length"
    with running(create_app(token=TOKEN)) as url:
        heads = [
            {},
            {"api-key": wrong},
            {"authorization": wrong},
            *({"authorization": f"{scheme} {wrong}"} for scheme in ("Bearer", "bearer", "Basic", "Digest")),
            {"authorization": f"Bearer {wrong}", "api-key": wrong},
        ]
        for method, path in (("POST", "/responses"), ("GET", "/responses"), ("GET", "/responses/resp_1")):
            for headers in heads:
                reply = httpx.request(method, f"{url}{path}?token={wrong}", headers=headers, content=b"{}")
                assert 401 <= reply.status_code <= 405
                assert wrong not in reply.text + str(reply.headers)


# --- what a change sees ----------------------------------------------------------------------------------------------


def seen_by_a_change(method: str, path: str, **sent: Any) -> Reply:
    seen: list[Reply] = []

    def change(reply: Reply) -> Reply:
        seen.append(reply)
        return reply

    with running(create_app(token=TOKEN, reply_edit=change)) as url:
        httpx.request(method, f"{url}{path}", **sent)
    (reply,) = seen
    return reply


def test_a_change_sees_how_the_request_came() -> None:
    """A change is told method, path, query, headers and body of the request."""
    body = {"model": MODEL, "input": "hi"}
    reply = seen_by_a_change("POST", "/responses?token=x", headers={"API-Key": "y"}, json=body)
    assert (reply.status, reply.asked) == (401, body)
    received = reply.received
    assert (received.method, received.path) == ("POST", "/ai-gateway/mlflow/v1/responses")
    assert (received.query, received.headers["api-key"]) == ("token=x", "y")
    assert "authorization" not in received.headers
    reply = seen_by_a_change("DELETE", "/responses/resp_1", headers=BEARER)
    assert (reply.status, reply.asked, reply.received.method) == (404, {}, "DELETE")
    assert reply.received.headers["authorization"] == BEARER["authorization"]


def test_the_envelope_of_databricks() -> None:
    """The change of envelopes makes errors of Databricks' form of all errors."""
    with running(create_app(token="right", reply_edit=like_databricks)) as url:
        right = {"authorization": "Bearer right"}
        replies = [
            httpx.post(f"{url}/responses", json={}),
            httpx.post(f"{url}/responses", json={}, headers=BEARER),
            httpx.post(f"{url}/responses", json={}, headers=right),
            httpx.post(f"{url}/responses", json={"model": "none"}, headers=right),
            httpx.put(f"{url}/responses", headers=right),
            httpx.post(f"{url}/responses", content=b" " * 20_000_001, headers=right),
        ]
        assert [reply.status_code for reply in replies] == [401, 403, 400, 404, 405, 413]
        for reply in replies:
            assert list(violations("errors#/$defs/databricks", reply.json())) == []
        answer = httpx.post(f"{url}/responses", json={"model": MODEL, "input": "hi"}, headers=right)
        assert answer.json()["status"] == "completed"


# --- nothing is stored -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("members", "status"),
    [
        ({"id": "rs_1"}, 400),
        ({"id": "rs_1", "encrypted_content": None}, 400),
        ({"id": "rs_1", "encrypted_content": ""}, 400),
        ({"id": "rs_1", "encrypted_content": "of another endpoint"}, 200),
        ({"encrypted_content": "of another endpoint"}, 200),
        ({}, 200),
        ({"id": None}, 200),
        ({"id": "", "encrypted_content": None}, 200),
    ],
)
def test_reasoning_that_is_sent_back(client: httpx.Client, members: dict[str, Any], status: int) -> None:
    """Reasoning without an id or with its encrypted content is taken, a bare id is not."""
    reply = ask(client, input=[QUESTION, {"type": "reasoning", "summary": [], **members}, QUESTION])
    assert reply.status_code == status
    if status == 400:
        refused(reply, 400, "input[1]", "rs_1", "encrypted_content")


def test_tools_that_are_null_are_none(client: httpx.Client) -> None:
    """Null declares no tools."""
    for stream in (False, True):
        accepted(ask(client, tools=None, stream=stream))
    assert answered(client, tools=None)["tools"] == []
    refused(ask(client, tools=None, tool_choice="required"), 400, "tool_choice")


def test_nobody_waits_for_the_grammar_of_another(client: httpx.Client) -> None:
    """A grammar that takes long holds up no other request."""
    tool = {"type": "custom", "name": "w", "format": {"type": "grammar", "syntax": "lark", "definition": GRAMMAR}}
    done: list[httpx.Response] = []
    slow = threading.Thread(target=lambda: done.append(ask(client, tools=[tool], tool_choice="required")))
    slow.start()
    answers = 0
    while not done and answers < 5:
        answered(client, user=str(answers))
        answers += 1
    assert answers == 5
    slow.join()
    assert json.loads(done[0].content)
