"""Options: what is wrong is told at once, in one sentence, with the exit status for it; what is right is obeyed."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from tests.conftest import TOKEN, Checkout
from tests.servers.sockets import always, http, relay, serving

USAGE = pytest.ExitCode.USAGE_ERROR
COULD_NOT_RUN = 6
URL = "https://workspace.example/ai-gateway/mlflow/v1"


def told(result: pytest.RunResult) -> list[str]:
    """The lines that a run wrote, without blank ones."""
    return [line for line in [*result.outlines, *result.errlines] if line.strip()]


def assert_one_sentence(result: pytest.RunResult, status: int, *words: str) -> None:
    """A run that ended with this status and one sentence with these words: no traceback, no test, no repetition."""
    output = "\n".join(told(result))
    assert result.ret == status, output
    assert "Traceback" not in output
    assert "INTERNALERROR" not in output
    assert "_pytest." not in output
    assert not re.search(r"\d+ (passed|failed|error|could not run)", output)
    lines = [line for line in told(result) if all(word in line for word in words)]
    assert len(lines) == 1, output


WRONG = {
    "models-empty": (["--models", ""], ["--models", "no model is named"]),
    "models-only-commas": (["--models", " , ,"], ["--models", "no model is named"]),
    "models-misspelt": (["--models", "gpt5-4"], ["--models", "gpt5-4", "did you mean gpt-5-4?"]),
    "models-of-another-maker": (["--models", "gpt-5-4,claude-4"], ["--models", "claude-4", "not an OpenAI model"]),
    "models-many": (["--models", ",".join(f"model-{n}" for n in range(2000))], ["--models", "model-0"]),
    "models-that-paint": (["--live", "--contract", "openai", "--models", "\x1b[31m", "--base-url", URL], ["--models"]),
    "models-not-utf-8": (["--live", "--contract", "openai", "--models", "a\udcff", "--base-url", URL], ["--models"]),
    "models-with-open-weights": (["--models", "gpt-oss-120b"], ["--models", "gpt-oss-120b", "open weights"]),
    "models-of-two-parts": (["--models", "prod.my_gpt"], ["--models", "prod.my_gpt"]),
    "contract-misspelt": (["--contract", "opneai"], ["--contract", "did you mean openai?"]),
    "contract-empty": (["--contract", ""], ["--contract", "databricks, openai"]),
    "contract-other-case": (["--contract", "OpenAI"], ["--contract", "OpenAI"]),
    "contract-openai-in-a-replay": (["--contract", "openai", "--models", "x"], ["--contract openai", "--live"]),
    "contract-openai-without-models": (["--live", "--contract", "openai"], ["--contract openai", "--models"]),
    "fail-on-may": (["--fail-on", "may"], ["--fail-on", "must, should"]),
    "fail-on-empty": (["--fail-on", ""], ["--fail-on", "must, should"]),
    "record-without-live": (["--record-mode=all"], ["--record-mode=all", "--live"]),
    "rewrite-without-live": (["--record-mode=rewrite"], ["--record-mode=rewrite", "--live"]),
    "record-once": (["--live", "--record-mode=once"], ["--record-mode=once", "--record-mode=all"]),
    "rewrite": (["--live", "--record-mode=rewrite"], ["--record-mode=rewrite", "--record-mode=all"]),
    "record-mode-misspelt": (["--live", "--record-mode=al"], ["--record-mode", "invalid choice"]),
    "record-openai": (
        ["--live", "--record-mode=all", "--contract", "openai", "--models", "x"],
        ["--record-mode=all", "--contract openai"],
    ),
    "disable-recording": (["--disable-recording"], ["--disable-recording", "--live"]),
    "live-and-blocked": (["--live", "--block-network"], ["--block-network", "--live"]),
    "cassettes-empty": (["--cassettes", ""], ["--cassettes", "empty"]),
    "cassettes-blank": (["--cassettes", "  "], ["--cassettes", "empty"]),
    "cassettes-nowhere": (["--cassettes", "nowhere"], ["--cassettes", "nowhere", "--record-mode=all"]),
    "cassettes-a-file": (["--cassettes", "pyproject.toml"], ["--cassettes", "not a folder"]),
    "cassettes-in-a-file": (["--cassettes", "pyproject.toml/set"], ["--cassettes", "pyproject.toml"]),
    "cassettes-to-verify": (["--live", "--cassettes", "x", "--base-url", URL], ["--cassettes", "--record-mode=all"]),
    "base-url-in-a-replay": (["--base-url", URL], ["--base-url", "--live"]),
    "base-url-empty": (["--live", "--base-url", ""], ["--base-url", "https://"]),
    "base-url-without-scheme": (["--live", "--base-url", "h.example/v1"], ["--base-url", "h.example/v1", "https://"]),
    "base-url-other-scheme": (["--live", "--base-url", "ftp://h.example/v1"], ["--base-url", "ftp://", "https://"]),
    "base-url-without-host": (["--live", "--base-url", "https:///v1"], ["--base-url", "host"]),
    "base-url-bad-port": (["--live", "--base-url", "http://h.example:99999/v1"], ["--base-url", "Port"]),
    "base-url-bad-ipv6": (["--live", "--base-url", "http://[::1/v1"], ["--base-url", "IPv6"]),
    "base-url-of-the-route": (["--live", "--base-url", f"{URL}/responses"], ["--base-url", "/responses"]),
    "base-url-with-query": (["--live", "--base-url", f"{URL}?a=b"], ["--base-url", "query"]),
    "base-url-with-blank": (["--live", "--base-url", "http://h.exam ple/v1"], ["--base-url", "exam ple"]),
    "base-url-that-paints": (
        ["--live", "--base-url", "http://h.example/\x1b[31mv1"],
        ["--base-url", "control character"],
    ),
    "without-tools-empty": (["--without-tools", ""], ["--without-tools", "no type of tool is named"]),
    "without-tools-only-commas": (["--without-tools", ", ,"], ["--without-tools", "no type of tool is named"]),
    "without-tools-misspelt": (
        ["--without-tools", "mcp,custm"],
        ["--without-tools", "'custm'", "did you mean custom?"],
    ),
    "without-tools-huge": (["--without-tools", "x" * 100_000], ["--without-tools", "xxx…", "web_search"]),
    "without-tools-twice-misspelt": (["--without-tools", "mcp", "--without-tools", "custm"], ["'custm'"]),
    "one-url-for-two": (["--list", "--mcp-server", URL, "--image-url", URL], ["--mcp-server", "--image-url", "same"]),
    "image-url-in-capitals": (["--list", "--image-url", "HTTP://h/a.png"], ["--image-url", "http://"]),
    "mcp-server-backslash": (["--list", "--mcp-server", "http://h\\x"], ["--mcp-server", "backslash"]),
    "without-tools-other-case": (["--without-tools", "MCP"], ["--without-tools", "'MCP'", "web_search"]),
    "without-tools-that-paint": (["--without-tools", "\x1b[31m"], ["--without-tools", "web_search"]),
    "without-tools-not-utf-8": (["--without-tools", "a\udcff"], ["--without-tools", "web_search"]),
    "mcp-server-in-a-replay": (["--mcp-server", URL], ["--mcp-server", "--live"]),
    **{
        f"mcp-server-{name}": (["--live", "--base-url", URL, "--mcp-server", url], ["--mcp-server", *words])
        for name, (url, words) in {
            "empty": ("", ["https://"]),
            "without-scheme": ("h.example/mcp", ["h.example/mcp", "https://"]),
            "other-scheme": ("ftp://h.example/mcp", ["ftp://", "https://"]),
            "without-host": ("https:///mcp", ["names no host"]),
            "with-port-0": ("https://h.example:0/mcp", ["names no host"]),
            "with-query": ("https://h.example/mcp?key=1", ["query"]),
            "with-blank": (" https://h.example/mcp", ["blank"]),
            "that-paints": ("https://h.example/\x1b[31m", ["control character"]),
            "not-utf-8": ("https://h.example/\udcff", ["outside ASCII"]),
        }.items()
    },
    "misspelt": (["--mdoels", "gpt-5-4"], ["unrecognized arguments: --mdoels"]),
    "without-value": (["--models"], ["--models", "expected one argument"]),
}


@pytest.mark.parametrize(("args", "words"), WRONG.values(), ids=WRONG)
def test_wrong_option(unchanged: Checkout, args: list[str], words: list[str]) -> None:
    """A wrong option, or two that contradict each other, is a usage error with one sentence that names it."""
    result = unchanged.quick(*args, RESPONSES_API_KEY=TOKEN)
    assert_one_sentence(result, USAGE, *words)
    assert not any("\x1b[31m" in line for line in told(result))


@pytest.mark.parametrize("option", ["--base-url", "--mcp-server"])
def test_password_in_a_url_is_not_repeated(unchanged: Checkout, option: str) -> None:
    """A credential in a URL is refused, and the sentence does not hold it."""
    urls = {"--base-url": URL} | {option: "https://me:s3cret@h.example/v1"}
    args = [word for pair in urls.items() for word in pair]
    result = unchanged.quick("--live", *args, RESPONSES_API_KEY=TOKEN)
    assert_one_sentence(result, USAGE, option, "password")
    assert "s3cret" not in "\n".join(told(result))


MISSING = {
    "nothing": ({}, [], ["no target", "DATABRICKS_HOST", "--base-url"]),
    "empty-host": ({"DATABRICKS_HOST": " ", "DATABRICKS_TOKEN": TOKEN}, [], ["DATABRICKS_HOST"]),
    "no-databricks-token": ({"DATABRICKS_HOST": "h.example"}, [], ["DATABRICKS_TOKEN", "not set"]),
    "key-of-the-other-kind": (
        {"DATABRICKS_HOST": "h.example", "RESPONSES_API_KEY": TOKEN},
        [],
        ["DATABRICKS_TOKEN", "not set"],
    ),
    "no-key": ({"DATABRICKS_TOKEN": TOKEN}, ["--base-url", URL], ["RESPONSES_API_KEY", "not set"]),
    "empty-key": ({"RESPONSES_API_KEY": "  "}, ["--base-url", URL], ["RESPONSES_API_KEY", "empty"]),
}


@pytest.mark.parametrize(("variables", "args", "words"), MISSING.values(), ids=MISSING)
def test_missing_credential(unchanged: Checkout, variables: dict[str, str], args: list[str], words: list[str]) -> None:
    """A variable that is not set is told by its name; the run could not run (exit status 6)."""
    assert_one_sentence(unchanged.quick("--live", *args, **variables), COULD_NOT_RUN, *words)


@pytest.mark.parametrize("token", ["secret\ntoken-secret", "secret token-secret", "secret-tökén-secret", "secret\x7f"])
def test_token_that_no_header_can_carry(unchanged: Checkout, token: str) -> None:
    """A token with a line break, a blank or a character outside ASCII is told without showing it."""
    result = unchanged.quick("--live", "--base-url", URL, RESPONSES_API_KEY=token)
    assert_one_sentence(result, USAGE, "RESPONSES_API_KEY", "line break")
    assert "secret" not in "\n".join(told(result))


@pytest.mark.parametrize("host", ["two\nlines.example", "h.example/path?query", "user@h.example", "ftp://h.example"])
def test_wrong_databricks_host(unchanged: Checkout, host: str) -> None:
    """A DATABRICKS_HOST that is no host is a usage error that names the variable."""
    result = unchanged.quick("--live", DATABRICKS_HOST=host, DATABRICKS_TOKEN=TOKEN)
    assert_one_sentence(result, USAGE, "DATABRICKS_HOST")


def test_databricks_host_is_asked(checkout: Checkout, endpoint: str) -> None:
    """DATABRICKS_HOST takes a URL, also with a slash at its end; the path of the gateway is added to it."""
    host = endpoint.removesuffix("/ai-gateway/mlflow/v1")
    only = ["--models", "gpt-5-4", "conformance/test_supported_models.py"]
    result = checkout.run("--live", *only, DATABRICKS_HOST=f"{host}/", DATABRICKS_TOKEN=TOKEN)
    assert result.ret == 0
    result.stdout.fnmatch_lines([f"target: {endpoint}", "*reference endpoint*", "* passed in *"])
    assert TOKEN not in result.stdout.str()


def test_databricks_host_without_scheme_means_https(unchanged: Checkout) -> None:
    """A DATABRICKS_HOST without a scheme is asked by https, which this target does not speak."""
    with serving(always(http(400, b"{}"))) as server:
        variables = {"DATABRICKS_HOST": server.host, "DATABRICKS_TOKEN": TOKEN}
        result = unchanged.quick("--live", **variables)
    assert_one_sentence(result, COULD_NOT_RUN, f"https://{server.host}/ai-gateway/mlflow/v1", "does not answer")


TARGETS = {
    "closes": (None, ["does not answer"]),
    "no-http": (b"SSH-2.0-OpenSSH_9.9\r\n\r\n", ["does not answer"]),
    "401": (http(401, b'{"error_code": "UNAUTHENTICATED", "message": "no"}'), ["401", "token"]),
    "403": (http(403, b'{"error_code": "PERMISSION_DENIED", "message": "Invalid access token."}'), ["403", "token"]),
    "403-scope": (http(403, b'{"message": "lacks the scope ai-gateway"}'), ["403", "scope"]),
    "429": (http(429, b'{"message": "too many"}'), ["429"]),
    "404-route": (http(404, b'{"error_code": "FEATURE_DISABLED", "message": "no"}'), ["404", "preview"]),
    "404-empty": (http(404, b"", None), ["404", "base URL"]),
    "404-html": (http(404, b"<html>nginx</html>", "text/html"), ["404", "base URL"]),
    "404-no-such-path": (http(404, b'{"error_code": "RESOURCE_DOES_NOT_EXIST", "message": "No such path"}'), ["404"]),
}


@pytest.mark.parametrize(("answer", "words"), TARGETS.values(), ids=TARGETS)
def test_target_that_cannot_be_tested(unchanged: Checkout, answer: bytes | None, words: list[str]) -> None:
    """A target that no test could use is told once, by at most two requests, and the run could not run."""
    with serving(always(answer)) as server:
        result = unchanged.quick("--live", "--base-url", server.url, "--models", "gpt-5-4", RESPONSES_API_KEY=TOKEN)
    assert_one_sentence(result, COULD_NOT_RUN, *words)
    assert len(server.requests) <= 2
    assert TOKEN not in "\n".join(told(result))


def test_dead_port(checkout: Checkout) -> None:
    """A port where nobody listens is told once, with and without xdist."""
    with serving(always(None)) as server:
        pass
    for more in ([], ["-n", "2"]):
        result = checkout.live(server.url, *more)
        assert_one_sentence(result, COULD_NOT_RUN, server.url, "does not answer", "check the base URL")


def test_wrong_path_of_the_base_url(unchanged: Checkout, endpoint: str) -> None:
    """A base URL whose path leads nowhere is told once, not by every test."""
    for url in (endpoint.replace("mlflow", "wrong"), endpoint.removesuffix("/ai-gateway/mlflow/v1")):
        result = unchanged.quick("--live", "--base-url", url, "--models", "gpt-5-4", RESPONSES_API_KEY=TOKEN)
        assert_one_sentence(result, COULD_NOT_RUN, "404", "base URL")


def test_wrong_token(unchanged: Checkout, endpoint: str) -> None:
    """A wrong token is told once, and not shown."""
    wrong = "wrong-" + TOKEN
    result = unchanged.quick("--live", "--base-url", endpoint, RESPONSES_API_KEY=wrong)
    assert_one_sentence(result, COULD_NOT_RUN, "403", "token")
    assert wrong not in "\n".join(told(result))


def test_list_sends_nothing(unchanged: Checkout) -> None:
    """--list shows requirements, cases and requests a model for any mode, and asks for no credential and no server."""
    for args in ([], ["--live"], ["--live", "--base-url", "http://127.0.0.1:9/v1"], ["--base-url", URL]):
        result = unchanged.quick("--list", "--models", "gpt-5-4", *args)
        assert result.ret == 0
        result.stdout.fnmatch_lines(
            [
                "requirements of the contract databricks *",
                "  supported_models.string_input * must *",
                "cases and requests by test",
                "  supported_models  string_input: 1 cases, 1 requests",
                "requests by model (ceiling 60)",
                "  gpt-5-4: *",
                "* cases, * requests, 0 cases not applicable; nothing was sent",
            ]
        )


def test_list_obeys_the_options(checkout: Checkout) -> None:
    """--list counts what --models, --contract and --every-model ask for, and xdist does not hide it."""
    all_models = "\n".join(told(checkout.quick("--list")))
    every_model = "\n".join(told(checkout.quick("--list", "--every-model")))
    of = [re.search(r"boundary_value: (\d+) cases", text) for text in (all_models, every_model)]
    assert all(of)
    few, many = (int(match[1]) for match in of if match)
    assert many == 12 * few
    openai = checkout.quick("--list", "--contract", "openai", "--models", "demo")
    openai.stdout.fnmatch_lines(["  unsupported_parameters.store*not applicable*", "  demo: *"])
    workers = checkout.run("--list", "-n", "2", "--models", "gpt-5-4")
    assert workers.ret == 0
    workers.stdout.fnmatch_lines(["*nothing was sent"])


def test_list_of_a_broken_suite_is_not_green(checkout: Checkout) -> None:
    """--list with a test that cannot be collected fails."""
    (checkout.path / "conformance" / "test_broken.py").write_text("import nothing_of_this_name\n")
    assert checkout.run("--list").ret == pytest.ExitCode.INTERRUPTED


TOOL_TESTS_FILE = "conformance/test_supported_models.py"
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
    (checkout.path / TOOL_TESTS_FILE).write_text(TOOL_TESTS)
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
    args = ["--models", "gpt-5-4", *twice, "-rs", TOOL_TESTS_FILE, "-k", "not mcp"]
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
    result = tool_tests.quick("--models", "gpt-5-4", "--without-tools", "custom", TOOL_TESTS_FILE, "-k", "custom")
    assert result.ret == COULD_NOT_RUN
    result.stdout.fnmatch_lines(["2 cases: 2 not applicable", "*nothing was judged*"])


def test_unknown_type_of_tool(tool_tests: Checkout) -> None:
    """A mark with a type of tool that there is not is told."""
    tests = tool_tests.path / TOOL_TESTS_FILE
    tests.write_text(tests.read_text().replace('"shell"', '"shall"'))
    assert_one_sentence(tool_tests.quick("--models", "gpt-5-4"), USAGE, "custom_and_shell", "shall")


def test_no_mcp_server(tool_tests: Checkout, endpoint: str) -> None:
    """Without --mcp-server a live run could not run the cases that need one: said once, nothing is sent for them."""
    sentence = "no MCP server was given: name one that the target can reach with --mcp-server=URL"
    only = ["--live", "--models", "gpt-5-4", TOOL_TESTS_FILE, "-k", "no_tool or mcp"]
    with serving(relay(endpoint, lambda number: False)) as server:
        result = tool_tests.quick(*only, "--base-url", server.url, RESPONSES_API_KEY=TOKEN)
    assert result.ret == COULD_NOT_RUN
    assert [line for line in told(result) if sentence in line] == [f"2 cases: {sentence}"]
    assert "Traceback" not in result.stdout.str()
    result.stdout.fnmatch_lines(["3 cases: 2 could not run, 1 pass"])
    assert len(server.requests) == 2  # the probe, and the case that needs no server
    workers = tool_tests.live(endpoint, "-n", "1", *only[3:])
    assert workers.ret == COULD_NOT_RUN
    assert [line for line in told(workers) if sentence in line] == [f"2 cases: {sentence}"]
    listed = tool_tests.quick("--list", *only)
    listed.stdout.fnmatch_lines(["  supported_models  mcp_streamed: 1 cases, 1 requests"])


def test_mcp_server_is_sent(tool_tests: Checkout, endpoint: str) -> None:
    """The URL reaches the target as it was given, and the command that asks again holds it."""
    url = "http://127.0.0.1:9/a/mcp/"
    passing = relay(endpoint, lambda number: False)
    args = ["--live", "--models", "gpt-5-4", TOOL_TESTS_FILE, "-k", "test_mcp", "--mcp-server", url]
    with serving(
        lambda number, request: http(400, b"{}") if b"127.0.0.1:9" in request else passing(number, request)
    ) as s:
        result = tool_tests.quick(*args, "--base-url", s.url, RESPONSES_API_KEY=TOKEN)
        assert {body["metadata"]["server"] for body in s.bodies()[1:]} == {url}
    assert result.ret == 1
    result.stdout.fnmatch_lines([f"MCP server: {url}", f"*again: *--mcp-server={url}"])


REPRESENTATIVE = """
import pytest
from conformance.samples import conversations


