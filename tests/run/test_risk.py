"""What can hurt a target comes last, can be left out, and is not tried on one that has fallen silent."""

from __future__ import annotations

import re

import pytest

from conformance.samples import conversations
from conformance.verdict import CouldNotRun
from tests.right.exchanges import response
from tests.run.checkout import Checkout
from tests.run.results import USAGE, assert_one_sentence
from tests.run.test_asking import MODEL, asking
from tests.servers.sockets import http, relay, serving


def test_risk_comes_last(unchanged: Checkout) -> None:
    """Large, deep and odd bodies run behind all others, and credentials behind these."""
    listed = unchanged.quick("--collect-only", "-q")
    names = [line.partition("::")[2].partition("[")[0] for line in listed.outlines if "::" in line]
    first = min(names.index(name) for name in ("test_unusual_body", "test_length", "test_characters"))
    tail = names[first:]
    assert set(tail) == {
        *("test_unusual_body", "test_answers_afterwards", "test_length", "test_characters"),
        *("test_basic", "test_lower_case", "test_none", "test_refused", "test_api_key", "test_query"),
    }
    order = ("test_unusual_body", "test_length", "test_characters", "test_basic")
    assert [*map(tail.index, order)] == sorted(map(tail.index, order))


def test_gentle(checkout: Checkout, endpoint: str) -> None:
    """--gentle leaves them out, says so of each, and stands in `again`."""
    with serving(relay(endpoint, lambda number: False)) as server:
        args = ["conformance/test_wrong_requests.py", "conformance/test_credentials.py", "--gentle", "-rs"]
        result = checkout.live(server.url, *args)
    assert result.ret == 0
    assert max(map(len, server.requests)) < 100_000
    result.stdout.fnmatch_lines(["*--gentle leaves out what can hurt a target*"])


def test_a_target_that_dies(checkout: Checkout, endpoint: str) -> None:
    """Where two cases get no answer the run ends in order: the first is named, the rest is one row, the status is 6."""
    with serving(relay(endpoint, lambda number: number > 3)) as server:
        result = checkout.live(server.url, "conformance/test_unsupported_parameters.py", "-v")
        asked = len(server.requests)
    assert result.ret == 6
    rows = [line for line in result.outlines if "answers no more, for the first time in" in line and "cases:" in line]
    assert len(rows) == 1
    cases = int(re.match(r"(\d+) cases", rows[0])[1])
    assert cases > 10
    assert "conformance/test_unsupported_parameters.py::" in rows[0]
    assert asked <= 3 + 3 * 2, "two cases ask twice, and whether anybody is there"
    assert not any(line.startswith("____") and "test_boundary_value" in line for line in result.outlines)


@pytest.mark.parametrize(
    ("kind", "status", "outcomes"),
    [(b'"type":"custom"', 1, {"failed"}), (b'"type":"function","name":"get_time"},', 0, {"passed"})],
    ids=["promised", "elsewhere"],
)
def test_one_kind_of_request_gets_no_answer(
    checkout: Checkout, endpoint: str, kind: bytes, status: int, outcomes: set[str]
) -> None:
    """Where a connection is lost twice, while a plain request is answered, that breaks what the request is about."""
    passing = relay(endpoint, lambda number: False)
    with serving(lambda number, request: None if kind in request else passing(number, request)) as server:
        result = checkout.live(server.url, "conformance/test_custom_tools.py")
    assert result.ret == status
    assert outcomes <= result.parseoutcomes().keys()
    told = "expected an answer, received none, twice, while a plain request is answered"
    assert (told in result.stdout.str()) is bool(status)


def test_one_kind_of_request_is_denied(checkout: Checkout, endpoint: str) -> None:
    """A credential that is refused to one kind of request, and not to a plain one, is no matter of the credential."""
    passing, denied = relay(endpoint, lambda number: False), http(403, b'{"error_code": "X", "message": "no"}')
    with serving(
        lambda number, request: denied if b'"type":"custom"' in request else passing(number, request)
    ) as server:
        result = checkout.live(server.url, "conformance/test_custom_tools.py", "-k", "by_name or round_trip")
    assert result.ret == 1
    assert "refuses the credential" not in result.stdout.str()
    result.stdout.fnmatch_lines(['*expected 200, as the request is right, received 403: "no"*'])


def test_a_larger_cap_that_is_refused() -> None:
    """A second try with more room that is refused is the suite's doing: it could not run, and the option is named."""
    short = response(
        status="incomplete", completed_at=None, incomplete_details={"reason": "max_output_tokens"}, output=[]
    )
    ask, case, _ = asking(short, 400)
    with pytest.raises(CouldNotRun, match=r"does not take .*--max-output-tokens-cap"):
        ask(MODEL, conversations.QUESTION)
    assert not [result for number, result in case.results if number == 2 and result.finding]


def test_the_cap(checkout: Checkout, endpoint: str) -> None:
    """--max-output-tokens-cap bounds what each request asks for."""
    with serving(relay(endpoint, lambda number: False)) as server:
        result = checkout.live(server.url, "-k", "string_input", "--max-output-tokens-cap=99")
    assert result.ret == 0
    assert server.bodies()[-1]["max_output_tokens"] == 99
    assert "'--max-output-tokens-cap: '" not in result.stdout.str()
    with serving(relay(endpoint, lambda number: False)) as server:
        checkout.live(server.url, "conformance/test_function_tools.py", "--max-output-tokens-cap=99")
    assert {body["max_output_tokens"] for body in server.bodies() if "max_output_tokens" in body} == {99}


def test_the_cap_is_one_that_can_be_asked_for(unchanged: Checkout) -> None:
    """Less than the API takes is a usage error."""
    assert_one_sentence(unchanged.live("http://127.0.0.1:9/v1", "--max-output-tokens-cap=15"), USAGE, "16", "cap")
