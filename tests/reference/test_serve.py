"""The reference endpoint from the command line."""

import shlex
import signal
import subprocess
import sys

import httpx
import pytest

from conformance.__main__ import main
from conformance.reference.app import create_app
from conformance.reference.serve import LOOPBACK, listen, running
from tests import ROOT
from tests.reference.client import BEARER, MODEL

# --- the command line ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "arguments",
    [
        "",
        "judgement",
        "serve",
        "serve --port 65536",
        "serve --port -1",
        "serve --port eighty",
        "serve --port 0 --delay soon",
        "serve --port 0 --delay nan",
        "serve --port 0 --delay -1",
        "serve --port 0 --chunk-bytes 0",
        "serve --port 0 --mcp-port many",
        "serve --port 0 --mcp-port 65536",
        "serve --port 0 --unheard-of",
    ],
)
def test_wrong_arguments_are_said_in_one_sentence(arguments: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A wrong argument ends with 2 and one sentence."""
    with pytest.raises(SystemExit) as left:
        main(arguments.split())
    assert left.value.code == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_a_port_in_use(capsys: pytest.CaptureFixture[str]) -> None:
    """A port that is taken is told, for the endpoint and for the MCP server."""
    with listen(LOOPBACK, 0) as taken:
        port = taken.getsockname()[1]
        assert main(["serve", "--port", str(port)]) == 1
        assert f"cannot listen on 127.0.0.1 port {port}" in capsys.readouterr().err
        assert main(["serve", "--port", "0", "--mcp-port", str(port)]) == 1
        assert f"cannot listen on 127.0.0.1 port {port}" in capsys.readouterr().err


@pytest.mark.parametrize("package", ["starlette", "uvicorn"])
def test_a_missing_package(package: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """A package that is not installed is told by its name."""
    for name in [name for name in sys.modules if name.startswith("conformance.reference.")]:
        monkeypatch.delitem(sys.modules, name)
    for name in [name for name in sys.modules if name.partition(".")[0] == package]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, package, None)
    assert main(["serve", "--port", "0"]) == 1
    assert f"package {package} is missing" in capsys.readouterr().err


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_serve_says_where_answers_the_same_and_ends_quietly(stop: signal.Signals) -> None:
    """The command prints its address, answers, and ends without a word on a signal."""
    command = [sys.executable, "-m", "conformance", "serve", "--port", "0", "--token", "abc"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        assert url.startswith("http://127.0.0.1:")
        assert url.endswith("/ai-gateway/mlflow/v1")
        body = {"model": MODEL, "input": "What is a mixture of experts?"}
        reply = httpx.post(f"{url}/responses", json=body, headers={"authorization": "Bearer abc"})
        process.send_signal(stop)
        output, errors = process.communicate(timeout=60)
    with running(create_app()) as here:
        assert reply.content == httpx.post(f"{here}/responses", json=body, headers=BEARER).content
    assert (output, errors, process.returncode) == ("", "", 0)


def test_serve_runs_an_mcp_server_beside_the_endpoint() -> None:
    """The second address is that of a server whose tools are called."""
    command = [sys.executable, "-m", "conformance", "serve", "--port", "0", "--mcp-port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout is not None
        url, server = (process.stdout.readline().strip() for _ in range(2))
        tool = {"type": "mcp", "server_label": "it", "server_url": server, "require_approval": "never"}
        body = {"model": MODEL, "input": "Add.", "tools": [tool], "tool_choice": "required"}
        reply = httpx.post(f"{url}/responses", json=body, headers=BEARER)
        process.send_signal(signal.SIGTERM)
        output, errors = process.communicate(timeout=60)
    assert [item["output"] for item in reply.json()["output"] if item["type"] == "mcp_call"] == ["2"]
    assert (output, errors, process.returncode) == ("", "", 0)


def test_the_endpoint_does_without_the_mcp_package_until_it_is_needed() -> None:
    """Importing the endpoint does not import the MCP package."""
    told = "import sys, conformance.reference.app; sys.exit('mcp' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", told], cwd=ROOT, check=False).returncode == 0


def test_a_list_that_nobody_reads_to_its_end() -> None:
    """`--list-faults | head` ends without a traceback."""
    command = f"{shlex.quote(sys.executable)} -m conformance serve --list-faults | head -1"
    done = subprocess.run(command, shell=True, capture_output=True, text=True, timeout=60)
    assert len(done.stdout.splitlines()) == 1
    assert done.stderr == ""
