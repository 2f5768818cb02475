"""Checks: each accepts a right exchange, fires on a broken one by its own id, and no input makes one raise."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conformance.checks import Outcome, Stated, judge
from conformance.checks.echo import VERBATIM
from conformance.contract import Level
from conformance.wire.exchange import Exchange, Request
from tests.right.exchanges import DATABRICKS, OPENAI, body, databricks_refusal, exchange, refusal, response, unfinished


def found(judged: Exchange, contract: Any = DATABRICKS, stated: Stated | None = None) -> dict[str, set[str]]:
    """The requirements that an exchange breaks, each with the places."""
    places: dict[str, set[str]] = {}
    for result in judge(judged, contract, model="gpt-5-4", stated=stated):
        if result.finding is not None:
            places.setdefault(result.requirement, set()).add(result.finding.where)
    return places


def judged(right: Exchange, contract: Any = DATABRICKS) -> set[str]:
    """The requirements that were judged."""
    return {result.requirement for result in judge(right, contract, model="gpt-5-4")}


def items(**first: Any) -> list[dict[str, Any]]:
    """The output of a right response, with some members of its message replaced."""
    output = response()["output"]
    return [output[0], output[1] | first]


def text(value: Any) -> dict[str, Any]:
    """A part of a message."""
    return {"type": "output_text", "text": value, "annotations": [], "logprobs": []}


USAGE = response()["usage"]
LONG = "msg_" + "a" * 61
ERROR = {"code": "server_error", "message": "boom"}

BROKEN: dict[str, tuple[Exchange, dict[str, set[str]]]] = {
    "answer-in-text": (
        exchange(headers={"content-type": "text/plain"}),
        {"response.content_type": {"header content-type"}},
    ),
    "answer-without-type": (exchange(headers={"x": "y"}), {"response.content_type": {"header content-type"}}),
    "no-object": (exchange(content=b"[]"), {"response.schema": {""}}),
    "null": (exchange(content=b"null"), {"response.schema": {""}}),
    "no-json": (exchange(content=b"<html>"), {"response.schema": {""}}),
    "member-missing": (
        exchange({name: value for name, value in response().items() if name != "created_at"}),
        {"response.schema": {""}},
    ),
    "member-of-another-kind": (exchange(response(top_p="1")), {"response.schema": {"/top_p"}}),
    "part-of-another-kind": (
        exchange(response(output=items(content=[text(7)]))),
        {"response.schema": {"/output/1/content/0/text"}},
    ),
    "completed-with-error": (exchange(response(error=ERROR)), {"response.completed": {"/error"}}),
    "completed-and-incomplete": (
        exchange(response(incomplete_details={"reason": "max_output_tokens"})),
        {"response.completed": {"/incomplete_details"}},
    ),
    "completed-without-usage": (exchange(response(usage=None)), {"response.completed": {"/usage"}}),
    "completed-without-output": (
        exchange(response(output=[])),
        {"response.completed": {"/output"}, "supported_models.text": {"/output"}},
    ),
    "incomplete-without-reason": (
        exchange(unfinished("incomplete")),
        {"response.incomplete": {"/incomplete_details/reason"}},
    ),
    "incomplete-with-error": (
        exchange(unfinished("incomplete", error=ERROR, incomplete_details={"reason": "content_filter"})),
        {"response.incomplete": {"/error"}},
    ),
    "failed-without-error": (exchange(unfinished("failed")), {"response.failed": {"/error"}}),
    "queued": (exchange(unfinished("queued", usage=None)), {"response.finished": {"/status"}}),
    "in-progress": (exchange(unfinished("in_progress", usage=None)), {"response.finished": {"/status"}}),
    "model-of-the-request": (exchange(response(model=body()["model"])), {"response.model": {"/model"}}),
    "total": (exchange(response(usage=USAGE | {"total_tokens": 1})), {"usage.total": {"/usage/total_tokens"}}),
    "total-missing": (
        exchange(response(usage={name: value for name, value in USAGE.items() if name != "total_tokens"})),
        {"usage.total": {"/usage"}, "response.schema": {"/usage"}},
    ),
    "same-ids": (
        exchange(response(output=[response()["output"][1], response()["output"][1]])),
        {"items.unique_ids": {"/output/1/id"}},
    ),
    "long-id": (exchange(response(output=items(id=LONG))), {"items.id_length": {"/output/1/id"}}),
    "long-id-of-the-response": (
        exchange(response(id="resp_" + "0" * 60, output=items(id=LONG))),
        {"items.id_length": {"/id"}},
    ),
    "id-of-another-kind": (exchange(response(output=items(id="rs_1"))), {"items.id_prefix": {"/output/1/id"}}),
    "id-of-the-response": (exchange(response(id="chatcmpl-1")), {"items.id_prefix": {"/id"}}),
    "no-text": (
        exchange(response(output=response()["output"][:1])),
        {"supported_models.text": {"/output"}, "consistency.order": {"/output/0/type"}},
    ),
    "empty-text": (
        exchange(response(output=items(content=[text("")]))),
        {"supported_models.text": {"/output"}},
    ),
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
    "background": (exchange(sent=body(background=True)), {"unsupported_parameters.background": {"status"}}),
    "store": (exchange(sent=body(store=True)), {"unsupported_parameters.store": {"status"}}),
    "service_tier": (
        exchange(sent=body(service_tier="priority")),
        {"unsupported_parameters.service_tier": {"status"}},
    ),
    "conversation": (
        exchange(sent=body(conversation="conv_1")),
        {"unsupported_parameters.conversation": {"status"}},
    ),
    "previous_response_id": (
        exchange(sent=body(previous_response_id="resp_1")),
        {"unsupported_parameters.previous_response_id": {"status"}},
    ),
    "refused-by-another-status": (
        exchange(refusal(), status=422, sent=body(store=True)),
        {"unsupported_parameters.store": {"status"}},
    ),
    "a-boundary-value": (
        exchange(sent=body(store=None)),
        {"unsupported_parameters.boundary_values": {"status"}},
    ),
}
ECHO_AT = {"conversation": "/conversation/id"}
ECHOED = {name: f"echo.{name}" for name in ("background", "store", "previous_response_id", "conversation")}


@pytest.mark.parametrize(("broken", "expected"), BROKEN.values(), ids=BROKEN)
def test_broken_exchange(broken: Exchange, expected: dict[str, set[str]]) -> None:
    """A broken exchange is noticed by the requirement that it breaks, at the place, and by no other."""
    echoes = {
        ECHOED[name]: {ECHO_AT.get(name, f"/{name}")} for name in ECHOED if broken.request.json.get(name) is not None
    }
    assert found(broken) == expected | (echoes if broken.status < 400 else {})


FUNCTION = {"type": "function", "name": "f", "description": None, "parameters": {"type": "object"}, "strict": False}
CALL = {
    "type": "function_call",
    "id": "fc_1",
    "call_id": "call_1",
    "name": "f",
    "arguments": "{}",
    "status": "completed",
}
RIGHT = {
    "answer": exchange(),
    "with-parameters-of-the-type": exchange(headers={"content-type": "Application/JSON; charset=utf-8"}),
    "captured": exchange(headers={}),
    "unknown-members": exchange(response(news={"a": 1}, output=[*items(), {"type": "news", "id": "n_1", "x": 1}])),
    "incomplete": exchange(unfinished("incomplete", incomplete_details={"reason": "max_output_tokens"})),
    "failed": exchange(unfinished("failed", error=ERROR, output=[], usage=None)),
    "longest-id": exchange(response(output=items(id=LONG[:64]))),
    "refusal-to-answer": exchange(response(output=items(content=[{"type": "refusal", "refusal": "no"}]))),
    "error": exchange(refusal(), status=400),
    "refused": exchange(refusal(), status=400, sent=body(store=True, background=True)),
    "echoed": exchange(response(temperature=0.5, user="me"), sent=body(temperature=0.5, user="me")),
    "null-is-the-default": exchange(sent=body(temperature=None, metadata=None, user=None)),
    "number-in-another-form": exchange(response(top_p=1.0), sent=body(top_p=1)),
    "call-instead-of-text": exchange(
        response(output=[*response()["output"][:1], CALL], tools=[FUNCTION]), sent=body(tools=[FUNCTION])
    ),
}


@pytest.mark.parametrize("right", RIGHT.values(), ids=RIGHT)
def test_right_exchange(right: Exchange) -> None:
    """A right exchange breaks nothing, under both contracts, and something was judged."""
    assert found(right) == {}
    assert found(right, OPENAI) == {}
    assert judged(right)


def test_envelopes() -> None:
    """Databricks' envelope breaks a should on Databricks, and breaks a must of the contract openai."""
    answer = exchange(databricks_refusal(), status=400)
    assert found(answer) == found(answer, OPENAI) == {"errors.envelope": {""}}
    levels = {
        contract.name: result.level
        for contract in (DATABRICKS, OPENAI)
        for result in judge(answer, contract, model="gpt-5-4")
        if result.requirement == "errors.envelope"
    }
    assert levels == {"databricks": Level.SHOULD, "openai": Level.MUST}
    for status in (401, 403, 503):
        of_gateway = exchange(databricks_refusal(), status=status)
        assert found(of_gateway) == found(of_gateway, OPENAI) == {"errors.gateway_envelope": {""}}


