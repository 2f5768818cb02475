"""The target: base URLs, credentials, and a client that stays within its limits whatever a server does."""

from __future__ import annotations

import json
import socket
import threading
import time

import pytest

from conformance.target import (
    REPLAY,
    Client,
    Given,
    Limits,
    Target,
    TargetError,
    Unreachable,
    from_options,
    is_personal,
    probe,
)
from conformance.target.preflight import PLAIN
from tests.right.exchanges import response
from tests.servers.sockets import always, http, serving
from tests.target.targets import dribbling, end_of, target

KEY = {"RESPONSES_API_KEY": "the-key"}
BRICKS = {"DATABRICKS_TOKEN": "the-token"}


@pytest.mark.parametrize(
    ("given", "url"),
    [
        ("https://h.example/ai-gateway/mlflow/v1", "https://h.example/ai-gateway/mlflow/v1"),
        ("https://h.example/v1/", "https://h.example/v1"),
        ("  https://h.example/v1//  ", "https://h.example/v1"),
        ("http://127.0.0.1:8123/v1", "http://127.0.0.1:8123/v1"),
        ("http://[::1]:8123/v1", "http://[::1]:8123/v1"),
        ("https://h.example", "https://h.example"),
    ],
)
def test_base_url(given: str, url: str) -> None:
    """A base URL is taken as it stands, without slashes and blanks at its ends; the key goes with it."""
    target = from_options(Given(given), "openai", KEY | BRICKS)
    assert target.base_url == url
    assert target.token == "the-key"
    assert target.token_variable == "RESPONSES_API_KEY"
    assert target.model_name("m") == "m"
    assert "the-key" not in repr(target) + str(target)


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("h.example", "https://h.example/ai-gateway/mlflow/v1"),
        ("https://h.example/", "https://h.example/ai-gateway/mlflow/v1"),
        (" h.example \n", "https://h.example/ai-gateway/mlflow/v1"),
        ("http://127.0.0.1:80", "http://127.0.0.1:80/ai-gateway/mlflow/v1"),
        ("h.example:8443", "https://h.example:8443/ai-gateway/mlflow/v1"),
        ("https://h.example/api/2.0/v1", "https://h.example/api/2.0/v1"),
    ],
)
def test_databricks_host(host: str, url: str) -> None:
    """DATABRICKS_HOST is a host or a URL; without a path it gets that of the gateway."""
    target = from_options(Given(), "databricks", BRICKS | {"DATABRICKS_HOST": host})
    assert target.base_url == url
    assert target.token == "the-token"
    assert target.model_name("gpt-5-4") == "system.ai.gpt-5-4"


@pytest.mark.parametrize("name", ["main.prod.my_gpt", "databricks-gpt-5-4", "system.ai.databricks-gpt-5-4"])
def test_a_whole_name_is_sent_as_it_stands(name: str) -> None:
    """The name of a customer's own service is whole, and so is the one that a model has on /serving-endpoints."""
    assert Target("https://h.example", "t").model_name(name) == name


def test_the_form_of_a_token() -> None:
    """A personal token shows by its beginning; in a replay nobody knows, and the page's is one."""
    assert is_personal(Target("https://h.example", "dapi0123"))
    assert not is_personal(Target("https://h.example", "eyJraWQi"))
    assert is_personal(REPLAY)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "h.example",
        "h.example:443/v1",
        "//h.example",
        "ftp://h.example",
        "file:///etc/passwd",
        "https://",
        "https:///v1",
        "https://:443",
        "http://h.example:0",
        "http://h.example:99999",
        "http://h.example:x",
        "http://[::1",
        "https://u:p@h.example",
        "https://u@h.example",
        "https://h.example?x",
        "https://h.example#x",
        "https://h.example/v1/responses/",
        "https://h. example",
        "https://h.example/\n",
        "https://h.example/\tv1",
        "https://h.ex\x1b[31mample",
        "https://hö.example",
    ],
)
def test_wrong_base_url(url: str) -> None:
    """A base URL that is none is told by its source in one printable line, without a credential in it."""
    if url.strip() != url:
        url += "v1"
    with pytest.raises(TargetError) as raised:
        from_options(Given(url), "openai", KEY)
    assert not raised.value.missing
    assert str(raised.value).startswith("--base-url")
    assert str(raised.value).isprintable()
    assert "u:p" not in str(raised.value)


@pytest.mark.parametrize("token", ["qqq qqq", "qqq\nqqq", "qqq\r\nx: y", "qqqä", "qqq\x00qqq", "qqq\x7f", " qqq"])
def test_wrong_token(token: str) -> None:
    """A token that no header can carry is refused without being shown."""
    with pytest.raises(TargetError) as raised:
        from_options(Given("https://h.example"), "openai", {"RESPONSES_API_KEY": token})
    assert not raised.value.missing
    assert "qqq" not in str(raised.value)


