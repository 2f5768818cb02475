"""Where and how a run may be started: folders, arguments, plugins, other projects. Numbers are those of the issue."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from conformance.run import entry
from tests import ROOT
from tests.run.checkout import TOKEN, Checkout
from tests.run.results import COULD_NOT_RUN, USAGE, assert_one_sentence
from tests.servers.sockets import always, http, serving

URL = "https://workspace.example/ai-gateway/mlflow/v1"
COLLECT = ("--collect-only", "-q")


def node_ids(result: pytest.RunResult) -> list[str]:
    """What a run has collected."""
    assert result.ret == 0, "\n".join([*result.outlines, *result.errlines])
    return [line for line in result.outlines if "::" in line]


# --- 3: values of options that are paths ---


@pytest.mark.parametrize("where", ["checkout", "elsewhere"])
def test_cassettes_elsewhere(checkout: Checkout, tmp_path: Path, where: str) -> None:
    """--cassettes runs the same cases with the same ids, its value behind a blank or an equals sign."""
    mine = tmp_path / "mine"
    shutil.copytree(checkout.cassettes, mine)
    cwd, given, more = checkout.path, os.path.relpath(mine, checkout.path), ()
    if where == "elsewhere":
        cwd, given, more = tmp_path, "mine", (os.path.relpath(checkout.path, tmp_path),)
    forms = [("--cassettes", given), (f"--cassettes={given}",)]
    joined, apart = (node_ids(checkout.run(*form, "--models=gpt-5-4", *COLLECT, *more, cwd=cwd)) for form in forms)
    assert joined == apart
    assert len(joined) > 90
    assert all(name.startswith("conformance/") for name in joined)


def test_models_that_are_paths(checkout: Checkout, endpoint: str) -> None:
    """A model may be named by a path that exists, as local servers name theirs."""
    (checkout.path / "org" / "model").mkdir(parents=True)
    live = ["--live", "--contract=openai", "--base-url", endpoint]
    forms = [("--models", "./org/model"), ("--models=./org/model",)]
    joined, apart = (node_ids(checkout.run(*live, *form, *COLLECT, RESPONSES_API_KEY=TOKEN)) for form in forms)
    assert joined == apart
    assert any("./org/model" in name for name in joined)


def test_paths_in_the_variable(checkout: Checkout, tmp_path: Path) -> None:
    """PYTEST_ADDOPTS may hold an option whose value is an existing path."""
    shutil.copytree(checkout.cassettes, tmp_path / "mine")
    given = os.path.relpath(tmp_path / "mine", checkout.path)
    result = checkout.run("-k", "string_input", PYTEST_ADDOPTS=f"--models=gpt-5-4 --cassettes '{given}'")
    assert result.ret == 0
    result.stdout.fnmatch_lines([f"cassettes: {tmp_path / 'mine'}", f"rootdir: {checkout.path}"])


def test_paths_with_workers(checkout: Checkout, tmp_path: Path) -> None:
    """The same holds with workers."""
    shutil.copytree(checkout.cassettes, tmp_path / "mine")
    given = os.path.relpath(tmp_path / "mine", checkout.path)
    result = checkout.run("--models", "gpt-5-4", "--cassettes", given, "-n", "2", "-k", "string_input or page_example")
    assert result.ret == 0
    result.stdout.fnmatch_lines([f"rootdir: {checkout.path}"])


def test_joined() -> None:
    """Only values that are paths are joined, and nothing behind a double hyphen."""
    folder = ROOT / "tests"
    given = ["-q", "--models", "gpt-5-4", "--cassettes", "conftest.py", "--list", "--", "--cassettes", "conftest.py"]
    expected = ["-q", "--models", "gpt-5-4", "--cassettes=conftest.py", "--list", "--", "--cassettes", "conftest.py"]
    assert entry.joined(given, {"--models", "--cassettes"}, folder) == expected
    assert entry.joined(["--models"], {"--models"}, folder) == ["--models"]


# --- 0 and 4: whose run it is ---

FOREIGN_CONFTEST = """
def pytest_addoption(parser):
    for name in ("--live", "--list"):
        parser.addoption(name, action="store_true")
    parser.addoption("--models")
"""
FOREIGN_TEST = """
def test_own(request):
    assert request.config.getoption("--live") and request.config.getoption("--models") == "mine"
    assert not request.config.pluginmanager.has_plugin("conformance.run.plugin")
