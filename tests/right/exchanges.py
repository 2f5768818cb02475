"""Builders of right exchanges, as values that a test can then break."""

from __future__ import annotations

import copy
import json
from typing import Any

from hypothesis import strategies as st

from conformance.contract import load
from conformance.wire.exchange import Exchange, Request
from tests import ROOT

FOLDER = ROOT / "cassettes" / "reference" / "reasoning" / "effort"
RECORDED = json.loads((FOLDER / "gpt-5-4-low.json").read_text(encoding="utf-8"))["exchanges"][0]
DATABRICKS = load("databricks")
OPENAI = load("openai")
ERROR = {"code": "server_error", "message": "boom"}
"""What a response that failed says of it."""


def body(**settings: Any) -> dict[str, Any]:
    """The body of a right request."""
    return copy.deepcopy(RECORDED["request"]["body"]["json"]) | settings


def response(**members: Any) -> dict[str, Any]:
    """A right response object, as the reference endpoint gives it, with some members replaced."""
    return copy.deepcopy(RECORDED["response"]["body"]["json"]) | members


def unfinished(status: str, **members: Any) -> dict[str, Any]:
    """A response object that is right in another state than completed."""
    cut = {"output": items(status="incomplete")} if status == "incomplete" else {}
    return response(status=status, completed_at=None, **(cut | members))


def items(**message: Any) -> list[dict[str, Any]]:
    """The output of a right response, with some members of its message replaced."""
    thought, said = response()["output"]
    return [thought, said | message]


def part(text: Any) -> dict[str, Any]:
    """A part of a message."""
    return {"type": "output_text", "text": text, "annotations": [], "logprobs": []}


def exchange(
    answer: Any = None,
    *,
    status: int = 200,
    sent: dict[str, Any] | None = None,
    content: bytes | None = None,
    headers: dict[str, str] | None = None,
    **more: Any,
) -> Exchange:
    """An exchange; a right one unless something is replaced."""
    if content is None:
        content = json.dumps(response() if answer is None else answer).encode()
    request = Request("POST", "/ai-gateway/mlflow/v1/responses", json.dumps(sent or body()).encode())
    return Exchange(
        request, status, {"content-type": "application/json"} if headers is None else headers, content, **more
    )


def refusal(**members: Any) -> dict[str, Any]:
    """The body of a right error in OpenAI's envelope."""
    return {"error": {"message": "no", "type": "invalid_request_error", "param": None, "code": None} | members}


def databricks_refusal(**members: Any) -> dict[str, Any]:
    """The body of a right error in Databricks' envelope."""
    return {"error_code": "INVALID_PARAMETER_VALUE", "message": "no"} | members


def changed_somewhere(data: st.DataObject, made: Exchange, values: st.SearchStrategy[Any]) -> tuple[Any, Any]:
    """The bodies of an exchange, request and answer, with one to three of their members replaced by drawn values."""
    both = json.loads(json.dumps([made.request.json or {}, made.json]))
    for _ in range(data.draw(st.integers(1, 3))):
        value: Any = both
        while isinstance(value, dict | list) and value:
            keys = sorted(value) if isinstance(value, dict) else list(range(len(value)))
            key = data.draw(st.sampled_from(keys))
            if value is not both and data.draw(st.integers(0, 3)) == 0:
                value[key] = data.draw(values)
                break
            value = value[key]
    return both[0], both[1]