def test_request(subtests: pytest.Subtests) -> None:
    """A request has the credential, its length and the suite's name, asks for no compression, and keeps its bytes."""
    with serving(always(http(200, b"{}", X_Request_Id="a"))) as server, Client(target(server.url)) as client:
        exchange = client.send(b'{"a": 1}')
        client.send(b"x", path="/responses/resp_1", method="GET", credential="basic")
    head = server.requests[0].lower()
    assert head.startswith(b"post /ai-gateway/mlflow/v1/responses http/1.1\r\n")
    assert server.requests[0].endswith(b'\r\n\r\n{"a": 1}')
    for line in (b"authorization: bearer the-key", b"content-type: application/json", b"accept-encoding: identity"):
        with subtests.test(line):
            assert line in head
    assert b"authorization: basic dg9rzw46dghllwtleq==" in server.requests[1].lower()
    assert b"bearer" not in server.requests[1].lower()
    assert (exchange.status, exchange.content, exchange.headers["x-request-id"]) == (200, b"{}", "a")
    assert exchange.broken is None
    assert exchange.request.content == b'{"a": 1}'


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_redirects_are_not_followed(status: int) -> None:
    """A redirect is an answer like any other: the credential goes nowhere else."""
    with serving(always(http(200, b"{}"))) as other:
        answer = http(status, b"", None, location=f"{other.url}/responses")
        with serving(always(answer)) as server, Client(target(server.url)) as client:
            assert client.send(b"{}").status == status
        assert other.requests == []


@pytest.mark.parametrize(
    "answer",
    [
        None,
        b"",
        b"\r\n\r\n",
        b"no HTTP\r\n\r\n",
        b"HTTP/1.1 200",
        b"HTTP/1.1 2x0 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: x\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nbad header\r\n\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\n",
        b"\x15\x03\x01\x00\x02\x02\x16",
        b"HTTP/1.1 200 OK\r\nx: " + b"a" * 200_000,
    ],
)
def test_no_answer(answer: bytes | None) -> None:
    """Where no answer of HTTP begins, one printable sentence says so and names the target, not the credential."""
    with serving(always(answer)) as server, Client(target(server.url)) as client:
        with pytest.raises(Unreachable) as raised:
            client.send(b"{}")
        assert str(raised.value).startswith(f"{server.url} does not answer: ")
    assert str(raised.value).isprintable()
    assert "the-key" not in str(raised.value)


def test_nobody_there() -> None:
    """A port where nobody listens, a host that does not exist, a server of another protocol: no answer."""
    with serving(always(None)) as server:
        pass
    https = server.url.replace("http:", "https:")
    for url in (server.url, https, "http://no-such-host.invalid/v1"):
        with Client(target(url)) as client, pytest.raises(Unreachable, match="does not answer"):
            client.send(b"{}")


