"""Fixtures of the suite's own tests: a copy of the checkout to run pytest in, and the reference endpoint."""

from __future__ import annotations

import compileall
import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import httpcore  # noqa: F401  (a run inside this process forgets what it has loaded; httpx would miss its exceptions)
import pytest

from tests import ROOT
from tests.run.checkout import FROM_OUTSIDE, FROM_THE_MACHINE, OWN_VARIABLES, TOKEN, Checkout

pytest_plugins = ["pytester"]
pytest.register_assert_rewrite("tests.reference.client", "tests.run.results", "tests.target.targets")


def pytest_itemcollected(item: pytest.Item) -> None:
    """Makes each warning an error in the project's own tests, and nowhere else."""
    item.add_marker(pytest.mark.filterwarnings("error"))


@pytest.fixture(scope="session", autouse=True)
def interruptible() -> Iterator[None]:
    """Lets the processes of tests be interrupted. A shell's job in the background ignores SIGINT, and hands that on."""
    before = signal.getsignal(signal.SIGINT)
    if before is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The checkout, with its bytecode and the cassettes of one model, to be copied for each test."""
    folder = tmp_path_factory.mktemp("template")
    for name in ("conftest.py", "pyproject.toml"):
        shutil.copy2(ROOT / name, folder / name)
    for name in ("conformance", "schemas"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    compileall.compile_dir(folder / "conformance", quiet=1)
    for file in sorted((ROOT / "cassettes" / "reference").rglob("*.json")):
        if is_of_representative(file):
            copy = folder / file.relative_to(ROOT)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(file, copy)
    return folder


def is_of_representative(file: Path) -> bool:
    """True for a cassette of gpt-5-4, which all tests use."""
    rest = file.name.removeprefix("gpt-5-4")
    return rest != file.name and not rest.startswith(("-mini", "-nano"))


@pytest.fixture
def unchanged(template: Path, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Checkout:
    """A copy of the checkout that is shared by tests which change nothing in it. No variable of the caller's counts."""
    for name in (*OWN_VARIABLES, *FROM_OUTSIDE, *FROM_THE_MACHINE):
        monkeypatch.delenv(name, raising=False)
    return Checkout(template, pytester, monkeypatch)


def copied(source: str, target: str) -> None:
    """Copies a file, or makes a link to it where nobody writes into it: Python replaces bytecode as a whole."""
    if source.endswith(".pyc"):
        os.link(source, target)
    else:
        shutil.copy2(source, target)


@pytest.fixture
def checkout(unchanged: Checkout) -> Checkout:
    """A copy of the checkout for one test."""
    path = unchanged.pytester.path / "checkout"
    shutil.copytree(unchanged.path, path, copy_function=copied)
    return Checkout(path, unchanged.pytester, unchanged.monkeypatch)


@pytest.fixture(scope="session")
def endpoint() -> Iterator[str]:
    """The base URL of a reference endpoint that accepts TOKEN only."""
    from conformance.reference.app import create_app
    from conformance.reference.serve import running

    with running(create_app(token=TOKEN, delay=0.001)) as url:
        yield url
