"""Modes: a replay, a live run, a recording; what they say of themselves, and that xdist changes nothing."""

from __future__ import annotations

import base64
import re
import shutil
import signal
import subprocess
import sys
import threading

import pytest

from tests.run.checkout import TOKEN, Checkout
from tests.servers.sockets import http, relay, serving


def section(result: pytest.RunResult, title: str) -> list[str]:
    """The lines of a section at the end of a run, without blank ones."""
    lines = result.outlines
    start = next(number for number, line in enumerate(lines) if line.strip("= ") == title)
    rest = lines[start + 1 :]
    end = next((number for number, line in enumerate(rest) if line.startswith("==")), len(rest))
    return [line for line in rest[:end] if line]


def assert_clean(result: pytest.RunResult) -> None:
    """A run without a traceback, an internal error or the token."""
    output = result.stdout.str() + result.stderr.str()
    assert "Traceback" not in output
    assert "INTERNALERROR" not in output
    assert TOKEN not in output


def test_replay(checkout: Checkout) -> None:
    """A plain run replays: the network is blocked, the matrix is shown, it says where the answers come from."""
    before = checkout.files()
    tests = checkout.path / "conformance" / "test_supported_models.py"
    tests.write_text(
        tests.read_text() + "\n\n@pytest.mark.requirement('supported_models.text')\n"
        "def test_string_input_and_network(ask, model):\n"
        "    import socket\n"
        "    ask(model, conversations.QUESTION)\n"
        "    with socket.socket() as opened:\n"
        "        opened.connect(('127.0.0.1', 9))\n"
    )
    name = "supported_models/string_input_and_network/gpt-5-4"
    checkout.cassette(name).parent.mkdir()
    checkout.cassette(name).write_bytes(checkout.cassette().read_bytes())
    result = checkout.run("--models", "gpt-5-4")
    assert result.ret == 1
    result.stdout.fnmatch_lines(
        [
            "conformance: replay, contract databricks *",
            "target: none, network blocked",
            "models: gpt-5-4 *",
            f"cassettes: {checkout.cassettes}",
            "*Network is disabled*",
            "*= conformance matrix =*",
            "E  supported_models",
            ".  * chapters in which nothing is bad",
            "A gpt-5-4",
            "answers: * of reference endpoint/*, recorded 20*, contract *",
            "*reference endpoint is no workspace*",
        ]
    )
    failed = [line for line in result.outlines if line.startswith(("FAILED", "ERROR"))]
    assert len(failed) == 1
    assert "test_string_input_and_network" in failed[0]
    checkout.cassette(name).unlink()
    checkout.cassette(name).parent.rmdir()
    assert checkout.files() == before


def test_verify(checkout: Checkout, endpoint: str) -> None:
    """A live run asks the target, says which, stores nothing, and never shows the token."""
    before = checkout.files()
    result = checkout.live(
        endpoint,
        *("--without-tools", "mcp", "-k", "not http_url"),
        *("-rA", "-l", "--log-cli-level=DEBUG", "--junitxml=junit.xml"),
    )
    assert result.ret == 0
    assert_clean(result)
    result.stdout.fnmatch_lines(
        ["conformance: verify, *", f"target: {endpoint}", "*= verdict =*", "answers: live, of reference endpoint/*"]
    )
    assert not [line for line in result.outlines if line.startswith("cassettes:")]
    assert checkout.files() == before
    assert TOKEN not in (checkout.path / "junit.xml").read_text()


def test_modes_give_the_same_verdict(checkout: Checkout, endpoint: str) -> None:
    """Replayed serially, live, and recorded by two workers: the same matrix for cases that are in all modes."""
    tests = ["conformance/test_supported_models.py", "conformance/test_unsupported_parameters.py"]
    # The page's example is recorded for another model.
    tests += ["-v", "-k", "not page_example"]
    live = ("--live", "--base-url", endpoint, "--models", "gpt-5-4")
    runs = [
        checkout.quick("--models", "gpt-5-4", *tests),
        checkout.quick(*live, *tests, RESPONSES_API_KEY=TOKEN),
        checkout.record(endpoint, "-n", "2", *tests),
    ]
    for result in runs:
        assert result.ret == 0
        assert_clean(result)
        assert any(line == "A gpt-5-4" for line in section(result, "conformance matrix"))
    for title in ("conformance matrix", "observed, which nobody promises (may)"):
        # That a token does not come back can be seen only where one was sent.
        told = [" ".join(section(result, title)).replace("credentials, ", "").split() for result in runs]
        assert told[0] == told[1] == told[2]
    counts = [section(result, "verdict")[:1] for result in runs]
    assert counts[0] == counts[1] == counts[2]


