"""Fixtures of the suite's own tests: a copy of the checkout to run pytest in, and the reference endpoint."""

from __future__ import annotations

import compileall
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpcore  # noqa: F401  (a run inside this process forgets what it has loaded; httpx would miss its exceptions)
import pytest

import conformance
from tests import ROOT

pytest_plugins = ["pytester"]

TOKEN = "a-token-of-the-tests"
OWN_VARIABLES = ("DATABRICKS_HOST", "DATABRICKS_TOKEN", "RESPONSES_API_KEY")
PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")
CERTIFICATES = ("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSLKEYLOGFILE")
FROM_THE_MACHINE = (*PROXIES, *map(str.lower, PROXIES), *CERTIFICATES)
FROM_OUTSIDE = (
    *("PYTEST_ADDOPTS", "PYTEST_PLUGINS", "PYTEST_XDIST_WORKER", "PYTHONDONTWRITEBYTECODE", "COLUMNS"),
    *("CI", "BUILD_NUMBER", "FORCE_COLOR", "PY_COLORS"),  # they make pytest say more, or paint it
)


def pytest_itemcollected(item: pytest.Item) -> None:
    """Makes each warning an error in the project's own tests, and nowhere else."""
    item.add_marker(pytest.mark.filterwarnings("error"))


@dataclass
class Checkout:
    """A copy of the checkout, in which a test may change what it likes."""

    path: Path
    pytester: pytest.Pytester
    monkeypatch: pytest.MonkeyPatch

    def run(self, *args: str, cwd: Path | None = None, **variables: str) -> pytest.RunResult:
        """Runs pytest in the copy, or in another folder, as a process of its own."""
        with self.monkeypatch.context() as patch:
            for name, value in {"PYTHONPATH": str(self.path), **variables}.items():
                patch.setenv(name, value)
            patch.chdir(cwd or self.path)
            options = ["-p", "no:cacheprovider"]
            return self.pytester.run(sys.executable, "-m", "pytest", *options, *args, timeout=100)

    def quick(self, *args: str, fresh: bool = False, **variables: str) -> pytest.RunResult:
        """Runs pytest in the copy inside this process, which takes a fifth of the time.

        The tests and cassettes are those of the copy, the rest of the package is what is loaded already; ``fresh``
        loads all of it from the copy.
        """
        with self.monkeypatch.context() as patch:
            for name, value in variables.items():
                patch.setenv(name, value)
            patch.chdir(self.path)
            patch.syspath_prepend(self.path)
            patch.setattr(conformance, "__path__", [str(self.path / "conformance")])
            for name in list(sys.modules):
                if (
                    name == "conftest"
                    or name.startswith("conformance.test_")
                    or (fresh and name.partition(".")[0] == "conformance")
                ):
                    patch.delitem(sys.modules, name)
            return self.pytester.runpytest_inprocess("-p", "no:cacheprovider", *args)

    def live(self, base_url: str, *args: str, token: str = TOKEN, **variables: str) -> pytest.RunResult:
        """Runs the tests of one model against a target."""
        models = () if "--models" in args else ("--models", "gpt-5-4")
        return self.run("--live", "--base-url", base_url, *models, *args, RESPONSES_API_KEY=token, **variables)

    def record(self, base_url: str, *args: str, token: str = TOKEN, **variables: str) -> pytest.RunResult:
        """Records the tests of one model."""
        return self.live(base_url, "--record-mode=all", *args, token=token, **variables)

    @property
    def cassettes(self) -> Path:
        """The folder of the set `reference`."""
        return self.path / "cassettes" / "reference"

    def files(self, folder: Path | None = None) -> dict[str, bytes]:
        """The bytes of each file of a set, by its path."""
        folder = folder or self.cassettes
        return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}

    def cassette(self, case: str = "supported_models/string_input/gpt-5-4") -> Path:
        """The file of a case."""
        return self.cassettes / f"{case}.json"


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


@pytest.fixture
def checkout(unchanged: Checkout) -> Checkout:
    """A copy of the checkout for one test."""
    path = unchanged.pytester.path / "checkout"
    shutil.copytree(unchanged.path, path)
    return Checkout(path, unchanged.pytester, unchanged.monkeypatch)


@pytest.fixture(scope="session")
def endpoint() -> Iterator[str]:
    """The base URL of a reference endpoint that accepts TOKEN only."""
    from conformance.reference.app import create_app
    from conformance.reference.serve import running

    with running(create_app(token=TOKEN, delay=0.001)) as url:
        yield url