def test_long_ids_are_said_once() -> None:
    """However many ids are too long, one finding says so, with the first of them and how many others there are."""
    long = [{**item, "id": f"{item['id']}{'x' * 64}"} for item in response()["output"]]
    answer = exchange(response(id="resp_" + "0" * 188, output=long))
    said = [result.finding for result in judge(answer, DATABRICKS) if result.requirement == "items.id_length"]
    assert len(said) == 1
    assert said[0] is not None
    assert "193: " in said[0].received
    assert f"{len(long)} more" in said[0].received


def test_a_gateway_may_write_its_own_errors() -> None:
    """What stands in the errors 401, 403 and 5xx is a should under both contracts."""
    for contract in (DATABRICKS, OPENAI):
        rows = [name for name in contract.requirements if name.startswith("errors.gateway_")]
        assert {contract.level(name) for name in rows} == {Level.SHOULD}
        assert len(rows) == 3


OTHER: dict[str, tuple[Any, Any]] = {
    "background": (False, True),
    "instructions": ("Be short.", None),
    "max_output_tokens": (300, 301),
    "metadata": ({"a": "1"}, {}),
    "parallel_tool_calls": (False, True),
    "previous_response_id": ("resp_1", None),
    "prompt_cache_retention": ("24h", "in_memory"),
    "reasoning_effort": ("low", "high"),
    "store": (False, True),
    "temperature": (0.5, 1.0),
    "tool_choice": ("none", "auto"),
    "top_logprobs": (2, 0),
    "top_p": (0.5, 0.98),
    "truncation": ("auto", "disabled"),
    "user": ("me", None),
    "max_tool_calls": (3, None),
    "prompt_cache_key": ("key", None),
    "safety_identifier": ("id", None),
    "verbosity": ("low", "medium"),
}