def test_failures_are_the_same_with_workers(checkout: Checkout) -> None:
    """A failing replay has the same findings, matrix and exit status with two workers as without."""
    cassette = checkout.cassette()
    text = cassette.read_text()
    cassette.write_text(re.sub(r'"total_tokens": \d+\n', '"total_tokens": 999999\n', text))
    (checkout.cassettes / "stray.json").write_text("{}")
    args = ["--models", "gpt-5-4", "conformance/test_supported_models.py"]
    results = [checkout.quick(*args), checkout.run(*args, "-n", "2")]
    for result in results:
        assert result.ret == 1
        result.stdout.fnmatch_lines(["*FAIL  usage.total  gpt-5-4   must*", "*/usage/total_tokens *999999*"])
        assert result.stdout.str().count("FAIL  usage.total") == 1
    serial, parallel = ({line for line in result.outlines if line.startswith("FAILED")} for result in results)
    assert serial == parallel
    assert section(results[0], "conformance matrix") == section(results[1], "conformance matrix")


def test_fail_on_should(checkout: Checkout) -> None:
    """A should finding is a warning that --fail-on should turns into exit status 1."""
    cassette = checkout.cassette()
    cassette.write_text(cassette.read_text().replace('"msg_', '"qq_'))
    for level, status in (("must", 0), ("should", 1)):
        result = checkout.quick("--models", "gpt-5-4", "--fail-on", level)
        assert result.ret == status
        assert_clean(result)
        assert any("items.id_prefix" in line for line in section(result, "warnings (should)"))
        assert any("1 warn" in line for line in section(result, "verdict"))


def test_every_model(checkout: Checkout, endpoint: str) -> None:
    """What one representative does for is tried on each model that --every-model adds."""
    models = ["-v", "--models", "gpt-5-4,gpt-5-4-mini", "-k", "boundary_value"]
    one = checkout.quick("--live", "--base-url", endpoint, *models, RESPONSES_API_KEY=TOKEN)
    all_ = checkout.quick("--live", "--base-url", endpoint, *models, "--every-model", RESPONSES_API_KEY=TOKEN)
    assert one.ret == all_.ret == 0
    counts = [sum(result.parseoutcomes().values()) for result in (one, all_)]
    assert counts[1] - counts[0] == counts[0] - one.parseoutcomes().get("deselected", 0) or counts[1] > counts[0]
    assert "gpt-5-4-mini" not in "\n".join(section(one, "conformance matrix"))
    assert "gpt-5-4-mini" in "\n".join(section(all_, "conformance matrix"))


NAMES = ["gpt-4o", "org/model:tag", "mödel ☃", "a[b]c", "x'y\"z", "$(id);`id`", "%2F..", "-n"]


def test_openai_contract_takes_any_model(checkout: Checkout, endpoint: str) -> None:
    """Under --contract openai a model may have any name: it is sent as it stands."""
    with serving(lambda number, request: http(400, b'{"error": {"message": "no", "type": "x"}}')) as server:
        url = f"http://{server.host}/v1"
        result = checkout.live(url, "--contract", "openai", f"--models={','.join(NAMES)}", "-k", "string_input")
    assert result.ret == 1
    assert_clean(result)
    result.stdout.fnmatch_lines([f"{len(NAMES)} cases: {len(NAMES)} fail"])
    assert list(dict.fromkeys(body["model"] for body in server.bodies())) == NAMES


def test_openai_contract_judges_wire_rules_only(checkout: Checkout) -> None:
    """Under --contract openai what Databricks alone promises is not applicable; nothing is sent for it."""

    def reply(number: int, request: bytes) -> bytes:
        return http(400, b'{"error": {"message": "no", "type": "x", "code": null, "param": null}}')

    with serving(reply) as server:
        args = ("--contract", "openai", "--models", "demo", "conformance/test_unsupported_parameters.py")
        result = checkout.live(f"http://{server.host}/v1", *args)
    assert result.ret == 6
    result.stdout.fnmatch_lines(["*nothing was judged*"])
    assert len(server.requests) == 1


