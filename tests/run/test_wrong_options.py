"""Options that are wrong are told at once, in one sentence, with the exit status for it."""

from __future__ import annotations

import pytest

from tests.run.checkout import TOKEN, Checkout
from tests.run.results import COULD_NOT_RUN, URL, USAGE, assert_one_sentence, told
from tests.servers.sockets import always, http, serving

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
    "fail-on-may": (["--fail-on", "may"], ["--fail-on", "must, should, new"]),
    "fail-on-empty": (["--fail-on", ""], ["--fail-on", "must, should, new"]),
    "fail-on-new-without-baseline": (["--fail-on=new"], ["--fail-on=new", "--baseline=FILE"]),
    "report-empty": (["--report="], ["--report", "empty"]),
    "report-not-utf-8": (["--report=a\udcff\0"], ["--report", "cannot be written"]),
    "report-of-a-list": (["--report=x", "--list"], ["--report", "--list"]),
    "ci-misspelt": (["--ci=githb"], ["--ci", "did you mean github?"]),
    "ci-without-its-variable": (["--ci=github"], ["--ci=github", "GITHUB_STEP_SUMMARY"]),
    "ci-of-a-list": (["--ci=azure", "--list"], ["--ci", "--list"]),
    "waivers-nowhere": (["--waivers=nowhere.toml"], ["--waivers", "nowhere.toml", "No such file"]),
    "waivers-a-folder": (["--waivers=conformance"], ["--waivers", "conformance", "directory"]),
    "waivers-no-toml": (["--waivers=conftest.py"], ["--waivers", "conftest.py", "no TOML"]),
    "draft-in-a-file": (["--write-waivers=pyproject.toml/x"], ["--write-waivers", "cannot be written"]),
    "draft-that-is-there": (["--write-waivers=pyproject.toml"], ["--write-waivers", "is there already"]),
    "draft-of-a-list": (["--write-waivers=x", "--list"], ["--write-waivers", "--list"]),
    "baseline-nowhere": (["--baseline=nowhere.json"], ["--baseline", "nowhere.json", "No such file"]),
    "baseline-no-report": (["--baseline=schemas/report.json"], ["--baseline", "no report of this version"]),
    "resume-nowhere": (["--resume=nowhere.json"], ["--resume", "nowhere.json", "No such file"]),
    "resume-no-json": (["--resume=pyproject.toml"], ["--resume", "no JSON"]),
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
    "token-in-url-in-a-replay": (["--token-in-url"], ["--token-in-url", "--live"]),
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
    "empty-databricks-token": (
        {"DATABRICKS_HOST": "h.example", "DATABRICKS_TOKEN": ""},
        [],
        ["DATABRICKS_TOKEN is empty"],
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
