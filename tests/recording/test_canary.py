"""A canary: a target that echoes all that it was sent leaves no trace of the token, whatever the run shows or saves."""

from __future__ import annotations

import base64
import html
import json
import re
import secrets
import string
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

import pytest

from conformance.recording import Secrets
from tests.right.exchanges import databricks_refusal, response
from tests.run.checkout import Checkout
from tests.servers.sockets import http, serving

LENGTH = 40
PART = 10
BASE64_PART = 14
"""So many characters of the token in a row, or of its base64, are a trace of it."""

ALPHABETS = {
    "plain": string.ascii_letters + string.digits,
    "escaped": "\"\\'/+%&<=>{}~!" + string.digits,
}

HARDEST = '/&!%"\\3%59\\>2\\4%>0~/"2"94&9=!}"95%54%7"1'
"""A token in which a backslash that is left alone stands beside characters that are escaped."""

ENCODINGS: dict[str, Callable[[str], str]] = {
    "as_it_is": str,
    "json": lambda text: json.dumps(text)[1:-1],
    "json_twice": lambda text: json.dumps(json.dumps(text)[1:-1])[1:-1],
    "json_of_html": lambda text: re.sub("[<>&'+\"/]", lambda match: f"\\u{ord(match[0]):04x}", text),
    "percent": lambda text: quote(text, safe=""),
    "percent_of_all": lambda text: "".join(f"%{ord(character):02x}" for character in text),
    "percent_twice": lambda text: quote(quote(text, safe=""), safe=""),
    "html": html.escape,
    "hexadecimal": lambda text: text.encode().hex(),
    "representation": repr,
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "base64_of_more": lambda text: base64.b64encode(f"Bearer {text}; and more".encode()).decode(),
    "base64_url_safe": lambda text: base64.urlsafe_b64encode(f"xx{text}".encode()).decode(),
    "base64_percent": lambda text: quote(base64.b64encode(text.encode()).decode(), safe=""),
    "capitals": str.upper,
    "beginning": lambda text: text[: LENGTH // 2],
    "end": lambda text: text[LENGTH // 2 :],
}

WHOLE = [name for name in ENCODINGS if name.startswith(("base64", "beginning", "end", "representation"))]
"""Encodings of a part that are no part of the encoding."""

PLACES = (
    *("header", "retry_after", "reason", "request_id", "text", "member", "name", "error", "page"),
    *("stream", "stream_split"),
)

TESTS = """
import pytest

ABOUT = pytest.mark.requirement("supported_models.string_input")
""" + "".join(
    f"""

@ABOUT
def test_{place}_{encoding}(ask, model):
    ask(model, "{place} {encoding}"{", stream=True" if place.startswith("stream") else ""})
"""
    for encoding in ENCODINGS
    for place in PLACES
)


def traces(token: str) -> set[str]:
    """What PART characters of the token in a row are in each encoding, in small letters."""
    parts = [token[start : start + PART] for start in range(LENGTH - PART + 1)]
    found = {encode(part) for part in parts for name, encode in ENCODINGS.items() if name not in WHOLE}
    for offset in range(3):
        encoded = base64.b64encode(b"\0" * offset + token.encode()).decode()[4:-4]
        for form in (encoded, encoded.replace("+", "-").replace("/", "_"), quote(encoded, safe="")):
            found |= {form[start : start + BASE64_PART] for start in range(len(form) - BASE64_PART + 1)}
    return {part.lower() for part in found}


def assert_no_trace(token: str, text: str, where: str) -> None:
    """No part of the token stands in a text."""
    small = text.lower()
    found = [part for part in traces(token) if part in small]
    assert not found, (where, sorted(found)[:5])


def texts_in(value: Any) -> Iterator[str]:
    """All texts in a JSON value, names of members among them."""
    if isinstance(value, dict):
        yield from value
        value = list(value.values())
    if isinstance(value, list):
        for each in value:
            yield from texts_in(each)
    elif isinstance(value, str):
        yield value


def answer(place: str, encoded: str) -> bytes:
    """An answer of HTTP that holds a text in some place."""
    line = encoded.replace("\r", "").replace("\n", "")
    sent = json.dumps(response()).encode()
    if place == "header":
        return http(200, sent, x_echo=line, set_cookie=f"a={line}", location=line)
    if place == "retry_after":
        return http(200, sent, retry_after=line)
    if place == "reason":
        return http(200, sent, reason=line)
    if place == "request_id":
        return http(400, b"{}", x_request_id=line)
    if place == "text":
        item = response()["output"][-1]
        content = [{"type": "output_text", "text": encoded, "annotations": [], "logprobs": []}]
        return http(200, json.dumps(response(output=[item | {"content": content}])).encode())
    if place == "member":
        return http(200, json.dumps(response(model=encoded, id=encoded, metadata={encoded: encoded})).encode())
    if place == "name":
        return http(200, json.dumps({encoded: 1, "output": {encoded: encoded}, "object": encoded}).encode())
    if place == "error":
        return http(400, json.dumps(databricks_refusal(message=f"you sent {encoded}", error_code=encoded)).encode())
    if place == "page":
        return http(401 if len(encoded) % 2 else 502, f"<p>{encoded}</p>".encode(), "text/html")
    size = 3 if place == "stream_split" else len(encoded)
    return http(
        200, b"".join(events([encoded[at : at + size] for at in range(0, len(encoded), size)])), "text/event-stream"
    )


def events(deltas: list[str]) -> Iterator[bytes]:
    """The events of a streamed answer that says these pieces of a text, one after the other."""
    for number, delta in enumerate(deltas):
        data = {"type": "response.output_text.delta", "sequence_number": number, "item_id": "msg_1", "delta": delta}
        yield f"event: response.output_text.delta\ndata: {json.dumps(data)}\n\n".encode()


def reply(number: int, request: bytes) -> bytes:
    """Echoes the token in the place and the encoding that the input names."""
    head, _, body = request.partition(b"\r\n\r\n")
    token = re.search(rb"(?i)authorization: bearer (\S+)", head)
    said = json.loads(body).get("input")
    if not isinstance(said, str) or token is None or len(words := said.split()) != 2:
        return http(400, json.dumps(databricks_refusal()).encode())
    return answer(words[0], ENCODINGS[words[1]](token[1].decode()))


@pytest.mark.parametrize("recording", [False, True], ids=["verify", "record"])
@pytest.mark.parametrize("alphabet", ALPHABETS.values(), ids=ALPHABETS)
def test_no_trace_of_the_token(checkout: Checkout, alphabet: str, *, recording: bool) -> None:
    """Neither terminal, log, JUnit, report, summary nor cassette holds a part of the token that a target echoes."""
    token = "".join(secrets.choice(alphabet) for _ in range(LENGTH))
    (checkout.path / "conformance" / "test_supported_models.py").write_text(TESTS)
    report = checkout.path / "report"
    shown = ("-rA", "-vv", "--tb=long", "--showlocals", "--log-level=DEBUG", "--log-cli-level=DEBUG", "--log-file=log")
    saved = ("--junitxml=junit.xml", "-o", "junit_logging=all", "--record-mode=all", "--cassettes=own")
    with serving(reply) as server:
        done = subprocess.run(
            [
                *(sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--live", "--base-url", server.url),
                *("--models", "gpt-5-4", "--report=report", "--ci=github", *shown, *saved[: None if recording else 3]),
                "conformance/test_supported_models.py",
            ],
            cwd=checkout.path,
            capture_output=True,
            text=True,
            env={
                "PATH": "/usr/bin:/bin",
                "RESPONSES_API_KEY": token,
                "NO_PROXY": "*",
                "GITHUB_STEP_SUMMARY": str(checkout.path / "step"),
            },
            timeout=200,
            check=False,
        )
    assert done.returncode == 1, done.stdout[-2000:]
    assert "test_text_json_twice" in done.stdout
    assert "[the token]" in done.stdout
    assert_no_trace(token, done.stdout, "terminal")
    assert_no_trace(token, done.stderr, "standard error")
    for name in ("junit.xml", "log", "report/summary.md", "step"):
        assert_no_trace(token, html.unescape((checkout.path / name).read_text()), name)
    # Members are looked at one by one: in the text of a file the quotation marks of JSON would hide them.
    assert_no_trace(token, "\n".join(texts_in(json.loads((report / "report.json").read_text()))), "report.json")
    cassettes = list((checkout.path / "own").rglob("*")) if recording else []
    for path in cassettes:
        if path.is_file():
            assert_no_trace(token, path.read_text(), str(path))
            assert path.parent.name.startswith("header_"), path


def test_a_fault_of_the_suite_shows_no_token(checkout: Checkout) -> None:
    """The locals of a traceback hold what was sent; the token in them is hidden."""
    token = "".join(secrets.choice(ALPHABETS["plain"]) for _ in range(LENGTH))
    (checkout.path / "conformance" / "test_supported_models.py").write_text(
        "import pytest\n\n\n"
        "@pytest.mark.requirement('supported_models.string_input')\n"
        "def test_broken(ask, model):\n"
        "    exchange = ask(model, 'text as_it_is')\n"
        "    headers, text = exchange.request.headers, str(exchange)\n"
        "    print(1 / 0, headers)\n"
    )
    with serving(reply) as server:
        args = ("--live", "--base-url", server.url, "--models", "gpt-5-4", "conformance/test_supported_models.py")
        args += ("-rA", "-vv", "--tb=long", "--showlocals", "--full-trace", "--junitxml=junit.xml")
        result = checkout.run(*args, RESPONSES_API_KEY=token)
    assert result.ret == 1
    assert_no_trace(token, result.stdout.str() + result.stderr.str(), "terminal")
    assert_no_trace(token, html.unescape((checkout.path / "junit.xml").read_text()), "junit.xml")


@pytest.mark.parametrize("encode", ENCODINGS.values(), ids=ENCODINGS)
def test_a_token_that_looks_like_escapes(encode: Callable[[str], str]) -> None:
    """A token is found and hidden whatever its own characters seem to escape."""
    known, text = Secrets(HARDEST, "h.example"), f"You sent {encode(HARDEST)} to me"
    assert known.find(text) == "the token"
    assert_no_trace(HARDEST, known.hide(text), "shown")