def test_again_repeats_the_run(checkout: Checkout, endpoint: str) -> None:
    """The command in a failure runs the same case on the same target."""
    with serving(lambda number, request: http(400, b'{"error": {"message": "no", "type": "x"}}')) as server:
        url = f"http://{server.host}/v1"
        name = "it's; a `model`"
        result = checkout.live(url, "--contract", "openai", "--models", name, "-k", "string_input")
        asked = len(server.requests)
        again = next(line.partition("again:")[2] for line in result.outlines if "again:" in line)
        command = f"{sys.executable} -m {again.strip()}"
        done = subprocess.run(
            command,
            shell=True,
            cwd=checkout.path,
            capture_output=True,
            text=True,
            env={"PATH": "/usr/bin:/bin", "RESPONSES_API_KEY": TOKEN, "PYTHONPATH": str(checkout.path)},
            timeout=60,
            check=False,
        )
        assert done.returncode == 1, done.stdout + done.stderr
        assert "1 cases: 1 fail" in done.stdout
        assert server.bodies()[asked:] == server.bodies()[:asked]


@pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl on this machine")
@pytest.mark.parametrize(
    ("test", "credential"),
    [
        ("string_input", f"Bearer {TOKEN}"),
        ("test_basic", f"Basic {base64.b64encode(f'token:{TOKEN}'.encode()).decode()}"),
    ],
)
def test_curl_repeats_the_request(checkout: Checkout, test: str, credential: str) -> None:
    """The curl command in a failure sends the same body to the base URL, with the token from the variable."""
    with serving(lambda number, request: http(400, b'{"error": {"message": "no", "type": "x"}}')) as server:
        result = checkout.live(server.url, "-k", test)
        line = next(line.strip() for line in result.outlines if line.strip().startswith("curl "))
        env = {"PATH": "/usr/bin:/bin", "RESPONSES_API_KEY": TOKEN, "BASE_URL": server.url, "NO_PROXY": "*"}
        subprocess.run(f"{line} -s", shell=True, env=env, capture_output=True, timeout=60, check=True)
    assert TOKEN not in line
    assert server.bodies()[-1] in server.bodies()[:-1]
    assert credential.encode() in server.requests[-1]


def test_what_nobody_has_described_is_reported(checkout: Checkout) -> None:
    """A member that no schema knows is named at the end of a run, with its models, and changes no outcome."""
    cassette = checkout.cassette()
    cassette.write_text(cassette.read_text().replace('"usage": {', '"usage": {"karma": 1,', 1))
    result = checkout.quick("--models=gpt-5-4", "-k", "string_input")
    assert result.ret == 0
    assert section(result, "not described anywhere (no promise)") == ["/usage/karma  (1x, gpt-5-4)"]


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_recording_that_is_ended(checkout: Checkout, endpoint: str, how: signal.Signals) -> None:
    """A recording that is interrupted or killed leaves every cassette as it was or whole; no other file is left."""
    before = checkout.files()
    hanging, release = threading.Event(), threading.Event()
    passing = relay(endpoint, lambda number: False)

    def reply(number: int, request: bytes) -> bytes | None:
        if number < 4:
            return passing(number, request)
        hanging.set()
        release.wait(30)
        return None

    checkout.monkeypatch.setenv("RESPONSES_API_KEY", TOKEN)
    with serving(reply) as server:
        args = ["-p", "no:cacheprovider", "--live", "--record-mode=all", "--base-url", server.url]
        process = subprocess.Popen(
            [sys.executable, "-m", "pytest", *args, "--models", "gpt-5-4"],
            cwd=checkout.path,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert hanging.wait(60)
        process.send_signal(how)
        output = process.communicate(timeout=60)[0]
        release.set()
    assert process.returncode == (pytest.ExitCode.INTERRUPTED if how is signal.SIGINT else -signal.SIGKILL), output
    assert "INTERNALERROR" not in output
    assert TOKEN not in output
    assert checkout.files() == before
