"""What is selected: models, the representative of a chapter, samples."""

from __future__ import annotations

import pytest

from tests.run.checkout import TOKEN, Checkout
from tests.run.results import FILE, USAGE, told

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
    tests = FILE
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
    (checkout.path / FILE).write_text(SAMPLES)
    args = ["--models", "gpt-5-4", "--cassettes", "own", FILE]
    live = ["--live", "--record-mode=all", "--base-url", endpoint, "--junitxml=junit.xml"]
    assert checkout.quick(*live, *args, RESPONSES_API_KEY=TOKEN).ret == 0
    cases = {f"supported_models/sample/gpt-5-4-{name}.json" for name in ("one", "two")}
    assert set(checkout.files(checkout.path / "own")) == cases
    junit = (checkout.path / "junit.xml").read_text()
    assert all(f'"requirement" value="supported_models.{name}"' in junit for name in ("text", "string_input"))
    result = checkout.quick(*args)
    assert result.ret == 0
    result.assert_outcomes(passed=2)


def test_models_are_taken_once_in_their_order(unchanged: Checkout) -> None:
    """Models that are named twice, or with blanks around them, are tried once, in the order of the command."""
    result = unchanged.quick("--models", " gpt-5-4 ,gpt-5,gpt-5-4,", "--collect-only", "-q", "-k", "string_input")
    names = [line.partition("[")[2] for line in result.outlines if "::" in line]
    assert names == ["gpt-5-4]", "gpt-5]"]


def test_no_test_is_selected(unchanged: Checkout) -> None:
    """A run that selects nothing keeps pytest's own exit status."""
    assert unchanged.quick("-k", "no_such_test").ret == pytest.ExitCode.NO_TESTS_COLLECTED
    assert unchanged.quick("conformance/test_no_such.py").ret == USAGE


def test_retired_model_is_told(unchanged: Checkout) -> None:
    """A model that is to be shut down is tried all the same; the header of the run says when it goes."""
    result = unchanged.quick("--models", "gpt-5-1-codex-max", "--collect-only")
    assert result.ret == 0
    result.stdout.fnmatch_lines(["warning: * shut down on 2026-07-16: gpt-5-1-codex-max"])


def test_help_and_markers(unchanged: Checkout) -> None:
    """The options stand in --help, the marks in --markers."""
    text = "\n".join(told(unchanged.quick("--help")))
    options = ["--live", "--base-url", "--models", "--contract", "--fail-on", "--cassettes", "--every-model", "--list"]
    options += ["--without-tools", "--mcp-server"]
    assert [option for option in options if option not in text] == []
    markers = "\n".join(told(unchanged.quick("--markers")))
    assert "@pytest.mark.requirement(*ids)" in markers