"""


def foreign(checkout: Checkout) -> Path:
    """A repository of somebody else, with options of its own that the suite has too."""
    repository = checkout.pytester.path / "repository"
    (repository / "tests").mkdir(parents=True)
    (repository / "pytest.ini").write_text("[pytest]\naddopts = -ra\nmarkers =\n    slow: takes long\n")
    (repository / "conftest.py").write_text(FOREIGN_CONFTEST)
    (repository / "tests" / "test_own.py").write_text(FOREIGN_TEST)
    return repository


OWN_OPTIONS = ("--live", "--models", "mine", "--list")


@pytest.mark.parametrize("how", ["installed", "submodule", "submodule-importlib"])
def test_another_project(checkout: Checkout, how: str) -> None:
    """The tests of a repository that holds the suite run as before, with options of the same names."""
    repository = foreign(checkout)
    variables = {}
    if how != "installed":
        shutil.copytree(checkout.path, repository / "vendor" / "suite")
        variables["PYTHONPATH"] = str(repository / "vendor" / "suite")
    mode = ("--import-mode=importlib",) if how.endswith("importlib") else ()
    result = checkout.run(*OWN_OPTIONS, *mode, cwd=repository, **variables)
    assert result.ret == 0
    result.assert_outcomes(passed=1)
    assert "conformance:" not in result.stdout.str()


def test_named_in_another_project(checkout: Checkout) -> None:
    """A path to the suite in another repository runs the suite, and `again` can be pasted there."""
    repository = foreign(checkout)
    (repository / "conftest.py").unlink()
    suite = repository / "vendor" / "suite"
    shutil.copytree(checkout.path, suite)
    cassette = suite / "cassettes" / "reference" / "supported_models" / "string_input" / "gpt-5-4.json"
    cassette.write_text(cassette.read_text().replace('"total_tokens": ', '"total_tokens": 9'))
    args = ["vendor/suite/conformance/test_supported_models.py", "--models", "gpt-5-4"]
    result = checkout.run(*args, "-k", "string_input", cwd=repository, PYTHONPATH=str(suite))
    assert result.ret == 1
    result.stdout.fnmatch_lines(["conformance: replay, *"])
    again = next(line.partition("again:  pytest ")[2] for line in result.outlines if "again:" in line)
    command = f"{sys.executable} -m pytest {again}"
    env = os.environ | {"PYTHONPATH": str(suite)}
    done = subprocess.run(command, shell=True, cwd=repository, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "1 cases: 1 fail" in done.stdout


def test_options_of_the_same_names(checkout: Checkout) -> None:
    """Where the suite is meant and a conftest has its options, one sentence says what to do, and that works."""
    repository = foreign(checkout)
    args = ["--pyargs", "conformance", "--models=gpt-5-4", "-k", "string_input"]
    result = checkout.run(*args, cwd=repository)
    assert_one_sentence(result, USAGE, "options that the suite has too", "--noconftest")
    result = checkout.run(*args, "--noconftest", cwd=repository)
    assert result.ret == 0
    result.stdout.fnmatch_lines(["conformance: replay, *", "passed (exit status 0)"])


def test_another_checkout_than_the_installed_one(checkout: Checkout) -> None:
    """In a checkout of which the package is not the one in use a sentence says so."""
    # Not through pytester, which puts the folder of a run on the path.
    command = [Path(sys.executable).with_name("pytest"), "-q"]
    done = subprocess.run(command, cwd=checkout.path, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == USAGE
    for words in ("the package in use is that of", "python -m pytest", "pip install -e ."):
        assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_plugin_of_the_same_options(checkout: Checkout) -> None:
    """A plugin that has an option of the suite is told in one sentence."""
    (checkout.path / "other.py").write_text("def pytest_addoption(parser):\n    parser.addoption('--base-url')\n")
    result = checkout.run("-p", "other")
    assert_one_sentence(result, USAGE, "another plugin", "--base-url", "-p no:")


def test_own_tests_are_run_when_they_are_named(checkout: Checkout) -> None:
    """A run of the whole checkout runs the suite; the project's own tests have to be named."""
    own = checkout.path / "tests" / "test_of_the_project.py"
    own.parent.mkdir()
    own.write_text("def test_own():\n    pass\n")
    whole = checkout.run(".", "--models=gpt-5-4", *COLLECT)
    assert not any("test_own" in name for name in node_ids(whole))
    assert node_ids(checkout.run("tests", *COLLECT)) == ["tests/test_of_the_project.py::test_own"]
    assert node_ids(checkout.run("../checkout/tests/test_of_the_project.py::test_own", *COLLECT))


