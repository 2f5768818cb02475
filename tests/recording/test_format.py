"""The format of cassettes: what is written comes back, and what is compared with a request."""

from __future__ import annotations

import base64
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from vcr.request import Request

from conformance.recording import Cassette, CassetteError, Normaliser, Provenance, Tape, file_name, read_cassette
from conformance.recording.body import LONG, to_bytes, to_stored
from conformance.recording.cassette import response_bytes, stored_request, stored_response
from conformance.recording.matching import MATCHERS, from_stored
from tests.run.checkout import TOKEN

PROVENANCE = Provenance("reference endpoint/1", "2026-01-02", "2026.11")

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)

BODIES = st.one_of(
    st.binary(),
    st.text().map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.builds(
        lambda value, ascii_, indent: json.dumps(value, ensure_ascii=ascii_, indent=indent).encode("utf-8", "replace"),
        JSON,
        st.booleans(),
        st.sampled_from([None, 2, 4]),
    ),
    st.lists(st.sampled_from([b"data: ", b"event: x", b'{"a": 1}', b"\n", b"\r\n", b"\n\n", b": c", b"[DONE]"])).map(
        b"".join
    ),
)

EXAMPLES = (
    b"",
    b'{"a":"\\ud83d"}',
    b'data: {"a":"\\ud83d"}\n\n',
    b'{"a":1,"a":2}',
    b"\xef\xbb\xbf{}",
    b'{"a":1e400}',
    b"9" * 10_000,
    b"[" * 10_000,
    b"[" * 900 + b"]" * 900,
    b'event: x\r\ndata: {"a":1}\r\n\r\ndata: [DONE]\r\n\r\n',
    b"data: NaN\n\n",
    b'"\xe2\x80\xa8\x7f"',
)


def test_a_body_comes_back_as_it_was() -> None:
    """Any bytes come back from the form in which a cassette keeps them, also by way of its file."""

    @settings(max_examples=300, deadline=None)
    @given(BODIES)
    def check(content: bytes) -> None:
        assert to_bytes(to_stored(content)) == content

    check()
    for content in EXAMPLES:
        assert to_bytes(to_stored(content)) == content


def test_a_cassette_comes_back_as_it_was(tmp_path: Path) -> None:
    """A cassette that is written and read has the same exchanges, whatever the bodies were."""
    path = tmp_path / "cassette.json"

    @settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(BODIES, BODIES)
    @example(b"", b"")
    def check(request: bytes, answer: bytes) -> None:
        exchange = {
            "request": stored_request("POST", "/responses", "", "bearer", "application/json", request),
            "response": stored_response(200, "OK", {"Content-Type": ["x"], "Set-Cookie": ["secret"]}, answer),
        }
        path.write_text(Cassette(PROVENANCE, (exchange,)).text(), encoding="utf-8", newline="\n")
        read = read_cassette(path)
        assert read == Cassette(PROVENANCE, (exchange,))
        assert response_bytes(read.exchanges[0]["response"]) == answer
        assert read.exchanges[0]["response"]["headers"] == {"content-type": ["x"]}

    check()
    for content in EXAMPLES:
        check.hypothesis.inner_test(content, content)


def test_reading_any_file_ends_in_a_sentence(tmp_path: Path) -> None:
    """A file with any JSON in it is a cassette or a CassetteError, and a tape tells it instead of raising."""
    path = tmp_path / "cassette.json"
    right = {
        "request": stored_request("POST", "/responses", "", "bearer", "application/json", b"{}"),
        "response": stored_response(200, "OK", {}, b"{}"),
    }
    members = st.dictionaries(
        st.sampled_from(["json", "style", "events", "line_end", "text", "base64", "digest"]),
        JSON | st.sampled_from(["compact", "\n", [{"event": "x"}], [{"data": 1, "text": "x"}]]),
        max_size=3,
    )

    @settings(max_examples=200, deadline=None)
    @given(JSON | members)
    def check(body: Any) -> None:
        exchange = {**right, "response": right["response"] | {"body": body}}
        table = {"format": 2, "provenance": asdict(PROVENANCE), "exchanges": [exchange]}
        path.write_text(json.dumps(table))
        tape = Tape(path, Normaliser("/v1", TOKEN))
        try:
            tape.load_cassette("", None)
        except Exception:
            assert tape.problem is not None
            assert str(path) in tape.problem
            with pytest.raises(CassetteError):
                read_cassette(path)

    check()


