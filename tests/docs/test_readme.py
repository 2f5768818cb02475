"""The README tells the truth of today: its numbers, options, chapters and commands."""

import re

import pytest

from conformance.contract import load
from conformance.report.listing import CEILING
from conformance.run import settings
from tests import ROOT
from tests.conftest import Checkout

README = (ROOT / "README.md").read_text(encoding="utf-8")
LISTED = re.compile(r"^  (\S+): (\d+)$", re.MULTILINE)
MODELS = re.findall(r"^\| `(gpt-[a-z0-9-]+)` \| (\d+) \| (\d+|-) \| (.*) \|$", README, re.MULTILINE)
CI = (ROOT / ".ci" / "run").read_text(encoding="utf-8")


def test_arithmetic(checkout: Checkout) -> None:
    """The numbers of requests in the README are those that --list prints."""
    listed = checkout.run("--list").stdout.str()
    by_model = {name: int(count) for name, count in LISTED.findall(listed.partition("requests by model")[2])}
    total = re.search(r"(\d+) requests, 0 cases not applicable", listed)
    in_all = re.search(r"makes (\d+) requests in all", README)
    told = {name: int(each) + int(more.strip("-") or 0) for name, each, more, _ in MODELS}
    assert total
    assert in_all
    assert told == by_model
    assert int(in_all[1]) == int(total[1]) == sum(by_model.values())
    assert max(by_model.values()) <= CEILING


def test_on_every_model() -> None:
    """What the README counts for every model is the sum of its list, with the efforts that the model takes."""
    part = README.partition("On every active documented model:")[2].partition("What need not")[0]
    fixed = sum(int(number) for number in re.findall(r": (\d+)", part))
    for name, each, _, _ in MODELS:
        assert int(each) == fixed + len(load().models[name].efforts) - 1 if load().models[name].efforts else fixed


def test_representatives() -> None:
    """The README's table names the chapters of each representative as the contract does."""
    contract = load()
    files = [chapter.name for chapter in contract.chapters.values() if not chapter.universal]
    for name, _, _, chapters in MODELS:
        told = set(re.findall(r"`([a-z_]+)`", chapters))
        assert told == {chapter for chapter in files if contract.representative_of(chapter) == name}


def test_inputs_and_controls() -> None:
    """Each requirement that the README's table names is in the contract, and each of their chapters is there whole."""
    part = README.partition("## Inputs, formats and controls")[2].partition("## What is judged")[0]
    named = set(re.findall(r"`([a-z_]+\.[a-z_]+)`", part))
    contract = load()
    named -= {"text.format", "text.verbosity", "reasoning.encrypted_content"}
    assert named <= set(contract.requirements)
    chapters = ("text_input", "image_input", "other_input", "limits", "formats", "reasoning", "controls")
    for chapter in chapters:
        assert {requirement.id for requirement in contract.chapters[chapter].requirements} <= named


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
    told = set(re.findall(r"^\| `([a-z_]+)` \|", README.partition("## What is judged")[2], re.MULTILINE))
    assert told == set(load().chapters)


def test_ci_runs_both_commands() -> None:
    """The two commands that set everything up are the ones that CI runs."""
    commands = [line for line in README.splitlines() if line.startswith("python3 -m venv .venv")]
    assert len(commands) == 2
    assert all(command in CI for command in commands)
