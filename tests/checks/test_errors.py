"""The checks of errors: their envelope, their form, and of which answers they are judged."""

from __future__ import annotations

import pytest

from conformance.checks import judge
from conformance.contract import Level
from conformance.wire.exchange import Exchange, Request
from tests.checks.rules import MODEL, found_in, judged_in
from tests.right.exchanges import DATABRICKS, OPENAI, databricks_refusal, exchange, refusal

BROKEN: dict[str, tuple[Exchange, dict[str, set[str]]]] = {
    "error-without-body": (exchange(status=400, content=b""), {"errors.body": {""}}),
    "error-without-message": (
        exchange({"error_code": "X"}, status=400),
        {"errors.body": {""}, "errors.envelope": {""}},
    ),
    "error-with-empty-message": (exchange(refusal(message=""), status=400), {"errors.body": {"/error/message"}}),
    "error-in-html": (
        exchange(refusal(), status=400, headers={"content-type": "text/html"}),
        {"errors.content_type": {"header content-type"}},
    ),
    "error-as-a-stream": (
        exchange(refusal(), status=400, headers={"content-type": "application/problem+json"}),
        {"errors.content_type": {"header content-type"}},
    ),
    **{
        f"{status}-as-text": (
            exchange(status=status, content=b"Invalid access token", headers={"content-type": "text/plain"}),
            {"errors.gateway_body": {""}, "errors.gateway_content_type": {"header content-type"}},
        )
        for status in (401, 403, 500, 502)
    },
}


@pytest.mark.parametrize(("broken", "expected"), BROKEN.values(), ids=BROKEN)
def test_broken_exchange(broken: Exchange, expected: dict[str, set[str]]) -> None:
    """A broken exchange is noticed by the requirement that it breaks, at the place, and by no other."""
    assert found_in(broken) == expected


def test_envelopes() -> None:
    """Databricks' envelope breaks a should on Databricks, and breaks a must of the contract openai."""
    answer = exchange(databricks_refusal(), status=400)
    assert found_in(answer) == found_in(answer, OPENAI) == {"errors.envelope": {""}}
    levels = {
        contract.name: result.level
        for contract in (DATABRICKS, OPENAI)
        for result in judge(answer, contract, model=MODEL)
        if result.requirement == "errors.envelope"
    }
    assert levels == {"databricks": Level.SHOULD, "openai": Level.MUST}
    for status in (401, 403, 503):
        of_gateway = exchange(databricks_refusal(), status=status)
        assert found_in(of_gateway) == found_in(of_gateway, OPENAI) == {"errors.gateway_envelope": {""}}


def test_a_gateway_may_write_its_own_errors() -> None:
    """What stands in the errors 401, 403 and 5xx is a should under both contracts."""
    for contract in (DATABRICKS, OPENAI):
        rows = [name for name in contract.requirements if name.startswith("errors.gateway_")]
        assert {contract.level(name) for name in rows} == {Level.SHOULD}
        assert len(rows) == 3


def test_the_form_of_an_error_is_judged_of_what_was_posted() -> None:
    """A GET can be answered by another service: that of websockets."""
    request = Request("GET", "/v1/responses")
    refused = Exchange(request, 401, {"content-type": "text/plain"}, b"Unauthorized")
    assert "errors.content_type" not in judged_in(refused)


BODIES = {
    "fastapi": {"detail": [{"loc": ["body", "model"], "msg": "Field required", "type": "missing"}]},
    "a sentence": {"detail": "Not Found"},
    "vllm": {"object": "error", "message": "No.", "type": "BadRequestError", "code": 400},
    "a message": {"message": "No."},
    "several": {"errors": [{"message": "No."}]},
    "azure": {"statusCode": 404, "message": "Resource not found"},
    "empty": {},
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_bodies_of_frameworks(body: dict[str, object]) -> None:
    """What frameworks write in place of an envelope is one finding of the body."""
    results = judge(exchange(body, status=400), OPENAI)
    assert [result.requirement for result in results if result.finding] == ["errors.body"]
