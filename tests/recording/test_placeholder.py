"""The URLs of services: asked as they were given, recorded and replayed as placeholders."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.recording import IMAGE, MCP_SERVER, SERVICES, Secrets, Service, replacing
from conformance.reference.app import create_app
from conformance.reference.reply import Reply as Answer
from conformance.reference.serve import running
from tests.run.checkout import TOKEN, Checkout
from tests.servers.sockets import Reply, relay, serving

TESTS = "conformance/test_supported_models.py"
BODY = """
import pytest
from conformance.samples import conversations
from conformance.verdict import Ended


@pytest.mark.requirement("supported_models.text")
def test_server(ask, model, SERVICE):
    ask(model, conversations.QUESTION, metadata={"server": SERVICE})


@pytest.mark.requirement("supported_models.text")
def test_server_in_a_stream(ask, model, SERVICE):
    ask(model, conversations.QUESTION, stream=True, instructions=f"It's at \\"{SERVICE}\\".")


@pytest.mark.requirement("supported_models.text")
def test_long_request(ask, model, SERVICE):
    ask(model, conversations.QUESTION + " " * 70_000, metadata={"server": SERVICE})
"""
FIXTURES = {MCP_SERVER: "mcp_server", IMAGE: "image_url"}
FIRST, SECOND, USUAL = (f"http://127.0.0.1:{port}/mcp" for port in (50001, 50002, 50000))


def asked_with(url: str, endpoint: str) -> Reply:
    """A relay behind which the endpoint is always asked with the same URL, as its ids depend on the request."""
    passing = relay(endpoint, lambda number: False)

    def reply(number: int, request: bytes) -> bytes | None:
        assert USUAL.encode() not in request
        answer = passing(number, request.replace(url.encode(), USUAL.encode()))
        return answer and answer.replace(USUAL.encode(), url.encode())

    return reply


def recorded(checkout: Checkout, service: Service, url: str, reply: Reply, *args: str) -> pytest.RunResult:
    """A recording with a service."""
    (checkout.path / TESTS).write_text(BODY.replace("SERVICE", FIXTURES[service]))
    with serving(reply) as server:
        live = ["--live", "--record-mode=all", "--cassettes", "own", "--base-url", server.url, service.option, url]
        return checkout.quick(*live, "--models", "gpt-5-4", TESTS, *args, RESPONSES_API_KEY=TOKEN)


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.what)
def test_recording(checkout: Checkout, endpoint: str, service: Service) -> None:
    """A recording holds the placeholder, is the same with another port, and is judged alike in a replay."""
    own = checkout.path / "own"
    first = recorded(checkout, service, FIRST, asked_with(FIRST, endpoint))
    files = checkout.files(own)
    second = recorded(checkout, service, SECOND, asked_with(SECOND, endpoint))
    assert first.ret == second.ret == 0
    assert checkout.files(own) == files
    assert len(files) == 3
    for content in files.values():
        assert b"127.0.0.1" not in content
        assert service.placeholder.encode() in content
    replayed = checkout.quick("--cassettes", "own", "--models", "gpt-5-4", TESTS)
    assert replayed.ret == 0
    verdicts = [[line for line in run.outlines if line.startswith("3 cases")] for run in (first, replayed)]
    assert verdicts[0] == verdicts[1] != []


LEAKS: dict[str, Callable[[str], str]] = {
    "the host": lambda host: f"I know {host}.",
    "in base64": lambda host: "aHR0cDovLzEyNy4wLjAuMTo1MDAwMQ==",
    "in percent": lambda host: quote(f"http://{host}/", safe=""),
}


@pytest.mark.parametrize("leak", LEAKS.values(), ids=LEAKS)
def test_host_that_is_left_is_not_saved(checkout: Checkout, leak: Callable[[str], str]) -> None:
    """An answer that holds the host of the server in another way is not saved, and it is said why."""
    added = {"user": leak("127.0.0.1:50001")}

    def change(reply: Answer) -> Answer:
        is_response = isinstance(reply.content, dict) and "output" in reply.content
        return replace(reply, content=reply.content | added) if is_response else reply

    with running(create_app(token=TOKEN, reply_edit=change)) as url:
        reply = relay(url, lambda number: False)
        result = recorded(checkout, MCP_SERVER, FIRST, reply, "-k", "test_server and not stream")
    assert result.ret == 6
    result.stdout.fnmatch_lines(["*not saved: the host of the MCP server stands in *"])
    assert checkout.files(checkout.path / "own") == {}


URLS = [
    "https://h.example/mcp",
    "http://127.0.0.1:50001/mcp",
    "http://[::1]:9/",
    "https://h.example:8443",
    'https://h.example/a"b\\c%20d/é'.replace("é", "e"),
]


@given(url=st.sampled_from(URLS), before=st.text(), after=st.text(), depth=st.integers(0, 2))
def test_replacing(url: str, before: str, after: str, depth: int) -> None:
    """The URL goes from a text and from JSON in JSON, and nothing else changes."""
    text, expected = f"{before}{url}{after}", f"{before}{IMAGE.placeholder}{after}"
    for _ in range(depth):
        text, expected = json.dumps(text), json.dumps(expected)
    put = replacing({IMAGE: url})
    content = put(text.encode("utf-8", "surrogatepass"))
    if url not in before + after:
        assert content == expected.encode("utf-8", "surrogatepass")
    assert put(content) == content
    assert replacing({})(content) == content


@pytest.mark.parametrize("url", URLS)
def test_replacing_escaped_slashes(url: str) -> None:
    """The URL goes where the slashes of JSON are escaped, and the JSON stays JSON."""
    content = json.dumps({"server_url": url}).replace("/", "\\/").encode()
    assert json.loads(replacing({MCP_SERVER: url})(content)) == {"server_url": MCP_SERVER.placeholder}
    assert replacing({MCP_SERVER: url})(b"\xff" + url.encode()) == b"\xff" + MCP_SERVER.placeholder.encode()


def test_one_url_that_begins_with_another() -> None:
    """Each URL goes as a whole."""
    put = replacing({MCP_SERVER: "http://h.example", IMAGE: "http://h.example/a.png"})
    both = f"{MCP_SERVER.placeholder} {IMAGE.placeholder}".encode()
    assert put(b"http://h.example http://h.example/a.png") == both


def test_secrets() -> None:
    """The host of the MCP server is looked for with its port, and by its name where that is not every machine's."""
    public, own, of_6 = (
        Secrets("", "t.example", {"MCP server": host}) for host in ("m.example:8443", "localhost:50001", "[::1]:50001")
    )
    assert public.find("see M.EXAMPLE") == public.find("m.example:8443") == "the host of the MCP server"
    assert own.find("localhost:50001") == of_6.find("[::1]:50001") == "the host of the MCP server"
    assert own.find("localhost") is own.find("50001") is of_6.find("[::1], [:, 50001") is None
    assert public.find("t.example") == "the host of the target"
    assert Secrets("", "").find("anything") is None