# --- 2 and 5: what else is in the environment ---


def test_warnings_are_the_users(checkout: Checkout) -> None:
    """A warning of the machine, such as a cache that cannot be written, is no error of a run."""
    (checkout.path / ".pytest_cache").write_text("in the way")
    with checkout.monkeypatch.context() as patch:
        patch.chdir(checkout.path)
        result = checkout.pytester.run(sys.executable, "-m", "pytest", "--models=gpt-5-4", "-k", "string_input")
    assert result.ret == 0
    result.stdout.fnmatch_lines(["*PytestCacheWarning*", "passed (exit status 0)"])


def test_optimised_python(checkout: Checkout) -> None:
    """PYTHONOPTIMIZE changes no verdict."""
    result = checkout.run("--models=gpt-5-4", "-k", "string_input", PYTHONOPTIMIZE="1")
    assert result.ret == 0
    result.stdout.fnmatch_lines(["1 cases: 1 pass"])


def test_without_pytest_recording(unchanged: Checkout) -> None:
    """-p no:recording is told in one sentence; nothing could be played."""
    assert_one_sentence(unchanged.run("-p", "no:recording"), USAGE, "-p no:recording", "leave this option out")


@pytest.mark.parametrize("more", [(), ("--base-url", URL)])
def test_without_autoload(unchanged: Checkout, more: tuple[str, ...]) -> None:
    """Where pytest loads no plugins by itself, the suite loads what it needs."""
    args = ["--models", "gpt-5-4", "-k", "string_input", *more]
    result = unchanged.run(*args, *(["--list"] if more else []), PYTEST_DISABLE_PLUGIN_AUTOLOAD="1")
    assert result.ret == 0
    result.stdout.fnmatch_lines(["*nothing was sent" if more else "1 cases: 1 pass"])


# --- 7: JUnit ---

ENDED = {
    "usage": (["--fail-on=may"], USAGE, "--fail-on"),
    "missing": (["--live", "--base-url", URL], COULD_NOT_RUN, "RESPONSES_API_KEY"),
}


@pytest.mark.parametrize(("args", "status", "word"), ENDED.values(), ids=ENDED)
def test_junit_of_a_run_that_did_not_begin(checkout: Checkout, args: list[str], status: int, word: str) -> None:
    """A run that ends before it begins leaves a JUnit file with one error that holds its sentence."""
    file = checkout.path / "new" / "junit.xml"
    result = checkout.quick(*args, "--junitxml", str(file))
    assert_one_sentence(result, status, word)
    suite = ET.parse(file).getroot()[0]
    assert (suite.get("errors"), suite.get("failures"), suite.get("tests")) == ("1", "0", "1")
    error = suite.find("testcase/error")
    assert error is not None
    assert word in (error.text or "")


def test_junit_of_a_target_that_refuses(checkout: Checkout) -> None:
    """The file of the day before is replaced where the target refuses the credential, and holds no token."""
    (checkout.path / "junit.xml").write_text("yesterday")
    with serving(always(http(401, f'{{"message": "{TOKEN}"}}'.encode()))) as server:
        result = checkout.live(server.url, "--junitxml=junit.xml")
    assert result.ret == COULD_NOT_RUN
    text = (checkout.path / "junit.xml").read_text()
    assert "401" in text
    assert TOKEN not in text


def test_junit_that_cannot_be_written(checkout: Checkout) -> None:
    """A JUnit file that cannot be written is told beside the reason for which the run ended."""
    result = checkout.quick("--fail-on=may", "--junitxml=conftest.py/junit.xml")
    assert result.ret == USAGE
    assert "cannot be written" in result.stderr.str()
    assert "Traceback" not in result.stderr.str()


# --- 8: files ---


@pytest.mark.parametrize("mask", [0o077, 0o022, 0o002])
def test_umask(checkout: Checkout, endpoint: str, mask: int) -> None:
    """The files and folders of a recording have the modes that the umask leaves."""
    before = os.umask(mask)
    try:
        result = checkout.record(endpoint, "--cassettes=own", "-k", "string_input")
    finally:
        os.umask(before)
    assert result.ret == 0
    file = checkout.path / "own" / "supported_models" / "string_input" / "gpt-5-4.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o666 & ~mask
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o777 & ~mask
