"""All checks: what is right breaks none, every rule is judged, and nothing makes one raise."""

from __future__ import annotations

import json
import subprocess
import sys
from email.utils import formatdate
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conformance.checks import RULES, Outcome, Stated, judge
from conformance.wire.exchange import Exchange, Request
from tests.checks.rules import MODEL, broken_by, found_in, judged_in
from tests.right import answers as samples
from tests.right import streams, tool_answers
from tests.right.answers import function_call
from tests.right.changed import streamed
from tests.right.exchanges import (
    DATABRICKS,
    ERROR,
    OPENAI,
    body,
    changed_somewhere,
    databricks_refusal,
    exchange,
    items,
    refusal,
    response,
    unfinished,
)
from tests.right.samples import SAMPLES

RIGHT = {
    "answer": exchange(),
    "with-parameters-of-the-type": exchange(headers={"content-type": "Application/JSON; charset=utf-8"}),
    "captured": exchange(headers={}),
    "dated": exchange(
        headers={"content-type": "application/json", "date": formatdate(response()["created_at"], usegmt=True)}
    ),
    "unknown-members": exchange(response(news={"a": 1}, output=[*items(), {"type": "news", "id": "n_1", "x": 1}])),
    "incomplete": exchange(unfinished("incomplete", incomplete_details={"reason": "content_filter"})),
    "failed": exchange(unfinished("failed", error=ERROR, output=[], usage=None)),
    "longest-id": exchange(response(output=items(id="msg_" + "a" * 60))),
    "refusal-to-answer": exchange(response(output=items(content=[{"type": "refusal", "refusal": "no"}]))),
    "error": exchange(refusal(), status=400),
    "error-of-a-gateway": exchange(refusal(), status=401),
    "refused": exchange(refusal(), status=400, sent=body(store=True, background=True, service_tier="priority")),
    "refused-state": exchange(refusal(), status=400, sent=body(conversation="conv_1", previous_response_id="resp_1")),
    "echoed": exchange(response(temperature=0.5, user="me"), sent=body(temperature=0.5, user="me")),
    "null-is-the-default": exchange(sent=body(temperature=None, metadata=None, user=None)),
    "number-in-another-form": exchange(response(top_p=1.0), sent=body(top_p=1)),
    "call-instead-of-text": exchange(
        response(output=[items()[0], function_call()], tools=[samples.LOOSE | {"name": "get_weather"}]),
        sent=body(tools=[samples.LOOSE | {"name": "get_weather"}]),
    ),
}


STREAMS = [stream.sent for stream in streams.good().values()]
EVERYTHING = [
    *RIGHT.values(),
    *SAMPLES.values(),
    *(each for sent in STREAMS for each in (streams.captured(sent), streams.raw(streams.wire(sent)))),
    tool_answers.drawing(samples.PNG, samples.PNG),
]


@pytest.mark.parametrize("right", RIGHT.values(), ids=RIGHT)
def test_right_exchange(right: Exchange) -> None:
    """A right exchange breaks nothing, under both contracts, and something was judged."""
    assert found_in(right) == {}
    assert found_in(right, OPENAI) == {}
    assert judged_in(right)


def test_every_result_has_the_level_of_the_contract() -> None:
    """A result has the level that the contract gives; what does not apply under a contract is not judged."""
    for contract in (DATABRICKS, OPENAI):
        results = [result for made in EVERYTHING for result in judge(made, contract, model=MODEL)]
        assert {result.requirement for result in results} >= {"usage.total", "errors.body", "streams.numbering"}
        assert all(result.level is contract.level(result.requirement, MODEL) for result in results)


UNSHOWN = {
    "calls.loaded_function": "a function that was loaded is in test_calls",
    "client_requests.compressed_stream": "judged by a clock, on a live answer that comes compressed",
    "credentials.not_repeated": "a request that shows its token is in test_wrong_requests",
    "streams.incremental": "judged by a clock, on a live answer",
    "streams.obfuscation": "said of streams that ask for none",
    "unsupported_parameters.boundary_values": "observed whatever comes, and never right or wrong",
}
"""Rules that no right exchange below puts to the test, and where that is done."""


def test_every_rule_is_judged_and_kept() -> None:
    """There is a right exchange for each rule by which it is judged, and which it finds right."""
    kept = set()
    for contract in (DATABRICKS, OPENAI):
        for made in EVERYTHING:
            results = judge(made, contract, model=MODEL)
            kept |= {result.requirement for result in results} - {r.requirement for r in results if r.finding}
    assert RULES.keys() - kept == UNSHOWN.keys()


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


@pytest.mark.parametrize("name", SAMPLES)
def test_the_end_of_a_stream_is_judged_too(name: str) -> None:
    """A response object that is right breaks nothing at the end of a stream either."""
    sample = SAMPLES[name]
    if sample.status == 200 and sample.json.get("status") == "completed":
        mine = ("calls", "consistency", "echo", "obedience")
        assert not [found for found in broken_by(streamed(sample)) if found.startswith(mine)]


# --- nothing crashes, and nothing is loaded that is not needed

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
        for result in judge(made, contract, model=MODEL, stated=stated):
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
    assert found_in(exchange(content=content, status=status), stated=stated)


WORDS = ["function_call", "message", "namespace", "tool_search_output", "json_schema", "x", "", "completed", "function"]
WORDS += ["mcp", "grammar", "always"]

ANY = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-2, 3)
    | st.floats(allow_nan=False)
    | st.text(max_size=4)
    | st.sampled_from(WORDS),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["type", "name", "tools", "tool_names", "id"]), inner)
    ),
    max_leaves=8,
)


@given(st.data(), st.sampled_from(sorted(SAMPLES)))
@settings(max_examples=300, deadline=None)
def test_a_good_exchange_with_any_value_anywhere_gives_results(data: st.DataObject, name: str) -> None:
    """Any value in any place of a right exchange is judged, and what is said of it is printable."""
    sent, body = changed_somewhere(data, SAMPLES[name], ANY)
    for contract in (OPENAI, DATABRICKS):
        for result in judge(samples.exchange(sent, body, status=SAMPLES[name].status), contract):
            assert result.finding is None or result.finding.where.isprintable()


@given(ANY, ANY)
@settings(deadline=None)
def test_any_bodies_give_results(sent: Any, body: Any) -> None:
    """Any request and any answer are judged."""
    judge(samples.exchange(sent, body), OPENAI)
    answer = {"object": "response", "status": "completed", "output": body, "tools": body}
    judge(samples.exchange(sent, answer), DATABRICKS)


def test_deep_values_give_results() -> None:
    """Values that are nested deeply are judged."""
    deep: Any = "x"
    for _ in range(57):
        deep = {"properties": [deep]}
    tool = {**samples.STRICT, "parameters": deep}
    sent = {**samples.ASKED, "tools": [tool, {"type": "web_search", "filters": deep}], "metadata": deep}
    body = {
        **SAMPLES["text"].json,
        "tools": sent["tools"],
        "metadata": deep,
        "text": {"format": {**samples.FORM, "schema": deep}},
    }
    judge(samples.exchange(sent, {**body, "output": [*body["output"], function_call()]}), OPENAI)


def test_the_checks_load_no_library_before_it_is_needed() -> None:
    """Libraries of images and grammars are loaded by the first check that needs them."""
    code = "import sys, conformance.checks; print([name for name in ('PIL', 'llguidance') if name in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
