"""Checks of refusals: the token that must not come back, and what is the same where a stream was asked for."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from urllib.parse import quote

import pytest

from conformance.checks import judge, judge_pair
from conformance.target.credential import FORMS
from conformance.wire.exchange import Exchange
from tests.right.exchanges import DATABRICKS, databricks_refusal, exchange, refusal, response

TOKEN = 'a-token/of+"forty"\\characters-and-no-secret'
NOT_REPEATED, SAME = "credentials.not_repeated", "wrong_requests.same_when_streamed"


def sent_with(made: Exchange, form: str = "bearer", token: str = TOKEN) -> Exchange:
    """The exchange as if its request had carried the token."""
    return replace(made, request=replace(made.request, headers=FORMS[form](token)))


def places(made: Exchange) -> list[str] | None:
    """Where the token was found, None where nothing was judged."""
    results = [result for result in judge(made, DATABRICKS) if result.requirement == NOT_REPEATED]
    return [result.finding.where for result in results if result.finding] if results else None


@pytest.mark.parametrize("form", ["bearer", "basic", "lower_case", "malformed", "api_key"])
def test_a_token_that_does_not_come_back(form: str) -> None:
    """Whatever the form of the credential: an answer without it is fine."""
    assert places(sent_with(exchange(), form)) == []
    assert places(sent_with(exchange(refusal(message=f"no: {TOKEN[:6]}…{TOKEN[-4:]}"), status=401), form)) == []


@pytest.mark.parametrize(
    "told",
    [
        TOKEN,
        TOKEN.upper(),
        json.dumps(TOKEN),
        quote(TOKEN, safe=""),
        base64.b64encode(TOKEN.encode()).decode(),
        base64.b64encode(f"token:{TOKEN}".encode()).decode(),
    ],
)
@pytest.mark.parametrize("form", ["bearer", "basic", "malformed", "api_key"])
def test_a_token_that_comes_back(form: str, told: str) -> None:
    """The token is found in the body of answers and errors, and in headers."""
    assert places(sent_with(exchange(refusal(message=f"wrong: {told}"), status=401), form)) == [""]
    assert places(sent_with(exchange(response(user=told)), form)) == [""]
    headers = {"content-type": "application/json", "x-debug": told}
    assert places(sent_with(exchange(headers=headers), form)) == ["header x-debug"]


def test_a_token_that_comes_back_in_disguise() -> None:
    """Every character escaped, or one in each piece of a stream: it is the token all the same."""
    escaped = "".join(f"\\u{ord(character):04x}" for character in TOKEN)
    content = json.dumps(refusal(message="MESSAGE")).replace("MESSAGE", escaped).encode()
    assert places(sent_with(exchange(status=401, content=content))) == [""]
    events = [{"type": "response.output_text.delta", "delta": character} for character in TOKEN]
    content = b"".join(b"event: x\ndata: %b\n\n" % json.dumps(event).encode() for event in events)
    stream = exchange(content=content, headers={"content-type": "text/event-stream"})
    assert places(sent_with(stream)) == [""]
    assert places(sent_with(stream, token="another-token-of-the-tests")) == []


def test_a_token_of_the_query_that_comes_back() -> None:
    """A token that went in the query is looked for too, in hexadecimal as well."""
    asked = replace(exchange().request, query=f"x=1&access_token={quote(TOKEN, safe='')}")
    assert places(replace(exchange(), request=asked)) == []
    for told in (TOKEN, TOKEN.encode().hex(), asked.query):
        assert places(replace(exchange(refusal(message=told), status=401), request=asked)) == [""]


def test_no_token_that_could_be_found() -> None:
    """Without a credential, and with one that is too short, there is nothing to look for."""
    assert places(sent_with(exchange(), "none")) is None
    assert places(sent_with(exchange(), "empty")) is None
    assert places(sent_with(exchange(response(user="short")), "bearer", "short")) is None
    broken = replace(exchange(), request=replace(exchange().request, headers={"authorization": "Basic ///"}))
    assert places(broken) is None


ERROR = exchange(refusal(), status=400)


@pytest.mark.parametrize(
    ("streamed", "found"),
    [
        (ERROR, []),
        (exchange(refusal(), status=502), ["status"]),
        (exchange(databricks_refusal(), status=400), [""]),
        (exchange(content=b"Bad Gateway", status=502), ["status", ""]),
        (exchange(), None),
    ],
)
def test_the_same_where_a_stream_was_asked_for(streamed: Exchange, found: list[str] | None) -> None:
    """A refusal has the same status and envelope; where one of the two was answered there is nothing to compare."""
    results = judge_pair(ERROR, streamed, SAME, DATABRICKS)
    assert (None if not results else [result.finding.where for result in results if result.finding]) == found