def request(body: bytes, *, token: str = TOKEN, path: str = "/v1/responses", **headers: str) -> Request:
    """A request as vcrpy hands it to the matchers."""
    sent_headers = {"authorization": f"Bearer {token}", "content-type": "application/json", **headers}
    return Normaliser("/v1", TOKEN).normalised(Request("POST", f"https://host.example:8443{path}", body, sent_headers))


def matches(now: Request, recorded: Request) -> bool:
    """True if every matcher finds two requests equal."""
    try:
        for matcher in MATCHERS.values():
            matcher(now, recorded)
    except AssertionError:
        return False
    return True


@pytest.mark.parametrize(
    ("recorded", "now", "equal"),
    [
        (b'{"a":1,"b":[2]}', b'{"b": [2], "a": 1}', True),
        (b'{"a":1}', b'{"a":1.0}', False),
        (b'{"a":1}', b'{"a":true}', False),
        (b'{"a":0}', b'{"a":false}', False),
        (b'{"a":1.0}', b'{"a":true}', False),
        (b'{"a":null}', b"{}", False),
        (b'{"a":[1,2]}', b'{"a":[2,1]}', False),
        (b'{"a":"\\u00e9"}', '{"a":"é"}'.encode(), True),
        (b'{"a":1}', b'{"a":1', False),
        (b"\xff", b"\xff", True),
        (b"\xff", b"\xfe", False),
        (b"", b"", True),
        (b"", b"null", False),
    ],
)
def test_matching_of_bodies(recorded: bytes, now: bytes, *, equal: bool) -> None:
    """JSON bodies match by value, kinds of numbers told apart, members in any order; all others by bytes."""
    assert matches(request(now), request(recorded)) is equal
    assert matches(request(now), from_stored(request(recorded).stored)) is equal


def test_matching_of_long_bodies() -> None:
    """A body over 64 KB is kept as length and SHA-256, and matches only the same bytes."""
    long = json.dumps({"input": "x" * LONG}).encode()
    stored = request(long).stored
    assert set(stored["body"]) == {"digest"}
    assert len(json.dumps(stored)) < 1000
    assert matches(request(long), from_stored(stored))
    assert not matches(request(long[:-2] + b"y}"), from_stored(stored))
    assert "json" in request(b'"' + b"x" * (LONG - 2) + b'"').stored["body"]


def test_matching_of_the_credential() -> None:
    """The form of the credential is matched, its value is not kept."""
    right = request(b"{}")
    assert TOKEN not in repr(right.stored) + repr(right.headers) + right.uri
    assert "host.example" not in repr(right.stored) + right.uri
    assert not matches(request(b"{}", token="wrong"), right)
    assert not matches(request(b"{}", authorization=""), right)
    basic = base64.b64encode(f"token:{TOKEN}".encode()).decode()
    assert request(b"{}", authorization=f"Basic {basic}").stored["credential"] == "basic"
    assert not matches(request(b"{}", path="/v1/responses?a=b"), right)
    assert not matches(request(b"{}", path="/v1/other"), right)
    twice = Normaliser("/v1", TOKEN).normalised(right)
    assert twice.stored == right.stored


def test_file_names() -> None:
    """Names of cases never collide as names of files, nor lead out of their folder."""
    names = ["a/b", "a-b", "a%2Fb", "a:b", "A", "a", "..", "é", "a b", "x" * 10, "", "a\\b", "a\0b", "☃"]
    files = [file_name(name) for name in names]
    assert len({name.lower() for name in files if name != "A"}) >= len(names) - 1
    assert len(set(files)) == len(names)
    assert not any(set(name) & set('/\\:*?"<>|\0') for name in files)