def test_every_echo_is_tried() -> None:
    """No setting that has to come back as it was sent is left out here."""
    assert set(OTHER) == set(VERBATIM)


@pytest.mark.parametrize("name", OTHER)
def test_echo(name: str) -> None:
    """A setting that comes back as it was sent is ok, one that comes back otherwise or not at all is a finding."""
    path = VERBATIM[name]
    sent, other = OTHER[name]
    outer, inner = path[0], path[1:]

    def member(value: Any) -> dict[str, Any]:
        return {outer: response()[outer] | {inner[0]: value} if inner else value}

    request = body(**{outer: {inner[0]: sent} if inner else sent})
    requirement = f"echo.{name}"
    assert requirement not in found(exchange(response(**member(sent)), sent=request))
    assert requirement in judged(exchange(response(**member(sent)), sent=request))
    assert found(exchange(response(**member(other)), sent=request)).get(requirement) == {"/" + "/".join(path)}
    without = response(**member(sent))
    del (without[outer] if inner else without)[path[-1]]
    assert requirement in found(exchange(without, sent=request))
    assert requirement not in judged(exchange(refusal(), status=400, sent=request))


def test_true_is_not_one() -> None:
    """A setting that comes back as 1 for true, or false for 0, is not as it was sent."""
    assert "echo.parallel_tool_calls" in found(
        exchange(response(parallel_tool_calls=1), sent=body(parallel_tool_calls=True))
    )
    assert "echo.top_logprobs" in found(exchange(response(top_logprobs=False), sent=body(top_logprobs=0)))
    nested = exchange(response(metadata={"a": 1}), sent=body(metadata={"a": True}))
    assert "echo.metadata" in found(nested)


