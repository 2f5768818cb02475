"""What a failure leaves to look at: a command that sends the request again, and the exchanges."""

from __future__ import annotations

import json
import shlex
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from conformance.__main__ import main
from conformance.reference.app import create_app
from conformance.reference.profiles import find
from conformance.reference.serve import running
from conformance.report import Sender, curl
from conformance.wire.exchange import Exchange, Request
from tests.run.checkout import TOKEN, Checkout
from tests.servers.sockets import always, http, serving

BODY = json.dumps({"model": "m", "input": 'It\'s "quoted" $HOME `id` \\ @here ü 你好'}, ensure_ascii=False).encode()
REQUESTS: dict[str, Request] = {
    "json": Request(
        "POST", "/v1/responses", BODY, {"authorization": f"Bearer {TOKEN}", "content-type": "application/json"}
    ),
    "at": Request("POST", "/v1/responses", b"@/etc/hostname", {"content-type": "text/plain"}),
    "no content type": Request("POST", "/v1/responses", b"{}", {"authorization": "Bearer wrong"}),
    "basic": Request(
        "POST", "/v1/responses", b"{}", {"authorization": "Basic dG9rZW46YS10b2tlbg==", "content-type": "a/b"}
    ),
    "in the query": Request("GET", "/v1/responses/resp_1", b"", {"api-key": "$X"}, f"access_token={TOKEN}&a=b"),
    "control characters": Request("POST", "/v1/responses", b'{"a":"\x00\n\x1b"}', {"content-type": "a/b"}),
    "long": Request("POST", "/v1/responses", b'{"a":"' + b"x" * 100_000 + b'"}', {"content-type": "a/b"}),
    "empty": Request("POST", "/v1/responses", b"", {"content-type": "a/b"}),
}


def heads(request: bytes) -> tuple[str, dict[str, str], bytes]:
    """The first line, the headers and the body of a request."""
    head, _, body = request.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    return first, {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}, body


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
@pytest.mark.parametrize("name", REQUESTS)
def test_a_shell_sends_the_same(name: str, tmp_path: Path) -> None:
    """The command, run by a shell, sends what was sent: path, query, headers and body; the token is in a variable."""
    request = REQUESTS[name]
    file = tmp_path / "it's a body"
    file.write_bytes(request.content or b"")
    with serving(always(http(200, b"{}"))) as server:
        sender = Sender(server.url, "MY_TOKEN", TOKEN)
        command = curl(Exchange(request, 500), sender, file)
        ran = subprocess.run(
            ["sh", "-c", command], env={"MY_TOKEN": TOKEN, "PATH": "/usr/bin:/bin"}, capture_output=True
        )
        assert ran.returncode == 0, ran.stderr
        first, headers, body = heads(server.requests[0])
    assert TOKEN not in command
    assert command.isprintable()
    asked = f"?{request.query}" if request.query else ""
    assert first == f"{request.method} {request.path}{asked} HTTP/1.1"
    assert body == request.content
    expected = {**request.headers}
    if name == "basic":
        # The token as a password, which curl encodes.
        assert headers.pop("authorization").startswith("Basic ")
        del expected["authorization"]
    assert {name: headers.get(name) for name in (*expected, "content-type")} == {"content-type": None} | expected


def test_a_replay_has_no_base_url() -> None:
    """In a replay the base URL is a variable; a body that is kept nowhere is told."""
    exchange = Exchange(replace(REQUESTS["long"], path="/responses"), 500)
    command = curl(exchange, Sender(None, "MY_TOKEN", ""), "it holds a secret")
    assert command.startswith('curl -X POST "$BASE_URL/responses"')
    assert command.endswith("bytes: it holds a secret")


def test_evidence(unchanged: Checkout) -> None:
    """The exchanges of cases that failed are kept until the next run, where judge and a replay find the same."""
    cache = unchanged.pytester.path / "cache"
    tests = ("conformance/test_unsupported_parameters.py", "-k", "test_previous_response or test_boundary")
    options = ("-p", "cacheprovider", "-o", f"cache_dir={cache}", *tests)
    profile = find("stores-responses")
    with running(create_app(token=TOKEN, request_edit=profile.request_edit, reply_edit=profile.reply_edit)) as url:
        result = unchanged.live(url, *options)
        assert result.ret == 1
        kept = list((cache / "d" / "conformance").rglob("*.json"))
        failed = [line for line in result.outlines if line.startswith("  exchanges: ")]
        again = [line for line in result.outlines if line.startswith("  curl ")]
        assert unchanged.live(url, *options[:4], "conformance/test_supported_models.py").ret == 0
        assert not any((cache / "d" / "conformance").rglob("*.json"))
    assert {file.parent.name for file in kept} == {"previous_response", "previous_response_when_streamed"}
    assert failed
    assert all(TOKEN not in line and url.rpartition("/ai")[0] in line for line in again)
    assert any("exchanges of cases that failed" in line for line in result.outlines)


def test_evidence_is_read(unchanged: Checkout, capsys: pytest.CaptureFixture[str]) -> None:
    """A file of evidence is a cassette: it can be judged, and its folder replayed."""
    cache = unchanged.pytester.path / "cache"
    tests = ("conformance/test_supported_models.py", "-k", "string_input")
    options = ("-p", "cacheprovider", "-o", f"cache_dir={cache}", *tests)
    profile = find("list-only")
    with running(create_app(token=TOKEN, request_edit=profile.request_edit, reply_edit=profile.reply_edit)) as url:
        assert unchanged.live(url, *options).ret == 1
    folder = cache / "d" / "conformance"
    (file,) = folder.rglob("*.json")
    assert TOKEN not in file.read_text()
    main(["judge", str(file)])
    assert capsys.readouterr().err.startswith("exchanges: 3 read")
    replayed = unchanged.quick(f"--cassettes={folder}", "--models=gpt-5-4", *tests)
    assert replayed.ret == 1
    replayed.stdout.fnmatch_lines(["FAIL  supported_models.string_input *"])


def test_no_cache(unchanged: Checkout) -> None:
    """Where pytest has no cache, the failure says that nothing is kept."""
    profile = find("list-only")
    with running(create_app(token=TOKEN, request_edit=profile.request_edit, reply_edit=profile.reply_edit)) as url:
        result = unchanged.live(url, "conformance/test_supported_models.py", "-k", "string_input")
    result.stdout.fnmatch_lines(["  exchanges: not kept: pytest has no cache here"])
    assert shlex.split(next(line for line in result.outlines if line.startswith("  curl ")))[0] == "curl"