BODIES = {
    "cut": b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{",
    "cut-in-a-chunk": b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\n{\r\n",
    "no-last-chunk": b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\n{\r\n",
    "bad-chunk": b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\n{\r\nzz\r\n",
}


@pytest.mark.parametrize("answer", BODIES.values(), ids=BODIES)
def test_answer_that_breaks(answer: bytes) -> None:
    """Of an answer that breaks off, what came is kept, with the reason."""
    with serving(always(answer)) as server, Client(target(server.url)) as client:
        exchange = client.send(b"{}")
    assert exchange.status == 200
    assert exchange.content is not None
    assert b"{".startswith(exchange.content[:1])
    assert exchange.broken is not None
    assert "connection broke" in exchange.broken


def test_answer_as_it_is() -> None:
    """The bytes of an answer are kept as they came, whatever its headers say of them."""
    body = b"\x1f\x8b not gzip \xff\x00"
    answer = http(200, body, "application/json; charset=latin-1", content_encoding="gzip")
    with serving(always(answer)) as server, Client(target(server.url)) as client:
        exchange = client.send(b"{}")
    assert exchange.content == body
    assert exchange.broken is None


def test_too_many_bytes() -> None:
    """An answer that is longer than the limit is cut, and says so."""
    with serving(always(http(200, b"x" * 300_000))) as server:
        with Client(target(server.url), Limits(bytes=100_000)) as client:
            exchange = client.send(b"{}")
        with Client(target(server.url), Limits(bytes=301_000)) as client:
            assert client.send(b"{}").broken is None
    assert exchange.broken == "more than 100000 bytes"
    assert exchange.content is not None
    assert 0 < len(exchange.content) < 100_000


def test_silence() -> None:
    """A server that accepts and says nothing, before or within its answer, ends in the sentence of the limit."""
    release = threading.Event()

    def reply(number: int, request: bytes) -> bytes | None:
        release.wait(10)
        return None

    with serving(reply) as server, Client(target(server.url), Limits(silence=0.05)) as client:
        with pytest.raises(Unreachable, match="silence for longer than allowed"):
            client.send(b"{}")
        release.set()


ENDLESS = {
    "body": (b"HTTP/1.1 200 OK\r\n\r\n", b"x"),
    "chunks": (b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
    "trailer": (b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n", b"x: y\r\n"),
    "status-line": (b"HTTP/1.1 200 ", b"O"),
    "head": (b"HTTP/1.1 200 OK\r\n", b"x: y\r\n"),
    "interim-answers": (b"", b"HTTP/1.1 102 Wait\r\n\r\n"),
}


@pytest.mark.parametrize(("head", "piece"), ENDLESS.values(), ids=ENDLESS)
def test_no_end(head: bytes, piece: bytes) -> None:
    """An answer that goes on for longer than the limit is cut, whatever part of it has no end."""
    with dribbling(head, piece, 0.01) as url, Client(target(url), Limits(seconds=0.3)) as client:
        begun = time.monotonic()
        assert end_of(client) == "no end after 0.3 seconds"
        assert time.monotonic() - begun < 3


@pytest.mark.parametrize(("head", "piece"), ENDLESS.values(), ids=ENDLESS)
def test_no_end_of_bytes(head: bytes, piece: bytes) -> None:
    """An answer that is larger than the limit is cut, whatever part of it is."""
    with dribbling(head, piece * 100, 0) as url, Client(target(url), Limits(bytes=50_000)) as client:
        assert end_of(client) == "more than 50000 bytes"


def test_a_limit_counts_for_each_answer() -> None:
    """Limits begin anew with each request."""
    limits = Limits(bytes=99_000)
    with serving(always(http(200, b"x" * 60_000))) as server, Client(target(server.url), limits) as client:
        assert [client.send(b"{}").broken for _ in range(3)] == [None] * 3


def test_too_many_values() -> None:
    """An answer with more values than memory should hold is cut, however few bytes they take."""
    with serving(always(http(200, b"[" + b"[]," * 600_000 + b"[]]"))) as server, Client(target(server.url)) as client:
        assert client.send(b"{}").broken == "more than 1000000 values"


def test_connection_that_is_reset() -> None:
    """A connection that is reset is no answer."""
    listener = socket.create_server(("127.0.0.1", 0))

    def reset() -> None:
        connection, _ = listener.accept()
        connection.recv(10)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
        connection.close()

    thread = threading.Thread(target=reset, daemon=True)
    thread.start()
    with Client(target("http://{}:{}".format(*listener.getsockname()))) as client, pytest.raises(Unreachable):
        client.send(b"x" * 100_000)
    thread.join(10)
    listener.close()


def test_probe() -> None:
    """The probe sends no input, and tells what stands in the way.

    A refused credential, a busy target and no API are believed of a right request only.
    """
    refusal = http(400, b'{"error_code": "INVALID_PARAMETER_VALUE", "message": "input is missing"}')
    denied = http(403, b'{"error_code": "PERMISSION_DENIED", "message": "Invalid access token."}')
    page, redirect = http(200, b"<html>log in</html>", "text/html"), http(302, b"", None, location="/login")
    answer, text = http(200, json.dumps(response()).encode()), http(422, b"no input", "text/plain")
    busy = http(429, b"{}", retry_after="1")
    plain = {"model": "demo", "input": PLAIN, "max_output_tokens": 64}
    for answers, last, obstructed in (
        ([refusal], {"model": "demo"}, False),
        ([denied, answer], plain, False),
        ([denied, denied], plain, True),
        ([busy, answer], plain, False),
        ([http(401, b"no", "text/plain"), answer], plain, False),
        ([http(500, b"{}")], {"model": "demo"}, False),
        ([page, page], plain, True),
        ([redirect, redirect], plain, True),
        ([text, answer], plain, False),
    ):
        with serving(lambda number, request, given=answers: given[number - 1]) as server:
            with Client(target(server.url)) as client:
                exchange, sentence = probe(client, "demo")
            assert server.bodies() == [*([{"model": "demo"}] * (len(answers) - 1)), last]
        assert exchange.status in (200, 302, 400, 403, 500)
        assert (sentence is not None) is obstructed


def test_replay_has_no_target() -> None:
    """What stands for the target in a replay names no host that exists."""
    assert REPLAY.host == "target.invalid"
