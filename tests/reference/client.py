"""Asks the reference endpoint, for its tests."""

import base64
from typing import Any

import httpx

from conformance.checks import judge
from conformance.contract import Level, load
from conformance.reference import models
from conformance.wire.exchange import Exchange, Request
from conformance.wire.schema import violations
from conformance.wire.sse import decode

BEARER = {"authorization": "Bearer some-token"}
MODEL = "system.ai.gpt-5-4"
SERVED = [name for name, m in load().models.items() if m.lifecycle in models.SERVED]
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


TOKEN = "s3cret-Tökén"


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


def accepted(reply: httpx.Response) -> None:
    """No check of the suite has anything against an answer, streamed or not, right or refused."""
    request = Request("POST", reply.request.url.path, reply.request.content)
    exchange = Exchange(request, reply.status_code, dict(reply.headers), reply.content)
    results = judge(exchange, load())
    assert [result for result in results if result.finding and result.level is not Level.MAY] == []
    assert results


def refused(reply: httpx.Response, status: int, *names: str) -> None:
    """The reply is a refusal in OpenAI's envelope, whose message holds these names."""
    assert reply.status_code == status, reply.text
    assert reply.headers["content-type"] == "application/json"
    assert list(violations("errors#/$defs/openai", reply.json())) == []
    error = reply.json()["error"]
    assert error["type"] == "invalid_request_error"
    assert error["param"] is None or error["param"] in error["message"] or status in {404, 424}
    for name in names:
        assert name in error["message"]


def called(client: httpx.Client, *tools: dict[str, Any], **body: Any) -> list[dict[str, Any]]:
    """The items of an answer without reasoning, the same in JSON and as a stream, to which no check objects."""
    sent = {"tools": list(tools), "tool_choice": "required", **body}
    plain, streamed = ask(client, **sent), ask(client, **sent, stream=True)
    for reply in (plain, streamed):
        assert reply.status_code == 200, reply.text
        accepted(reply)
    told = decode(streamed.content)[0][-1].json["response"]
    assert [kinds(told), kinds(plain.json())] == [kinds(plain.json())] * 2
    items: list[dict[str, Any]] = plain.json()["output"]
    return items


def kinds(response: dict[str, Any]) -> list[str]:
    """The types of the output items."""
    return [item["type"] for item in response["output"]]


def text_of(response: dict[str, Any]) -> str:
    text: str = response["output"][-1]["content"][0]["text"]
    return text


def ids_aside(response: dict[str, Any]) -> dict[str, Any]:
    """The response without what is different between any two requests."""
    output = [
        {k: v for k, v in item.items() if k not in {"id", "call_id", "encrypted_content"}}
        for item in response["output"]
    ]
    return response | {"id": "", "created_at": 0, "completed_at": response["completed_at"] and 0, "output": output}


def basic(user: str, password: str) -> str:
    return f"Basic {base64.b64encode(f'{user}:{password}'.encode()).decode()}"