@pytest.mark.representative
@pytest.mark.requirement("supported_models.text")
def test_on_one(ask, model):
    ask(model, conversations.QUESTION)


@pytest.mark.requirement("supported_models.text")
def test_without_model(ask):
    pass
"""

CHOSEN = {
    "all": ((), "gpt-5-5"),
    "without-its-own": (("--models", "gpt-5,gpt-5-4"), "gpt-5-4"),
    "without-both": (("--models", "gpt-5,gpt-5-1"), "gpt-5"),
    "with-its-own-only": (("--models", "gpt-5,gpt-5-5"), "gpt-5-5"),
    "openai": (("--contract", "openai", "--models", "demo,gpt-5-5"), "gpt-5-5"),
}


def test_chapter_with_its_own_representative(checkout: Checkout, endpoint: str) -> None:
    """What one model does for is tried on the chapter's own if that was selected, else on that of the run."""
    contract = checkout.path / "conformance" / "contract" / "supported_models.toml"
    contract.write_text(f'representative = "gpt-5-5"\n{contract.read_text()}')
    tests = TOOL_TESTS_FILE
    (checkout.path / tests).write_text(REPRESENTATIVE)
    for args, model in CHOSEN.values():
        result = checkout.quick("--list", "--live", *args, tests, fresh=True)
        assert f"  {model}: 2" in told(result), (args, told(result)[-6:])
    live = ["--live", "--base-url", endpoint, tests, "-k", "on_one"]
    result = checkout.quick(*live, "--record-mode=all", fresh=True, RESPONSES_API_KEY=TOKEN)
    assert result.ret == 0
    result.stdout.fnmatch_lines(["models: gpt-5, * (representative: gpt-5-4; of some chapters *gpt-5-5*)"])
    for args, outcome in ((("--models", "gpt-5-5,gpt-5-4"), "passed"), (("--models", "gpt-5-4"), "skipped")):
        replayed = checkout.quick(*args, tests, "-k", "on_one", fresh=True)
        assert replayed.parseoutcomes().get(outcome) == 1
        assert "of some chapters" not in replayed.stdout.str() or "gpt-5-5" in args[1]


