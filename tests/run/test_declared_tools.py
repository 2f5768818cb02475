"""Tools that the target is said to lack, and the MCP server that it may use."""

from __future__ import annotations

import shutil

import pytest

from tests.run.checkout import TOKEN, Checkout
from tests.run.results import COULD_NOT_RUN, FILE, USAGE, assert_one_sentence, told
from tests.servers.sockets import http, relay, serving

TOOL_TESTS = """
import pytest
from conformance.samples import conversations


@pytest.mark.requirement("supported_models.text")
def test_no_tool(ask, model):
    ask(model, conversations.QUESTION)


@pytest.mark.tool("custom")
@pytest.mark.requirement("supported_models.text")
def test_custom(ask, model):
    ask(model, conversations.QUESTION)


@pytest.mark.tool("custom", "shell")
@pytest.mark.requirement("supported_models.text")
def test_custom_and_shell(ask, model):
    ask(model, conversations.QUESTION)


@pytest.mark.requirement("supported_models.text")
def test_mcp(ask, model, mcp_server):
    ask(model, conversations.QUESTION, metadata={"server": mcp_server})


@pytest.mark.requirement("supported_models.text")
def test_mcp_streamed(ask, model, mcp_server):
    ask(model, conversations.QUESTION, stream=True, metadata={"server": mcp_server})
"""


@pytest.fixture
def tool_tests(checkout: Checkout) -> Checkout:
    """A copy of the checkout whose tests declare tools, each of them recorded."""
    (checkout.path / FILE).write_text(TOOL_TESTS)
    recorded = checkout.cassette().read_bytes()
    shutil.rmtree(checkout.cassettes)
    for name in ("no_tool", "custom", "custom_and_shell"):
        file = checkout.cassette(f"supported_models/{name}/gpt-5-4")
        file.parent.mkdir(parents=True)
        file.write_bytes(recorded)
    return checkout


def test_without_tools(tool_tests: Checkout, endpoint: str) -> None:
    """--without-tools leaves out what sends such a tool: said at the head and the end, by each case, and in `again`."""
    twice = ["--without-tools", " custom,mcp", "--without-tools", "custom"]
    args = ["--models", "gpt-5-4", *twice, "-rs", FILE, "-k", "not mcp"]
    live = ["--live", "--base-url", endpoint]
    for result in (tool_tests.quick(*args), tool_tests.quick(*live, *args, RESPONSES_API_KEY=TOKEN)):
        assert result.ret == 0
        result.assert_outcomes(passed=1, skipped=2, deselected=2)
        told_twice = "left out: tools of type custom, mcp, by --without-tools"
        assert [line for line in told(result) if line == told_twice] == [told_twice] * 2
        reason = "not applicable: --without-tools says that the target has no custom"
        assert len([line for line in told(result) if line.startswith("SKIPPED") and line.endswith(reason)]) == 2
        result.stdout.fnmatch_lines(["3 cases: 1 pass, 2 not applicable"])
    tool_tests.cassette("supported_models/no_tool/gpt-5-4").unlink()
    failing = tool_tests.quick(*args)
    failing.stdout.fnmatch_lines(["*again: *'--without-tools= custom,mcp,custom'"])
    listed = tool_tests.quick("--list", *args)
    listed.stdout.fnmatch_lines(["1 cases, 1 requests, 2 cases not applicable; nothing was sent"])


def test_without_all_tools(tool_tests: Checkout) -> None:
    """A run of which everything is left out has judged nothing, so that it is not green."""
    result = tool_tests.quick("--models", "gpt-5-4", "--without-tools", "custom", FILE, "-k", "custom")
    assert result.ret == COULD_NOT_RUN
    result.stdout.fnmatch_lines(["2 cases: 2 not applicable", "*nothing was judged*"])


def test_unknown_type_of_tool(tool_tests: Checkout) -> None:
    """A mark with a type of tool that there is not is told."""
    tests = tool_tests.path / FILE
    tests.write_text(tests.read_text().replace('"shell"', '"shall"'))
    assert_one_sentence(tool_tests.quick("--models", "gpt-5-4"), USAGE, "custom_and_shell", "shall")


def test_no_mcp_server(tool_tests: Checkout, endpoint: str) -> None:
    """Without --mcp-server the cases that need one are not tried: nothing is sent for them, workers or not."""
    only = ["--models", "gpt-5-4", FILE, "-k", "no_tool or mcp"]
    with serving(relay(endpoint, lambda number: False)) as server:
        result = tool_tests.live(server.url, *only)
    assert len(server.requests) == 2  # the probe, and the case that needs no server
    for each in (result, tool_tests.live(endpoint, "-n", "1", *only)):
        assert each.ret == 0
        each.stdout.fnmatch_lines(["3 cases: 1 pass, 2 not tried", "*NOT TRIED: mcp (give --mcp-server)"])
    listed = tool_tests.quick("--list", "-v", *only)
    listed.stdout.fnmatch_lines(["  supported_models  mcp_streamed: 1 cases, 1 requests"])


def test_mcp_server_is_sent(tool_tests: Checkout, endpoint: str) -> None:
    """The URL reaches the target as it was given, and the command that asks again holds it."""
    url = "http://127.0.0.1:9/a/mcp/"
    passing = relay(endpoint, lambda number: False)
    args = ["--live", "--models", "gpt-5-4", FILE, "-k", "test_mcp", "--mcp-server", url]
    with serving(
        lambda number, request: http(400, b"{}") if b"127.0.0.1:9" in request else passing(number, request)
    ) as s:
        result = tool_tests.quick(*args, "--base-url", s.url, RESPONSES_API_KEY=TOKEN)
        assert {body["metadata"]["server"] for body in s.bodies() if "metadata" in body} == {url}
    assert result.ret == 1
    result.stdout.fnmatch_lines([f"MCP server: {url}", f"*again: *--mcp-server={url}"])
