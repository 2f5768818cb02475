"""The README tells the truth of today: its numbers, options, chapters and commands."""

import re
from pathlib import Path

import pytest

from conformance import settings
from conformance.contract import load
from conformance.report.listing import CEILING
from conftest import Checkout

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
LISTED = re.compile(r"^  (\S+): (\d+)$", re.MULTILINE)
REPRESENTATIVE = re.compile(r"^\| `(gpt-[a-z0-9-]+)` \| .* \| (\d+) \|$", re.MULTILINE)
CHAPTERS = re.compile(r"^\| `(gpt-[a-z0-9-]+)` \| (.*) \| \d+ \|$", re.MULTILINE)
CI = (ROOT / ".ci" / "run").read_text(encoding="utf-8")


def test_arithmetic(checkout: Checkout) -> None:
    """The numbers of requests in the README are those that --list prints."""
    listed = checkout.run("--list").stdout.str()
    by_model = {name: int(count) for name, count in LISTED.findall(listed.partition("requests by model")[2])}
    total = re.search(r"(\d+) requests, 0 cases not applicable", listed)
    told = re.search(r"is (\d+) requests for each of (\d+) models", README)
    in_all = re.search(r"makes (\d+) requests in all", README)
    assert total
    assert told
    assert in_all
    each, models = map(int, told.groups())
    more = {name: int(count) for name, count in REPRESENTATIVE.findall(README)}
    assert len(by_model) == models
    assert {name: each + more.get(name, 0) for name in by_model} == by_model
    assert int(in_all[1]) == int(total[1]) == sum(by_model.values())
    assert max(by_model.values()) <= CEILING


def test_representatives() -> None:
    """The README's table of representatives names the chapters as the contract does."""
    contract = load()
    told = {name: set(re.findall(r"`([a-z_]+)`", chapters)) for name, chapters in CHAPTERS.findall(README)}
    files = [chapter.name for chapter in contract.chapters.values() if not chapter.universal]
    for name, chapters in told.items():
        assert chapters == {chapter for chapter in files if contract.representative_of(chapter) == name}
    assert {contract.representative_of(chapter) for chapter in files} == set(told)


def test_headings() -> None:
    """Each test that the README names for a heading of the documentation page is there."""
    named = re.findall(r"^\| .* \| `(conformance/test_\w+\.py)::(test_\w+)` \|$", README, re.MULTILINE)
    assert len(named) >= 14
    for file, test in named:
        assert f"\ndef {test}(" in (ROOT / file).read_text(encoding="utf-8")


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