SAMPLES = """
import pytest
from conformance.samples import conversations

VALUES = {"one": {"requirement": "text", "text": "One?"}, "two": {"requirement": "string_input", "text": "Two?"}}


@pytest.mark.sample(VALUES)
@pytest.mark.requirement("supported_models.{sample[requirement]}")
def test_sample(ask, model, sample):
    assert sample["text"] is sample.value["text"] is VALUES[sample.id]["text"]
    ask(model, sample["text"])
"""


def test_samples(checkout: Checkout, endpoint: str) -> None:
    """A test with samples has a case for each, named by it, that puts its own requirement to the test."""
    (checkout.path / TOOL_TESTS_FILE).write_text(SAMPLES)
    args = ["--models", "gpt-5-4", "--cassettes", "own", TOOL_TESTS_FILE]
    live = ["--live", "--record-mode=all", "--base-url", endpoint, "--junitxml=junit.xml"]
    assert checkout.quick(*live, *args, RESPONSES_API_KEY=TOKEN).ret == 0
    cases = {f"supported_models/sample/gpt-5-4-{name}.json" for name in ("one", "two")}
    assert set(checkout.files(checkout.path / "own")) == cases
    junit = (checkout.path / "junit.xml").read_text()
    assert all(f'"requirement" value="supported_models.{name}"' in junit for name in ("text", "string_input"))
    result = checkout.quick(*args)
    assert result.ret == 0
    result.assert_outcomes(passed=2)