STATED: dict[str, tuple[Exchange, Stated, bool]] = {
    "answered": (exchange(), Stated(Outcome.ANSWERED, ()), True),
    "refused-instead": (exchange(refusal(), status=400), Stated(Outcome.ANSWERED, ()), False),
    "created": (exchange(status=201), Stated(Outcome.ANSWERED, ()), False),
    "redirected": (exchange(content=b"", status=302), Stated(Outcome.ANSWERED, ()), False),
    "failed": (exchange(unfinished("failed", error=ERROR)), Stated(Outcome.ANSWERED, ()), False),
    "no-response": (exchange(content=b"[]"), Stated(Outcome.ANSWERED, ()), False),
    "refused": (exchange(refusal(), status=400), Stated(Outcome.REFUSED, (), (400,)), True),
    "refused-otherwise": (exchange(refusal(), status=404), Stated(Outcome.REFUSED, (), (400,)), False),
    "refused-somehow": (exchange(refusal(), status=404), Stated(Outcome.REFUSED, ()), True),
    "answered-instead": (exchange(), Stated(Outcome.REFUSED, (), (400,)), False),
    "broken-instead": (exchange(refusal(), status=500), Stated(Outcome.REFUSED, ()), False),
    "either-answered": (exchange(), Stated(Outcome.EITHER, ()), True),
    "either-refused": (exchange(refusal(), status=400), Stated(Outcome.EITHER, ()), True),
}


@pytest.mark.parametrize(("made", "stated", "kept"), STATED.values(), ids=STATED)
def test_stated_outcome(made: Exchange, stated: Stated, *, kept: bool) -> None:
    """The outcome that a test states is judged for the requirements under test: kept, or broken, never silent."""
    requirement = "supported_models.string_input"
    stated = Stated(stated.outcome, (requirement,), stated.statuses)
    results = [
        result
        for result in judge(made, DATABRICKS, model="gpt-5-4", stated=stated)
        if result.requirement == requirement
    ]
    assert len(results) == 1
    assert (results[0].finding is None) is kept


def test_every_result_has_the_level_of_the_contract() -> None:
    """A result has the level that the contract gives; what does not apply under a contract is not judged."""
    for broken, _ in BROKEN.values():
        for contract in (DATABRICKS, OPENAI):
            for result in judge(broken, contract, model="gpt-5-4"):
                assert result.level is contract.level(result.requirement, "gpt-5-4")
    assert not any(name.startswith("unsupported_parameters.") for name in judged(BROKEN["store"][0], OPENAI))


def test_findings_cannot_paint() -> None:
    """What findings say is printable, whatever was received."""
    painting = "\x1b[31m\r\n\u202e\x9b"
    answers = [
        exchange(response(status=painting, model=7, output=[{"type": painting, "id": painting}])),
        exchange(response(usage=painting, top_p=painting, id=painting), sent=body(user=painting)),
        exchange({"error": {painting: painting}}, status=400, headers={"content-type": painting}),
    ]
    for answer in answers:
        for result in judge(answer, DATABRICKS, stated=Stated(Outcome.ANSWERED, ("supported_models.text",))):
            if result.finding is not None:
                text = result.finding.where + result.finding.expected + result.finding.received
                assert text.isprintable()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)


