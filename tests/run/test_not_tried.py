"""What needs an option that was not given is not tried: no failure, but told in the last line."""

from __future__ import annotations

import pytest

from tests.run.checkout import TOKEN, Checkout

MCP = ("conformance/test_mcp.py", "-k", "test_call or unreachable or query")


def last_line(result: pytest.RunResult) -> str:
    """The last line of the verdict."""
    return next(line for line in result.outlines if "(exit status " in line)


def test_not_tried(checkout: Checkout, endpoint: str) -> None:
    """Without the option a case is skipped, the run ends with 0, and its last line names what was not tried."""
    result = checkout.live(endpoint, *MCP, "conformance/test_credentials.py", "--junitxml=junit.xml", "-rs")
    assert result.ret == 0
    told = "passed (exit status 0); NOT TRIED: mcp, token in the URL (give --mcp-server, --token-in-url)"
    assert last_line(result) == told
    result.stdout.fnmatch_lines(["*not tried: it needs --mcp-server*"])
    assert 'name="outcome" value="not tried"' in (checkout.path / "junit.xml").read_text()


def test_require_all(checkout: Checkout, endpoint: str) -> None:
    """--require-all ends such a run with 6, and changes nothing where all was tried."""
    result = checkout.live(endpoint, *MCP, "--require-all")
    assert result.ret == 6
    assert last_line(result).startswith("could not run (exit status 6); NOT TRIED: mcp (give --mcp-server)")
    assert checkout.live(endpoint, "-k", "string_input", "--require-all").ret == 0


def test_token_in_url(checkout: Checkout, endpoint: str) -> None:
    """The token stands in a URL only where --token-in-url was given."""
    args = ("conformance/test_credentials.py", "-k", "query")
    assert checkout.live(endpoint, *args).parseoutcomes()["skipped"] == 1
    result = checkout.live(endpoint, *args, "--token-in-url")
    assert result.parseoutcomes()["passed"] == 1
    assert TOKEN not in result.stdout.str()


def test_replay_of_what_was_not_recorded(checkout: Checkout) -> None:
    """A set that was recorded without the option replays without it; what is there is played."""
    assert "NOT TRIED" not in last_line(checkout.quick("--models=gpt-5-4"))
    for file in (checkout.cassettes / "mcp").rglob("gpt-5-4.json"):
        file.unlink()
    result = checkout.quick("--models=gpt-5-4")
    assert result.ret == 0
    assert last_line(result).endswith("NOT TRIED: mcp (give --mcp-server)")


def test_the_list_counts_what_could_be_tried(unchanged: Checkout) -> None:
    """--list counts these cases as if their options were given."""
    result = unchanged.quick("--list", "--models=gpt-5-4", "conformance/test_mcp.py")
    result.stdout.fnmatch_lines(["* 0 cases not applicable; nothing was sent"])