def test_run_from_anywhere(checkout: Checkout, tmp_path: Path) -> None:
    """The options work from the root, from a sub-folder, and with a path or the root given from elsewhere."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    only = ["--models", "gpt-5-4", "-k", "message_list"]
    runs = [
        checkout.quick(*only),
        checkout.run(*only, cwd=checkout.path / "conformance"),
        checkout.run(*only, str(checkout.path / "conformance" / "test_supported_models.py"), cwd=elsewhere),
        checkout.run(*only, "--rootdir", str(checkout.path), str(checkout.path), cwd=elsewhere),
        checkout.run(*only, "test_supported_models.py::test_message_list", cwd=checkout.path / "conformance"),
    ]
    for result in runs:
        assert result.ret == 0
        result.stdout.fnmatch_lines([f"cassettes: {checkout.cassettes}", "1 cases: 1 pass", "*1 passed*"])


def test_cassettes_are_found_from_where_the_command_was_given(checkout: Checkout) -> None:
    """--cassettes is relative to the folder in which the command was given."""
    own = checkout.path / "conformance" / "own"
    checkout.cassettes.rename(own)
    result = checkout.run("--models", "gpt-5-4", "--cassettes", "own", cwd=checkout.path / "conformance")
    assert result.ret == 0
    result.stdout.fnmatch_lines([f"cassettes: {own}"])


def test_the_copy_is_what_is_tested(checkout: Checkout) -> None:
    """Runs in a copy of the checkout import the package of the copy, also in xdist's workers."""
    package = checkout.path / "conformance"
    (package / "test_supported_models.py").write_text(
        "import conformance\n\n\n"
        "def test_origin():\n"
        f"    assert conformance.__file__ == {str(package / '__init__.py')!r}\n"
    )
    for more in ([], ["-n", "1"]):
        assert checkout.run("conformance/test_supported_models.py", *more).ret == 0