def to_bytes(value: Any) -> bytes:
    """The JSON text of a value."""
    return json.dumps(value).encode()


NAMES = st.sampled_from(sorted({*response(), *body(), "error", "error_code", "message", "conversation", "tools"}))
SIMILAR = st.builds(
    lambda made, changes: made | changes,
    st.sampled_from([response(), body(), refusal(), databricks_refusal(), {}]),
    st.dictionaries(NAMES, JSON, max_size=4),
)
ITEMS = st.lists(
    st.dictionaries(st.sampled_from(["type", "id", "status", "content", "role", "summary", "text"]), JSON) | JSON,
    max_size=3,
).map(lambda output: response(output=output))


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    sent=st.binary(max_size=20) | st.none() | (JSON | SIMILAR).map(to_bytes),
    answer=st.binary(max_size=30) | st.none() | (JSON | SIMILAR | ITEMS).map(to_bytes),
    status=st.integers(100, 599),
    headers=st.dictionaries(
        st.just("content-type"), st.sampled_from(["application/json", "text/event-stream", "", "x/y;"]) | st.text()
    ),
    route=st.sampled_from([("POST", "/v1/responses"), ("GET", "/v1/responses/resp_1"), ("POST", ""), ("", "///")]),
    stated=st.builds(
        Stated,
        st.sampled_from(list(Outcome)),
        st.just(("supported_models.text", "unsupported_parameters.store", "supported_models.string_input")),
        st.sampled_from([(), (400,)]),
    ),
)
def test_nothing_makes_a_check_raise(
    sent: bytes | None,
    answer: bytes | None,
    status: int,
    headers: dict[str, str],
    route: tuple[str, str],
    stated: Stated,
) -> None:
    """Whatever was sent and received, judging ends with results that can be shown."""
    made = Exchange(Request(*route, sent), status, headers, answer)
    for contract in (DATABRICKS, OPENAI):
        for result in judge(made, contract, model="gpt-5-4", stated=stated):
            finding = result.finding
            assert finding is None or (finding.where + finding.expected + finding.received).isprintable()


HOSTILE: dict[str, bytes] = {
    "deep": b'{"output": ' + b"[" * 10_000 + b"]" * 10_000 + b"}",
    "long-number": b'{"usage": {"input_tokens": ' + b"9" * 10_000 + b"}}",
    "infinite": b'{"usage": {"input_tokens": 1e999, "output_tokens": 1, "total_tokens": 1e999}}',
    "nan": b'{"top_p": NaN}',
    "twice": b'{"id": 1, "id": 2}',
    "not-utf-8": b'{"id": "\xff"}',
    "half-a-pair": b'{"id": "\\ud83d", "status": "\\udc00", "output": [{"type": "\\ud83d", "id": "\\ud83d"}]}',
    "many-items": b'{"output": [' + b",".join([b'{"id": "x", "type": "message"}'] * 3000) + b"]}",
    "bom": b"\xef\xbb\xbf{}",
    "stream-in-disguise": b'data: {"type": "response.completed", "response": []}\n\n',
}


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("status", [200, 400, 500])
def test_hostile_answer(content: bytes, status: int) -> None:
    """An answer that means harm is judged like any other."""
    stated = Stated(Outcome.ANSWERED, ("supported_models.text",))
    assert found(exchange(content=content, status=status), stated=stated)


def test_an_answer_that_says_that_it_runs_in_the_background_may_be_queued() -> None:
    """A stored prompt asked for it, or the body of the request was lost."""
    assert "response.finished" not in found(exchange(unfinished("queued", usage=None, background=True)))


def test_the_form_of_an_error_is_judged_of_what_was_posted() -> None:
    """A GET can be answered by another service: that of websockets."""
    request = Request("GET", "/v1/responses")
    refused = Exchange(request, 401, {"content-type": "text/plain"}, b"Unauthorized")
    assert "errors.content_type" not in judged(refused)
