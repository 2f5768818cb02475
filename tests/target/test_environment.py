"""The environment: which answers are not the endpoint's fault, and that each is told with a next step."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance.target.environment import obstacle
from conformance.target.obstacles import OBSTACLES
from tests.right.exchanges import body, exchange, refusal, response


def said(status: int, answer: Any, **headers: str) -> str | None:
    """The sentence for an answer."""
    content = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
    found = obstacle(exchange(content=content, status=status, headers=headers or {"content-type": "application/json"}))
    return found.sentence if found else None


OBSTRUCTED: dict[str, tuple[int, Any, str]] = {
    "rate": (429, refusal(), "limits the rate"),
    "rate-without-body": (429, b"", "limits the rate"),
    "no-credential": (401, {"error_code": "UNAUTHENTICATED", "message": "x"}, "refuses the credential (401)"),
    "wrong-token": (403, {"error_code": "PERMISSION_DENIED", "message": "Invalid access token."}, "credential (403)"),
    "wrong-token-otherwise": (403, {"error_code": 403, "message": "Invalid Token"}, "credential (403)"),
    "scope": (403, {"error_code": "PERMISSION_DENIED", "message": "required scopes: ai-gateway"}, "scope"),
    "grant": (403, {"error_code": "PERMISSION_DENIED", "message": "User does not have EXECUTE"}, "grant"),
    "free-edition": (403, {"error_code": "PERMISSION_DENIED", "message": "has a rate limit of 0."}, "edition"),
    "adi": (403, {"error_code": "PERMISSION_DENIED", "message": "x"}, "ADI Services"),
    "switched-off": (404, {"error_code": "NOT_FOUND", "message": "'system.ai.gpt-5-4' is not enabled."}, "service"),
    "not-offered": (404, {"error_code": "X", "message": "'system.ai.gpt-5-4' does not exist"}, "does not offer"),
    "not-offered-otherwise": (404, refusal(message="ENDPOINT_NOT_FOUND: system.ai.gpt-5-4"), "ADI Services"),
    "gateway-only": (
        501,
        {
            "error_code": "NOT_IMPLEMENTED",
            "message": "'databricks-gpt-5-4' is no longer available. Use Unity Catalog model services (v3).",
        },
        "/ai-gateway/mlflow/v1",
    ),
    "adi-named": (403, refusal(message="ADI Services are not set up"), "are not set up (403)"),
    "forbidden": (403, b"<html>Forbidden</html>", "not known here, and says: <html>Forbidden</html>"),
    "forbidden-without-a-word": (403, b"", "(403) for a reason that is not known here, and says: an empty body"),
    "preview": (404, {"error_code": "FEATURE_DISABLED", "message": "x"}, "preview"),
    "not-enabled": (404, {"error_code": "NOT_FOUND", "message": "The API is not enabled."}, "preview"),
    "other-workspace": (400, refusal(message="The token was issued for another workspace."), "address"),
    "unmanaged": (400, refusal(message="classified as an unmanaged api request"), "--route"),
    "region": (500, {"error_code": "INTERNAL_ERROR", "message": "not available in this region"}, "region"),
    "compliance": (400, refusal(message="Not available with HIPAA"), "compliance profile"),
    "guardrail": (200, response(databricks_service_policy={"action": "deny"}), "guardrail"),
}


@pytest.mark.parametrize(("status", "answer", "words"), OBSTRUCTED.values(), ids=OBSTRUCTED)
def test_obstacle(status: int, answer: Any, words: str) -> None:
    """An answer of the environment is told in one sentence with its status and a next step."""
    sentence = said(status, answer)
    assert sentence is not None
    assert words in sentence
    assert str(status) in sentence
    assert ": " in sentence
    assert "\n" not in sentence


def test_image_out_of_reach() -> None:
    """A 400 that tells of a download is the environment's where the request names an image by its URL, else not."""
    answer = json.dumps(refusal(message="Error while downloading https://images.example/square.png.")).encode()
    part = {"type": "input_image", "image_url": "https://images.example/square.png"}
    shown = body(input=[{"role": "user", "content": [part]}])
    found = obstacle(exchange(content=answer, status=400, sent=shown))
    assert found is not None
    assert "--image-url" in found.sentence
    assert obstacle(exchange(content=answer, status=400)) is None


def test_no_gateway() -> None:
    """A 404 without a content type is no gateway."""
    found = obstacle(exchange(content=b"", status=404, headers={"x": "y"}))
    assert found is not None
    assert "no gateway" in found.sentence


NO_OBSTACLE: dict[str, tuple[int, Any]] = {
    "answer": (200, response()),
    "policy-that-lets-pass": (200, response(databricks_service_policy={"action": "allow"})),
    "refusal": (400, refusal()),
    "unknown-model": (404, {"error_code": "RESOURCE_DOES_NOT_EXIST", "message": "gpt-9"}),
    "not-found-of-something-else": (404, refusal(message="The response resp_1 does not exist.")),
    "server-error": (500, refusal()),
    "not-implemented": (501, refusal()),
    "gateway-error": (502, b"<html>Bad gateway</html>"),
    "redirect": (302, b""),
    "text-that-mentions-it": (200, response(instructions="429 HIPAA scope PERMISSION_DENIED")),
    "word-that-holds-it": (400, refusal(message="BAAL and HIPAAX are names")),
}


@pytest.mark.parametrize(("status", "answer"), NO_OBSTACLE.values(), ids=NO_OBSTACLE)
def test_no_obstacle(status: int, answer: Any) -> None:
    """An answer of the endpoint is no obstacle, whatever it speaks of."""
    assert said(status, answer) is None


def test_what_ends_a_whole_run() -> None:
    """A grant for one model, a model, a tool, an image, a guardrail: other requests may still be answered."""
    partial = [row.sentence for row in OBSTACLES if not row.whole_run]
    assert len(partial) == 10
    words = ("grant", "model", "tool", "image", "guardrail")
    assert all(any(word in sentence for word in words) for sentence in partial)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from([200, 301, 400, 401, 403, 404, 429, 500, 501]), st.binary(max_size=60), st.booleans())
def test_any_answer(status: int, content: bytes, typed: bool) -> None:
    """No answer makes the look at the environment raise."""
    found = obstacle(exchange(content=content, status=status, headers={"content-type": "x"} if typed else {}))
    assert found is None or found.sentence