def test_models_are_taken_once_in_their_order(unchanged: Checkout) -> None:
    """Models that are named twice, or with blanks around them, are tried once, in the order of the command."""
    result = unchanged.quick("--models", " gpt-5-4 ,gpt-5,gpt-5-4,", "--collect-only", "-q", "-k", "string_input")
    names = [line.partition("[")[2] for line in result.outlines if "::" in line]
    assert names == ["gpt-5-4]", "gpt-5]"]


def test_no_test_is_selected(unchanged: Checkout) -> None:
    """A run that selects nothing keeps pytest's own exit status."""
    assert unchanged.quick("-k", "no_such_test").ret == pytest.ExitCode.NO_TESTS_COLLECTED
    assert unchanged.quick("conformance/test_no_such.py").ret == USAGE


def test_help_and_markers(unchanged: Checkout) -> None:
    """The options stand in --help, the marks in --markers."""
    text = "\n".join(told(unchanged.quick("--help")))
    options = ["--live", "--base-url", "--models", "--contract", "--fail-on", "--cassettes", "--every-model", "--list"]
    options += ["--without-tools", "--mcp-server"]
    assert [option for option in options if option not in text] == []
    markers = "\n".join(told(unchanged.quick("--markers")))
    assert "@pytest.mark.requirement(*ids)" in markers


