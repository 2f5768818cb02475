"""The README tells the truth of today: its numbers, options, chapters and commands."""

import re
from pathlib import Path

import pytest

from conformance import settings
from conformance.contract import load
from conftest import Checkout

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
CI = (ROOT / ".ci" / "run").read_text(encoding="utf-8")


def test_arithmetic(checkout: Checkout) -> None:
    """The numbers of requests in the README are those that --list prints."""
    listed = checkout.run("--list").stdout.str()
    by_model = dict(re.findall(r"^  (\S+): (\d+)$", listed.partition("requests by model")[2], re.MULTILINE))
    total = re.search(r"(\d+) requests, 0 cases not applicable", listed)
    told = re.search(r"(\d+) requests for each of (\d+)\s+models and (\d+) more for `gpt-5-4`, (\d+) in all", README)
    assert total
    assert told
    each, models, more, in_all = map(int, told.groups())
    assert in_all == int(total[1]) == each * models + more
    assert len(by_model) == models
    assert by_model.pop("gpt-5-4") == str(each + more)
    assert set(by_model.values()) == {str(each)}


def test_every_option_is_told() -> None:
    """Each option of the suite stands in the README's table, and no other."""
    parser = pytest.Parser(_ispytest=True)
    settings.add_options(parser)
    options = {name for option in parser.getgroup("conformance").options for name in option.names()}
    told = set(re.findall(r"^\| `(--[a-z-]+)", README, re.MULTILINE))
    assert told - {"--record-mode"} == options


def test_every_chapter_is_told() -> None:
    """Each chapter of the contract stands in the README's table, and no other."""
    told = set(re.findall(r"^\| `([a-z_]+)` \|", README, re.MULTILINE))
    assert told == set(load().chapters)


def test_ci_runs_both_commands() -> None:
    """The two commands that set everything up are the ones that CI runs."""
    commands = [line for line in README.splitlines() if line.startswith("python3 -m venv .venv")]
    assert len(commands) == 2
    assert all(command in CI for command in commands)