def test_retired_model_is_told(unchanged: Checkout) -> None:
    """A model that is to be shut down is tried all the same; the header of the run says when it goes."""
    result = unchanged.quick("--models", "gpt-5-1-codex-max", "--collect-only")
    assert result.ret == 0
    result.stdout.fnmatch_lines(["warning: gpt-5-1-codex-max * shut down on 2026-07-16"])


@pytest.mark.parametrize(
    "url",
    [
        "https://user:TOPSECRET@host:abc/v1",
        "ftp://user:TOPSECRET@host/v1",
        "https://h/v1?sig=TOPSECRET",
        "https://h#TOPSECRET",
    ],
)
def test_what_may_be_a_secret_is_not_shown(checkout: Checkout, url: str) -> None:
    """A URL with a password, a query or a fragment is refused, and what may be secret in it is not repeated."""
    for option in ("--base-url", "--image-url"):
        result = checkout.quick("--list", "--live", option, url) if option == "--image-url" else checkout.live(url)
        assert result.ret == USAGE
        assert "TOPSECRET" not in result.stdout.str() + result.stderr.str()


def test_a_host_that_is_none(checkout: Checkout) -> None:
    """A host with two dots in a row is told in one sentence."""
    result = checkout.live("http://a..b/v1")
    assert result.ret == COULD_NOT_RUN
    assert "Traceback" not in result.stderr.str() + result.stdout.str()
